//! Links, images and raw HTML of a page become ours.

use std::collections::{HashMap, HashSet};

use lcms_core::model::Key;

use super::assets::{Assets, Use, reference_text};
use super::html::{self, Tag};
use super::page::{At, Page};
use super::scan::{Inline, InlineKind, Link};
use super::site::{Destination, Site, is_external};
use super::text::{Edit, Place, Span, is_unusable};
use crate::keys::Keys;

/// What is to be changed on a page.
#[derive(Debug, Default)]
pub(super) struct Rewritten {
    pub(super) edits: Vec<Edit>,
    /// For each topic by number, the reference definitions that it needs, as written.
    pub(super) definitions: HashMap<usize, Vec<String>>,
}

/// Rewrites the pages of a site, one after the other.
pub(super) struct Rewriter<'s, 'f> {
    pub(super) site: &'s Site<'f>,
    pub(super) course: &'s Key,
    pub(super) keys: &'s mut Keys,
    pub(super) assets: Assets,
    /// Blocks to which links lead: page and block.
    pub(super) linked: HashSet<(usize, usize)>,
    /// Pages, lines of the file from 1, and reasons.
    pub(super) unsupported: Vec<(usize, usize, String)>,
}

impl Rewriter<'_, '_> {
    /// Works out what is to be changed on a page.
    pub(super) fn page(&mut self, page: usize) -> Rewritten {
        let site = self.site;
        let read = &site.pages[page];
        let mut rewritten = Rewritten { edits: read.foreign.edits.clone(), ..Rewritten::default() };
        let mut inside: Option<(Span, bool)> = None;
        for (n, inline) in read.scan.inlines.iter().enumerate() {
            // Inlines come parent first; what is inside one that was replaced went with it.
            if inside.is_some_and(|(span, is_replaced)| is_replaced && span.holds(&inline.span)) {
                continue;
            }
            let is_replaced = match &inline.kind {
                InlineKind::Link(link) => {
                    let end = read.scan.inlines[n + 1..]
                        .iter()
                        .take_while(|inner| inline.span.holds(&inner.span))
                        .count();
                    let inner = &read.scan.inlines[n + 1..n + 1 + end];
                    self.link(page, inline, link, inner, &mut rewritten)
                }
                InlineKind::Image(link) => {
                    self.image(page, inline, link, &mut rewritten);
                    true
                }
                InlineKind::Html(source) => {
                    let text = self.html(page, inline.span.start.line, source, "");
                    if text != *source {
                        rewritten.edits.push(Edit { span: inline.span, text });
                    }
                    false
                }
                InlineKind::Autolink => false,
            };
            if inside.is_none_or(|(span, _)| !span.holds(&inline.span)) {
                inside = Some((inline.span, is_replaced));
            }
        }
        self.html_blocks(page, &mut rewritten);
        self.block_ids(read, &mut rewritten);
        rewritten
    }

    fn remark(&mut self, page: usize, line: usize, reason: String) {
        let line = self.site.pages[page].line(line);
        self.unsupported.push((page, line, reason));
    }

    fn embed(&mut self, path: &str, used: Use) -> String {
        self.assets.embed(path, used, self.keys, self.course, self.site.outline)
    }

    /// Rewrites a link; answers whether that replaced everything in it.
    fn link(
        &mut self,
        page: usize,
        inline: &Inline,
        link: &Link,
        inner: &[Inline],
        rewritten: &mut Rewritten,
    ) -> bool {
        let site = self.site;
        let line = inline.span.start.line;
        let text = match site.find(page, &link.address) {
            Destination::Elsewhere => {
                self.keep(page, inline, link, rewritten);
                return false;
            }
            Destination::Nowhere(reason) => {
                self.remark(page, line, format!("the link is kept as text: {reason}"));
                unwrap(inline, link, 1, rewritten);
                return false;
            }
            Destination::File(path) => {
                self.embed(&path, Use { alt: Some(link.text.clone()), caption: None })
            }
            Destination::Topic { page: to, topic, block, is_inexact } => {
                if is_inexact {
                    let place = link.address.split('#').nth(1).unwrap_or_default();
                    let reason = format!(
                        "there is no `#{place}` on that page; the link leads to its beginning"
                    );
                    self.remark(page, line, reason);
                }
                let key = &site.topics[to][topic];
                let mut target = key.to_string();
                if let Some(block) = block {
                    self.linked.insert((to, block));
                    target = format!("{target}#{}", site.pages[to].blocks[block].id);
                }
                let title = &site.pages[to].topics[topic].title;
                match reference_text(&link.text).or_else(|| reference_text(title)) {
                    Some(text) => format!("[[{target}|{text}]]"),
                    None => format!("[[{target}]]"),
                }
            }
        };
        // A reference holds no pictures: they go in front of it.
        let mut before = String::new();
        for inner in inner {
            if let InlineKind::Image(image) = &inner.kind
                && let Destination::File(path) = site.find(page, &image.address)
            {
                before.push_str(&self.embed(&path, used(inner, image)));
                before.push(' ');
            }
        }
        rewritten.edits.push(Edit { span: inline.span, text: before + &text });
        true
    }

    /// Keeps a link that leads elsewhere, with the definition that it needs.
    fn keep(&self, page: usize, inline: &Inline, link: &Link, rewritten: &mut Rewritten) {
        if let Some(start) = inline.attributes_at {
            let span = Span { start, end: inline.span.end };
            rewritten.edits.push(Edit { span, text: String::new() });
        }
        if let Some(label) = &link.label {
            let topic = self.site.pages[page].topic_at(inline.span.start.line);
            let definition = definition(label, &link.address, &link.title);
            let needed = rewritten.definitions.entry(topic).or_default();
            if !needed.contains(&definition) {
                needed.push(definition);
            }
        }
    }

    fn image(&mut self, page: usize, inline: &Inline, link: &Link, rewritten: &mut Rewritten) {
        let line = inline.span.start.line;
        match self.site.find(page, &link.address) {
            Destination::File(path) => {
                let text = self.embed(&path, used(inline, link));
                rewritten.edits.push(Edit { span: inline.span, text });
            }
            Destination::Elsewhere => {
                self.remark(
                    page,
                    line,
                    "the image is not in the folder; it is still shown from its address".to_owned(),
                );
                self.keep(page, inline, link, rewritten);
                if let Some(alt) = inline.attributes.get("alt").filter(|_| link.source.is_empty())
                    && let Some(alt) = reference_text(alt)
                {
                    let Place { line, column } = inline.span.start;
                    let span = Span::on(line, column + 2, column + 2);
                    rewritten.edits.push(Edit { span, text: escaped(&alt) });
                }
            }
            Destination::Topic { .. } => {
                self.remark(
                    page,
                    line,
                    "a page cannot be shown as an image; its words are kept".to_owned(),
                );
                words_only(inline, link, rewritten);
            }
            Destination::Nowhere(reason) => {
                self.remark(page, line, format!("the image is replaced by its words: {reason}"));
                words_only(inline, link, rewritten);
            }
        }
    }

    /// Rewrites the images in raw HTML, each with `around` before and after it.
    fn html(&mut self, page: usize, line: usize, source: &str, around: &str) -> String {
        let mut text = String::new();
        let mut copied = 0;
        for tag in html::tags(source) {
            let at = line + source[..tag.range.start].matches('\n').count();
            if tag.name == "img"
                && let Some(embed) = self.html_image(page, &tag)
            {
                text.push_str(&source[copied..tag.range.start]);
                text.push_str(&format!("{around}{embed}{around}"));
                copied = tag.range.end;
                continue;
            }
            for address in tag.addresses().filter(|address| !address.is_empty()) {
                if is_external(address) {
                    if tag.name == "img" {
                        self.remark(
                            page,
                            at,
                            "the image is not in the folder; it is still shown from its address"
                                .to_owned(),
                        );
                    }
                } else if !address.starts_with('#') {
                    self.remark(page, at, format!("HTML that names `{address}` is kept as it is; what it names is not imported for it"));
                }
            }
        }
        text.push_str(&source[copied..]);
        text
    }

    fn html_image(&mut self, page: usize, tag: &Tag) -> Option<String> {
        match self.site.find(page, tag.get("src")?) {
            Destination::File(path) => {
                let alt = tag.get("alt").map(str::to_owned);
                Some(self.embed(&path, Use { alt, caption: None }))
            }
            _ => None,
        }
    }

    /// Images in a block of raw HTML are only read as ours between empty lines, which end some kinds
    /// of block.
    fn html_blocks(&mut self, page: usize, rewritten: &mut Rewritten) {
        let site = self.site;
        let read = &site.pages[page];
        for block in &read.scan.html {
            let start = Place { line: block.lines.start, column: 0 };
            let last = block.lines.end - 1;
            let Some(line) = read.lines.get(last) else { continue };
            let span = Span { start, end: Place { line: last, column: line.len() } };
            let Some(source) = span.of(&read.lines) else { continue };
            if block.is_top && block.ends_at_blank {
                let mut text = self.html(page, block.lines.start, &source, "\n\n");
                while text.contains("\n\n\n") {
                    text = text.replace("\n\n\n", "\n\n");
                }
                if text != source {
                    rewritten.edits.push(Edit { span, text: text.trim_matches('\n').to_owned() });
                }
                continue;
            }
            for tag in html::tags(&source) {
                let at = block.lines.start + source[..tag.range.start].matches('\n').count();
                for address in tag
                    .addresses()
                    .filter(|address| !is_external(address) && !address.starts_with('#'))
                {
                    self.remark(page, at, format!("HTML that names `{address}` is kept as it is; what it names is not imported for it"));
                }
            }
        }
    }

    /// Names the paragraphs that have an anchor.
    fn block_ids(&self, page: &Page, rewritten: &mut Rewritten) {
        for block in &page.blocks {
            if let At::End(place) = block.at {
                let span = Span { start: place, end: place };
                rewritten.edits.push(Edit { span, text: format!(" {{#{}}}", block.id) });
            }
        }
    }
}

/// How an image is used. Pandoc's `alt` stands for the image; the text in brackets is a caption then.
fn used(inline: &Inline, link: &Link) -> Use {
    let given = inline.attributes.get("alt").or(inline.attributes.get("fig-alt"));
    let words = Some(&link.text).filter(|text| !text.is_empty()).cloned();
    match given {
        Some(alt) => {
            let caption = words.filter(|words| words != alt);
            Use { alt: Some(alt.trim().to_owned()), caption }
        }
        None => {
            Use { alt: words, caption: Some(link.title.clone()).filter(|title| !title.is_empty()) }
        }
    }
}

/// Takes the brackets and the address off, and leaves the text.
fn unwrap(inline: &Inline, link: &Link, opening: usize, rewritten: &mut Rewritten) {
    let Place { line, column } = inline.span.start;
    let open = Span::on(line, column, column + opening);
    let close = Span { start: open.end.after(&link.source), end: inline.span.end };
    for span in [open, close] {
        rewritten.edits.push(Edit { span, text: String::new() });
    }
}

/// Leaves an image's words.
fn words_only(inline: &Inline, link: &Link, rewritten: &mut Rewritten) {
    if link.source.trim().is_empty() {
        let words = inline.attributes.get("alt").and_then(reference_text);
        let text = escaped(&words.unwrap_or_else(|| link.address.clone()));
        rewritten.edits.push(Edit { span: inline.span, text });
    } else {
        unwrap(inline, link, 2, rewritten);
    }
}

/// Words as text that means nothing in Markdown.
fn escaped(words: &str) -> String {
    let mut text = String::new();
    for c in words.chars().map(|c| if c.is_control() || is_unusable(c) { ' ' } else { c }) {
        if c.is_ascii_punctuation() && !",.;?'/-()".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// A reference definition.
fn definition(label: &str, address: &str, title: &str) -> String {
    let mut url = String::new();
    for c in address.chars() {
        match c {
            '<' | '>' | '[' | ']' | '{' | '}' | '\\' | ' ' => {
                url.push_str(&format!("%{:02X}", u32::from(c)));
            }
            c if c.is_control() || is_unusable(c) => {}
            c => url.push(c),
        }
    }
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = if title.is_empty() { title } else { format!(" \"{}\"", escaped(&title)) };
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("[{label}]: <{url}>{title}")
}

//! Inlines.

use lcms_core::model::markup::{Html, Image, Inline, Link, Math, Reference, ReferenceRole};

use super::address::{self, Address};
use super::math::mathml;
use super::{FaultRule, LinkHtml, Mark, Place, Renderer};

impl Renderer<'_> {
    pub(super) fn inlines(&mut self, inlines: &[Inline]) {
        if inlines.iter().any(|inline| raw_html(inline).is_some()) {
            self.with_raw_html(inlines, raw_html, Self::inline);
        } else {
            inlines.iter().for_each(|inline| self.inline(inline));
        }
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => self.text_with_blanks(text),
            Inline::Code(code) => {
                self.html("<code>");
                self.text(code);
                self.html("</code>");
            }
            Inline::Math(math) => self.math(math),
            Inline::Emphasis(content) => self.wrapped("em", content),
            Inline::Strong(content) => self.wrapped("strong", content),
            Inline::Strikethrough(content) => self.wrapped("del", content),
            Inline::Link(link) => self.link(link),
            Inline::Image(image) => self.image(image),
            Inline::SoftBreak => self.html("\n"),
            Inline::HardBreak => self.html("<br>\n"),
            Inline::FootnoteMark(name) => self.footnote_mark(name),
            Inline::Reference(reference) => match reference.role {
                ReferenceRole::Embed => self.embed(reference, Place::Inline),
                ReferenceRole::Link | ReferenceRole::Include => self.component_link(reference),
            },
            Inline::Variable(variable) => {
                let message = format!("the variable `{}` has no value yet", variable.name);
                self.fault((variable.line, variable.column), FaultRule::Variable, message);
            }
            // Only ever met by `inlines`, which sanitises it together with its siblings.
            Inline::Html(_) => {}
        }
    }

    fn wrapped(&mut self, tag: &str, content: &[Inline]) {
        self.html(&format!("<{tag}>"));
        self.inlines(content);
        self.html(&format!("</{tag}>"));
    }

    /// Writes text, with what the resolver gives for each `[blank ID]` in it.
    fn text_with_blanks(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("[blank ") {
            let blank = after
                .split_once(']')
                .and_then(|(id, after)| Some((self.resolver.blank(id)?, after)));
            self.text(before);
            match blank {
                Some((html, after)) => {
                    self.html(&html);
                    rest = after;
                }
                None => {
                    self.html("[blank ");
                    rest = after;
                }
            }
        }
        self.text(rest);
    }

    pub(super) fn math(&mut self, math: &Math) {
        match mathml(&math.latex, math.display) {
            Some(mathml) => self.html(&mathml),
            None => {
                let message = "this formula cannot be set and is shown as LaTeX";
                self.notice((math.line, math.column), FaultRule::Formula, message);
                self.html("<code class=\"lcms-math\">");
                self.text(math.latex.trim());
                self.html("</code>");
            }
        }
    }

    fn link(&mut self, link: &Link) {
        let at = (link.line, link.column);
        match address::judge(&link.address) {
            Ok(Address::Web(href)) => {
                self.html("<a");
                self.attribute("href", &href);
                self.html(" rel=\"noopener noreferrer\" target=\"_blank\"");
            }
            Ok(Address::Contact(href)) => {
                self.html("<a");
                self.attribute("href", &href);
            }
            Ok(Address::Fragment(id)) => {
                let href = format!("#{}", self.ids.full(&id));
                self.fragments.push((id, self.source, at));
                self.html("<a");
                self.attribute("href", &href);
            }
            Err(reason) => {
                self.notice(at, FaultRule::Address, unpublished("link", &link.address, reason));
                return self.inlines(&link.content);
            }
        }
        self.title_attribute(&link.title);
        self.html(">");
        self.inlines(&link.content);
        self.html("</a>");
    }

    fn image(&mut self, image: &Image) {
        let reason = match address::judge(&image.address) {
            Ok(Address::Web(source)) => {
                self.html("<img");
                self.attribute("src", &source);
                self.attribute("alt", &image.alternative);
                self.title_attribute(&image.title);
                return self.html(">");
            }
            Ok(_) => "a picture needs a web address",
            Err(reason) => reason,
        };
        let message = unpublished("picture", &image.address, reason);
        self.notice((image.line, image.column), FaultRule::Address, message);
        self.text(&image.alternative);
    }

    fn title_attribute(&mut self, title: &str) {
        if !title.is_empty() {
            self.attribute("title", title);
        }
    }

    fn component_link(&mut self, reference: &Reference) {
        match self.resolver.link(reference) {
            Ok(link) => {
                let text = reference.text.as_deref().unwrap_or(&link.title);
                match &link.definition {
                    Some(definition) => self.term(text, definition, &link),
                    None => self.anchor(text, link.href.as_deref()),
                }
            }
            Err(reason) => {
                self.fault((reference.line, reference.column), FaultRule::Reference, reason);
            }
        }
    }

    fn anchor(&mut self, text: &str, href: Option<&str>) {
        let Some(href) = href else { return self.text(text) };
        self.html("<a");
        self.attribute("href", href);
        self.html(">");
        self.text(text);
        self.html("</a>");
    }

    /// A term that shows what it means when it is asked, without a script.
    fn term(&mut self, text: &str, definition: &str, link: &LinkHtml) {
        let id = self.ids.unique("term");
        self.html("<button type=\"button\" class=\"lcms-term\"");
        self.attribute("popovertarget", &id);
        self.html(">");
        self.text(text);
        self.html("</button><span popover class=\"lcms-definition\"");
        self.attribute("id", &id);
        self.html("><dfn>");
        self.anchor(&link.title, link.href.as_deref());
        self.html("</dfn> ");
        self.text(definition);
        self.html("</span>");
    }

    pub(super) fn embed(&mut self, reference: &Reference, place: Place) {
        match self.resolver.embed(reference, place) {
            Ok(html) => self.html(&html),
            Err(reason) => {
                self.fault((reference.line, reference.column), FaultRule::Reference, reason);
            }
        }
    }

    fn footnote_mark(&mut self, name: &str) {
        let Some(footnote) = self.footnotes.get_mut(&name.to_lowercase()) else {
            return self.text(&format!("[^{name}]"));
        };
        let content = footnote.content;
        let is_first = footnote.number.is_none();
        let number = *footnote.number.get_or_insert(self.marked.len() + 1);
        let mark_id = self.ids.unique(&format!("footnote-mark-{number}"));
        if is_first {
            let note_id = self.ids.unique(&format!("footnote-{number}"));
            self.marked.push(Mark { content, mark_id: mark_id.clone(), note_id });
        }
        let note_id = self.marked[number - 1].note_id.clone();
        self.html("<sup class=\"lcms-footnote-mark\"><a");
        self.attribute("id", &mark_id);
        self.attribute("href", &format!("#{note_id}"));
        self.html(&format!(" role=\"doc-noteref\">{number}</a></sup>"));
    }
}

fn unpublished(what: &str, address: &str, reason: &str) -> String {
    let shown: String = address.chars().take(120).collect();
    format!("the {what} to `{shown}` is left out: {reason}")
}

fn raw_html(inline: &Inline) -> Option<&Html> {
    match inline {
        Inline::Html(html) => Some(html),
        _ => None,
    }
}

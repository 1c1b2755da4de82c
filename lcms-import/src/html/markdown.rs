//! HTML to the Markdown that we keep.
//!
//! Structure and emphasis are carried over, looks are not. Text is escaped where Markdown would take it
//! for markup; what our own language adds is looked after where texts are settled.

use std::fmt::Write as _;

use lcms_core::model::Key;
use scraper::node::{Element, Node};
use scraper::{ElementRef, Html};

use super::escape::{escape, escape_line_starts};
use super::table::table;

type Ref<'a> = ego_tree::NodeRef<'a, Node>;

/// Elements that are left out with everything in them.
const DROPPED: [&str; 14] = [
    "script", "style", "noscript", "template", "head", "nav", "object", "embed", "applet", "form",
    "button", "select", "textarea", "input",
];
/// Of these, the ones whose loss is worth a word.
const LOST: [(&str, &str); 9] = [
    ("object", "an embedded object"),
    ("embed", "an embedded object"),
    ("applet", "a Java applet"),
    ("form", "a form"),
    ("iframe", "a frame"),
    ("video", "a video"),
    ("audio", "a sound"),
    ("math", "a formula in MathML"),
    ("svg", "a drawing in SVG"),
];
/// Elements inside each other beyond which only their text is taken.
const MAX_DEPTH: usize = 100;

/// A text that was converted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Converted {
    pub(crate) title: String,
    pub(crate) markdown: String,
    /// What could not be carried over, each once.
    pub(crate) lost: Vec<String>,
}

/// Where an address leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Elsewhere, or to a file that is looked for later.
    Address(String),
    /// To an asset.
    Asset(Key),
    /// To nothing.
    Missing,
}

/// What becomes of an address: of an image (`true`) or a link.
pub(crate) type Address<'a> = dyn Fn(&str, bool) -> Target + 'a;

/// An address as Markdown can hold it.
pub(crate) fn kept(address: &str) -> Target {
    let address = address.trim();
    Target::Address(match address.contains([' ', '(', ')', '<', '>']) {
        true => format!("<{}>", address.replace(['<', '>'], "")),
        false => address.to_owned(),
    })
}

/// Words as the text of a reference, which cannot hold brackets and backticks.
fn reference_text(words: &str) -> Option<String> {
    let swapped =
        words.replace('\\', "").replace('[', "(").replace(']', ")").replace(['`', '|'], "'");
    let joined = swapped.split_whitespace().collect::<Vec<_>>().join(" ");
    (!joined.is_empty()).then_some(joined)
}

/// Converts a page or a part of one.
pub(crate) fn to_markdown(html: &str, address: &Address<'_>) -> Converted {
    let document = Html::parse_document(html);
    let mut converter = Converter { address, lost: Vec::new(), depth: 0 };
    let root = document.root_element();
    let find = |name: &str| root.descendants().find_map(ElementRef::wrap_of(name));
    let title = find("title").map(|title| title.text().collect::<String>()).unwrap_or_default();
    let body = find("main").or_else(|| find("body"));
    let blocks = body.map(|body| converter.blocks(*body)).unwrap_or_default();
    Converted {
        title: title.split_whitespace().collect::<Vec<_>>().join(" "),
        markdown: blocks.join("\n\n"),
        lost: converter.lost,
    }
}

/// Finds elements by name among nodes.
trait WrapOf {
    fn wrap_of<'a>(name: &str) -> impl Fn(Ref<'a>) -> Option<ElementRef<'a>>;
}

impl WrapOf for ElementRef<'_> {
    fn wrap_of<'a>(name: &str) -> impl Fn(Ref<'a>) -> Option<ElementRef<'a>> {
        move |node| ElementRef::wrap(node).filter(|it| it.value().name() == name)
    }
}

pub(super) struct Converter<'a> {
    address: &'a Address<'a>,
    lost: Vec<String>,
    depth: usize,
}

impl Converter<'_> {
    fn lose(&mut self, what: &str) {
        if !self.lost.iter().any(|known| known == what) {
            self.lost.push(what.to_owned());
        }
    }

    /// The blocks in a node; runs of inline content between them are paragraphs.
    pub(super) fn blocks(&mut self, node: Ref<'_>) -> Vec<String> {
        let mut blocks = Vec::new();
        let mut run = String::new();
        if self.depth >= MAX_DEPTH {
            self.lose("what is nested too deep");
            return blocks;
        }
        self.depth += 1;
        for child in node.children() {
            match child.value() {
                Node::Element(element) if is_block(element, child) => {
                    flush(&mut run, &mut blocks);
                    self.block(element, child, &mut blocks);
                }
                _ => self.inline(child, &mut run),
            }
        }
        flush(&mut run, &mut blocks);
        self.depth -= 1;
        blocks
    }

    fn block(&mut self, element: &Element, node: Ref<'_>, blocks: &mut Vec<String>) {
        let name = element.name();
        if let Some((_, what)) = LOST.iter().find(|(lost, _)| *lost == name) {
            self.lose(what);
        }
        match name {
            _ if DROPPED.contains(&name) => {}
            "iframe" | "video" | "audio" => {
                let source = element.attr("src").map(str::to_owned).or_else(|| {
                    node.children().find_map(|child| {
                        child.value().as_element()?.attr("src").map(str::to_owned)
                    })
                });
                if let Some(source) = source {
                    blocks.push(self.linked(&escape(&source), &source));
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = usize::from(name.as_bytes()[1] - b'0');
                let text = self.line(node);
                if !text.is_empty() {
                    blocks.push(format!("{} {text}", "#".repeat(level)));
                }
            }
            "hr" => blocks.push("---".to_owned()),
            "pre" => blocks.push(code_block(&raw_text(node))),
            "blockquote" => {
                let inner = self.blocks(node).join("\n\n");
                if !inner.is_empty() {
                    blocks.push(prefixed(&inner, "> ", "> "));
                }
            }
            "footnote" => {
                let id = element.attr("id").unwrap_or_default();
                let inner = self.blocks(node).join("\n\n");
                blocks.push(prefixed(&inner, &format!("[^{id}]: "), "    "));
            }
            "ul" | "ol" => blocks.extend(self.list(element, node)),
            "dl" => self.definitions(node, blocks),
            "table" => blocks.extend(table(self, node)),
            "figure" => {
                let caption = node.children().find_map(ElementRef::wrap_of("figcaption"));
                for child in node.children() {
                    let is_caption =
                        child.value().as_element().is_some_and(|it| it.name() == "figcaption");
                    if !is_caption {
                        let mut run = String::new();
                        match child.value() {
                            Node::Element(inner) if is_block(inner, child) => {
                                self.block(inner, child, blocks);
                            }
                            _ => self.inline(child, &mut run),
                        }
                        flush(&mut run, blocks);
                    }
                }
                if let Some(caption) = caption {
                    let text = self.line(*caption);
                    if !text.is_empty() {
                        blocks.push(format!("*{text}*"));
                    }
                }
            }
            _ => blocks.extend(self.blocks(node)),
        }
    }

    fn list(&mut self, element: &Element, node: Ref<'_>) -> Option<String> {
        let start: u64 = element.attr("start").and_then(|it| it.parse().ok()).unwrap_or(1);
        let is_ordered = element.name() == "ol";
        let mut items = Vec::new();
        for child in node.children().filter(|child| child.value().is_element()) {
            let blocks = self.blocks(child);
            let mark = match is_ordered {
                true => format!("{}. ", start + items.len() as u64),
                false => "- ".to_owned(),
            };
            let tight = blocks.len() < 2 || blocks[1..].iter().all(|it| it.starts_with(['-', '1']));
            let inner = blocks.join(if tight { "\n" } else { "\n\n" });
            items.push((prefixed(&inner, &mark, &" ".repeat(mark.len())), tight));
        }
        let tight = items.iter().all(|(_, tight)| *tight);
        let items: Vec<String> = items.into_iter().map(|(text, _)| text).collect();
        (!items.is_empty()).then(|| items.join(if tight { "\n" } else { "\n\n" }))
    }

    /// Terms and their descriptions, in the form of description lists.
    fn definitions(&mut self, node: Ref<'_>, blocks: &mut Vec<String>) {
        for child in node.children() {
            let Some(element) = child.value().as_element() else { continue };
            match element.name() {
                "dt" => blocks.push(self.line(child)),
                "dd" => {
                    let inner = self.blocks(child).join("\n\n");
                    blocks.push(prefixed(&inner, ": ", "  "));
                }
                _ => self.definitions(child, blocks),
            }
        }
    }

    fn linked(&self, text: &str, address: &str) -> String {
        match (self.address)(address, false) {
            Target::Address(address) => format!("[{text}]({address})"),
            Target::Asset(key) => {
                let text = reference_text(text).map(|text| format!("|{text}")).unwrap_or_default();
                format!("[[{key}{text}]]")
            }
            Target::Missing => text.to_owned(),
        }
    }

    /// The inline content of a node as one line.
    pub(super) fn line(&mut self, node: Ref<'_>) -> String {
        let mut run = String::new();
        for child in node.children() {
            self.inline(child, &mut run);
        }
        let line = run.replace("\\\n", " ");
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn inline(&mut self, node: Ref<'_>, out: &mut String) {
        let element = match node.value() {
            Node::Text(text) => return push_text(out, &text.text),
            Node::Element(element) => element,
            _ => return,
        };
        if self.depth >= MAX_DEPTH {
            self.lose("what is nested too deep");
            return;
        }
        self.depth += 1;
        let name = element.name();
        if let Some((_, what)) = LOST.iter().find(|(lost, _)| *lost == name) {
            self.lose(what);
        }
        match name {
            _ if DROPPED.contains(&name) => {}
            "br" => {
                let end = out.trim_end().len();
                out.truncate(end);
                out.push_str("\\\n");
            }
            "img" => {
                let source = element.attr("src").unwrap_or_default();
                if !source.is_empty() {
                    let alt = escape(element.attr("alt").unwrap_or_default());
                    let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
                    let _ = match (self.address)(source, true) {
                        Target::Address(address) => write!(out, "![{alt}]({address})"),
                        Target::Asset(key) => {
                            let alt = element.attr("alt").and_then(reference_text);
                            let alt = alt.map(|alt| format!("|{alt}")).unwrap_or_default();
                            write!(out, "![[{key}{alt}]]")
                        }
                        Target::Missing => {
                            self.lose(&format!("the image `{source}` (it is not there)"));
                            write!(out, "{alt}")
                        }
                    };
                }
            }
            "b" | "strong" => self.wrapped(node, "**", out),
            "i" | "em" | "cite" | "dfn" | "var" => self.wrapped(node, "*", out),
            "s" | "del" | "strike" => self.wrapped(node, "~~", out),
            "code" | "kbd" | "samp" | "tt" => {
                let text = raw_text(node);
                let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !text.is_empty() {
                    out.push_str(&code_span(&text));
                }
            }
            "sub" | "sup" => {
                let inner = self.line(node);
                let _ = write!(out, "<{name}>{inner}</{name}>");
            }
            "a" => {
                let text = self.line(node);
                match element.attr("href").filter(|href| !href.trim().is_empty()) {
                    Some(href) if !text.is_empty() => {
                        let link = self.linked(&text, href.trim());
                        out.push_str(&link);
                    }
                    _ => out.push_str(&text),
                }
            }
            "footnote-ref" => {
                let _ = write!(out, "[^{}]", element.attr("id").unwrap_or_default());
            }
            "math" | "svg" => push_text(out, &raw_text(node)),
            _ => node.children().for_each(|child| self.inline(child, out)),
        }
        self.depth -= 1;
    }

    /// Emphasis stands at the words, not at the spaces around them.
    fn wrapped(&mut self, node: Ref<'_>, mark: &str, out: &mut String) {
        let mut inner = String::new();
        for child in node.children() {
            self.inline(child, &mut inner);
        }
        let text = inner.trim();
        if text.is_empty() || text.starts_with(mark) {
            out.push_str(&inner);
            return;
        }
        if inner.starts_with(char::is_whitespace) && !out.ends_with(char::is_whitespace) {
            out.push(' ');
        }
        let _ = write!(out, "{mark}{text}{mark}");
        if inner.ends_with(char::is_whitespace) {
            out.push(' ');
        }
    }
}

/// Whether an element begins a block. One that may be either does when it holds one.
fn is_block(element: &Element, node: Ref<'_>) -> bool {
    const BLOCKS: [&str; 34] = [
        "address",
        "article",
        "aside",
        "audio",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "iframe",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ];
    let name = element.name();
    BLOCKS.contains(&name)
        || matches!(name, "video" | "footnote")
        || matches!(name, "a" | "span" | "font" | "ins")
            && node.children().any(|child| {
                matches!(child.value(), Node::Element(inner) if BLOCKS.contains(&inner.name()))
            })
}

fn flush(run: &mut String, blocks: &mut Vec<String>) {
    let text = std::mem::take(run);
    let text = text.trim().trim_end_matches("\\\n").trim_end_matches('\\').trim();
    if !text.is_empty() {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        blocks.push(escape_line_starts(&lines.join("\n")));
    }
}

fn push_text(out: &mut String, text: &str) {
    let mut words = text.split_whitespace().peekable();
    let begins_apart = text.starts_with(char::is_whitespace);
    if (begins_apart || words.peek().is_none()) && !out.ends_with([' ', '\n']) {
        out.push(' ');
    }
    let joined = words.collect::<Vec<_>>().join(" ");
    out.push_str(&escape(&joined));
    if !joined.is_empty() && text.ends_with(char::is_whitespace) {
        out.push(' ');
    }
}

fn raw_text(node: Ref<'_>) -> String {
    let texts = node.descendants().filter_map(|child| child.value().as_text());
    texts.map(|text| &**text).collect()
}

fn code_span(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn code_block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}\n{}\n{fence}", text.trim_matches('\n'))
}

/// A text whose first line begins so, and all others so.
fn prefixed(text: &str, first: &str, rest: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(n, line)| {
            format!("{}{line}", if n == 0 { first } else { rest }).trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(html: &str) -> String {
        to_markdown(html, &|address, _| kept(address)).markdown
    }

    #[test]
    fn blocks_and_emphasis_are_carried_over() {
        for (html, expected) in [
            ("<h2>A <em>b</em></h2><p>c<br>d</p>", "## A *b*\n\nc\\\nd"),
            ("<p>a<b> b </b>c</p>", "a **b** c"),
            ("<ul><li>a<li>b<ol><li>c</ol></ul>", "- a\n- b\n  1. c"),
            ("<ul><li><p>a</p><p>b</p></ul>", "- a\n\n  b"),
            ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
            ("<pre>x\n  y</pre>", "```\nx\n  y\n```"),
            ("<p><a href=x.html>a</a> <img src=b.png alt='c d'></p>", "[a](x.html) ![c d](b.png)"),
            ("<p><code>a`b</code></p>", "``a`b``"),
            ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
            ("<dl><dt>a<dd>b</dl>", "a\n\n: b"),
            ("H<sub>2</sub>O", "H<sub>2</sub>O"),
            ("<figure><img src=a.png><figcaption>b</figcaption></figure>", "![](a.png)\n\n*b*"),
        ] {
            assert_eq!(convert(html), expected, "{html}");
        }
    }

    #[test]
    fn what_only_looks_like_markup_is_escaped() {
        assert_eq!(
            convert("<p>2 * 3 * 4 [x] a_b &lt;b&gt; `c`"),
            "2 \\* 3 \\* 4 \\[x\\] a_b \\<b> \\`c\\`"
        );
        assert_eq!(
            convert("<p># a</p><p>1. b</p><p>- c</p><p>::: d"),
            "\\# a\n\n1\\. b\n\n\\- c\n\n\\::: d"
        );
    }

    #[test]
    fn what_is_lost_is_said_once() {
        let converted = to_markdown("<form><input></form><form></form><p>a", &|it, _| kept(it));
        assert_eq!((converted.markdown.as_str(), converted.lost), ("a", vec!["a form".to_owned()]));
    }

    #[test]
    fn depth_has_an_end() {
        let deep = format!("{}x", "<div>".repeat(5_000));
        assert!(to_markdown(&deep, &|it, _| kept(it)).lost.len() == 1);
    }
}

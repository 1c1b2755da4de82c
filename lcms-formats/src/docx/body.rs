//! The text of a document.

use super::attribute;
use super::parts::{Numbering, Relations, Styles, number};
use crate::xml::{Node, Piece};

/// Writes HTML.
pub(super) struct Writer {
    relations: Relations,
    styles: Styles,
    numbering: Numbering,
    out: String,
    /// The lists that are open, outermost first: whether numbered.
    lists: Vec<bool>,
    pictures: Vec<String>,
    unsupported: Vec<String>,
    /// Ids of the footnotes that are called.
    called: Vec<String>,
}

/// Emphasis of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Emphasis {
    bold: bool,
    italic: bool,
    strike: bool,
    code: bool,
    above: bool,
    below: bool,
}

impl Emphasis {
    fn of(run: &Node) -> Self {
        let Some(properties) = run.child("rPr") else { return Self::default() };
        let on = |name: &str| {
            properties.child(name).is_some_and(|it| {
                !matches!(attribute(it, "val"), Some("0" | "false" | "none" | "off"))
            })
        };
        let align = properties.child("vertAlign").and_then(|it| attribute(it, "val"));
        let style =
            properties.child("rStyle").and_then(|it| attribute(it, "val")).unwrap_or_default();
        let style = style.to_lowercase();
        Self {
            bold: on("b") || style == "strong",
            italic: on("i") || style == "emphasis",
            strike: on("strike") || on("dstrike"),
            code: style.contains("code"),
            above: align == Some("superscript"),
            below: align == Some("subscript"),
        }
    }

    fn tags(self) -> impl DoubleEndedIterator<Item = &'static str> {
        [
            (self.bold, "b"),
            (self.italic, "i"),
            (self.strike, "s"),
            (self.code, "code"),
            (self.above, "sup"),
            (self.below, "sub"),
        ]
        .into_iter()
        .filter_map(|(on, tag)| on.then_some(tag))
    }
}

impl Writer {
    pub(super) fn new(relations: Relations, styles: Styles, numbering: Numbering) -> Self {
        Self {
            relations,
            styles,
            numbering,
            out: String::new(),
            lists: Vec::new(),
            pictures: Vec::new(),
            unsupported: Vec::new(),
            called: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> (String, Vec<String>, Vec<String>) {
        self.close_lists(0);
        (self.out, self.pictures, self.unsupported)
    }

    fn lose(&mut self, what: &str) {
        if !self.unsupported.iter().any(|known| known == what) {
            self.unsupported.push(what.to_owned());
        }
    }

    /// Paragraphs, tables and what only groups them.
    pub(super) fn blocks(&mut self, node: &Node) {
        for child in &node.children {
            match child.name.as_str() {
                "p" => self.paragraph(child),
                "tbl" => {
                    self.close_lists(0);
                    self.table(child);
                }
                "sdt" => {
                    if let Some(content) = child.child("sdtContent") {
                        self.blocks(content);
                    }
                }
                "ins" | "moveTo" | "customXml" | "smartTag" => self.blocks(child),
                "AlternateContent" => {
                    if let Some(choice) = child.child("Choice").or(child.child("Fallback")) {
                        self.blocks(choice);
                    }
                }
                "altChunk" => self.lose("an embedded document"),
                _ => {}
            }
        }
    }

    fn paragraph(&mut self, node: &Node) {
        let properties = node.child("pPr");
        let style =
            properties.and_then(|it| it.child("pStyle")).and_then(|it| attribute(it, "val"));
        let style = style.unwrap_or_default().to_owned();
        let mut inner = Writer { out: String::new(), ..self.inner() };
        inner.runs(node);
        let text = std::mem::take(&mut inner.out);
        self.take_back(inner);
        if text.trim().is_empty() {
            return;
        }
        let heading = self.styles.heading(&style);
        let list = properties.and_then(number).or_else(|| self.styles.list(&style));
        if let Some((id, level)) = list.filter(|_| heading.is_none()) {
            self.open_list(level, self.numbering.is_ordered(&id, level));
            self.out.push_str("<li>");
            self.out.push_str(&text);
            return;
        }
        self.close_lists(0);
        let (open, close) = match heading {
            Some(level) => (format!("<h{level}>"), format!("</h{level}>")),
            None if self.styles.is_quote(&style) => {
                ("<blockquote><p>".into(), "</p></blockquote>".into())
            }
            None if self.styles.is_code(&style) => ("<pre>".into(), "</pre>".into()),
            None => ("<p>".into(), "</p>".into()),
        };
        self.out.push_str(&open);
        self.out.push_str(&text);
        self.out.push_str(&close);
        self.out.push('\n');
    }

    /// A writer for a part of the text, which shares what is known.
    fn inner(&mut self) -> Self {
        Self {
            relations: std::mem::take(&mut self.relations),
            styles: std::mem::take(&mut self.styles),
            numbering: std::mem::take(&mut self.numbering),
            out: String::new(),
            lists: Vec::new(),
            pictures: std::mem::take(&mut self.pictures),
            unsupported: std::mem::take(&mut self.unsupported),
            called: std::mem::take(&mut self.called),
        }
    }

    fn take_back(&mut self, inner: Self) {
        let Self { relations, styles, numbering, pictures, unsupported, called, .. } = inner;
        self.relations = relations;
        self.styles = styles;
        self.numbering = numbering;
        self.pictures = pictures;
        self.unsupported = unsupported;
        self.called = called;
    }

    /// Makes a list of that level the innermost one. An item stays open for the lists inside it.
    fn open_list(&mut self, level: usize, ordered: bool) {
        if self.lists.len() > level + 1 {
            self.close_lists(level + 1);
        }
        if self.lists.len() == level + 1 {
            if self.lists.last() == Some(&ordered) {
                self.out.push_str("</li>\n");
                return;
            }
            self.close_lists(level);
        }
        while self.lists.len() <= level {
            // A level that is left out has the form of the one that follows.
            if self.lists.len() < level {
                self.out.push_str(if ordered { "<ol><li>" } else { "<ul><li>" });
            } else {
                self.out.push_str(if ordered { "<ol>" } else { "<ul>" });
            }
            self.lists.push(ordered);
        }
    }

    fn close_lists(&mut self, to: usize) {
        while self.lists.len() > to {
            let ordered = self.lists.pop().unwrap_or(false);
            self.out.push_str(if ordered { "</li></ol>\n" } else { "</li></ul>\n" });
        }
    }

    fn table(&mut self, node: &Node) {
        self.out.push_str("<table>");
        for row in rows(node) {
            self.out.push_str("<tr>");
            for cell in row.children.iter().flat_map(|child| match child.name.as_str() {
                "tc" => vec![child],
                "sdt" => child
                    .child("sdtContent")
                    .map(|it| it.children_named("tc").collect())
                    .unwrap_or_default(),
                _ => Vec::new(),
            }) {
                let span = cell
                    .child("tcPr")
                    .and_then(|it| it.child("gridSpan"))
                    .and_then(|it| attribute(it, "val")?.parse::<u16>().ok());
                match span.filter(|span| *span > 1) {
                    Some(span) => self.out.push_str(&format!("<td colspan=\"{span}\">")),
                    None => self.out.push_str("<td>"),
                }
                let outer = std::mem::take(&mut self.lists);
                self.blocks(cell);
                self.close_lists(0);
                self.lists = outer;
                self.out.push_str("</td>");
            }
            self.out.push_str("</tr>");
        }
        self.out.push_str("</table>\n");
    }

    fn runs(&mut self, node: &Node) {
        for child in &node.children {
            match child.name.as_str() {
                "r" => self.run(child),
                "hyperlink" => self.link(child),
                "ins" | "moveTo" | "smartTag" | "customXml" | "fldSimple" | "dir" | "bdo" => {
                    self.runs(child);
                }
                "sdt" => {
                    if let Some(content) = child.child("sdtContent") {
                        self.runs(content);
                    }
                }
                "oMath" | "oMathPara" => {
                    self.lose("a formula (its text stays)");
                    let text = all_text(child);
                    self.text(&text);
                }
                _ => {}
            }
        }
    }

    fn link(&mut self, node: &Node) {
        let target = attribute(node, "id").and_then(|id| self.relations.get(id)).map(str::to_owned);
        match target {
            Some(target) => {
                self.out.push_str("<a href=\"");
                self.text(&target);
                self.out.push_str("\">");
                self.runs(node);
                self.out.push_str("</a>");
            }
            None => self.runs(node),
        }
    }

    fn run(&mut self, node: &Node) {
        let emphasis = Emphasis::of(node);
        let mut inner = Writer { out: String::new(), ..self.inner() };
        for child in &node.children {
            inner.run_content(child);
        }
        let text = std::mem::take(&mut inner.out);
        self.take_back(inner);
        if text.is_empty() {
            return;
        }
        if text.trim().is_empty() {
            self.out.push_str(&text);
            return;
        }
        // Runs that are emphasised alike are one.
        let close: String = emphasis.tags().rev().map(|tag| format!("</{tag}>")).collect();
        let open: String = emphasis.tags().map(|tag| format!("<{tag}>")).collect();
        if !close.is_empty() && self.out.ends_with(&close) {
            self.out.truncate(self.out.len() - close.len());
        } else {
            self.out.push_str(&open);
        }
        self.out.push_str(&text);
        self.out.push_str(&close);
    }

    fn run_content(&mut self, node: &Node) {
        match node.name.as_str() {
            "t" => {
                for piece in node.pieces() {
                    if let Piece::Text(text) = piece {
                        self.text(text);
                    }
                }
            }
            "tab" => self.out.push(' '),
            "noBreakHyphen" => self.out.push('\u{2011}'),
            "br" | "cr" => match attribute(node, "type") {
                Some("page" | "column") => {}
                _ => self.out.push_str("<br>"),
            },
            "drawing" | "pict" => self.picture(node),
            "object" => self.lose("an embedded object"),
            "footnoteReference" => {
                let id = attribute(node, "id").unwrap_or_default().to_owned();
                self.out.push_str(&format!("<footnote-ref id=\"{id}\"></footnote-ref>"));
                self.called.push(id);
            }
            "endnoteReference" => self.lose("an endnote"),
            "commentReference" => self.lose("a comment"),
            "AlternateContent" => {
                let choice = node.child("Choice").or(node.child("Fallback"));
                for child in choice.into_iter().flat_map(|choice| &choice.children) {
                    self.run_content(child);
                }
            }
            _ => {}
        }
    }

    fn picture(&mut self, node: &Node) {
        let found = find(node, "blip").and_then(|it| attribute(it, "embed"));
        let found = found.or_else(|| find(node, "imagedata").and_then(|it| attribute(it, "id")));
        let target = found.and_then(|id| self.relations.get(id)).map(str::to_owned);
        let Some(target) = target else {
            return self.lose(match find(node, "txbxContent") {
                Some(_) => "a text box",
                None => "a drawing",
            });
        };
        let described =
            find(node, "docPr").and_then(|it| attribute(it, "descr")).unwrap_or_default();
        let described = described.to_owned();
        let name = target.rsplit('/').next().unwrap_or(&target).to_owned();
        self.out.push_str("<img src=\"media:");
        self.text(&name);
        self.out.push_str("\" alt=\"");
        self.text(&described);
        self.out.push_str("\">");
        if !self.pictures.contains(&target) {
            self.pictures.push(target);
        }
    }

    pub(super) fn footnotes(&mut self, notes: &Node) {
        self.close_lists(0);
        for id in std::mem::take(&mut self.called) {
            let note = notes
                .children_named("footnote")
                .find(|note| attribute(note, "id") == Some(id.as_str()));
            let Some(note) = note else { continue };
            self.out.push_str(&format!("<footnote id=\"{id}\">"));
            self.blocks(note);
            self.close_lists(0);
            self.out.push_str("</footnote>\n");
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                c => self.out.push(c),
            }
        }
    }
}

fn rows(table: &Node) -> Vec<&Node> {
    let mut rows = Vec::new();
    for child in &table.children {
        match child.name.as_str() {
            "tr" => rows.push(child),
            "sdt" => rows.extend(child.child("sdtContent").map(rows_of).unwrap_or_default()),
            "ins" => rows.extend(rows_of(child)),
            _ => {}
        }
    }
    rows
}

fn rows_of(node: &Node) -> Vec<&Node> {
    node.children_named("tr").collect()
}

fn find<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.children.iter().find_map(
        |child| {
            if child.name == name { Some(child) } else { find(child, name) }
        },
    )
}

fn all_text(node: &Node) -> String {
    let own = node.pieces().map(|piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Child(child) => all_text(child),
    });
    own.collect()
}

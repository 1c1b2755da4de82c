//! Blocks.

use lcms_core::model::markup::{
    Alignment, Block, Description, Html, Inline, List, ListItem, ReferenceRole, Table,
    plain_inlines,
};

use super::highlight::highlight;
use super::ids::slug;
use super::{FaultRule, Label, Place, Renderer, Spacing};

impl Renderer<'_> {
    pub(super) fn blocks(&mut self, blocks: &[Block], spacing: Spacing) {
        if blocks.iter().any(|block| raw_html(block).is_some()) {
            self.with_raw_html(blocks, raw_html, |renderer, block| renderer.block(block, spacing));
        } else {
            blocks.iter().for_each(|block| self.block(block, spacing));
        }
    }

    fn block(&mut self, block: &Block, spacing: Spacing) {
        match block {
            Block::Paragraph { content, id } => self.paragraph(content, id.as_deref(), spacing),
            Block::Heading { level, content, id } => self.heading(*level, content, id.as_deref()),
            Block::Quote(content) => {
                self.html("<blockquote>\n");
                self.blocks(content, Spacing::Loose);
                self.html("</blockquote>\n");
            }
            Block::List(list) => self.list(list, None),
            Block::Descriptions(descriptions) => self.descriptions(descriptions),
            Block::Code { language, text } => self.code(language.as_deref(), text),
            Block::Math(math) => {
                self.html("<div class=\"lcms-math-block\">");
                self.math(math);
                self.html("</div>\n");
            }
            Block::Table(table) => self.table(table),
            Block::Rule => self.html("<hr>\n"),
            Block::Directive(directive) => self.directive(directive),
            Block::When(when) => {
                let message = "`:::when` is not decided yet: publish with conditions applied";
                self.fault((when.line, when.column), FaultRule::Condition, message);
            }
            Block::Include(reference) => {
                let message = "`:::include` is not resolved yet: publish with includes applied";
                self.fault((reference.line, reference.column), FaultRule::Include, message);
            }
            Block::Part(part) => {
                let outer = std::mem::replace(&mut self.source, part.source);
                self.resolver.enter(part.source);
                self.blocks(&part.content, spacing);
                self.source = outer;
                self.resolver.enter(outer);
            }
            // Only ever met by `blocks`, which sanitises it together with its siblings.
            Block::Html(_) => {}
        }
    }

    fn paragraph(&mut self, content: &[Inline], id: Option<&str>, spacing: Spacing) {
        if let [Inline::Reference(reference)] = content
            && reference.role == ReferenceRole::Embed
        {
            // A figure cannot stand in `<p>`.
            if id.is_some() {
                self.html("<div");
                self.block_id(id);
                self.html(">");
            }
            self.embed(reference, Place::Block);
            self.html(if id.is_some() { "</div>\n" } else { "\n" });
            return;
        }
        let (open, close) = match (spacing, id) {
            (Spacing::Loose, _) => ("<p", "</p>\n"),
            (Spacing::Tight, Some(_)) => ("<span", "</span>\n"),
            (Spacing::Tight, None) => {
                self.inlines(content);
                return self.html("\n");
            }
        };
        self.html(open);
        self.block_id(id);
        self.html(">");
        self.inlines(content);
        self.html(close);
    }

    fn heading(&mut self, level: u8, content: &[Inline], id: Option<&str>) {
        self.level = level.saturating_add_signed(self.shift).min(6);
        let tag = format!("h{}", self.level);
        let id = match id {
            Some(id) => self.ids.full(id),
            None => self.ids.unique(&slug(&plain_inlines(content))),
        };
        self.html(&format!("<{tag}"));
        self.attribute("id", &id);
        self.html(">");
        self.inlines(content);
        self.html(&format!("</{tag}>\n"));
    }

    /// Writes a list; `class` is one of ours.
    pub(super) fn list(&mut self, list: &List, class: Option<&str>) {
        let tag = if list.start.is_some() { "ol" } else { "ul" };
        self.html(&format!("<{tag}"));
        if let Some(class) = class {
            self.attribute("class", class);
        }
        if let Some(start) = list.start.filter(|&start| start != 1) {
            self.attribute("start", &start.to_string());
        }
        self.html(">\n");
        let spacing = if list.tight { Spacing::Tight } else { Spacing::Loose };
        for ListItem { done, content } in &list.items {
            match done {
                None => self.html("<li>"),
                Some(done) => self.task(*done),
            }
            let content = self.capture(|renderer| renderer.blocks(content, spacing));
            if list.tight {
                self.html(content.trim_end());
            } else {
                self.html("\n");
                self.html(&content);
            }
            self.html("</li>\n");
        }
        self.html(&format!("</{tag}>\n"));
    }

    fn task(&mut self, done: bool) {
        let (label, mark) = if done { (Label::Done, "☑") } else { (Label::ToDo, "☐") };
        self.html("<li class=\"lcms-task\"><span class=\"lcms-task-mark\" role=\"img\"");
        self.label_attribute("aria-label", label);
        self.html(&format!(">{mark}</span> "));
    }

    fn descriptions(&mut self, descriptions: &[Description]) {
        self.html("<dl>\n");
        for Description { term, id, details } in descriptions {
            self.html("<dt");
            self.block_id(id.as_deref());
            self.html(">");
            self.inlines(term);
            self.html("</dt>\n");
            for detail in details {
                self.html("<dd>\n");
                self.blocks(detail, Spacing::Loose);
                self.html("</dd>\n");
            }
        }
        self.html("</dl>\n");
    }

    fn code(&mut self, language: Option<&str>, text: &str) {
        self.html("<pre tabindex=\"0\"><code");
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '.' | '_');
        if let Some(language) = language.filter(|language| language.chars().all(fits)) {
            self.attribute("class", &format!("language-{language}"));
        }
        self.html(">");
        match language.and_then(|language| highlight(language, text)) {
            Some(code) => self.html(&code),
            None => self.text(text),
        }
        self.html("</code></pre>\n");
    }

    /// Where the corner is empty, the first column names the rows.
    fn table(&mut self, table: &Table) {
        self.html("<div class=\"lcms-scroll\" tabindex=\"0\" role=\"group\"");
        self.label_attribute("aria-label", Label::Table);
        self.html(">\n<table>\n<thead>\n");
        self.row(&table.alignments, table.header.iter().map(|cell| (cell, Some("col"))));
        self.html("</thead>\n");
        if !table.rows.is_empty() {
            let names_rows = table.header.first().is_some_and(Vec::is_empty);
            self.html("<tbody>\n");
            for row in &table.rows {
                let heads = |column: usize| (names_rows && column == 0).then_some("row");
                self.row(
                    &table.alignments,
                    row.iter().enumerate().map(|(n, cell)| (cell, heads(n))),
                );
            }
            self.html("</tbody>\n");
        }
        self.html("</table>\n</div>\n");
    }

    /// A row of cells; each says of what it is the head. A head without words is none.
    fn row<'a>(
        &mut self,
        alignments: &[Alignment],
        cells: impl Iterator<Item = (&'a Vec<Inline>, Option<&'static str>)>,
    ) {
        self.html("<tr>");
        for ((cell, heads), alignment) in cells.zip(alignments) {
            let heads = heads.filter(|_| !cell.is_empty());
            let tag = if heads.is_some() { "th" } else { "td" };
            self.html(&format!("<{tag}"));
            if let Some(scope) = heads {
                self.attribute("scope", scope);
            }
            match alignment {
                Alignment::Natural => {}
                Alignment::Left => self.attribute("class", "lcms-left"),
                Alignment::Centre => self.attribute("class", "lcms-centre"),
                Alignment::Right => self.attribute("class", "lcms-right"),
            }
            self.html(">");
            self.inlines(cell);
            self.html(&format!("</{tag}>"));
        }
        self.html("</tr>\n");
    }

    /// Writes the footnotes that the text marks, in the order of their marks.
    pub(super) fn endnotes(&mut self) {
        if self.marked.is_empty() {
            return;
        }
        self.html("<section class=\"lcms-footnotes\" role=\"doc-endnotes\"");
        self.label_attribute("aria-label", Label::Footnotes);
        self.html(">\n<ol>\n");
        let mut number = 0;
        // A footnote may mark others, which are added behind it.
        while let Some(mark) = self.marked.get(number) {
            let (content, mark_id, note_id) =
                (mark.content, mark.mark_id.clone(), mark.note_id.clone());
            self.html("<li");
            self.attribute("id", &note_id);
            self.html(">\n");
            self.blocks(content, Spacing::Loose);
            self.html("<a");
            self.attribute("href", &format!("#{mark_id}"));
            self.html(" role=\"doc-backlink\"");
            self.label_attribute("aria-label", Label::BackToText);
            self.html(">↩</a></li>\n");
            number += 1;
        }
        self.html("</ol>\n</section>\n");
    }
}

fn raw_html(block: &Block) -> Option<&Html> {
    match block {
        Block::Html(html) => Some(html),
        _ => None,
    }
}

//! Blocks: headings, directives, code, notes.

use std::ops::Range;

use comrak::Node;
use comrak::nodes::{ListType, NodeValue, Sourcepos};
use lcms_core::model::markup::MAX_DEPTH;

use super::super::attributes::split_off;
use super::super::fence::{self, Fence};
use super::super::text::{Place, clean};
use super::{
    BlockEnd, CLOSE, Content, Directive, Footnote, Grid, Heading, HtmlBlock, Item, OPEN, Scan,
    inlines,
};

/// Reads the parser's tree. `before` lines were put before the page's.
pub(super) fn read<'a>(root: Node<'a>, lines: &[String], before: usize) -> Scan {
    let mut reader = Reader { lines, before, scan: Scan::default() };
    reader.run(root, None, true, 0);
    inlines::read(root, lines, before, &mut reader.scan);
    reader.scan
}

/// The lines of a block, from 0. A block that ends in column 0 ends on the line before.
pub(super) fn block_lines(at: Sourcepos, before: usize) -> Range<usize> {
    let start = at.start.line.saturating_sub(before + 1);
    let end = if at.end.column == 0 { at.end.line.saturating_sub(1) } else { at.end.line };
    start..end.saturating_sub(before).max(start + 1)
}

struct Reader<'l> {
    lines: &'l [String],
    before: usize,
    scan: Scan,
}

impl Reader<'_> {
    fn lines_of(&self, node: Node<'_>) -> Range<usize> {
        block_lines(node.data().sourcepos, self.before)
    }

    /// Reads the blocks inside `parent`, which stands in the directive `around`.
    fn run<'a>(&mut self, parent: Node<'a>, around: Option<usize>, is_top: bool, depth: usize) {
        // Text nested deeper is refused later in any case.
        if depth > MAX_DEPTH {
            return;
        }
        let mut open: Vec<usize> = Vec::new();
        let mut last = self.lines_of(parent).start;
        for node in parent.children() {
            let owner = open.last().copied();
            if let Some(line) = self.fence_line(node) {
                last = line;
                self.fence(line, &mut open, around);
                continue;
            }
            last = last.max(self.lines_of(node).end - 1);
            let content = self.block(node, owner.or(around), is_top && owner.is_none(), depth);
            if let (Some(owner), Some(content)) = (owner, content) {
                self.scan.directives[owner].content.push(content);
            }
        }
        for index in open {
            self.scan.directives[index].last = last;
        }
    }

    /// The line of a directive that a node stands for.
    fn fence_line(&self, node: Node<'_>) -> Option<usize> {
        if !matches!(node.data().value, NodeValue::Heading(_)) {
            return None;
        }
        let only = node.first_child()?.data();
        let number = only.value.text()?.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
        number.parse().ok().filter(|line| *line < self.lines.len())
    }

    fn fence(&mut self, line: usize, open: &mut Vec<usize>, around: Option<usize>) {
        let text = &self.lines[line];
        match fence::read(&text[fence::prefix_length(text)..]) {
            // An include names components of ours, which a foreign text cannot know. What nests
            // without end is no directive either.
            Fence::Open(opening) if opening.name != "include" && open.len() < MAX_DEPTH => {
                let index = self.scan.directives.len();
                let parent = open.last().copied();
                if let Some(parent) = parent {
                    self.scan.directives[parent].content.push(Content::Directive(index));
                }
                self.scan.directives.push(Directive {
                    line,
                    close: None,
                    last: line,
                    opening,
                    parent: parent.or(around),
                    content: Vec::new(),
                });
                open.push(index);
            }
            Fence::Close => match open.pop() {
                Some(index) => {
                    let directive = &mut self.scan.directives[index];
                    directive.close = Some(line);
                    directive.last = line;
                }
                None => self.scan.strays.push(line),
            },
            Fence::Open(_) | Fence::Text => self.scan.strays.push(line),
        }
    }

    fn block<'a>(
        &mut self,
        node: Node<'a>,
        owner: Option<usize>,
        is_top: bool,
        depth: usize,
    ) -> Option<Content> {
        let lines = self.lines_of(node);
        let column = node.data().sourcepos.start.column.saturating_sub(1);
        let mut leads_in = false;
        match &node.data().value {
            NodeValue::Heading(heading) => {
                let words = plain(node);
                let (text, attributes) = split_off(words.trim());
                self.scan.headings.push(Heading {
                    lines,
                    column,
                    level: heading.level,
                    is_underlined: heading.setext,
                    text: text.to_owned(),
                    attributes,
                    is_top,
                });
                return Some(Content::Heading(self.scan.headings.len() - 1));
            }
            NodeValue::Paragraph => {
                self.block_end(lines.clone(), node);
                leads_in = plain(node).trim_end().ends_with(':');
                let first = self.lines.get(lines.start).and_then(|line| line.get(column..));
                if first.is_some_and(is_grid_border) {
                    self.scan.verbatim.push(lines.clone());
                    self.scan.grids.push(Grid { lines: lines.clone(), column });
                }
            }
            NodeValue::CodeBlock(_) => self.scan.verbatim.push(lines.clone()),
            NodeValue::HtmlBlock(html) => {
                self.scan.verbatim.push(lines.clone());
                let ends_at_blank = matches!(html.block_type, 6 | 7);
                self.scan.html.push(HtmlBlock {
                    lines: lines.clone(),
                    is_top: depth == 0,
                    ends_at_blank,
                });
            }
            NodeValue::List(list) => {
                let is_ordered = list.list_type == ListType::Ordered;
                for item in node.children() {
                    self.run(item, owner, false, depth + 1);
                }
                let items = node.children().map(item).collect();
                return Some(Content::List { is_ordered, items, lines });
            }
            NodeValue::DescriptionList => {
                for item in node.children() {
                    self.description(item, owner, depth + 1);
                }
            }
            NodeValue::FootnoteDefinition(definition) => {
                let name = definition.name.clone();
                self.run(node, owner, false, depth + 1);
                if is_top {
                    self.scan.footnotes.push(Footnote { name, lines: lines.clone() });
                }
            }
            NodeValue::BlockQuote => self.run(node, owner, false, depth + 1),
            _ => {}
        }
        Some(Content::Other { lines, leads_in })
    }

    /// A block id cannot stand in a term: it goes to the end of its first description.
    fn description<'a>(&mut self, item: Node<'a>, owner: Option<usize>, depth: usize) {
        let details =
            item.children().find(|part| matches!(part.data().value, NodeValue::DescriptionDetails));
        if let Some(details) = details {
            let lines = self.lines_of(item).start..self.lines_of(details).start;
            let is_paragraph = |node: &Node<'a>| matches!(node.data().value, NodeValue::Paragraph);
            if let Some(first) = details.children().find(is_paragraph) {
                self.block_end(lines, first);
            }
        }
        if let Some(details) = details {
            self.run(details, owner, false, depth + 1);
        }
    }

    fn block_end(&mut self, lines: Range<usize>, paragraph: Node<'_>) {
        let end = paragraph.data().sourcepos.end;
        let Some(line) = end.line.checked_sub(self.before + 1) else { return };
        let Some(text) = self.lines.get(line) else { return };
        let column = end.column.min(text.len());
        if text.is_char_boundary(column) {
            self.scan.ends.push(BlockEnd { lines, end: Place { line, column } });
        }
    }
}

/// Whether a line is the border of a grid table: `+-----+---+`.
fn is_grid_border(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2
        && line.starts_with('+')
        && line.ends_with('+')
        && line.contains("--")
        && line.bytes().all(|byte| b"+-=:".contains(&byte))
}

fn item<'a>(item: Node<'a>) -> Item {
    let mut blocks = item.children();
    let text = blocks.next().map(plain).unwrap_or_default();
    let rest: Vec<_> = blocks.map(plain).collect();
    Item { text: text.trim().to_owned(), rest: rest.join(" ").trim().to_owned() }
}

/// The words inside a node.
pub(super) fn plain<'a>(node: Node<'a>) -> String {
    let mut text = String::new();
    for part in node.descendants() {
        match &part.data().value {
            NodeValue::Text(words) => text.push_str(words),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::Math(math) => text.push_str(&math.literal),
            NodeValue::SoftBreak
            | NodeValue::LineBreak
            | NodeValue::Paragraph
            | NodeValue::Item(_)
                if !text.is_empty() && !text.ends_with(' ') =>
            {
                text.push(' ');
            }
            _ => {}
        }
    }
    clean(&text)
}

//! CommonMark's tree becomes ours: tokens are read, fences become containers.

mod directives;
mod inlines;

use std::collections::{HashMap, HashSet};

use comrak::nodes::{ListType, NodeValue, TableAlignment};
use comrak::{Arena, Node, Options};

use super::error::{MarkupError, Rule};
use super::nest::{Element, nest};
use super::tokens::{Marked, Piece, Position, Token, TokenKind, is_unusable, quotation_depth};
use super::tree::{
    Alignment, Block, BlockId, Description, Footnote, Heading, Html, Inline, List, ListItem, Math,
    Table,
};
use super::{Markup, plain_inlines};

pub use inlines::is_variable_name;

/// Deepest nesting of blocks and inlines. Far beyond what a person writes; keeps hostile input from
/// exhausting the stack of anything that walks the tree.
pub const MAX_DEPTH: usize = 100;

/// Reads a text; see [`Markup::parse`].
pub(super) fn read(source: &str) -> Result<Markup, Vec<MarkupError>> {
    let errors = unreadable_lines(source);
    if !errors.is_empty() {
        return Err(errors);
    }
    let marked = Marked::document(source);
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, marked.text(), &options());
    let mut reader = Reader {
        source,
        marked,
        markup: Markup::default(),
        errors: Vec::new(),
        ids: HashMap::new(),
        footnote_names: HashSet::new(),
        in_link: false,
    };
    reader.markup.blocks = reader.blocks(root, 0);
    let Reader { markup, mut errors, .. } = reader;
    if errors.is_empty() {
        return Ok(markup);
    }
    errors.sort_by_key(|error| (error.line, error.column, error.rule));
    errors.dedup_by_key(|error| (error.line, error.column, error.rule));
    Err(errors)
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.description_lists = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options.parse.leave_footnote_definitions = true;
    options
}

/// What is refused before the parser sees it: the first character of each line that no output format
/// can carry, and quotations so deep that the parser's time would grow with the square of their depth.
fn unreadable_lines(source: &str) -> Vec<MarkupError> {
    let mut errors = Vec::new();
    for (index, line) in source.split('\n').enumerate() {
        if let Some((column, c)) = line.chars().enumerate().find(|&(_, c)| is_unusable(c)) {
            let at = Position { line: index + 1, column: column + 1 };
            let message =
                format!("the character U+{:04X} cannot be published; remove it", u32::from(c));
            errors.push(MarkupError::new(at, Rule::Character, message));
        }
        if quotation_depth(line) > MAX_DEPTH {
            let at = Position { line: index + 1, column: 1 };
            errors.push(MarkupError::new(at, Rule::Depth, too_deep()));
        }
    }
    errors
}

fn too_deep() -> String {
    format!("this is nested more than {MAX_DEPTH} levels deep")
}

struct Reader<'s> {
    source: &'s str,
    marked: Marked<'s>,
    markup: Markup,
    errors: Vec<MarkupError>,
    /// Where each block id was first used.
    ids: HashMap<String, Position>,
    footnote_names: HashSet<String>,
    in_link: bool,
}

impl Reader<'_> {
    fn error(&mut self, at: Position, rule: Rule, message: impl Into<String>) {
        self.errors.push(MarkupError::new(at, rule, message));
    }

    fn position(&self, node: Node<'_>) -> Position {
        let start = node.data().sourcepos.start;
        self.marked.origin(start.line, start.column)
    }

    /// Whether there is room for one more level; records the error when there is not.
    fn fits(&mut self, node: Node<'_>, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            let at = self.position(node);
            self.error(at, Rule::Depth, too_deep());
        }
        depth <= MAX_DEPTH
    }

    /// The blocks inside `parent`.
    fn blocks<'a>(&mut self, parent: Node<'a>, depth: usize) -> Vec<Block> {
        if !self.fits(parent, depth) {
            return Vec::new();
        }
        let mut elements = Vec::new();
        // Containers become levels too, though the parser does not know.
        let mut depth = depth;
        for node in parent.children() {
            let element = match self.fence_of(node) {
                Some(token) => self.fence(&token),
                None => self.block(node, depth + 1).map(Element::Block),
            };
            match element {
                Some(Element::Open(_)) => depth += 1,
                Some(Element::Close { .. }) => depth = depth.saturating_sub(1),
                Some(Element::Block(_)) | None => {}
            }
            if !self.fits(node, depth) {
                return Vec::new();
            }
            elements.extend(element);
        }
        nest(elements, &mut self.errors)
    }

    /// The directive's line that `node` stands for, if it does.
    fn fence_of(&self, node: Node<'_>) -> Option<Token> {
        if !matches!(node.data().value, NodeValue::Heading(_)) {
            return None;
        }
        let only = node.first_child()?.data();
        match self.marked.pieces(only.value.text()?).as_slice() {
            [Piece::Token(token)] if token.kind == TokenKind::Fence => Some(token.clone()),
            _ => None,
        }
    }

    fn block<'a>(&mut self, node: Node<'a>, depth: usize) -> Option<Block> {
        let at = self.position(node);
        Some(match &node.data().value {
            NodeValue::Paragraph => {
                let (content, id) = self.inlines(node, depth);
                Block::Paragraph { content, id: self.block_id(id.as_ref()) }
            }
            NodeValue::Heading(heading) => {
                let (content, id) = self.inlines(node, depth);
                let id = self.block_id(id.as_ref());
                self.markup.headings.push(Heading {
                    level: heading.level,
                    text: plain_inlines(&content),
                    id: id.clone(),
                    line: at.line,
                    column: at.column,
                });
                Block::Heading { level: heading.level, content, id }
            }
            NodeValue::BlockQuote => Block::Quote(self.blocks(node, depth)),
            NodeValue::List(list) => Block::List(List {
                start: (list.list_type == ListType::Ordered).then_some(list.start),
                tight: list.tight,
                items: node.children().map(|item| self.list_item(item, depth + 1)).collect(),
            }),
            NodeValue::DescriptionList => Block::Descriptions(self.descriptions(node, depth)),
            NodeValue::CodeBlock(code) => {
                let info = self.marked.restore(&code.info);
                let language = info.split_whitespace().next().map(str::to_owned);
                let text = self.marked.restore(&code.literal);
                match language.as_deref() {
                    Some("math") => Block::Math(Math {
                        latex: text,
                        display: true,
                        line: at.line,
                        column: at.column,
                    }),
                    _ => Block::Code { language, text },
                }
            }
            NodeValue::HtmlBlock(html) => {
                let source = self.marked.restore(&html.literal);
                Block::Html(Html { source, line: at.line, column: at.column })
            }
            NodeValue::ThematicBreak => Block::Rule,
            NodeValue::Table(table) => {
                let mut rows: Vec<_> =
                    node.children().map(|row| self.cells(row, depth + 1)).collect();
                let header = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
                Block::Table(Table {
                    alignments: table.alignments.iter().map(|&a| alignment(a)).collect(),
                    header,
                    rows,
                })
            }
            NodeValue::FootnoteDefinition(definition) => {
                let name = self.marked.restore(&definition.name);
                let content = self.blocks(node, depth);
                self.footnote(name, content, at);
                return None;
            }
            // Every block that the options above can give is listed; anything else would be a
            // container of some later CommonMark parser, and its content is kept.
            _ => Block::Quote(self.blocks(node, depth)),
        })
    }

    fn list_item<'a>(&mut self, item: Node<'a>, depth: usize) -> ListItem {
        let done = match &item.data().value {
            NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
            _ => None,
        };
        ListItem { done, content: self.blocks(item, depth) }
    }

    fn descriptions<'a>(&mut self, list: Node<'a>, depth: usize) -> Vec<Description> {
        let mut descriptions: Vec<Description> = Vec::new();
        for item in list.children() {
            let next = self.description(item, depth + 1);
            match descriptions.last_mut().filter(|_| next.term.is_empty()) {
                // The parser gives the second description of a term an item without a term.
                Some(last) => last.details.extend(next.details),
                None => descriptions.push(next),
            }
        }
        descriptions
    }

    fn description<'a>(&mut self, item: Node<'a>, depth: usize) -> Description {
        let mut description = Description { term: Vec::new(), id: None, details: Vec::new() };
        for part in item.children() {
            if matches!(part.data().value, NodeValue::DescriptionTerm) {
                // The parser wraps a term's text in a paragraph.
                for text in part.children() {
                    let (term, id) = self.inlines(text, depth);
                    description.term.extend(term);
                    description.id = self.block_id(id.as_ref());
                }
            } else {
                description.details.push(self.blocks(part, depth));
            }
        }
        description
    }

    fn cells<'a>(&mut self, row: Node<'a>, depth: usize) -> Vec<Vec<Inline>> {
        row.children().map(|cell| self.inlines_only(cell, depth)).collect()
    }

    fn footnote(&mut self, name: String, content: Vec<Block>, at: Position) {
        if !self.footnote_names.insert(name.to_lowercase()) {
            self.error(
                at,
                Rule::DuplicateFootnote,
                format!("the footnote `{name}` is defined twice"),
            );
        }
        self.markup.footnotes.push(Footnote { name, content });
    }

    /// Records a block id and checks it.
    fn block_id(&mut self, token: Option<&Token>) -> Option<String> {
        let token = token?;
        let written = self.marked.source_of(token);
        let id = written.trim_start_matches("{#").trim_end_matches('}');
        self.named_block(id, token.position)
    }

    fn named_block(&mut self, id: &str, at: Position) -> Option<String> {
        if !is_block_id(id) {
            let message = format!(
                "`{id}` is not a block id: use 1 to 100 letters, digits, `.`, `_` or `-` of ASCII, \
                 beginning with a letter or digit; put a backslash before the brace to write it as text"
            );
            self.error(at, Rule::BlockId, message);
            return None;
        }
        if let Some(first) = self.ids.get(id) {
            let message = format!("the block id `{id}` is used already, on line {}", first.line);
            self.error(at, Rule::DuplicateBlockId, message);
            return None;
        }
        self.ids.insert(id.to_owned(), at);
        self.markup.block_ids.push(BlockId { id: id.to_owned(), line: at.line, column: at.column });
        Some(id.to_owned())
    }
}

fn alignment(alignment: TableAlignment) -> Alignment {
    match alignment {
        TableAlignment::None => Alignment::Natural,
        TableAlignment::Left => Alignment::Left,
        TableAlignment::Center => Alignment::Centre,
        TableAlignment::Right => Alignment::Right,
    }
}

/// Whether `text` may name a block: 1 to 100 letters, digits, `.`, `_` or `-` of ASCII, beginning
/// with a letter or digit.
pub(in crate::model) fn is_block_id(text: &str) -> bool {
    text.len() <= 100
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

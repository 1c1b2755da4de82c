//! Inlines: text and the tokens in it.

use comrak::Node;
use comrak::nodes::NodeValue;

use super::super::error::Rule;
use super::super::tokens::{OPEN, Piece, Position, TITLE, Token, TokenKind};
use super::super::tree::{Html, Image, Inline, Link, Math, Reference, ReferenceRole, Variable};
use super::{Reader, is_block_id};
use crate::model::ids::ComponentId;
use crate::model::reference::Target;

const UNUSABLE: &str = "this character cannot be published; remove it";

/// A block id at the end of a run of inlines.
pub(super) type TrailingId = Option<Token>;

/// What a run of inlines is made of while it is read.
enum Run {
    Inline(Inline),
    Id(Token),
}

impl Reader<'_> {
    /// The inlines inside `parent`, where no block id can stand.
    pub(super) fn inlines_only<'a>(&mut self, parent: Node<'a>, depth: usize) -> Vec<Inline> {
        let (inlines, id) = self.inlines(parent, depth);
        if let Some(token) = id {
            self.misplaced_id(&token);
        }
        inlines
    }

    /// The inlines inside `parent`, and the block id they end in.
    pub(super) fn inlines<'a>(
        &mut self,
        parent: Node<'a>,
        depth: usize,
    ) -> (Vec<Inline>, TrailingId) {
        if !self.fits(parent, depth) {
            return (Vec::new(), None);
        }
        let mut run = Vec::new();
        // The parser may split one run of text over several nodes.
        let mut text = String::new();
        for node in parent.children() {
            if let NodeValue::Text(part) = &node.data().value {
                text.push_str(part);
                continue;
            }
            self.text(&std::mem::take(&mut text), &mut run);
            if let Some(inline) = self.inline(node, depth + 1) {
                run.push(Run::Inline(inline));
            }
        }
        self.text(&text, &mut run);
        self.finish_run(run)
    }

    fn finish_run(&mut self, mut run: Vec<Run>) -> (Vec<Inline>, TrailingId) {
        let id = match run.pop() {
            Some(Run::Id(token)) => {
                trim_end(&mut run);
                Some(token)
            }
            last => {
                run.extend(last);
                None
            }
        };
        let mut inlines = Vec::with_capacity(run.len());
        for part in run {
            match part {
                Run::Inline(inline) => inlines.push(inline),
                Run::Id(token) => self.misplaced_id(&token),
            }
        }
        (inlines, id)
    }

    fn misplaced_id(&mut self, token: &Token) {
        let message = "a block id stands at the end of a heading, a paragraph, a term or a directive's line; \
                       put a backslash before the brace to write it as text";
        self.error(token.position, Rule::BlockId, message);
    }

    /// Reads a run of text and the tokens in it.
    fn text(&mut self, text: &str, run: &mut Vec<Run>) {
        let text = text.strip_prefix(TITLE).unwrap_or(text);
        for piece in self.marked.pieces(text) {
            match piece {
                Piece::Text(text) => run.push(Run::Inline(Inline::Text(text.to_owned()))),
                Piece::Token(token) if token.kind == TokenKind::BlockId => run.push(Run::Id(token)),
                Piece::Token(token) => run.extend(self.token(&token).map(Run::Inline)),
            }
        }
    }

    fn token(&mut self, token: &Token) -> Option<Inline> {
        let written = self.marked.source_of(token);
        match token.kind {
            TokenKind::Variable => {
                let name = written.trim_start_matches("{{").trim_end_matches("}}").trim();
                self.variable(name, token.position)
            }
            TokenKind::Link if self.in_link => {
                let message = "a link cannot stand inside another link";
                self.error(token.position, Rule::ReferencePlace, message);
                None
            }
            TokenKind::Link | TokenKind::Embed => {
                let (role, start) = match token.kind {
                    TokenKind::Embed => (ReferenceRole::Embed, 3),
                    _ => (ReferenceRole::Link, 2),
                };
                let inner = &written[start..written.len() - 2];
                let (target, text) = match inner.split_once('|') {
                    Some((target, text)) => (target, Some(text)),
                    None => (inner, None),
                };
                self.reference(role, target, text, token).map(Inline::Reference)
            }
            TokenKind::BlockId => None,
            TokenKind::Character => {
                self.error(token.position, Rule::Character, UNUSABLE);
                None
            }
            TokenKind::Fence => {
                let message = "this directive is read as text, as it is indented by four or more: \
                               indent it less, or put a backslash before the colons";
                self.error(token.position, Rule::DirectivePlace, message);
                None
            }
        }
    }

    fn variable(&mut self, name: &str, at: Position) -> Option<Inline> {
        if !is_variable_name(name) {
            let message = format!(
                "`{name}` is not a variable's name: use words of ASCII letters, digits, `_` and `-`, each \
                 beginning with a letter, with dots between them; put a backslash before the braces to \
                 write them as text"
            );
            self.error(at, Rule::Variable, message);
            return None;
        }
        let variable = Variable { name: name.to_owned(), line: at.line, column: at.column };
        self.markup.variables.push(variable.clone());
        Some(Inline::Variable(variable))
    }

    /// Reads `target#block`, a slice of the source that is part of `token`.
    pub(super) fn reference(
        &mut self,
        role: ReferenceRole,
        target: &str,
        text: Option<&str>,
        token: &Token,
    ) -> Option<Reference> {
        let text = text.map(str::trim);
        let (target, block) = match target.trim().split_once('#') {
            Some((target, block)) => (target, Some(block)),
            None => (target.trim(), None),
        };
        let wrong = if text.is_some_and(str::is_empty) {
            Some("the text after `|` is empty".to_owned())
        } else if block.is_some_and(|block| !is_block_id(block)) {
            Some(format!("`{}` is not a block id", block.unwrap_or_default()))
        } else {
            None
        };
        let Some(parsed) = read_target(target).filter(|_| wrong.is_none()) else {
            let message = wrong.unwrap_or_else(|| {
                format!(
                    "`{target}` is not a reference: write `library/key`, a key of this library, or \
                     `id:` and an id; put a backslash before the brackets to write them as text"
                )
            });
            self.error(token.position, Rule::Reference, message);
            return None;
        };
        let (start, _) = self.place(token, target);
        let reference = Reference {
            role,
            target: parsed,
            block: block.map(str::to_owned),
            text: text.map(str::to_owned),
            line: token.position.line,
            column: token.position.column,
            ordinal: self.markup.references.len(),
            span: start..start + target.len(),
        };
        self.markup.references.push(reference.clone());
        Some(reference)
    }

    fn inline<'a>(&mut self, node: Node<'a>, depth: usize) -> Option<Inline> {
        Some(match &node.data().value {
            NodeValue::Code(code) => Inline::Code(self.marked.restore(&code.literal)),
            NodeValue::Math(math) => {
                let Position { line, column } = self.position(node);
                let latex = self.marked.restore(&math.literal);
                Inline::Math(Math { latex, display: math.display_math, line, column })
            }
            NodeValue::HtmlInline(html) => {
                let Position { line, column } = self.position(node);
                Inline::Html(Html { source: self.marked.restore(html), line, column })
            }
            NodeValue::Emph => Inline::Emphasis(self.inlines_only(node, depth)),
            NodeValue::Strong => Inline::Strong(self.inlines_only(node, depth)),
            NodeValue::Strikethrough => Inline::Strikethrough(self.inlines_only(node, depth)),
            NodeValue::SoftBreak => Inline::SoftBreak,
            NodeValue::LineBreak => Inline::HardBreak,
            NodeValue::FootnoteReference(mark) => {
                Inline::FootnoteMark(self.marked.restore(&mark.name))
            }
            NodeValue::Link(link) => {
                let Position { line, column } = self.position(node);
                let (address, title) = (self.literal(&link.url), self.literal(&link.title));
                let outer = std::mem::replace(&mut self.in_link, true);
                let content = self.inlines_only(node, depth);
                self.in_link = outer;
                Inline::Link(Link { address, title, content, line, column })
            }
            NodeValue::Image(image) => {
                let Position { line, column } = self.position(node);
                let (address, title) = (self.literal(&image.url), self.literal(&image.title));
                let alternative = self.alternative(node);
                Inline::Image(Image { address, title, alternative, line, column })
            }
            _ => return None,
        })
    }

    /// Text that is not read as markup (an address, a title): tokens in it are errors.
    fn literal(&mut self, text: &str) -> String {
        if !text.contains(OPEN) {
            return text.to_owned();
        }
        for piece in self.marked.pieces(text) {
            let Piece::Token(token) = piece else { continue };
            let (rule, message) = match token.kind {
                TokenKind::Link | TokenKind::Embed => (
                    Rule::ReferencePlace,
                    "a reference cannot stand in an address or a title; write `[[key|text]]` to link",
                ),
                TokenKind::Variable => {
                    (Rule::Variable, "a variable can stand in text, not in an address or a title")
                }
                TokenKind::Character => (Rule::Character, UNUSABLE),
                TokenKind::BlockId | TokenKind::Fence => continue,
            };
            self.error(token.position, rule, message);
        }
        self.marked.restore(text)
    }

    /// The alternative text of a picture: the words inside it.
    fn alternative<'a>(&mut self, node: Node<'a>) -> String {
        let mut text = String::new();
        for part in node.descendants() {
            match &part.data().value {
                NodeValue::Text(words) => text.push_str(words),
                NodeValue::Code(code) => text.push_str(&code.literal),
                NodeValue::Math(math) => text.push_str(&math.literal),
                NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
                _ => {}
            }
        }
        self.literal(&text)
    }
}

/// Drops white space at the end of a run, before a block id.
fn trim_end(run: &mut Vec<Run>) {
    while let Some(Run::Inline(last)) = run.last_mut() {
        match last {
            Inline::Text(text) => {
                text.truncate(text.trim_end().len());
                if !text.is_empty() {
                    return;
                }
                run.pop();
            }
            Inline::SoftBreak | Inline::HardBreak => {
                run.pop();
            }
            _ => return,
        }
    }
}

fn read_target(text: &str) -> Option<Target> {
    match text.strip_prefix("id:") {
        Some(id) => id.parse::<ComponentId>().ok().map(Target::Id),
        None => text.parse().ok(),
    }
}

/// Whether `text` names a variable: words of ASCII letters, digits, `_` and `-`, each beginning with
/// a letter, with dots between them.
#[must_use]
pub fn is_variable_name(text: &str) -> bool {
    text.split('.').all(|word| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    })
}

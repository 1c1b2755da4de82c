//! Containers: the blocks between a directive's line and the line that closes it.
//!
//! `:::` closes the innermost open container. A longer fence closes the container that was opened
//! with as many colons, so that one that was left open inside it is noticed.

use super::error::{MarkupError, Rule};
use super::tokens::Position;
use super::tree::{Block, Directive, DirectiveKind, Inline, When};
use crate::model::slot::Conditions;

/// One element of a run of sibling blocks, before containers are formed.
pub(super) enum Element {
    Block(Block),
    Open(Opening),
    Close { colons: usize, at: Position },
}

/// A line that opens a container.
pub(super) struct Opening {
    pub(super) colons: usize,
    pub(super) container: Container,
    pub(super) at: Position,
}

pub(super) enum Container {
    Directive {
        kind: DirectiveKind,
        title: Vec<Inline>,
        id: Option<String>,
    },
    When(Conditions),
    /// A line that was refused: its content is still read, so that all errors are found at once.
    Refused,
}

struct Frame {
    opening: Opening,
    content: Vec<Block>,
}

/// Forms the containers of one run of siblings.
pub(super) fn nest(elements: Vec<Element>, errors: &mut Vec<MarkupError>) -> Vec<Block> {
    let mut nesting = Nesting { open: Vec::new(), done: Vec::new(), errors };
    for element in elements {
        match element {
            Element::Block(block) => nesting.add(block),
            Element::Open(opening) => nesting.open.push(Frame { opening, content: Vec::new() }),
            Element::Close { colons, at } => nesting.close(colons, at),
        }
    }
    while let Some(frame) = nesting.open.pop() {
        nesting.unclosed(frame);
    }
    nesting.done
}

struct Nesting<'e> {
    open: Vec<Frame>,
    done: Vec<Block>,
    errors: &'e mut Vec<MarkupError>,
}

impl Nesting<'_> {
    fn error(&mut self, at: Position, rule: Rule, message: impl Into<String>) {
        self.errors.push(MarkupError::new(at, rule, message));
    }

    fn add(&mut self, block: Block) {
        let siblings = self.open.last_mut().map_or(&mut self.done, |frame| &mut frame.content);
        siblings.push(block);
    }

    fn close(&mut self, colons: usize, at: Position) {
        let same_length = (colons > 3)
            .then(|| self.open.iter().rposition(|f| f.opening.colons == colons))
            .flatten();
        if let Some(owner) = same_length {
            while self.open.len() > owner + 1 {
                if let Some(frame) = self.open.pop() {
                    self.unclosed(frame);
                }
            }
        }
        match self.open.pop() {
            Some(frame) => self.finish(frame),
            None => self.error(
                at,
                Rule::UnopenedDirective,
                "this closes nothing: no directive is open in this block",
            ),
        }
    }

    fn unclosed(&mut self, frame: Frame) {
        let message = format!(
            "this directive is not closed; add a line with `{}`",
            ":".repeat(frame.opening.colons)
        );
        self.error(frame.opening.at, Rule::UnclosedDirective, message);
        self.finish(frame);
    }

    fn finish(&mut self, Frame { opening, content }: Frame) {
        let Position { line, column } = opening.at;
        match opening.container {
            Container::Directive { kind, title, id } => {
                self.check_place(kind, &content, opening.at);
                self.add(Block::Directive(Directive { kind, title, id, content, line, column }));
            }
            Container::When(conditions) => {
                self.add(Block::When(When { conditions, content, line, column }));
            }
            Container::Refused => {}
        }
    }

    /// Checks what a finished container stands in and holds.
    fn check_place(&mut self, kind: DirectiveKind, content: &[Block], at: Position) {
        let inside_tabs = self.open.last().is_some_and(|frame| {
            matches!(
                frame.opening.container,
                Container::Directive { kind: DirectiveKind::Tabs, .. }
            )
        });
        let is_tab = |block: &Block| {
            matches!(block, Block::Directive(Directive { kind: DirectiveKind::Tab, .. }))
        };
        let message = match kind {
            DirectiveKind::Tab if !inside_tabs => "`:::tab` stands directly inside `:::tabs`",
            DirectiveKind::Tabs if content.is_empty() || !content.iter().all(is_tab) => {
                "`:::tabs` holds one or more `:::tab`, and nothing else"
            }
            DirectiveKind::Steps if !matches!(content, [Block::List(list)] if list.start.is_some()) => {
                "`:::steps` holds one numbered list, and nothing else"
            }
            _ => return,
        };
        self.error(at, Rule::DirectivePlace, message);
    }
}

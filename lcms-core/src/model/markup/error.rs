//! Why an authored text was refused.

use std::fmt;

use super::tokens::Position;
use crate::model::violation::Violation;

/// One broken rule at one place of an authored text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message} ({rule})")]
pub struct MarkupError {
    /// Line, 1-based.
    pub line: usize,
    /// Column in that line, 1-based, in characters.
    pub column: usize,
    /// The rule that was broken.
    pub rule: Rule,
    /// What is wrong and what to do, for people.
    pub message: String,
}

impl MarkupError {
    pub(super) fn new(at: Position, rule: Rule, message: impl Into<String>) -> Self {
        Self { line: at.line, column: at.column, rule, message: message.into() }
    }

    /// The same as a violation of the document that holds the text at `pointer` (RFC 6901).
    #[must_use]
    pub fn violation(&self, pointer: &str) -> Violation {
        Violation::new(pointer, self.rule.as_str(), self.message.as_str())
            .at(self.line, self.column)
    }
}

/// The rules of the language that CommonMark does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A control character or noncharacter, which no output format can carry.
    Character,
    /// `:::name` with a name that is not a directive.
    UnknownDirective,
    /// A container directive without its closing `:::`.
    UnclosedDirective,
    /// A closing `:::` that closes nothing.
    UnopenedDirective,
    /// A directive where it cannot stand, or with content it cannot hold.
    DirectivePlace,
    /// Attributes of a directive that are malformed, unknown or missing.
    Attribute,
    /// `{#…}` that is not a block id, or that follows no block.
    BlockId,
    /// A block id used twice.
    DuplicateBlockId,
    /// `{{…}}` that is not a variable's name, or that stands where none can.
    Variable,
    /// `[[…]]`, `![[…]]` or `:::include` whose target is not a reference, or does not resolve.
    Reference,
    /// A reference where none can stand, such as in a link's address.
    ReferencePlace,
    /// A footnote defined twice.
    DuplicateFootnote,
    /// Nesting deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    Depth,
}

impl Rule {
    /// The rule's stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Character => "character",
            Self::UnknownDirective => "unknown_directive",
            Self::UnclosedDirective => "unclosed_directive",
            Self::UnopenedDirective => "unopened_directive",
            Self::DirectivePlace => "directive_place",
            Self::Attribute => "attribute",
            Self::BlockId => "block_id",
            Self::DuplicateBlockId => "duplicate_block_id",
            Self::Variable => "variable",
            Self::Reference => "reference",
            Self::ReferencePlace => "reference_place",
            Self::DuplicateFootnote => "duplicate_footnote",
            Self::Depth => "depth",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

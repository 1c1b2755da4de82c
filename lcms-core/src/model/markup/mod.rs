//! Authored text: CommonMark with tables, footnotes, task lists, description lists, formulas,
//! strikethrough and autolinks, and with constructs of our own.
//!
//! ```text
//! :::note A title {#id}          container; closed by `:::`. Also tip, warning, example, challenge,
//! …                              solution, instructor, steps, tabs, tab, details
//! :::
//! :::when audience=admin region=eu,uk     container kept only if the conditions match
//! :::include support/legal#returns        one line: text of a component, or one block of it
//! ## Returns {#returns}                   names a heading, or the paragraph or term it ends
//! {{product.name}}                        a variable
//! ![[support/diagram|alternative text]]   shows an asset or question
//! [[support/glossary#term|these words]]   links to a component
//! ```
//!
//! A backslash before the first character writes any of these as text; in code, formulas and raw
//! HTML they are never read. Authors write keys; what is stored holds ids (`[[id:…]]`), so that keys
//! can be renamed: [`rewrite_references`] turns one into the other and touches nothing else.
//!
//! [`Markup::parse`] reads a text once into plain owned data ([`Block`]s and [`Inline`]s) that
//! rendering, indexing and where-used share. [`Markup::compose`] decides what depends on a
//! profile: conditions, variables, includes and replaced blocks.

mod compose;
mod error;
mod fence;
mod fill;
mod nest;
mod plain;
mod read;
mod rewrite;
mod select;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

pub use compose::{Compose, Composed, Piece};
pub use error::{MarkupError, Rule};
pub use fill::fill_plain;
pub use read::MAX_DEPTH;
pub(in crate::model) use read::is_block_id;
pub use read::is_variable_name;
pub use rewrite::rewrite_references;
pub use tree::{
    Alignment, Block, BlockId, ConditionUse, Description, Directive, DirectiveKind, Footnote,
    Heading, Html, Image, Inline, Link, List, ListItem, Math, Part, Reference, ReferenceRole,
    Table, Variable, When,
};

/// An authored text, read and found to keep the rules of the language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Markup {
    blocks: Vec<Block>,
    footnotes: Vec<Footnote>,
    references: Vec<Reference>,
    variables: Vec<Variable>,
    conditions: Vec<ConditionUse>,
    block_ids: Vec<BlockId>,
    headings: Vec<Heading>,
}

impl Markup {
    /// Reads an authored text.
    ///
    /// # Errors
    /// Every broken rule, in the order of the text. CommonMark itself refuses nothing.
    pub fn parse(source: &str) -> Result<Self, Vec<MarkupError>> {
        read::read(source)
    }

    /// The text's blocks, without its footnotes.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The text's footnotes in the order in which they are written, used or not.
    #[must_use]
    pub fn footnotes(&self) -> &[Footnote] {
        &self.footnotes
    }

    /// Every use of another component, in the order of the text.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Every use of a variable, in the order of the text.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Every `:::when`, in the order of the text.
    #[must_use]
    pub fn conditions(&self) -> &[ConditionUse] {
        &self.conditions
    }

    /// Every named block, in the order of the text.
    #[must_use]
    pub fn block_ids(&self) -> &[BlockId] {
        &self.block_ids
    }

    /// Every heading, in the order of the text.
    #[must_use]
    pub fn headings(&self) -> &[Heading] {
        &self.headings
    }

    /// Every `:::include`, in the order of the text.
    pub fn includes(&self) -> impl Iterator<Item = &Reference> {
        self.references.iter().filter(|reference| reference.role == ReferenceRole::Include)
    }

    /// Whether any text is included from another component.
    #[must_use]
    pub fn uses_includes(&self) -> bool {
        self.includes().next().is_some()
    }

    /// Whether any content depends on conditions.
    #[must_use]
    pub fn uses_conditions(&self) -> bool {
        !self.conditions.is_empty()
    }

    /// Whether any variable is used.
    #[must_use]
    pub fn uses_variables(&self) -> bool {
        !self.variables.is_empty()
    }

    /// The words of the text, one line per block, for the index: no markup, everything that any
    /// reader may see, footnotes last.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        plain::blocks(&self.blocks, &mut out);
        for footnote in &self.footnotes {
            plain::blocks(&footnote.content, &mut out);
        }
        out
    }
}

/// The words of `inlines` without markup, for titles and alternative texts.
#[must_use]
pub fn plain_inlines(inlines: &[Inline]) -> String {
    let mut out = String::new();
    plain::inlines(inlines, &mut out);
    out
}

/// Whether a text can hold a reference at all: a look that spares reading most texts.
pub(in crate::model) fn may_refer(source: &str) -> bool {
    source.contains("[[") || source.contains(":::")
}

/// The form in which a text is stored, so that equal texts have equal digests: Unicode
/// normalisation form C, lines that end in LF, one line break at the end (none if nothing but white
/// space is left), no byte order mark.
#[must_use]
pub fn normalise(source: &str) -> String {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut text = match source.contains('\r') {
        true => source.replace("\r\n", "\n").replace('\r', "\n"),
        false => source.to_owned(),
    };
    // Composing goes character by character, and hardly any text needs it.
    if is_nfc_quick(text.chars()) != IsNormalized::Yes {
        text = text.nfc().collect();
    }
    if text.trim().is_empty() {
        return String::new();
    }
    text.truncate(text.trim_end_matches('\n').len());
    text.push('\n');
    text
}

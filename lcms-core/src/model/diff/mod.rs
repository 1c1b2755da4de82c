//! What is different between two versions of a component, or between two frozen trees.
//!
//! [`VersionDiff`] compares documents: long texts block by block and word by word, other fields by
//! address, placements by slot id, metadata apart from content. A list whose entries have ids is
//! compared by id, and an entry that only moved is shown as a move. [`tree`] compares releases
//! without looking at what is equal on both sides.

pub(super) mod blocks;
mod fields;
mod placements;
pub(super) mod sequence;
#[cfg(test)]
mod tests;
mod text;
pub mod tree;
mod words;

use serde::Serialize;
use utoipa::ToSchema;

pub use fields::{EntryMove, FieldChange, TextChange};
pub use placements::{Place, PlacementChange, PlacementDifference};
pub use text::{BlockChange, text_diff};
pub use words::{WordChange, WordRun, word_diff};

use super::content::Content;
use super::form::{METADATA, of_kind, to_value};
use super::metadata::Metadata;

/// What is different between two content documents. Empty exactly when their digests are equal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct DocumentDiff {
    /// Long texts that changed.
    pub text: Vec<TextChange>,
    /// Other fields and entries of lists that changed, came or went.
    pub fields: Vec<FieldChange>,
    /// Entries of lists that stand elsewhere in their list.
    pub moved: Vec<EntryMove>,
    /// Placements that changed, came, went or moved.
    pub placements: Vec<PlacementChange>,
}

impl DocumentDiff {
    /// The differences of two content documents, both in their stored form.
    #[must_use]
    pub fn of(before: &Content, after: &Content) -> Self {
        let mut diff = Self::default();
        let (old, new) = (to_value(before), to_value(after));
        if before.kind() == after.kind() {
            let form = of_kind(before.kind());
            fields::walk(form, "", Some(&old), Some(&new), &mut diff);
            diff.placements = placements::changes(form, &old, &new);
        } else {
            diff.fields.push(FieldChange {
                pointer: String::new(),
                before: Some(old),
                after: Some(new),
                words: Vec::new(),
            });
        }
        diff
    }

    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.text.len() + self.fields.len() + self.moved.len() + self.placements.len()
    }
}

/// The differences of two metadata documents; an entry of a set (`/tags/safety`) is a field of
/// its own.
#[must_use]
pub fn metadata_diff(before: &Metadata, after: &Metadata) -> Vec<FieldChange> {
    let mut diff = DocumentDiff::default();
    let (old, new) = (to_value(before), to_value(after));
    fields::walk(&METADATA, "", Some(&old), Some(&new), &mut diff);
    diff.fields
}

/// What is different between two versions of a component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct VersionDiff {
    /// In what learners see.
    pub content: DocumentDiff,
    /// In what describes it.
    pub metadata: Vec<FieldChange>,
}

impl VersionDiff {
    /// The differences of two versions, each content and metadata.
    #[must_use]
    pub fn of(before: (&Content, &Metadata), after: (&Content, &Metadata)) -> Self {
        Self {
            content: DocumentDiff::of(before.0, after.0),
            metadata: metadata_diff(before.1, after.1),
        }
    }

    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.content.is_empty() && self.metadata.is_empty()
    }
}

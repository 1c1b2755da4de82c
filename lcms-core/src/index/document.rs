//! What goes into the index, and what a hit keeps of it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// One component as it is found: the texts and labels of its newest revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDocument {
    /// The component; a second document of the same component replaces the first.
    pub component: Uuid,
    /// The library's id, by which rights are checked.
    pub library: Uuid,
    /// The library's key, by which people filter. Renaming a library means indexing its
    /// components again.
    pub library_key: String,
    /// The component's kind, such as `topic`.
    pub kind: String,
    /// The state of the revision, such as `approved`.
    pub state: String,
    /// BCP 47 tag of the texts; decides the stemming.
    pub language: String,
    /// The component's key, unique in its library.
    pub key: String,
    /// The title.
    pub title: String,
    /// One or two sentences on what it is about; may be empty.
    pub summary: String,
    /// The text, without markup.
    pub body: String,
    /// Tags, which are also a facet.
    pub tags: Vec<String>,
    /// Other words to be found by, which are no facet.
    pub keywords: Vec<String>,
    /// Whatever else in the metadata is worth finding, as text.
    pub metadata_text: String,
    /// When the revision was made.
    pub updated: OffsetDateTime,
    /// The revision.
    pub revision: Uuid,
    /// The revision's number in the history of its component.
    pub number: u32,
    /// The event that made this the newest state.
    pub event: i64,
    /// Written inside a structure and left out of searches that do not ask for it.
    pub local: bool,
}

/// One step of the index: what an event did to a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The component is found by this document, and by no earlier one.
    Upsert(Box<IndexDocument>),
    /// The component is no longer found.
    Remove(Uuid),
}

impl From<IndexDocument> for Change {
    fn from(document: IndexDocument) -> Self {
        Self::Upsert(Box::new(document))
    }
}

/// What the index stores of a document: the fields of a hit, and the texts of its snippet.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Card {
    pub(super) component: Uuid,
    pub(super) library: Uuid,
    pub(super) library_key: String,
    pub(super) kind: String,
    pub(super) state: String,
    pub(super) language: String,
    pub(super) key: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) body: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) updated: OffsetDateTime,
    pub(super) revision: Uuid,
    pub(super) number: u32,
    pub(super) event: i64,
}

impl From<IndexDocument> for Card {
    fn from(document: IndexDocument) -> Self {
        Self {
            component: document.component,
            library: document.library,
            library_key: document.library_key,
            kind: document.kind,
            state: document.state,
            language: document.language,
            key: document.key,
            title: document.title,
            summary: document.summary,
            body: document.body,
            updated: document.updated,
            revision: document.revision,
            number: document.number,
            event: document.event,
        }
    }
}

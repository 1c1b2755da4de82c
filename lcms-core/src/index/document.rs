//! What goes into the index, and what a hit keeps of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::facet::Facet;

/// One component as it is found: the texts and labels of its newest revision in every language.
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
    /// The component's key, unique in its library.
    pub key: String,
    /// What it says in the language it is written in.
    pub text: Text,
    /// What it says in other languages.
    pub translations: Vec<Text>,
    /// Tags, which are also a facet.
    pub tags: Vec<String>,
    /// Other words to be found by, which are no facet.
    pub keywords: Vec<String>,
    /// Whatever else in the metadata is worth finding, as text.
    pub metadata_text: String,
    /// What stands in its files.
    pub attached: Vec<Attached>,
    /// What people said of it.
    pub comments: String,
    /// The values of the facets that nothing above says.
    pub labels: BTreeMap<Facet, Vec<String>>,
    /// How many components hold it.
    pub uses: u32,
    /// Digest of its content in the language it is written in, to find the same again.
    pub content: Vec<u8>,
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
    /// Of one version among others: where and when it stood. Such a document replaces only that
    /// of the same revision.
    pub version: Option<Version>,
}

/// What a component says in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// BCP 47 tag; decides stemming and stop words.
    pub language: String,
    /// The title.
    pub title: String,
    /// One or two sentences on what it is about; may be empty.
    pub summary: String,
    /// The text, without markup.
    pub body: String,
}

/// What stands in a file of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// What it is.
    pub source: Source,
    /// BCP 47 tag; decides stemming and stop words.
    pub language: String,
    /// The text.
    pub text: String,
}

/// What a text is that a component does not say itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Captions, subtitles or descriptions of a video or a recording.
    Captions,
    /// A document: a page, a text, a file of a word processor.
    File,
    /// What people said of it.
    Comments,
}

/// Where and when a version stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The branch, by its number.
    pub branch: i32,
    /// The event that brought it.
    pub since: i64,
    /// The event that brought the next one; [`i64::MAX`] when there is none.
    pub until: i64,
    /// Names its content and metadata: what a frozen release holds.
    pub pair: [u8; 32],
}

/// One step of the index: what an event did to a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The component is found by this document, and by no earlier one.
    Upsert(Box<IndexDocument>),
    /// The component is no longer found, nor any version of it that does not follow.
    Remove(Uuid),
}

impl From<IndexDocument> for Change {
    fn from(document: IndexDocument) -> Self {
        Self::Upsert(Box::new(document))
    }
}

impl Default for IndexDocument {
    /// Nothing, of 1970.
    fn default() -> Self {
        Self {
            component: Uuid::nil(),
            library: Uuid::nil(),
            library_key: String::new(),
            kind: String::new(),
            state: String::new(),
            key: String::new(),
            text: Text::default(),
            translations: Vec::new(),
            tags: Vec::new(),
            keywords: Vec::new(),
            metadata_text: String::new(),
            attached: Vec::new(),
            comments: String::new(),
            labels: BTreeMap::new(),
            uses: 0,
            content: Vec::new(),
            updated: OffsetDateTime::UNIX_EPOCH,
            revision: Uuid::nil(),
            number: 0,
            event: 0,
            local: false,
            version: None,
        }
    }
}

impl IndexDocument {
    /// What a later document replaces it by.
    pub(super) fn id(&self) -> Uuid {
        if self.version.is_some() { self.revision } else { self.component }
    }

    /// What it says, in the language it is written in first.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Text> {
        std::iter::once(&self.text).chain(&self.translations)
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
    pub(super) key: String,
    /// In the language it is written in first.
    pub(super) texts: Vec<Text>,
    /// What else it is found by, as far as a snippet shows it.
    pub(super) attached: Vec<Attached>,
    pub(super) uses: u32,
    /// Microseconds since 1970.
    pub(super) updated: i64,
    pub(super) revision: Uuid,
    pub(super) number: u32,
    pub(super) event: i64,
}

impl Card {
    /// The stored bytes.
    pub(super) fn write(&self) -> postcard::Result<Vec<u8>> {
        postcard::to_stdvec(self)
    }

    /// What was stored.
    pub(super) fn read(bytes: &[u8]) -> postcard::Result<Self> {
        postcard::from_bytes(bytes)
    }
}

impl From<IndexDocument> for Card {
    fn from(document: IndexDocument) -> Self {
        let mut attached = document.attached;
        if !document.comments.is_empty() {
            let language = document.text.language.clone();
            attached.push(Attached { source: Source::Comments, language, text: document.comments });
        }
        let mut texts = vec![document.text];
        texts.extend(document.translations);
        Self {
            component: document.component,
            library: document.library,
            library_key: document.library_key,
            kind: document.kind,
            state: document.state,
            key: document.key,
            texts,
            attached,
            uses: document.uses,
            updated: microseconds(document.updated),
            revision: document.revision,
            number: document.number,
            event: document.event,
        }
    }
}

/// Microseconds since 1970; every moment that `time` can name fits.
pub(super) fn microseconds(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}

/// The moment so many microseconds after 1970 began.
pub(super) fn moment(microseconds: i64) -> OffsetDateTime {
    let nanoseconds = i128::from(microseconds) * 1_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

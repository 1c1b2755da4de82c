//! What is asked of the index.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::facet::Facet;
use super::synonyms::Synonyms;

/// The most hits on a page.
pub const MAX_LIMIT: usize = 100;

const DEFAULT_LIMIT: usize = 20;

/// The order of hits; among equals, by component id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best first. A search without words has no best: it is ordered as [`Sort::Updated`].
    #[default]
    Relevance,
    /// Newest first.
    Updated,
    /// By title, without regard to case and accents.
    Title,
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRequest {
    /// What the person typed: words, `"phrases"`, `-excluded`, `beginning*`, `a OR b`, `(groups)`,
    /// `title:word` (also body, tag, key, comment and the facets). Empty finds everything.
    pub text: String,
    /// The libraries that the caller may read; `None` for all. An empty list finds nothing.
    pub libraries: Option<Vec<Uuid>>,
    /// Also find what is local to a structure.
    pub local: bool,
    /// Of an index of versions: which of them are looked at.
    pub lens: Option<Lens>,
    /// What words are also searched by.
    pub synonyms: Arc<Synonyms>,
    /// Only what has a newest revision made after this.
    pub since: Option<OffsetDateTime>,
    /// Only these components.
    pub components: Option<Vec<Uuid>>,
    /// The values wanted of a facet: one of them is enough, for every facet that has any.
    pub filters: BTreeMap<Facet, Vec<String>>,
    /// The order.
    pub sort: Sort,
    /// Hits on a page, 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// `next` of the page before; the rest of the request must be as it was.
    pub cursor: Option<String>,
    /// The person is still typing: the last word may be the beginning of one.
    pub prefix: bool,
    /// Count the values of facets.
    pub facets: bool,
    /// Give a snippet with each hit.
    pub highlight: bool,
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self {
            text: String::new(),
            libraries: None,
            local: false,
            lens: None,
            since: None,
            components: None,
            synonyms: Arc::default(),
            filters: BTreeMap::new(),
            sort: Sort::default(),
            limit: DEFAULT_LIMIT,
            cursor: None,
            prefix: false,
            facets: false,
            highlight: false,
        }
    }
}

/// Which versions a search looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lens {
    /// What stands on a branch, now or at a moment: its layers, uppermost first.
    Layers(Vec<LensLayer>),
    /// These contents with their metadata: what a release froze.
    Pairs(Vec<[u8; 32]>),
    /// What a later revision has replaced.
    Superseded,
}

/// One layer of a [`Lens`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LensLayer {
    /// The branch, by its number.
    pub branch: i32,
    /// As it was after this event; as it is now when absent.
    pub as_of: Option<i64>,
    /// Components in a language that a layer above has versions of.
    pub hidden: Vec<(Uuid, String)>,
}

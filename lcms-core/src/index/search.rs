//! The request and its page.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Display;

use serde::{Deserialize, Serialize};
use tantivy::schema::Value as _;
use tantivy::tokenizer::Language;
use tantivy::{Searcher, TantivyDocument, TantivyError};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::analysis::stemmer_of;
use super::collect::{Collected, Page};
use super::cursor::{Cursor, Rank};
use super::directory::Index;
use super::document::Card;
use super::error::Error;
use super::parse::{Clause, Note, parse};
use super::query::{self, Builder, Highlights, Need};
use super::snippet;

/// The most hits on a page.
pub const MAX_LIMIT: usize = 100;
/// The most values given of one facet.
pub const MAX_FACET_VALUES: usize = 100;

const DEFAULT_LIMIT: usize = 20;

/// A property by which hits are filtered and counted.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// The library's key.
    Library,
    /// The component's kind.
    Kind,
    /// The state of its newest revision.
    State,
    /// The language of its texts.
    Language,
    /// Any of its tags.
    Tag,
}

impl Facet {
    /// Every facet.
    pub const ALL: [Self; 5] = [Self::Library, Self::Kind, Self::State, Self::Language, Self::Tag];

    /// Its name, as in JSON and in `name:value` of a search.
    pub fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Kind => "kind",
            Self::State => "state",
            Self::Language => "language",
            Self::Tag => "tag",
        }
    }
}

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
    /// What the person typed: words, `"phrases"`, `-excluded`, `beginning*`, `title:word` (also
    /// body, tag, key, kind, state, language, library). Empty finds everything.
    pub text: String,
    /// The libraries that the caller may read; `None` for all. An empty list finds nothing.
    pub libraries: Option<Vec<Uuid>>,
    /// Also find what is local to a structure.
    pub local: bool,
    /// The values wanted of a facet: one of them is enough, for every facet that has any.
    pub filters: BTreeMap<Facet, Vec<String>>,
    /// The order.
    pub sort: Sort,
    /// Hits on a page, 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// [`SearchPage::next`] of the page before; the rest of the request must be as it was.
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

/// One page of what a search found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SearchPage {
    /// The exact number of components found, on all pages.
    pub total: u64,
    /// The hits of this page.
    pub hits: Vec<Hit>,
    /// The values of each facet, most frequent first, then by value; at most
    /// [`MAX_FACET_VALUES`]. A facet is counted as if it were not filtered itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facets: Option<BTreeMap<Facet, Vec<FacetCount>>>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// What was done differently from what the text said.
    pub notes: Vec<Note>,
}

/// How many components have a value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// The number of components.
    pub count: u64,
}

/// A component that was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Hit {
    /// The component.
    pub component: Uuid,
    /// Its library.
    pub library: Uuid,
    /// The key of its library.
    pub library_key: String,
    /// Its kind.
    pub kind: String,
    /// The state of its newest revision.
    pub state: String,
    /// The language of its texts.
    pub language: String,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// How well it fits, only comparable within one search; absent unless sorted by relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// A piece of its text as escaped HTML, with the words found in `<mark>`; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet_html: Option<String>,
    /// When its newest revision was made.
    #[serde(with = "time::serde::rfc3339")]
    pub updated: OffsetDateTime,
    /// Its newest revision.
    pub revision: Uuid,
    /// The number of that revision.
    pub number: u32,
    /// The event that made this its newest state.
    pub event: i64,
}

impl Index {
    /// Finds components. Whatever `request.text` holds is a search, never an error; what could
    /// not be taken as written is said in [`SearchPage::notes`].
    ///
    /// # Errors
    /// [`Error::BadLimit`], [`Error::BadCursor`], or [`Error::Engine`] when the index cannot be
    /// read.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchPage, Error> {
        if !(1..=MAX_LIMIT).contains(&request.limit) {
            return Err(Error::BadLimit { limit: request.limit });
        }
        let cursor = match &request.cursor {
            Some(text) => Some(Cursor::decode(text, request)?),
            None => None,
        };
        let (clauses, notes) = parse(&request.text, request.prefix);
        let search = Search { index: self, searcher: self.reader.searcher(), request, clauses };
        search
            .run(cursor.as_ref(), notes)
            .map_err(|source| Error::engine(&self.dir, "be searched", source))
    }
}

/// One search on one snapshot of the index.
struct Search<'a> {
    index: &'a Index,
    searcher: Searcher,
    request: &'a SearchRequest,
    clauses: Vec<Clause>,
}

impl Search<'_> {
    fn run(&self, cursor: Option<&Cursor>, mut notes: Vec<Note>) -> tantivy::Result<SearchPage> {
        let mut builder = Builder::new(&self.index.fields, self.languages()?);
        let mut need = cursor.map_or(Need::All, Cursor::need);
        let mut collected = self.collect(&mut builder, need, cursor)?;
        let first_page = cursor.is_none();
        if first_page && collected.total == 0 && query::has_several_words(&self.clauses) {
            let any = self.collect(&mut builder, Need::Any, cursor)?;
            if any.total > 0 {
                (collected, need) = (any, Need::Any);
            }
        }
        if need == Need::Any {
            notes.insert(0, Note::Degraded);
        }
        self.page(collected, need, &builder.highlights, notes)
    }

    /// The languages whose stems are searched: those filtered by, or those of the index.
    fn languages(&self) -> tantivy::Result<Vec<Language>> {
        let mut languages = Vec::new();
        let mut add = |tag: &str| {
            if let Some(language) = stemmer_of(tag).filter(|known| !languages.contains(known)) {
                languages.push(language);
            }
        };
        match self.request.filters.get(&Facet::Language) {
            Some(filtered) if !filtered.is_empty() => filtered.iter().for_each(|tag| add(tag)),
            _ => {
                for segment in self.searcher.segment_readers() {
                    let values =
                        segment.inverted_index(self.index.fields.facet(Facet::Language))?;
                    let mut tags = values.terms().stream()?;
                    while tags.advance() {
                        add(&String::from_utf8_lossy(tags.key()));
                    }
                }
            }
        }
        Ok(languages)
    }

    fn collect(
        &self,
        builder: &mut Builder<'_>,
        need: Need,
        cursor: Option<&Cursor>,
    ) -> tantivy::Result<Collected> {
        let request = self.request;
        let every_facet: BTreeMap<Facet, Vec<String>> = Facet::ALL
            .map(|facet| (facet, request.filters.get(&facet).cloned().unwrap_or_default()))
            .into();
        let page = Page {
            sort: self.sort(),
            after: cursor.map(|cursor| cursor.after.clone()),
            // One more than shown tells whether there is a next page.
            limit: request.limit + 1,
            facets: request.facets.then_some(&every_facet),
        };
        // With facets the collector filters, since it must see what the filters leave out.
        let none = BTreeMap::new();
        let filters = if request.facets { &none } else { &request.filters };
        let query = query::restricted(
            &self.index.fields,
            builder.text(&request.text, &self.clauses, need),
            request.libraries.as_deref(),
            request.local,
            filters,
        );
        self.searcher.search(&query, &page)
    }

    fn sort(&self) -> Sort {
        match self.request.sort {
            Sort::Relevance if !query::ranks(&self.clauses) => Sort::Updated,
            sort => sort,
        }
    }

    fn page(
        &self,
        mut collected: Collected,
        need: Need,
        highlights: &Highlights,
        notes: Vec<Note>,
    ) -> tantivy::Result<SearchPage> {
        let more = collected.hits.len() > self.request.limit;
        collected.hits.truncate(self.request.limit);
        let next = match collected.hits.last().filter(|_| more) {
            Some((place, _)) => {
                let cursor = Cursor::new(self.request, need, place.clone());
                Some(cursor.encode().map_err(|error| internal(&error))?)
            }
            None => None,
        };
        let mut hits = Vec::with_capacity(collected.hits.len());
        for (place, address) in collected.hits {
            let stored: TantivyDocument = self.searcher.doc(address)?;
            let card = stored
                .get_first(self.index.fields.card)
                .and_then(|value| value.as_str())
                .ok_or_else(|| internal(&"a document has no card"))?;
            let card: Card = serde_json::from_str(card).map_err(|error| internal(&error))?;
            hits.push(self.hit(card, &place.rank, highlights));
        }
        let facets = self.request.facets.then(|| {
            collected
                .counts
                .into_iter()
                .map(|(facet, counts)| (facet, most_frequent(counts)))
                .collect()
        });
        Ok(SearchPage { total: collected.total, hits, facets, next, notes })
    }

    fn hit(&self, card: Card, rank: &Rank, highlights: &Highlights) -> Hit {
        let snippet_html = self.request.highlight.then(|| {
            let language = stemmer_of(&card.language);
            let opening = if card.summary.is_empty() { &card.body } else { &card.summary };
            [&card.body, &card.summary]
                .into_iter()
                .find_map(|text| snippet::around(text, language, highlights))
                .unwrap_or_else(|| snippet::beginning(opening))
        });
        let score = match rank {
            Rank::Score(bits) => Some(f32::from_bits(*bits)),
            Rank::Updated(_) | Rank::Title(_) => None,
        };
        Hit {
            component: card.component,
            library: card.library,
            library_key: card.library_key,
            kind: card.kind,
            state: card.state,
            language: card.language,
            key: card.key,
            title: card.title,
            score,
            snippet_html,
            updated: card.updated,
            revision: card.revision,
            number: card.number,
            event: card.event,
        }
    }
}

fn most_frequent(counts: BTreeMap<String, u64>) -> Vec<FacetCount> {
    let mut counts: Vec<_> =
        counts.into_iter().map(|(value, count)| FacetCount { value, count }).collect();
    // Stable, so that equal counts stay in the order of their values.
    counts.sort_by_key(|count| Reverse(count.count));
    counts.truncate(MAX_FACET_VALUES);
    counts
}

fn internal(cause: &dyn Display) -> TantivyError {
    TantivyError::InternalError(cause.to_string())
}

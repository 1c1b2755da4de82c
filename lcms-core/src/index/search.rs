//! A search on a snapshot of the index, and its page.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Serialize;
use tantivy::schema::Value as _;
use tantivy::tokenizer::Language;
use tantivy::{DocAddress, Searcher, TantivyDocument, TantivyError};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::analysis::stemmer_of;
use super::collect::{Collected, Page};
use super::cursor::{Cursor, Rank};
use super::directory::Index;
use super::document::{Attached, Card, Source, Text, moment};
use super::error::Error;
use super::facet::{Facet, FacetCount};
use super::parse::{self, Note, Part, Scope, parse};
use super::query::{self, Builder, Highlights, Reach};
use super::request::{MAX_LIMIT, SearchRequest, Sort};
use super::schema::{self, Fields};
use super::snippet::{self, Finder};

/// The most values given of one facet.
pub const MAX_FACET_VALUES: usize = 100;

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
    /// The language of the texts shown: the one that fits the search best.
    pub language: String,
    /// The languages it has texts in, the one it is written in first.
    pub languages: Vec<String>,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its title as escaped HTML, with the words found in `<mark>`; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_html: Option<String>,
    /// How many components hold it.
    pub uses: u32,
    /// How well it fits, only comparable within one search; absent unless sorted by relevance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
    /// A piece of its text as escaped HTML, with the words found in `<mark>`; when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet_html: Option<String>,
    /// What that piece is of, when it is not what the component itself says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet_source: Option<Source>,
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
        let (parts, notes) = parse(&request.text, request.prefix);
        let searcher = self.reader.searcher();
        let generation = searcher.generation().generation_id();
        let looks_at_all = !parse::ranks(&parts) && request.components.is_none();
        if looks_at_all && let Some(page) = self.recent.of(generation, request) {
            return Ok(page);
        }
        let search = Search { fields: &self.fields, searcher: &searcher, request, parts };
        let page = search
            .run(cursor.as_ref(), notes)
            .map_err(|source| Error::engine(&self.dir, "be searched", source))?;
        if looks_at_all {
            self.recent.keep(generation, request, &page);
        }
        Ok(page)
    }
}

/// One search on one snapshot of the index.
struct Search<'a> {
    fields: &'a Fields,
    searcher: &'a Searcher,
    request: &'a SearchRequest,
    parts: Vec<Part>,
}

impl Search<'_> {
    fn run(&self, cursor: Option<&Cursor>, mut notes: Vec<Note>) -> tantivy::Result<SearchPage> {
        let languages = self.languages()?;
        let mut builder = Builder::new(
            self.searcher,
            self.fields,
            languages,
            &self.request.synonyms,
            self.request.libraries.as_deref(),
        );
        let mut reach = cursor.map_or(Reach::All, |cursor| cursor.reach);
        let mut collected = self.collect(&mut builder, reach, cursor)?;
        if cursor.is_none() && collected.total == 0 && parse::ranks(&self.parts) {
            for further in [Reach::Alike, Reach::Any] {
                let more = self.collect(&mut builder, further, cursor)?;
                if more.total > 0 {
                    (collected, reach) = (more, further);
                    break;
                }
            }
        }
        match reach {
            Reach::All => {}
            Reach::Alike => notes.insert(0, Note::Similar),
            Reach::Any => notes.insert(0, Note::Degraded),
        }
        self.page(collected, reach, &builder.highlights, notes)
    }

    /// The languages whose stems are searched: those filtered by, or those that the readable
    /// libraries have texts in.
    fn languages(&self) -> tantivy::Result<Vec<Language>> {
        let mut languages = Vec::new();
        let mut add = |tag: &str| {
            if let Some(language) = stemmer_of(tag).filter(|known| !languages.contains(known)) {
                languages.push(language);
            }
        };
        let asked = self.parts.iter().filter_map(|part| match part {
            Part::One(clause) if clause.scope == Scope::Facet(Facet::Language) => {
                (!clause.exclude).then_some(clause.text.as_str())
            }
            _ => None,
        });
        let filtered = self.request.filters.get(&Facet::Language).into_iter().flatten();
        let wanted: Vec<&str> = filtered.map(String::as_str).chain(asked).collect();
        if !wanted.is_empty() {
            wanted.into_iter().for_each(&mut add);
            return Ok(languages);
        }
        let libraries = self.request.libraries.as_deref().filter(|few| few.len() <= 32);
        for segment in self.searcher.segment_readers() {
            let Some(libraries) = libraries else {
                let values = segment.inverted_index(self.fields.facet(Facet::Language))?;
                let mut tags = values.terms().stream()?;
                while tags.advance() {
                    add(&String::from_utf8_lossy(tags.key()));
                }
                continue;
            };
            let values = segment.inverted_index(self.fields.spoken)?;
            for library in libraries {
                let start = schema::spoken_in(*library);
                let end = format!("{start}{}", char::MAX);
                let mut tags = values.terms().range().ge(&start).lt(&end).into_stream()?;
                while tags.advance() {
                    add(String::from_utf8_lossy(tags.key()).trim_start_matches(&start));
                }
            }
        }
        Ok(languages)
    }

    fn collect(
        &self,
        builder: &mut Builder<'_>,
        reach: Reach,
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
        let libraries = match request.libraries.as_deref() {
            Some(all) if query::are_all(self.searcher, self.fields, all)? => None,
            libraries => libraries,
        };
        let mut wanted = builder.text(&request.text, &self.parts, reach)?;
        if let Some(moment) = request.since {
            wanted = query::all_of(vec![wanted, query::changed_since(self.fields, moment)]);
        }
        if let Some(components) = &request.components {
            wanted = query::all_of(vec![wanted, query::these(self.fields, components)]);
        }
        let query = query::restricted(
            self.fields,
            wanted,
            libraries,
            request.local,
            request.lens.as_ref(),
            filters,
        );
        self.searcher.search(&query, &page)
    }

    fn sort(&self) -> Sort {
        match self.request.sort {
            Sort::Relevance if !parse::ranks(&self.parts) => Sort::Updated,
            sort => sort,
        }
    }

    fn page(
        &self,
        mut collected: Collected,
        reach: Reach,
        highlights: &Highlights,
        notes: Vec<Note>,
    ) -> tantivy::Result<SearchPage> {
        let more = collected.hits.len() > self.request.limit;
        collected.hits.truncate(self.request.limit);
        let next = match collected.hits.last().filter(|_| more) {
            Some((place, _)) => {
                let cursor = Cursor::new(self.request, reach, place.clone());
                Some(cursor.encode().map_err(|error| internal(&error))?)
            }
            None => None,
        };
        let mut shown = self.request.highlight.then(|| Finder::new(highlights));
        let mut hits = Vec::with_capacity(collected.hits.len());
        for (place, address) in collected.hits {
            let score = match place.rank {
                Rank::Score(bits) => Some(f32::from_bits(bits)),
                Rank::Updated(_) | Rank::Title(_) => None,
            };
            let card = card(self.searcher, self.fields, address)?;
            hits.push(self.hit(card, score, shown.as_mut()));
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

    fn hit(&self, card: Card, score: Option<f32>, finder: Option<&mut Finder<'_>>) -> Hit {
        let languages = self.request.filters.get(&Facet::Language);
        let asked = languages.map_or(&[][..], Vec::as_slice);
        Hit::of(card, score, asked, finder)
    }
}

impl Hit {
    /// A hit that shows the text which fits best: among those in a language asked for, if there
    /// are any, the one with most of the words.
    pub(super) fn of(
        card: Card,
        score: Option<f32>,
        asked: &[String],
        mut finder: Option<&mut Finder<'_>>,
    ) -> Self {
        let languages: Vec<String> = card.texts.iter().map(|text| text.language.clone()).collect();
        let mut texts = card.texts;
        if !asked.is_empty() && texts.iter().any(|text| asked.contains(&text.language)) {
            texts.retain(|text| asked.contains(&text.language));
        }
        let mut best: Option<(usize, usize)> = None;
        if let Some(finder) = finder.as_deref_mut().filter(|_| texts.len() > 1) {
            for (at, text) in texts.iter().enumerate() {
                let words = finder.words_found(text);
                if best.is_none_or(|(_, most)| words > most) {
                    best = Some((at, words));
                }
            }
        }
        let at = best.map_or(0, |(at, _)| at);
        let text = if at < texts.len() { texts.swap_remove(at) } else { Text::default() };
        let title_html = finder.as_deref_mut().map(|finder| finder.title(&text));
        let piece = finder.map(|finder| piece(finder, &text, &card.attached));
        let (snippet_html, snippet_source) =
            piece.map_or((None, None), |(html, of)| (Some(html), of));
        Self {
            component: card.component,
            library: card.library,
            library_key: card.library_key,
            kind: card.kind,
            state: card.state,
            language: text.language,
            languages,
            key: card.key,
            title: text.title,
            title_html,
            uses: card.uses,
            score,
            snippet_html,
            snippet_source,
            updated: moment(card.updated),
            revision: card.revision,
            number: card.number,
            event: card.event,
        }
    }
}

/// The piece of a component's text that shows why it was found, and what it is of: the text itself if
/// it has any of the words, else what is in its files or was said of it.
fn piece(finder: &mut Finder<'_>, text: &Text, attached: &[Attached]) -> (String, Option<Source>) {
    let language = stemmer_of(&text.language);
    let own = [&text.body, &text.summary];
    if let Some(html) = own.into_iter().find_map(|own| finder.around(own, language)) {
        return (html, None);
    }
    let elsewhere = attached.iter().find_map(|attached| {
        let html = finder.around(&attached.text, stemmer_of(&attached.language))?;
        Some((html, Some(attached.source)))
    });
    elsewhere.unwrap_or_else(|| {
        let opening = if text.summary.is_empty() { &text.body } else { &text.summary };
        (snippet::beginning(opening), None)
    })
}

/// What is stored of a document.
pub(super) fn card(
    searcher: &Searcher,
    fields: &Fields,
    address: DocAddress,
) -> tantivy::Result<Card> {
    let stored: TantivyDocument = searcher.doc(address)?;
    let card = stored
        .get_first(fields.card)
        .and_then(|value| value.as_bytes())
        .ok_or_else(|| internal(&"a document has no card"))?;
    Card::read(card).map_err(|error| internal(&error))
}

fn most_frequent(counts: BTreeMap<String, u64>) -> Vec<FacetCount> {
    let mut counts: Vec<_> =
        counts.into_iter().map(|(value, count)| FacetCount { value, label: None, count }).collect();
    // Stable, so that equal counts stay in the order of their values.
    counts.sort_by_key(|count| Reverse(count.count));
    counts.truncate(MAX_FACET_VALUES);
    counts
}

pub(super) fn internal(cause: &dyn Display) -> TantivyError {
    TantivyError::InternalError(cause.to_string())
}

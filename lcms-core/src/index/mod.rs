//! Search over the newest revision of every component.
//!
//! The index is derived data: a folder that can be deleted at any time and rebuilt from the
//! event log. One process writes it, following the log, and each commit carries the number of
//! the last event it contains, so that documents and position become durable together. After a
//! crash the writer continues from [`Index::position`]; applying the same events again changes
//! nothing, because a document replaces the one of the same component.
//!
//! The parts, in the order in which a document and then a query pass through them:
//!
//! | module | job |
//! |---|---|
//! | `document` | what goes in ([`IndexDocument`], [`Change`]) and what a hit keeps of it |
//! | `analysis` | text → words: folded, stemmed by language, two-letter pieces where no spaces are written |
//! | `schema` | the fields, and a document as the engine wants it |
//! | `directory` | the folder: open, create, replace when damaged, one writer at a time |
//! | `writer` | [`Writer`]: batches of changes, each one commit |
//! | `request`, `facet` | what is asked: text, filters, order, rights |
//! | `parse` | what a person typed → what a document must have, never an error |
//! | `stops`, `spelling`, `synonyms` | words that say little, that were meant, that mean the same |
//! | `query` | parts, filters and rights → one query of the engine |
//! | `ranking` | what weighs how much |
//! | `collect` | one pass over the matches: total, page and facet counts |
//! | `cursor` | where a page ended, as an opaque string |
//! | `snippet` | the piece of a text that shows why it was found |
//! | `search` | the page, and how the parts play together |
//! | `recent` | pages without words, kept until the index changes |
//! | `similar` | what is like a text or a component, or the same |
//!
//! Everything here blocks the calling thread (milliseconds for a search, tens of milliseconds
//! for a commit); call it from a blocking task.

mod analysis;
mod collect;
mod cursor;
mod directory;
mod document;
mod error;
mod facet;
mod parse;
mod query;
mod ranking;
mod recent;
mod request;
mod schema;
mod search;
mod similar;
mod snippet;
mod spelling;
mod stops;
mod synonyms;
mod writer;

#[cfg(test)]
mod tests;

pub use directory::Index;
pub use document::{Attached, Change, IndexDocument, Source, Text, Version};
pub use error::Error;
pub use facet::{Facet, FacetCount};
pub use parse::Note;
pub use request::{Lens, LensLayer, MAX_LIMIT, SearchRequest, Sort};
pub use search::{Hit, MAX_FACET_VALUES, SearchPage};
pub use similar::{Likeness, SimilarHit, SimilarRequest, Subject};
pub use synonyms::Synonyms;
pub use writer::Writer;

//! Where a page ended, as a string that only this module reads.
//!
//! A cursor holds the sort values of the last hit instead of a count of hits, so that what is
//! added or removed before it meanwhile neither repeats nor hides a hit of the next page.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::error::Error;
use super::query::Reach;
use super::request::SearchRequest;

/// What hits are sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rank {
    /// The bits of the score, best first. Scores are never negative, and the bits of such
    /// numbers sort as the numbers do.
    Score(u32),
    /// Microseconds since 1970, newest first.
    Updated(i64),
    /// The folded title, in ascending order.
    Title(String),
}

/// The place of a hit in the order of its search: its rank, then its document's id: that of the
/// component, or of the revision in an index of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) rank: Rank,
    pub(super) id: Uuid,
}

impl Place {
    /// Compares two places of one search; ranks of different kinds never meet.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let ranks = match (&self.rank, &other.rank) {
            (Rank::Score(a), Rank::Score(b)) => b.cmp(a),
            (Rank::Updated(a), Rank::Updated(b)) => b.cmp(a),
            (Rank::Title(a), Rank::Title(b)) => a.cmp(b),
            _ => Ordering::Equal,
        };
        ranks.then_with(|| self.id.cmp(&other.id))
    }
}

/// The end of a page.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// The search it belongs to.
    search: String,
    /// How far the search had to reach for its first page.
    pub(super) reach: Reach,
    /// The last hit of the page.
    pub(super) after: Place,
}

impl Cursor {
    pub(super) fn new(request: &SearchRequest, reach: Reach, after: Place) -> Self {
        Self { search: fingerprint(request), reach, after }
    }

    pub(super) fn encode(&self) -> Result<String, serde_json::Error> {
        Ok(hex::encode(serde_json::to_vec(self)?))
    }

    /// Reads a cursor that must be one of `request`.
    pub(super) fn decode(text: &str, request: &SearchRequest) -> Result<Self, Error> {
        let cursor: Self = hex::decode(text)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or(Error::BadCursor { reason: "it is not a cursor of this program" })?;
        if cursor.search != fingerprint(request) {
            return Err(Error::BadCursor { reason: "it was given for another search" });
        }
        Ok(cursor)
    }
}

/// Tells searches apart whose hits or order differ. Rights are left out: they may change between
/// two pages, and are checked on each.
fn fingerprint(request: &SearchRequest) -> String {
    let mut hash = Sha256::new();
    for text in [
        &request.text,
        &format!(
            "{:?}",
            (request.sort, request.prefix, request.since, &request.filters, &request.lens)
        ),
    ] {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    hex::encode(&hash.finalize()[..8])
}

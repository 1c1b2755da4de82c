//! What is new in a saved search, as an Atom feed.

use lcms_core::index::Hit;
use lcms_core::service::Feed;
use lcms_formats::atom;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

fn written(time: OffsetDateTime) -> String {
    // Every time that this program keeps has a year of four digits.
    time.format(&Rfc3339).unwrap_or_default()
}

/// Writes a feed. An entry is a revision's component: it stays one entry through its changes, and
/// `updated` moves.
#[must_use]
pub fn write(feed: &Feed) -> String {
    let newest = feed.hits.iter().map(|hit| hit.updated).max();
    atom::write(&atom::Feed {
        id: format!("urn:uuid:{}", feed.search.id),
        title: feed.search.name.clone(),
        updated: written(newest.unwrap_or(feed.search.changed)),
        generator: "lcms".to_owned(),
        entries: feed.hits.iter().map(entry).collect(),
    })
}

fn entry(hit: &Hit) -> atom::Entry {
    let Hit { library_key, key, kind, state, number, .. } = hit;
    atom::Entry {
        id: format!("urn:uuid:{}", hit.component),
        title: hit.title.clone(),
        updated: written(hit.updated),
        link: format!("/components/{}", hit.component),
        categories: vec![kind.clone(), state.clone()],
        summary: format!("{library_key}/{key}: {kind}, {state}, revision {number}"),
    }
}

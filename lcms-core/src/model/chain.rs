//! The chain over the change log: each event carries a hash over itself and the hash before it.
//!
//! Who alters a past event, or the revision it recorded, breaks the chain from there on. Messages
//! enter it sealed, as a hash over a random salt and the words, so that both can be erased later
//! and the chain still holds. The byte rules and vectors stand in
//! `docs/decisions/0013-event-chain.md`.

use sha2::{Digest as _, Sha256};

use super::digest::{Digest, canonical_json};
use super::event::Event;
use super::record::Revision;

/// Length of a salt, in bytes.
pub const SALT_BYTES: usize = 16;

/// The seal of a message: SHA-256 over the salt and the words.
#[must_use]
pub fn seal_message(salt: &[u8; SALT_BYTES], message: &str) -> Digest {
    let hash = Sha256::new().chain_update(salt).chain_update(message.as_bytes()).finalize();
    Digest::from_array(hash.into())
}

/// The digest of a revision with everything it records; its message only as that seal.
#[must_use]
pub fn revision_digest(revision: &Revision, seal: Digest) -> Digest {
    let text = canonical_json(&(
        "lcms-revision/1",
        revision.id,
        revision.component,
        revision.number,
        (revision.content, revision.metadata),
        (revision.branch, &revision.language),
        (revision.parent, revision.merge_parent),
        revision.source,
        revision.author,
        micros(revision.created),
        seal,
    ));
    Digest::of_bytes(&text)
}

/// The hash of an event that follows the event with the hash `previous`; the first of a chain
/// follows none. `made` is the digest of the revision that the event recorded, if it did.
#[must_use]
pub fn event_hash(previous: Option<Digest>, event: &Event, made: Option<Digest>) -> Digest {
    let text = canonical_json(&(
        "lcms-event/1",
        previous,
        event.number,
        event.kind,
        micros(event.time),
        event.actor,
        (event.library, event.component, event.revision, event.release),
        Digest::of_document(&event.detail).0,
        made,
    ));
    Digest::of_bytes(&text)
}

/// Microseconds since 1970-01-01 UTC, as times are stored.
fn micros(time: time::OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}

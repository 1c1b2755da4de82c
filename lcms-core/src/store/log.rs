//! The end of the change log, while a transaction is open.

use std::collections::{HashMap, HashSet, VecDeque};

use sea_orm::{DbBackend, QueryResult, Statement, Value};

use super::time::to_micros;
use super::{by_hand, fault, optional_digest};
use crate::error::{Error, Result};
use crate::model::chain::event_hash;
use crate::model::{Digest, Event, EventNumber, Revision, RevisionId};

/// Events stored by one statement.
const CHUNK: usize = 200;

/// The end of the change log, as the open transaction will leave it.
///
/// Whoever has the transaction has the log: numbers are given out and hashes are worked out here,
/// and what was recorded is stored with the next request to the engine.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    /// The last number given out.
    last: i64,
    /// The last number that the database knows of.
    known: i64,
    /// The hash of the last event that was stored.
    hash: Option<Digest>,
    /// Of the numbers after that event: what they were taken for.
    taken: VecDeque<Option<Event>>,
    /// The revisions that events are to record, with their digests.
    made: HashMap<i64, (RevisionId, Digest)>,
}

/// Reads the last number and, on PostgreSQL, keeps other nodes from taking one until the
/// transaction ends. SQLite needs no asking: its write transactions exclude each other.
pub(super) fn read_counter(backend: DbBackend) -> Statement {
    let lock = if backend == DbBackend::Postgres { " FOR UPDATE" } else { "" };
    let sql = format!("SELECT value FROM counter WHERE name = 'event'{lock}");
    Statement::from_string(backend, sql)
}

/// Reads the hash of the last event. A statement of its own: it must see what was committed by
/// whoever had the lock before.
pub(super) fn read_last_hash(backend: DbBackend) -> Statement {
    let sql = "SELECT hash FROM event WHERE number = \
               (SELECT value FROM counter WHERE name = 'event')";
    Statement::from_string(backend, sql)
}

impl Log {
    /// Takes note of what [`read_counter`] answered.
    pub(super) fn read_counter(&mut self, rows: &[QueryResult]) -> Result<()> {
        let missing = || Error::internal("could not number an event", "the counter is missing");
        let row = rows.first().ok_or_else(missing)?;
        let value = row.try_get_by_index(0).map_err(fault("number an event"))?;
        *self = Self { last: value, known: value, ..Self::default() };
        Ok(())
    }

    /// Takes note of what [`read_last_hash`] answered.
    pub(super) fn read_last_hash(&mut self, rows: &[QueryResult]) -> Result<()> {
        let Some(row) = rows.first() else { return Ok(()) };
        let hash: Option<Vec<u8>> =
            row.try_get_by_index(0).map_err(fault("read the change log"))?;
        self.hash = optional_digest(hash.as_deref())?;
        Ok(())
    }

    /// Takes the next `count` numbers and answers the first.
    pub(super) fn take(&mut self, count: usize) -> EventNumber {
        let first = self.last + 1;
        self.last += i64::try_from(count).unwrap_or(i64::MAX);
        self.taken.extend(std::iter::repeat_n(None, count));
        EventNumber(first)
    }

    /// Records an event under a number that was taken.
    pub(super) fn record(&mut self, event: Event) -> Result<()> {
        let number = event.number;
        let stored = self.last - i64::try_from(self.taken.len()).unwrap_or(i64::MAX);
        let place = usize::try_from(number.0 - stored - 1).ok();
        match place.and_then(|place| self.taken.get_mut(place)) {
            Some(taken @ None) => *taken = Some(event),
            _ => return Err(misused(number, "was not taken, or is recorded already")),
        }
        Ok(())
    }

    /// Notes the revision that an event is to record.
    pub(super) fn note_revision(&mut self, revision: &Revision, digest: Digest) -> Result<()> {
        match self.made.insert(revision.event.0, (revision.id, digest)) {
            None => Ok(()),
            Some(_) => Err(misused(revision.event, "was taken for one revision and made two")),
        }
    }

    /// Whether events that were recorded are not stored yet.
    pub(super) fn is_pending(&self) -> bool {
        matches!(self.taken.front(), Some(Some(_)))
    }

    /// Refuses when a number was taken and not used: the log would have a hole.
    pub(super) fn require_complete(&self) -> Result<()> {
        let recorded: HashSet<_> =
            self.taken.iter().flatten().map(|event| event.number.0).collect();
        let unused = match self.made.keys().find(|number| !recorded.contains(number)) {
            Some(number) => Some(*number),
            None if recorded.len() < self.taken.len() => Some(self.last),
            None => None,
        };
        unused.map_or(Ok(()), |number| {
            Err(misused(EventNumber(number), "was taken, and no event recorded"))
        })
    }

    /// What is to be stored now: the events recorded so far, each with its hash, and with the
    /// commit the counter: nobody looks at it before that.
    pub(super) fn due(&mut self, backend: DbBackend, commit: bool) -> Result<Vec<Statement>> {
        let mut rows = Vec::new();
        while let Some(event) = self.taken.pop_front_if(|taken| taken.is_some()).flatten() {
            let made = match self.made.remove(&event.number.0) {
                Some((id, digest)) if event.revision == Some(id) => Some(digest),
                Some(_) => return Err(misused(event.number, "does not name its revision")),
                None => None,
            };
            let hash = event_hash(self.hash, &event, made);
            self.hash = Some(hash);
            rows.push((event, hash));
        }
        let mut due: Vec<_> = rows.chunks(CHUNK).map(|chunk| insert(backend, chunk)).collect();
        if commit && self.known != self.last {
            self.known = self.last;
            let sql = "UPDATE counter SET value = ? WHERE name = 'event'";
            due.push(by_hand::statement(backend, sql, [self.last.into()]));
        }
        Ok(due)
    }
}

/// An event that is not written as it must be: a fault of this program.
fn misused(number: EventNumber, how: &str) -> Error {
    Error::internal("could not record an event", format!("number {number} {how}"))
}

/// Stores events.
fn insert(backend: DbBackend, events: &[(Event, Digest)]) -> Statement {
    const COLUMNS: &str = "number, kind, created, actor, library_id, component_id, revision_id, \
                           release_id, detail, hash";
    let row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let rows = vec![row; events.len()].join(", ");
    let mut values = Vec::with_capacity(10 * events.len());
    for (event, hash) in events {
        values.extend([
            Value::from(event.number.0),
            event.kind.as_str().into(),
            to_micros(event.time).into(),
            event.actor.0.into(),
            event.library.map(|id| id.0).into(),
            event.component.map(|id| id.0).into(),
            event.revision.map(|id| id.0).into(),
            event.release.map(|id| id.0).into(),
            event.detail.to_string().into(),
            by_hand::bytes(hash.as_bytes()),
        ]);
    }
    let sql = format!("INSERT INTO event ({COLUMNS}) VALUES {rows}");
    by_hand::of_many(backend, &sql, values)
}

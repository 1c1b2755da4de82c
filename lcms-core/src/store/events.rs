//! The append-only change log.

use std::collections::HashSet;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use serde_json::Value;
use time::OffsetDateTime;

use super::entity::{counter, event};
use super::time::{from_micros, to_micros};
use super::{Transaction, by_hand, fault, listed, unique, unreadable};
use crate::error::Result;
use crate::model::{
    ComponentId, Event, EventKind, EventNumber, LibraryId, ReleaseId, RevisionId, UserId,
};

/// Which events are meant: those that fit everything that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Who did it.
    pub actor: Option<UserId>,
    /// What happened: one of these; anything when empty.
    pub kinds: Vec<EventKind>,
    /// What it happened to.
    pub component: Option<ComponentId>,
    /// Where it happened.
    pub library: Option<LibraryId>,
    /// Not before this.
    pub since: Option<OffsetDateTime>,
    /// Before this.
    pub until: Option<OffsetDateTime>,
}

/// An event before it has its number.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub time: OffsetDateTime,
    /// Who did it.
    pub actor: UserId,
    /// The library it happened in.
    pub library: Option<LibraryId>,
    /// The component it happened to.
    pub component: Option<ComponentId>,
    /// The revision it made or concerns.
    pub revision: Option<RevisionId>,
    /// The release it made or concerns.
    pub release: Option<ReleaseId>,
    /// Further facts.
    pub detail: Value,
}

impl NewEvent {
    fn at(self, number: EventNumber) -> Event {
        let Self { kind, time, actor, library, component, revision, release, detail } = self;
        Event { number, kind, time, actor, library, component, revision, release, detail }
    }

    /// An event that concerns nothing in particular yet.
    #[must_use]
    pub fn new(kind: EventKind, time: OffsetDateTime, actor: UserId) -> Self {
        let detail = Value::Object(serde_json::Map::new());
        Self {
            kind,
            time,
            actor,
            library: None,
            component: None,
            revision: None,
            release: None,
            detail,
        }
    }
}

/// Takes the next event number. Whoever has the transaction has the log to its end, so a reader
/// that has seen n never later finds a smaller new number.
pub async fn next_number(tx: &Transaction) -> Result<EventNumber> {
    next_numbers(tx, 1).await
}

/// Takes the next `count` event numbers and answers the first. Each must be used before the
/// command ends.
pub async fn next_numbers(tx: &Transaction, count: usize) -> Result<EventNumber> {
    tx.with_log(|log| Ok(log.take(count))).await
}

/// Records an event under a number taken in the same command.
pub async fn insert(tx: &Transaction, number: EventNumber, new: NewEvent) -> Result<()> {
    insert_many(tx, number, vec![new]).await
}

/// Records events under consecutive numbers taken in the same command.
pub async fn insert_many(tx: &Transaction, first: EventNumber, new: Vec<NewEvent>) -> Result<()> {
    tx.with_log(|log| {
        (first.0..).zip(new).try_for_each(|(number, new)| log.record(new.at(EventNumber(number))))
    })
    .await
}

/// Numbers and stores an event.
pub async fn append(tx: &Transaction, new: NewEvent) -> Result<EventNumber> {
    let number = next_number(tx).await?;
    insert(tx, number, new).await?;
    Ok(number)
}

/// Events after that number, oldest first.
pub async fn after(
    db: &impl ConnectionTrait,
    number: EventNumber,
    limit: u64,
) -> Result<Vec<Event>> {
    let rows = event::Entity::find()
        .filter(event::Column::Number.gt(number.0))
        .order_by_asc(event::Column::Number)
        .limit(limit)
        .all(db)
        .await
        .map_err(fault("read the change log"))?;
    rows.iter().map(read).collect()
}

/// Events before that number that fit, newest first; the newest of all without one.
pub async fn before(
    db: &impl ConnectionTrait,
    number: Option<EventNumber>,
    filter: &EventFilter,
    limit: u64,
) -> Result<Vec<Event>> {
    use event::Column;
    // Events are numbered in the order of their times, so a time is a number.
    let before_time = |time: OffsetDateTime| last_at(db, time - time::Duration::microseconds(1));
    let mut below = number.map_or(i64::MAX, |number| number.0);
    let mut above = 0;
    if let Some(since) = filter.since {
        above = before_time(since).await?.0;
    }
    if let Some(until) = filter.until {
        below = below.min(before_time(until).await?.0.saturating_add(1));
    }
    let mut query = event::Entity::find().order_by_desc(Column::Number).limit(limit);
    match filter.component {
        // A component has few events, which have an index of their own.
        Some(component) => {
            query = query
                .filter(Column::ComponentId.eq(component.0))
                .filter(Column::Number.gt(above))
                .filter(Column::Number.lt(below));
            if let Some(actor) = filter.actor {
                query = query.filter(Column::Actor.eq(actor.0));
            }
            if let Some(library) = filter.library {
                query = query.filter(Column::LibraryId.eq(library.0));
            }
            if !filter.kinds.is_empty() {
                let kinds = filter.kinds.iter().map(|kind| kind.as_str());
                query = query.filter(Column::Kind.is_in(kinds));
            }
        }
        None if filter.actor.is_some() || !filter.kinds.is_empty() => {
            let numbers = newest_of_each_kind(db, filter, above, below, limit).await?;
            query = query.filter(Column::Number.is_in(listed(numbers)));
        }
        None => {
            query = query.filter(Column::Number.gt(above)).filter(Column::Number.lt(below));
            if let Some(library) = filter.library {
                query = query.filter(Column::LibraryId.eq(library.0));
            }
        }
    }
    let rows = query.all(db).await.map_err(fault("read the change log"))?;
    rows.iter().map(read).collect()
}

/// The numbers of the newest events between two numbers by who did it, what happened, or both, newest
/// first. The newest of each kind are read from one end of an index, however many there are; those of a
/// person or of several kinds are what is newest among these.
async fn newest_of_each_kind(
    db: &impl ConnectionTrait,
    filter: &EventFilter,
    above: i64,
    below: i64,
    limit: u64,
) -> Result<Vec<i64>> {
    let kinds = if filter.kinds.is_empty() { EventKind::ALL } else { &filter.kinds };
    let mut values = Vec::new();
    let mut one = |(n, kind): (usize, &EventKind)| {
        let mut sql = "SELECT number FROM (SELECT number FROM event \
                       WHERE kind = ? AND number > ? AND number < ?"
            .to_owned();
        values.extend([kind.as_str().into(), above.into(), below.into()]);
        if let Some(actor) = filter.actor {
            sql += " AND actor = ?";
            values.push(actor.0.into());
        }
        if let Some(library) = filter.library {
            sql += " AND library_id = ?";
            values.push(library.0.into());
        }
        sql + &format!(" ORDER BY number DESC LIMIT {limit}) AS kind{n}")
    };
    let each: Vec<_> = kinds.iter().enumerate().map(&mut one).collect();
    let statement = by_hand::of_many(db.get_database_backend(), &each.join(" UNION ALL "), values);
    let rows = db.query_all_raw(statement).await.map_err(fault("read the change log"))?;
    let mut numbers = rows
        .iter()
        .map(|row| row.try_get_by_index(0).map_err(fault("read the change log")))
        .collect::<Result<Vec<i64>>>()?;
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(numbers)
}

/// The last event up to that time; 0 when there is none. Times follow the order of events as far
/// as the clock does.
pub async fn last_at(db: &impl ConnectionTrait, time: OffsetDateTime) -> Result<EventNumber> {
    let micros = to_micros(time);
    let (mut low, mut high) = (0, last_number(db).await?.0);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let row = unique(event::Entity::find_by_id(middle), db)
            .await
            .map_err(fault("read the change log"))?;
        if row.is_some_and(|row| row.created <= micros) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(EventNumber(low))
}

/// Whether a derived table was made, by its name among the counters.
pub async fn is_made(db: &impl ConnectionTrait, table: &str) -> Result<bool> {
    let row = unique(counter::Entity::find_by_id(table.to_owned()), db)
        .await
        .map_err(fault("read a counter"))?;
    Ok(row.is_some_and(|row| row.value > 0))
}

/// Notes that a derived table was made.
pub async fn note_made(tx: &Transaction, table: &str) -> Result<()> {
    counter::Entity::update_many()
        .col_expr(counter::Column::Value, Expr::value(1))
        .filter(counter::Column::Name.eq(table))
        .exec(tx)
        .await
        .map_err(fault("set a counter"))?;
    Ok(())
}

/// The number of the newest event; 0 when there is none.
pub async fn last_number(db: &impl ConnectionTrait) -> Result<EventNumber> {
    let query = event::Entity::find().select_only().column_as(event::Column::Number.max(), "last");
    let last: Option<Option<i64>> =
        query.into_tuple().one(db).await.map_err(fault("read the change log"))?;
    Ok(EventNumber(last.flatten().unwrap_or(0)))
}

/// Which of these components were deleted after that event.
pub async fn deleted_at(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
    number: EventNumber,
) -> Result<HashSet<ComponentId>> {
    let kinds = [EventKind::ComponentDeleted, EventKind::ComponentRestored];
    let mut deleted = HashSet::new();
    for chunk in components.chunks(500) {
        let rows = event::Entity::find()
            .filter(event::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .filter(event::Column::Number.lte(number.0))
            .filter(event::Column::Kind.is_in(kinds.map(EventKind::as_str)))
            .order_by_asc(event::Column::Number)
            .all(db)
            .await
            .map_err(fault("read the change log"))?;
        for row in rows {
            let Some(component) = row.component_id.map(ComponentId) else { continue };
            if row.kind == EventKind::ComponentDeleted.as_str() {
                deleted.insert(component);
            } else {
                deleted.remove(&component);
            }
        }
    }
    Ok(deleted)
}

pub(super) fn read(row: &event::Model) -> Result<Event> {
    Ok(Event {
        number: EventNumber(row.number),
        kind: EventKind::from_name(&row.kind).ok_or_else(|| unreadable("event kind", &row.kind))?,
        time: from_micros(row.created),
        actor: UserId(row.actor),
        library: row.library_id.map(LibraryId),
        component: row.component_id.map(ComponentId),
        revision: row.revision_id.map(RevisionId),
        release: row.release_id.map(ReleaseId),
        detail: serde_json::from_str(&row.detail).map_err(|e| unreadable("event detail", e))?,
    })
}

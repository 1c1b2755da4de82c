//! The append-only change log.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbBackend, DbErr, EntityTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde_json::Value;
use time::OffsetDateTime;

use super::entity::{counter, event};
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::{Error, Result};
use crate::model::{
    ComponentId, Event, EventKind, EventNumber, LibraryId, ReleaseId, RevisionId, UserId,
};

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

/// Keeps other nodes from writing until the transaction ends. SQLite needs no asking: its write
/// transactions exclude each other.
pub(super) async fn lock_log(tx: &Transaction) -> std::result::Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        counter::Entity::find_by_id("event".to_owned()).lock_exclusive().one(tx).await?;
    }
    Ok(())
}

/// Takes the next event number. The counter's row stays locked until the transaction ends, so a
/// reader that has seen n never later finds a smaller new number.
pub async fn next_number(tx: &Transaction) -> Result<EventNumber> {
    next_numbers(tx, 1).await
}

/// Takes the next `count` event numbers and answers the first.
pub async fn next_numbers(tx: &Transaction, count: usize) -> Result<EventNumber> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let rows = counter::Entity::update_many()
        .col_expr(counter::Column::Value, Expr::col(counter::Column::Value).add(count))
        .filter(counter::Column::Name.eq("event"))
        .exec_with_returning(tx)
        .await
        .map_err(fault("number an event"))?;
    rows.first()
        .map(|row| EventNumber(row.value - count + 1))
        .ok_or_else(|| Error::internal("could not number an event", "the counter is missing"))
}

/// Stores an event under a number taken in the same transaction.
pub async fn insert(tx: &Transaction, number: EventNumber, new: NewEvent) -> Result<()> {
    insert_many(tx, number, vec![new]).await
}

/// Stores events under consecutive numbers taken in the same transaction.
pub async fn insert_many(tx: &Transaction, first: EventNumber, new: Vec<NewEvent>) -> Result<()> {
    let rows: Vec<_> = (first.0..).zip(new).map(|(number, new)| row(number, new)).collect();
    for chunk in rows.chunks(500) {
        event::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await
            .map_err(fault("record an event"))?;
    }
    Ok(())
}

fn row(number: i64, new: NewEvent) -> event::ActiveModel {
    event::ActiveModel {
        number: Set(number),
        kind: Set(new.kind.as_str().to_owned()),
        created: Set(to_micros(new.time)),
        actor: Set(new.actor.0),
        library_id: Set(new.library.map(|id| id.0)),
        component_id: Set(new.component.map(|id| id.0)),
        revision_id: Set(new.revision.map(|id| id.0)),
        release_id: Set(new.release.map(|id| id.0)),
        detail: Set(new.detail.to_string()),
        hash: Set(None),
    }
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
    let row = unique(counter::Entity::find_by_id("event".to_owned()), db)
        .await
        .map_err(fault("read the change log"))?;
    Ok(EventNumber(row.map_or(0, |row| row.value)))
}

fn read(row: &event::Model) -> Result<Event> {
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

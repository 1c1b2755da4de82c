//! Webhooks of kept searches: what their receivers were told of, and what is on its way to them.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::entity::{delivery, webhook, webhook_match};
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{ComponentId, DeliveryId, EventNumber, RevisionId, SavedSearchId};

/// Rows stored or looked up by one statement.
const CHUNK: usize = 500;

/// Where what a search comes to find is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The search.
    pub search: SavedSearchId,
    /// The address.
    pub url: String,
    /// What messages are signed with: its bytes in hexadecimal digits.
    pub secret: String,
    /// Up to which event it was looked what is found.
    pub seen: EventNumber,
    /// When it was opened.
    pub created: OffsetDateTime,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({} to {}, up to {})", self.search, self.url, self.seen)
    }
}

/// How far a message is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It will be tried, or tried again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was tried too often, or the receiver wants no more.
    GivenUp,
    /// The owner of the search may not read any of it any more.
    Withheld,
}

impl DeliveryState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Delivered, Self::GivenUp, Self::Withheld];

    /// Its name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
            Self::Withheld => "withheld",
        }
    }
}

/// A message to a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The message: the same however often it is tried.
    pub id: DeliveryId,
    /// The search that it tells of.
    pub search: SavedSearchId,
    /// What it tells, as JSON.
    pub body: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// What became of the last try; empty before the first.
    pub outcome: String,
    /// When there was something to tell.
    pub created: OffsetDateTime,
    /// When it is tried next; nothing when it is not.
    pub due: Option<OffsetDateTime>,
    /// When it was tried last.
    pub tried: Option<OffsetDateTime>,
}

fn read(row: &webhook::Model) -> Webhook {
    Webhook {
        search: SavedSearchId(row.search_id),
        url: row.url.clone(),
        secret: row.secret.clone(),
        seen: EventNumber(row.seen_event),
        created: from_micros(row.created),
    }
}

fn read_delivery(row: &delivery::Model) -> Result<Delivery> {
    Ok(Delivery {
        id: DeliveryId(row.id),
        search: SavedSearchId(row.search_id),
        body: row.body.clone(),
        state: DeliveryState::ALL
            .into_iter()
            .find(|state| state.as_str() == row.state)
            .ok_or_else(|| unreadable("state of a delivery", &row.state))?,
        attempts: u32::try_from(row.attempts).map_err(|e| unreadable("number of attempts", e))?,
        outcome: row.outcome.clone(),
        created: from_micros(row.created),
        due: row.due.map(from_micros),
        tried: row.tried.map(from_micros),
    })
}

fn delivery_row(kept: &Delivery) -> delivery::ActiveModel {
    delivery::ActiveModel {
        id: Set(kept.id.0),
        search_id: Set(kept.search.0),
        body: Set(kept.body.clone()),
        state: Set(kept.state.as_str().to_owned()),
        attempts: Set(i32::try_from(kept.attempts).unwrap_or(i32::MAX)),
        outcome: Set(kept.outcome.clone()),
        created: Set(to_micros(kept.created)),
        due: Set(kept.due.map(to_micros)),
        tried: Set(kept.tried.map(to_micros)),
    }
}

/// Opens a webhook in place of the one before.
pub async fn open(tx: &Transaction, new: &Webhook) -> Result<()> {
    use webhook::Column;
    let row = webhook::ActiveModel {
        search_id: Set(new.search.0),
        url: Set(new.url.clone()),
        secret: Set(new.secret.clone()),
        seen_event: Set(new.seen.0),
        created: Set(to_micros(new.created)),
    };
    let same = OnConflict::column(Column::SearchId)
        .update_columns([Column::Url, Column::Secret, Column::SeenEvent, Column::Created])
        .to_owned();
    let done = webhook::Entity::insert(row).on_conflict(same).exec_without_returning(tx).await;
    done.map_err(fault("open a webhook"))?;
    Ok(())
}

/// Closes the webhook of a search: what waits is not sent, and nothing is known any more.
pub async fn close(tx: &Transaction, search: SavedSearchId) -> Result<()> {
    forget_all(tx, search).await?;
    let done = delivery::Entity::delete_many()
        .filter(delivery::Column::SearchId.eq(search.0))
        .exec(tx)
        .await;
    done.map_err(fault("close a webhook"))?;
    let done = webhook::Entity::delete_by_id(search.0).exec(tx).await;
    done.map_err(fault("close a webhook"))?;
    Ok(())
}

/// The webhook of a search.
pub async fn of(db: &impl ConnectionTrait, search: SavedSearchId) -> Result<Option<Webhook>> {
    let found = unique(webhook::Entity::find_by_id(search.0), db).await;
    Ok(found.map_err(fault("read a webhook"))?.as_ref().map(read))
}

/// Every webhook.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Webhook>> {
    let rows = webhook::Entity::find()
        .order_by_asc(webhook::Column::SearchId)
        .all(db)
        .await
        .map_err(fault("list webhooks"))?;
    Ok(rows.iter().map(read).collect())
}

/// Notes up to which event it was looked what a search finds; says whether nobody else has meanwhile.
pub async fn see(
    tx: &Transaction,
    search: SavedSearchId,
    before: EventNumber,
    now: EventNumber,
) -> Result<bool> {
    let done = webhook::Entity::update_many()
        .col_expr(webhook::Column::SeenEvent, Expr::value(now.0))
        .filter(webhook::Column::SearchId.eq(search.0))
        .filter(webhook::Column::SeenEvent.eq(before.0))
        .exec(tx)
        .await
        .map_err(fault("note what a webhook has seen"))?;
    Ok(done.rows_affected == 1)
}

/// Which of these components a receiver knows, and in which revision.
pub async fn matches(
    db: &impl ConnectionTrait,
    search: SavedSearchId,
    components: &[ComponentId],
) -> Result<HashMap<ComponentId, RevisionId>> {
    use webhook_match::Column;
    let mut known = HashMap::new();
    for chunk in components.chunks(CHUNK) {
        let rows = webhook_match::Entity::find()
            .filter(Column::SearchId.eq(search.0))
            .filter(Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read what a webhook has told"))?;
        known.extend(
            rows.iter().map(|row| (ComponentId(row.component_id), RevisionId(row.revision_id))),
        );
    }
    Ok(known)
}

/// Notes what a receiver knows.
pub async fn note(
    tx: &Transaction,
    search: SavedSearchId,
    matches: &[(ComponentId, RevisionId)],
) -> Result<()> {
    use webhook_match::Column;
    for chunk in matches.chunks(CHUNK) {
        let rows = chunk.iter().map(|(component, revision)| webhook_match::ActiveModel {
            search_id: Set(search.0),
            component_id: Set(component.0),
            revision_id: Set(revision.0),
        });
        let same = OnConflict::columns([Column::SearchId, Column::ComponentId])
            .update_column(Column::RevisionId)
            .to_owned();
        webhook_match::Entity::insert_many(rows)
            .on_conflict(same)
            .exec_without_returning(tx)
            .await
            .map_err(fault("note what a webhook has told"))?;
    }
    Ok(())
}

/// Forgets components that the search does not find any more.
pub async fn forget(
    tx: &Transaction,
    search: SavedSearchId,
    components: &[ComponentId],
) -> Result<()> {
    use webhook_match::Column;
    for chunk in components.chunks(CHUNK) {
        webhook_match::Entity::delete_many()
            .filter(Column::SearchId.eq(search.0))
            .filter(Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .exec(tx)
            .await
            .map_err(fault("forget what a webhook has told"))?;
    }
    Ok(())
}

/// Forgets everything that a receiver knows.
pub async fn forget_all(tx: &Transaction, search: SavedSearchId) -> Result<()> {
    webhook_match::Entity::delete_many()
        .filter(webhook_match::Column::SearchId.eq(search.0))
        .exec(tx)
        .await
        .map_err(fault("forget what a webhook has told"))?;
    Ok(())
}

/// Puts a message into the queue.
pub async fn queue(tx: &Transaction, new: &Delivery) -> Result<()> {
    let done = delivery::Entity::insert(delivery_row(new)).exec_without_returning(tx).await;
    done.map_err(fault("queue a delivery"))?;
    Ok(())
}

/// Keeps a message as it is now, if it still is due when it was; says whether it was.
pub async fn update(
    tx: &Transaction,
    changed: &Delivery,
    was_due: Option<OffsetDateTime>,
) -> Result<bool> {
    use delivery::Column;
    let was = match was_due {
        Some(due) => Column::Due.eq(to_micros(due)),
        None => Column::Due.is_null(),
    };
    let row = delivery_row(changed);
    let done = delivery::Entity::update_many()
        .set(delivery::ActiveModel { id: sea_orm::ActiveValue::NotSet, ..row })
        .filter(Column::Id.eq(changed.id.0))
        .filter(was)
        .exec(tx)
        .await
        .map_err(fault("note what became of a delivery"))?;
    Ok(done.rows_affected == 1)
}

/// The messages that are due, longest first.
pub async fn due(
    db: &impl ConnectionTrait,
    now: OffsetDateTime,
    limit: u64,
) -> Result<Vec<Delivery>> {
    let rows = delivery::Entity::find()
        .filter(delivery::Column::Due.lte(to_micros(now)))
        .order_by_asc(delivery::Column::Due)
        .order_by_asc(delivery::Column::Id)
        .limit(limit)
        .all(db)
        .await
        .map_err(fault("read the deliveries that are due"))?;
    rows.iter().map(read_delivery).collect()
}

/// The messages of a search, newest first.
pub async fn deliveries(
    db: &impl ConnectionTrait,
    search: SavedSearchId,
    limit: u64,
) -> Result<Vec<Delivery>> {
    let rows = delivery::Entity::find()
        .filter(delivery::Column::SearchId.eq(search.0))
        .order_by_desc(delivery::Column::Created)
        .order_by_desc(delivery::Column::Id)
        .limit(limit)
        .all(db)
        .await
        .map_err(fault("list deliveries"))?;
    rows.iter().map(read_delivery).collect()
}

/// The message with that id.
pub async fn delivery(db: &impl ConnectionTrait, id: DeliveryId) -> Result<Option<Delivery>> {
    let found = unique(delivery::Entity::find_by_id(id.0), db).await;
    found.map_err(fault("read a delivery"))?.as_ref().map(read_delivery).transpose()
}

/// Removes the messages of a search that are done with and older than that.
pub async fn prune(tx: &Transaction, search: SavedSearchId, before: OffsetDateTime) -> Result<()> {
    use delivery::Column;
    delivery::Entity::delete_many()
        .filter(Column::SearchId.eq(search.0))
        .filter(Column::Due.is_null())
        .filter(Column::Created.lt(to_micros(before)))
        .exec(tx)
        .await
        .map_err(fault("remove old deliveries"))?;
    Ok(())
}

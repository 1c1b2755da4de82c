//! Searches that people keep.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _,
};
use time::OffsetDateTime;

use super::entity::{saved_search, saved_search_seen};
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, optional_digest, unique};
use crate::error::Result;
use crate::model::{Digest, SavedSearchId, UserId};

/// A search as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptSearch {
    /// The search.
    pub id: SavedSearchId,
    /// Whose it is.
    pub user: UserId,
    /// Its name.
    pub name: String,
    /// What is looked for, as JSON.
    pub body: String,
    /// Whether others see it too.
    pub shared: bool,
    /// When it was first kept.
    pub created: OffsetDateTime,
    /// When it was last changed.
    pub changed: OffsetDateTime,
    /// Digest of the secret that its feed is read with.
    pub feed: Option<Digest>,
}

fn read(row: &saved_search::Model) -> Result<KeptSearch> {
    Ok(KeptSearch {
        id: SavedSearchId(row.id),
        user: UserId(row.user_id),
        name: row.name.clone(),
        body: row.body.clone(),
        shared: row.shared,
        created: from_micros(row.created),
        changed: from_micros(row.changed),
        feed: optional_digest(row.feed.as_deref())?,
    })
}

fn row(kept: &KeptSearch) -> saved_search::ActiveModel {
    saved_search::ActiveModel {
        id: Set(kept.id.0),
        user_id: Set(kept.user.0),
        name: Set(kept.name.clone()),
        body: Set(kept.body.clone()),
        shared: Set(kept.shared),
        created: Set(to_micros(kept.created)),
        changed: Set(to_micros(kept.changed)),
        feed: Set(kept.feed.map(|digest| digest.as_bytes().to_vec())),
    }
}

/// Keeps a new search.
pub async fn insert(tx: &Transaction, new: &KeptSearch) -> Result<()> {
    let done = saved_search::Entity::insert(row(new)).exec_without_returning(tx).await;
    done.map_err(fault("keep a search"))?;
    Ok(())
}

/// Keeps a search as it is now.
pub async fn update(tx: &Transaction, changed: &KeptSearch) -> Result<()> {
    let done = saved_search::Entity::update_many()
        .set(saved_search::ActiveModel { id: sea_orm::ActiveValue::NotSet, ..row(changed) })
        .filter(saved_search::Column::Id.eq(changed.id.0))
        .exec(tx)
        .await;
    done.map_err(fault("change a kept search"))?;
    Ok(())
}

/// Throws a search away, and what is known of who looked at it.
pub async fn delete(tx: &Transaction, id: SavedSearchId) -> Result<()> {
    let done = saved_search_seen::Entity::delete_many()
        .filter(saved_search_seen::Column::SearchId.eq(id.0))
        .exec(tx)
        .await;
    done.map_err(fault("forget who looked at a kept search"))?;
    let done = saved_search::Entity::delete_by_id(id.0).exec(tx).await;
    done.map_err(fault("throw a kept search away"))?;
    Ok(())
}

/// The search with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: SavedSearchId) -> Result<Option<KeptSearch>> {
    let found = unique(saved_search::Entity::find_by_id(id.0), db).await;
    found.map_err(fault("read a kept search"))?.as_ref().map(read).transpose()
}

/// What a person sees: their own and those that are shared, by name.
pub async fn seen_by(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<KeptSearch>> {
    use saved_search::Column;
    let rows = saved_search::Entity::find()
        .filter(Column::UserId.eq(user.0).or(Column::Shared.eq(true)))
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .all(db)
        .await
        .map_err(fault("list kept searches"))?;
    rows.iter().map(read).collect()
}

/// Notes up to when a person has seen what a search finds.
pub async fn mark_seen(
    tx: &Transaction,
    user: UserId,
    id: SavedSearchId,
    seen: OffsetDateTime,
) -> Result<()> {
    use saved_search_seen::Column;
    let row = saved_search_seen::ActiveModel {
        user_id: Set(user.0),
        search_id: Set(id.0),
        seen: Set(to_micros(seen)),
    };
    let same = OnConflict::columns([Column::UserId, Column::SearchId])
        .update_column(Column::Seen)
        .to_owned();
    let done =
        saved_search_seen::Entity::insert(row).on_conflict(same).exec_without_returning(tx).await;
    done.map_err(fault("note who looked at a kept search"))?;
    Ok(())
}

/// Up to when a person has seen what searches find; those never looked at are not in it.
pub async fn seen_of(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<HashMap<SavedSearchId, OffsetDateTime>> {
    let rows = saved_search_seen::Entity::find()
        .filter(saved_search_seen::Column::UserId.eq(user.0))
        .all(db)
        .await
        .map_err(fault("read which kept searches were looked at"))?;
    Ok(rows.iter().map(|row| (SavedSearchId(row.search_id), from_micros(row.seen))).collect())
}

//! Releases. Their trees are documents.

use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::release;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{ComponentId, Digest, EventNumber, Release, ReleaseId, UserId};

pub(super) fn read(row: release::Model) -> Result<Release> {
    let digest = |raw: &[u8]| Digest::from_raw(raw).ok_or_else(|| unreadable("digest", raw.len()));
    Ok(Release {
        id: ReleaseId(row.id),
        component: ComponentId(row.component_id),
        number: u32::try_from(row.number).map_err(|e| unreadable("release number", e))?,
        digest: digest(&row.digest)?,
        content_root: digest(&row.content_root)?,
        metadata_root: digest(&row.metadata_root)?,
        language: row.language.parse().map_err(|e| unreadable("language", e))?,
        label: row.label,
        notes: row.notes,
        author: UserId(row.author),
        created: from_micros(row.created),
        event: EventNumber(row.event),
    })
}

/// Stores a release; its digest must be new.
pub async fn insert(tx: &Transaction, new: &Release) -> Result<()> {
    release::Entity::insert(row(new))
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a release"))?;
    Ok(())
}

pub(super) fn row(new: &Release) -> release::ActiveModel {
    release::ActiveModel {
        id: Set(new.id.0),
        component_id: Set(new.component.0),
        number: Set(i32::try_from(new.number).unwrap_or(i32::MAX)),
        digest: Set(new.digest.as_bytes().to_vec()),
        content_root: Set(new.content_root.as_bytes().to_vec()),
        metadata_root: Set(new.metadata_root.as_bytes().to_vec()),
        language: Set(new.language.to_string()),
        label: Set(new.label.clone()),
        notes: Set(new.notes.clone()),
        author: Set(new.author.0),
        created: Set(to_micros(new.created)),
        event: Set(new.event.0),
    }
}

/// The release with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: ReleaseId) -> Result<Option<Release>> {
    let row =
        unique(release::Entity::find_by_id(id.0), db).await.map_err(fault("read a release"))?;
    row.map(read).transpose()
}

/// The release with that digest.
pub async fn by_digest(db: &impl ConnectionTrait, digest: Digest) -> Result<Option<Release>> {
    let row = unique(
        release::Entity::find().filter(release::Column::Digest.eq(digest.as_bytes().to_vec())),
        db,
    )
    .await
    .map_err(fault("read a release"))?;
    row.map(read).transpose()
}

/// Every release, oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Release>> {
    let rows = release::Entity::find()
        .order_by_asc(release::Column::Event)
        .all(db)
        .await
        .map_err(fault("list releases"))?;
    rows.into_iter().map(read).collect()
}

/// Releases of a component, newest first, older than number `before`.
pub async fn list(
    db: &impl ConnectionTrait,
    component: ComponentId,
    before: Option<u32>,
    limit: u64,
) -> Result<Vec<Release>> {
    let mut query = release::Entity::find()
        .filter(release::Column::ComponentId.eq(component.0))
        .order_by_desc(release::Column::Number)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(release::Column::Number.lt(i64::from(before)));
    }
    let rows = query.all(db).await.map_err(fault("list releases"))?;
    rows.into_iter().map(read).collect()
}

/// The highest release number of a component; 0 when it has none.
pub async fn last_number(db: &impl ConnectionTrait, component: ComponentId) -> Result<u32> {
    let last: Option<Option<i32>> = release::Entity::find()
        .select_only()
        .expr(Func::max(Expr::col(release::Column::Number)))
        .filter(release::Column::ComponentId.eq(component.0))
        .into_tuple()
        .one(db)
        .await
        .map_err(fault("list releases"))?;
    Ok(last.flatten().and_then(|n| u32::try_from(n).ok()).unwrap_or(0))
}

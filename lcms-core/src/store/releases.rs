//! Releases and where their reviews stand. Their trees are in [`super::nodes`].

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Expr, Func, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{release, release_review};
use super::reviews::read_state;
use super::time::{from_micros, to_micros};
use super::{Transaction, digest, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{
    BranchId, ComponentId, Digest, EventNumber, Language, Release, ReleaseId, ReleaseReview, UserId,
};

const CHUNK: usize = 500;

pub(super) fn read(row: release::Model) -> Result<Release> {
    Ok(Release {
        id: ReleaseId(row.id),
        component: ComponentId(row.component_id),
        number: u32::try_from(row.number).map_err(|e| unreadable("release number", e))?,
        digest: digest(&row.digest)?,
        content_root: digest(&row.content_root)?,
        metadata_root: digest(&row.metadata_root)?,
        language: row.language.parse().map_err(|e| unreadable("language", e))?,
        branch: BranchId(row.branch_id),
        moment: (row.moment > 0).then_some(EventNumber(row.moment)),
        label: row.label,
        notes: row.notes,
        author: UserId(row.author),
        created: from_micros(row.created),
        event: EventNumber(row.event),
    })
}

/// Stores a release; its digest must be new.
pub async fn insert(tx: &Transaction, new: &Release) -> Result<()> {
    insert_many(tx, std::slice::from_ref(new)).await
}

/// Stores releases; their digests must be new.
pub async fn insert_many(tx: &Transaction, new: &[Release]) -> Result<()> {
    for chunk in new.chunks(CHUNK) {
        release::Entity::insert_many(chunk.iter().map(row))
            .exec_without_returning(tx)
            .await
            .map_err(fault("store a release"))?;
    }
    Ok(())
}

fn row(new: &Release) -> release::ActiveModel {
    release::ActiveModel {
        id: Set(new.id.0),
        component_id: Set(new.component.0),
        number: Set(i32::try_from(new.number).unwrap_or(i32::MAX)),
        digest: Set(new.digest.as_bytes().to_vec()),
        content_root: Set(new.content_root.as_bytes().to_vec()),
        metadata_root: Set(new.metadata_root.as_bytes().to_vec()),
        language: Set(new.language.to_string()),
        branch_id: Set(new.branch.0),
        moment: Set(new.moment.map_or(0, |moment| moment.0)),
        label: Set(new.label.clone()),
        notes: Set(new.notes.clone()),
        author: Set(new.author.0),
        created: Set(to_micros(new.created)),
        event: Set(new.event.0),
    }
}

/// Changes a release's label and notes, which its digest does not cover.
pub async fn describe(tx: &Transaction, changed: &Release) -> Result<()> {
    release::Entity::update_many()
        .col_expr(release::Column::Label, Expr::value(changed.label.clone()))
        .col_expr(release::Column::Notes, Expr::value(changed.notes.as_str()))
        .filter(release::Column::Id.eq(changed.id.0))
        .exec(tx)
        .await
        .map_err(fault("describe a release"))?;
    Ok(())
}

/// The release with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: ReleaseId) -> Result<Option<Release>> {
    let row =
        unique(release::Entity::find_by_id(id.0), db).await.map_err(fault("read a release"))?;
    row.map(read).transpose()
}

/// Releases by id; those that do not exist are left out.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: &[ReleaseId],
) -> Result<HashMap<ReleaseId, Release>> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows = release::Entity::find()
            .filter(release::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read releases"))?;
        for row in rows {
            let release = read(row)?;
            found.insert(release.id, release);
        }
    }
    Ok(found)
}

/// The release with that digest.
pub async fn by_digest(db: &impl ConnectionTrait, digest: Digest) -> Result<Option<Release>> {
    let query =
        release::Entity::find().filter(release::Column::Digest.eq(digest.as_bytes().to_vec()));
    unique(query, db).await.map_err(fault("read a release"))?.map(read).transpose()
}

/// The component's release with that number.
pub async fn by_number(
    db: &impl ConnectionTrait,
    component: ComponentId,
    number: u32,
) -> Result<Option<Release>> {
    let query = release::Entity::find()
        .filter(release::Column::ComponentId.eq(component.0))
        .filter(release::Column::Number.eq(i64::from(number)));
    unique(query, db).await.map_err(fault("read a release"))?.map(read).transpose()
}

/// The component's release with that label.
pub async fn by_label(
    db: &impl ConnectionTrait,
    component: ComponentId,
    label: &str,
) -> Result<Option<Release>> {
    let query = release::Entity::find()
        .filter(release::Column::ComponentId.eq(component.0))
        .filter(release::Column::Label.eq(label));
    unique(query, db).await.map_err(fault("read a release"))?.map(read).transpose()
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

/// Every release of these components, newest first.
pub async fn of_many(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<Vec<Release>> {
    let mut found = Vec::new();
    for chunk in components.chunks(CHUNK) {
        let rows = release::Entity::find()
            .filter(release::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("list releases"))?;
        for row in rows {
            found.push(read(row)?);
        }
    }
    found.sort_by_key(|release| std::cmp::Reverse(release.event));
    Ok(found)
}

/// The component's newest release frozen on that branch in that language at a known moment, up
/// to that event.
pub async fn newest_up_to(
    db: &impl ConnectionTrait,
    component: ComponentId,
    branch: BranchId,
    language: &Language,
    event: EventNumber,
) -> Result<Option<Release>> {
    let row = release::Entity::find()
        .filter(release::Column::ComponentId.eq(component.0))
        .filter(release::Column::BranchId.eq(branch.0))
        .filter(release::Column::Language.eq(language.as_str()))
        .filter(release::Column::Moment.gt(0))
        .filter(release::Column::Moment.lte(event.0))
        .order_by_desc(release::Column::Moment)
        .limit(1)
        .one(db)
        .await
        .map_err(fault("read a release"))?;
    row.map(read).transpose()
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

/// Records where a release's review stands, in place of what was recorded before.
pub async fn record_review(
    tx: &Transaction,
    release: ReleaseId,
    review: &ReleaseReview,
    event: EventNumber,
) -> Result<()> {
    use release_review::Column;
    let row = release_review::ActiveModel {
        release_id: Set(release.0),
        state: Set(review.state.as_str().to_owned()),
        actor: Set(review.actor.0),
        created: Set(to_micros(review.time)),
        event: Set(event.0),
    };
    let replace = OnConflict::column(Column::ReleaseId)
        .update_columns([Column::State, Column::Actor, Column::Created, Column::Event])
        .to_owned();
    release_review::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record a review"))?;
    Ok(())
}

/// Where the reviews of these releases stand; those that were never submitted are left out.
pub async fn reviews(
    db: &impl ConnectionTrait,
    releases: &[ReleaseId],
) -> Result<HashMap<ReleaseId, ReleaseReview>> {
    let mut found = HashMap::with_capacity(releases.len());
    for chunk in releases.chunks(CHUNK) {
        let rows = release_review::Entity::find()
            .filter(release_review::Column::ReleaseId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read reviews"))?;
        for row in rows {
            let review = ReleaseReview {
                state: read_state(&row.state)?,
                actor: UserId(row.actor),
                time: from_micros(row.created),
            };
            found.insert(ReleaseId(row.release_id), review);
        }
    }
    Ok(found)
}

/// Which of these components have a release.
pub async fn released_among(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashSet<ComponentId>> {
    Ok(newest_of(db, components).await?.into_keys().collect())
}

/// The newest release of each of these components that has one.
pub async fn newest_of(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashMap<ComponentId, ReleaseId>> {
    let mut found = HashMap::new();
    for chunk in components.chunks(CHUNK) {
        let rows: Vec<(uuid::Uuid, uuid::Uuid)> = release::Entity::find()
            .select_only()
            .columns([release::Column::ComponentId, release::Column::Id])
            .filter(release::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .order_by_asc(release::Column::Number)
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("list releases"))?;
        found.extend(rows.into_iter().map(|(of, id)| (ComponentId(of), ReleaseId(id))));
    }
    Ok(found)
}

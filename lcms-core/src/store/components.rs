//! Components, their revisions and heads.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, Func};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{component, revision};
use super::time::{from_micros, to_micros};
use super::{Transaction, digest, fault, optional_digest, unique, unreadable};
use crate::error::Result;
use crate::model::{
    BranchId, Component, ComponentId, Digest, EventNumber, Key, Kind, LibraryId, Revision,
    RevisionId, UserId,
};

pub(super) fn read_component(row: &component::Model) -> Result<Component> {
    Ok(Component {
        id: ComponentId(row.id),
        library: LibraryId(row.library_id),
        key: row.key.parse().map_err(|e| unreadable("component key", e))?,
        kind: row.kind.parse().map_err(|e| unreadable("kind", e))?,
        retired: row.retired,
        deleted: row.deleted,
        created: from_micros(row.created),
    })
}

pub(super) fn read_revision(row: revision::Model) -> Result<Revision> {
    Ok(Revision {
        id: RevisionId(row.id),
        component: ComponentId(row.component_id),
        number: u32::try_from(row.number).map_err(|e| unreadable("revision number", e))?,
        content: digest(&row.content)?,
        metadata: digest(&row.metadata)?,
        language: row.language.parse().map_err(|e| unreadable("language", e))?,
        branch: BranchId(row.branch_id),
        parent: row.parent_id.map(RevisionId),
        merge_parent: row.merge_parent_id.map(RevisionId),
        source: optional_digest(row.source.as_deref())?,
        author: UserId(row.author),
        message: row.message,
        created: from_micros(row.created),
        event: EventNumber(row.event),
    })
}

/// Stores a new component; id and key must be free.
pub async fn insert(tx: &Transaction, new: &Component) -> Result<()> {
    component::Entity::insert(component_row(new))
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a component"))?;
    Ok(())
}

pub(super) fn component_row(new: &Component) -> component::ActiveModel {
    component::ActiveModel {
        id: Set(new.id.0),
        library_id: Set(new.library.0),
        key: Set(new.key.to_string()),
        kind: Set(new.kind.as_str().to_owned()),
        retired: Set(new.retired),
        deleted: Set(new.deleted),
        created: Set(to_micros(new.created)),
    }
}

/// Changes what belongs to the component itself: key, retired, deleted.
pub async fn update(tx: &Transaction, changed: &Component) -> Result<()> {
    component::Entity::update_many()
        .col_expr(component::Column::Key, Expr::value(changed.key.as_str()))
        .col_expr(component::Column::Retired, Expr::value(changed.retired))
        .col_expr(component::Column::Deleted, Expr::value(changed.deleted))
        .filter(component::Column::Id.eq(changed.id.0))
        .exec(tx)
        .await
        .map_err(fault("change a component"))?;
    Ok(())
}

/// The component with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: ComponentId) -> Result<Option<Component>> {
    let row =
        unique(component::Entity::find_by_id(id.0), db).await.map_err(fault("read a component"))?;
    row.as_ref().map(read_component).transpose()
}

/// The component with that key in that library.
pub async fn by_key(
    db: &impl ConnectionTrait,
    library: LibraryId,
    key: &Key,
) -> Result<Option<Component>> {
    let query = component::Entity::find()
        .filter(component::Column::LibraryId.eq(library.0))
        .filter(component::Column::Key.eq(key.as_str()));
    let row = unique(query, db).await.map_err(fault("read a component"))?;
    row.as_ref().map(read_component).transpose()
}

/// Components by id; those that do not exist are left out.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: &[ComponentId],
) -> Result<HashMap<ComponentId, Component>> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows = component::Entity::find()
            .filter(component::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read components"))?;
        for row in rows {
            let component = read_component(&row)?;
            found.insert(component.id, component);
        }
    }
    Ok(found)
}

/// What a list shows and where it goes on.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// Only these libraries.
    pub libraries: Vec<LibraryId>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Deleted ones instead of those that are not.
    pub deleted: bool,
    /// Only keys after this (library, key), in that order.
    pub after: Option<(LibraryId, Key)>,
    /// At most so many.
    pub limit: u64,
}

/// Components by library and key.
pub async fn list(db: &impl ConnectionTrait, filter: &ListFilter) -> Result<Vec<Component>> {
    let mut query = component::Entity::find()
        .filter(component::Column::LibraryId.is_in(filter.libraries.iter().map(|id| id.0)))
        .filter(component::Column::Deleted.eq(filter.deleted))
        .order_by_asc(component::Column::LibraryId)
        .order_by_asc(component::Column::Key)
        .limit(filter.limit);
    if let Some(kind) = filter.kind {
        query = query.filter(component::Column::Kind.eq(kind.as_str()));
    }
    if let Some((library, key)) = &filter.after {
        let later_key =
            component::Column::LibraryId.eq(library.0).and(component::Column::Key.gt(key.as_str()));
        query = query.filter(component::Column::LibraryId.gt(library.0).or(later_key));
    }
    let rows = query.all(db).await.map_err(fault("list components"))?;
    rows.iter().map(read_component).collect()
}

/// Stores a revision.
pub async fn insert_revision(tx: &Transaction, new: &Revision) -> Result<()> {
    revision::Entity::insert(revision_row(new))
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a revision"))?;
    Ok(())
}

pub(super) fn revision_row(new: &Revision) -> revision::ActiveModel {
    revision::ActiveModel {
        id: Set(new.id.0),
        component_id: Set(new.component.0),
        number: Set(i32::try_from(new.number).unwrap_or(i32::MAX)),
        content: Set(new.content.as_bytes().to_vec()),
        metadata: Set(new.metadata.as_bytes().to_vec()),
        branch_id: Set(new.branch.0),
        language: Set(new.language.to_string()),
        parent_id: Set(new.parent.map(|id| id.0)),
        merge_parent_id: Set(new.merge_parent.map(|id| id.0)),
        author: Set(new.author.0),
        message: Set(new.message.clone()),
        created: Set(to_micros(new.created)),
        event: Set(new.event.0),
        source: Set(new.source.map(|digest| digest.as_bytes().to_vec())),
        salt: Set(None),
    }
}

/// The revision with that id.
pub async fn revision(db: &impl ConnectionTrait, id: RevisionId) -> Result<Option<Revision>> {
    let row =
        unique(revision::Entity::find_by_id(id.0), db).await.map_err(fault("read a revision"))?;
    row.map(read_revision).transpose()
}

/// Revisions by id; those that do not exist are left out.
pub async fn revisions(
    db: &impl ConnectionTrait,
    ids: &[RevisionId],
) -> Result<HashMap<RevisionId, Revision>> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let rows = revision::Entity::find()
            .filter(revision::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read revisions"))?;
        for row in rows {
            let revision = read_revision(row)?;
            found.insert(revision.id, revision);
        }
    }
    Ok(found)
}

/// Whether the component ever had a revision with that digest pair.
pub async fn has_version(
    db: &impl ConnectionTrait,
    component: ComponentId,
    content: Digest,
    metadata: Digest,
) -> Result<bool> {
    let row = revision::Entity::find()
        .filter(revision::Column::ComponentId.eq(component.0))
        .filter(revision::Column::Content.eq(content.as_bytes().to_vec()))
        .filter(revision::Column::Metadata.eq(metadata.as_bytes().to_vec()))
        .one(db)
        .await
        .map_err(fault("read a revision"))?;
    Ok(row.is_some())
}

/// The revision with that number.
pub async fn revision_numbered(
    db: &impl ConnectionTrait,
    component: ComponentId,
    number: u32,
) -> Result<Option<Revision>> {
    let query = revision::Entity::find()
        .filter(revision::Column::ComponentId.eq(component.0))
        .filter(revision::Column::Number.eq(i64::from(number)));
    let row = unique(query, db).await.map_err(fault("read a revision"))?;
    row.map(read_revision).transpose()
}

/// Revisions of a component, newest first, older than number `before`.
pub async fn history(
    db: &impl ConnectionTrait,
    component: ComponentId,
    before: Option<u32>,
    limit: u64,
) -> Result<Vec<Revision>> {
    let mut query = revision::Entity::find()
        .filter(revision::Column::ComponentId.eq(component.0))
        .order_by_desc(revision::Column::Number)
        .limit(limit);
    if let Some(before) = before {
        query = query.filter(revision::Column::Number.lt(i64::from(before)));
    }
    let rows = query.all(db).await.map_err(fault("read the history"))?;
    rows.into_iter().map(read_revision).collect()
}

/// The highest revision number of a component; 0 when it has none.
pub async fn last_number(db: &impl ConnectionTrait, component: ComponentId) -> Result<u32> {
    let last: Vec<Option<i32>> = revision::Entity::find()
        .select_only()
        .expr(Func::max(Expr::col(revision::Column::Number)))
        .filter(revision::Column::ComponentId.eq(component.0))
        .into_tuple()
        .all(db)
        .await
        .map_err(fault("read the history"))?;
    Ok(last.into_iter().flatten().next().and_then(|n| u32::try_from(n).ok()).unwrap_or(0))
}

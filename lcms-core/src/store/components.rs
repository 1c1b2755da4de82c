//! Components, their revisions and heads.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, Func};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Value,
};

use super::by_hand::{bytes, of_many};
use super::entity::{component, revision};
use super::time::{from_micros, to_micros};
use super::{Transaction, digest, fault, listed, optional_digest, unique, unreadable};
use crate::error::{Error, Result};
use crate::model::chain::{SALT_BYTES, revision_digest, seal_message};
use crate::model::{
    BranchId, Component, ComponentId, Digest, EventNumber, Key, Kind, Language, LibraryId,
    Revision, RevisionId, UserId,
};

/// Revisions stored by one statement.
const CHUNK: usize = 500;

pub(super) fn read_component(row: &component::Model) -> Result<Component> {
    Ok(Component {
        id: ComponentId(row.id),
        library: LibraryId(row.library_id),
        key: row.key.parse().map_err(|e| unreadable("component key", e))?,
        kind: row.kind.parse().map_err(|e| unreadable("kind", e))?,
        retired: row.retired,
        deleted: row.deleted,
        owner: row.owner_id.map(ComponentId),
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
    component::Entity::insert(row(new))
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a component"))?;
    Ok(())
}

/// Stores new components; ids and keys must be free.
pub async fn insert_many(tx: &Transaction, new: &[Component]) -> Result<()> {
    for chunk in new.chunks(CHUNK) {
        component::Entity::insert_many(chunk.iter().map(row))
            .exec_without_returning(tx)
            .await
            .map_err(fault("store components"))?;
    }
    Ok(())
}

fn row(new: &Component) -> component::ActiveModel {
    component::ActiveModel {
        id: Set(new.id.0),
        library_id: Set(new.library.0),
        key: Set(new.key.to_string()),
        kind: Set(new.kind.as_str().to_owned()),
        retired: Set(new.retired),
        deleted: Set(new.deleted),
        created: Set(to_micros(new.created)),
        owner_id: Set(new.owner.map(|id| id.0)),
    }
}

/// Changes what belongs to the component itself: key, retired, deleted, owner.
pub async fn update(tx: &Transaction, changed: &Component) -> Result<()> {
    component::Entity::update_many()
        .col_expr(component::Column::Key, Expr::value(changed.key.as_str()))
        .col_expr(component::Column::Retired, Expr::value(changed.retired))
        .col_expr(component::Column::Deleted, Expr::value(changed.deleted))
        .col_expr(component::Column::OwnerId, Expr::value(changed.owner.map(|id| id.0)))
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
            .filter(component::Column::Id.is_in(listed(chunk.iter().map(|id| id.0))))
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

/// Which of these components are deleted.
pub async fn deleted_among(
    db: &impl ConnectionTrait,
    ids: &[ComponentId],
) -> Result<Vec<ComponentId>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let rows: Vec<uuid::Uuid> = component::Entity::find()
            .select_only()
            .column(component::Column::Id)
            .filter(component::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .filter(component::Column::Deleted.eq(true))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read components"))?;
        found.extend(rows.into_iter().map(ComponentId));
    }
    Ok(found)
}

/// Whether a list shows components that are local to a structure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Local {
    /// Only what belongs to the library.
    #[default]
    Without,
    /// These too.
    With,
    /// Only what is local to this structure.
    To(ComponentId),
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
    /// Which of those that are local to a structure.
    pub local: Local,
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
    query = match filter.local {
        Local::Without => query.filter(component::Column::OwnerId.is_null()),
        Local::With => query,
        Local::To(owner) => query.filter(component::Column::OwnerId.eq(owner.0)),
    };
    if let Some((library, key)) = &filter.after {
        let later_key =
            component::Column::LibraryId.eq(library.0).and(component::Column::Key.gt(key.as_str()));
        query = query.filter(component::Column::LibraryId.gt(library.0).or(later_key));
    }
    let rows = query.all(db).await.map_err(fault("list components"))?;
    rows.iter().map(read_component).collect()
}

/// Stores a revision. Its event must be recorded by the same command, and name it.
pub async fn insert_revision(tx: &Transaction, new: &Revision) -> Result<()> {
    insert_revisions(tx, std::slice::from_ref(new)).await
}

/// Stores revisions. Their events must be recorded by the same command, and name them.
pub async fn insert_revisions(tx: &Transaction, new: &[Revision]) -> Result<()> {
    const COLUMNS: &str = "id, component_id, number, content, metadata, branch_id, language, \
                           parent_id, merge_parent_id, author, message, created, event, source, \
                           salt";
    const ROW: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    for chunk in new.chunks(CHUNK) {
        let mut values = Vec::with_capacity(15 * chunk.len());
        for new in chunk {
            let salt = salt_for(tx, new).await?;
            values.extend(row_of(new, &salt));
        }
        let sql = format!("INSERT INTO revision ({COLUMNS}) VALUES {}", repeated(ROW, chunk.len()));
        let insert = of_many(tx.get_database_backend(), &sql, values);
        tx.later("store a revision", insert).await?;
    }
    Ok(())
}

fn repeated(row: &str, count: usize) -> String {
    vec![row; count].join(", ")
}

fn row_of(new: &Revision, salt: &[u8]) -> [Value; 15] {
    [
        new.id.0.into(),
        new.component.0.into(),
        i32::try_from(new.number).unwrap_or(i32::MAX).into(),
        bytes(new.content.as_bytes()),
        bytes(new.metadata.as_bytes()),
        new.branch.0.into(),
        new.language.as_str().into(),
        new.parent.map(|id| id.0).into(),
        new.merge_parent.map(|id| id.0).into(),
        new.author.0.into(),
        new.message.as_str().into(),
        to_micros(new.created).into(),
        new.event.0.into(),
        new.source.map(|digest| digest.as_bytes().to_vec()).into(),
        bytes(salt),
    ]
}

/// Draws the salt of a new revision's message, which goes into its row, and puts the revision's
/// digest into the chain over the change log. Whoever stores revisions calls this for each.
pub(super) async fn salt_for(tx: &Transaction, new: &Revision) -> Result<[u8; SALT_BYTES]> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt)
        .map_err(|error| Error::internal("could not draw random bytes", error))?;
    let digest = revision_digest(new, seal_message(&salt, &new.message));
    tx.with_log(|log| log.note_revision(new, digest)).await?;
    Ok(salt)
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
            .filter(revision::Column::Id.is_in(listed(chunk.iter().map(|id| id.0))))
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

/// The components of a library, by id.
pub async fn ids_in(db: &impl ConnectionTrait, library: LibraryId) -> Result<Vec<ComponentId>> {
    let ids: Vec<uuid::Uuid> = component::Entity::find()
        .select_only()
        .column(component::Column::Id)
        .filter(component::Column::LibraryId.eq(library.0))
        .order_by_asc(component::Column::Id)
        .into_tuple()
        .all(db)
        .await
        .map_err(fault("list components"))?;
    Ok(ids.into_iter().map(ComponentId).collect())
}

/// Components by id, from the one after `after` on.
pub async fn ids_after(
    db: &impl ConnectionTrait,
    after: Option<ComponentId>,
    limit: u64,
) -> Result<Vec<ComponentId>> {
    let mut query = component::Entity::find()
        .select_only()
        .column(component::Column::Id)
        .order_by_asc(component::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(component::Column::Id.gt(after.0));
    }
    let ids: Vec<uuid::Uuid> =
        query.into_tuple().all(db).await.map_err(fault("list components"))?;
    Ok(ids.into_iter().map(ComponentId).collect())
}

/// All revisions of these components, oldest first.
pub async fn revisions_of(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<Vec<Revision>> {
    let mut found = Vec::with_capacity(components.len());
    for chunk in components.chunks(500) {
        let rows = revision::Entity::find()
            .filter(revision::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read revisions"))?;
        for row in rows {
            found.push(read_revision(row)?);
        }
    }
    found.sort_by_key(|revision| revision.event);
    Ok(found)
}

/// The newest revision of `source` whose documents a revision of `copy` took in.
pub async fn newest_taken(
    db: &impl ConnectionTrait,
    copy: ComponentId,
    source: ComponentId,
) -> Result<Option<Revision>> {
    let rows = revision::Entity::find()
        .filter(revision::Column::ComponentId.eq(copy.0))
        .filter(revision::Column::MergeParentId.is_not_null())
        .order_by_desc(revision::Column::Number)
        .all(db)
        .await
        .map_err(fault("read the history"))?;
    let taken: Vec<_> = rows.iter().filter_map(|row| row.merge_parent_id).map(RevisionId).collect();
    let mut found = revisions(db, &taken).await?;
    let newest = taken.iter().find_map(|id| found.remove(id).filter(|r| r.component == source));
    Ok(newest)
}

/// Whether the component ever had that content in that language.
pub async fn has_content(
    db: &impl ConnectionTrait,
    component: ComponentId,
    language: &Language,
    content: Digest,
) -> Result<bool> {
    let row = revision::Entity::find()
        .filter(revision::Column::ComponentId.eq(component.0))
        .filter(revision::Column::Language.eq(language.as_str()))
        .filter(revision::Column::Content.eq(content.as_bytes().to_vec()))
        .limit(1)
        .one(db)
        .await
        .map_err(fault("read a revision"))?;
    Ok(row.is_some())
}

/// The component's newest revision with that digest pair, if it ever had one.
pub async fn newest_with(
    db: &impl ConnectionTrait,
    component: ComponentId,
    content: Digest,
    metadata: Digest,
) -> Result<Option<Revision>> {
    let row = revision::Entity::find()
        .filter(revision::Column::ComponentId.eq(component.0))
        .filter(revision::Column::Content.eq(content.as_bytes().to_vec()))
        .filter(revision::Column::Metadata.eq(metadata.as_bytes().to_vec()))
        .order_by_desc(revision::Column::Number)
        .limit(1)
        .one(db)
        .await
        .map_err(fault("read a revision"))?;
    row.map(read_revision).transpose()
}

/// Those of these components that are retired or deleted.
pub async fn withdrawn_among(
    db: &impl ConnectionTrait,
    ids: &[ComponentId],
) -> Result<Vec<Component>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let withdrawn = component::Column::Retired.eq(true).or(component::Column::Deleted.eq(true));
        let rows = component::Entity::find()
            .filter(component::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .filter(withdrawn)
            .all(db)
            .await
            .map_err(fault("read components"))?;
        for row in &rows {
            found.push(read_component(row)?);
        }
    }
    Ok(found)
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

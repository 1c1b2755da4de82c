//! Libraries in bulk: whole histories out, and in.
//!
//! What is read here is everything, deleted or not and on every branch; what is written was checked
//! by the caller in the same transaction.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{component, document, head, lineage, release, review, revision};
use super::reviews::{Review, read_state};
use super::time::from_micros;
use super::{Transaction, components, digest, fault, heads, releases};
use crate::error::Result;
use crate::model::{
    Component, ComponentId, Digest, EventNumber, LibraryId, Release, ReleaseId, Revision,
    RevisionId, UserId,
};

/// Rows in one statement; times the columns of the widest row, it stays below what a statement may
/// bind.
const CHUNK: usize = 500;

/// What a copied component was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The copy.
    pub component: ComponentId,
    /// What was copied.
    pub source: ComponentId,
    /// The revision that was.
    pub revision: RevisionId,
}

/// Every component of a library, deleted ones too.
pub async fn components(db: &impl ConnectionTrait, library: LibraryId) -> Result<Vec<Component>> {
    let rows = component::Entity::find()
        .filter(component::Column::LibraryId.eq(library.0))
        .all(db)
        .await
        .map_err(fault("read a library"))?;
    rows.iter().map(components::read_component).collect()
}

/// Every revision of these components.
pub async fn revisions(db: &impl ConnectionTrait, of: &[ComponentId]) -> Result<Vec<Revision>> {
    let mut found = Vec::new();
    for chunk in of.chunks(CHUNK) {
        let rows = revision::Entity::find()
            .filter(revision::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read histories"))?;
        for row in rows {
            found.push(components::read_revision(row)?);
        }
    }
    Ok(found)
}

/// Every review of these components.
pub async fn reviews(db: &impl ConnectionTrait, of: &[ComponentId]) -> Result<Vec<Review>> {
    let mut found = Vec::new();
    for chunk in of.chunks(CHUNK) {
        let rows = review::Entity::find()
            .filter(review::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read reviews"))?;
        for row in rows {
            found.push(Review {
                component: ComponentId(row.component_id),
                content: digest(&row.content)?,
                metadata: digest(&row.metadata)?,
                state: read_state(&row.state)?,
                actor: UserId(row.actor),
                time: from_micros(row.created),
                event: EventNumber(row.event),
            });
        }
    }
    Ok(found)
}

/// Every release of these components.
pub async fn releases(db: &impl ConnectionTrait, of: &[ComponentId]) -> Result<Vec<Release>> {
    let mut found = Vec::new();
    for chunk in of.chunks(CHUNK) {
        let rows = release::Entity::find()
            .filter(release::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .order_by_asc(release::Column::Event)
            .all(db)
            .await
            .map_err(fault("read releases"))?;
        for row in rows {
            found.push(releases::read(row)?);
        }
    }
    Ok(found)
}

/// Releases by id, and those with one of these digests; what does not exist is left out.
pub async fn known_releases(
    db: &impl ConnectionTrait,
    ids: &[ReleaseId],
    digests: &[Digest],
) -> Result<Vec<Release>> {
    let mut rows = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let query =
            release::Entity::find().filter(release::Column::Id.is_in(chunk.iter().map(|id| id.0)));
        rows.extend(query.all(db).await.map_err(fault("read releases"))?);
    }
    for chunk in digests.chunks(CHUNK) {
        let keys = chunk.iter().map(|digest| digest.as_bytes().to_vec());
        let query = release::Entity::find().filter(release::Column::Digest.is_in(keys));
        rows.extend(query.all(db).await.map_err(fault("read releases"))?);
    }
    rows.into_iter().map(releases::read).collect()
}

/// What these components were copied from; originals are left out.
pub async fn copies(db: &impl ConnectionTrait, of: &[ComponentId]) -> Result<Vec<Copied>> {
    let mut found = Vec::new();
    for chunk in of.chunks(CHUNK) {
        let rows = lineage::Entity::find()
            .filter(lineage::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read what copies were made from"))?;
        found.extend(rows.into_iter().map(|row| Copied {
            component: ComponentId(row.component_id),
            source: ComponentId(row.source_id),
            revision: RevisionId(row.source_revision),
        }));
    }
    Ok(found)
}

/// Which of these documents are stored.
pub async fn stored_documents(
    db: &impl ConnectionTrait,
    digests: &[Digest],
) -> Result<HashSet<Digest>> {
    let mut found = HashSet::with_capacity(digests.len());
    for chunk in digests.chunks(CHUNK) {
        let rows: Vec<Vec<u8>> = document::Entity::find()
            .select_only()
            .column(document::Column::Digest)
            .filter(document::Column::Digest.is_in(chunk.iter().map(|d| d.as_bytes().to_vec())))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read documents"))?;
        for row in rows {
            found.insert(digest(&row)?);
        }
    }
    Ok(found)
}

/// Which of these components have a head of their own on which branch, in which language.
pub async fn own_heads(
    db: &impl ConnectionTrait,
    of: &[ComponentId],
) -> Result<HashMap<(ComponentId, i32, String), RevisionId>> {
    let mut found = HashMap::new();
    for chunk in of.chunks(CHUNK) {
        let rows = head::Entity::find()
            .filter(head::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read heads"))?;
        found.extend(rows.into_iter().map(|row| {
            let key = (ComponentId(row.component_id), row.branch_id, row.language);
            (key, RevisionId(row.revision_id))
        }));
    }
    Ok(found)
}

/// Stores components; ids and keys are free.
pub async fn insert_components(tx: &Transaction, new: &[Component]) -> Result<()> {
    for chunk in new.chunks(CHUNK) {
        component::Entity::insert_many(chunk.iter().map(components::component_row))
            .exec_without_returning(tx)
            .await
            .map_err(fault("store components"))?;
    }
    Ok(())
}

/// Stores documents under their digests; those that are there stay.
pub async fn insert_documents(tx: &Transaction, new: &[(Digest, Vec<u8>)]) -> Result<()> {
    for chunk in new.chunks(CHUNK) {
        let rows = chunk.iter().map(|(digest, body)| document::ActiveModel {
            digest: Set(digest.as_bytes().to_vec()),
            body: Set(body.clone()),
        });
        document::Entity::insert_many(rows)
            .on_conflict(OnConflict::column(document::Column::Digest).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await
            .map_err(fault("store documents"))?;
    }
    Ok(())
}

/// Stores revisions.
pub async fn insert_revisions(tx: &Transaction, new: &[Revision]) -> Result<()> {
    for chunk in new.chunks(CHUNK) {
        revision::Entity::insert_many(chunk.iter().map(components::revision_row))
            .exec_without_returning(tx)
            .await
            .map_err(fault("store revisions"))?;
    }
    Ok(())
}

/// Stores releases; their digests are new.
pub async fn insert_releases(tx: &Transaction, new: &[Release]) -> Result<()> {
    for chunk in new.chunks(CHUNK) {
        release::Entity::insert_many(chunk.iter().map(releases::row))
            .exec_without_returning(tx)
            .await
            .map_err(fault("store releases"))?;
    }
    Ok(())
}

/// Makes revisions, with their numbers of slots, the heads of their branches.
pub async fn set_heads(tx: &Transaction, new: &[(Revision, u32)]) -> Result<()> {
    use head::Column;
    let replace = OnConflict::columns([Column::ComponentId, Column::BranchId, Column::Language])
        .update_columns([
            Column::RevisionId,
            Column::Content,
            Column::Metadata,
            Column::Number,
            Column::Slots,
            Column::Source,
        ])
        .to_owned();
    for chunk in new.chunks(CHUNK) {
        head::Entity::insert_many(
            chunk.iter().map(|(revision, slots)| heads::row(revision, *slots)),
        )
        .on_conflict(replace.clone())
        .exec_without_returning(tx)
        .await
        .map_err(fault("move heads"))?;
    }
    Ok(())
}

/// Records what copies were made from.
pub async fn insert_copies(tx: &Transaction, new: &[(Copied, EventNumber)]) -> Result<()> {
    for chunk in new.chunks(CHUNK) {
        let rows = chunk.iter().map(|(copied, event)| lineage::ActiveModel {
            component_id: Set(copied.component.0),
            source_id: Set(copied.source.0),
            source_revision: Set(copied.revision.0),
            event: Set(event.0),
        });
        lineage::Entity::insert_many(rows)
            .on_conflict(OnConflict::column(lineage::Column::ComponentId).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await
            .map_err(fault("record what copies were made from"))?;
    }
    Ok(())
}

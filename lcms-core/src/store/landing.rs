//! Many revisions in one step: a merge or a revert writes hundreds of components, and a statement
//! for each would take longer than everything else.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Func, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QuerySelect as _,
};

use super::entity::{component, document, head, revision};
use super::{Transaction, fault};
use crate::error::Result;
use crate::model::{ComponentId, Digest, Revision, RevisionId};

/// Rows in one statement; times the columns of the widest row, it stays below what a statement
/// may bind.
const CHUNK: usize = 500;

/// The highest revision numbers of components; those without a revision are left out.
pub async fn last_numbers(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashMap<ComponentId, u32>> {
    let mut found = HashMap::with_capacity(components.len());
    for chunk in components.chunks(CHUNK) {
        let rows: Vec<(uuid::Uuid, i32)> = revision::Entity::find()
            .select_only()
            .column(revision::Column::ComponentId)
            .expr(Func::max(Expr::col(revision::Column::Number)))
            .filter(revision::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .group_by(revision::Column::ComponentId)
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read histories"))?;
        found.extend(
            rows.into_iter()
                .map(|(id, number)| (ComponentId(id), u32::try_from(number).unwrap_or_default())),
        );
    }
    Ok(found)
}

/// Stores documents under their digests; those that are there stay.
pub async fn put_documents(tx: &Transaction, documents: &[(Digest, Vec<u8>)]) -> Result<()> {
    for chunk in documents.chunks(CHUNK) {
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

/// Makes revisions with their number of slots the heads of their branches. The caller has read in
/// this transaction what stands there now.
pub async fn set_heads(tx: &Transaction, revisions: &[(Revision, u32)]) -> Result<()> {
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
    for chunk in revisions.chunks(CHUNK) {
        let rows = chunk.iter().map(|(revision, slots)| super::heads::row(revision, *slots));
        head::Entity::insert_many(rows)
            .on_conflict(replace.clone())
            .exec_without_returning(tx)
            .await
            .map_err(fault("move heads"))?;
    }
    Ok(())
}

/// Undoes the deletion of components.
pub async fn undelete(tx: &Transaction, components: &[ComponentId]) -> Result<()> {
    for chunk in components.chunks(CHUNK) {
        component::Entity::update_many()
            .col_expr(component::Column::Deleted, false.into())
            .filter(component::Column::Id.is_in(chunk.iter().map(|id| id.0)))
            .exec(tx)
            .await
            .map_err(fault("restore components"))?;
    }
    Ok(())
}

/// What a revision was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ancestors {
    /// The component it is a revision of.
    pub component: ComponentId,
    /// When it was made: an ancestor's event is always smaller.
    pub event: i64,
    /// The revisions it was based on.
    pub parents: [Option<RevisionId>; 2],
}

/// Every revision of these components with what it was made from.
pub async fn ancestors(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashMap<RevisionId, Ancestors>> {
    type Row = (uuid::Uuid, uuid::Uuid, i64, Option<uuid::Uuid>, Option<uuid::Uuid>);
    let mut found = HashMap::new();
    for chunk in components.chunks(CHUNK) {
        let rows: Vec<Row> = revision::Entity::find()
            .select_only()
            .columns([
                revision::Column::Id,
                revision::Column::ComponentId,
                revision::Column::Event,
                revision::Column::ParentId,
                revision::Column::MergeParentId,
            ])
            .filter(revision::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read histories"))?;
        found.extend(rows.into_iter().map(|(id, component, event, parent, merged)| {
            let parents = [parent.map(RevisionId), merged.map(RevisionId)];
            (RevisionId(id), Ancestors { component: ComponentId(component), event, parents })
        }));
    }
    Ok(found)
}

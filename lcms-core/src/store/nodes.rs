//! Nodes of frozen trees under their digests.
//!
//! Releases made before this table kept their nodes among the documents, as JSON; these are found
//! there.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::node;
use super::{Transaction, digest, documents, fault, listed, unique};
use crate::error::{Error, Result};
use crate::model::{Digest, Node, StoredNode, Tree};

const CHUNK: usize = 500;

/// Stores encoded nodes; those that are there already stay.
pub async fn put_many(tx: &Transaction, nodes: Vec<(Digest, Vec<u8>)>) -> Result<()> {
    let mut rows = nodes
        .into_iter()
        .map(|(digest, body)| node::ActiveModel {
            digest: Set(digest.as_bytes().to_vec()),
            body: Set(body),
        })
        .peekable();
    while rows.peek().is_some() {
        node::Entity::insert_many(rows.by_ref().take(CHUNK).collect::<Vec<_>>())
            .on_conflict(OnConflict::column(node::Column::Digest).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await
            .map_err(fault("store a release"))?;
    }
    Ok(())
}

/// Nodes of one tree by digest; those that are not stored are left out.
///
/// # Errors
/// When a node is damaged or belongs to the other tree.
pub async fn get_many(
    db: &impl ConnectionTrait,
    tree: Tree,
    digests: impl IntoIterator<Item = Digest>,
) -> Result<HashMap<Digest, StoredNode>> {
    let mut missing: HashSet<Digest> = digests.into_iter().collect();
    let wanted: Vec<_> = missing.iter().copied().collect();
    let mut found = HashMap::with_capacity(wanted.len());
    for chunk in wanted.chunks(CHUNK) {
        let keys = chunk.iter().map(|digest| digest.as_bytes().to_vec());
        let rows = node::Entity::find()
            .filter(node::Column::Digest.is_in(listed(keys)))
            .all(db)
            .await
            .map_err(fault("read a release"))?;
        for row in rows {
            let digest = digest(&row.digest)?;
            let (kept_in, node) =
                StoredNode::decode(&row.body).map_err(|error| damaged(digest, error))?;
            if kept_in != tree {
                return Err(damaged(digest, "it is of the other tree"));
            }
            missing.remove(&digest);
            found.insert(digest, node);
        }
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let missing: Vec<_> = missing.into_iter().collect();
    for (digest, body) in documents::get_many(db, &missing).await? {
        let node = Node::from_bytes(tree, &body).ok_or_else(|| damaged(digest, "it is no node"))?;
        found.insert(digest, StoredNode::from(&node));
    }
    Ok(found)
}

/// Whether there is a node with that digest in the table.
pub async fn is_stored(db: &impl ConnectionTrait, digest: Digest) -> Result<bool> {
    let row = unique(node::Entity::find_by_id(digest.as_bytes().to_vec()), db).await;
    Ok(row.map_err(fault("read a node"))?.is_some())
}

/// The error of a node that is named but not stored.
pub fn missing(digest: Digest) -> Error {
    Error::internal(format!("node {digest} is missing from the store"), "dangling digest")
}

fn damaged(digest: Digest, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal(format!("node {digest} of a release cannot be read"), reason)
}

/// Digests and bodies of nodes in the order of their digests, after that one: for checking the
/// whole table piece by piece.
pub async fn page(
    db: &impl ConnectionTrait,
    after: Option<Digest>,
    limit: u64,
) -> Result<Vec<(Digest, Vec<u8>)>> {
    let mut query = node::Entity::find().order_by_asc(node::Column::Digest).limit(limit);
    if let Some(after) = after {
        query = query.filter(node::Column::Digest.gt(after.as_bytes().to_vec()));
    }
    let rows = query.all(db).await.map_err(fault("read nodes"))?;
    rows.into_iter().map(|row| Ok((digest(&row.digest)?, row.body))).collect()
}

/// Digests of nodes in order, after that one.
pub async fn digests(
    db: &impl ConnectionTrait,
    after: Option<Digest>,
    limit: u64,
) -> Result<Vec<Digest>> {
    let mut query = node::Entity::find()
        .select_only()
        .column(node::Column::Digest)
        .order_by_asc(node::Column::Digest)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(node::Column::Digest.gt(after.as_bytes().to_vec()));
    }
    let rows: Vec<Vec<u8>> = query.into_tuple().all(db).await.map_err(fault("read nodes"))?;
    rows.iter().map(|raw| digest(raw)).collect()
}

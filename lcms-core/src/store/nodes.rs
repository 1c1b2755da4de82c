//! Nodes of frozen trees under their digests, with their frames.
//!
//! Releases made before this table kept their nodes among the documents, as JSON; these are found
//! there.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::entity::{frame, node};
use super::{Transaction, digest, documents, fault, listed, unique};
use crate::error::{Error, Result};
use crate::model::{Digest, EncodedNode, Node, StoredNode, Tree};

const CHUNK: usize = 500;

/// Stores encoded nodes; those that are there already stay.
pub async fn put_many(tx: &Transaction, nodes: Vec<(Digest, EncodedNode)>) -> Result<()> {
    let mut frames = HashMap::new();
    let mut rows = Vec::with_capacity(nodes.len());
    for (digest, EncodedNode { body, frame }) in nodes {
        rows.push(node::ActiveModel {
            digest: Set(digest.as_bytes().to_vec()),
            frame: Set(frame.as_ref().map(|(digest, _)| digest.as_bytes().to_vec())),
            body: Set(body),
        });
        frames.extend(frame);
    }
    let mut frames = frames.into_iter().map(|(digest, body)| frame::ActiveModel {
        digest: Set(digest.as_bytes().to_vec()),
        body: Set(body),
    });
    while frames.len() > 0 {
        frame::Entity::insert_many(frames.by_ref().take(CHUNK).collect::<Vec<_>>())
            .on_conflict(OnConflict::column(frame::Column::Digest).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await
            .map_err(fault("store a release"))?;
    }
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        node::Entity::insert_many(rows.by_ref().take(CHUNK).collect::<Vec<_>>())
            .on_conflict(OnConflict::column(node::Column::Digest).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await
            .map_err(fault("store a release"))?;
    }
    Ok(())
}

/// Digests, bodies and frames of nodes.
type Row = (Vec<u8>, Vec<u8>, Option<Vec<u8>>);

/// The nodes with their frames, where these are there.
fn framed() -> Select<node::Entity> {
    let its_own = Expr::col((frame::Entity, frame::Column::Digest))
        .equals((node::Entity, node::Column::Frame));
    let mut select = node::Entity::find()
        .select_only()
        .column(node::Column::Digest)
        .column(node::Column::Body)
        .column(frame::Column::Body);
    sea_orm::QuerySelect::query(&mut select).join(JoinType::LeftJoin, frame::Entity, its_own);
    select
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
        let rows: Vec<Row> = framed()
            .filter(node::Column::Digest.is_in(listed(keys)))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read a release"))?;
        for (raw, body, frame) in rows {
            let digest = digest(&raw)?;
            let (kept_in, node) = StoredNode::decode(&body, frame.as_deref())
                .map_err(|error| damaged(digest, error))?;
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

/// A node as it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Under which digest.
    pub digest: Digest,
    /// Its bytes.
    pub body: Vec<u8>,
    /// Those of its frame, if it has one and that is there.
    pub frame: Option<Vec<u8>>,
}

/// Nodes in the order of their digests, after that one: for checking the whole table piece by
/// piece.
pub async fn page(
    db: &impl ConnectionTrait,
    after: Option<Digest>,
    limit: u64,
) -> Result<Vec<Found>> {
    let mut query = framed().order_by_asc(node::Column::Digest).limit(limit);
    if let Some(after) = after {
        query = query.filter(node::Column::Digest.gt(after.as_bytes().to_vec()));
    }
    let rows: Vec<Row> = query.into_tuple().all(db).await.map_err(fault("read nodes"))?;
    let found = |(raw, body, frame): Row| Ok(Found { digest: digest(&raw)?, body, frame });
    rows.into_iter().map(found).collect()
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

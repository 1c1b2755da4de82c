//! Documents under their digests, and the slots that content documents make.

use std::collections::HashMap;

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::by_hand::{bytes, statement};
use super::entity::document;
use super::{Transaction, fault, unique};
use crate::error::{Error, Result};
use crate::model::{Content, Digest, Metadata, Slot};

/// Stores canonical bytes under their digest, unless they are there.
pub async fn put(tx: &Transaction, digest: Digest, body: Vec<u8>) -> Result<()> {
    let sql = "INSERT INTO document (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING";
    let values = [bytes(digest.as_bytes()), body.into()];
    tx.later("store a document", statement(tx.get_database_backend(), sql, values)).await
}

/// The bytes of one document.
///
/// # Errors
/// An internal error when it is not there: rows never name documents that were not stored.
pub async fn get(db: &impl ConnectionTrait, digest: Digest) -> Result<Vec<u8>> {
    unique(document::Entity::find_by_id(digest.as_bytes().to_vec()), db)
        .await
        .map_err(fault("read a document"))?
        .map(|row| row.body)
        .ok_or_else(|| missing(digest))
}

/// The bytes of many documents, by digest.
pub async fn get_many(
    db: &impl ConnectionTrait,
    digests: &[Digest],
) -> Result<HashMap<Digest, Vec<u8>>> {
    let mut found = HashMap::with_capacity(digests.len());
    for chunk in digests.chunks(500) {
        let keys = chunk.iter().map(|digest| digest.as_bytes().to_vec());
        let rows = document::Entity::find()
            .filter(document::Column::Digest.is_in(keys))
            .all(db)
            .await
            .map_err(fault("read documents"))?;
        for row in rows {
            if let Some(digest) = Digest::from_raw(&row.digest) {
                found.insert(digest, row.body);
            }
        }
    }
    Ok(found)
}

/// The content document with that digest.
pub async fn content(db: &impl ConnectionTrait, digest: Digest) -> Result<Content> {
    let bytes = get(db, digest).await?;
    Content::from_stored(&bytes)
        .map_err(|violations| unreadable_document(digest).with_violations(violations))
}

/// The metadata document with that digest.
pub async fn metadata(db: &impl ConnectionTrait, digest: Digest) -> Result<Metadata> {
    let bytes = get(db, digest).await?;
    serde_json::from_slice(&bytes).map_err(|_| unreadable_document(digest))
}

/// The slots of a content document, in document order.
pub async fn slots(db: &impl ConnectionTrait, digest: Digest) -> Result<Vec<Slot>> {
    Ok(content(db, digest).await?.slots())
}

/// The error of a named document that is not stored.
pub fn missing(digest: Digest) -> Error {
    Error::internal(format!("document {digest} is missing from the store"), "dangling digest")
}

fn unreadable_document(digest: Digest) -> Error {
    Error::internal(format!("document {digest} cannot be read by this version"), "unknown form")
}

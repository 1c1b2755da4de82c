//! Documents under their digests, and the slots that content documents make.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::by_hand::{bytes, statement};
use super::entity::document;
use super::{Transaction, blob, fault, listed, now, redactions, unique, unreadable};
use crate::error::{Error, Result};
use crate::model::{Content, Digest, Metadata, Slot};

/// Stores canonical bytes under their digest, unless they are there.
pub async fn put(tx: &Transaction, digest: Digest, body: Vec<u8>) -> Result<()> {
    let sql = "INSERT INTO document (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING";
    let values = [bytes(digest.as_bytes()), body.into()];
    tx.later("store a document", statement(tx.get_database_backend(), sql, values)).await
}

/// Refuses a document whose bytes were taken away: it is not to come back.
///
/// # Errors
/// [`crate::ErrorKind::Redacted`].
pub async fn refuse_redacted(tx: &Transaction, digest: Digest) -> Result<()> {
    match redactions::find(tx, digest).await? {
        Some(redaction) => Err(redaction.refusal("this was written before, and the document")),
        None => Ok(()),
    }
}

/// Holds the blobs that a document names from this moment on.
///
/// # Errors
/// A conflict when one is not there.
pub async fn hold_blobs(tx: &Transaction, content: &Content) -> Result<()> {
    let blobs = content.blobs();
    if blobs.is_empty() {
        return Ok(());
    }
    if let Some(gone) = blob::hold(tx, &blobs, now()).await?.first() {
        if let Some(redaction) = redactions::find(tx, *gone).await? {
            return Err(redaction.refusal("the file"));
        }
        return Err(Error::conflict(format!("there is no blob {gone} (any more)"))
            .hint("upload the file again, then save"));
    }
    Ok(())
}

/// The bytes of one document.
///
/// # Errors
/// An internal error when it is not there: rows never name documents that were not stored.
/// [`crate::ErrorKind::Redacted`] when its bytes were taken away.
pub async fn get(db: &impl ConnectionTrait, digest: Digest) -> Result<Vec<u8>> {
    let body = unique(document::Entity::find_by_id(digest.as_bytes().to_vec()), db)
        .await
        .map_err(fault("read a document"))?
        .map(|row| row.body)
        .ok_or_else(|| missing(digest))?;
    if body.is_empty() { Err(redacted(db, digest).await?) } else { Ok(body) }
}

/// The bytes of many documents, by digest, when all of them are wanted.
///
/// # Errors
/// [`crate::ErrorKind::Redacted`] when the bytes of one were taken away.
pub async fn get_all(
    db: &impl ConnectionTrait,
    digests: &[Digest],
) -> Result<HashMap<Digest, Vec<u8>>> {
    let found = get_many(db, digests).await?;
    match found.iter().find(|(_, body)| body.is_empty()) {
        Some((digest, _)) => Err(redacted(db, *digest).await?),
        None => Ok(found),
    }
}

/// Documents by digest, after that one.
pub async fn page(
    db: &impl ConnectionTrait,
    after: Option<Digest>,
    limit: u64,
) -> Result<Vec<(Digest, Vec<u8>)>> {
    let mut query = document::Entity::find().order_by_asc(document::Column::Digest).limit(limit);
    if let Some(after) = after {
        query = query.filter(document::Column::Digest.gt(after.as_bytes().to_vec()));
    }
    let rows = query.all(db).await.map_err(fault("read documents"))?;
    rows.into_iter().map(|row| Ok((read_digest(&row.digest)?, row.body))).collect()
}

/// Digests of documents, after that one, in order.
pub async fn digests(
    db: &impl ConnectionTrait,
    after: Option<Digest>,
    limit: u64,
) -> Result<Vec<Digest>> {
    let mut query = document::Entity::find()
        .select_only()
        .column(document::Column::Digest)
        .order_by_asc(document::Column::Digest)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(document::Column::Digest.gt(after.as_bytes().to_vec()));
    }
    let rows: Vec<Vec<u8>> = query.into_tuple().all(db).await.map_err(fault("list documents"))?;
    rows.iter().map(|raw| read_digest(raw)).collect()
}

/// Takes a document's bytes away; its digest stays.
pub async fn redact(tx: &Transaction, digest: Digest) -> Result<()> {
    document::Entity::update_many()
        .col_expr(document::Column::Body, Expr::value(Vec::<u8>::new()))
        .filter(document::Column::Digest.eq(digest.as_bytes().to_vec()))
        .exec(tx)
        .await
        .map_err(fault("redact a document"))?;
    Ok(())
}

fn read_digest(raw: &[u8]) -> Result<Digest> {
    Digest::from_raw(raw).ok_or_else(|| unreadable("digest", raw.len()))
}

/// The bytes of many documents, by digest. Those that are not there are left out, and those whose
/// bytes were taken away are empty.
pub async fn get_many(
    db: &impl ConnectionTrait,
    digests: &[Digest],
) -> Result<HashMap<Digest, Vec<u8>>> {
    let mut found = HashMap::with_capacity(digests.len());
    for chunk in digests.chunks(500) {
        let keys = chunk.iter().map(|digest| digest.as_bytes().to_vec());
        let rows = document::Entity::find()
            .filter(document::Column::Digest.is_in(listed(keys)))
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

async fn redacted(db: &impl ConnectionTrait, digest: Digest) -> Result<Error> {
    Ok(match redactions::find(db, digest).await? {
        Some(redaction) => redaction.refusal("the document"),
        None => Error::internal(format!("document {digest} is empty"), "damaged"),
    })
}

fn unreadable_document(digest: Digest) -> Error {
    Error::internal(format!("document {digest} cannot be read by this version"), "unknown form")
}

//! The rows that say which blobs there are.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};
use time::OffsetDateTime;

use crate::error::Result;
use crate::model::{Blob, Codec, Digest};
use crate::store::entity::blob;
use crate::store::time::to_micros;
use crate::store::{Transaction, fault, unreadable};

fn read(row: &blob::Model) -> Result<Blob> {
    Ok(Blob {
        digest: Digest::from_raw(&row.digest)
            .ok_or_else(|| unreadable("digest", row.digest.len()))?,
        size: u64::try_from(row.size).map_err(|e| unreadable("size", e))?,
        crc32: u32::try_from(row.crc32).map_err(|e| unreadable("CRC-32", e))?,
        codec: Codec::from_name(&row.codec).ok_or_else(|| unreadable("codec", &row.codec))?,
        stored_size: u64::try_from(row.stored_size).map_err(|e| unreadable("size", e))?,
    })
}

/// The packed forms of a blob; none when there is no such blob.
pub async fn find(db: &impl ConnectionTrait, digest: Digest) -> Result<Vec<Blob>> {
    let rows = blob::Entity::find()
        .filter(blob::Column::Digest.eq(digest.as_bytes().to_vec()))
        .all(db)
        .await
        .map_err(fault("read a blob's record"))?;
    rows.iter().map(read).collect()
}

/// Records a packed form whose bytes are durable already.
pub async fn insert(tx: &Transaction, new: Blob, time: OffsetDateTime) -> Result<()> {
    let row = blob::ActiveModel {
        digest: Set(new.digest.as_bytes().to_vec()),
        codec: Set(new.codec.as_str().to_owned()),
        size: Set(i64::try_from(new.size).unwrap_or(i64::MAX)),
        crc32: Set(i64::from(new.crc32)),
        stored_size: Set(i64::try_from(new.stored_size).unwrap_or(i64::MAX)),
        created: Set(to_micros(time)),
    };
    let same =
        OnConflict::columns([blob::Column::Digest, blob::Column::Codec]).do_nothing().to_owned();
    blob::Entity::insert(row)
        .on_conflict(same)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record a blob"))?;
    Ok(())
}

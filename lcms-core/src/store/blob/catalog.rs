//! The rows that say which blobs there are.
//!
//! A row's time is when its bytes were last stored or used anew. Whoever relies on a blob moves it
//! on, so that `gc`, which removes a row only while its time is the one it saw, cannot take away
//! what somebody has begun to rely on meanwhile.

use std::collections::HashSet;

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use crate::error::Result;
use crate::model::{Blob, Codec, Digest};
use crate::store::entity::blob;
use crate::store::time::{from_micros, to_micros};
use crate::store::{Transaction, fault, unreadable};

fn read(row: &blob::Model) -> Result<Blob> {
    Ok(Blob {
        digest: Digest::from_raw(&row.digest)
            .ok_or_else(|| unreadable("digest", row.digest.len()))?,
        size: u64::try_from(row.size).map_err(|e| unreadable("size", e))?,
        crc32: u32::try_from(row.crc32).map_err(|e| unreadable("CRC-32", e))?,
        codec: Codec::from_name(&row.codec).ok_or_else(|| unreadable("codec", &row.codec))?,
        stored_size: u64::try_from(row.stored_size).map_err(|e| unreadable("size", e))?,
        place: row.place,
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

/// Records a packed form whose bytes are durable already, and answers the form that stands: the
/// one recorded first, if another has been, and that is as good as new then.
pub async fn insert(tx: &Transaction, new: Blob, time: OffsetDateTime) -> Result<Blob> {
    let row = blob::ActiveModel {
        digest: Set(new.digest.as_bytes().to_vec()),
        codec: Set(new.codec.as_str().to_owned()),
        size: Set(i64::try_from(new.size).unwrap_or(i64::MAX)),
        crc32: Set(i64::from(new.crc32)),
        stored_size: Set(i64::try_from(new.stored_size).unwrap_or(i64::MAX)),
        created: Set(to_micros(time)),
        place: Set(new.place),
    };
    let same = OnConflict::columns([blob::Column::Digest, blob::Column::Codec])
        .value(blob::Column::Created, moved_on(time))
        .to_owned();
    let standing = blob::Entity::insert(row)
        .on_conflict(same)
        .exec_with_returning(tx)
        .await
        .map_err(fault("record a blob"))?;
    read(&standing)
}

/// Makes a packed form as good as new, so that `gc` leaves it alone for a while; none when it is
/// not there (any more).
pub async fn renew(
    tx: &Transaction,
    digest: Digest,
    codec: Codec,
    time: OffsetDateTime,
) -> Result<Option<Blob>> {
    let renewed = blob::Entity::update_many()
        .col_expr(blob::Column::Created, moved_on(time))
        .filter(blob::Column::Digest.eq(digest.as_bytes().to_vec()))
        .filter(blob::Column::Codec.eq(codec.as_str()))
        .exec_with_returning(tx)
        .await
        .map_err(fault("use a blob again"))?;
    renewed.first().map(read).transpose()
}

/// Names other bytes of a packed form, because those it named are lost; says whether it still
/// named them.
pub async fn replace(
    tx: &Transaction,
    lost: &Blob,
    found: Blob,
    time: OffsetDateTime,
) -> Result<bool> {
    let is_lost = match lost.place {
        Some(place) => blob::Column::Place.eq(place),
        None => blob::Column::Place.is_null(),
    };
    let stored_size = i64::try_from(found.stored_size).unwrap_or(i64::MAX);
    let replaced = blob::Entity::update_many()
        .col_expr(blob::Column::Place, Expr::value(found.place))
        .col_expr(blob::Column::StoredSize, Expr::value(stored_size))
        .col_expr(blob::Column::Created, moved_on(time))
        .filter(blob::Column::Digest.eq(lost.digest.as_bytes().to_vec()))
        .filter(blob::Column::Codec.eq(lost.codec.as_str()))
        .filter(is_lost)
        .exec(tx)
        .await
        .map_err(fault("mend a blob"))?;
    Ok(replaced.rows_affected == 1)
}

/// Makes every form of these blobs as good as new, because a document that is being stored names
/// them; answers those that are not there (any more).
pub async fn hold(
    tx: &Transaction,
    digests: &[Digest],
    time: OffsetDateTime,
) -> Result<Vec<Digest>> {
    let mut missing: HashSet<Digest> = digests.iter().copied().collect();
    for chunk in digests.chunks(500) {
        let keys: Vec<_> = chunk.iter().map(|digest| digest.as_bytes().to_vec()).collect();
        let held = blob::Entity::update_many()
            .col_expr(blob::Column::Created, moved_on(time))
            .filter(blob::Column::Digest.is_in(keys))
            .exec_with_returning(tx)
            .await
            .map_err(fault("hold blobs"))?;
        for row in &held {
            missing.remove(&read(row)?.digest);
        }
    }
    let mut missing: Vec<_> = missing.into_iter().collect();
    missing.sort();
    Ok(missing)
}

/// A later time than the row has, whatever the clocks say.
fn moved_on(time: OffsetDateTime) -> Expr {
    let (time, before) = (to_micros(time), Expr::col((blob::Entity, blob::Column::Created)));
    Expr::case(before.clone().gte(time), before.add(1)).finally(Expr::value(time)).into()
}

/// A packed form with the time of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aged {
    /// The form.
    pub blob: Blob,
    /// When it was last stored or used anew.
    pub time: OffsetDateTime,
    micros: i64,
}

fn read_aged(row: &blob::Model) -> Result<Aged> {
    Ok(Aged { blob: read(row)?, time: from_micros(row.created), micros: row.created })
}

/// Packed forms by digest and codec, after that one.
pub async fn page(
    db: &impl ConnectionTrait,
    after: Option<(Digest, Codec)>,
    limit: u64,
) -> Result<Vec<Aged>> {
    let mut query = blob::Entity::find()
        .order_by_asc(blob::Column::Digest)
        .order_by_asc(blob::Column::Codec)
        .limit(limit);
    if let Some((digest, codec)) = after {
        let digest = digest.as_bytes().to_vec();
        let same = blob::Column::Digest.eq(digest.clone());
        query = query.filter(
            blob::Column::Digest.gt(digest).or(same.and(blob::Column::Codec.gt(codec.as_str()))),
        );
    }
    let rows = query.all(db).await.map_err(fault("list blobs"))?;
    rows.iter().map(read_aged).collect()
}

/// The packed forms of many blobs.
pub async fn find_many(db: &impl ConnectionTrait, digests: &[Digest]) -> Result<Vec<Aged>> {
    let mut found = Vec::with_capacity(digests.len());
    for chunk in digests.chunks(500) {
        let keys = chunk.iter().map(|digest| digest.as_bytes().to_vec());
        let rows = blob::Entity::find()
            .filter(blob::Column::Digest.is_in(keys))
            .all(db)
            .await
            .map_err(fault("read blobs' records"))?;
        for row in &rows {
            found.push(read_aged(row)?);
        }
    }
    Ok(found)
}

/// Removes the row of a packed form if nobody has used it since it was read; says whether.
pub async fn forget(tx: &Transaction, seen: &Aged) -> Result<bool> {
    let gone = blob::Entity::delete_many()
        .filter(blob::Column::Digest.eq(seen.blob.digest.as_bytes().to_vec()))
        .filter(blob::Column::Codec.eq(seen.blob.codec.as_str()))
        .filter(blob::Column::Created.eq(seen.micros))
        .exec(tx)
        .await
        .map_err(fault("forget a blob"))?;
    Ok(gone.rows_affected == 1)
}

/// Removes the rows of every packed form of a blob, whoever uses it.
pub async fn forget_all(tx: &Transaction, digest: Digest) -> Result<()> {
    blob::Entity::delete_many()
        .filter(blob::Column::Digest.eq(digest.as_bytes().to_vec()))
        .exec(tx)
        .await
        .map_err(fault("forget a blob"))?;
    Ok(())
}

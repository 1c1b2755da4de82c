//! Packages that were made of releases.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use super::entity::package;
use super::time::{from_micros, to_micros};
use super::{Transaction, digest, fault, optional_digest, unique, unreadable};
use crate::error::Result;
use crate::model::{Digest, EventNumber, PackageRecord, ReleaseId, UserId};

fn read(row: package::Model) -> Result<PackageRecord> {
    Ok(PackageRecord {
        digest: digest(&row.digest)?,
        release: ReleaseId(row.release_id),
        format: row.format,
        profile: serde_json::from_str(&row.profile).map_err(|e| unreadable("profile", e))?,
        profile_digest: digest(&row.profile_digest)?,
        shape: optional_digest(row.shape.as_deref())?,
        publisher: row.publisher,
        size: u64::try_from(row.size).map_err(|e| unreadable("size", e))?,
        actor: UserId(row.actor),
        created: from_micros(row.created),
        files: optional_digest(row.files.as_deref())?,
    })
}

/// Stores a package unless it was made before; equal bytes are one package.
pub async fn put(tx: &Transaction, new: &PackageRecord, event: EventNumber) -> Result<()> {
    let row = package::ActiveModel {
        digest: Set(new.digest.as_bytes().to_vec()),
        release_id: Set(new.release.0),
        format: Set(new.format.clone()),
        profile: Set(new.profile.to_string()),
        profile_digest: Set(new.profile_digest.as_bytes().to_vec()),
        shape: Set(new.shape.map(|digest| digest.as_bytes().to_vec())),
        publisher: Set(new.publisher.clone()),
        size: Set(i64::try_from(new.size).unwrap_or(i64::MAX)),
        actor: Set(new.actor.0),
        created: Set(to_micros(new.created)),
        event: Set(event.0),
        files: Set(new.files.map(|digest| digest.as_bytes().to_vec())),
    };
    // A package that was made before its files were kept is complete from now on.
    let again = OnConflict::column(package::Column::Digest)
        .update_column(package::Column::Files)
        .to_owned();
    package::Entity::insert(row)
        .on_conflict(again)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record a package"))?;
    Ok(())
}

/// The package with that digest.
pub async fn by_digest(db: &impl ConnectionTrait, digest: Digest) -> Result<Option<PackageRecord>> {
    let row = unique(package::Entity::find_by_id(digest.as_bytes().to_vec()), db)
        .await
        .map_err(fault("read a package"))?;
    row.map(read).transpose()
}

/// The packages that were made of a release, oldest first.
pub async fn of(db: &impl ConnectionTrait, release: ReleaseId) -> Result<Vec<PackageRecord>> {
    let rows = package::Entity::find()
        .filter(package::Column::ReleaseId.eq(release.0))
        .order_by_asc(package::Column::Event)
        .all(db)
        .await
        .map_err(fault("list packages"))?;
    rows.into_iter().map(read).collect()
}

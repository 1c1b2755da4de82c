//! Which packages were made of which releases.

use serde_json::Value;

use super::Session;
use crate::error::{Error, Result};
use crate::model::{Digest, EventKind, PackageRecord, ReleaseId, Right};
use crate::store::events::{self, NewEvent};
use crate::store::{now, packages};

/// A package that was made.
#[derive(Clone, Debug)]
pub struct NewPackage {
    /// Equal for equal bytes.
    pub digest: Digest,
    /// Its format.
    pub format: String,
    /// The profile it was made with.
    pub profile: Value,
    /// Digest of that profile.
    pub profile_digest: Digest,
    /// Digest of what an LMS tracks in it, when it was worked out.
    pub shape: Option<Digest>,
    /// Version of the publisher that made it.
    pub publisher: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Session {
    /// Records that a package was made of a release. The same bytes made again are the same
    /// package, and one more event.
    ///
    /// # Errors
    /// When there is no such release or the actor may not publish it.
    pub async fn record_package(&self, id: ReleaseId, new: NewPackage) -> Result<PackageRecord> {
        let (release, _, library) = self.release_with(id, Right::Publish).await?;
        let package = PackageRecord {
            digest: new.digest,
            release: id,
            format: new.format,
            profile: new.profile,
            profile_digest: new.profile_digest,
            shape: new.shape,
            publisher: new.publisher,
            size: new.size,
            actor: self.actor.id(),
            created: now(),
        };
        let event = NewEvent {
            library: Some(library.id),
            component: Some(release.component),
            release: Some(id),
            detail: serde_json::json!({
                "package": package.digest,
                "format": package.format,
                "profile": package.profile_digest,
                "choices": package.profile,
                "publisher": package.publisher,
                "length": package.size,
            }),
            ..NewEvent::new(EventKind::PackagePublished, package.created, self.actor.id())
        };
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let number = events::append(tx, event).await?;
                    packages::put(tx, &package, number).await?;
                    Ok(packages::by_digest(tx, package.digest).await?.unwrap_or(package))
                })
            })
            .await
    }

    /// The packages that were made of a release, oldest first.
    ///
    /// # Errors
    /// When there is no such release or the actor may not read it.
    pub async fn packages(&self, id: ReleaseId) -> Result<Vec<PackageRecord>> {
        self.release_with(id, Right::Read).await?;
        packages::of(self.lcms.store().reader(), id).await
    }

    /// The package with that digest.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its release.
    pub async fn package(&self, digest: Digest) -> Result<PackageRecord> {
        let missing =
            || Error::not_found(format!("there is no package {digest}, or you may not read it"));
        let db = self.lcms.store().reader();
        let package = packages::by_digest(db, digest).await?.ok_or_else(missing)?;
        self.release_with(package.release, Right::Read).await.map_err(|_| missing())?;
        Ok(package)
    }
}

//! Which packages were made of which releases.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::Value;

use super::Session;
use crate::error::{Error, Result};
use crate::model::{
    Blob, Codec, Digest, EventKind, PackageFile, PackageFiles, PackageRecord, ReleaseId, Right,
};
use crate::store::events::{self, NewEvent};
use crate::store::{blob, documents, now, packages, redactions};

/// Files written at once while a package is kept.
const WRITERS: usize = 8;

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
    /// Its files in the order in which they stand in it.
    pub files: Vec<PackageFile>,
    /// Those of them that were made for it, with their packed bytes; all others are in the store.
    pub made: Vec<(Blob, Bytes)>,
}

/// What a package is made of, to be given again.
#[derive(Clone, Debug)]
pub struct KeptPackage {
    /// What is known of it.
    pub record: PackageRecord,
    /// Its files in the order in which they stand in it, and where their bytes are.
    pub files: Vec<(String, Blob)>,
}

impl Session {
    /// Records that a package was made of a release, and keeps what it is made of, so that the same
    /// bytes can be given again. The same bytes made again are the same package, and one more event.
    ///
    /// # Errors
    /// When there is no such release or the actor may not publish it.
    pub async fn record_package(&self, id: ReleaseId, new: NewPackage) -> Result<PackageRecord> {
        let (release, _, library) = self.release_with(id, Right::Publish).await?;
        let list = PackageFiles::new(new.files);
        let blobs = list.blobs();
        let (files, body) = Digest::of_document(&list);
        let kept = self.keep_made(new.made).await?;
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
            files: Some(files),
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
        let written = kept.clone();
        let recording = self.lcms.store().writer().write(move |tx| {
            Box::pin(async move {
                let mut spare = Vec::new();
                for blob in written {
                    let standing = blob::insert(tx, blob, now()).await?;
                    spare.extend((standing.place != blob.place).then_some(blob));
                }
                if let Some(gone) = blob::hold(tx, &blobs, now()).await?.first() {
                    if let Some(redaction) = redactions::find(tx, *gone).await? {
                        return Err(redaction.refusal("a file of the package"));
                    }
                    return Err(Error::conflict(format!("the blob {gone} is not there any more"))
                        .hint("publish again"));
                }
                documents::put(tx, files, body).await?;
                let number = events::append(tx, event).await?;
                packages::put(tx, &package, number).await?;
                Ok((packages::by_digest(tx, package.digest).await?.unwrap_or(package), spare))
            })
        });
        match recording.await {
            Ok((package, spare)) => {
                for blob in spare {
                    self.lcms.blobs().remove(blob).await?;
                }
                Ok(package)
            }
            Err(error) => {
                for blob in kept {
                    self.lcms.blobs().remove(blob).await?;
                }
                Err(error)
            }
        }
    }

    /// Writes those files that the store does not have in this form yet.
    async fn keep_made(&self, made: Vec<(Blob, Bytes)>) -> Result<Vec<Blob>> {
        let digests: Vec<_> = made.iter().map(|(blob, _)| blob.digest).collect();
        let held = blob::find_many(self.lcms.store().reader(), &digests).await?;
        let held: HashSet<_> =
            held.iter().map(|form| (form.blob.digest, form.blob.codec)).collect();
        let mut seen = HashSet::new();
        let new = made.into_iter().filter(|(blob, _)| {
            let form = (blob.digest, blob.codec);
            !held.contains(&form) && seen.insert(form)
        });
        let writing = new.map(|(blob, packed)| self.lcms.blobs().put_packed(blob, packed));
        stream::iter(writing.collect::<Vec<_>>()).buffer_unordered(WRITERS).try_collect().await
    }

    /// What a package is made of, so that its bytes can be given again.
    ///
    /// # Errors
    /// When there is none, it was made before its files were kept, a file of it was redacted, or the
    /// actor may not publish its release.
    pub async fn kept_package(&self, digest: Digest) -> Result<KeptPackage> {
        let record = self.package(digest).await?;
        self.release_with(record.release, Right::Publish).await?;
        let db = self.lcms.store().reader();
        let list = match record.files {
            Some(files) => PackageFiles::read(&documents::get(db, files).await?),
            None => None,
        };
        let list = list.ok_or_else(|| {
            Error::conflict(format!("the files of package {digest} were not kept")).hint(
                "it was made by an earlier version; publish its release again with that version",
            )
        })?;
        let forms = blob::find_many(db, &list.blobs()).await?;
        let forms: HashMap<(Digest, Codec), Blob> =
            forms.iter().map(|form| ((form.blob.digest, form.blob.codec), form.blob)).collect();
        let mut files = Vec::with_capacity(list.files.len());
        for PackageFile { path, blob, codec } in list.files {
            match forms.get(&(blob, codec)) {
                Some(form) => files.push((path, *form)),
                None => {
                    if let Some(redaction) = redactions::find(db, blob).await? {
                        return Err(redaction.refusal(&format!("the file {path} of the package")));
                    }
                    let what = format!("the file {path} of package {digest} is missing");
                    return Err(Error::internal(what, blob.to_string()));
                }
            }
        }
        Ok(KeptPackage { record, files })
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

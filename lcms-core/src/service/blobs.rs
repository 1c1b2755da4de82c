//! Uploading and reading blobs.
//!
//! A blob belongs to no library: whoever knows its digest has seen its bytes, or a document that
//! names them. Uploading needs the right to write in some library, reading the right to read.

use std::fs::File;
use std::ops::Range;

use bytes::Bytes;
use futures::stream::BoxStream;
use time::Duration;

use super::{Lcms, Session};
use crate::error::{Error, Result};
use crate::model::{Blob, Codec, Digest, Right};
use crate::store::blob::{self, Sealed, Upload};
use crate::store::{now, redactions};

/// Longest time between the writing of a file and its row. `gc` takes files that are older than
/// that and have no row for what a crash has left, so none may get its row later.
pub(super) const LONGEST_UNRECORDED: Duration = Duration::hours(1);

/// An upload under way. Dropping it leaves nothing behind.
#[derive(Debug)]
pub struct BlobUpload {
    session: Session,
    upload: Upload,
}

impl BlobUpload {
    /// Adds bytes.
    ///
    /// # Errors
    /// When the size limit is exceeded or they cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.upload.write(bytes).await
    }

    /// Makes the bytes durable and known.
    ///
    /// # Errors
    /// When the bytes are not those `expected`, or cannot be written.
    pub async fn finish(self, expected: Option<Digest>) -> Result<Blob> {
        let sealed = self.upload.seal(expected).await?;
        self.session.keep_blob(sealed).await
    }
}

impl Session {
    /// Begins an upload. The media type decides how the bytes are held.
    ///
    /// # Errors
    /// When the actor may write nowhere.
    pub fn upload(&self, media_type: &str) -> Result<BlobUpload> {
        self.require_somewhere(Right::Write)?;
        let limit = self.lcms.settings().max_upload;
        let upload = self.lcms.blobs().upload(media_type, limit);
        Ok(BlobUpload { session: self.clone(), upload })
    }

    /// Keeps uploaded bytes, unless the store has them in this form.
    async fn keep_blob(&self, sealed: Sealed) -> Result<Blob> {
        let (digest, codec) = (sealed.digest(), sealed.codec());
        let forms = blob::find(self.lcms.store().reader(), digest).await?;
        let standing = forms.into_iter().find(|form| form.codec == codec);
        if let Some(standing) = standing {
            if self.lcms.blobs().damage(standing, true).await?.is_some() {
                return self.mend_blob(standing, sealed).await;
            }
            let renew = self.lcms.store().writer().write(move |tx| {
                Box::pin(async move { blob::renew(tx, digest, codec, now()).await })
            });
            if let Some(standing) = renew.await? {
                sealed.discard().await?;
                return Ok(standing);
            }
        }
        let blob = sealed.keep().await?;
        self.record_blob(blob).await
    }

    /// Puts uploaded bytes in the place of those that were lost.
    async fn mend_blob(&self, lost: Blob, sealed: Sealed) -> Result<Blob> {
        let found = sealed.keep().await?;
        let mending =
            self.lcms.store().writer().write(move |tx| {
                Box::pin(async move { blob::replace(tx, &lost, found, now()).await })
            });
        match mending.await {
            Ok(true) => Ok(found),
            // Its row went, or somebody else was first.
            outcome => {
                self.lcms.blobs().remove(found).await?;
                outcome?;
                Err(Error::unavailable(format!("blob {} was being mended", lost.digest))
                    .hint("upload it again"))
            }
        }
    }

    /// Makes written bytes known, and answers the form that stands: if somebody was first, the
    /// bytes just written are not needed.
    pub(super) async fn record_blob(&self, blob: Blob) -> Result<Blob> {
        let written = now();
        let record = self.lcms.store().writer().write(move |tx| {
            Box::pin(async move {
                let time = now();
                if time - written > LONGEST_UNRECORDED {
                    return Err(Error::unavailable("the upload waited too long to be recorded"));
                }
                if let Some(redaction) = redactions::find(tx, blob.digest).await? {
                    return Err(redaction.refusal("the file"));
                }
                blob::insert(tx, blob, time).await
            })
        });
        match record.await {
            Ok(standing) if standing.place == blob.place => Ok(standing),
            outcome => {
                self.lcms.blobs().remove(blob).await?;
                outcome
            }
        }
    }

    /// What is known of a blob.
    ///
    /// # Errors
    /// When there is none, its bytes were taken away, or the actor may read nowhere.
    pub async fn blob(&self, digest: Digest) -> Result<Blob> {
        self.require_somewhere(Right::Read)?;
        let forms = self.lcms.packed_forms(digest).await?;
        // The form that is read without unpacking, if there is one.
        let best = forms.iter().find(|form| form.codec == Codec::Store).or(forms.first());
        best.copied().ok_or_else(|| Error::not_found(format!("there is no blob {digest}")))
    }

    /// A part of a blob's raw bytes.
    ///
    /// # Errors
    /// As [`Session::blob`].
    pub async fn blob_bytes(
        &self,
        digest: Digest,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes>>> {
        let blob = self.blob(digest).await?;
        Ok(self.lcms.blobs().raw(blob, range))
    }
}

impl Lcms {
    /// The held bytes of one packed form, as they go into a zip. Which blobs a package may hold
    /// was decided when its release was read.
    #[must_use]
    pub fn packed_bytes(&self, blob: Blob, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        self.blobs().stored_range(blob, range)
    }

    /// The file that holds one packed form, open for reading, for copying it without seeing its bytes;
    /// `None` where blobs are not files of this machine. As [`Lcms::packed_bytes`]. It may block.
    ///
    /// # Errors
    /// When the bytes are missing.
    pub fn packed_file(&self, blob: &Blob) -> Result<Option<File>> {
        self.blobs().stored_file(blob)
    }

    /// The raw bytes of one packed form; as [`Lcms::packed_bytes`], for looking at what a package would
    /// hold.
    #[must_use]
    pub fn raw_bytes(&self, blob: Blob, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        self.blobs().raw(blob, range)
    }
}

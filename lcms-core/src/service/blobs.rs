//! Uploading and reading blobs.
//!
//! A blob belongs to no library: whoever knows its digest has seen its bytes, or a document that
//! names them. Uploading needs the right to write in some library, reading the right to read.

use bytes::Bytes;
use futures::stream::BoxStream;
use std::ops::Range;

use super::{Lcms, Session};
use crate::error::{Error, Result};
use crate::model::{Blob, Codec, Digest, Right};
use crate::store::blob::{self, Upload};
use crate::store::now;

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
        let blob = self.upload.finish(expected).await?;
        self.session.record_blob(blob).await?;
        Ok(blob)
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

    pub(super) async fn record_blob(&self, blob: Blob) -> Result<()> {
        let time = now();
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { blob::insert(tx, blob, time).await }))
            .await
    }

    /// What is known of a blob.
    ///
    /// # Errors
    /// When there is none, or the actor may read nowhere.
    pub async fn blob(&self, digest: Digest) -> Result<Blob> {
        self.require_somewhere(Right::Read)?;
        let forms = blob::find(self.lcms.store().reader(), digest).await?;
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
}

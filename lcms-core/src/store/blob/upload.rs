//! A file on its way into the store.
//!
//! What may have to be deflated is held back until its size decides that; everything else is
//! written while it arrives. An upload is *sealed* when its last byte is there: then its digest is
//! known, and whether the store has these bytes already. Only then are they *kept*.

use std::fmt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use object_store::path::Path as Location;
use object_store::{ObjectStoreExt as _, WriteMultipart};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::files::{BlobStore, PART, blocking, deflate, fault, location, put_new};
use super::folder::{Folder, FolderUpload, STAGING};
use crate::error::{Error, Result};
use crate::model::{Blob, Codec, Digest};

/// As much as is written at once into a folder. Less is written when the upload is kept.
const PIECE: usize = 512 << 10;
/// Parts of one upload that may be on their way at once to an S3 API.
const PARTS_IN_FLIGHT: usize = 2;

/// An upload under way. Dropping it leaves nothing that is visible.
pub struct Upload {
    store: BlobStore,
    media_type: String,
    limit: u64,
    size: u64,
    sha256: Sha256,
    crc32: crc32fast::Hasher,
    pending: BytesMut,
    begun: Option<Begun>,
}

/// Where the bytes before the pending ones are.
enum Begun {
    Folder(FolderUpload),
    Parts(Location, WriteMultipart),
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({} bytes of {})", self.size, self.media_type)
    }
}

impl Upload {
    pub(super) fn new(store: BlobStore, media_type: &str, limit: u64) -> Self {
        Self {
            store,
            media_type: media_type.to_owned(),
            limit,
            size: 0,
            sha256: Sha256::new(),
            crc32: crc32fast::Hasher::new(),
            pending: BytesMut::new(),
            begun: None,
        }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// When the limit is exceeded or they cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        if self.size > self.limit {
            return Err(Error::too_large(format!(
                "the upload is larger than the limit of {} bytes",
                self.limit
            )));
        }
        self.sha256.update(bytes);
        self.crc32.update(bytes);
        if let Some(Begun::Parts(_, parts)) = &mut self.begun {
            parts.wait_for_capacity(PARTS_IN_FLIGHT).await.map_err(fault("write a blob"))?;
            parts.write(bytes);
            return Ok(());
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= self.longest_held_back() {
            self.pass_on().await?;
        }
        Ok(())
    }

    fn longest_held_back(&self) -> usize {
        let piece = if self.store.folder().is_some() { PIECE } else { PART };
        let undecided = self.begun.is_none()
            && Codec::for_file(&self.media_type, Codec::MAX_DEFLATED) == Codec::Deflate;
        if undecided { usize::try_from(Codec::MAX_DEFLATED + 1).unwrap_or(piece) } else { piece }
    }

    async fn pass_on(&mut self) -> Result<()> {
        let piece = std::mem::take(&mut self.pending).freeze();
        match (&mut self.begun, self.store.folder()) {
            (Some(Begun::Folder(upload)), _) => {
                upload.write(piece).await.map_err(written("write a blob"))?;
            }
            (Some(Begun::Parts(_, parts)), _) => parts.put(piece),
            (None, Some(folder)) => {
                self.begun = Some(Begun::Folder(FolderUpload::begin(folder, piece)));
            }
            (None, None) => {
                let at = Location::from_iter([STAGING, &Uuid::now_v7().to_string()]);
                let upload = self.store.objects().put_multipart(&at).await;
                let upload = upload.map_err(fault("begin a blob"))?;
                let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
                parts.put(piece);
                self.begun = Some(Begun::Parts(at, parts));
            }
        }
        Ok(())
    }

    /// Ends the upload without keeping anything yet.
    ///
    /// # Errors
    /// When the bytes are not those `expected`.
    pub async fn seal(self, expected: Option<Digest>) -> Result<Sealed> {
        let Self { store, media_type, size, sha256, crc32, pending, begun, .. } = self;
        let digest = Digest::from_raw(&sha256.finalize())
            .ok_or_else(|| Error::internal("could not hash a blob", "wrong digest length"))?;
        let crc32 = crc32.finalize();
        let codec = Codec::for_file(&media_type, size);
        let rest = pending.freeze();
        let sealed = Sealed { store, digest, size, crc32, codec, rest, begun };
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            sealed.discard().await?;
            return Err(Error::invalid(format!(
                "the uploaded bytes are {digest}, not {expected} as announced"
            ))
            .hint("the upload may have been cut short: send it again"));
        }
        Ok(sealed)
    }

    /// Makes the bytes durable and answers what they are.
    ///
    /// # Errors
    /// When they are not those `expected`, or cannot be written; nothing is kept then.
    pub async fn finish(self, expected: Option<Digest>) -> Result<Blob> {
        self.seal(expected).await?.keep().await
    }
}

fn written(what: &'static str) -> impl Fn(std::io::Error) -> Error {
    move |error| {
        Error::internal(format!("could not {what}"), error)
            .hint("is the disk full, or the blob folder not writable?")
    }
}

/// An upload whose last byte is there. Dropping it leaves nothing that is visible.
pub struct Sealed {
    store: BlobStore,
    digest: Digest,
    size: u64,
    crc32: u32,
    codec: Codec,
    rest: Bytes,
    begun: Option<Begun>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.digest, self.size)
    }
}

impl Sealed {
    /// The digest of the bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// How they will be held.
    #[must_use]
    pub fn codec(&self) -> Codec {
        self.codec
    }

    /// Forgets the bytes.
    ///
    /// # Errors
    /// When a long upload to an S3 API cannot be given up.
    pub async fn discard(self) -> Result<()> {
        match self.begun {
            Some(Begun::Parts(_, parts)) => parts.abort().await.map_err(fault("give up an upload")),
            _ => Ok(()),
        }
    }

    /// Makes the bytes durable under a name of their own.
    ///
    /// # Errors
    /// When they cannot be written; nothing is kept then.
    pub async fn keep(self) -> Result<Blob> {
        let Self { store, digest, size, crc32, codec, rest, begun } = self;
        let mut blob =
            Blob { digest, size, crc32, codec, stored_size: size, place: Some(Uuid::now_v7()) };
        match begun {
            Some(Begun::Folder(upload)) => {
                let name = location(&blob).to_string();
                upload.place(rest, name).await.map_err(written("write a blob"))?;
            }
            Some(Begun::Parts(staged, parts)) => {
                parts.finish().await.map_err(fault("write a blob"))?;
                let moved = store.objects().rename(&staged, &location(&blob)).await;
                moved.map_err(fault("put a blob in its place"))?;
            }
            None => {
                let packed = match codec {
                    Codec::Store => rest,
                    Codec::Deflate => blocking(move || Ok(deflate(&rest))).await?,
                };
                blob.stored_size = packed.len() as u64;
                put_new(&store, &blob, packed).await?;
            }
        }
        Ok(blob)
    }
}

/// Writes bytes that are at hand under the blob's name.
pub(super) async fn put_in_folder(folder: &Arc<Folder>, name: String, bytes: Bytes) -> Result<()> {
    let upload = FolderUpload::begin(folder, bytes);
    upload.place(Bytes::new(), name).await.map_err(written("write a blob"))
}

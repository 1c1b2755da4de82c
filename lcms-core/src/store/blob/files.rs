//! The bytes of blobs, in a folder or behind an S3 API.
//!
//! A file is complete and durable under `CODEC/ab/abcd…-PLACE` before any row names it. The place
//! makes every name unique, so that none is ever used twice: bytes whose row is gone can be removed
//! without asking whether somebody is just writing them again. What a crash leaves under
//! `staging/` or without a row is garbage, never damage.

use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use libdeflater::{CompressionLvl, Compressor, Decompressor};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::prefix::PrefixStore;
use object_store::{
    GetOptions, GetRange, GetResultPayload, ObjectStore, ObjectStoreExt as _, PutMode,
};
use uuid::Uuid;

use super::folder::Folder;
use super::pieces;
use super::upload::{Upload, put_in_folder};
use crate::error::{Error, Result};
use crate::model::{Blob, Codec, Digest};

/// libdeflate's level: the best size per CPU second. Part of what makes packed bytes the same
/// everywhere; a change is a new publisher version.
const DEFLATE_LEVEL: i32 = 6;
/// Size of the parts a long upload is written in, and below which it is written in one piece.
pub(super) const PART: usize = 8 << 20;

/// Where blobs are: a folder's path, or `s3://BUCKET/PREFIX` with credentials in `AWS_*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobUrl {
    /// A folder, made when it is missing.
    Folder(PathBuf),
    /// An S3 API.
    S3(url::Url),
}

impl FromStr for BlobUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match url::Url::parse(text) {
            Ok(url) if url.scheme() == "s3" => Ok(Self::S3(url)),
            Ok(url) if url.scheme() == "file" => url
                .to_file_path()
                .map(Self::Folder)
                .map_err(|()| Error::invalid(format!("`{text}` names no folder"))),
            Ok(url) if text.contains("://") => Err(Error::invalid(format!(
                "blobs cannot be kept behind `{}`: give a folder or `s3://BUCKET/PREFIX`",
                url.scheme()
            ))),
            _ => Ok(Self::Folder(PathBuf::from(text))),
        }
    }
}

/// The bytes of blobs.
#[derive(Clone)]
pub struct BlobStore {
    files: Arc<dyn ObjectStore>,
    folder: Option<Arc<Folder>>,
}

impl fmt::Debug for BlobStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobStore({})", self.files)
    }
}

pub(super) fn fault(what: &'static str) -> impl Fn(object_store::Error) -> Error {
    move |error| Error::internal(format!("could not {what}"), error)
}

/// The name of a blob's bytes in the blob store.
#[must_use]
pub fn name_of(blob: &Blob) -> String {
    location(blob).to_string()
}

/// Where a blob's bytes are, below the root.
pub(super) fn location(blob: &Blob) -> Location {
    let hex = blob.digest.hex();
    let name = match blob.place {
        Some(place) => format!("{hex}-{}", place.simple()),
        None => hex.clone(),
    };
    Location::from_iter([blob.codec.as_str(), &hex[..2], &name])
}

impl BlobStore {
    /// Opens the store.
    ///
    /// # Errors
    /// When the folder cannot be made or the address is incomplete.
    pub fn open(url: &BlobUrl) -> Result<Self> {
        let (files, folder): (Arc<dyn ObjectStore>, _) = match url {
            BlobUrl::Folder(root) => {
                let files = Self::open_folder(root)?;
                (Arc::new(files), Some(Arc::new(Folder::new(root.clone()))))
            }
            BlobUrl::S3(url) => {
                let settings = std::env::vars().map(|(name, value)| (name.to_lowercase(), value));
                let (bucket, prefix) = object_store::parse_url_opts(url, settings)
                    .map_err(fault("open the blob store"))?;
                (Arc::new(PrefixStore::new(bucket, prefix)), None)
            }
        };
        Ok(Self { files, folder })
    }

    fn open_folder(folder: &Path) -> Result<LocalFileSystem> {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::internal(format!("could not make the blob folder {}", folder.display()), error)
        })?;
        LocalFileSystem::new_with_prefix(folder).map_err(fault("open the blob folder"))
    }

    pub(super) fn folder(&self) -> Option<&Arc<Folder>> {
        self.folder.as_ref()
    }

    pub(super) fn objects(&self) -> &Arc<dyn ObjectStore> {
        &self.files
    }

    /// Begins an upload of at most `limit` bytes.
    #[must_use]
    pub fn upload(&self, media_type: &str, limit: u64) -> Upload {
        Upload::new(self.clone(), media_type, limit)
    }

    /// Stores bytes that are at hand.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn put(&self, media_type: &str, bytes: &[u8]) -> Result<Blob> {
        let mut upload = self.upload(media_type, u64::MAX);
        upload.write(bytes).await?;
        upload.finish(None).await
    }

    /// The held bytes, as they go into a zip.
    #[must_use]
    pub fn stored(&self, blob: Blob) -> BoxStream<'static, Result<Bytes>> {
        self.stored_range(blob, 0..blob.stored_size)
    }

    /// A part of the held bytes; what goes beyond their end is left out.
    #[must_use]
    pub fn stored_range(&self, blob: Blob, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        let range = range.start..range.end.min(blob.stored_size);
        if range.is_empty() {
            return stream::empty().boxed();
        }
        let files = Arc::clone(&self.files);
        stream::once(async move {
            let options =
                GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
            let found = files
                .get_opts(&location(&blob), options)
                .await
                .map_err(|error| lost(blob.digest, error))?;
            Ok(match found.payload {
                GetResultPayload::File(file, _) => {
                    let pieces = pieces::of_file(file, found.range);
                    pieces.map_err(move |error| lost(blob.digest, error)).boxed()
                }
                GetResultPayload::Stream(bytes) => {
                    bytes.map_err(move |error| lost(blob.digest, error)).boxed()
                }
            })
        })
        .try_flatten()
        .boxed()
    }

    /// The file of the held bytes, open for reading; `None` where blobs are not files of this machine.
    ///
    /// # Errors
    /// When the bytes are missing.
    pub fn stored_file(&self, blob: &Blob) -> Result<Option<File>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        folder.open(&name_of(blob)).map(Some).map_err(|error| lost(blob.digest, error))
    }

    /// A part of the raw bytes; what goes beyond their end is left out.
    #[must_use]
    pub fn raw(&self, blob: Blob, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        if blob.codec == Codec::Store {
            return self.stored_range(blob, range);
        }
        let range = range.start..range.end.min(blob.size);
        if range.is_empty() {
            return stream::empty().boxed();
        }
        let store = self.clone();
        stream::once(async move {
            let bytes = store.raw_whole(blob).await?;
            let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
            Ok(bytes.slice(at(range.start)..at(range.end)))
        })
        .boxed()
    }

    /// All raw bytes; for blobs known to be small.
    ///
    /// # Errors
    /// When the bytes are missing or damaged.
    pub async fn raw_whole(&self, blob: Blob) -> Result<Bytes> {
        let packed: BytesMut = self.stored(blob).try_collect().await?;
        match blob.codec {
            Codec::Store => Ok(packed.freeze()),
            Codec::Deflate => blocking(move || inflate(&packed, blob)).await,
        }
    }

    /// Writes bytes that are packed already, under a name of their own, and answers what is there.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn put_packed(&self, blob: Blob, packed: Bytes) -> Result<Blob> {
        let placed = Blob { place: Some(Uuid::now_v7()), ..blob };
        put_new(self, &placed, packed).await?;
        Ok(placed)
    }

    /// Makes the other packed form of a blob that is there in one.
    ///
    /// # Errors
    /// When the bytes cannot be read or written.
    pub async fn repack(&self, blob: Blob, codec: Codec) -> Result<Blob> {
        let raw = self.raw_whole(blob).await?;
        let packed = match codec {
            Codec::Store => raw,
            Codec::Deflate => blocking(move || Ok(deflate(&raw))).await?,
        };
        let stored_size = packed.len() as u64;
        let repacked = Blob { codec, stored_size, place: Some(Uuid::now_v7()), ..blob };
        put_new(self, &repacked, packed).await?;
        Ok(repacked)
    }

    /// Removes the bytes of a blob that no row names any more. Bytes that are gone are no error.
    ///
    /// # Errors
    /// When they cannot be removed.
    pub async fn remove(&self, blob: Blob) -> Result<()> {
        match self.files.delete(&location(&blob)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(fault("remove a blob's bytes")(error)),
        }
    }
}

/// Whether bytes were named that are not there: the one thing that must not happen.
fn lost(digest: Digest, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal(format!("the bytes of blob {digest} cannot be read"), error)
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::internal("a packing task failed", error))?
}

/// Packs a file that is at hand as one of its media type is held.
#[must_use]
pub fn pack(media_type: &str, raw: &[u8]) -> (Codec, Bytes) {
    match Codec::for_file(media_type, raw.len() as u64) {
        Codec::Store => (Codec::Store, Bytes::copy_from_slice(raw)),
        Codec::Deflate => (Codec::Deflate, deflate(raw)),
    }
}

/// The raw bytes of a packed form that is at hand.
///
/// # Errors
/// When they are damaged.
pub fn unpack(packed: &Bytes, blob: Blob) -> Result<Bytes> {
    match blob.codec {
        Codec::Store => Ok(packed.clone()),
        Codec::Deflate => inflate(packed, blob),
    }
}

/// Packs bytes as a raw DEFLATE stream, the same on every machine.
pub(super) fn deflate(raw: &[u8]) -> Bytes {
    let level = CompressionLvl::new(DEFLATE_LEVEL).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let mut packed = vec![0; compressor.deflate_compress_bound(raw.len())];
    // The bound is enough by its contract; an empty answer would fail the size check on reading.
    let length = compressor.deflate_compress(raw, &mut packed).unwrap_or_default();
    packed.truncate(length);
    packed.into()
}

pub(super) fn inflate(packed: &[u8], blob: Blob) -> Result<Bytes> {
    let damaged = |why: String| {
        Error::internal(format!("the stored bytes of blob {} are damaged", blob.digest), why)
    };
    let size = usize::try_from(blob.size).map_err(|e| damaged(e.to_string()))?;
    let mut raw = vec![0; size];
    let length = Decompressor::new()
        .deflate_decompress(packed, &mut raw)
        .map_err(|e| damaged(e.to_string()))?;
    if length == size { Ok(raw.into()) } else { Err(damaged(format!("{length} of {size} bytes"))) }
}

/// Writes bytes that are at hand under a new blob's name.
pub(super) async fn put_new(store: &BlobStore, blob: &Blob, bytes: Bytes) -> Result<()> {
    let at = location(blob);
    match store.folder() {
        Some(folder) => put_in_folder(folder, at.to_string(), bytes).await,
        None => {
            let put = store.files.put_opts(&at, bytes.into(), PutMode::Create.into()).await;
            put.map(drop).map_err(fault("write a blob"))
        }
    }
}

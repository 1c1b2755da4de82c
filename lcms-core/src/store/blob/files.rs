//! The bytes of blobs, in a folder or behind an S3 API.
//!
//! A file is written complete and durable under `CODEC/ab/abcd…` before any row names it. Losing
//! a race is harmless, because the name is the content. What a crash leaves under `staging/` or
//! without a row is garbage, never damage.

use std::fmt;
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
    WriteMultipart,
};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::pieces;
use crate::error::{Error, Result};
use crate::model::{Blob, Codec, Digest};

/// libdeflate's level: the best size per CPU second. Part of what makes packed bytes the same
/// everywhere; a change is a new publisher version.
const DEFLATE_LEVEL: i32 = 6;
/// Size of the parts a long upload is written in, and below which it is written in one piece.
const PART: usize = 8 << 20;
/// Parts of one upload that may be on their way at once.
const PARTS_IN_FLIGHT: usize = 2;

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
}

impl fmt::Debug for BlobStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobStore({})", self.files)
    }
}

fn fault(what: &'static str) -> impl Fn(object_store::Error) -> Error {
    move |error| Error::internal(format!("could not {what}"), error)
}

fn location(digest: Digest, codec: Codec) -> Location {
    let hex = digest.hex();
    Location::from_iter([codec.as_str(), &hex[..2], &hex])
}

impl BlobStore {
    /// Opens the store.
    ///
    /// # Errors
    /// When the folder cannot be made or the address is incomplete.
    pub fn open(url: &BlobUrl) -> Result<Self> {
        let files: Arc<dyn ObjectStore> = match url {
            BlobUrl::Folder(folder) => Arc::new(Self::folder(folder)?),
            BlobUrl::S3(url) => {
                let settings = std::env::vars().map(|(name, value)| (name.to_lowercase(), value));
                let (bucket, prefix) = object_store::parse_url_opts(url, settings)
                    .map_err(fault("open the blob store"))?;
                Arc::new(PrefixStore::new(bucket, prefix))
            }
        };
        Ok(Self { files })
    }

    fn folder(folder: &Path) -> Result<LocalFileSystem> {
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::internal(format!("could not make the blob folder {}", folder.display()), error)
        })?;
        let files =
            LocalFileSystem::new_with_prefix(folder).map_err(fault("open the blob folder"))?;
        Ok(files.with_fsync(true))
    }

    /// Begins an upload of at most `limit` bytes.
    #[must_use]
    pub fn upload(&self, media_type: &str, limit: u64) -> Upload {
        Upload {
            files: Arc::clone(&self.files),
            media_type: media_type.to_owned(),
            limit,
            size: 0,
            sha256: Sha256::new(),
            crc32: crc32fast::Hasher::new(),
            pending: BytesMut::new(),
            parts: None,
        }
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
                .get_opts(&location(blob.digest, blob.codec), options)
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
        put_once(&self.files, &location(blob.digest, codec), packed).await?;
        Ok(Blob { codec, stored_size, ..blob })
    }
}

/// Whether bytes were named that are not there: the one thing that must not happen.
fn lost(digest: Digest, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal(format!("the bytes of blob {digest} cannot be read"), error)
}

async fn blocking<T: Send + 'static>(
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

/// Packs bytes as a raw DEFLATE stream, the same on every machine.
fn deflate(raw: &[u8]) -> Bytes {
    let level = CompressionLvl::new(DEFLATE_LEVEL).unwrap_or_default();
    let mut compressor = Compressor::new(level);
    let mut packed = vec![0; compressor.deflate_compress_bound(raw.len())];
    // The bound is enough by its contract; an empty answer would fail the size check on reading.
    let length = compressor.deflate_compress(raw, &mut packed).unwrap_or_default();
    packed.truncate(length);
    packed.into()
}

fn inflate(packed: &[u8], blob: Blob) -> Result<Bytes> {
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

async fn put_once(files: &Arc<dyn ObjectStore>, at: &Location, bytes: Bytes) -> Result<()> {
    match files.put_opts(at, bytes.into(), PutMode::Create.into()).await {
        Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
        Err(error) => Err(fault("write a blob")(error)),
    }
}

/// An upload under way. Dropping it leaves nothing that is visible.
pub struct Upload {
    files: Arc<dyn ObjectStore>,
    media_type: String,
    limit: u64,
    size: u64,
    sha256: Sha256,
    crc32: crc32fast::Hasher,
    pending: BytesMut,
    parts: Option<(Location, WriteMultipart)>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({} bytes of {})", self.size, self.media_type)
    }
}

impl Upload {
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
        if let Some((_, parts)) = &mut self.parts {
            parts.wait_for_capacity(PARTS_IN_FLIGHT).await.map_err(fault("write a blob"))?;
            parts.write(bytes);
            return Ok(());
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() > self.longest_held_back() {
            self.begin_parts().await?;
        }
        Ok(())
    }

    /// A file that may have to be deflated is held back until that is decided.
    fn longest_held_back(&self) -> usize {
        let deflated = Codec::for_file(&self.media_type, Codec::MAX_DEFLATED) == Codec::Deflate;
        if deflated { usize::try_from(Codec::MAX_DEFLATED).unwrap_or(PART) } else { PART }
    }

    async fn begin_parts(&mut self) -> Result<()> {
        let at = Location::from_iter(["staging", &Uuid::now_v7().to_string()]);
        let upload = self.files.put_multipart(&at).await.map_err(fault("begin a blob"))?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
        parts.put(std::mem::take(&mut self.pending).freeze());
        self.parts = Some((at, parts));
        Ok(())
    }

    /// Makes the bytes durable and answers what they are.
    ///
    /// # Errors
    /// When they are not those `expected`, or cannot be written; nothing is kept then.
    pub async fn finish(self, expected: Option<Digest>) -> Result<Blob> {
        let Self { files, media_type, size, sha256, crc32, pending, parts, .. } = self;
        let digest = Digest::from_raw(&sha256.finalize())
            .ok_or_else(|| Error::internal("could not hash a blob", "wrong digest length"))?;
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            if let Some((_, parts)) = parts {
                parts.abort().await.map_err(fault("discard an upload"))?;
            }
            return Err(Error::invalid(format!(
                "the uploaded bytes are {digest}, not {expected} as announced"
            ))
            .hint("the upload may have been cut short: send it again"));
        }
        let crc32 = crc32.finalize();
        let codec = Codec::for_file(&media_type, size);
        let at = location(digest, codec);
        let stored_size = if let Some((staged, parts)) = parts {
            parts.finish().await.map_err(fault("write a blob"))?;
            files.rename(&staged, &at).await.map_err(fault("put a blob in its place"))?;
            size
        } else {
            let raw = pending.freeze();
            let packed = match codec {
                Codec::Store => raw,
                Codec::Deflate => blocking(move || Ok(deflate(&raw))).await?,
            };
            let stored_size = packed.len() as u64;
            put_once(&files, &at, packed).await?;
            stored_size
        };
        Ok(Blob { digest, size, crc32, codec, stored_size })
    }
}

//! The files of a package and the zip they make.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use lcms_core::model::{Blob, Codec, Digest, PackageFile};
use lcms_core::service::{Lcms, pack};
use lcms_core::{Error, Result};
use lcms_formats::zip::{Entry, Layout, Method, Piece, SafePath};
use tokio::runtime::Handle;

/// The packed bytes of one file.
#[derive(Clone, Debug)]
enum Source {
    Memory(Bytes),
    Stored(Blob),
}

/// A file that was made here, packed.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    codec: Codec,
    crc32: u32,
    size: u64,
    digest: Digest,
    bytes: Bytes,
}

impl Packed {
    /// These bytes, as a file of their media type is packed.
    pub(crate) fn new(media_type: &str, raw: &[u8]) -> Self {
        let (codec, bytes) = pack(media_type, raw);
        let (crc32, size) = (crc32fast::hash(raw), raw.len() as u64);
        Self { codec, crc32, size, digest: Digest::of_bytes(raw), bytes }
    }

    /// How many bytes it takes.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// The files of a package, by path.
#[derive(Debug, Default)]
pub(crate) struct Files {
    files: BTreeMap<String, (Entry, Source, Digest)>,
}

impl Files {
    /// Adds a file made here.
    pub(crate) fn add(&mut self, path: &str, media_type: &str, raw: &[u8]) -> Result<()> {
        self.add_packed(path, &Packed::new(media_type, raw))
    }

    /// Adds a file made here that is packed already.
    pub(crate) fn add_packed(&mut self, path: &str, packed: &Packed) -> Result<()> {
        let Packed { codec, crc32, size, digest, bytes } = packed;
        let entry = Entry {
            path: safe(path)?,
            method: method(*codec),
            crc32: *crc32,
            size: *size,
            compressed_size: bytes.len() as u64,
        };
        self.files.insert(path.to_owned(), (entry, Source::Memory(bytes.clone()), *digest));
        Ok(())
    }

    /// Adds a file that is copied from the blob store as it is held there.
    pub(crate) fn copy(&mut self, path: &str, blob: Blob) -> Result<()> {
        let entry = Entry {
            path: safe(path)?,
            method: method(blob.codec),
            crc32: blob.crc32,
            size: blob.size,
            compressed_size: blob.stored_size,
        };
        self.files.insert(path.to_owned(), (entry, Source::Stored(blob), blob.digest));
        Ok(())
    }

    /// Path, digest and size of every file, by path.
    pub(crate) fn listing(&self) -> impl Iterator<Item = (&str, Digest, u64)> {
        self.files.iter().map(|(path, (entry, _, digest))| (path.as_str(), *digest, entry.size))
    }

    /// Plans the zip, with the manifest first.
    pub(crate) fn archive(self, first: &str) -> Result<Archive> {
        let mut entries = Vec::with_capacity(self.files.len());
        let mut sources = Vec::with_capacity(self.files.len());
        let mut listing = Vec::with_capacity(self.files.len());
        let mut files = Vec::with_capacity(self.files.len());
        for (path, (entry, source, digest)) in self.files {
            let codec =
                if entry.method == Method::Deflated { Codec::Deflate } else { Codec::Store };
            files.push(PackageFile { path: path.clone(), blob: digest, codec });
            listing.push((path, digest, codec == Codec::Deflate, entry.compressed_size));
            entries.push(entry);
            sources.push(source);
        }
        let layout = Layout::new(&entries, &[safe(first)?])
            .map_err(|error| Error::internal("the package cannot be laid out", error))?;
        let identity = Digest::of_document(&("lcms-package/1", &listing)).0;
        // The manifest stands first.
        files.sort_by(|a, b| (a.path != first, &a.path).cmp(&(b.path != first, &b.path)));
        let kept = Kept { entries, files };
        let (layout, kept) = (Arc::new(layout), Arc::new(kept));
        Ok(Archive { layout, sources: sources.into(), identity, kept })
    }
}

/// Where the bytes of a file are.
pub(crate) enum Found {
    /// Here, packed.
    Made(Blob, Bytes),
    /// In the store.
    Stored(Blob),
}

/// A file that was made for a zip, as the store would hold it.
fn made_blob(entry: &Entry, file: &PackageFile) -> Blob {
    Blob {
        digest: file.blob,
        size: entry.size,
        crc32: entry.crc32,
        codec: file.codec,
        stored_size: entry.compressed_size,
        place: None,
    }
}

/// What a zip is made of, for keeping it.
#[derive(Debug)]
struct Kept {
    entries: Vec<Entry>,
    /// In the order in which they stand in the zip.
    files: Vec<PackageFile>,
}

fn safe(path: &str) -> Result<SafePath> {
    path.parse().map_err(|rule| Error::invalid(format!("`{path}` cannot be in a package: {rule}")))
}

fn method(codec: Codec) -> Method {
    match codec {
        Codec::Store => Method::Stored,
        Codec::Deflate => Method::Deflated,
    }
}

/// A planned zip: every byte of it is known before any is read.
#[derive(Clone, Debug)]
pub(crate) struct Archive {
    layout: Arc<Layout>,
    sources: Arc<[Source]>,
    identity: Digest,
    kept: Arc<Kept>,
}

impl Archive {
    /// The zip that these files were once: the first of them stands first.
    pub(crate) fn of(kept: Vec<(String, Blob)>) -> Result<Self> {
        let first = kept.first().map(|(path, _)| path.clone()).unwrap_or_default();
        let mut files = Files::default();
        for (path, blob) in kept {
            files.copy(&path, blob)?;
        }
        files.archive(&first)
    }

    /// The file at a path.
    pub(crate) fn find(&self, path: &str) -> Option<Found> {
        let at = self.kept.entries.iter().position(|entry| entry.path.as_str() == path)?;
        let file = self.kept.files.iter().find(|file| file.path == path)?;
        let entry = &self.kept.entries[at];
        Some(match &self.sources[at] {
            Source::Stored(blob) => Found::Stored(*blob),
            Source::Memory(packed) => Found::Made(made_blob(entry, file), packed.clone()),
        })
    }

    /// Its files in order.
    pub(crate) fn files(&self) -> Vec<PackageFile> {
        self.kept.files.clone()
    }

    /// The files that were made for it, packed; each content once.
    pub(crate) fn made(&self) -> Vec<(Blob, Bytes)> {
        let by_path: BTreeMap<_, _> =
            self.kept.files.iter().map(|file| (file.path.as_str(), file)).collect();
        let entries = self.kept.entries.iter().zip(self.sources.iter());
        let made = entries.filter_map(|(entry, source)| {
            let Source::Memory(packed) = source else { return None };
            let file = by_path.get(entry.path.as_str())?;
            Some((made_blob(entry, file), packed.clone()))
        });
        made.collect()
    }

    pub(crate) fn length(&self) -> u64 {
        self.layout.len()
    }

    /// A digest that is equal for equal bytes.
    pub(crate) fn identity(&self) -> Digest {
        self.identity
    }

    /// A part of the zip.
    pub(crate) fn stream(
        &self,
        lcms: &Lcms,
        range: Range<u64>,
    ) -> BoxStream<'static, Result<Bytes>> {
        let pieces: Vec<_> = self.layout.pieces_in(range).collect();
        let (sources, lcms) = (Arc::clone(&self.sources), lcms.clone());
        stream::iter(pieces)
            .map(move |piece| match piece {
                Piece::Bytes(bytes) => ready(bytes),
                Piece::Data { entry, range } => match &sources[entry] {
                    Source::Memory(bytes) => {
                        let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
                        ready(bytes.slice(at(range.start)..at(range.end)))
                    }
                    Source::Stored(blob) => whole(lcms.packed_bytes(*blob, range.clone()), range),
                },
            })
            .flatten()
            .boxed()
    }
}

impl Archive {
    /// Writes the zip to a file and gives the file back. What the store holds in files of this machine
    /// is copied by the system, unseen. Says after each part how many bytes were written.
    pub(crate) async fn write(
        &self,
        lcms: &Lcms,
        file: File,
        written: impl FnMut(u64) + Send + 'static,
    ) -> Result<File> {
        let copying = Copying { lcms: lcms.clone(), runtime: Handle::current(), file, written };
        let archive = self.clone();
        let writing = tokio::task::spawn_blocking(move || copying.all_of(&archive));
        writing.await.map_err(|error| Error::internal("writing the package failed", error))?
    }
}

/// Most that is copied at once, so that progress can be told.
const COPIED_AT_ONCE: u64 = 64 << 20;

/// A zip on its way into a file, on a thread that may block.
struct Copying<F> {
    lcms: Lcms,
    runtime: Handle,
    file: File,
    written: F,
}

impl<F: FnMut(u64)> Copying<F> {
    fn all_of(mut self, archive: &Archive) -> Result<File> {
        for piece in archive.layout.pieces() {
            match piece {
                Piece::Bytes(bytes) => self.bytes(&bytes)?,
                Piece::Data { entry, .. } => match &archive.sources[entry] {
                    Source::Memory(bytes) => self.bytes(bytes)?,
                    Source::Stored(blob) => match self.lcms.packed_file(blob)? {
                        Some(held) => self.copy(&held, blob)?,
                        None => self.stream(*blob)?,
                    },
                },
            }
        }
        Ok(self.file)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(unwritten)?;
        (self.written)(bytes.len() as u64);
        Ok(())
    }

    fn copy(&mut self, held: &File, blob: &Blob) -> Result<()> {
        let mut left = blob.stored_size;
        while left > 0 {
            let mut part = held.take(left.min(COPIED_AT_ONCE));
            match io::copy(&mut part, &mut self.file).map_err(unwritten)? {
                0 => return Err(cut(blob.stored_size - left, blob.stored_size)),
                copied => {
                    left -= copied;
                    (self.written)(copied);
                }
            }
        }
        Ok(())
    }

    fn stream(&mut self, blob: Blob) -> Result<()> {
        let range = 0..blob.stored_size;
        let mut bytes = whole(self.lcms.packed_bytes(blob, range.clone()), range);
        while let Some(piece) = self.runtime.block_on(bytes.try_next())? {
            self.bytes(&piece)?;
        }
        Ok(())
    }
}

fn unwritten(error: io::Error) -> Error {
    Error::internal("could not write the package", error)
}

/// A zip must not be silently cut.
fn cut(found: u64, expected: u64) -> Error {
    Error::internal(
        "a stored file is shorter than recorded",
        format!("{found} of {expected} bytes"),
    )
}

fn ready(bytes: Bytes) -> BoxStream<'static, Result<Bytes>> {
    stream::once(async move { Ok(bytes) }).boxed()
}

/// The stream, with an error at its end if it was too short.
fn whole(
    bytes: BoxStream<'static, Result<Bytes>>,
    range: Range<u64>,
) -> BoxStream<'static, Result<Bytes>> {
    let wanted = range.end - range.start;
    let counted = stream::try_unfold((bytes, 0_u64), move |(mut bytes, sent)| async move {
        match bytes.try_next().await? {
            Some(chunk) => {
                let sent = sent + chunk.len() as u64;
                Ok(Some((chunk, (bytes, sent))))
            }
            None if sent == wanted => Ok(None),
            None => Err(cut(sent, wanted)),
        }
    });
    counted.boxed()
}

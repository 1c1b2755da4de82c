//! The folder of the index: opening it, replacing it when it is of no use, seeing what other
//! processes committed to it.

use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::Deserialize;
use tantivy::directory::{INDEX_WRITER_LOCK, Lock, MmapDirectory};
use tantivy::schema::Schema;
use tantivy::{Directory as _, IndexReader, IndexSettings, ReloadPolicy, TantivyError};

use super::error::{Error, is_damage};
use super::recent::RecentPages;
use super::schema::{self, Fields};
use super::writer::Writer;

/// Held while a folder is opened, so that two processes that start together do not both create
/// the index.
const OPEN_LOCK: &str = "open.lock";
const LOCK_SUFFIX: &str = ".lock";
const META_FILE: &str = "meta.json";

/// What each commit says about itself.
#[derive(Debug, Deserialize)]
pub(super) struct Payload {
    /// The number of the last event that the commit contains.
    pub(super) position: i64,
    /// The [`schema::VERSION`] it was written with.
    pub(super) schema: u32,
}

impl std::fmt::Display for Payload {
    /// As the JSON that is committed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, r#"{{"position":{},"schema":{}}}"#, self.position, self.schema)
    }
}

/// An open index. Cloning gives another handle to the same one.
///
/// A search sees the index as of the last [`Index::refresh`] of this handle or its clones; what
/// a [`Writer`] of this process applies is seen at once.
#[derive(Clone)]
pub struct Index {
    pub(super) dir: Arc<Path>,
    pub(super) engine: tantivy::Index,
    pub(super) reader: IndexReader,
    pub(super) fields: Fields,
    schema: Schema,
    /// Up to which event searches see at least.
    seen: Arc<AtomicI64>,
    pub(super) recent: Arc<RecentPages>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// Why a folder holds no index that can be used.
enum Unusable {
    Missing,
    Damaged(String),
}

impl Index {
    /// Opens the index in the folder `dir`, creating both as needed.
    ///
    /// An index that is damaged, or was written by a version of the program that indexed
    /// differently, is replaced by an empty one with a warning in the log: its position is 0
    /// again, so that whoever follows the event log fills it anew.
    ///
    /// # Errors
    /// [`Error::Engine`] when the folder cannot be read or written; [`Error::Busy`] when the
    /// index needs to be replaced while another process writes it.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir: Arc<Path> = Arc::from(dir.into());
        let fail = |source: TantivyError| Error::locking(&dir, "be opened", source);
        fs::create_dir_all(&dir).map_err(|source| Error::engine(&dir, "be created", source))?;
        let files = MmapDirectory::open(&dir).map_err(|source| fail(source.into()))?;
        let lock = Lock { filepath: PathBuf::from(OPEN_LOCK), is_blocking: true };
        let _open = files.acquire_lock(&lock).map_err(|cause| fail(lock_failure(cause)))?;

        match Self::open_existing(&dir, &files).map_err(fail)? {
            Ok(index) => return Ok(index),
            Err(Unusable::Missing) => {}
            Err(Unusable::Damaged(reason)) => {
                tracing::warn!(
                    dir = %dir.display(),
                    reason,
                    "the search index cannot be used and is built anew from the event log"
                );
            }
        }
        let _writer =
            files.acquire_lock(&INDEX_WRITER_LOCK).map_err(|cause| fail(lock_failure(cause)))?;
        wipe(&dir).map_err(|source| Error::engine(&dir, "be emptied", source))?;
        let (schema, _) = schema::build();
        // Opened afresh: the engine remembers the names of the files it saw in a folder.
        let files = MmapDirectory::open(&dir).map_err(|source| fail(source.into()))?;
        let engine =
            tantivy::Index::create(files, schema, IndexSettings::default()).map_err(fail)?;
        Self::with_engine(&dir, engine).map_err(fail)
    }

    fn open_existing(
        dir: &Arc<Path>,
        files: &MmapDirectory,
    ) -> tantivy::Result<Result<Self, Unusable>> {
        if !files.exists(Path::new(META_FILE))? {
            return Ok(Err(Unusable::Missing));
        }
        // The engine answers some damage with a panic; nothing it has touched is used after one.
        let opened = panic::catch_unwind(AssertUnwindSafe(|| {
            let index = Self::with_engine(dir, tantivy::Index::open(files.clone())?)?;
            let payload = index.payload()?;
            if let Ok(Payload { position, .. }) = payload {
                // Another process may have committed since the files were opened.
                index.reader.reload()?;
                index.seen.store(position, Ordering::Release);
            }
            Ok((payload, index))
        }));
        let Ok(opened) = opened else {
            return Ok(Err(Unusable::Damaged("reading it made the engine panic".to_owned())));
        };
        match opened {
            Ok((Ok(_), index)) => Ok(Ok(index)),
            Ok((Err(reason), _)) => Ok(Err(Unusable::Damaged(reason))),
            Err(error) if is_damage(&error) => Ok(Err(Unusable::Damaged(error.to_string()))),
            Err(error) => Err(error),
        }
    }

    fn with_engine(dir: &Arc<Path>, mut engine: tantivy::Index) -> tantivy::Result<Self> {
        engine.set_tokenizers(schema::tokenizers());
        let reader = engine.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (schema, fields) = schema::build();
        let (dir, seen, recent) = (Arc::clone(dir), Arc::default(), Arc::default());
        Ok(Self { dir, engine, reader, fields, schema, seen, recent })
    }

    /// The payload of the last commit on disk; why it does not suit this program, otherwise.
    fn payload(&self) -> tantivy::Result<Result<Payload, String>> {
        let meta = self.engine.load_metas()?;
        if meta.schema != self.schema {
            return Ok(Err("its fields are those of another version".to_owned()));
        }
        let Some(text) = meta.payload else {
            return Ok(if meta.segments.is_empty() {
                Ok(Payload { position: 0, schema: schema::VERSION })
            } else {
                Err("its last commit has no position".to_owned())
            });
        };
        Ok(match serde_json::from_str::<Payload>(&text) {
            Err(error) => Err(format!("the position of its last commit is unreadable: {error}")),
            Ok(payload) if payload.schema != schema::VERSION => {
                Err(format!("it has version {}, not {}", payload.schema, schema::VERSION))
            }
            Ok(payload) => Ok(payload),
        })
    }

    /// The number of the last event that the last commit on disk contains; 0 for an empty index.
    ///
    /// # Errors
    /// [`Error::Engine`] when it cannot be read, [`Error::Incompatible`] when another version of
    /// the program has rebuilt the index meanwhile.
    pub fn position(&self) -> Result<i64, Error> {
        let payload = self
            .payload()
            .map_err(|source| Error::engine(&self.dir, "read its position", source))?;
        match payload {
            Ok(payload) => Ok(payload.position),
            Err(_) => Err(Error::Incompatible { dir: self.dir.to_path_buf() }),
        }
    }

    /// Up to which event searches see at least: what the last [`Index::refresh`] found.
    #[must_use]
    pub fn seen(&self) -> i64 {
        self.seen.load(Ordering::Acquire)
    }

    /// Documents in it, and bytes of its files.
    ///
    /// # Errors
    /// [`Error::Engine`] when it cannot be read.
    pub fn size(&self) -> Result<(u64, u64), Error> {
        let searcher = self.reader.searcher();
        let space = searcher
            .space_usage()
            .map_err(|source| Error::engine(&self.dir, "say how large it is", source))?;
        Ok((searcher.num_docs(), space.total().get_bytes()))
    }

    /// Makes searches see what was last committed, by any process, and says up to which event
    /// they see at least.
    ///
    /// # Errors
    /// As [`Index::position`].
    pub fn refresh(&self) -> Result<i64, Error> {
        // In this order: a commit between the two makes searches see more, never less.
        let position = self.position()?;
        self.reader.reload().map_err(|source| Error::engine(&self.dir, "be read again", source))?;
        self.seen.store(position, Ordering::Release);
        Ok(position)
    }

    /// The number of components that searches see.
    pub fn len(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Whether searches see no component.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the one right to write this index, until the [`Writer`] is dropped or the process
    /// ends.
    ///
    /// # Errors
    /// [`Error::Busy`] when someone has it, [`Error::Engine`] when the folder cannot be written.
    pub fn writer(&self) -> Result<Writer, Error> {
        Writer::new(self.clone())
    }
}

fn lock_failure(cause: tantivy::directory::error::LockError) -> TantivyError {
    TantivyError::LockFailure(cause, None)
}

/// Deletes everything in `dir` but the locks.
fn wipe(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(LOCK_SUFFIX) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

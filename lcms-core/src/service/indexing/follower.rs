//! One folder of the index, and what keeps it current.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use super::{Files, IndexStatus, POLL, documents, versions};
use crate::error::{Error, ErrorKind, Result};
use crate::index::{self, Change, Index, Writer};
use crate::model::EventNumber;
use crate::store::{Store, events};

/// Most events in one commit of the index.
pub(super) const BATCH: u64 = 2000;
/// Most documents in one commit.
const MOST_DOCUMENTS: usize = 5000;
/// How long a reader waits for the process that writes the index.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// One document for each component: its newest revision on `main`.
    Heads,
    /// One document for each revision.
    Versions,
}

/// A folder of the index and what keeps it current.
///
/// Index and writer are forgotten after a failure: the folder may have been deleted or damaged
/// under them, and opening it anew replaces what cannot be used by an empty index.
#[derive(Debug)]
pub(super) struct Follower {
    store: Store,
    files: Files,
    folder: PathBuf,
    holds: Holds,
    index: Mutex<Option<Index>>,
    /// The end of the log when the index was last seen empty: documents are made of what is there
    /// when they are written, so those of this index know everything up to that event.
    known: AtomicI64,
    /// Held through a whole step, so that steps of this process follow each other.
    writer: Mutex<Option<Writer>>,
}

impl Follower {
    pub(super) fn new(store: Store, files: Files, folder: PathBuf, holds: Holds) -> Self {
        Self {
            store,
            files,
            folder,
            holds,
            index: Mutex::new(None),
            known: AtomicI64::new(0),
            writer: Mutex::new(None),
        }
    }

    /// Whether the folder is there, so that somebody has asked for it.
    pub(super) fn is_made(&self) -> bool {
        self.folder.is_dir()
    }

    /// The open index.
    async fn index(&self) -> Result<Index> {
        let mut held = self.index.lock().await;
        if let Some(index) = &*held {
            return Ok(index.clone());
        }
        let folder = self.folder.clone();
        let index = blocking(move || Index::open(folder)).await?;
        Ok(held.insert(index).clone())
    }

    /// Reads the open index; if that fails, the index opened anew.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Index) -> std::result::Result<T, index::Error> + Clone + Send + 'static,
    {
        let (index, first) = (self.index().await?, work.clone());
        match blocking(move || first(&index)).await {
            Err(error) if error.kind() == ErrorKind::Internal => {
                tracing::warn!(%error, "the search index cannot be read and is opened anew");
                self.forget(&mut *self.writer.lock().await).await;
                let index = self.index().await?;
                blocking(move || work(&index)).await
            }
            outcome => outcome,
        }
    }

    /// Up to which event searches see at least.
    pub(super) async fn position(&self) -> Result<EventNumber> {
        Ok(EventNumber(self.index().await?.seen()))
    }

    /// How far the index is.
    ///
    /// # Errors
    /// When index or log cannot be read.
    pub(super) async fn status(&self) -> Result<IndexStatus> {
        let position = self.position().await?;
        let last_event = events::last_number(self.store.reader()).await?;
        Ok(IndexStatus { position, last_event })
    }

    /// Reads the log to its end, or waits until the process that writes the index has.
    ///
    /// # Errors
    /// When the index cannot be written, or the other process takes too long.
    pub(super) async fn catch_up(&self) -> Result<IndexStatus> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            match self.step().await {
                Ok(0) => return self.status().await,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Unavailable => {
                    self.read(Index::refresh).await?;
                    let status = self.status().await?;
                    let waited_enough = tokio::time::Instant::now() >= deadline;
                    if status.is_current() || waited_enough {
                        return Ok(status);
                    }
                    tokio::time::sleep(POLL).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Empties the index and reads the log from its beginning.
    ///
    /// # Errors
    /// When another process writes the index.
    pub(super) async fn rebuild(&self) -> Result<IndexStatus> {
        let mut held = self.writer.lock().await;
        let mut writer = self.take_writer(&mut held).await?;
        let (writer, cleared) = blocking(move || {
            let cleared = writer.clear();
            Ok((writer, cleared))
        })
        .await?;
        *held = Some(writer);
        if let Err(error) = cleared {
            self.forget(&mut held).await;
            return Err(from_index(error));
        }
        drop(held);
        self.catch_up().await
    }

    /// Applies the next batch of events; says how many there were.
    pub(super) async fn step(&self) -> Result<u64> {
        let mut held = self.writer.lock().await;
        let stepped = self.step_with(&mut held).await;
        if stepped.as_ref().is_err_and(|error| error.kind() == ErrorKind::Internal) {
            self.forget(&mut held).await;
        }
        stepped
    }

    /// Lets go of index and writer, so that the next use opens the folder anew.
    async fn forget(&self, held: &mut Option<Writer>) {
        held.take();
        self.index.lock().await.take();
        self.known.store(0, Ordering::Relaxed);
    }

    async fn step_with(&self, held: &mut Option<Writer>) -> Result<u64> {
        let index = self.index().await?;
        let position = index.position().map_err(from_index)?;
        if position != index.seen() {
            // Another process writes the index.
            index.refresh().map_err(from_index)?;
        }
        let db = self.store.reader();
        let log = events::after(db, EventNumber(position), BATCH).await?;
        let Some(last) = log.last().map(|event| event.number) else { return Ok(0) };
        if position == 0 {
            self.known.store(events::last_number(db).await?.0, Ordering::Relaxed);
        }
        let from = EventNumber(position);
        let after = last.0 <= self.known.load(Ordering::Relaxed);
        let changes = match self.holds {
            Holds::Heads => {
                let touched = documents::touched(db, from, &log, after).await?;
                // A change of vocabularies is of a whole library: its parts are committed one by
                // one at the old position, so that what is cut short is done again.
                let mut rest = touched.as_slice();
                while rest.len() > MOST_DOCUMENTS {
                    let (ids, others) = rest.split_at(MOST_DOCUMENTS);
                    let changes = documents::changes(db, &self.files, ids).await?;
                    self.apply(held, changes, position).await?;
                    rest = others;
                }
                documents::changes(db, &self.files, rest).await?
            }
            Holds::Versions => versions::changes(db, &self.files, from, &log, after).await?,
        };
        self.apply(held, changes, last.0).await?;
        Ok(log.len() as u64)
    }

    /// Commits changes with a position.
    async fn apply(
        &self,
        held: &mut Option<Writer>,
        changes: Vec<Change>,
        position: i64,
    ) -> Result<()> {
        let mut writer = self.take_writer(held).await?;
        let (writer, applied) = blocking(move || {
            let applied = writer.apply(changes, position);
            Ok((writer, applied))
        })
        .await?;
        *held = Some(writer);
        applied.map_err(from_index)
    }

    async fn take_writer(&self, held: &mut Option<Writer>) -> Result<Writer> {
        match held.take() {
            Some(writer) => Ok(writer),
            None => {
                let index = self.index().await?;
                blocking(move || index.writer()).await
            }
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, index::Error> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::internal("the search index failed", error))?
        .map_err(from_index)
}

fn from_index(error: index::Error) -> Error {
    match error {
        index::Error::Busy { .. } => Error::unavailable(error.to_string()),
        index::Error::BadCursor { .. } | index::Error::BadLimit { .. } => {
            Error::invalid(error.to_string())
        }
        index::Error::Incompatible { .. } | index::Error::Engine { .. } => {
            let message = error.to_string();
            Error::internal(message, error)
        }
    }
}

//! Keeping the index up with the change log.
//!
//! The index is derived: it reads the log from the position stored in its own commit. Nothing
//! here is ever waited for by a save or a publish, and a folder that is deleted, damaged or
//! written by another process only means catching up.
//!
//! There are two folders. One holds the newest revision of every component on `main`: what nearly
//! every search looks at. The other holds every revision, with its branch and the events from and
//! until which it stood; it is made when a branch, a moment, a release or superseded revisions are
//! first searched, and costs nothing before.

mod attached;
mod documents;
mod follower;
mod terms;
mod versions;

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use tokio::task::JoinHandle;
use utoipa::ToSchema;

use self::follower::{BATCH, Follower, Holds};
use crate::error::Result;
use crate::index::{self, Index};
use crate::model::EventNumber;
use crate::store::Store;

pub use self::attached::ReadWords;
pub(super) use attached::Files;
pub(super) use versions::pair;

/// How often a server looks for new events.
const POLL: Duration = Duration::from_millis(100);
/// How long a server lets events gather after a commit of the index, which costs as much for one
/// document as for many. With the commit itself, a save is found within half a second.
const SETTLE: Duration = Duration::from_millis(250);
/// How long to wait after a failure.
const RETRY: Duration = Duration::from_secs(2);
/// What the name of the second folder has after that of the first.
const VERSIONS: &str = "-versions";

/// How far the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IndexStatus {
    /// The last event the index contains.
    pub position: EventNumber,
    /// The last event there is.
    pub last_event: EventNumber,
}

impl IndexStatus {
    /// Whether the index contains everything.
    #[must_use]
    pub fn is_current(self) -> bool {
        self.position >= self.last_event
    }
}

/// The index of this node and what keeps it current.
#[derive(Debug)]
pub struct Indexing {
    heads: Follower,
    versions: Follower,
}

impl Indexing {
    pub(super) fn new(store: Store, files: Files, folder: PathBuf) -> Self {
        let mut name = folder.file_name().unwrap_or_default().to_owned();
        name.push(VERSIONS);
        let beside = folder.with_file_name(name);
        let versions = Follower::new(store.clone(), files.clone(), beside, Holds::Versions);
        Self { heads: Follower::new(store, files, folder, Holds::Heads), versions }
    }

    /// Reads the open index; if that fails, the index opened anew.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Index) -> std::result::Result<T, index::Error> + Clone + Send + 'static,
    {
        self.heads.read(work).await
    }

    /// As [`Indexing::read`], of the index of all versions.
    pub(super) async fn read_versions<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Index) -> std::result::Result<T, index::Error> + Clone + Send + 'static,
    {
        self.versions.read(work).await
    }

    /// How far the index is.
    ///
    /// # Errors
    /// When index or log cannot be read.
    pub async fn status(&self) -> Result<IndexStatus> {
        self.heads.status().await
    }

    /// Up to which event searches see at least.
    pub(super) async fn position(&self) -> Result<EventNumber> {
        self.heads.position().await
    }

    /// As [`Indexing::position`], of the index of all versions, which is made if it was not yet.
    pub(super) async fn position_of_versions(&self) -> Result<EventNumber> {
        self.versions.position().await
    }

    /// Reads the log to its end, or waits until the process that writes the index has.
    ///
    /// # Errors
    /// When the index cannot be written, or the other process takes too long.
    pub async fn catch_up(&self) -> Result<IndexStatus> {
        self.heads.catch_up().await
    }

    /// As [`Indexing::catch_up`], of the index of all versions, which is made if it was not yet.
    ///
    /// # Errors
    /// As [`Indexing::catch_up`].
    pub async fn catch_up_versions(&self) -> Result<IndexStatus> {
        self.versions.catch_up().await
    }

    /// Empties the index and reads the log from its beginning.
    ///
    /// # Errors
    /// When another process writes the index.
    pub async fn rebuild(&self) -> Result<IndexStatus> {
        if self.versions.is_made() {
            self.versions.rebuild().await?;
        }
        self.heads.rebuild().await
    }

    /// Follows the log until the task is aborted; failures are logged and tried again.
    pub fn follow(lcms: super::Lcms) -> JoinHandle<()> {
        tokio::spawn(async move {
            let mut said = false;
            loop {
                let pause = match lcms.indexing().step().await {
                    Ok(0) => POLL,
                    Ok(BATCH..) => Duration::ZERO, // far behind
                    Ok(_) => SETTLE,
                    Err(error) => {
                        if !said {
                            tracing::warn!(%error, "the search index is behind; trying on");
                        }
                        said = true;
                        tokio::time::sleep(RETRY).await;
                        continue;
                    }
                };
                said = false;
                tokio::time::sleep(pause).await;
            }
        })
    }

    /// Applies the next batch of events; says how many there were.
    async fn step(&self) -> Result<u64> {
        let heads = self.heads.step().await?;
        let versions = if self.versions.is_made() { self.versions.step().await? } else { 0 };
        Ok(heads.max(versions))
    }
}

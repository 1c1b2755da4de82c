//! What can go wrong with the index. Nothing a person types into a search box is an error.

use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenReadError};

use super::request::MAX_LIMIT;

/// A failure of the index, with the folder or the argument it is about.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The index has a writer already, here or in another process.
    #[error("the search index in {} is being written by another process; it follows every change, so wait for it, or stop it first", dir.display())]
    Busy {
        /// The folder of the index.
        dir: PathBuf,
    },
    /// The index on disk was replaced by one that this version of the program cannot read.
    #[error("the search index in {} was rebuilt by another version of this program; restart this one", dir.display())]
    Incompatible {
        /// The folder of the index.
        dir: PathBuf,
    },
    /// A page cursor that was not given out for this search.
    #[error(
        "the page cursor does not belong to this search ({reason}); ask for the first page again"
    )]
    BadCursor {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A page size out of range.
    #[error("a page holds 1 to {MAX_LIMIT} hits, not {limit}")]
    BadLimit {
        /// The number asked for.
        limit: usize,
    },
    /// Reading or writing the folder failed.
    #[error("the search index in {} could not {action}: {source}", dir.display())]
    Engine {
        /// The folder of the index.
        dir: PathBuf,
        /// What was being done, after "could not".
        action: &'static str,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Wraps a failure of the engine or the file system while doing `action` in `dir`.
    pub(super) fn engine(
        dir: &Path,
        action: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Engine { dir: dir.to_owned(), action, source: source.into() }
    }

    /// As [`Error::engine`], telling a lock that is held from other failures.
    pub(super) fn locking(dir: &Path, action: &'static str, source: TantivyError) -> Self {
        match source {
            TantivyError::LockFailure(LockError::LockBusy, _) => Self::Busy { dir: dir.to_owned() },
            other => Self::engine(dir, action, other),
        }
    }
}

/// Whether `error`, met while opening an index, says that its files are unusable, so that
/// replacing them is the cure. What the operating system reported (no permission, no space, too
/// many open files) is not damage: the same files may open the next time.
pub(super) fn is_damage(error: &TantivyError) -> bool {
    match error {
        TantivyError::IoError(cause) => cause.raw_os_error().is_none(),
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. }) => {
            io_error.raw_os_error().is_none()
        }
        TantivyError::OpenDirectoryError(_)
        | TantivyError::OpenWriteError(_)
        | TantivyError::LockFailure(..)
        | TantivyError::SystemError(_)
        | TantivyError::Poisoned => false,
        _ => true,
    }
}

//! What can go wrong while measuring.

use std::io;
use std::path::Path;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or socket failed.
    #[error("could not {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// A service of lcms refused or failed.
    #[error(transparent)]
    Service(#[from] lcms_core::Error),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] lcms_core::index::Error),
    /// The database that is measured beside ours failed.
    #[error("the bare database failed: {0}")]
    Database(#[from] sea_orm::DbErr),
    /// The index that is measured beside ours failed.
    #[error("the bare index failed: {0}")]
    Engine(#[from] tantivy::TantivyError),
    /// A program to be measured beside ours is not installed.
    #[error("`{program}` is needed to compare with; install it ({hint})")]
    Missing {
        /// The program.
        program: &'static str,
        /// How it is installed.
        hint: &'static str,
    },
    /// A program failed.
    #[error("`{program}` failed: {reason}")]
    Program {
        /// The program.
        program: String,
        /// What it said.
        reason: String,
    },
    /// The server answered something else than was asked for.
    #[error("the server answered {status}: {body}")]
    Answer {
        /// HTTP status.
        status: u16,
        /// The beginning of its body.
        body: String,
    },
    /// This system does not tell what is asked.
    #[error("cannot measure on this system: {0}")]
    Unmeasurable(String),
    /// What was measured is not what should have been: the figure would mean nothing.
    #[error("the measurement is wrong: {0}")]
    Wrong(String),
}

impl Error {
    /// An I/O error while doing `what`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// An I/O error with that file.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        Self::io(format!("use {}", path.display()))
    }

    /// A value that this crate made is not what it must be.
    pub(crate) fn wrong(what: impl std::fmt::Debug) -> Self {
        Self::Wrong(format!("{what:?}"))
    }
}

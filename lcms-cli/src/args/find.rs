//! Finding and reading.

use clap::Args;
use lcms_core::model::{Reference, Target};

#[derive(Debug, Args)]
pub(crate) struct Search {
    /// Words, "phrases", beginning*, title:word; after `--` also -excluded. Everything when left out.
    #[arg(num_args = 0..)]
    pub(crate) words: Vec<String>,
    /// Only this library (may be repeated).
    #[arg(long)]
    pub(crate) library: Vec<String>,
    /// Only this kind (may be repeated).
    #[arg(long)]
    pub(crate) kind: Vec<String>,
    /// Only this state (may be repeated).
    #[arg(long)]
    pub(crate) state: Vec<String>,
    /// Only this tag (may be repeated).
    #[arg(long)]
    pub(crate) tag: Vec<String>,
    /// Also what is local to a structure.
    #[arg(long)]
    pub(crate) local: bool,
    /// At most so many hits, 1 to 100.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct WhereUsed {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// Also what holds the parents in turn, up to courses, with the way down from these.
    #[arg(long)]
    pub(crate) transitive: bool,
    /// Leave out the releases that hold it, with their channels and where they are live.
    #[arg(long)]
    pub(crate) no_releases: bool,
    /// At most so many on a page, 1 to 200.
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: u64,
    /// Where the page before ended.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Reindex {
    /// Check where-used against the revisions instead, and make right what differs.
    #[arg(long)]
    pub(crate) where_used: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// `library/key` or an id, optionally with `@3`, `@approved` or `@branch:name`.
    pub(crate) component: Reference,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// At most so many revisions, 1 to 200.
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Events {
    /// Only events after this number.
    #[arg(long, default_value_t = 0)]
    pub(crate) after: i64,
    /// At most so many, 1 to 1000.
    #[arg(long, default_value_t = 100)]
    pub(crate) limit: u64,
}

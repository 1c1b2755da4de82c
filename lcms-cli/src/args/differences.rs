//! Differences, and going back.

use clap::Args;
use lcms_core::model::{Reference, Target, Version};

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The version before: `library/key` or an id, with `@3`, `@approved` or `@branch:name`.
    pub(crate) before: Reference,
    /// The version after; the head of the same component when left out.
    pub(crate) after: Option<Reference>,
    /// The version before, if it is no revision: an event's number, a time, a branch, or
    /// `branch@` and one of these.
    #[arg(long, value_name = "VERSION", conflicts_with = "after")]
    pub(crate) from: Option<Version>,
    /// The version after, in the same forms.
    #[arg(long, value_name = "VERSION", conflicts_with = "after")]
    pub(crate) to: Option<Version>,
    /// Everything below it too; needs --from.
    #[arg(long, requires = "from")]
    pub(crate) deep: bool,
    /// With --deep: show what changed inside documents, too.
    #[arg(long, requires = "deep")]
    pub(crate) open: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Revert {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// What to go back to: `@3`, an event's number, a time, a branch, or `branch@` and one of
    /// these.
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Version,
    /// Everything below it too.
    #[arg(long)]
    pub(crate) deep: bool,
    /// Report what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

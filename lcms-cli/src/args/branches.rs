//! Branches and merging.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lcms_core::model::{At, Choice, Key, Moment, Target};

#[derive(Debug, Args)]
pub(crate) struct Pull {
    /// `library/key` or an id of the copy.
    pub(crate) component: Target,
    #[command(flatten)]
    pub(crate) merge: Merging,
}

/// How a merge is done.
#[derive(Debug, Args)]
pub(crate) struct Merging {
    /// File with resolutions (JSON: a list of objects with `component`, `part`, `pointer`,
    /// `choice`), `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) resolve: Option<PathBuf>,
    /// Resolve every other conflict to one side: ours (what is merged into) or theirs.
    #[arg(long, value_name = "SIDE", value_parser = side)]
    pub(crate) take: Option<Choice>,
    /// Report what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

fn side(text: &str) -> Result<Choice, String> {
    match text {
        "base" => Ok(Choice::Base),
        "ours" => Ok(Choice::Ours),
        "theirs" => Ok(Choice::Theirs),
        _ => Err("expected ours, theirs or base".to_owned()),
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Branch {
    /// Make a branch.
    Create {
        /// Its name.
        name: Key,
        /// The moment it begins at: an event's number, a time, a branch, or `branch@` and one of
        /// these; `main` as it is now when left out.
        #[arg(long, value_name = "MOMENT")]
        from: Option<Moment>,
    },
    /// List the branches.
    List,
    /// Show a branch: its base, its review, how much it changes.
    Show(BranchNamed),
    /// Show what a branch changes.
    Diff {
        /// Its name.
        name: Key,
        /// Open one component.
        component: Option<Target>,
    },
    /// Put a branch on a newer base, and merge what changed there into it.
    Update {
        /// Its name.
        name: Key,
        /// The moment of the base; now when left out.
        #[arg(long, value_name = "EVENT|TIME")]
        to: Option<At>,
        #[command(flatten)]
        merge: Merging,
    },
    /// Submit everything that a branch changes for review.
    Submit(BranchNamed),
    /// Approve everything that a branch changes, as it is now.
    Approve(BranchNamed),
    /// Withdraw a branch from review, or its approval.
    Withdraw(BranchNamed),
    /// Merge a branch into what it stands on, and end it.
    Merge {
        /// Its name.
        name: Key,
        #[command(flatten)]
        merge: Merging,
        /// Merge without an approval of exactly what is merged.
        #[arg(long)]
        without_approval: bool,
    },
    /// Close a branch; nothing of it is lost.
    Close(BranchNamed),
    /// Open a closed branch again.
    Reopen(BranchNamed),
}

#[derive(Debug, Args)]
pub(crate) struct BranchNamed {
    /// Its name.
    pub(crate) name: Key,
}

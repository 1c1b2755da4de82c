//! Channels.

use clap::{Args, Subcommand};
use lcms_core::model::{Key, ReleaseId, ReleaseReference, Target};

#[derive(Debug, Subcommand)]
pub(crate) enum Channel {
    /// List a component's channels.
    List {
        /// `library/key` or an id.
        component: Target,
    },
    /// Point a channel to a release; makes the channel if there is none.
    Move {
        /// `library/key` or an id.
        component: Target,
        /// The channel, such as `stable`.
        name: Key,
        /// The release: its id, digest, or `library/key@release:2026.1`.
        release: ReleaseReference,
        #[command(flatten)]
        guard: Seen,
    },
    /// Point a channel to the release before.
    Back {
        /// `library/key` or an id.
        component: Target,
        /// The channel.
        name: Key,
        #[command(flatten)]
        guard: Seen,
    },
    /// Close a channel: it points nowhere.
    Close {
        /// `library/key` or an id.
        component: Target,
        /// The channel.
        name: Key,
        #[command(flatten)]
        guard: Seen,
    },
    /// Show a channel's moves: who, when, why.
    History {
        /// `library/key` or an id.
        component: Target,
        /// The channel.
        name: Key,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Seen {
    /// Id of the release that the channel was seen to point to; refused when it points elsewhere.
    #[arg(long)]
    pub(crate) seen: Option<ReleaseId>,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) note: String,
}

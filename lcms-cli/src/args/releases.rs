//! Releases.

use clap::{Args, Subcommand};
use lcms_core::model::{Language, ReleaseReference, Target, Transition};

use super::components::transition;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Release {
    #[command(subcommand)]
    pub(crate) command: Option<ReleaseCommand>,
    /// `library/key` or an id of a course, module, lesson or assessment.
    #[arg(required = true)]
    pub(crate) component: Option<Target>,
    /// Name of the release, such as `2026.1`; unique for the component.
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) notes: String,
    /// The language to freeze in; the library's own when left out.
    #[arg(long)]
    pub(crate) language: Option<Language>,
    /// Freeze though something is not translated: what has no translation is shown in the
    /// library's language, what has an old one in that.
    #[arg(long, requires = "language")]
    pub(crate) allow_untranslated: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseCommand {
    /// Show a release and what every link in it was resolved to.
    Show {
        /// Its id, digest, or `library/key@release:2026.1`.
        release: ReleaseReference,
        /// Only what comes after so many links.
        #[arg(long, default_value_t = 0)]
        after: usize,
        /// At most so many links, 1 to 500.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Give a release another label or other notes.
    Describe {
        /// Its id, digest, or `library/key@release:2026.1`.
        release: ReleaseReference,
        /// The label; none when empty.
        #[arg(long)]
        label: Option<String>,
        /// The notes.
        #[arg(long)]
        notes: Option<String>,
    },
    /// Take a release a step further in its review: submit, withdraw, approve.
    State {
        /// Its id, digest, or `library/key@release:2026.1`.
        release: ReleaseReference,
        /// The step.
        #[arg(value_parser = transition)]
        step: Transition,
    },
    /// Show what is different between two releases.
    Diff {
        /// The release before: its id, digest, or `library/key@release:2026.1`.
        before: ReleaseReference,
        /// The release after.
        after: ReleaseReference,
    },
    /// List the releases that hold a component, with the versions held, their channels and where
    /// they are live.
    Holding {
        /// `library/key` or an id.
        component: Target,
        /// Only those that a channel points to or that are live somewhere.
        #[arg(long)]
        in_use: bool,
        /// Only those made before this event, where the page before ended.
        #[arg(long)]
        before: Option<i64>,
        /// At most so many, 1 to 200.
        #[arg(long, default_value_t = 100)]
        limit: u64,
    },
}

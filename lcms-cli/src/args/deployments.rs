//! Targets and deployments.

use clap::{Args, Subcommand};
use lcms_core::model::{DeploymentId, Digest, Instant, Key, ReleaseReference, Target};

#[derive(Debug, Subcommand)]
pub(crate) enum LmsTarget {
    /// Add a target: an LMS that receives packages.
    Add {
        /// Key, unique on this server.
        key: Key,
        /// Title; the key when left out.
        #[arg(long)]
        title: Option<String>,
        /// What it runs: moodle, canvas, …
        #[arg(long, default_value = "")]
        platform: String,
        /// Where it is.
        #[arg(long, default_value = "")]
        url: String,
        /// Anything else.
        #[arg(long, default_value = "")]
        notes: String,
    },
    /// List targets.
    List,
    /// Change a target; what is left out stays.
    Change {
        /// Its key.
        key: Key,
        /// Title.
        #[arg(long)]
        title: Option<String>,
        /// What it runs.
        #[arg(long)]
        platform: Option<String>,
        /// Where it is.
        #[arg(long)]
        url: Option<String>,
        /// Anything else.
        #[arg(long)]
        notes: Option<String>,
    },
    /// Let a target receive no more packages.
    Retire {
        /// Its key.
        key: Key,
    },
    /// Let a retired target receive packages again.
    Reinstate {
        /// Its key.
        key: Key,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Deploy {
    /// A release's id, digest or `library/key@release:2026.1`, or a package's digest.
    pub(crate) release: ReleaseReference,
    /// Key of the target.
    #[arg(long)]
    pub(crate) target: Key,
    /// Digest of the package, when it is known which.
    #[arg(long)]
    pub(crate) package: Option<Digest>,
    /// The channel that the target follows.
    #[arg(long)]
    pub(crate) channel: Option<Key>,
    /// Why, for the register.
    #[arg(long, default_value = "")]
    pub(crate) note: String,
    /// Id of the deployment that this was seen to replace; refused when another runs.
    #[arg(long)]
    pub(crate) replaces: Option<DeploymentId>,
}

#[derive(Debug, Args)]
pub(crate) struct Rollback {
    /// The course: `library/key` or an id.
    pub(crate) component: Target,
    /// Key of the target.
    #[arg(long)]
    pub(crate) target: Key,
    /// Why, for the register.
    #[arg(long, default_value = "")]
    pub(crate) note: String,
}

#[derive(Debug, Args)]
pub(crate) struct Undeploy {
    /// The deployment's id.
    pub(crate) deployment: DeploymentId,
    /// Why, for the register.
    #[arg(long, default_value = "")]
    pub(crate) note: String,
}

#[derive(Debug, Args)]
pub(crate) struct Deployments {
    /// Only in this target.
    #[arg(long)]
    pub(crate) target: Option<Key>,
    /// Only of this course: `library/key` or an id.
    #[arg(long)]
    pub(crate) course: Option<Target>,
    /// Only those that hold this component, with the versions held.
    #[arg(long)]
    pub(crate) component: Option<Target>,
    /// Those that were live then, instead of those that are: `2026-03-01T12:00:00Z` or a date.
    #[arg(long)]
    pub(crate) live: Option<Instant>,
    /// Those that have ended, too.
    #[arg(long)]
    pub(crate) ended: bool,
    /// Only stale ones: there is a newer release, or the course changed since.
    #[arg(long)]
    pub(crate) stale: bool,
    /// Only those that hold something retired or deleted since.
    #[arg(long, alias = "retired")]
    pub(crate) withdrawn: bool,
    /// At most so many, 1 to 200.
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: u64,
}

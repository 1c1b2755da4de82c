//! What can be typed: one file per group of commands.

mod accounts;
mod blobs;
mod branches;
mod channels;
mod components;
mod copies;
mod deployments;
mod differences;
mod find;
mod import;
mod integrity;
mod metadata;
mod overview;
mod placements;
mod publish;
mod releases;
mod serving;
mod translate;
mod webhooks;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lcms_core::model::{At, Key, Target};
use lcms_core::store::DatabaseUrl;
use lcms_core::store::blob::BlobUrl;

pub(crate) use accounts::{Library, RoleChange, Token, User};
pub(crate) use blobs::Blob;
pub(crate) use branches::{Branch, BranchNamed, Merging, Pull};
pub(crate) use channels::{Channel, Seen};
pub(crate) use components::Component;
pub(crate) use copies::{Copy, Promote};
pub(crate) use deployments::{Deploy, Deployments, LmsTarget, Rollback, Undeploy};
pub(crate) use differences::{Diff, Revert};
pub(crate) use find::{Events, Log, Reindex, Search, Show, Similar, WhereUsed};
pub(crate) use import::{Export, Import, Sync};
pub(crate) use integrity::{Backup, Fsck, Gc, Redact, Restore};
pub(crate) use metadata::{
    Bulk, BulkEdit, Care, Changing, Report, Schema, TermsAs, Vocabulary, VocabularyName, Words,
};
pub(crate) use overview::command;
pub(crate) use placements::{Link, Pin, Place, Placement, Structure};
pub(crate) use publish::{Check, Compare, Compared, How, Publish, Publishable, SigningKey, Verify};
pub(crate) use releases::{Release, ReleaseCommand};
pub(crate) use serving::{Demo, Serve};
pub(crate) use translate::Translate;
pub(crate) use webhooks::Webhook;

/// Keeps learning content as versioned components and publishes courses as packages for learning management systems.
#[derive(Debug, Parser)]
#[command(name = "lcms", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten, next_help_heading = "Options of every command")]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Data directory; database, blobs and index are in it unless set apart.
    #[arg(long, global = true, env = "LCMS_DATA", default_value = "lcms-data")]
    pub(crate) data: PathBuf,
    /// Database: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(long, global = true, env = "LCMS_DATABASE", hide_env_values = true)]
    pub(crate) database: Option<DatabaseUrl>,
    /// Blobs: a folder, or `s3://BUCKET/PREFIX` with credentials in `AWS_*`.
    #[arg(long, global = true, env = "LCMS_BLOBS")]
    pub(crate) blobs: Option<BlobUrl>,
    /// Index folder of this node.
    #[arg(long, global = true, env = "LCMS_INDEX")]
    pub(crate) index: Option<PathBuf>,
    /// Largest upload, in bytes.
    #[arg(long, global = true, env = "LCMS_MAX_UPLOAD")]
    pub(crate) max_upload: Option<u64>,
    /// Print JSON for machines.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Look at this branch, and change it; `main` when left out.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) branch: Option<Key>,
    /// Look at what stood after this event, or at this time (`2026-03-01T09:00:00Z`).
    #[arg(long, global = true, value_name = "EVENT|TIME")]
    pub(crate) at: Option<At>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the HTTP interface.
    Serve(Serve),
    /// Load the demo library on first start, print how to use it, and serve.
    Demo(Demo),
    /// Import a folder, an archive or a file: pages, packages, documents, questions, libraries.
    Import(Import),
    /// Export libraries with their whole history as a folder of readable files.
    Export(Export),
    /// Exchange a library with another server: only what one side is missing crosses.
    Sync(Sync),
    /// Find components.
    Search(Search),
    /// Find what is like a component, or like a text: the same, nearly the same, related.
    Similar(Similar),
    /// Show where a component would fit: structures with the same objectives.
    Fits(Named),
    /// Show a component at a revision.
    Show(Show),
    /// Show a component's history.
    Log(Log),
    /// Show what is different between two versions.
    Diff(Diff),
    /// Take a component, or a course with everything below it, back to an earlier version.
    Revert(Revert),
    /// Take what changed in its source into a copy.
    Pull(Pull),
    /// List the copies of a component, and which are behind.
    Copies(Named),
    /// Make, review and merge branches.
    #[command(subcommand)]
    Branch(Branch),
    /// Show which components hold this one.
    WhereUsed(WhereUsed),
    /// Show what an edit of a component would touch, before it is made.
    Impact(Named),
    /// Show what a component is a copy of, and its own copies.
    Lineage(Named),
    /// Show and change what a structure holds, one placement at a time.
    #[command(subcommand)]
    Placement(Placement),
    /// Copy a component, alone or with everything below it.
    Copy(Copy),
    /// Make what was written inside a structure part of its library.
    Promote(Promote),
    /// Save and show translations, and how far they are.
    #[command(subcommand)]
    Translate(Translate),
    /// Create, change and steer components.
    #[command(subcommand)]
    Component(Component),
    /// Keep the words that a library has agreed upon.
    #[command(subcommand)]
    Vocabulary(Vocabulary),
    /// Say what a library asks of the metadata of its components.
    #[command(subcommand)]
    Schema(Schema),
    /// Edit many components in one step, and undo it in one.
    #[command(subcommand)]
    Bulk(Bulk),
    /// Show how a library is, and what somebody needs to look at.
    Report(Report),
    /// Say who looks after a component, and until when it must be looked at again.
    Care(Care),
    /// Suggest tags and objectives for a component.
    Suggest(Named),
    /// Look after the webhooks of saved searches.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Store and fetch files.
    #[command(subcommand)]
    Blob(Blob),
    /// Freeze a course with everything in it, or look at a release.
    Release(Release),
    /// List the releases of a component.
    Releases(Named),
    /// Say which release of a course is published or served next.
    #[command(subcommand)]
    Channel(Channel),
    /// Keep the list of LMSs that receive packages.
    #[command(subcommand)]
    Target(LmsTarget),
    /// Record that a release is live in a target.
    Deploy(Deploy),
    /// Start again what ran in a target before.
    Rollback(Rollback),
    /// Record that a deployment is live no more.
    Undeploy(Undeploy),
    /// List what is, or was, live where.
    Deployments(Deployments),
    /// Publish a release, or a component as it stands, as a package.
    Publish(Publish),
    /// Say what keeps a release, or a component as it stands, from being published.
    Check(Check),
    /// Make and show the keys that packages are signed with.
    #[command(subcommand)]
    Key(SigningKey),
    /// Say what it asks for that one package takes the place of another in an LMS.
    Compare(Compare),
    /// Check a package file against its own bill of content, and the release it names.
    Verify(Verify),
    /// Show the change log.
    Events(Events),
    /// Build the search index anew from the change log.
    Reindex(Reindex),
    /// Check that everything is whole: documents, files, and whatever rows name.
    Fsck(Fsck),
    /// Find the files that nothing names, and remove them.
    Gc(Gc),
    /// Write everything to one file, while a server may be at work.
    Backup(Backup),
    /// Fill an empty data directory (or database) with a backup.
    Restore(Restore),
    /// Take the bytes of a document or a file away for good; its digest stays.
    Redact(Redact),
    /// Create and list libraries.
    #[command(subcommand)]
    Library(Library),
    /// Add users and give roles.
    #[command(subcommand)]
    User(User),
    /// Issue and revoke tokens.
    #[command(subcommand)]
    Token(Token),
}

impl Command {
    pub(crate) fn serves(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Demo(_))
    }

    /// Whether it looks at a branch or a moment of one.
    pub(crate) fn looks_at_a_moment(&self) -> bool {
        matches!(
            self,
            Self::Show(_)
                | Self::Search(_)
                | Self::Fits(_)
                | Self::Import(_)
                | Self::Diff(_)
                | Self::Revert(_)
                | Self::Pull(_)
                | Self::Copies(_)
                | Self::WhereUsed(_)
                | Self::Impact(_)
                | Self::Lineage(_)
                | Self::Placement(_)
                | Self::Copy(_)
                | Self::Translate(_)
                | Self::Component(_)
                | Self::Bulk(_)
                | Self::Release(_)
                | Self::Check(_)
        )
    }
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// `library/key` or an id.
    pub(crate) component: Target,
}

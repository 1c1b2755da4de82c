//! What can be typed.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use lcms_core::model::{
    At, Choice, DeploymentId, Digest, Instant, Key, Kind, Language, Moment, OverrideName,
    Reference, ReleaseId, ReleaseReference, RevisionId, Right, Role, SlotId, Target, TokenId,
    Transition, Version,
};
use lcms_core::store::DatabaseUrl;
use lcms_core::store::blob::BlobUrl;
use lcms_publish::compare::Verdict;
use lcms_publish::{Assigned, Format, Matched};

/// Keeps learning content as versioned components and publishes courses as SCORM packages.
#[derive(Debug, Parser)]
#[command(name = "lcms", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
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
    Demo(Serve),
    /// Import a folder: a course of Markdown pages, a library of components, or exported libraries.
    Import(Import),
    /// Export libraries with their whole history as a folder of readable files.
    Export(Export),
    /// Find components.
    Search(Search),
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
                | Self::Release(_)
        )
    }
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, env = "LCMS_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The folder.
    pub(crate) folder: PathBuf,
    /// Key of the library to import into; a library folder names its own.
    #[arg(long)]
    pub(crate) library: Option<Key>,
    /// Name for where exported libraries come from: heads that have to be merged arrive on the
    /// branch `remote.NAME`. The folder's name when left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<Key>,
    /// Report what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Keys of the libraries.
    #[arg(required = true)]
    pub(crate) library: Vec<Key>,
    /// The folder: a new one, or that of an earlier export, in which only what changed is touched.
    #[arg(short, long)]
    pub(crate) output: PathBuf,
    /// Also every library that these refer to.
    #[arg(long)]
    pub(crate) closure: bool,
    /// Leave out the files that components name.
    #[arg(long)]
    pub(crate) no_blobs: bool,
    /// Also the names of authors and reviewers, for readers.
    #[arg(long)]
    pub(crate) names: bool,
}

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
pub(crate) struct Named {
    /// `library/key` or an id.
    pub(crate) component: Target,
}

#[derive(Debug, Args)]
pub(crate) struct WhereUsed {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// Also what holds the parents in turn, up to courses, with the way down from these.
    #[arg(long)]
    pub(crate) transitive: bool,
    /// At most so many on a page, 1 to 200.
    #[arg(long, default_value_t = 200)]
    pub(crate) limit: u64,
    /// Where the page before ended.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Placement {
    /// List what a structure holds, with slot ids.
    List(Named),
    /// Place a component in a structure; prints the slot.
    Add {
        #[command(flatten)]
        structure: Structure,
        /// The component to be placed: `library/key` or an id.
        component: Target,
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        link: Link,
    },
    /// Write a new component inside a structure: local to it until it is promoted.
    Write {
        #[command(flatten)]
        structure: Structure,
        /// What it is.
        #[arg(long)]
        kind: Kind,
        /// Its key; made from the title when left out.
        #[arg(long)]
        key: Option<Key>,
        /// File with the content document (JSON), `-` for standard input.
        #[arg(long)]
        content: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Move a placement, within its structure or into another; its slot id stays.
    Move {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// The structure to move it into: `library/key` or an id.
        #[arg(long)]
        to: Option<Target>,
        #[command(flatten)]
        place: Place,
    },
    /// Take a placement out.
    Remove {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
    },
    /// Let a placement follow another version.
    Follow {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        #[command(flatten)]
        link: Link,
    },
    /// Replace a field of the placed component here.
    Override {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// title, summary, weight, attempts, pass_mark, or block:ID for one block of text.
        name: OverrideName,
        /// What stands there instead.
        value: String,
    },
    /// Show a field as the component has it again; every field when none is named.
    Reset {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// The field.
        name: Option<OverrideName>,
    },
    /// Set when a placement is published; always when nothing is given.
    When {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// `name=value,value` (may be repeated): each name must match one of its values.
        #[arg(value_parser = condition)]
        conditions: Vec<(String, Vec<String>)>,
    },
    /// Put a copy in place of the component, which the slot then holds instead.
    Detach {
        #[command(flatten)]
        structure: Structure,
        /// The slot.
        slot: SlotId,
        /// Key of the copy; made from the component's when left out.
        #[arg(long)]
        key: Option<Key>,
    },
}

/// The structure whose placements are changed.
#[derive(Debug, Args)]
pub(crate) struct Structure {
    /// `library/key` or an id of the structure.
    #[arg(value_name = "STRUCTURE")]
    pub(crate) parent: Target,
    /// The structure's revision the change is based on; its present head when left out.
    #[arg(long)]
    pub(crate) base: Option<RevisionId>,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

/// A place in a structure; the end of its first list when nothing is given.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The list: placements, objectives, variable_sets or sections/ID.
    #[arg(long)]
    pub(crate) list: Option<String>,
    /// Before all others.
    #[arg(long, group = "place")]
    pub(crate) first: bool,
    /// Just before this slot.
    #[arg(long, group = "place", value_name = "SLOT")]
    pub(crate) before: Option<SlotId>,
    /// Just after this slot.
    #[arg(long, group = "place", value_name = "SLOT")]
    pub(crate) after: Option<SlotId>,
}

/// Which version a placement shows; the latest when nothing is given.
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// The latest version.
    #[arg(long, group = "follow")]
    pub(crate) latest: bool,
    /// The newest approved revision.
    #[arg(long, group = "follow")]
    pub(crate) approved: bool,
    /// This release of it, whole.
    #[arg(long, group = "follow", value_name = "RELEASE")]
    pub(crate) release: Option<ReleaseId>,
    /// Exactly one revision: its number or id, or `now` for what it shows at present.
    #[arg(long, group = "follow", value_name = "REVISION", value_parser = pin)]
    pub(crate) pin: Option<Pin>,
}

/// What a placement is pinned to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pin {
    Now,
    Number(u32),
    Revision(RevisionId),
}

fn pin(text: &str) -> Result<Pin, String> {
    let number = text.strip_prefix('@').unwrap_or(text).parse().map(Pin::Number);
    let id = || text.parse().map(Pin::Revision);
    match text {
        "now" => Ok(Pin::Now),
        _ => number
            .or_else(|_| id())
            .map_err(|_| "expected a revision's number, such as 3, its id, or `now`".to_owned()),
    }
}

fn condition(text: &str) -> Result<(String, Vec<String>), String> {
    let (name, values) = text.split_once('=').ok_or("expected name=value,value")?;
    Ok((name.to_owned(), values.split(',').map(str::to_owned).collect()))
}

#[derive(Debug, Args)]
pub(crate) struct Copy {
    /// `library/key` or an id, optionally with `@3`, `@approved` or `@branch:name`.
    pub(crate) component: Reference,
    /// The copy: `library/key`, or a key in the same library; made from the component's when left
    /// out.
    pub(crate) name: Option<Target>,
    /// Library of the copy, when its key is to be made.
    #[arg(long, conflicts_with = "name")]
    pub(crate) library: Option<Key>,
    /// Also copy the modules, lessons, assessments, topics and questions below.
    #[arg(long)]
    pub(crate) subtree: bool,
    /// Also copy assets and web packages.
    #[arg(long, requires = "subtree")]
    pub(crate) assets: bool,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

#[derive(Debug, Args)]
pub(crate) struct Promote {
    /// `library/key` or an id.
    pub(crate) component: Target,
    /// Its key in the library; the one it has when left out.
    #[arg(long)]
    pub(crate) key: Option<Key>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Translate {
    /// List the languages a component is translated into.
    List {
        /// `library/key` or an id.
        component: Target,
    },
    /// Show a translation.
    Show {
        /// `library/key` or an id.
        component: Target,
        /// The language, such as `de`.
        language: Language,
    },
    /// Save a translation.
    Save {
        /// `library/key` or an id.
        component: Target,
        /// The language, such as `de`.
        language: Language,
        /// File with the translated document (JSON), `-` for standard input; of a course, module,
        /// lesson or assessment only its strings count.
        #[arg(long)]
        content: PathBuf,
        /// File with the translated metadata (JSON); the source's when left out.
        #[arg(long)]
        metadata: Option<PathBuf>,
        /// Number of the source's revision it was made from; the present one when left out.
        #[arg(long, value_name = "NUMBER")]
        source: Option<u32>,
        /// The translation's revision that the change is based on; its head when left out.
        #[arg(long)]
        base: Option<RevisionId>,
        /// Why, for the history.
        #[arg(long, short, default_value = "")]
        message: String,
    },
    /// Show what of a course, with everything below it, is stale or missing in a language.
    Status {
        /// `library/key` or an id.
        component: Target,
        /// The language, such as `de`.
        language: Language,
    },
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

#[derive(Debug, Subcommand)]
pub(crate) enum Component {
    /// Create a component.
    Create {
        /// `library/key`.
        name: Target,
        /// What it is.
        #[arg(long)]
        kind: Kind,
        #[command(flatten)]
        documents: Documents,
    },
    /// Save new documents for a component.
    Save {
        /// `library/key` or an id.
        component: Target,
        /// The revision the change is based on; the present head when left out.
        #[arg(long)]
        base: Option<RevisionId>,
        #[command(flatten)]
        documents: Documents,
    },
    /// List components.
    List {
        /// Only this library.
        #[arg(long)]
        library: Option<Key>,
        /// Only this kind.
        #[arg(long)]
        kind: Option<Kind>,
        /// The deleted ones.
        #[arg(long)]
        deleted: bool,
        /// Also what is local to a structure.
        #[arg(long)]
        local: bool,
        /// Only what is local to this structure.
        #[arg(long)]
        owner: Option<Target>,
    },
    /// Take a component to another state: submit, withdraw, approve, retire, reinstate.
    State {
        /// `library/key` or an id.
        component: Target,
        /// The step.
        #[arg(value_parser = transition)]
        step: Transition,
    },
    /// Give a component another key.
    Rename {
        /// `library/key` or an id.
        component: Target,
        /// The new key.
        key: Key,
    },
    /// Delete a component that nothing uses; can be undone.
    Delete(Named),
    /// Undo a deletion.
    #[command(name = "undelete", visible_alias = "restore")]
    Restore(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Documents {
    /// File with the content document (JSON), `-` for standard input.
    #[arg(long)]
    pub(crate) content: Option<PathBuf>,
    /// File with the metadata document (JSON).
    #[arg(long)]
    pub(crate) metadata: Option<PathBuf>,
    /// Why, for the history.
    #[arg(long, short, default_value = "")]
    pub(crate) message: String,
}

fn transition(text: &str) -> Result<Transition, String> {
    [
        Transition::Submit,
        Transition::Withdraw,
        Transition::Approve,
        Transition::Retire,
        Transition::Reinstate,
    ]
    .into_iter()
    .find(|step| step.as_str() == text)
    .ok_or_else(|| "expected submit, withdraw, approve, retire or reinstate".to_owned())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Blob {
    /// Store a file; prints its digest.
    Put {
        /// The file.
        file: PathBuf,
        /// Its media type; from the file name when left out.
        #[arg(long)]
        media_type: Option<String>,
    },
    /// Fetch a file.
    Get {
        /// Its digest.
        digest: Digest,
        /// Where to write it; standard output when left out.
        #[arg(short, long)]
        output: Option<PathBuf>,
    },
}

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
    /// List the releases that hold a component, with the versions held.
    Holding {
        /// `library/key` or an id.
        component: Target,
    },
}

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

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// A release's id, digest or `library/key@release:2026.1`; or `library/key` to release what
    /// stands now and publish it.
    #[arg(value_parser = Publishable::parse)]
    pub(crate) release: Publishable,
    /// Package format: scorm12 or scorm2004-4.
    #[arg(long)]
    pub(crate) format: Format,
    /// What conditions are matched against, as in `audience=admin,partner`; may be repeated. What is
    /// conditional on a name that is not given is left out.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) when: Vec<Matched>,
    /// The value of a variable, before that of the course's variable sets, as in
    /// `product.name=Acme`; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<Assigned>,
    /// Where to write the package; a name made from course, release, format and `--when` when left out.
    #[arg(short, long)]
    pub(crate) output: Option<PathBuf>,
}

/// What `publish` is given. An id may be that of a release or of a component.
#[derive(Clone, Debug)]
pub(crate) enum Publishable {
    Id(ReleaseId),
    Release(ReleaseReference),
    Component(Target),
}

impl Publishable {
    fn parse(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        if text.starts_with("sha256:") || text.contains('@') {
            let release = text.parse().map(Self::Release);
            return release
                .map_err(|e: lcms_core::model::reference::ReleaseReferenceError| e.to_string());
        }
        text.parse()
            .map(Self::Component)
            .map_err(|error: lcms_core::model::reference::ReferenceError| error.to_string())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// What is there: a package file; or a release by id, digest, `library/course` (the newest),
    /// `library/course@release:3`, `…@release:LABEL` or `…@channel:stable`.
    #[arg(value_parser = Compared::parse)]
    pub(crate) before: Compared,
    /// What would take its place, named in the same way.
    #[arg(value_parser = Compared::parse)]
    pub(crate) after: Compared,
    /// The format that releases are published in: scorm12 or scorm2004-4. When left out and the other
    /// side is a package, they are published as it was.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// What conditions of releases are matched against, beside those of a package on the other side;
    /// as for `publish`.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) when: Vec<Matched>,
    /// Values of variables for releases, before those of a package on the other side; as for `publish`.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) set: Vec<Assigned>,
    /// Fail unless the verdict is at least so good.
    #[arg(long, value_enum)]
    pub(crate) require: Option<Required>,
}

impl Compare {
    /// Whether both sides are package files.
    pub(crate) fn needs_no_store(&self) -> bool {
        [&self.before, &self.after].iter().all(|side| matches!(side, Compared::Package(_)))
    }
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(crate) enum Compared {
    Package(PathBuf),
    Release(ReleaseReference),
}

impl Compared {
    fn parse(text: &str) -> Result<Self, String> {
        if Path::new(text).is_file() {
            return Ok(Self::Package(PathBuf::from(text)));
        }
        ReleaseReference::or_newest(text).map(Self::Release).map_err(|_| {
            "neither a package file that is there nor a release: expected a file, an id, a digest, \
             `library/course` (the newest), `library/course@release:3` or `library/course@channel:stable`"
                .to_owned()
        })
    }
}

/// The worst verdict that is accepted.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Required {
    /// Learners see the pages they know.
    InPlace,
    /// Learners may see changed pages.
    Safe,
    /// Learners in progress may have to start again.
    Restart,
}

impl From<Required> for Verdict {
    fn from(required: Required) -> Self {
        match required {
            Required::InPlace => Self::SafeInPlace,
            Required::Safe => Self::SafeChangedPages,
            Required::Restart => Self::RestartNeeded,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The package.
    pub(crate) file: PathBuf,
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

#[derive(Debug, Args)]
pub(crate) struct Fsck {
    /// Compare the sizes of files only, and do not read them.
    #[arg(long)]
    pub(crate) quick: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Gc {
    /// Remove what was found; without it nothing is changed.
    #[arg(long)]
    pub(crate) delete: bool,
    /// How many hours a file that nothing names is left alone since it was last uploaded.
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    pub(crate) grace: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The file to write.
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A file that `lcms backup` wrote.
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Redact {
    /// Digest of a content document, a metadata document or a file.
    pub(crate) digest: Digest,
    /// Why. Without it nothing is done, and what it would affect is listed.
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Library {
    /// Create a library.
    Create {
        /// Key, unique on this server.
        key: Key,
        /// Title; the key when left out.
        #[arg(long)]
        title: Option<String>,
        /// What belongs in it.
        #[arg(long, default_value = "")]
        description: String,
        /// Language of its content.
        #[arg(long, default_value = "en")]
        language: Language,
    },
    /// List libraries.
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a user.
    Add {
        /// Name, unique.
        name: Key,
        /// Name shown.
        #[arg(long)]
        display_name: Option<String>,
        /// Role in every library: viewer, author, reviewer, publisher, deployer or admin.
        #[arg(long)]
        role: Option<Role>,
    },
    /// List users with their roles.
    List,
    /// Give a role.
    Grant(RoleChange),
    /// Take a role away.
    Revoke(RoleChange),
}

#[derive(Debug, Args)]
pub(crate) struct RoleChange {
    /// The user's name.
    pub(crate) user: Key,
    /// viewer, author, reviewer, publisher, deployer or admin.
    pub(crate) role: Role,
    /// Only in this library; in every library when left out.
    #[arg(long)]
    pub(crate) library: Option<Key>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Issue a token; prints its secret, once, alone on standard output.
    Create {
        /// Whose it is.
        #[arg(long)]
        user: Key,
        /// What it is for.
        #[arg(long, default_value = "")]
        label: String,
        /// What it may be used for (may be repeated): read, write, review, publish, deploy,
        /// administer.
        /// Everything its user may do when left out.
        #[arg(long)]
        scope: Vec<Right>,
        /// Days until it stops working; never when left out.
        #[arg(long)]
        days: Option<u32>,
    },
    /// List a user's tokens.
    List {
        /// Whose.
        #[arg(long)]
        user: Key,
    },
    /// End a token.
    Revoke {
        /// The token's id.
        id: TokenId,
    },
}

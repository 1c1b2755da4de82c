//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lcms_core::model::{
    Digest, Key, Kind, Language, Reference, ReleaseId, RevisionId, Right, Role, Target, TokenId,
    Transition,
};
use lcms_core::store::DatabaseUrl;
use lcms_core::store::blob::BlobUrl;
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
    /// Show which components hold this one.
    WhereUsed(Named),
    /// Create, change and steer components.
    #[command(subcommand)]
    Component(Component),
    /// Store and fetch files.
    #[command(subcommand)]
    Blob(Blob),
    /// Freeze a course with everything in it.
    Release(Release),
    /// List the releases of a component.
    Releases(Named),
    /// Publish a release, or a component as it stands, as a package.
    Publish(Publish),
    /// Show the change log.
    Events(Events),
    /// Build the search index anew from the change log.
    Reindex,
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
pub(crate) struct Release {
    /// `library/key` or an id of a course, module, lesson or assessment.
    pub(crate) component: Target,
    /// Name of the release, such as `2026.1`.
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    pub(crate) notes: String,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// A release's id or digest, or `library/key` to release what stands now and publish it.
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
    Digest(Digest),
    Component(Target),
}

impl Publishable {
    fn parse(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        if text.starts_with("sha256:") {
            return text
                .parse()
                .map(Self::Digest)
                .map_err(|e: lcms_core::model::digest::DigestError| e.to_string());
        }
        text.parse()
            .map(Self::Component)
            .map_err(|error: lcms_core::model::reference::ReferenceError| error.to_string())
    }
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
        /// Role in every library: viewer, author, reviewer, publisher or admin.
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
    /// viewer, author, reviewer, publisher or admin.
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
        /// What it may be used for (may be repeated): read, write, review, publish, administer.
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

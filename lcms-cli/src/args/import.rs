//! Import and export.

use std::path::PathBuf;

use clap::Args;
use lcms_core::model::Key;

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// A folder, an archive or a file: a package of SCORM, cmi5, xAPI, AICC or H5P, a folder of
    /// Markdown, a library's folder, an export. What it is, is told by what is in it.
    pub(crate) source: PathBuf,
    /// Key of the library to import into; a library folder names its own.
    #[arg(long)]
    pub(crate) library: Option<Key>,
    /// Name for where exported libraries come from: heads that have to be merged arrive on the
    /// branch `remote.NAME`. The folder's name when left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<Key>,
    /// Name for the source, by which a later import of it finds its components again; its file name
    /// when left out.
    #[arg(long, value_name = "TEXT")]
    pub(crate) name: Option<String>,
    /// Also take a package apart, where its structure is plain: pages become topics, and what they show
    /// and ask assets and questions. The package stays beside them as it came.
    #[arg(long)]
    pub(crate) split: bool,
    /// Of a folder in a git work tree: as it stood at this commit, tag or branch, whatever lies there now.
    #[arg(long, value_name = "REVISION", conflicts_with = "watch")]
    pub(crate) commit: Option<String>,
    /// Keep the library in step with the folder: import it again whenever a file in it changes or, in a
    /// git work tree, whenever something in it is committed. Ends with Ctrl-C.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) watch: bool,
    /// How often a watched folder is looked at.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "watch",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) every: u64,
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
    /// A name that ends in `.zip` makes one file of it.
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
pub(crate) struct Sync {
    /// The other server, such as `https://lcms.example.org`.
    pub(crate) server: String,
    /// Key of the library, the same on both sides.
    #[arg(long)]
    pub(crate) library: Key,
    /// A token of the other server; its user needs the role `admin` to be sent to.
    #[arg(long, env = "LCMS_SYNC_TOKEN", hide_env_values = true)]
    pub(crate) token: String,
    /// Only get what is missing here.
    #[arg(long, conflicts_with = "push")]
    pub(crate) pull: bool,
    /// Only send what is missing there.
    #[arg(long)]
    pub(crate) push: bool,
    /// Name for the other server: its heads that have to be merged arrive on the branch
    /// `remote.NAME`. Its host name when left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<Key>,
    /// Name of this server there. The token's user when left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) called: Option<Key>,
    /// Compare the whole library, not only what was touched since the exchange before.
    #[arg(long)]
    pub(crate) whole: bool,
    /// Report what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

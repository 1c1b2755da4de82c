//! Keeping it whole.

use std::path::PathBuf;

use clap::Args;
use lcms_core::model::Digest;

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

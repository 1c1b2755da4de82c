//! Files.

use std::path::PathBuf;

use clap::Subcommand;
use lcms_core::model::Digest;

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

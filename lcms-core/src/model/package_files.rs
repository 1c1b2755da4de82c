//! The files of a package, as they are kept so that its bytes can be given again.

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::record::Codec;

/// The form of the list.
const VERSION: u32 = 1;

/// The files of a package in the order in which they stand in it. Kept as a canonical document
/// under its digest, so that packages with the same files have one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFiles {
    package_files: u32,
    /// The files.
    pub files: Vec<PackageFile>,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFile {
    /// Its path in the package.
    pub path: String,
    /// Digest of its bytes.
    pub blob: Digest,
    /// How they are packed.
    pub codec: Codec,
}

impl PackageFiles {
    /// The list of these files.
    #[must_use]
    pub fn new(files: Vec<PackageFile>) -> Self {
        Self { package_files: VERSION, files }
    }

    /// Reads a stored list; `None` when the document is something else.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|list: &Self| list.package_files == VERSION)
    }

    /// The blobs that it names, each once.
    #[must_use]
    pub fn blobs(&self) -> Vec<Digest> {
        let mut blobs: Vec<_> = self.files.iter().map(|file| file.blob).collect();
        blobs.sort();
        blobs.dedup();
        blobs
    }
}

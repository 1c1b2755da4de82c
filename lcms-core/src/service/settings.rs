//! Where things are and how large they may be.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ReadWords, WebhookSettings};
use crate::error::{Error, Result};
use crate::store::DatabaseUrl;
use crate::store::blob::BlobUrl;

/// One setting per store; all under one data directory unless said otherwise.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The database.
    pub database: DatabaseUrl,
    /// The files.
    pub blobs: BlobUrl,
    /// The index folder of this node.
    pub index: PathBuf,
    /// The folder of keys that packages are signed with.
    pub keys: PathBuf,
    /// Largest upload, in bytes.
    pub max_upload: u64,
    /// What reads the words of documents for the index; without it only captions and plain text are
    /// read.
    pub words: Option<Arc<dyn ReadWords>>,
    /// Where messages of webhooks are sent.
    pub webhooks: WebhookSettings,
    folder: Option<PathBuf>,
}

impl Settings {
    /// Largest upload unless set otherwise: 16 GiB.
    pub const MAX_UPLOAD: u64 = 16 << 30;

    /// Everything in one folder: `lcms.db`, `blobs/`, `index/`, `keys/`.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            database: DatabaseUrl::sqlite_file(&folder.join("lcms.db")),
            blobs: BlobUrl::Folder(folder.join("blobs")),
            index: folder.join("index"),
            keys: folder.join("keys"),
            max_upload: Self::MAX_UPLOAD,
            words: None,
            webhooks: WebhookSettings::default(),
            folder: Some(folder.to_owned()),
        }
    }

    pub(super) fn prepare(&self) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        std::fs::create_dir_all(folder).map_err(|error| {
            Error::internal(
                format!("could not make the data directory {}", folder.display()),
                error,
            )
        })
    }
}

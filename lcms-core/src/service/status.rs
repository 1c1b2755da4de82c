//! How the server fares: for admins.

use serde::Serialize;
use utoipa::ToSchema;

use super::{IndexStatus, Session};
use crate::error::Result;
use crate::model::{EventNumber, Right};
use crate::store::blob::BlobUrl;
use crate::store::{events, status};

/// How the server fares.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SystemStatus {
    /// The version of the program.
    pub version: String,
    /// What the database is: `SQLite` or `PostgreSQL`.
    pub database: String,
    /// Bytes of the database.
    pub database_bytes: i64,
    /// Where files are: `folder` or `S3`.
    pub files: String,
    /// Bytes of the files as they are stored.
    pub blob_bytes: i64,
    /// Files.
    pub blobs: i64,
    /// Components, those that are deleted too.
    pub components: i64,
    /// Revisions of all components.
    pub revisions: i64,
    /// Releases.
    pub releases: i64,
    /// Packages that were published.
    pub packages: i64,
    /// The newest event.
    pub last_event: EventNumber,
    /// The search index; absent when it cannot be read.
    pub index: Option<IndexState>,
}

/// How the search index is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct IndexState {
    /// How far it is.
    #[serde(flatten)]
    pub status: IndexStatus,
    /// Components in it.
    pub documents: u64,
    /// Bytes of its files.
    pub bytes: u64,
}

impl Session {
    /// How the server fares.
    ///
    /// # Errors
    /// When the actor is not an admin of everything, or the store cannot be read.
    pub async fn system_status(&self) -> Result<SystemStatus> {
        self.require_everywhere(Right::Administer)?;
        let db = self.lcms.store().reader();
        let held = status::holdings(db).await?;
        Ok(SystemStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            database: status::engine(db).to_owned(),
            database_bytes: held.database_bytes,
            files: match self.lcms.settings().blobs {
                BlobUrl::Folder(_) => "folder".to_owned(),
                BlobUrl::S3(_) => "S3".to_owned(),
            },
            blob_bytes: held.blob_bytes,
            blobs: held.blobs,
            components: held.components,
            revisions: held.revisions,
            releases: held.releases,
            packages: held.packages,
            last_event: events::last_number(db).await?,
            index: self.index_state().await,
        })
    }

    async fn index_state(&self) -> Option<IndexState> {
        let indexing = self.lcms.indexing();
        let read = async {
            let (documents, bytes) = indexing.read(|index| index.size()).await?;
            Ok::<_, crate::Error>(IndexState { status: indexing.status().await?, documents, bytes })
        };
        match read.await {
            Ok(state) => Some(state),
            Err(error) => {
                tracing::warn!(%error, "the index cannot be read");
                None
            }
        }
    }
}

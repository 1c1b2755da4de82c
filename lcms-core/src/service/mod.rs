//! The only way to change state, and the only place where rights are checked.
//!
//! [`Lcms`] holds the open stores. Whoever wants something done needs a [`Session`]: it is made
//! for an [`Actor`], and each of its methods begins by asking whether that actor may. There is no
//! other handle to call, so no interface can forget the question.

mod accounts;
mod blobs;
mod components;
mod events;
mod freeze;
mod imports;
mod indexing;
mod integrity;
mod libraries;
mod recent;
mod releases;
mod save;
mod search;
mod session;
mod settings;
pub mod transfer;
mod where_used;

pub use accounts::{NewToken, NewUser, UserView};
pub use blobs::BlobUpload;
pub use components::{ComponentList, ComponentRow, ComponentView, History, ListComponents, Parent};
pub use events::EventPage;
pub use freeze::{FrozenNode, FrozenRelease, FrozenSlot};
pub use imports::{ImportItem, ImportOutcome, ImportReport, ImportSubject};
pub use indexing::{IndexStatus, Indexing};
pub use integrity::{
    BackupSummary, Damage, Finding, FsckCounts, FsckReport, FsckUpdate, GC_GRACE, GcReport,
    LeftFile, RedactionPlan, RedactionUse, TableSummary, UnusedBlob,
};
pub use libraries::NewLibrary;
pub use releases::{NewRelease, ReleaseView};
pub use save::{NewComponent, SaveComponent, Saved};
pub use search::{SearchQuery, SearchResult};
pub use session::{Actor, Session};
pub use settings::Settings;

pub use crate::store::blob::pack;

use std::sync::Arc;

use crate::error::Result;
use crate::store::blob::BlobStore;
use crate::store::{Store, WriterCounts};

/// The open stores of one data directory (or of one database, bucket and index folder).
#[derive(Clone, Debug)]
pub struct Lcms {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    blobs: BlobStore,
    indexing: Indexing,
    settings: Settings,
    recent: recent::Recent,
}

impl Lcms {
    /// Opens everything, creating what is missing.
    ///
    /// # Errors
    /// When the database or the blob store cannot be opened. A damaged index is no error: it is
    /// rebuilt.
    pub async fn open(settings: Settings) -> Result<Self> {
        settings.prepare()?;
        let store = Store::open(&settings.database).await?;
        let blobs = BlobStore::open(&settings.blobs)?;
        let indexing = Indexing::new(store.clone(), settings.index.clone());
        let lcms = Self {
            inner: Arc::new(Inner {
                store,
                blobs,
                indexing,
                settings,
                recent: recent::Recent::default(),
            }),
        };
        lcms.ensure_where_used().await?;
        Ok(lcms)
    }

    /// A handle for that actor, limited to what the actor may do.
    #[must_use]
    pub fn act_as(&self, actor: impl Into<Arc<Actor>>) -> Session {
        Session::new(self.clone(), actor.into())
    }

    /// A handle that may do everything, for whoever has the disk and so needs no permission.
    #[must_use]
    pub fn operator_without_checks(&self) -> Session {
        self.act_as(Actor::operator())
    }

    /// Keeps the index up with the change log.
    #[must_use]
    pub fn indexing(&self) -> &Indexing {
        &self.inner.indexing
    }

    /// What it was opened with.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        self.inner.store.ping().await
    }

    /// How much this process has written.
    #[must_use]
    pub fn writer_counts(&self) -> WriterCounts {
        self.store().writer().counts()
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn recent(&self) -> &recent::Recent {
        &self.inner.recent
    }

    fn blobs(&self) -> &BlobStore {
        &self.inner.blobs
    }
}

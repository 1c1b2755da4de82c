//! The only way to change state, and the only place where rights are checked.
//!
//! [`Lcms`] holds the open stores. Whoever wants something done needs a [`Session`]: it is made
//! for an [`Actor`], and each of its methods begins by asking whether that actor may. There is no
//! other handle to call, so no interface can forget the question.

mod accounts;
mod ancestry;
mod as_it_stands;
mod blobs;
mod branch_reviews;
mod branches;
mod bulk;
mod care;
mod chain;
mod channels;
mod comments;
mod components;
mod copies;
mod coverage;
mod deployments;
mod differences;
mod drafts;
mod events;
mod freeze;
mod impact;
mod imports;
mod indexing;
mod integrity;
mod landing;
mod libraries;
mod local;
mod lock_list;
mod merge;
mod merging;
mod packages;
mod passwords;
mod placements;
mod presence;
mod profiles;
mod pull;
mod recent;
mod register;
mod release_changes;
mod release_reviews;
mod releases;
mod reports;
mod revert;
mod rules;
mod save;
mod saved_searches;
mod search;
mod session;
mod settings;
mod sign_ins;
mod similar;
mod status;
mod suggestions;
mod survey;
mod synonyms;
mod targets;
mod titles;
pub mod transfer;
mod translations;
mod trees;
mod webhooks;
mod where_used;

pub use accounts::{NewToken, NewUser, Person, UserView};
pub use blobs::BlobUpload;
pub use branches::{BranchChange, BranchChanges, BranchView, DiffSummary, NewBranch};
pub use bulk::{
    BulkEdit, BulkItem, BulkReport, EditBrief, EditView, FieldChange, MOST_COMPONENTS, Operation,
    SearchWords, UndoEdit, UndoReport,
};
pub use care::{CareView, SetCare};
pub use chain::{BrokenChain, ChainReport};
pub use channels::{ChannelMoveView, ChannelView};
pub use comments::{ChangeComment, CommentView, NewComment};
pub use components::{ComponentList, ComponentRow, ComponentView, History, ListComponents};
pub use copies::{Copied, CopiedItem, DetachAs, Detached, LineageStep, LineageView, NewCopy};
pub use coverage::{Coverage, CoveredObjective, LeftOut, LeftOutBy};
pub use deployments::{DeploymentView, NewDeployment};
pub use differences::{ComponentDiff, DiffSide, OpenedDiff, StructureDiff};
pub use drafts::{DraftView, SaveDraft};
pub use events::{EventFilter, EventPage};
pub use freeze::{Documents, FrozenNode, FrozenRelease, FrozenSlot, FrozenVersion, Lack};
pub use impact::{Effect, Impact, Touched, UseCounts};
pub use imports::{
    ImportItem, ImportOrder, ImportOutcome, ImportReport, ImportSubject, ImportTranslation,
};
pub use indexing::{IndexStatus, Indexing, ReadWords};
pub use integrity::{
    BackupSummary, Damage, Finding, FsckCounts, FsckReport, FsckUpdate, GC_GRACE, GcReport,
    LeftFile, RedactionPlan, RedactionUse, TableSummary, UnusedBlob,
};
pub use libraries::NewLibrary;
pub use lock_list::{Lock, LockList, LockedComponent};
pub use merge::{MergeBranch, UpdateBranch};
pub use merging::{ConflictPart, MergeItem, MergeOutcome, MergeReport, PartConflict, Resolution};
pub use packages::{KeptPackage, NewPackage};
pub use passwords::{MIN_PASSWORD, SetPassword};
pub use placements::{
    AddPlacement, MoveTo, Overridden, PinnedTo, PlacementEdit, PlacementList, PlacementView,
    PlacementsEdited, PolicyChoice, WriteInside,
};
pub use presence::{BePresent, Doing, PRESENT_FOR, Presence, Present};
pub use profiles::{LogoVersion, ProfileVersion};
pub use pull::{CopyStatus, PullSource};
pub use register::{ListDeployments, Register, RegisterRow, Staleness};
pub use release_changes::ReleaseChanges;
pub use releases::{
    DescribeRelease, NewRelease, ReleaseBrief, ReleaseRow, ReleaseView, Untranslated,
};
pub use reports::{LibraryHealth, ReportList, ReportPage, ReportRow};
pub use revert::{Revert, RevertItem, RevertReport};
pub use rules::{
    EditTerms, RuleState, SaveSchema, SaveVocabulary, SchemaName, SchemaReport, SchemaView,
    TermTouched, UnknownValue, VocabularyBrief, VocabularyReport, VocabularyView, Wanting,
};
pub use save::{NewComponent, SaveComponent, Saved};
pub use saved_searches::{Feed, NewSavedSearch, SavedSearch};
pub use search::{Among, SearchQuery, SearchResult, Usage};
pub use session::{Actor, Session};
pub use settings::Settings;
pub use sign_ins::{SIGN_IN_DAYS, SignedIn};
pub use similar::{Draught, Fit, SimilarQuery};
pub use status::{IndexState, SystemStatus};
pub use suggestions::{SuggestedObjective, SuggestedTag, Suggestions};
pub use synonyms::ChangeSynonyms;
pub use targets::{ChangeTarget, NewTarget};

pub use translations::{
    ClosureTranslation, SaveTranslation, TranslatedPart, Translation, TranslationState,
    TranslationView,
};
pub use webhooks::{
    AllowedHost, Attempt, DeliveryView, FoundItem, GIVEN_UP_AFTER, NewWebhook, Outgoing, Reach,
    Told, WebhookSettings, WebhookView,
};
pub use where_used::{
    HoldingQuery, HoldingReleases, Named, ReleaseHolding, Shown, Step, Top, UsedIn, WhereUsed,
    WhereUsedQuery, WhereUsedRebuilt,
};

pub use crate::store::blob::{pack, unpack};
pub use crate::store::webhooks::DeliveryState;

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
    held: freeze::Held,
    attempts: sign_ins::Attempts,
    pages: presence::Pages,
    synonyms: synonyms::Known,
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
        let files = indexing::Files::new(blobs.clone(), settings.words.clone());
        let indexing = Indexing::new(store.clone(), files, settings.index.clone());
        let lcms = Self {
            inner: Arc::new(Inner {
                store,
                blobs,
                indexing,
                settings,
                recent: recent::Recent::default(),
                held: freeze::Held::default(),
                attempts: sign_ins::Attempts::default(),
                pages: presence::Pages::default(),
                synonyms: synonyms::Known::default(),
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

    fn synonyms(&self) -> &synonyms::Known {
        &self.inner.synonyms
    }

    fn recent(&self) -> &recent::Recent {
        &self.inner.recent
    }

    fn held(&self) -> &freeze::Held {
        &self.inner.held
    }

    fn attempts(&self) -> &sign_ins::Attempts {
        &self.inner.attempts
    }

    fn pages(&self) -> &presence::Pages {
        &self.inner.pages
    }

    fn blobs(&self) -> &BlobStore {
        &self.inner.blobs
    }
}

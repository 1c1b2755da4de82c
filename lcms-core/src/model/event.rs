//! The append-only change log's rows.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::ids::{ComponentId, EventNumber, LibraryId, ReleaseId, RevisionId, UserId};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum EventKind {
    /// A library was created.
    #[serde(rename = "library.created")]
    LibraryCreated,
    /// A library came from another server, or more of it did.
    #[serde(rename = "library.received")]
    LibraryReceived,
    /// A branch was made.
    #[serde(rename = "branch.created")]
    BranchCreated,
    /// A component was created; its first revision is named.
    #[serde(rename = "component.created")]
    ComponentCreated,
    /// A revision was saved.
    #[serde(rename = "revision.saved")]
    RevisionSaved,
    /// A review state changed.
    #[serde(rename = "component.state_changed")]
    StateChanged,
    /// A component's key was changed.
    #[serde(rename = "component.renamed")]
    ComponentRenamed,
    /// A component was deleted (undoable).
    #[serde(rename = "component.deleted")]
    ComponentDeleted,
    /// A deletion was undone.
    #[serde(rename = "component.restored")]
    ComponentRestored,
    /// A release was frozen.
    #[serde(rename = "release.created")]
    ReleaseCreated,
    /// A package was made of a release.
    #[serde(rename = "package.published")]
    PackagePublished,
    /// Blobs that nothing named were removed.
    #[serde(rename = "blobs.removed")]
    BlobsRemoved,
    /// The bytes of a document or a blob were taken away for good.
    #[serde(rename = "content.redacted")]
    Redacted,
    /// A user was added.
    #[serde(rename = "user.created")]
    UserCreated,
    /// A user's roles changed.
    #[serde(rename = "user.roles_changed")]
    RolesChanged,
    /// A token was issued.
    #[serde(rename = "token.created")]
    TokenCreated,
    /// A token was revoked.
    #[serde(rename = "token.revoked")]
    TokenRevoked,
}

impl EventKind {
    /// Every kind of event.
    pub const ALL: [Self; 17] = [
        Self::LibraryCreated,
        Self::LibraryReceived,
        Self::BranchCreated,
        Self::ComponentCreated,
        Self::RevisionSaved,
        Self::StateChanged,
        Self::ComponentRenamed,
        Self::ComponentDeleted,
        Self::ComponentRestored,
        Self::ReleaseCreated,
        Self::PackagePublished,
        Self::BlobsRemoved,
        Self::Redacted,
        Self::UserCreated,
        Self::RolesChanged,
        Self::TokenCreated,
        Self::TokenRevoked,
    ];

    /// The name stored and served.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LibraryCreated => "library.created",
            Self::LibraryReceived => "library.received",
            Self::BranchCreated => "branch.created",
            Self::ComponentCreated => "component.created",
            Self::RevisionSaved => "revision.saved",
            Self::StateChanged => "component.state_changed",
            Self::ComponentRenamed => "component.renamed",
            Self::ComponentDeleted => "component.deleted",
            Self::ComponentRestored => "component.restored",
            Self::ReleaseCreated => "release.created",
            Self::PackagePublished => "package.published",
            Self::BlobsRemoved => "blobs.removed",
            Self::Redacted => "content.redacted",
            Self::UserCreated => "user.created",
            Self::RolesChanged => "user.roles_changed",
            Self::TokenCreated => "token.created",
            Self::TokenRevoked => "token.revoked",
        }
    }

    /// Whether such an event records a new revision.
    #[must_use]
    pub fn is_revision(self) -> bool {
        matches!(self, Self::ComponentCreated | Self::RevisionSaved)
    }

    /// The kind with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One row of the change log.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Event {
    /// Position in the log; numbers become visible in order.
    pub number: EventNumber,
    /// What happened.
    pub kind: EventKind,
    /// When, by this server's clock.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: OffsetDateTime,
    /// Who did it.
    pub actor: UserId,
    /// The library it happened in, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<LibraryId>,
    /// The component it happened to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentId>,
    /// The revision it made or concerns, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// The release it made or concerns, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// Further facts, by kind of event.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

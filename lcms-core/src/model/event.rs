//! The append-only change log's rows.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::digest::Digest;
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
    /// The synonyms of a library were changed.
    #[serde(rename = "library.synonyms_changed")]
    SynonymsChanged,
    /// A vocabulary or metadata schema of a library was put in place, changed or taken away.
    #[serde(rename = "library.rules_changed")]
    RulesChanged,
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
    /// A component, or a course with everything below it, was taken back to an earlier moment.
    #[serde(rename = "component.reverted")]
    ComponentReverted,
    /// A branch was made.
    #[serde(rename = "branch.created")]
    BranchCreated,
    /// A branch was put on a newer base.
    #[serde(rename = "branch.updated")]
    BranchUpdated,
    /// A branch was submitted, approved, or its review withdrawn.
    #[serde(rename = "branch.reviewed")]
    BranchReviewed,
    /// A branch was merged into its base.
    #[serde(rename = "branch.merged")]
    BranchMerged,
    /// A branch was given up.
    #[serde(rename = "branch.closed")]
    BranchClosed,
    /// A branch that was given up takes edits again.
    #[serde(rename = "branch.reopened")]
    BranchReopened,
    /// A component that was local to a structure became part of its library.
    #[serde(rename = "component.promoted")]
    ComponentPromoted,
    /// Somebody else looks after a component, or its review date changed.
    #[serde(rename = "component.care_changed")]
    CareChanged,
    /// Many components were edited in one step.
    #[serde(rename = "components.edited")]
    ComponentsEdited,
    /// An edit of many components was undone.
    #[serde(rename = "components.edit_undone")]
    ComponentsEditUndone,
    /// A release was frozen.
    #[serde(rename = "release.created")]
    ReleaseCreated,
    /// A release was given another label or other notes.
    #[serde(rename = "release.described")]
    ReleaseDescribed,
    /// A step was taken in the review of a release.
    #[serde(rename = "release.state_changed")]
    ReleaseStateChanged,
    /// A package was made of a release.
    #[serde(rename = "package.published")]
    PackagePublished,
    /// Blobs that nothing named were removed.
    #[serde(rename = "blobs.removed")]
    BlobsRemoved,
    /// The bytes of a document or a blob were taken away for good.
    #[serde(rename = "content.redacted")]
    Redacted,
    /// A channel was made, moved or closed.
    #[serde(rename = "channel.moved")]
    ChannelMoved,
    /// A target was added.
    #[serde(rename = "target.created")]
    TargetCreated,
    /// A target was changed or retired.
    #[serde(rename = "target.changed")]
    TargetChanged,
    /// A release went live in a target.
    #[serde(rename = "deployment.started")]
    DeploymentStarted,
    /// A release is live in a target no more.
    #[serde(rename = "deployment.ended")]
    DeploymentEnded,
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
    /// A user was given a password; every sign-in of theirs ended.
    #[serde(rename = "user.password_changed")]
    PasswordChanged,
    /// A user signed in with a password.
    #[serde(rename = "user.signed_in")]
    SignedIn,
    /// A revision was commented on.
    #[serde(rename = "comment.added")]
    CommentAdded,
    /// A comment was edited, deleted, resolved or opened again.
    #[serde(rename = "comment.changed")]
    CommentChanged,
}

/// A place in the log of a server: the number of an event with its hash, which no other log has
/// unless everything before is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LogMark)]
pub struct Mark {
    /// The event.
    pub number: EventNumber,
    /// Its hash in the chain.
    pub hash: Digest,
}

impl EventKind {
    /// Every kind of event.
    pub const ALL: &[Self] = &[
        Self::LibraryCreated,
        Self::LibraryReceived,
        Self::SynonymsChanged,
        Self::RulesChanged,
        Self::ComponentCreated,
        Self::RevisionSaved,
        Self::StateChanged,
        Self::ComponentRenamed,
        Self::ComponentDeleted,
        Self::ComponentRestored,
        Self::ComponentReverted,
        Self::BranchCreated,
        Self::BranchUpdated,
        Self::BranchReviewed,
        Self::BranchMerged,
        Self::BranchClosed,
        Self::BranchReopened,
        Self::ComponentPromoted,
        Self::CareChanged,
        Self::ComponentsEdited,
        Self::ComponentsEditUndone,
        Self::ReleaseCreated,
        Self::ReleaseDescribed,
        Self::ReleaseStateChanged,
        Self::PackagePublished,
        Self::BlobsRemoved,
        Self::Redacted,
        Self::ChannelMoved,
        Self::TargetCreated,
        Self::TargetChanged,
        Self::DeploymentStarted,
        Self::DeploymentEnded,
        Self::UserCreated,
        Self::RolesChanged,
        Self::TokenCreated,
        Self::TokenRevoked,
        Self::PasswordChanged,
        Self::SignedIn,
        Self::CommentAdded,
        Self::CommentChanged,
    ];

    /// The name stored and served.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LibraryCreated => "library.created",
            Self::LibraryReceived => "library.received",
            Self::SynonymsChanged => "library.synonyms_changed",
            Self::RulesChanged => "library.rules_changed",
            Self::ComponentCreated => "component.created",
            Self::RevisionSaved => "revision.saved",
            Self::StateChanged => "component.state_changed",
            Self::ComponentRenamed => "component.renamed",
            Self::ComponentDeleted => "component.deleted",
            Self::ComponentRestored => "component.restored",
            Self::ComponentReverted => "component.reverted",
            Self::BranchCreated => "branch.created",
            Self::BranchUpdated => "branch.updated",
            Self::BranchReviewed => "branch.reviewed",
            Self::BranchMerged => "branch.merged",
            Self::BranchClosed => "branch.closed",
            Self::BranchReopened => "branch.reopened",
            Self::ComponentPromoted => "component.promoted",
            Self::CareChanged => "component.care_changed",
            Self::ComponentsEdited => "components.edited",
            Self::ComponentsEditUndone => "components.edit_undone",
            Self::ReleaseCreated => "release.created",
            Self::ReleaseDescribed => "release.described",
            Self::ReleaseStateChanged => "release.state_changed",
            Self::PackagePublished => "package.published",
            Self::BlobsRemoved => "blobs.removed",
            Self::Redacted => "content.redacted",
            Self::ChannelMoved => "channel.moved",
            Self::TargetCreated => "target.created",
            Self::TargetChanged => "target.changed",
            Self::DeploymentStarted => "deployment.started",
            Self::DeploymentEnded => "deployment.ended",
            Self::UserCreated => "user.created",
            Self::RolesChanged => "user.roles_changed",
            Self::TokenCreated => "token.created",
            Self::TokenRevoked => "token.revoked",
            Self::PasswordChanged => "user.password_changed",
            Self::SignedIn => "user.signed_in",
            Self::CommentAdded => "comment.added",
            Self::CommentChanged => "comment.changed",
        }
    }

    /// Whether such an event records a new revision.
    #[must_use]
    pub fn is_revision(self) -> bool {
        matches!(self, Self::ComponentCreated | Self::RevisionSaved)
    }

    /// Whether such an event is about a branch, which belongs to no library.
    #[must_use]
    pub fn is_branch(self) -> bool {
        matches!(
            self,
            Self::BranchCreated
                | Self::BranchUpdated
                | Self::BranchReviewed
                | Self::BranchMerged
                | Self::BranchClosed
                | Self::BranchReopened
        )
    }

    /// The kind with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
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

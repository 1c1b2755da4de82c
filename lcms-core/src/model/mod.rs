//! Pure data and rules. Nothing here reads a clock, a database or a file.
//!
//! A [`Content`] document and its sibling [`Metadata`] describe one version of one component.
//! Both are stored under the [`Digest`] of their canonical JSON, so equal documents are one
//! document. [`Slot`]s are what make another component part of this one; [`tree`] turns a
//! component and everything in its slots into the Merkle tree that a release names.
//! [`diff`] and [`merge`](mod@merge) compare versions and bring them together.

pub mod access;
pub mod branch;
mod canonical;
pub mod chain;
pub mod comment;
pub mod content;
pub mod diff;
pub mod digest;
pub mod event;
pub mod field;
mod form;
pub mod ids;
pub mod instant;
pub mod key;
pub mod kind;
pub mod likeness;
pub mod markup;
pub mod merge;
pub mod metadata;
pub mod moment;
pub mod package_files;
pub mod placing;
pub mod record;
pub mod reference;
pub mod rules;
#[cfg(test)]
mod samples;
pub mod sequencing;
pub mod slot;
pub mod state;
pub mod synonyms;
pub mod timed_text;
pub mod tree;
pub mod violation;
pub mod vocabulary;

pub use access::{Right, Rights, Role, Scope};
pub use branch::{Base, Branch, BranchId, BranchReview, BranchState, Layer, View};
pub use comment::{Anchor, Comment, Draft, SignIn};
pub use content::Content;
pub use diff::{DocumentDiff, VersionDiff, metadata_diff};
pub use digest::{Digest, canonical_json};
pub use event::{Event, EventKind, Mark};
pub use field::{Care, Day, FieldName};
pub use ids::{
    CommentId, ComponentId, DeliveryId, DeploymentId, EditId, EventNumber, LibraryId, ReleaseId,
    RevisionId, RuleVersionId, SavedSearchId, SignInId, SlotId, TargetId, TokenId, UserId,
};
pub use instant::Instant;
pub use key::{Key, Language};
pub use kind::Kind;
pub use merge::{Choice, Choices, Conflict, ConflictKind, Merged, merge, merge_metadata};
pub use metadata::{Difficulty, Metadata};
pub use moment::{At, Moment, Version};
pub use package_files::{PackageFile, PackageFiles};
pub use placing::{OverrideName, Position};
pub use record::{
    Blob, Channel, ChannelMove, Codec, Component, Deployment, Grant, Head, Library, LmsTarget,
    PackageRecord, Release, ReleaseReview, Revision, Token, User,
};
pub use reference::{Label, Reference, ReleaseName, ReleaseReference, RevisionSelector, Target};
pub use rules::{
    Completeness, FieldRule, LibraryRule, LibraryRules, MetadataSchema, MissingField, RuleSubject,
};
pub use sequencing::{Counts, Gate, GateStatus, Order, Sequencing};
pub use slot::{Conditions, LinkPolicy, Overrides, Placement, Slot, SlotRole};
pub use state::{State, Transition};
pub use synonyms::{MAX_SYNONYM_LINES, SynonymList, SynonymRule};
pub use tree::{Child, EncodedNode, Node, Roots, StoredNode, StoredSlot, Tree};
pub use violation::Violation;
pub use vocabulary::{Renamed, Term, TermChanges, TermEdit, Vocabulary};

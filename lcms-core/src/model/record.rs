//! Durable things as values: what the store keeps and the interfaces show.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::{Right, Role};
use super::branch::BranchId;
use super::digest::Digest;
use super::ids::{
    ComponentId, DeploymentId, EventNumber, LibraryId, ReleaseId, RevisionId, TargetId, TokenId,
    UserId,
};
use super::key::{Key, Language};
use super::kind::Kind;
use super::state::State;
use super::tree::Roots;

/// A namespace for components and the scope of permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Library {
    /// Id.
    pub id: LibraryId,
    /// Key, unique on this server.
    pub key: Key,
    /// Title.
    pub title: String,
    /// What belongs in it, plain text.
    pub description: String,
    /// Language of its content unless a component says otherwise.
    pub language: Language,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
}

/// A durable thing with a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Component {
    /// Id.
    pub id: ComponentId,
    /// Its library.
    pub library: LibraryId,
    /// Its key, unique in the library.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Not for new use.
    pub retired: bool,
    /// Deleted; can be restored.
    pub deleted: bool,
    /// The structure it is local to: written inside it, used nowhere else and left out of lists
    /// until it is promoted. Absent when it belongs to the library.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<ComponentId>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
}

/// An entry in a component's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Revision {
    /// Id; the `ETag` over HTTP.
    pub id: RevisionId,
    /// The component.
    pub component: ComponentId,
    /// Place in the history on this server, from 1.
    pub number: u32,
    /// Digest of the content document.
    pub content: Digest,
    /// Digest of the metadata document.
    pub metadata: Digest,
    /// Language of the document.
    pub language: Language,
    /// The branch it was saved on.
    pub branch: BranchId,
    /// The revision it was based on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<RevisionId>,
    /// The revision whose changes it also takes in: of another branch, or of the component that
    /// this one is a copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge_parent: Option<RevisionId>,
    /// Of a translation: digest of the content it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Digest>,
    /// Who saved it.
    pub author: UserId,
    /// Why, in the author's words.
    pub message: String,
    /// When, by this server's clock.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

/// The newest revision of a component on a branch, by its digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The branch that has it: the one looked at, or one below.
    pub branch: BranchId,
    /// The revision.
    pub revision: RevisionId,
    /// The revision's number.
    pub number: u32,
    /// Digest of its content document.
    pub content: Digest,
    /// Digest of its metadata document.
    pub metadata: Digest,
    /// Of a translation: digest of the content it was made from.
    pub source: Option<Digest>,
    /// How many slots the content has, when that is known without reading it.
    pub slots: Option<u32>,
}

impl Head {
    /// Whether the content is known to hold no other component.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.slots == Some(0)
    }
}

/// How a blob's bytes are held: ready to be copied into a zip.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// As they are (zip method 0).
    Store,
    /// A raw DEFLATE stream (zip method 8).
    Deflate,
}

impl Codec {
    /// Largest file that is deflated, in bytes: it is packed whole in memory.
    pub const MAX_DEFLATED: u64 = 16 << 20;

    /// How a file is held. Depends only on media type and size, so that every server packs
    /// alike; a change here is a new publisher version.
    #[must_use]
    pub fn for_file(media_type: &str, size: u64) -> Self {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let compressible = essence.starts_with("text/")
            || essence.ends_with("+xml")
            || essence.ends_with("+json")
            || matches!(
                essence.as_str(),
                "application/json"
                    | "application/javascript"
                    | "application/xml"
                    | "application/wasm"
                    | "application/rtf"
                    | "image/bmp"
                    | "font/ttf"
                    | "font/otf"
            );
        if compressible && size > 0 && size <= Self::MAX_DEFLATED {
            Self::Deflate
        } else {
            Self::Store
        }
    }

    /// The codec's name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Deflate => "deflate",
        }
    }

    /// The codec with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Store, Self::Deflate].into_iter().find(|codec| codec.as_str() == name)
    }
}

/// One packed form of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Blob {
    /// Digest of the raw bytes.
    pub digest: Digest,
    /// Size of the raw bytes.
    pub size: u64,
    /// CRC-32 of the raw bytes, as zip wants it.
    pub crc32: u32,
    /// How the bytes are held.
    pub codec: Codec,
    /// Size of the held bytes.
    pub stored_size: u64,
    /// What tells the name of these bytes from that of every other copy, ever; nothing for bytes
    /// that were written when names were digests alone. A matter of this store only.
    #[serde(skip)]
    pub place: Option<Uuid>,
}

/// A structural component frozen with everything in its slots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Release {
    /// Id.
    pub id: ReleaseId,
    /// The component frozen.
    pub component: ComponentId,
    /// Which release of it on this server, from 1.
    pub number: u32,
    /// One digest over the closure.
    pub digest: Digest,
    /// Root of the tree over content digests.
    pub content_root: Digest,
    /// Root of the tree over metadata digests.
    pub metadata_root: Digest,
    /// Language frozen.
    pub language: Language,
    /// The branch it was frozen on.
    pub branch: BranchId,
    /// It holds what stood on the branch after this event; absent when that was not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moment: Option<EventNumber>,
    /// Name given to it, unique among the component's releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Why, in the author's words.
    pub notes: String,
    /// Who froze it.
    pub author: UserId,
    /// When, by this server's clock.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

impl Release {
    /// Names what can be changed of it, label and notes, as they stand.
    #[must_use]
    pub fn description(&self) -> Digest {
        Digest::of_document(&(&self.label, &self.notes)).0
    }

    /// The digests of its two roots.
    #[must_use]
    pub fn roots(&self) -> Roots {
        Roots { content: self.content_root, metadata: self.metadata_root }
    }
}

/// Where the review of a release stands. It is bound to the release's digest, and so to its whole
/// closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReleaseReview {
    /// Draft (withdrawn), in review or approved.
    pub state: State,
    /// Who took the last step.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: OffsetDateTime,
}

/// Where a channel of a component points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Channel {
    /// The component, usually a course.
    pub component: ComponentId,
    /// Its name, unique for the component.
    pub name: Key,
    /// The release it points to; absent once it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// Who moved it there.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub moved: OffsetDateTime,
}

/// One move of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelMove {
    /// Where it pointed before; absent when nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ReleaseId>,
    /// Where it pointed after; absent when it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<ReleaseId>,
    /// Why, in the mover's words.
    pub note: String,
    /// Who moved it.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

/// A target: an LMS that receives packages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LmsTarget {
    /// Id.
    pub id: TargetId,
    /// Key, unique on this server.
    pub key: Key,
    /// Title.
    pub title: String,
    /// What it runs: `moodle`, `canvas`, …
    pub platform: String,
    /// Where it is.
    pub url: String,
    /// Anything else, plain text.
    pub notes: String,
    /// Receives no more packages.
    pub retired: bool,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
}

impl LmsTarget {
    /// Names it as it stands.
    #[must_use]
    pub fn state(&self) -> Digest {
        Digest::of_document(self).0
    }
}

/// A package that was made of a release.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PackageRecord {
    /// Equal for equal bytes.
    pub digest: Digest,
    /// The release it was made of.
    pub release: ReleaseId,
    /// Its format.
    pub format: String,
    /// The profile it was made with.
    #[schema(value_type = Object)]
    pub profile: serde_json::Value,
    /// Digest of that profile.
    pub profile_digest: Digest,
    /// Digest of what an LMS tracks in it, when it was worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Digest>,
    /// Version of the publisher that made it.
    pub publisher: String,
    /// Its size in bytes.
    pub size: u64,
    /// Who first made it.
    pub actor: UserId,
    /// When it was first made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// Digest of the list of its files; absent when it cannot be given again, because it was made before
    /// such lists were kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Digest>,
}

/// That a release was live in a target from – to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Deployment {
    /// Id.
    pub id: DeploymentId,
    /// The target.
    pub target: TargetId,
    /// The component released, usually a course.
    pub component: ComponentId,
    /// The release.
    pub release: ReleaseId,
    /// The package, when it is known which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Digest>,
    /// The channel it follows, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Key>,
    /// Why, in the words of whoever started it.
    pub note: String,
    /// Since when it is live.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
    /// Who started it.
    pub since_actor: UserId,
    /// Until when it was live; absent while it is.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<OffsetDateTime>,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_actor: Option<UserId>,
    /// The event that recorded its start.
    pub event: EventNumber,
}

/// A person or machine that acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Name to sign in and to be granted roles with, unique.
    pub name: Key,
    /// Name shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// May not act any more.
    pub disabled: bool,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
}

/// A role of a user in a library, or in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Grant {
    /// The library; every library when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub library: Option<LibraryId>,
    /// The role.
    pub role: Role,
}

/// An access token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Token {
    /// Id.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What it is for, in its owner's words.
    pub label: String,
    /// What it may be used for; its user's roles apply as well.
    pub scopes: BTreeSet<Right>,
    /// When it was issued.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// When it stops working.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked: Option<OffsetDateTime>,
}

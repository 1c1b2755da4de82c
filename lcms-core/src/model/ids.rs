//! Identifiers. An *id* (UUIDv7) follows the thing through every change; a *digest* changes with
//! the content. A *key* is what people type and may be renamed; a *number* (`@3`) is a
//! revision's place in its history on this server only.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
        )]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, ordered by creation time.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "an id is minted, it has no default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id! {
    /// A library: namespace of keys and scope of permissions.
    LibraryId
}
id! {
    /// A component, for as long as it exists; never encodes its content.
    ComponentId
}
id! {
    /// One entry in a component's history. Travels between servers and is the HTTP `ETag`.
    RevisionId
}
id! {
    /// One state of a vocabulary or metadata schema; its HTTP `ETag`.
    RuleVersionId
}
id! {
    /// An edit of many components in one step, which can be undone in one.
    EditId
}
id! {
    /// A search that somebody keeps.
    SavedSearchId
}
id! {
    /// A message to the receiver of a webhook; the same however often it is sent.
    DeliveryId
}
id! {
    /// One slot of a structure: stays the same while its component or order changes.
    SlotId
}
id! {
    /// A release: one frozen closure of a structural component.
    ReleaseId
}
id! {
    /// A target: an LMS that receives packages.
    TargetId
}
id! {
    /// A deployment: that a release was live in a target from – to.
    DeploymentId
}
id! {
    /// A person or machine that acts. Opaque: names live outside hashed content.
    UserId
}
id! {
    /// An access token.
    TokenId
}
id! {
    /// A sign-in: one browser that may act for a person.
    SignInId
}
id! {
    /// A comment on a revision.
    CommentId
}

impl SlotId {
    /// Stands for an id that is not chosen yet; never stored.
    pub const UNSET: Self = Self(Uuid::nil());

    /// [`SlotId::UNSET`].
    pub(super) const fn unset() -> Self {
        Self::UNSET
    }
}

/// Position in the change log: 1 is the first event, without gaps.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = i64)]
pub struct EventNumber(pub i64);

impl FromStr for EventNumber {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for EventNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

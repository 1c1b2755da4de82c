//! Branches, and the moments that name every version at once.
//!
//! A branch is a name and a base: (branch, event). What stands on it is what was saved on it, and
//! below that whatever stood on the base at that event. So a branch costs one row and copies
//! nothing, and any moment of the whole server is named by (branch, event).

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::digest::Digest;
use super::ids::{EventNumber, UserId};
use super::key::Key;
use super::state::State;

/// A branch's number on this server; what travels is its name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = i32)]
pub struct BranchId(pub i32);

impl BranchId {
    /// `main`, which exists from the start and has no base.
    pub const MAIN: Self = Self(1);
}

/// Whether a branch takes edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BranchState {
    /// It takes edits.
    Open,
    /// Its edits were merged into its base.
    Merged,
    /// It was given up; nothing of it is lost.
    Closed,
}

impl BranchState {
    /// The state's name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
        }
    }

    /// The state with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Merged, Self::Closed].into_iter().find(|state| state.as_str() == name)
    }
}

/// What a branch stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Base {
    /// The branch below.
    pub branch: BranchId,
    /// Its state after this event.
    pub event: EventNumber,
}

/// An isolated line of edits over the whole server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Branch {
    /// Its number on this server.
    pub id: BranchId,
    /// Its name.
    pub name: Key,
    /// What it stands on now; absent for `main`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// Whether it takes edits.
    pub state: BranchState,
    /// Who made it; absent for `main`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

/// The newest step in the review of a branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BranchReview {
    /// What was reviewed: everything the branch changed then, and what it changed it from.
    pub digest: Digest,
    /// Draft (withdrawn), in review or approved.
    pub state: State,
    /// Who took the step.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

/// One branch of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    /// The branch.
    pub branch: BranchId,
    /// Its state after this event; as it is now when absent.
    pub as_of: Option<EventNumber>,
}

/// A moment of the whole server: the layers to be looked through, uppermost first. What a layer
/// has hides what the layers below it have of the same component and language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    layers: Vec<Layer>,
}

impl View {
    /// `main` as it is now.
    #[must_use]
    pub fn main() -> Self {
        Self { layers: vec![Layer { branch: BranchId::MAIN, as_of: None }] }
    }

    /// A view through these layers, uppermost first. Without any it is `main`.
    #[must_use]
    pub fn of_layers(layers: Vec<Layer>) -> Self {
        if layers.is_empty() { Self::main() } else { Self { layers } }
    }

    /// The layers, uppermost first; there is at least one.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The branch looked at: the uppermost layer's.
    #[must_use]
    pub fn branch(&self) -> BranchId {
        self.layers.first().map_or(BranchId::MAIN, |layer| layer.branch)
    }

    /// Whether it shows the present, and so can be written to.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.layers.first().is_none_or(|layer| layer.as_of.is_none())
    }
}

impl Default for View {
    fn default() -> Self {
        Self::main()
    }
}

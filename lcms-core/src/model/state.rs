//! The review state of a component's head.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Right;

/// Where a component stands. Review states belong to the (content, metadata) digest pair of the
/// head, so any edit is a draft again and reverting to an approved pair is approved again;
/// `retired` belongs to the component.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written.
    Draft,
    /// Waiting for a reviewer.
    InReview,
    /// A reviewer approved exactly these documents.
    Approved,
    /// Kept, but not for new use.
    Retired,
}

impl State {
    /// The state's name in documents and addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A step a person takes between states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    /// draft → in_review
    Submit,
    /// in_review or approved → draft
    Withdraw,
    /// in_review → approved
    Approve,
    /// any but retired → retired
    Retire,
    /// retired → what it was before
    Reinstate,
}

impl Transition {
    /// The step's name in addresses and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Approve => "approve",
            Self::Retire => "retire",
            Self::Reinstate => "reinstate",
        }
    }

    /// Whether the step can be taken from that state.
    #[must_use]
    pub fn leaves(self, state: State) -> bool {
        match self {
            Self::Submit => state == State::Draft,
            Self::Withdraw => matches!(state, State::InReview | State::Approved),
            Self::Approve => state == State::InReview,
            Self::Retire => state != State::Retired,
            Self::Reinstate => state == State::Retired,
        }
    }

    /// The right that the step needs, from that state.
    #[must_use]
    pub fn needs(self, state: State) -> Right {
        match self {
            Self::Submit => Right::Write,
            Self::Withdraw if state == State::InReview => Right::Write,
            Self::Withdraw | Self::Approve => Right::Review,
            Self::Retire | Self::Reinstate => Right::Publish,
        }
    }
}

//! Roles, the rights they give, and the scopes that narrow a token.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a user is in a library (or in all of them). A user may hold several: the right to edit
/// does not imply the right to approve, nor that the right to publish, nor that to deploy.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Reads and writes.
    Author,
    /// Reads and approves.
    Reviewer,
    /// Reads, releases and publishes.
    Publisher,
    /// Reads, moves channels, and says what is live in which LMS.
    Deployer,
    /// Everything, including users and libraries.
    Admin,
}

/// One thing that may be done.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// See components, blobs, releases.
    Read,
    /// Create and change components, upload blobs.
    Write,
    /// Approve, withdraw approval.
    Review,
    /// Release, publish, retire.
    Publish,
    /// Move channels, start and end deployments.
    Deploy,
    /// Manage libraries, users, roles and tokens.
    Administer,
}

/// What a token may be used for; its user's roles apply as well.
pub type Scope = Right;

/// A set of rights.
pub type Rights = BTreeSet<Right>;

impl Role {
    /// Every role, from least to most.
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Author, Self::Reviewer, Self::Publisher, Self::Deployer, Self::Admin];

    /// The role's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Author => "author",
            Self::Reviewer => "reviewer",
            Self::Publisher => "publisher",
            Self::Deployer => "deployer",
            Self::Admin => "admin",
        }
    }

    /// What the role allows.
    #[must_use]
    pub fn rights(self) -> &'static [Right] {
        match self {
            Self::Viewer => &[Right::Read],
            Self::Author => &[Right::Read, Right::Write],
            Self::Reviewer => &[Right::Read, Right::Review],
            Self::Publisher => &[Right::Read, Right::Publish],
            Self::Deployer => &[Right::Read, Right::Deploy],
            Self::Admin => &Right::ALL,
        }
    }
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Write, Self::Review, Self::Publish, Self::Deploy, Self::Administer];

    /// The right's name, also that of the scope.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Review => "review",
            Self::Publish => "publish",
            Self::Deploy => "deploy",
            Self::Administer => "administer",
        }
    }

    /// The least role that gives this right, for messages.
    #[must_use]
    pub fn given_by(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Write => Role::Author,
            Self::Review => Role::Reviewer,
            Self::Publish => Role::Publisher,
            Self::Deploy => Role::Deployer,
            Self::Administer => Role::Admin,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no role or scope.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("unknown {what} `{given}`: expected one of {expected}")]
pub struct AccessNameError {
    what: &'static str,
    given: String,
    expected: &'static str,
}

impl FromStr for Role {
    type Err = AccessNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| AccessNameError {
            what: "role",
            given: text.chars().take(60).collect(),
            expected: "viewer, author, reviewer, publisher, deployer, admin",
        })
    }
}

impl FromStr for Right {
    type Err = AccessNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|right| right.as_str() == text).ok_or_else(|| AccessNameError {
            what: "scope",
            given: text.chars().take(60).collect(),
            expected: "read, write, review, publish, deploy, administer",
        })
    }
}

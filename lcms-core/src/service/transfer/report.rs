//! What an arrival did, or would do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{Key, RuleSubject};

/// What an arrival did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Keys of the libraries that were not here before.
    pub new_libraries: Vec<Key>,
    /// Components that were not here before.
    pub new_components: usize,
    /// Revisions that were not here before.
    pub new_revisions: usize,
    /// Revisions that were recognised.
    pub known_revisions: usize,
    /// Documents that were not here before.
    pub new_documents: usize,
    /// Releases that were not here before.
    pub new_releases: usize,
    /// Review states that were taken over.
    pub new_reviews: usize,
    /// Branches that were not here before.
    pub new_branches: Vec<Key>,
    /// Tombstones that were not here before; bytes that are here stay.
    pub new_redactions: usize,
    /// Heads that moved to a revision that goes on from where they stood.
    pub moved_heads: usize,
    /// Heads that go on from something else: they wait on a branch of their own to be merged.
    pub diverged: Vec<Diverged>,
    /// Components that have another key there; they keep the one they have here.
    pub renamed: Vec<Renamed>,
    /// States of vocabularies, metadata schemas and synonyms that were not here before.
    pub new_rules: usize,
    /// Rules that were changed on both sides in ways that fit: both changes hold.
    pub merged_rules: Vec<RuleName>,
    /// Rules that were changed on both sides in ways that do not fit: nothing of theirs was taken.
    pub rule_conflicts: Vec<RuleConflict>,
    /// Components of which it is said here for the first time who looks after them.
    pub new_care: usize,
    /// Components that are looked after as was decided there, later than what held here.
    pub care_replaced: Vec<Key>,
    /// Components that are looked after otherwise there; what was decided here, later, holds.
    pub care_kept: Vec<Key>,
    /// Components whose steward there is no user here; they keep the id.
    pub unknown_stewards: Vec<Key>,
}

impl Received {
    /// Whether everything that arrived was here.
    #[must_use]
    pub fn brought_nothing(&self) -> bool {
        let Self { known_revisions, renamed, rule_conflicts, care_kept, .. } = self.clone();
        let noted = Self { known_revisions, renamed, rule_conflicts, care_kept, ..Self::default() };
        *self == noted
    }
}

/// A head that did not move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Diverged {
    /// Key of the component here.
    pub key: Key,
    /// The branch whose head stayed.
    pub branch: Key,
    /// The branch that the other head arrived on.
    pub arrived_on: Key,
}

/// Names a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct RuleName {
    /// Key of the library.
    pub library: Key,
    /// What it is about.
    pub subject: RuleSubject,
    /// Which of these: a vocabulary's key, a kind or `all`, `synonyms`.
    pub name: String,
}

/// A rule that stayed as it is here, although it was changed there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct RuleConflict {
    /// The rule.
    #[serde(flatten)]
    pub rule: RuleName,
    /// What does not fit, for people: what it is of the document, by name.
    pub because: Vec<String>,
}

/// A component with another key there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Renamed {
    /// Its key here, which it keeps.
    pub here: Key,
    /// Its key there.
    pub there: Key,
}

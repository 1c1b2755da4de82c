//! What an arrival did, or would do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::Key;

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
}

impl Received {
    /// Whether everything that arrived was here.
    #[must_use]
    pub fn brought_nothing(&self) -> bool {
        let (known_revisions, renamed) = (self.known_revisions, self.renamed.clone());
        *self == Self { known_revisions, renamed, ..Self::default() }
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

/// A component with another key there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Renamed {
    /// Its key here, which it keeps.
    pub here: Key,
    /// Its key there.
    pub there: Key,
}

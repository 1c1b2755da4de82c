//! What is different between two frozen trees.
//!
//! A node's digest covers everything below it, so equal digests are never opened: the work is that
//! of the changed paths, whatever the size of the trees. The comparison does not read a store.
//! [`TreeComparison`] asks for the nodes it wants next, level by level, and its caller loads each
//! level with one query:
//!
//! ```text
//! let mut comparison = TreeComparison::new(before, after);
//! while !comparison.wanted().is_empty() {
//!     let nodes = load(comparison.wanted());
//!     comparison.provide(nodes);
//! }
//! let mut diff = comparison.finish();
//! diff.label(|component| …);
//! ```
//!
//! Nodes are matched by slot id under the same parent. What is left over is matched by slot id and
//! then by component under other parents: it moved. So a lesson that went into a new module is a
//! move and an added module, not a removal and an addition. References inside text have slot ids
//! that depend on what they point at alone; they come and go, but do not move.

mod compare;
mod matching;
#[cfg(test)]
mod tests;

use serde::Serialize;
use utoipa::ToSchema;

pub use compare::{Roots, TreeComparison, TreeNode, TreeSlot};

use crate::model::digest::Digest;
use crate::model::ids::{ComponentId, SlotId};
use crate::model::slot::{Conditions, Overrides};

/// What is different between two frozen trees. Empty exactly when both roots are equal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct TreeDiff {
    /// Components that came, without what came inside them.
    pub added: Vec<TreePlace>,
    /// Components that went, without what went inside them.
    pub removed: Vec<TreePlace>,
    /// Components that stand elsewhere.
    pub moved: Vec<TreeMove>,
    /// Components that are not what they were.
    pub changed: Vec<TreeChange>,
}

/// Where a component stands in a tree, and which version of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TreePlace {
    /// From the root to the component.
    pub path: Vec<PathStep>,
    /// Which slot of its parent holds it, from 0 in document order; 0 for the root.
    pub index: usize,
    /// Digest of its content document.
    pub content: Digest,
    /// Digest of its metadata document.
    pub metadata: Digest,
}

/// One component on the way from a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PathStep {
    /// The component.
    pub component: ComponentId,
    /// The slot that holds it; none for the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotId>,
    /// Its key; empty until [`TreeDiff::label`] fills it in.
    pub key: String,
    /// Its title; empty until [`TreeDiff::label`] fills it in.
    pub title: String,
}

/// A component that stands elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TreeMove {
    /// Where it stood.
    pub from: TreePlace,
    /// Where it stands.
    pub to: TreePlace,
}

/// A component that is not what it was. At least one difference is there.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TreeChange {
    /// From the root of the tree after to the component; the first way that leads there.
    pub path: Vec<PathStep>,
    /// In how many slots of changed parents this change of the component was found.
    pub slots: usize,
    /// Its content documents, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<Changed<Digest>>,
    /// Its metadata documents, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Changed<Digest>>,
    /// What its slot replaces, if that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrides: Option<Changed<Overrides>>,
    /// Under which conditions its slot is published, if they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Changed<std::collections::BTreeMap<String, Vec<String>>>>)]
    pub conditions: Option<Changed<Conditions>>,
}

/// Two values that differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Changed<T> {
    /// The value before.
    pub before: T,
    /// The value after.
    pub after: T,
}

impl<T: PartialEq + Clone> Changed<T> {
    /// The two values, if they differ.
    pub(super) fn of(before: &T, after: &T) -> Option<Self> {
        (before != after).then(|| Self { before: before.clone(), after: after.clone() })
    }
}

impl TreeDiff {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.moved.is_empty()
            && self.changed.is_empty()
    }

    /// Every component that a path names, each once, sorted.
    #[must_use]
    pub fn components(&self) -> Vec<ComponentId> {
        let places = self.added.iter().chain(&self.removed);
        let moves = self.moved.iter().flat_map(|moved| [&moved.from, &moved.to]);
        let paths = places.chain(moves).map(|place| &place.path);
        let mut found: Vec<ComponentId> = paths
            .chain(self.changed.iter().map(|change| &change.path))
            .flatten()
            .map(|step| step.component)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Fills in the key and title of every step of every path.
    pub fn label(&mut self, mut name: impl FnMut(ComponentId) -> (String, String)) {
        let places = self.added.iter_mut().chain(&mut self.removed);
        let moves = self.moved.iter_mut().flat_map(|moved| [&mut moved.from, &mut moved.to]);
        let paths = places.chain(moves).map(|place| &mut place.path);
        for step in paths.chain(self.changed.iter_mut().map(|change| &mut change.path)).flatten() {
            (step.key, step.title) = name(step.component);
        }
    }
}

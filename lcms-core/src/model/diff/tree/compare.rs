//! The walk over two trees in step.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::matching::Loose;
use super::{Changed, PathStep, TreeChange, TreeDiff, TreeMove, TreePlace};
use crate::model::diff::sequence::longest_increasing;
use crate::model::digest::Digest;
use crate::model::ids::{ComponentId, SlotId};
use crate::model::slot::{Conditions, Overrides};
use crate::model::tree::Node;
pub use crate::model::tree::Roots;

/// A node of both trees.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeNode {
    /// The component.
    pub component: ComponentId,
    /// Digest of its content document.
    pub content: Digest,
    /// Digest of its metadata document.
    pub metadata: Digest,
    /// Its slots, in document order.
    pub slots: Vec<TreeSlot>,
}

/// A slot of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeSlot {
    /// The slot's id.
    pub id: SlotId,
    /// Fields replaced here.
    pub overrides: Overrides,
    /// When it is published.
    pub conditions: Conditions,
    /// The child.
    pub child: Roots,
}

impl TreeNode {
    /// Brings together a node of the content tree and the node of the same component in the
    /// metadata tree; `None` if they do not agree: the store is damaged.
    #[must_use]
    pub fn join(content: &Node, metadata: &Node) -> Option<Self> {
        let same_slots = content.slots().len() == metadata.slots().len()
            && content.slots().iter().zip(metadata.slots()).all(|(c, m)| c.0 == m.0);
        (content.component() == metadata.component() && same_slots).then(|| Self {
            component: content.component(),
            content: content.document(),
            metadata: metadata.document(),
            slots: content
                .slots()
                .iter()
                .zip(metadata.slots())
                .map(|(c, m)| TreeSlot {
                    id: c.0,
                    overrides: c.1.clone(),
                    conditions: c.2.clone(),
                    child: Roots { content: c.3, metadata: m.3 },
                })
                .collect(),
        })
    }
}

/// A comparison of two trees under way.
pub struct TreeComparison {
    nodes: HashMap<Roots, TreeNode>,
    wanted: Vec<Roots>,
    /// Places to compare.
    pairs: Vec<Pair>,
    /// Pairs of nodes that were compared, and where their change is listed.
    seen: HashMap<(Roots, Roots), Option<usize>>,
    removed: Loose,
    added: Loose,
    diff: TreeDiff,
}

/// A slot in one of the trees, or its root.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// From the root to the parent. The component itself is known when its node is.
    pub parents: Arc<[PathStep]>,
    /// Which slot of the parent it is.
    pub index: usize,
    /// The slot; none for the root.
    pub slot: Option<TreeSlot>,
    /// What stands there.
    pub roots: Roots,
}

impl Spot {
    fn root(roots: Roots) -> Self {
        Self { parents: Arc::new([]), index: 0, slot: None, roots }
    }

    /// The spot of a node's slot, given the path to the node.
    pub(super) fn of(path: &Arc<[PathStep]>, node: &TreeNode, index: usize) -> Option<Self> {
        let slot = node.slots.get(index)?.clone();
        let roots = slot.child;
        Some(Self { parents: path.clone(), index, slot: Some(slot), roots })
    }

    /// The place, once the node is known.
    pub(super) fn place(&self, node: &TreeNode) -> TreePlace {
        TreePlace {
            path: self.path(node.component),
            index: self.index,
            content: node.content,
            metadata: node.metadata,
        }
    }

    /// From the root to the component that stands here.
    pub(super) fn path(&self, component: ComponentId) -> Vec<PathStep> {
        let mut path = self.parents.to_vec();
        let slot = self.slot.as_ref().map(|slot| slot.id);
        path.push(PathStep { component, slot, key: String::new(), title: String::new() });
        path
    }

    /// Whether the slot was placed by somebody. A reference inside text has an id of version 8,
    /// made from what it points at.
    pub(super) fn is_placed(&self) -> bool {
        self.slot.as_ref().is_some_and(|slot| is_placed(slot.id))
    }
}

fn is_placed(slot: SlotId) -> bool {
    slot.0.get_version_num() != 8
}

/// Two places of one component, so far as its slot tells.
struct Pair {
    before: Spot,
    after: Spot,
    moved: bool,
}

impl TreeComparison {
    /// A comparison of the trees with these roots.
    #[must_use]
    pub fn new(before: Roots, after: Roots) -> Self {
        let mut comparison = Self {
            nodes: HashMap::new(),
            wanted: Vec::new(),
            pairs: Vec::new(),
            seen: HashMap::new(),
            removed: Loose::default(),
            added: Loose::default(),
            diff: TreeDiff::default(),
        };
        if before != after {
            let (before, after) = (Spot::root(before), Spot::root(after));
            comparison.pairs.push(Pair { before, after, moved: false });
        }
        comparison.want();
        comparison
    }

    /// The nodes to load next, each once, sorted; none when the comparison is finished.
    #[must_use]
    pub fn wanted(&self) -> &[Roots] {
        &self.wanted
    }

    /// Takes the nodes that were wanted and goes on as far as they reach.
    ///
    /// # Errors
    /// The roots of a wanted node that was not given: without it the comparison cannot go on.
    pub fn provide(
        &mut self,
        nodes: impl IntoIterator<Item = (Roots, TreeNode)>,
    ) -> Result<(), Roots> {
        self.nodes.extend(nodes);
        if let Some(missing) = self.wanted.iter().find(|roots| !self.nodes.contains_key(roots)) {
            return Err(*missing);
        }
        loop {
            for pair in std::mem::take(&mut self.pairs) {
                self.compare(pair);
            }
            self.want();
            if !self.wanted.is_empty() {
                return Ok(());
            }
            if !self.pairs.is_empty() {
                continue;
            }
            let matched = Loose::matches(&mut self.removed, &mut self.added, &self.nodes);
            self.pairs.extend(matched.into_iter().map(|(before, after)| Pair {
                before,
                after,
                moved: true,
            }));
            if self.pairs.is_empty() && !self.open_loose() {
                return Ok(());
            }
        }
    }

    /// The differences found.
    ///
    /// Complete once nothing is [wanted](Self::wanted) any more.
    #[must_use]
    pub fn finish(self) -> TreeDiff {
        let Self { nodes, removed, added, diff, .. } = self;
        TreeDiff { removed: removed.places(&nodes), added: added.places(&nodes), ..diff }
    }

    fn want(&mut self) {
        let pairs = self.pairs.iter().flat_map(|pair| [pair.before.roots, pair.after.roots]);
        let loose = self.removed.roots().chain(self.added.roots());
        self.wanted = pairs.chain(loose).filter(|roots| !self.nodes.contains_key(roots)).collect();
        self.wanted.sort_unstable();
        self.wanted.dedup();
    }

    /// Looks into what came and what went, as long as something in there may have moved; whether
    /// there was anything to look into.
    fn open_loose(&mut self) -> bool {
        if !self.removed.may_match() || !self.added.may_match() {
            return false;
        }
        let removed = self.removed.open(&self.nodes);
        let added = self.added.open(&self.nodes);
        removed || added
    }

    /// Compares two places; they wait while a node is not known.
    fn compare(&mut self, pair: Pair) {
        let (Some(old), Some(new)) =
            (self.nodes.get(&pair.before.roots), self.nodes.get(&pair.after.roots))
        else {
            self.pairs.push(pair);
            return;
        };
        if old.component != new.component {
            self.removed.add(pair.before, None);
            self.added.add(pair.after, None);
            return;
        }
        if pair.moved {
            let (from, to) = (pair.before.place(old), pair.after.place(new));
            self.diff.moved.push(TreeMove { from, to });
        }
        let (overrides, conditions) = match (&pair.before.slot, &pair.after.slot) {
            (Some(before), Some(after)) => (
                Changed::of(&before.overrides, &after.overrides),
                Changed::of(&before.conditions, &after.conditions),
            ),
            _ => (None, None),
        };
        let both = (pair.before.roots, pair.after.roots);
        let seen = self.seen.get(&both).copied();
        let (mut content, mut metadata) = (None, None);
        match seen {
            Some(Some(listed)) => self.diff.changed[listed].slots += 1,
            Some(None) => {}
            None => {
                content = Changed::of(&old.content, &new.content);
                metadata = Changed::of(&old.metadata, &new.metadata);
            }
        }
        let own = content.is_some() || metadata.is_some();
        if seen.is_none() {
            self.seen.insert(both, own.then_some(self.diff.changed.len()));
        }
        if own || overrides.is_some() || conditions.is_some() {
            let path = pair.after.path(new.component);
            let change = TreeChange { path, slots: 1, content, metadata, overrides, conditions };
            self.diff.changed.push(change);
        }
        if seen.is_none() && both.0 != both.1 {
            self.compare_slots(&pair);
        }
    }

    /// Compares the slots of two versions of a component.
    fn compare_slots(&mut self, pair: &Pair) {
        let (Some(old), Some(new)) =
            (self.nodes.get(&pair.before.roots), self.nodes.get(&pair.after.roots))
        else {
            return;
        };
        let was: Arc<[PathStep]> = pair.before.path(old.component).into();
        let is: Arc<[PathStep]> = pair.after.path(new.component).into();
        let places: HashMap<SlotId, usize> =
            old.slots.iter().enumerate().map(|(n, slot)| (slot.id, n)).collect();
        let kept: HashSet<SlotId> = new.slots.iter().map(|slot| slot.id).collect();
        for (n, slot) in old.slots.iter().enumerate() {
            if !kept.contains(&slot.id)
                && let Some(spot) = Spot::of(&was, old, n)
            {
                self.removed.add(spot, None);
            }
        }
        let positions: Vec<usize> = new
            .slots
            .iter()
            .filter(|slot| is_placed(slot.id))
            .filter_map(|slot| places.get(&slot.id).copied())
            .collect();
        let mut stayed = longest_increasing(&positions).into_iter();
        for (n, slot) in new.slots.iter().enumerate() {
            let place = places.get(&slot.id).copied();
            let moved = place.is_some() && is_placed(slot.id) && stayed.next() == Some(false);
            if !moved && place.is_some_and(|place| old.slots[place] == *slot) {
                continue;
            }
            let Some(after) = Spot::of(&is, new, n) else { continue };
            match place.and_then(|place| Spot::of(&was, old, place)) {
                Some(before) => self.pairs.push(Pair { before, after, moved }),
                None => self.added.add(after, None),
            }
        }
    }
}

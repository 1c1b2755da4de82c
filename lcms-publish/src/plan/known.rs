//! SCOs that were planned before.
//!
//! What the pages of a lesson say follows from the lesson with everything below it, from how it is placed,
//! and from the profile's conditions and values of variables. All of that has a name, so that the next
//! release of the course plans only the lessons in which something is different. What is remembered
//! counts the nodes of the release it was made of; those of the release at hand are found by walking
//! both lessons in the same order.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use lcms_core::model::{ComponentId, Digest};

use super::planning::{AssetWords, Placed, Planning};
use super::sco::{Page, Sco};

/// What planning brings to light beside the pages themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Nodes that are part of the package.
    pub(super) used: BTreeSet<usize>,
    /// Words of assets that are shown, by node.
    pub(super) assets: HashMap<usize, AssetWords>,
    /// Components that are linked to.
    pub(super) linked: BTreeSet<ComponentId>,
    /// Conditions that were asked for, with the values that would match.
    pub(super) asked: BTreeMap<String, BTreeSet<String>>,
    pub(super) variables_asked: BTreeSet<String>,
}

impl Found {
    fn take_in(&mut self, other: Self) {
        self.used.extend(other.used);
        self.assets.extend(other.assets);
        self.linked.extend(other.linked);
        for (name, values) in other.asked {
            self.asked.entry(name).or_default().extend(values);
        }
        self.variables_asked.extend(other.variables_asked);
    }

    fn renumber(&mut self, number: &dyn Fn(usize) -> usize) {
        self.used = self.used.iter().map(|node| number(*node)).collect();
        self.assets = self.assets.drain().map(|(node, words)| (number(node), words)).collect();
    }
}

/// A SCO without a fault, as it was planned.
#[derive(Debug)]
pub(crate) struct KnownSco {
    sco: Sco,
    found: Found,
    /// The nodes of its release at and below it, in the order of a walk.
    nodes: Vec<usize>,
}

impl KnownSco {
    /// The same where a walk meets these nodes; `None` if it is another tree after all.
    fn among(&self, nodes: &[usize]) -> Option<(Sco, Found)> {
        if self.nodes.len() != nodes.len() {
            return None;
        }
        let (mut sco, mut found) = (self.sco.clone(), self.found.clone());
        if self.nodes != nodes {
            let numbers: HashMap<_, _> = self.nodes.iter().zip(nodes).collect();
            let number: &dyn Fn(usize) -> usize =
                &|node| numbers.get(&node).map_or(node, |number| **number);
            sco.node = number(sco.node);
            sco.pages.iter_mut().for_each(|page| page.renumber(number));
            found.renumber(number);
        }
        Some((sco, found))
    }

    fn weight(&self) -> usize {
        self.sco.pages.iter().map(Page::weight).sum()
    }
}

impl<'r> Planning<'r> {
    /// A SCO as it was planned before, or as `work_out` plans it. `what` tells ways of planning a node
    /// apart.
    pub(super) fn known_or(
        &mut self,
        what: &str,
        node: usize,
        placed: Option<Placed<'r>>,
        work_out: impl FnOnce(&mut Self) -> Option<Sco>,
    ) -> Option<Sco> {
        let Some(key) = self.name_of(what, node, placed) else { return work_out(self) };
        let nodes = self.at_and_below(node);
        let known = self.cache.planned(&key).and_then(|known| known.among(&nodes));
        if let Some((sco, found)) = known {
            self.found.take_in(found);
            return Some(Sco { from: Some(key), nodes, ..sco });
        }
        let before = mem::take(&mut self.found);
        let faults = mem::take(&mut self.faults);
        let sco = work_out(self);
        let found = mem::replace(&mut self.found, before);
        let faults = mem::replace(&mut self.faults, faults);
        self.found.take_in(found.clone());
        if faults.is_empty()
            && let Some(sco) = &sco
        {
            let known = KnownSco { sco: sco.clone(), found, nodes: nodes.clone() };
            let weight = known.weight();
            self.cache.plan(key, Arc::new(known), weight);
        }
        self.faults.extend(faults.into_vec());
        sco.map(|sco| Sco { from: Some(key), nodes, ..sco })
    }

    /// Names everything that the SCO of a node is planned from; `None` where that cannot be named.
    fn name_of(&self, what: &str, node: usize, placed: Option<Placed<'r>>) -> Option<Digest> {
        let overrides = placed.map(|placed| &placed.slot.overrides);
        if overrides.is_some_and(|overrides| !overrides.blocks.is_empty()) {
            // What stands in the place of a block belongs to the tree of the parent.
            return None;
        }
        let frozen = self.node(node);
        let is_leaf = frozen.slots.is_empty();
        if frozen.roots.is_none() && !is_leaf {
            return None;
        }
        let below = frozen.roots.filter(|_| !is_leaf).map(|roots| [roots.content, roots.metadata]);
        let own = [frozen.content_digest, frozen.metadata_digest];
        let name =
            ("lcms-known-sco/1", self.context, what, frozen.component, own, below, overrides);
        Some(Digest::of_document(&name).0)
    }

    /// A node and everything below it, each once, in the order of a walk.
    fn at_and_below(&self, node: usize) -> Vec<usize> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            if seen.insert(node) {
                found.push(node);
                waiting.extend(self.node(node).slots.iter().rev().map(|slot| slot.node));
            }
        }
        found
    }
}

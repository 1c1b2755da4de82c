//! What came and what went, and which of it is one component that moved.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::TreePlace;
use super::compare::{Roots, Spot, TreeNode};

/// Places of one tree that have no counterpart in the other.
#[derive(Default)]
pub(super) struct Loose {
    items: Vec<Item>,
    /// Nodes whose slots are items already: a node that is used often is opened once.
    opened: HashSet<Roots>,
}

struct Item {
    spot: Spot,
    /// The item that holds it, if it was found inside one.
    inside: Option<usize>,
    /// Whether it has a counterpart after all.
    matched: bool,
    /// Whether something inside it has: then it can have none itself.
    split: bool,
    opened: bool,
}

impl Loose {
    pub(super) fn add(&mut self, spot: Spot, inside: Option<usize>) {
        self.items.push(Item { spot, inside, matched: false, split: false, opened: false });
    }

    /// What stands at the places.
    pub(super) fn roots(&self) -> impl Iterator<Item = Roots> {
        self.unmatched().map(|item| item.spot.roots)
    }

    /// Whether any place could still have a counterpart, itself or inside.
    pub(super) fn may_match(&self) -> bool {
        self.unmatched().next().is_some()
    }

    /// The places that have no counterpart and are in none that has.
    fn unmatched(&self) -> impl Iterator<Item = &Item> {
        let alone = |n: &usize| !self.items[*n].matched && !self.is_matched_around(*n);
        (0..self.items.len()).filter(alone).map(|n| &self.items[n])
    }

    /// Adds what is placed directly inside every place that was not opened yet; whether there was
    /// any.
    pub(super) fn open(&mut self, nodes: &HashMap<Roots, TreeNode>) -> bool {
        let before = self.items.len();
        for n in 0..before {
            let item = &mut self.items[n];
            if item.matched || std::mem::replace(&mut item.opened, true) {
                continue;
            }
            let spot = item.spot.clone();
            let Some(node) = nodes.get(&spot.roots) else { continue };
            if self.is_matched_around(n) || !self.opened.insert(spot.roots) {
                continue;
            }
            let path = spot.path(node.component).into();
            for index in 0..node.slots.len() {
                if let Some(below) = Spot::of(&path, node, index).filter(Spot::is_placed) {
                    self.add(below, Some(n));
                }
            }
        }
        self.items.len() > before
    }

    /// Finds counterparts, outer places first: by slot id, then by component.
    pub(super) fn matches(
        removed: &mut Self,
        added: &mut Self,
        nodes: &HashMap<Roots, TreeNode>,
    ) -> Vec<(Spot, Spot)> {
        let slot = |spot: &Spot| spot.slot.as_ref().map(|slot| slot.id);
        let component = |spot: &Spot| nodes.get(&spot.roots).map(|node| node.component);
        let same_component =
            |old: &Spot, new: &Spot| component(old).is_some() && component(old) == component(new);
        let mut found = Self::matches_by(removed, added, slot, same_component);
        found.extend(Self::matches_by(removed, added, component, same_component));
        found
    }

    fn matches_by<K: Hash + Eq>(
        removed: &mut Self,
        added: &mut Self,
        key: impl Fn(&Spot) -> Option<K>,
        fits: impl Fn(&Spot, &Spot) -> bool,
    ) -> Vec<(Spot, Spot)> {
        let mut by_key = HashMap::<K, Vec<usize>>::new();
        for n in (0..added.items.len()).rev().filter(|n| added.is_free(*n)) {
            if let Some(key) = key(&added.items[n].spot) {
                by_key.entry(key).or_default().push(n);
            }
        }
        let mut found = Vec::new();
        for old in 0..removed.items.len() {
            if !removed.is_free(old) {
                continue;
            }
            let spot = &removed.items[old].spot;
            let Some(candidates) = key(spot).and_then(|key| by_key.get_mut(&key)) else { continue };
            let place = candidates
                .iter()
                .rposition(|new| added.is_free(*new) && fits(spot, &added.items[*new].spot));
            if let Some(place) = place {
                let new = candidates.remove(place);
                found.push((spot.clone(), added.items[new].spot.clone()));
                removed.matched(old);
                added.matched(new);
            }
        }
        found
    }

    fn is_free(&self, n: usize) -> bool {
        let item = &self.items[n];
        item.spot.is_placed() && !item.matched && !item.split && !self.is_matched_around(n)
    }

    /// Whether a place that holds this one has its counterpart; then this one is compared there.
    fn is_matched_around(&self, n: usize) -> bool {
        std::iter::successors(self.items[n].inside, |n| self.items[*n].inside)
            .any(|n| self.items[n].matched)
    }

    fn matched(&mut self, n: usize) {
        self.items[n].matched = true;
        let mut around = self.items[n].inside;
        while let Some(n) = around {
            self.items[n].split = true;
            around = self.items[n].inside;
        }
    }

    /// The places without counterpart that are in no other such place.
    pub(super) fn places(&self, nodes: &HashMap<Roots, TreeNode>) -> Vec<TreePlace> {
        self.items
            .iter()
            .filter(|item| item.inside.is_none() && !item.matched)
            .filter_map(|item| Some(item.spot.place(nodes.get(&item.spot.roots)?)))
            .collect()
    }
}

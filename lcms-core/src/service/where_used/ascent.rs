//! Everything above a component, as a graph that leads down to it.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crate::error::Result;
use crate::model::{Component, ComponentId, Language, SlotId, View};
use crate::store::ancestors::{self, Holding, Reach};
use crate::store::usage::Usage;
use crate::store::{Connection, events};

/// One use, as far above the component as `depth` says.
#[derive(Clone, Debug)]
pub(in crate::service) struct Edge {
    /// The use.
    pub used: Usage,
    /// The component that holds.
    pub parent: Component,
    /// Slots down to the component asked about, by the shortest way.
    pub depth: u32,
}

/// Everything above a component that is not deleted in view.
#[derive(Debug)]
pub(in crate::service) struct Ascent {
    edges: Vec<Edge>,
    /// For each component above, the edge that leads down by the shortest way.
    down: HashMap<ComponentId, usize>,
}

impl Ascent {
    /// Reads what holds a component. What was deleted, and what only it leads to, is left out.
    pub(in crate::service) async fn of(
        db: &impl Connection,
        view: &View,
        component: ComponentId,
        reach: Reach,
    ) -> Result<Self> {
        let holdings = ancestors::of(db, view, component, reach).await?;
        let deleted = match view.layers().first().and_then(|layer| layer.as_of) {
            None => holdings.iter().filter(|h| h.parent.deleted).map(|h| h.parent.id).collect(),
            Some(event) => {
                let parents: HashSet<_> = holdings.iter().map(|h| h.parent.id).collect();
                let parents: Vec<_> = parents.into_iter().collect();
                events::deleted_at(db, &parents, event).await?
            }
        };
        Ok(Self::new(component, holdings, &deleted))
    }

    fn new(component: ComponentId, holdings: Vec<Holding>, deleted: &HashSet<ComponentId>) -> Self {
        let mut holders: BTreeMap<ComponentId, Vec<Holding>> = BTreeMap::new();
        for holding in holdings.into_iter().filter(|h| !deleted.contains(&h.parent.id)) {
            holders.entry(holding.used.child).or_default().push(holding);
        }
        let mut edges = Vec::new();
        let mut down = HashMap::new();
        let mut waiting = VecDeque::from([(component, 1)]);
        while let Some((child, depth)) = waiting.pop_front() {
            let mut held_by = holders.remove(&child).unwrap_or_default();
            // Of several shortest ways the same is shown every time.
            held_by.sort_by(|a, b| order(&a.used).cmp(&order(&b.used)));
            for Holding { used, parent } in held_by {
                if parent.id != component && !down.contains_key(&parent.id) {
                    down.insert(parent.id, edges.len());
                    waiting.push_back((parent.id, depth + 1));
                }
                edges.push(Edge { used, parent, depth });
            }
        }
        Self { edges, down }
    }

    /// Every use, nearest first.
    pub(in crate::service) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// What nothing holds, each once.
    pub(in crate::service) fn tops(&self) -> Vec<&Component> {
        let held: HashSet<_> = self.edges.iter().map(|edge| edge.used.child).collect();
        let is_top = |id: &ComponentId| !held.contains(id);
        let mut tops: Vec<_> = self
            .down
            .iter()
            .filter(|(id, _)| is_top(id))
            .map(|(_, edge)| &self.edges[*edge].parent)
            .collect();
        tops.sort_by_key(|top| top.id);
        tops
    }

    /// The shortest way down from a component: its edge, the next holder's, and so on.
    pub(in crate::service) fn path_from(&self, top: ComponentId) -> Vec<&Edge> {
        let mut path = Vec::new();
        let mut at = top;
        while let Some(index) = self.down.get(&at) {
            let edge = &self.edges[*index];
            at = edge.used.child;
            path.push(edge);
        }
        path
    }
}

fn order(used: &Usage) -> (ComponentId, SlotId, &Language) {
    (used.parent, used.slot, &used.language)
}

//! How learners come to each item, worked out: gates and orders as waits for results of SCOs.
//!
//! Courses and modules say what opens, skips and counts in their own documents
//! (`lcms_core::model::sequencing`). Here a gate becomes what every format can work with: SCOs of this
//! package, and whether they are to be completed or passed. What conditions dropped is waited for by
//! nobody. A gate that could never open is a fault.

use std::collections::{BTreeMap, BTreeSet};

use lcms_core::model::sequencing::{Counts, Gate, GateStatus, Order, Sequencing as Asked};
use lcms_core::model::{ComponentId, Content, Placement, SlotId, SlotRole};
use lcms_core::service::{FrozenNode, FrozenRelease};

use super::{OutlineItem, Sco};
use crate::fault::{Fault, Faults};
use crate::identifiers;

/// A result that an item waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wait {
    /// That a SCO, by index, is completed.
    Completed(usize),
    /// That a SCO, by index, is passed.
    Passed(usize),
    /// That the last SCO taken that serves the objective was passed; at least one stands before.
    Objective(ComponentId),
}

/// How learners come to one item, and what it counts for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sequenced {
    /// It opens when all of these are met: its own gates and those of the headings above it.
    pub(crate) opens: BTreeSet<Wait>,
    /// Its own gates.
    pub(crate) requires: BTreeSet<Wait>,
    /// Who goes on passes it by when all of these are met.
    pub(crate) skip_when: BTreeSet<Wait>,
    pub(crate) attempt_limit: Option<u32>,
    pub(crate) counts: Counts,
}

/// The sequencing of a package.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sequencing {
    /// By identifier of the item; items of which nothing is said are not listed.
    items: BTreeMap<String, Sequenced>,
    /// The SCOs that serve each objective that something waits for, in order.
    servers: BTreeMap<ComponentId, BTreeSet<usize>>,
    /// Something is said about what is no item of its own in this package.
    pub(crate) lost: bool,
}

impl Sequenced {
    /// Whether anything is said of the item itself.
    pub(crate) fn is_asked(&self) -> bool {
        let opens = BTreeSet::new();
        Self { opens, ..self.clone() } != Self::default()
    }
}

impl Sequencing {
    /// How learners come to an item.
    pub(crate) fn of(&self, item: &str) -> Sequenced {
        self.items.get(item).cloned().unwrap_or_default()
    }

    /// Every item of which something is said.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Sequenced)> {
        self.items.iter().map(|(id, sequenced)| (id.as_str(), sequenced))
    }

    /// Everything that something waits for.
    pub(crate) fn waits(&self) -> BTreeSet<&Wait> {
        self.items.values().flat_map(|item| item.opens.iter().chain(&item.skip_when)).collect()
    }

    /// The SCOs, by index, that serve an objective that something waits for.
    pub(crate) fn servers(&self, objective: ComponentId) -> impl Iterator<Item = usize> + '_ {
        self.servers.get(&objective).into_iter().flatten().copied()
    }

    /// The objectives waited for that a SCO serves.
    pub(crate) fn served_by(&self, sco: usize) -> impl Iterator<Item = ComponentId> + '_ {
        self.servers.iter().filter(move |(_, scos)| scos.contains(&sco)).map(|(id, _)| *id)
    }
}

/// Works out the sequencing of a release for its outline. `can_pass` says whether a SCO, by index,
/// can be passed at all.
pub(super) fn work_out(
    release: &FrozenRelease,
    items: &[OutlineItem],
    scos: &[Sco],
    can_pass: &dyn Fn(usize) -> bool,
    faults: &mut Faults,
) -> Sequencing {
    let mut by_id = BTreeMap::new();
    index(items, &mut by_id);
    let found = Sequencing::default();
    let mut walk = Walk { release, scos, can_pass, by_id, found, faults };
    walk.below(0, &[], &BTreeSet::new());
    walk.forget_own_goals();
    walk.found
}

/// Items by identifier, each with the SCOs at or below it.
fn index(items: &[OutlineItem], found: &mut BTreeMap<String, BTreeSet<usize>>) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    for item in items {
        let mut scos = index(&item.children, found);
        scos.extend(item.sco);
        all.extend(&scos);
        found.insert(item.id.clone(), scos);
    }
    all
}

/// What a structural document says.
fn structure(content: &Content) -> Option<(Order, &[Placement])> {
    match content {
        Content::Course(course) => Some((course.order, &course.placements)),
        Content::Module(module) => Some((module.order, &module.placements)),
        _ => None,
    }
}

/// A gate and where it is written.
struct Written<'a> {
    parent: usize,
    pointer: String,
    gate: &'a Gate,
    /// The SCOs of what waits.
    waiting: &'a BTreeSet<usize>,
}

struct Walk<'a> {
    release: &'a FrozenRelease,
    scos: &'a [Sco],
    can_pass: &'a dyn Fn(usize) -> bool,
    by_id: BTreeMap<String, BTreeSet<usize>>,
    found: Sequencing,
    faults: &'a mut Faults,
}

impl Walk<'_> {
    /// Everything below a course or module that `chain` leads to.
    fn below(&mut self, parent: usize, chain: &[SlotId], above: &BTreeSet<Wait>) {
        let release = self.release;
        let course = release.root().component;
        let Some((order, placements)) = structure(&release.nodes[parent].content) else { return };
        let mut earlier = BTreeMap::<SlotId, BTreeSet<usize>>::new();
        let mut before = BTreeSet::new();
        for (n, placement) in placements.iter().enumerate() {
            let chain: Vec<_> = chain.iter().copied().chain([placement.id]).collect();
            let id = identifiers::item(course, &chain);
            let Some(scos) = self.by_id.get(&id).cloned() else {
                // Dropped by a condition, or part of a larger SCO.
                let says = order == Order::Linear || placement.sequencing != Asked::default();
                self.found.lost |= says && self.by_id.len() == 1;
                earlier.insert(placement.id, BTreeSet::new());
                continue;
            };
            let asked = &placement.sequencing;
            let mut sequenced = Sequenced {
                attempt_limit: asked.attempt_limit,
                counts: asked.counts,
                ..Sequenced::default()
            };
            for (name, gates, waits) in [
                ("requires", &asked.requires, &mut sequenced.requires),
                ("skip_when", &asked.skip_when, &mut sequenced.skip_when),
            ] {
                for (m, gate) in gates.iter().enumerate() {
                    let pointer = format!("/placements/{n}/sequencing/{name}/{m}");
                    let written = Written { parent, pointer, gate, waiting: &scos };
                    waits.extend(self.gate(&written, &earlier));
                }
            }
            if order == Order::Linear {
                sequenced.requires.extend(before.iter().map(|sco| Wait::Completed(*sco)));
            }
            sequenced.opens.extend(sequenced.requires.union(above).cloned());
            let opens = sequenced.opens.clone();
            if sequenced != Sequenced::default() {
                self.found.items.insert(id, sequenced);
            }
            let slots = release.nodes[parent].slots.iter();
            let slot = slots.filter(|slot| slot.role == SlotRole::Placement);
            if let Some(slot) = slot.into_iter().find(|slot| slot.id == placement.id) {
                self.below(slot.node, &chain, &opens);
            }
            before.clone_from(&scos);
            earlier.insert(placement.id, scos);
        }
    }

    /// What a gate waits for.
    fn gate(
        &mut self,
        written: &Written<'_>,
        earlier: &BTreeMap<SlotId, BTreeSet<usize>>,
    ) -> BTreeSet<Wait> {
        let Some(scos) = earlier.get(&written.gate.slot) else {
            return self.objective(written).into_iter().collect();
        };
        if written.gate.status == GateStatus::Completed {
            return scos.iter().map(|sco| Wait::Completed(*sco)).collect();
        }
        let passable: BTreeSet<_> = scos
            .iter()
            .filter(|sco| (self.can_pass)(**sco))
            .map(|sco| Wait::Passed(*sco))
            .collect();
        if passable.is_empty() && !scos.is_empty() {
            let message = "what it waits for can never be passed: nothing in it has scored \
                           questions and a pass mark; wait for `completed`, or give it a pass mark";
            self.fault(written, message);
        }
        passable
    }

    /// A gate that waits for an objective; only what stands before can open it.
    fn objective(&mut self, written: &Written<'_>) -> Option<Wait> {
        let slots = &self.release.nodes[written.parent].slots;
        let slot = slots.iter().find(|slot| slot.id == written.gate.slot)?;
        let objective = self.release.nodes[slot.node].component;
        let serving: BTreeSet<_> = (0..self.scos.len())
            .filter(|sco| (self.can_pass)(*sco) && self.serves(&self.scos[*sco], objective))
            .collect();
        let first = written.waiting.first().copied().unwrap_or_default();
        if !serving.iter().any(|sco| *sco < first) {
            let message = "nothing before it can meet this objective: no lesson or assessment that \
                           serves it has scored questions and a pass mark";
            self.fault(written, message);
        }
        self.found.servers.insert(objective, serving);
        Some(Wait::Objective(objective))
    }

    /// What waits for an objective has no say in it: a test that was failed would close its own gate.
    fn forget_own_goals(&mut self) {
        for (sco, planned) in self.scos.iter().enumerate() {
            let Some(item) = self.found.items.get(&planned.id) else { continue };
            for wait in &item.opens {
                if let Wait::Objective(objective) = wait
                    && let Some(serving) = self.found.servers.get_mut(objective)
                {
                    serving.remove(&sco);
                }
            }
        }
    }

    /// Whether a SCO or one of its pages serves an objective.
    fn serves(&self, sco: &Sco, objective: ComponentId) -> bool {
        let serves = |node: &FrozenNode| {
            let slots = node.slots.iter().filter(|slot| slot.role == SlotRole::Objective);
            slots.into_iter().any(|slot| self.release.nodes[slot.node].component == objective)
        };
        let pages = sco.pages.iter().map(|page| page.node);
        pages.chain([sco.node]).any(|node| serves(&self.release.nodes[node]))
    }

    fn fault(&mut self, written: &Written<'_>, message: &str) {
        let node = &self.release.nodes[written.parent];
        self.faults.push(Fault::new(node, &written.pointer, "gate", message));
    }
}

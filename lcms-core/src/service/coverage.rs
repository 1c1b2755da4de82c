//! What a structure comes to for one audience: how long it takes, which objectives it serves and
//! measures, and what of it falls away.
//!
//! It is worked out from the structure as it stands, through every link policy, by the rules that
//! publishing has: content is kept if every name it depends on is given one of its values, and
//! what conditions empty goes with them. Without any conditions given, everything is shown.
//!
//! A component takes as long as what it holds, as far as all of that says how long it takes; where
//! not all does, its own word is taken, if it has one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{FrozenNode, FrozenRelease, FrozenSlot, Session};
use crate::error::Result;
use crate::model::content::Content;
use crate::model::markup::{Compose, Markup, Piece, Reference, Variable, When};
use crate::model::{ComponentId, Conditions, Reference as Named, SlotId, SlotRole};

/// Most places of a structure that are named as left out.
const MOST_LEFT_OUT: usize = 1000;

/// What a structure comes to for one audience.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Coverage {
    /// How long what is shown takes, in minutes, as far as it is known.
    pub minutes: u64,
    /// Pages and assessments shown of which nobody says how long they take.
    pub untimed: u64,
    /// Pages, questions and assessments that learners come to, each as often as it is placed.
    pub pages: u64,
    /// Objectives that the structure or anything shown in it serves, each once, by title.
    pub objectives: Vec<CoveredObjective>,
    /// Every name that something in it depends on, with the values asked for.
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub asked: BTreeMap<String, BTreeSet<String>>,
    /// What is not shown, or not all of it; at most 1000 places.
    pub left_out: Vec<LeftOut>,
}

/// An objective of a structure.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CoveredObjective {
    /// The objective.
    pub component: ComponentId,
    /// What it says.
    pub title: String,
    /// Whether a course, module or lesson names it.
    pub declared: bool,
    /// Different pages shown that serve it.
    pub pages: u64,
    /// Different assessments shown that measure it.
    pub assessments: u64,
}

/// Why something is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOutBy {
    /// Its placement is for others.
    Placement,
    /// Everything in it is for others.
    Empty,
    /// Parts of its text are for others; the rest shows.
    Parts,
}

/// A place that is not shown, or not all of it. What stands below a place that is not shown is
/// not named again.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LeftOut {
    /// The slots that lead to it from the structure, the last its own.
    pub slots: Vec<SlotId>,
    /// Why.
    pub by: LeftOutBy,
    /// Parts of its text that are left out.
    pub parts: u64,
}

impl Session {
    /// What a structure comes to for one audience.
    ///
    /// # Errors
    /// When there is no such component or revision, a slot cannot be resolved, or the actor may
    /// not read it.
    pub async fn coverage(&self, reference: &Named, given: &Conditions) -> Result<Coverage> {
        let frozen = self.as_it_stands(reference).await?;
        Ok(coverage(&frozen, given))
    }
}

/// Whether content under these conditions is shown to those given.
fn keeps(given: &Conditions, wanted: &Conditions) -> bool {
    given.is_empty()
        || wanted.iter().all(|(name, values)| {
            given.get(name).is_some_and(|have| values.iter().any(|value| have.contains(value)))
        })
}

/// What one component version comes to, wherever it stands.
#[derive(Clone, Default)]
struct Sum {
    shown: bool,
    minutes: u64,
    untimed: u64,
    pages: u64,
    /// Parts of its own text that are left out.
    parts: u64,
    /// Whether anything below it is left out, or parts of it.
    any_left_out: bool,
    /// Objectives served.
    served: Vec<usize>,
}

fn coverage(frozen: &FrozenRelease, given: &Conditions) -> Coverage {
    let mut asked = BTreeMap::new();
    let mut sums: Vec<Option<Sum>> = vec![None; frozen.nodes.len()];
    for node in below_first(frozen) {
        let sum = sum(frozen, node, given, &sums, &mut asked);
        sums[node] = Some(sum);
    }
    let reached = reached(frozen, given, &sums);
    let root = sums[0].clone().unwrap_or_default();
    Coverage {
        minutes: root.minutes,
        untimed: root.untimed,
        pages: root.pages,
        objectives: objectives(frozen, &reached, &sums),
        asked,
        left_out: left_out(frozen, given, &sums),
    }
}

fn held(node: &FrozenNode) -> impl Iterator<Item = &FrozenSlot> {
    let holds = |slot: &&FrozenSlot| matches!(slot.role, SlotRole::Placement | SlotRole::Entry);
    node.slots.iter().filter(holds)
}

/// Every version that the root holds, each once, after all that it holds itself.
fn below_first(frozen: &FrozenRelease) -> Vec<usize> {
    let mut order = Vec::with_capacity(frozen.nodes.len());
    let mut begun = vec![false; frozen.nodes.len()];
    let mut open = vec![(0, false)];
    while let Some((node, done)) = open.pop() {
        if done {
            order.push(node);
        } else if !std::mem::replace(&mut begun[node], true) {
            open.push((node, true));
            open.extend(held(&frozen.nodes[node]).map(|slot| (slot.node, false)));
        }
    }
    order
}

fn ask(asked: &mut BTreeMap<String, BTreeSet<String>>, conditions: &Conditions) {
    for (name, values) in conditions {
        asked.entry(name.clone()).or_default().extend(values.iter().cloned());
    }
}

fn sum(
    frozen: &FrozenRelease,
    at: usize,
    given: &Conditions,
    sums: &[Option<Sum>],
    asked: &mut BTreeMap<String, BTreeSet<String>>,
) -> Sum {
    let node = &frozen.nodes[at];
    for slot in &node.slots {
        ask(asked, &slot.conditions);
    }
    let kept = |slot: &&FrozenSlot| keeps(given, &slot.conditions);
    let serves = node.slots.iter().filter(|slot| slot.role == SlotRole::Objective).filter(kept);
    let mut sum = Sum { served: serves.map(|slot| slot.node).collect(), ..Sum::default() };
    let own = node.metadata.duration_minutes.map(u64::from);
    match &node.content {
        Content::Course(_) | Content::Module(_) | Content::Lesson(_) => {
            let mut empty = true;
            for slot in held(node) {
                empty = false;
                let below = sums[slot.node].as_ref();
                let Some(below) = below.filter(|below| below.shown && kept(&slot)) else {
                    sum.any_left_out = true;
                    continue;
                };
                sum.shown = true;
                sum.minutes += below.minutes;
                sum.untimed += below.untimed;
                sum.pages += below.pages;
                sum.any_left_out |= below.any_left_out;
            }
            // What holds nothing yet is not empty because of conditions.
            sum.shown |= empty;
            if let Some(own) = own.filter(|_| sum.untimed > 0) {
                (sum.minutes, sum.untimed) = (own, 0);
            }
            return sum;
        }
        Content::Assessment(_) => {
            let mut entries = held(node).peekable();
            sum.shown = entries.peek().is_none() || entries.any(|slot| kept(&slot));
            sum.any_left_out = !held(node).all(|slot| kept(&slot));
        }
        Content::Topic(topic) => read_text(&topic.body, given, &mut sum, asked),
        _ => sum.shown = true,
    }
    sum.pages = 1;
    match own {
        Some(own) => sum.minutes = own,
        None => sum.untimed = 1,
    }
    sum
}

/// What is left of a page's text, and whether it shows at all.
fn read_text(
    body: &str,
    given: &Conditions,
    sum: &mut Sum,
    asked: &mut BTreeMap<String, BTreeSet<String>>,
) {
    // A text that cannot be read is told by whoever renders it.
    let Ok(markup) = Markup::parse(body) else {
        sum.shown = true;
        return;
    };
    for used in markup.conditions() {
        ask(asked, &used.conditions);
    }
    let left_out = markup.conditions().iter().filter(|used| !keeps(given, &used.conditions));
    sum.parts = left_out.count() as u64;
    sum.any_left_out = sum.parts > 0;
    sum.shown = sum.parts == 0 || !markup.compose(&mut Shown { given }).is_empty();
}

/// Decides conditions and nothing else: variables and included texts count as something to show.
struct Shown<'a> {
    given: &'a Conditions,
}

impl Compose for Shown<'_> {
    fn keeps(&mut self, when: &When) -> bool {
        keeps(self.given, &when.conditions)
    }

    fn value(&mut self, variable: &Variable) -> Option<String> {
        Some(variable.name.clone())
    }

    fn include(&mut self, _reference: &Reference) -> Option<Piece> {
        let markup = Arc::new(Markup::parse("…").ok()?);
        Some(Piece { source: 1, markup, block: None })
    }

    fn leave(&mut self) {}

    fn too_deep(&mut self) {}
}

/// The versions that are shown somewhere.
fn reached(frozen: &FrozenRelease, given: &Conditions, sums: &[Option<Sum>]) -> Vec<bool> {
    let mut reached = vec![false; frozen.nodes.len()];
    let mut open = vec![0];
    while let Some(node) = open.pop() {
        if std::mem::replace(&mut reached[node], true) {
            continue;
        }
        let shown = |node: usize| sums[node].as_ref().is_some_and(|sum| sum.shown);
        let kept = held(&frozen.nodes[node])
            .filter(|slot| keeps(given, &slot.conditions) && shown(slot.node));
        open.extend(kept.map(|slot| slot.node));
    }
    reached
}

fn objectives(
    frozen: &FrozenRelease,
    reached: &[bool],
    sums: &[Option<Sum>],
) -> Vec<CoveredObjective> {
    let mut found: BTreeMap<ComponentId, CoveredObjective> = BTreeMap::new();
    for (at, node) in frozen.nodes.iter().enumerate().filter(|(at, _)| reached[*at]) {
        for &objective in sums[at].iter().flat_map(|sum| &sum.served) {
            let objective = &frozen.nodes[objective];
            let covered = found.entry(objective.component).or_insert_with(|| CoveredObjective {
                component: objective.component,
                title: objective.content.title().to_owned(),
                declared: false,
                pages: 0,
                assessments: 0,
            });
            match &node.content {
                Content::Course(_) | Content::Module(_) | Content::Lesson(_) => {
                    covered.declared = true;
                }
                Content::Assessment(_) => covered.assessments += 1,
                _ => covered.pages += 1,
            }
        }
    }
    let mut found: Vec<CoveredObjective> = found.into_values().collect();
    found.sort_by(|one, other| {
        one.title.cmp(&other.title).then(one.component.cmp(&other.component))
    });
    found
}

fn left_out(frozen: &FrozenRelease, given: &Conditions, sums: &[Option<Sum>]) -> Vec<LeftOut> {
    let mut found = Vec::new();
    let mut open: Vec<(usize, Vec<SlotId>)> = vec![(0, Vec::new())];
    while let Some((at, way)) = open.pop() {
        if found.len() >= MOST_LEFT_OUT {
            break;
        }
        let Some(sum) = &sums[at] else { continue };
        if !sum.any_left_out {
            continue;
        }
        if sum.parts > 0 {
            let left = LeftOut { slots: way.clone(), by: LeftOutBy::Parts, parts: sum.parts };
            found.push(left);
        }
        let mut further = Vec::new();
        for slot in held(&frozen.nodes[at]) {
            let mut slots = way.clone();
            slots.push(slot.id);
            let below = sums[slot.node].as_ref();
            let by = if !keeps(given, &slot.conditions) {
                Some(LeftOutBy::Placement)
            } else if below.is_some_and(|below| !below.shown) {
                Some(LeftOutBy::Empty)
            } else {
                None
            };
            match by {
                Some(by) => {
                    let parts = below.map_or(0, |below| below.parts);
                    found.push(LeftOut { slots, by, parts });
                }
                None => further.push((slot.node, slots)),
            }
        }
        open.extend(further);
    }
    found.truncate(MOST_LEFT_OUT);
    found
}

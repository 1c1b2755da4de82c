//! Sequencing of a plan (SCORM 2004 sequencing and navigation).
//!
//! Learners may choose and go on everywhere (control modes); what is not open yet is disabled by a
//! rule. An activity knows of others only through shared objectives, so that a SCO that something
//! waits for writes to one, and what waits reads it into an objective of its own:
//!
//! ```text
//! completed:  SCO → its objective `d-…`, set by the player → shared `done-…`   → `w-…` of what waits
//! passed:     SCO → its primary objective                  → shared `passed-…` → `w-…` of what waits
//! objective:  each SCO that serves it → primary objective  → shared `goal-…`   → `w-…` of what waits
//! ```
//!
//! Completion goes through an objective because 2nd and 3rd edition share nothing else (section
//! 3.10.2). A status that nobody has set is unknown, and neither `satisfied` nor its negation holds of
//! it (section 3.4.2): each wait asks for both. Where nothing waits, nothing is shared.

use std::collections::BTreeSet;

use lcms_core::model::ComponentId;
use lcms_formats::manifest::Decimal;
use lcms_formats::manifest::scorm2004::{
    Combination, Condition, Consideration, ControlMode, DeliveryControls, ItemRules, Objective,
    ObjectiveMap, Objectives, OrganizationRules, PreAction, RollupConsiderations, RollupRules,
    Rule, RuleCondition, Rules, Sequencing, Share,
};

use crate::identifiers;
use crate::plan::{OutlineItem, Plan, Sco, Sequenced, Wait};

/// Writes the rules of a plan.
pub(super) struct Sequencer<'p> {
    pub(super) plan: &'p Plan<'p>,
    /// Everything that something waits for.
    waits: BTreeSet<&'p Wait>,
}

impl<'p> Sequencer<'p> {
    pub(super) fn new(plan: &'p Plan<'p>) -> Self {
        Self { plan, waits: plan.sequencing.waits() }
    }

    /// Rules of the whole course. Nothing is shared with other courses.
    pub(super) fn course(&self) -> OrganizationRules {
        OrganizationRules { objectives_global_to_system: Some(false), sequencing: walked() }
    }

    /// Rules of a module.
    pub(super) fn heading(&self, item: &OutlineItem) -> ItemRules {
        // What opens a module is written at its SCOs: not every LMS asks the activities above the one
        // that was chosen.
        let asked = Sequenced { opens: BTreeSet::new(), ..self.plan.sequencing.of(&item.id) };
        let reads = self.reads(&asked);
        let objectives = (!reads.is_empty())
            .then(|| Objectives { primary: Objective::default(), others: reads });
        let sequencing = Sequencing { objectives, ..walked() };
        ItemRules { sequencing: self.common(sequencing, item, &asked), ..ItemRules::default() }
    }

    /// Rules of a SCO: it reports completion itself; where there is a pass mark, the score decides on
    /// success (sections 3.10.1 and 3.13).
    pub(super) fn sco(&self, item: &OutlineItem, index: usize, sco: &Sco) -> ItemRules {
        let asked = self.plan.sequencing.of(&item.id);
        let done = self.waits.contains(&Wait::Completed(index));
        let mut others = Vec::new();
        if done {
            let shared = vec![ObjectiveMap::writing(self.shared(&Wait::Completed(index)))];
            let id = Some(done_id(sco));
            others.push(Objective { id, maps: shared, ..Objective::default() });
        }
        others.extend(self.reads(&asked));
        let sequencing = Sequencing {
            objectives: Some(Objectives { primary: self.primary(index, sco), others }),
            attempt_limit: asked.attempt_limit,
            delivery_controls: Some(DeliveryControls {
                tracked: true,
                completion_set_by_content: true,
                objective_set_by_content: true,
            }),
            ..Sequencing::default()
        };
        ItemRules {
            data_from_lms: launch_data(done.then(|| done_id(sco)), asked.attempt_limit.is_some()),
            sequencing: self.common(sequencing, item, &asked),
            ..ItemRules::default()
        }
    }

    fn primary(&self, index: usize, sco: &Sco) -> Objective {
        let (_, pass_mark) = self.plan.rules(sco);
        let measure = pass_mark.and_then(Decimal::nearest);
        let passed = Wait::Passed(index);
        let mut maps = Vec::new();
        if self.waits.contains(&passed) {
            maps.push(ObjectiveMap::writing(self.shared(&passed)));
        }
        let served = self.plan.sequencing.served_by(index);
        maps.extend(served.map(|id| ObjectiveMap::writing(self.shared(&Wait::Objective(id)))));
        Objective {
            id: Some(format!("o-{}", sco.id.trim_start_matches("i-"))),
            satisfied_by_measure: measure.is_some(),
            min_normalized_measure: measure,
            maps,
        }
    }

    /// What SCOs and headings have in common: what opens and skips them, and what they count for.
    fn common(
        &self,
        mut sequencing: Sequencing,
        item: &OutlineItem,
        asked: &Sequenced,
    ) -> Sequencing {
        sequencing.rules = self.rules(asked);
        let rollup = self.rollup(item, asked);
        sequencing.rollup = (rollup != RollupRules::default()).then_some(rollup);
        let unless_skipped = RollupConsiderations {
            satisfied: Consideration::IfNotSkipped,
            not_satisfied: Consideration::IfNotSkipped,
            completed: Consideration::IfNotSkipped,
            incomplete: Consideration::IfNotSkipped,
            ..RollupConsiderations::default()
        };
        sequencing.rollup_considerations = (!asked.skip_when.is_empty()).then_some(unless_skipped);
        sequencing
    }

    fn rules(&self, asked: &Sequenced) -> Rules {
        let condition = |wait: &Wait, kind| Condition::new(kind).of(self.own(wait));
        let mut pre = Vec::new();
        if !asked.skip_when.is_empty() {
            let met = asked.skip_when.iter().map(|wait| condition(wait, RuleCondition::Satisfied));
            pre.push(Rule {
                combination: Combination::All,
                conditions: met.collect(),
                action: PreAction::Skip,
            });
        }
        if !asked.opens.is_empty() {
            let open = |wait| {
                let kinds = [RuleCondition::Satisfied, RuleCondition::ObjectiveStatusKnown];
                kinds.map(|kind| condition(wait, kind).unless())
            };
            pre.push(Rule {
                combination: Combination::Any,
                conditions: asked.opens.iter().flat_map(open).collect(),
                action: PreAction::Disabled,
            });
        }
        Rules { pre, ..Rules::default() }
    }

    /// Objectives of an item that tell what it waits for.
    fn reads(&self, asked: &Sequenced) -> Vec<Objective> {
        let waits: BTreeSet<_> = asked.opens.iter().chain(&asked.skip_when).collect();
        let reading = |wait| Objective {
            id: Some(self.own(wait)),
            maps: vec![ObjectiveMap::reading(self.shared(wait))],
            ..Objective::default()
        };
        waits.into_iter().map(reading).collect()
    }

    /// What an item counts for the one around it. Without a score it has no weight, and what cannot
    /// be passed has no say in success: one lesson to read would else keep a course from ever being
    /// passed (section 4.6).
    fn rollup(&self, item: &OutlineItem, asked: &Sequenced) -> RollupRules {
        let scos = self.scos_of(item);
        let scored = scos.iter().any(|sco| sco.has_scored_questions());
        let passable = scos.iter().any(|sco| self.plan.can_pass(sco));
        let weight = if scored { asked.counts.weight / self.heaviest() } else { 0.0 };
        RollupRules {
            satisfied: asked.counts.success && passable,
            completion: asked.counts.completion,
            weight: Share::nearest(weight).unwrap_or(Share::ZERO),
            rules: Vec::new(),
        }
    }

    /// The largest weight of the course, or 1: shares are what counts, and the standard ends at 1.
    fn heaviest(&self) -> f64 {
        self.plan.sequencing.all().map(|(_, item)| item.counts.weight).fold(1.0, f64::max)
    }

    fn scos_of<'i>(&'i self, item: &'i OutlineItem) -> Vec<&'i Sco> {
        let own = item.sco.and_then(|index| self.plan.scos.get(index));
        own.into_iter().chain(item.children.iter().flat_map(|child| self.scos_of(child))).collect()
    }

    /// The shared objective by which a result is known.
    fn shared(&self, wait: &Wait) -> String {
        let sco = |index: usize| self.plan.scos.get(index).map_or("", |sco| bare(&sco.id));
        match wait {
            Wait::Completed(index) => format!("done-{}", sco(*index)),
            Wait::Passed(index) => format!("passed-{}", sco(*index)),
            Wait::Objective(objective) => format!("goal-{}", self.goal(*objective)),
        }
    }

    /// The objective of what waits, by which it knows a result.
    fn own(&self, wait: &Wait) -> String {
        format!("w-{}", self.shared(wait))
    }

    fn goal(&self, objective: ComponentId) -> String {
        identifiers::goal(self.plan.root().component, objective)
    }
}

fn bare(item: &str) -> &str {
    item.trim_start_matches("i-")
}

/// The objective by which a SCO says that it is completed.
fn done_id(sco: &Sco) -> String {
    format!("d-{}", bare(&sco.id))
}

/// The learner chooses freely and may also go on from one item to the next.
fn walked() -> Sequencing {
    let control_mode = ControlMode { choice: true, flow: true, ..ControlMode::default() };
    Sequencing { control_mode: Some(control_mode), ..Sequencing::default() }
}

/// What the player is told at launch: the objective to satisfy when the lesson is completed, and
/// whether an attempt is over when everything was done, passed or not.
fn launch_data(done: Option<String>, once: bool) -> Option<String> {
    let mut told = serde_json::Map::new();
    if let Some(done) = done {
        told.insert("done".to_owned(), done.into());
    }
    if once {
        told.insert("once".to_owned(), true.into());
    }
    (!told.is_empty()).then(|| serde_json::Value::Object(told).to_string())
}

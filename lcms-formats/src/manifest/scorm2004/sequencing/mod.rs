//! IMS Simple Sequencing 1.0, as far as this crate holds it.
//!
//! The parts of [`Sequencing`] stand in the order of its schema; further parts (limits of time,
//! randomization) are further fields.

mod objectives;
mod rollup;
mod rules;
mod tokens;

use crate::manifest::names::{Vocabulary, vocabulary};
use crate::manifest::{Decimal, Notes};
use crate::xml::{Attributes, Node, XmlWriter};

use super::boolean;

pub use objectives::{Objective, ObjectiveMap, Objectives};
pub use rollup::{
    ChildSet, Consideration, RollupAction, RollupCondition, RollupConsiderations, RollupRule,
    RollupRules, Share,
};
pub use rules::{
    Combination, Condition, ExitAction, PostAction, PreAction, Rule, RuleCondition, Rules,
};
pub use tokens::UnknownToken;

/// A score scaled to −1 … 1.
pub type NormalizedMeasure = Decimal<-1, 1>;

/// `imsss:sequencing`. The default says nothing and is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequencing {
    /// How a learner may move among the items below.
    pub control_mode: Option<ControlMode>,
    /// What follows when conditions are met.
    pub rules: Rules,
    /// `imsss:limitConditions/@attemptLimit`: how often the item may be begun.
    pub attempt_limit: Option<u32>,
    /// What the item counts for the one around it, and how it judges those below.
    pub rollup: Option<RollupRules>,
    /// What the item measures.
    pub objectives: Option<Objectives>,
    /// Who sets what when the item is delivered.
    pub delivery_controls: Option<DeliveryControls>,
    /// When the item counts for the one around it.
    pub rollup_considerations: Option<RollupConsiderations>,
}

/// `imsss:controlMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlMode {
    /// The learner may choose an item from the table of contents.
    pub choice: bool,
    /// The learner may choose to leave the items below for others.
    pub choice_exit: bool,
    /// The learner may go to the next and the previous item.
    pub flow: bool,
    /// The learner may not go back.
    pub forward_only: bool,
    /// Rollup uses objective information of the current attempt only.
    pub use_current_attempt_objective_info: bool,
    /// Rollup uses progress information of the current attempt only.
    pub use_current_attempt_progress_info: bool,
}

impl Default for ControlMode {
    /// The defaults of the specification: choice without flow.
    fn default() -> Self {
        Self {
            choice: true,
            choice_exit: true,
            flow: false,
            forward_only: false,
            use_current_attempt_objective_info: true,
            use_current_attempt_progress_info: true,
        }
    }
}

/// `imsss:deliveryControls`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryControls {
    /// The LMS keeps track of the item at all.
    pub tracked: bool,
    /// The SCO alone says when it is complete; otherwise the LMS assumes so.
    pub completion_set_by_content: bool,
    /// The SCO alone says when its objective is satisfied; otherwise the LMS assumes so.
    pub objective_set_by_content: bool,
}

impl Default for DeliveryControls {
    /// The defaults of the specification.
    fn default() -> Self {
        Self { tracked: true, completion_set_by_content: false, objective_set_by_content: false }
    }
}

pub(in crate::manifest) fn write_sequencing(w: &mut XmlWriter, sequencing: &Sequencing) {
    if *sequencing == Sequencing::default() {
        return;
    }
    w.element("imsss:sequencing", &[], |w| {
        if let Some(mode) = sequencing.control_mode {
            let defaults = ControlMode::default();
            let attributes = differing([
                ("choice", mode.choice, defaults.choice),
                ("choiceExit", mode.choice_exit, defaults.choice_exit),
                ("flow", mode.flow, defaults.flow),
                ("forwardOnly", mode.forward_only, defaults.forward_only),
                (
                    "useCurrentAttemptObjectiveInfo",
                    mode.use_current_attempt_objective_info,
                    defaults.use_current_attempt_objective_info,
                ),
                (
                    "useCurrentAttemptProgressInfo",
                    mode.use_current_attempt_progress_info,
                    defaults.use_current_attempt_progress_info,
                ),
            ]);
            w.empty("imsss:controlMode", &attributes);
        }
        rules::write(w, &sequencing.rules);
        if let Some(limit) = sequencing.attempt_limit {
            w.empty("imsss:limitConditions", &[("attemptLimit", limit.to_string().into())]);
        }
        if let Some(rollup) = &sequencing.rollup {
            rollup::write(w, rollup);
        }
        if let Some(objectives) = &sequencing.objectives {
            objectives::write(w, objectives);
        }
        if let Some(controls) = sequencing.delivery_controls {
            let defaults = DeliveryControls::default();
            let attributes = differing([
                ("tracked", controls.tracked, defaults.tracked),
                (
                    "completionSetByContent",
                    controls.completion_set_by_content,
                    defaults.completion_set_by_content,
                ),
                (
                    "objectiveSetByContent",
                    controls.objective_set_by_content,
                    defaults.objective_set_by_content,
                ),
            ]);
            w.empty("imsss:deliveryControls", &attributes);
        }
        if let Some(considered) = sequencing.rollup_considerations {
            rollup::write_considerations(w, considered);
        }
    });
}

/// The attributes whose value is not their default: (name, value, default).
fn differing<const N: usize>(flags: [(&'static str, bool, bool); N]) -> Attributes<'static> {
    flags
        .into_iter()
        .filter(|(_, value, default)| value != default)
        .map(|(name, value, _)| (name, boolean(value)))
        .collect()
}

pub(in crate::manifest) fn read_sequencing(node: &Node, notes: &mut Notes) -> Sequencing {
    let mut sequencing = Sequencing::default();
    notes.unknown_attributes(node, &[]);
    for child in &node.children {
        match (vocabulary(child), child.name.as_str()) {
            (Vocabulary::SimpleSequencing, "controlMode") => {
                sequencing.control_mode = Some(read_control_mode(child, notes));
            }
            (Vocabulary::SimpleSequencing, "objectives") => {
                sequencing.objectives = Some(objectives::read(child, notes));
            }
            (Vocabulary::SimpleSequencing, "sequencingRules") => {
                sequencing.rules = rules::read(child, notes);
            }
            (Vocabulary::SimpleSequencing, "limitConditions") => {
                notes.unknown_attributes(child, &[("", "attemptLimit")]);
                sequencing.attempt_limit = notes.parsed_attribute(child, "", "attemptLimit");
            }
            (Vocabulary::SimpleSequencing, "rollupRules") => {
                sequencing.rollup = Some(rollup::read(child, notes));
            }
            (Vocabulary::AdlSequencing, "rollupConsiderations") => {
                let considered = rollup::read_considerations(child, notes);
                sequencing.rollup_considerations = Some(considered);
            }
            (Vocabulary::SimpleSequencing, "deliveryControls") => {
                sequencing.delivery_controls = Some(read_delivery_controls(child, notes));
            }
            _ => notes.skipped(child),
        }
    }
    sequencing
}

fn read_control_mode(node: &Node, notes: &mut Notes) -> ControlMode {
    let mut mode = ControlMode::default();
    let mut fields = [
        ("choice", &mut mode.choice),
        ("choiceExit", &mut mode.choice_exit),
        ("flow", &mut mode.flow),
        ("forwardOnly", &mut mode.forward_only),
        ("useCurrentAttemptObjectiveInfo", &mut mode.use_current_attempt_objective_info),
        ("useCurrentAttemptProgressInfo", &mut mode.use_current_attempt_progress_info),
    ];
    read_flags(node, &[], &mut fields, notes);
    mode
}

fn read_delivery_controls(node: &Node, notes: &mut Notes) -> DeliveryControls {
    let mut controls = DeliveryControls::default();
    let mut fields = [
        ("tracked", &mut controls.tracked),
        ("completionSetByContent", &mut controls.completion_set_by_content),
        ("objectiveSetByContent", &mut controls.objective_set_by_content),
    ];
    read_flags(node, &[], &mut fields, notes);
    controls
}

/// Sets each flag whose attribute is present; the others keep their default. `others` are attributes
/// that are read elsewhere.
fn read_flags(node: &Node, others: &[&str], fields: &mut [(&str, &mut bool)], notes: &mut Notes) {
    let flags = fields.iter().map(|(name, _)| *name);
    let known: Vec<_> = flags.chain(others.iter().copied()).map(|name| ("", name)).collect();
    notes.unknown_attributes(node, &known);
    for (name, value) in fields {
        **value = notes.boolean_attribute(node, "", name, **value);
    }
}

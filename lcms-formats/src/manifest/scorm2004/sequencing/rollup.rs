//! Rollup: what an activity contributes to the one around it, and how that one judges by what it is
//! given (SCORM 2004 sequencing and navigation, sections 3.7 and 3.8).

use crate::manifest::names::{Vocabulary, vocabulary};
use crate::manifest::{Decimal, Notes};
use crate::xml::{Attributes, Node, XmlWriter};

use super::differing;
use super::rules::{Combination, read_negation};
use super::tokens::tokens;

/// A share or weight from 0 to 1.
pub type Share = Decimal<0, 1>;

tokens! {
    /// Which of the activities below must meet a rule's conditions.
    ChildSet {
        /// All of them.
        All = "all",
        /// At least one.
        Any = "any",
        /// Not one.
        None = "none",
        /// As many as [`RollupRule::minimum_count`].
        AtLeastCount = "atLeastCount",
        /// As large a share as [`RollupRule::minimum_percent`].
        AtLeastPercent = "atLeastPercent",
    }
}

tokens! {
    /// What is asked of each activity below.
    RollupCondition {
        /// Its objective is satisfied.
        Satisfied = "satisfied",
        /// It is known whether its objective is satisfied.
        ObjectiveStatusKnown = "objectiveStatusKnown",
        /// It has a score.
        ObjectiveMeasureKnown = "objectiveMeasureKnown",
        /// It is completed.
        Completed = "completed",
        /// It is known whether it is completed.
        ActivityProgressKnown = "activityProgressKnown",
        /// It was begun.
        Attempted = "attempted",
        /// As many attempts were made as are allowed.
        AttemptLimitExceeded = "attemptLimitExceeded",
        /// The time for it is over.
        TimeLimitExceeded = "timeLimitExceeded",
        /// It is not offered at this time.
        OutsideAvailableTimeRange = "outsideAvailableTimeRange",
    }
}

tokens! {
    /// What follows for the activity that the rule belongs to.
    RollupAction {
        /// It is satisfied.
        Satisfied = "satisfied",
        /// It is not satisfied.
        NotSatisfied = "notSatisfied",
        /// It is completed.
        Completed = "completed",
        /// It is not completed.
        Incomplete = "incomplete",
    }
}

tokens! {
    /// When an activity has a say in one of the statuses of the activity around it.
    Consideration {
        /// Always.
        Always = "always",
        /// When it was begun.
        IfAttempted = "ifAttempted",
        /// Unless a rule skips it.
        IfNotSkipped = "ifNotSkipped",
        /// Unless it was begun and left to be resumed.
        IfNotSuspended = "ifNotSuspended",
    }
}

/// One rule by which an activity judges the activities below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollupRule {
    /// Which of them must meet the conditions.
    pub children: ChildSet,
    /// How many, for [`ChildSet::AtLeastCount`].
    pub minimum_count: u32,
    /// Which share, for [`ChildSet::AtLeastPercent`].
    pub minimum_percent: Share,
    /// How the conditions are joined.
    pub combination: Combination,
    /// Each condition, and whether it is negated; at least one.
    pub conditions: Vec<(bool, RollupCondition)>,
    /// What follows.
    pub action: RollupAction,
}

/// `imsss:rollupRules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollupRules {
    /// Whether this activity has a say in the success of the one around it.
    pub satisfied: bool,
    /// Whether it has a say in the completion of the one around it.
    pub completion: bool,
    /// The weight of its score among its siblings'.
    pub weight: Share,
    /// How it judges the activities below; when empty, all must be satisfied or completed.
    pub rules: Vec<RollupRule>,
}

impl Default for RollupRules {
    /// The defaults of the specification: everything counts, each score alike.
    fn default() -> Self {
        Self { satisfied: true, completion: true, weight: ONE, rules: Vec::new() }
    }
}

/// `adlseq:rollupConsiderations`: when this activity has a say in the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RollupConsiderations {
    /// In its being satisfied.
    pub satisfied: Consideration,
    /// In its being not satisfied.
    pub not_satisfied: Consideration,
    /// In its being completed.
    pub completed: Consideration,
    /// In its being incomplete.
    pub incomplete: Consideration,
    /// Whether a score decides while the activity is still under way.
    pub measure_satisfaction_if_active: bool,
}

impl Default for RollupConsiderations {
    /// The defaults of the specification.
    fn default() -> Self {
        let always = Consideration::Always;
        Self {
            satisfied: always,
            not_satisfied: always,
            completed: always,
            incomplete: always,
            measure_satisfaction_if_active: true,
        }
    }
}

/// The weight of an activity that nothing is said of.
pub(super) const ONE: Share = Share::ONE;

pub(super) fn write(w: &mut XmlWriter, rules: &RollupRules) {
    let mut attributes = differing([
        ("rollupObjectiveSatisfied", rules.satisfied, true),
        ("rollupProgressCompletion", rules.completion, true),
    ]);
    if rules.weight != ONE {
        attributes.push(("objectiveMeasureWeight", rules.weight.to_string().into()));
    }
    w.element("imsss:rollupRules", &attributes, |w| {
        for rule in &rules.rules {
            write_rule(w, rule);
        }
    });
}

fn write_rule(w: &mut XmlWriter, rule: &RollupRule) {
    let mut attributes: Attributes<'_> = vec![("childActivitySet", rule.children.token().into())];
    if rule.minimum_count != 0 {
        attributes.push(("minimumCount", rule.minimum_count.to_string().into()));
    }
    if rule.minimum_percent.ten_thousandths() != 0 {
        attributes.push(("minimumPercent", rule.minimum_percent.to_string().into()));
    }
    w.element("imsss:rollupRule", &attributes, |w| {
        let combination = [("conditionCombination", rule.combination.token().into())];
        w.element("imsss:rollupConditions", &combination, |w| {
            for (negated, condition) in &rule.conditions {
                let mut attributes: Attributes<'_> = Vec::new();
                if *negated {
                    attributes.push(("operator", "not".into()));
                }
                attributes.push(("condition", condition.token().into()));
                w.empty("imsss:rollupCondition", &attributes);
            }
        });
        w.empty("imsss:rollupAction", &[("action", rule.action.token().into())]);
    });
}

pub(super) fn write_considerations(w: &mut XmlWriter, considered: RollupConsiderations) {
    let mut attributes: Attributes<'_> = Vec::new();
    for (name, value) in [
        ("requiredForSatisfied", considered.satisfied),
        ("requiredForNotSatisfied", considered.not_satisfied),
        ("requiredForCompleted", considered.completed),
        ("requiredForIncomplete", considered.incomplete),
    ] {
        if value != Consideration::Always {
            attributes.push((name, value.token().into()));
        }
    }
    let active = considered.measure_satisfaction_if_active;
    attributes.extend(differing([("measureSatisfactionIfActive", active, true)]));
    w.empty("adlseq:rollupConsiderations", &attributes);
}

pub(super) fn read(node: &Node, notes: &mut Notes) -> RollupRules {
    const KNOWN: [(&str, &str); 3] = [
        ("", "rollupObjectiveSatisfied"),
        ("", "rollupProgressCompletion"),
        ("", "objectiveMeasureWeight"),
    ];
    notes.unknown_attributes(node, &KNOWN);
    let mut rules = RollupRules {
        satisfied: notes.boolean_attribute(node, "", "rollupObjectiveSatisfied", true),
        completion: notes.boolean_attribute(node, "", "rollupProgressCompletion", true),
        weight: notes.parsed_attribute(node, "", "objectiveMeasureWeight").unwrap_or(ONE),
        rules: Vec::new(),
    };
    for child in &node.children {
        match (vocabulary(child), child.name.as_str()) {
            (Vocabulary::SimpleSequencing, "rollupRule") => {
                rules.rules.extend(read_rule(child, notes));
            }
            _ => notes.skipped(child),
        }
    }
    rules
}

fn read_rule(node: &Node, notes: &mut Notes) -> Option<RollupRule> {
    const KNOWN: [(&str, &str); 3] =
        [("", "childActivitySet"), ("", "minimumCount"), ("", "minimumPercent")];
    notes.unknown_attributes(node, &KNOWN);
    let (mut combination, mut conditions, mut action) = (Combination::Any, Vec::new(), None);
    for child in &node.children {
        match (vocabulary(child), child.name.as_str()) {
            (Vocabulary::SimpleSequencing, "rollupConditions") => {
                notes.unknown_attributes(child, &[("", "conditionCombination")]);
                let read = notes.parsed_attribute(child, "", "conditionCombination");
                combination = read.unwrap_or(combination);
                for each in &child.children {
                    notes.unknown_attributes(each, &[("", "operator"), ("", "condition")]);
                    if let Some(condition) = notes.parsed_attribute(each, "", "condition") {
                        conditions.push((read_negation(each, notes), condition));
                    }
                }
            }
            (Vocabulary::SimpleSequencing, "rollupAction") => {
                notes.unknown_attributes(child, &[("", "action")]);
                action = notes.parsed_attribute(child, "", "action");
            }
            _ => notes.skipped(child),
        }
    }
    if action.is_none() {
        notes.skipped(node);
    }
    Some(RollupRule {
        children: notes.parsed_attribute(node, "", "childActivitySet").unwrap_or(ChildSet::All),
        minimum_count: notes.parsed_attribute(node, "", "minimumCount").unwrap_or_default(),
        minimum_percent: notes.parsed_attribute(node, "", "minimumPercent").unwrap_or(Share::ZERO),
        combination,
        conditions,
        action: action?,
    })
}

pub(super) fn read_considerations(node: &Node, notes: &mut Notes) -> RollupConsiderations {
    let mut considered = RollupConsiderations::default();
    let texts = [
        ("requiredForSatisfied", &mut considered.satisfied),
        ("requiredForNotSatisfied", &mut considered.not_satisfied),
        ("requiredForCompleted", &mut considered.completed),
        ("requiredForIncomplete", &mut considered.incomplete),
    ];
    for (name, value) in texts {
        *value = notes.parsed_attribute(node, "", name).unwrap_or(*value);
    }
    let active = &mut considered.measure_satisfaction_if_active;
    *active = notes.boolean_attribute(node, "", "measureSatisfactionIfActive", *active);
    const KNOWN: [(&str, &str); 5] = [
        ("", "requiredForSatisfied"),
        ("", "requiredForNotSatisfied"),
        ("", "requiredForCompleted"),
        ("", "requiredForIncomplete"),
        ("", "measureSatisfactionIfActive"),
    ];
    notes.unknown_attributes(node, &KNOWN);
    considered
}

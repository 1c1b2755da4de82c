//! Sequencing rules: what holds for an activity when conditions are met (IMS Simple Sequencing
//! 1.0, sequencing rule definition; SCORM 2004 sequencing and navigation, section 3.4).

use crate::manifest::Notes;
use crate::manifest::names::{Vocabulary, vocabulary};
use crate::xml::{Attributes, Node, XmlWriter};

use super::NormalizedMeasure;
use super::tokens::tokens;

tokens! {
    /// `ruleCondition/@condition`: what is asked of an activity or of one of its objectives.
    RuleCondition {
        /// The objective is satisfied. Unknown while nobody has said so, and then never met, also
        /// when negated.
        Satisfied = "satisfied",
        /// It is known whether the objective is satisfied.
        ObjectiveStatusKnown = "objectiveStatusKnown",
        /// The objective has a score.
        ObjectiveMeasureKnown = "objectiveMeasureKnown",
        /// Its score is above the threshold.
        ObjectiveMeasureGreaterThan = "objectiveMeasureGreaterThan",
        /// Its score is below the threshold.
        ObjectiveMeasureLessThan = "objectiveMeasureLessThan",
        /// The activity is completed.
        Completed = "completed",
        /// It is known whether the activity is completed.
        ActivityProgressKnown = "activityProgressKnown",
        /// The activity was begun before.
        Attempted = "attempted",
        /// As many attempts were made as are allowed.
        AttemptLimitExceeded = "attemptLimitExceeded",
        /// The time for it is over.
        TimeLimitExceeded = "timeLimitExceeded",
        /// It is not offered at this time.
        OutsideAvailableTimeRange = "outsideAvailableTimeRange",
        /// Always met.
        Always = "always",
    }
}

tokens! {
    /// What a rule does before its activity is delivered.
    PreAction {
        /// Passed over when learners go on; it can still be chosen.
        Skip = "skip",
        /// Cannot be delivered.
        Disabled = "disabled",
        /// Cannot be chosen.
        HiddenFromChoice = "hiddenFromChoice",
        /// Nothing after it can be chosen from before it.
        StopForwardTraversal = "stopForwardTraversal",
    }
}

tokens! {
    /// What a rule does when its activity ends.
    PostAction {
        /// The activity around it ends too.
        ExitParent = "exitParent",
        /// The course ends.
        ExitAll = "exitAll",
        /// It begins again.
        Retry = "retry",
        /// The course begins again.
        RetryAll = "retryAll",
        /// The next one follows.
        Continue = "continue",
        /// The one before follows.
        Previous = "previous",
    }
}

tokens! {
    /// What a rule does while its activity or one below is under way.
    ExitAction {
        /// The activity ends.
        Exit = "exit",
    }
}

tokens! {
    /// How the conditions of a rule are joined.
    Combination {
        /// All of them must be met.
        All = "all",
        /// One is enough.
        Any = "any",
    }
}

/// One condition of a [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The objective of the same activity that is asked; the primary one when left out.
    pub objective: Option<String>,
    /// What scores are compared with.
    pub threshold: Option<NormalizedMeasure>,
    /// Met when what is asked is not so.
    pub negated: bool,
    /// What is asked.
    pub condition: RuleCondition,
}

impl Condition {
    /// A condition on the activity itself, or on its primary objective.
    pub fn new(condition: RuleCondition) -> Self {
        Self { objective: None, threshold: None, negated: false, condition }
    }

    /// The same of another objective of the activity.
    #[must_use]
    pub fn of(mut self, objective: impl Into<String>) -> Self {
        self.objective = Some(objective.into());
        self
    }

    /// Met when this one is not.
    #[must_use]
    pub fn unless(mut self) -> Self {
        self.negated = !self.negated;
        self
    }
}

/// Conditions and what follows from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<A> {
    /// How the conditions are joined.
    pub combination: Combination,
    /// At least one; without any the rule never holds.
    pub conditions: Vec<Condition>,
    /// What follows.
    pub action: A,
}

/// `imsss:sequencingRules`. The default says nothing and is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Asked before the activity is delivered.
    pub pre: Vec<Rule<PreAction>>,
    /// Asked while it, or an activity below, is under way.
    pub exit: Vec<Rule<ExitAction>>,
    /// Asked when it ends.
    pub post: Vec<Rule<PostAction>>,
}

impl Rules {
    /// Every condition of every rule.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let pre = self.pre.iter().flat_map(|rule| &rule.conditions);
        let exit = self.exit.iter().flat_map(|rule| &rule.conditions);
        pre.chain(exit).chain(self.post.iter().flat_map(|rule| &rule.conditions))
    }
}

pub(super) fn write(w: &mut XmlWriter, rules: &Rules) {
    if *rules == Rules::default() {
        return;
    }
    w.element("imsss:sequencingRules", &[], |w| {
        for rule in &rules.pre {
            write_rule(w, "imsss:preConditionRule", rule, rule.action.token());
        }
        for rule in &rules.exit {
            write_rule(w, "imsss:exitConditionRule", rule, rule.action.token());
        }
        for rule in &rules.post {
            write_rule(w, "imsss:postConditionRule", rule, rule.action.token());
        }
    });
}

fn write_rule<A>(w: &mut XmlWriter, name: &str, rule: &Rule<A>, action: &'static str) {
    w.element(name, &[], |w| {
        if !rule.conditions.is_empty() {
            let combination = [("conditionCombination", rule.combination.token().into())];
            w.element("imsss:ruleConditions", &combination, |w| {
                for condition in &rule.conditions {
                    write_condition(w, condition);
                }
            });
        }
        w.empty("imsss:ruleAction", &[("action", action.into())]);
    });
}

fn write_condition(w: &mut XmlWriter, condition: &Condition) {
    let mut attributes: Attributes<'_> = Vec::new();
    if let Some(objective) = &condition.objective {
        attributes.push(("referencedObjective", objective.into()));
    }
    if let Some(threshold) = condition.threshold {
        attributes.push(("measureThreshold", threshold.to_string().into()));
    }
    if condition.negated {
        attributes.push(("operator", "not".into()));
    }
    attributes.push(("condition", condition.condition.token().into()));
    w.empty("imsss:ruleCondition", &attributes);
}

pub(super) fn read(node: &Node, notes: &mut Notes) -> Rules {
    let mut rules = Rules::default();
    notes.unknown_attributes(node, &[]);
    for child in &node.children {
        match (vocabulary(child), child.name.as_str()) {
            (Vocabulary::SimpleSequencing, "preConditionRule") => {
                rules.pre.extend(read_rule(child, notes));
            }
            (Vocabulary::SimpleSequencing, "exitConditionRule") => {
                rules.exit.extend(read_rule(child, notes));
            }
            (Vocabulary::SimpleSequencing, "postConditionRule") => {
                rules.post.extend(read_rule(child, notes));
            }
            _ => notes.skipped(child),
        }
    }
    rules
}

fn read_rule<A: std::str::FromStr>(node: &Node, notes: &mut Notes) -> Option<Rule<A>> {
    let (mut combination, mut conditions, mut action) = (Combination::All, Vec::new(), None);
    notes.unknown_attributes(node, &[]);
    for child in &node.children {
        match (vocabulary(child), child.name.as_str()) {
            (Vocabulary::SimpleSequencing, "ruleConditions") => {
                notes.unknown_attributes(child, &[("", "conditionCombination")]);
                let read = notes.parsed_attribute(child, "", "conditionCombination");
                combination = read.unwrap_or(combination);
                for condition in &child.children {
                    conditions.extend(read_condition(condition, notes));
                }
            }
            (Vocabulary::SimpleSequencing, "ruleAction") => {
                notes.unknown_attributes(child, &[("", "action")]);
                action = notes.parsed_attribute(child, "", "action");
            }
            _ => notes.skipped(child),
        }
    }
    if action.is_none() {
        notes.skipped(node);
    }
    Some(Rule { combination, conditions, action: action? })
}

fn read_condition(node: &Node, notes: &mut Notes) -> Option<Condition> {
    if (vocabulary(node), node.name.as_str()) != (Vocabulary::SimpleSequencing, "ruleCondition") {
        notes.skipped(node);
        return None;
    }
    const KNOWN: [(&str, &str); 4] = [
        ("", "referencedObjective"),
        ("", "measureThreshold"),
        ("", "operator"),
        ("", "condition"),
    ];
    notes.unknown_attributes(node, &KNOWN);
    Some(Condition {
        objective: node.attribute("", "referencedObjective").map(str::to_owned),
        threshold: notes.parsed_attribute(node, "", "measureThreshold"),
        negated: read_negation(node, notes),
        condition: notes.parsed_attribute(node, "", "condition")?,
    })
}

/// `operator`: `not`, or `noOp` when left out.
pub(super) fn read_negation(node: &Node, notes: &mut Notes) -> bool {
    match node.attribute("", "operator") {
        None | Some("noOp") => false,
        Some("not") => true,
        Some(other) => {
            notes.invalid(node.position, "operator", other);
            false
        }
    }
}

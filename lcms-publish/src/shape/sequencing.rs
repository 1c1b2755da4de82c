//! Sequencing of SCORM 2004 as texts by name, so that it can be compared and shown.

use std::collections::BTreeMap;

use lcms_formats::manifest::scorm2004::{
    Condition, Consideration, ControlMode, DeliveryControls, Rule, Rules, Sequencing,
};

/// What differs from the standard's defaults, each by its name.
pub(super) fn sequencing(sequencing: &Sequencing) -> BTreeMap<String, String> {
    let mut told = BTreeMap::new();
    let mut tell = |name: &str, value: bool, default: bool| {
        if value != default {
            told.insert(name.to_owned(), value.to_string());
        }
    };
    let (mode, default) = (sequencing.control_mode.unwrap_or_default(), ControlMode::default());
    tell("choice", mode.choice, default.choice);
    tell("choiceExit", mode.choice_exit, default.choice_exit);
    tell("flow", mode.flow, default.flow);
    tell("forwardOnly", mode.forward_only, default.forward_only);
    tell(
        "useCurrentAttemptObjectiveInfo",
        mode.use_current_attempt_objective_info,
        default.use_current_attempt_objective_info,
    );
    tell(
        "useCurrentAttemptProgressInfo",
        mode.use_current_attempt_progress_info,
        default.use_current_attempt_progress_info,
    );
    let (controls, default) =
        (sequencing.delivery_controls.unwrap_or_default(), DeliveryControls::default());
    tell("tracked", controls.tracked, default.tracked);
    tell(
        "completionSetByContent",
        controls.completion_set_by_content,
        default.completion_set_by_content,
    );
    tell(
        "objectiveSetByContent",
        controls.objective_set_by_content,
        default.objective_set_by_content,
    );
    rules(&sequencing.rules, &mut told);
    rollup(sequencing, &mut told);
    objectives(sequencing, &mut told);
    told
}

/// Each rule by its action and place among those of its kind.
fn rules(rules: &Rules, told: &mut BTreeMap<String, String>) {
    fn tell<A: Copy>(
        kind: &str,
        rules: &[Rule<A>],
        token: impl Fn(A) -> &'static str,
        told: &mut BTreeMap<String, String>,
    ) {
        for (n, rule) in rules.iter().enumerate() {
            let conditions: Vec<_> = rule.conditions.iter().map(condition).collect();
            let (action, joined) = (token(rule.action), rule.combination.token());
            let text = format!("{action} if {joined} of {}", conditions.join(", "));
            told.insert(format!("{kind} {}", n + 1), text);
        }
    }
    tell("preConditionRule", &rules.pre, |action| action.token(), told);
    tell("exitConditionRule", &rules.exit, |action| action.token(), told);
    tell("postConditionRule", &rules.post, |action| action.token(), told);
}

fn condition(condition: &Condition) -> String {
    let mut text = String::new();
    if condition.negated {
        text.push_str("not ");
    }
    text.push_str(condition.condition.token());
    if let Some(threshold) = condition.threshold {
        text.push_str(&format!(" {threshold}"));
    }
    if let Some(objective) = &condition.objective {
        text.push_str(&format!(" ({objective})"));
    }
    text
}

fn rollup(sequencing: &Sequencing, told: &mut BTreeMap<String, String>) {
    if let Some(limit) = sequencing.attempt_limit {
        told.insert("attemptLimit".to_owned(), limit.to_string());
    }
    if let Some(rollup) = &sequencing.rollup {
        let mut tell = |name: &str, value: String| told.insert(name.to_owned(), value);
        if !rollup.satisfied {
            tell("rollupObjectiveSatisfied", false.to_string());
        }
        if !rollup.completion {
            tell("rollupProgressCompletion", false.to_string());
        }
        if rollup.weight.ten_thousandths() != 10_000 {
            tell("objectiveMeasureWeight", rollup.weight.to_string());
        }
        for (n, rule) in rollup.rules.iter().enumerate() {
            let conditions: Vec<_> = rule
                .conditions
                .iter()
                .map(|(not, kind)| format!("{}{}", if *not { "not " } else { "" }, kind.token()))
                .collect();
            let text = format!(
                "{} if {} (at least {}, {}) are {} of {}",
                rule.action.token(),
                rule.children.token(),
                rule.minimum_count,
                rule.minimum_percent,
                rule.combination.token(),
                conditions.join(", ")
            );
            tell(&format!("rollupRule {}", n + 1), text);
        }
    }
    if let Some(considered) = &sequencing.rollup_considerations {
        for (name, value) in [
            ("requiredForSatisfied", considered.satisfied),
            ("requiredForNotSatisfied", considered.not_satisfied),
            ("requiredForCompleted", considered.completed),
            ("requiredForIncomplete", considered.incomplete),
        ] {
            if value != Consideration::Always {
                told.insert(name.to_owned(), value.token().to_owned());
            }
        }
        if !considered.measure_satisfaction_if_active {
            told.insert("measureSatisfactionIfActive".to_owned(), false.to_string());
        }
    }
}

/// Marks of secondary objectives, and what any objective shares.
fn objectives(sequencing: &Sequencing, told: &mut BTreeMap<String, String>) {
    let Some(objectives) = &sequencing.objectives else { return };
    for objective in &objectives.others {
        let measure = objective.min_normalized_measure.filter(|_| objective.satisfied_by_measure);
        if let (Some(id), Some(measure)) = (&objective.id, measure) {
            told.insert(format!("minNormalizedMeasure of {id}"), measure.to_string());
        }
    }
    for objective in std::iter::once(&objectives.primary).chain(&objectives.others) {
        let id = objective.id.as_deref().unwrap_or("the primary objective");
        for map in &objective.maps {
            let flags = [
                ("reads status", map.read_satisfied),
                ("reads score", map.read_measure),
                ("writes status", map.write_satisfied),
                ("writes score", map.write_measure),
            ];
            let flags: Vec<_> = flags.iter().filter(|(_, is)| *is).map(|(flag, _)| *flag).collect();
            told.insert(format!("mapInfo of {id} to {}", map.target), flags.join(", "));
        }
    }
}

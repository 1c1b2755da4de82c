//! A merge that breaks a rule of the kind is in conflict where the rule is broken.
//!
//! The smallest part around each violation in which either side alone keeps the rules goes back to
//! ours and is listed with both sides. Two authors who each declare another choice to be the only right
//! one have made two right documents that do not fit.

use serde::Serialize;
use serde_json::Value;

use super::engine::{Engine, Sides, Values};
use super::{Conflict, ConflictKind, Rules};
use crate::model::form::{get, locate, set};
use crate::model::violation::Violation;

/// Violations that are looked at one by one; a merge that breaks more rules goes back whole.
const MAX_REPAIRS: usize = 16;

/// The document that a merged value is, with ours where it breaks a rule; `None` if nothing less
/// than the whole of ours keeps the rules.
pub(super) fn valid<D: Serialize + Clone + PartialEq>(
    rules: &Rules<'_, D>,
    engine: &mut Engine<'_>,
    mut merged: Value,
    sides: Values<'_>,
) -> Option<D> {
    let mut violations = match (rules.read)(merged.clone()) {
        Ok(document) => return Some(document),
        Err(violations) => violations,
    };
    for _ in 0..MAX_REPAIRS {
        let (at, repaired) = smallest(rules, engine, &merged, sides, &violations);
        let here = |pointer: &str| {
            locate(rules.form, &merged, pointer)
                .strip_prefix(&*at)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let broken: Vec<_> = violations.into_iter().filter(|v| here(&v.pointer)).collect();
        engine.supersede(&at, repaired.conflict.then(|| conflict(rules, &at, sides, broken)));
        merged = repaired.value;
        violations = match (rules.read)(merged.clone()) {
            Ok(document) => return Some(document),
            Err(_) if at.is_empty() => return None,
            Err(violations) => violations,
        };
    }
    let whole = conflict(rules, "", sides, violations);
    engine.supersede("", Some(whole));
    None
}

fn conflict<D>(
    rules: &Rules<'_, D>,
    at: &str,
    sides: Values<'_>,
    violations: Vec<Violation>,
) -> Conflict {
    let Sides { base, ours, theirs } =
        sides.map(|side| side.and_then(|side| get(rules.form, side, at)).cloned());
    let pointer = at.to_owned();
    Conflict { pointer, kind: ConflictKind::Invalid, base, ours, theirs, violations }
}

/// A document with one part replaced.
struct Repaired {
    value: Value,
    /// Whether the part is in conflict; not if a choice said what to take.
    conflict: bool,
}

/// The smallest part around the first violation whose replacement removes it, and the document after that.
fn smallest<D>(
    rules: &Rules<'_, D>,
    engine: &mut Engine<'_>,
    merged: &Value,
    sides: Values<'_>,
    violations: &[Violation],
) -> (String, Repaired) {
    let (pointer, rule) = violations.first().map_or(("", ""), |v| (&*v.pointer, &*v.rule));
    let broken = |violations: &[Violation]| violations.iter().filter(|v| v.rule == rule).count();
    let mut at = locate(rules.form, merged, pointer);
    loop {
        let here = sides.map(|side| side.and_then(|side| get(rules.form, side, &at)).cloned());
        let with = |part: Option<Value>| {
            let mut value = merged.clone();
            set(rules.form, &mut value, &at, part);
            value
        };
        let left = |value: &Value| match (rules.read)(value.clone()) {
            Ok(_) => 0,
            Err(left) => broken(&left),
        };
        let (ours, theirs) = (with(here.ours.clone()), with(here.theirs.clone()));
        let either = [&ours, &theirs].into_iter().all(|side| left(side) < broken(violations));
        if at.is_empty() || either {
            let chosen = engine.choice(&at).map(|choice| with(choice.of(here)));
            return match chosen {
                Some(value) if left(&value) < broken(violations) => {
                    (at, Repaired { value, conflict: false })
                }
                _ => (at, Repaired { value: ours, conflict: true }),
            };
        }
        at.truncate(at.rfind('/').unwrap_or_default());
    }
}

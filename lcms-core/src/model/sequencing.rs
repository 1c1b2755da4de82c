//! How learners come to what is placed in a course or module, and what it counts for.
//!
//! An order for everything a course or module holds, and per placement: gates that must be open,
//! results that make it needless, how often it may be begun, what it contributes to the whole.
//! Said in our own words; each package format says as much of it as it can
//! (`docs/decisions/0022-sequencing.md`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::content::{Content, is_default};
use super::ids::SlotId;
use super::slot::Placement;
use super::violation::Violations;

/// In which order learners go through what a course or module holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As they like.
    #[default]
    Free,
    /// Each opens when the one before is completed; what was open stays open.
    Linear,
}

/// How learners come to one placement, and what it counts for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sequencing {
    /// It opens when all of these are met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Gate>,
    /// Learners who go on pass it by when all of these are met, and it no longer counts: a test
    /// before it showed that it is needless. They can still choose it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip_when: Vec<Gate>,
    /// How often a learner may begin it; no limit when left out. At least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_limit: Option<u32>,
    /// What it contributes to the course or module it stands in.
    #[serde(default, skip_serializing_if = "is_default")]
    pub counts: Counts,
}

/// A result that something waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// A placement that stands earlier in the same document, or one of the objectives that the
    /// document lists. An objective is passed when the last thing taken that serves it was; what
    /// waits for it has no say in it.
    pub slot: SlotId,
    /// What is waited for; of an objective always `passed`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: GateStatus,
}

/// What a gate waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateStatus {
    /// That it was completed.
    #[default]
    Completed,
    /// That it was passed.
    Passed,
}

/// What a placement contributes to the course or module it stands in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// The whole is completed only when it is.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub completion: bool,
    /// The whole is passed only when it is; nothing where it cannot be passed.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub success: bool,
    /// The weight of its score among the others; 0 leaves it out. At least 0.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: f64,
}

impl Default for Counts {
    fn default() -> Self {
        Self { completion: true, success: true, weight: 1.0 }
    }
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::float_cmp, reason = "only what equals the default is left out")]
fn is_one(value: &f64) -> bool {
    *value == 1.0
}

impl Content {
    /// In which order learners go through it; `None` where that is not said.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        match self {
            Self::Course(course) => Some(course.order),
            Self::Module(module) => Some(module.order),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn order_mut(&mut self) -> Option<&mut Order> {
        match self {
            Self::Course(course) => Some(&mut course.order),
            Self::Module(module) => Some(&mut module.order),
            _ => None,
        }
    }

    /// What is said of a placement of a course or module, to be changed.
    pub fn sequencing_mut(&mut self, slot: SlotId) -> Option<&mut Sequencing> {
        let placements = match self {
            Self::Course(course) => &mut course.placements,
            Self::Module(module) => &mut module.placements,
            _ => return None,
        };
        let found = placements.iter_mut().find(|placement| placement.id == slot)?;
        Some(&mut found.sequencing)
    }
}

impl Sequencing {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Checks what can be told without the placements around it.
    fn check(&self, pointer: &str, violations: &mut Violations) {
        violations.require(
            self.attempt_limit != Some(0),
            format!("{pointer}/attempt_limit"),
            "range",
            "attempt_limit must be at least 1; leave it out for no limit",
        );
        let weight = self.counts.weight;
        violations.require(
            weight >= 0.0 && weight.is_finite(),
            format!("{pointer}/counts/weight"),
            "range",
            "weight must be 0 or more",
        );
        for (name, gates) in [("requires", &self.requires), ("skip_when", &self.skip_when)] {
            for (n, gate) in gates.iter().enumerate() {
                violations.require(
                    !gates[..n].iter().any(|other| other.slot == gate.slot),
                    format!("{pointer}/{name}/{n}/slot"),
                    "unique",
                    "the same slot is waited for twice; name it once",
                );
            }
        }
    }
}

/// Checks the sequencing of everything that a course or module places: a gate waits for what
/// stands earlier, or for an objective that the document lists.
pub(super) fn check_all(
    placements: &[Placement],
    objectives: &[Placement],
    violations: &mut Violations,
) {
    for (n, placement) in placements.iter().enumerate() {
        let pointer = format!("/placements/{n}/sequencing");
        let sequencing = &placement.sequencing;
        sequencing.check(&pointer, violations);
        let gates = [("requires", &sequencing.requires), ("skip_when", &sequencing.skip_when)];
        for (name, gates) in gates {
            for (m, gate) in gates.iter().enumerate() {
                let pointer = format!("{pointer}/{name}/{m}");
                let is = |other: &Placement| other.id == gate.slot && gate.slot != SlotId::UNSET;
                let is_objective = objectives.iter().any(is);
                violations.require(
                    is_objective || placements[..n].iter().any(is),
                    format!("{pointer}/slot"),
                    "gate",
                    format!(
                        "{} is no placement that stands earlier here, and no objective listed here",
                        gate.slot
                    ),
                );
                violations.require(
                    !is_objective || gate.status == GateStatus::Passed,
                    format!("{pointer}/status"),
                    "gate",
                    "an objective is never completed; wait for `passed`",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::model::{ComponentId, Content, Kind, SlotId};

    fn slots<const N: usize>() -> [SlotId; N] {
        std::array::from_fn(|_| SlotId::new())
    }

    fn placed(id: SlotId, sequencing: &Value) -> Value {
        json!({"id": id, "component": ComponentId::new(), "sequencing": sequencing})
    }

    fn broken(kind: Kind, document: Value) -> Vec<(String, String)> {
        let found = Content::parse(kind, document).err().unwrap_or_default();
        found.into_iter().map(|v| (v.pointer, v.rule)).collect()
    }

    #[test]
    fn a_gate_waits_for_an_earlier_placement_or_a_listed_objective() {
        let [objective, first, second] = slots();
        let document = |gates: Value| {
            json!({
                "title": "C", "order": "linear",
                "objectives": [{"id": objective, "component": ComponentId::new()}],
                "placements": [
                    placed(first, &json!({})),
                    placed(second, &json!({"requires": gates})),
                ],
            })
        };
        let sound = json!([{"slot": first}, {"slot": objective, "status": "passed"}]);
        assert_eq!(broken(Kind::Course, document(sound.clone())), []);
        let content = Content::parse(Kind::Course, document(sound)).unwrap();
        let written = serde_json::to_value(&content).unwrap();
        assert_eq!(written["placements"][0].get("sequencing"), None, "defaults are left out");
        assert_eq!(written["placements"][1]["sequencing"]["requires"][0], json!({"slot": first}));
        let at = |field: &str| {
            vec![(format!("/placements/1/sequencing/requires/0/{field}"), "gate".to_owned())]
        };
        assert_eq!(broken(Kind::Course, document(json!([{"slot": second}]))), at("slot"));
        assert_eq!(broken(Kind::Course, document(json!([{"slot": SlotId::new()}]))), at("slot"));
        assert_eq!(broken(Kind::Course, document(json!([{"slot": objective}]))), at("status"));
        let twice = document(json!([{"slot": first}, {"slot": first, "status": "passed"}]));
        let expected = "/placements/1/sequencing/requires/1/slot";
        assert_eq!(broken(Kind::Course, twice), [(expected.to_owned(), "unique".to_owned())]);
    }

    #[test]
    fn only_courses_and_modules_sequence_and_only_what_they_place() {
        let [slot] = slots();
        let limited = placed(slot, &json!({"attempt_limit": 1}));
        let lesson = json!({"title": "L", "placements": [limited]});
        let refused = |list: &str| vec![(format!("/{list}/0/sequencing"), "sequencing".to_owned())];
        assert_eq!(broken(Kind::Lesson, lesson.clone()), refused("placements"));
        assert_eq!(broken(Kind::Module, lesson), []);
        let module = json!({"title": "M", "objectives": [limited]});
        assert_eq!(broken(Kind::Module, module), refused("objectives"));
    }

    #[test]
    fn limits_and_weights_are_within_bounds() {
        let [slot] = slots();
        let sequencing = json!({"attempt_limit": 0, "counts": {"weight": -1.0}});
        let document = json!({"title": "M", "placements": [placed(slot, &sequencing)]});
        let found = broken(Kind::Module, document);
        let pointers: Vec<_> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
        let at = "/placements/0/sequencing";
        assert_eq!(pointers, [format!("{at}/attempt_limit"), format!("{at}/counts/weight")]);
    }
}

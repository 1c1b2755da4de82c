//! Lessons, modules and courses: structures of placements.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Document, Part, Visit, is_default, read_typed};
use crate::model::sequencing::{self, Order};
use crate::model::slot::{Placement, SlotRole};
use crate::model::violation::{Violation, Violations, pointer_part};

/// A sequence of topics, questions and assessments; published as one SCO.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Title.
    pub title: String,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Objectives that the lesson serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Placement>,
    /// The pages, in order.
    #[serde(default)]
    pub placements: Vec<Placement>,
}

/// A group of lessons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Title.
    pub title: String,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Objectives that the module serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Placement>,
    /// In which order learners go through them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: Order,
    /// Modules, lessons and assessments, in order.
    #[serde(default)]
    pub placements: Vec<Placement>,
}

/// What learners enrol in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Title.
    pub title: String,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Objectives that the course serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Placement>,
    /// Variable sets that its texts use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variable_sets: Vec<Placement>,
    /// When a learner is done.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completion: Completion,
    /// In which order learners go through what is placed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: Order,
    /// Modules, lessons and assessments, in order.
    #[serde(default)]
    pub placements: Vec<Placement>,
}

/// When a learner is done with each lesson of a course.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// What counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rule: CompletionRule,
    /// Scaled score needed to pass, 0 to 1; no pass or fail is reported without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_mark: Option<f64>,
    /// Minutes that a learner must have spent in each SCO, 1 to 10 000; for completion by time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// What counts for completion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompletionRule {
    /// Every page was seen.
    #[default]
    Pages,
    /// The pass mark was reached.
    Score,
    /// Both.
    Both,
    /// So many minutes were spent.
    Time,
}

/// Checks when a learner is done; it stands at `/completion` of a document.
pub(super) fn check_completion(completion: &Completion, violations: &mut Violations) {
    let Completion { rule, pass_mark, minutes } = *completion;
    violations.require(
        pass_mark.is_none_or(|mark| (0.0..=1.0).contains(&mark)),
        "/completion/pass_mark",
        "range",
        "pass_mark must be between 0 and 1",
    );
    violations.require(
        !matches!(rule, CompletionRule::Score | CompletionRule::Both) || pass_mark.is_some(),
        "/completion/pass_mark",
        "required",
        "completion by score needs a pass_mark",
    );
    violations.require(
        minutes.is_none_or(|minutes| (1..=10_000).contains(&minutes)),
        "/completion/minutes",
        "range",
        "minutes must be between 1 and 10000",
    );
    violations.require(
        (rule == CompletionRule::Time) == minutes.is_some(),
        "/completion/minutes",
        "required",
        "completion by time needs minutes, and no other rule has them",
    );
}

pub(super) fn visit_placements(
    field: &str,
    role: SlotRole,
    placements: &mut [Placement],
    visit: &mut Visit<'_>,
) {
    for (n, placement) in placements.iter_mut().enumerate() {
        let pointer = format!("{field}/{n}");
        visit(pointer.clone(), Part::Placement(role, placement));
        for (id, text) in &mut placement.overrides.blocks {
            visit(format!("{pointer}/overrides/blocks/{}", pointer_part(id)), Part::Text(text));
        }
    }
}

macro_rules! structure {
    ($name:ident, |$self:ident, $violations:ident| $check:block, $($field:ident: $role:ident),+) => {
        impl Document for $name {
            fn read(value: Value) -> Result<Self, Vec<Violation>> {
                read_typed(value)
            }

            fn check(&$self, $violations: &mut Violations) $check

            fn visit(&mut self, visit: &mut Visit<'_>) {
                $(visit_placements(
                    concat!("/", stringify!($field)), SlotRole::$role, &mut self.$field, visit,
                );)+
            }
        }
    };
}

structure!(Lesson, |self, _violations| {}, objectives: Objective, placements: Placement);
structure!(
    Module,
    |self, violations| {
        sequencing::check_all(&self.placements, &self.objectives, violations);
    },
    objectives: Objective, placements: Placement
);
structure!(
    Course,
    |self, violations| {
        check_completion(&self.completion, violations);
        sequencing::check_all(&self.placements, &self.objectives, violations);
    },
    objectives: Objective, variable_sets: VariableSet, placements: Placement
);

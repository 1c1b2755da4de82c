//! Assessments: questions drawn from pools, answered and scored together.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::question::is_local_id;
use super::structure::visit_placements;
use super::{Document, Part, Visit, is_default, read_typed};
use crate::model::slot::{Placement, SlotRole};
use crate::model::violation::{Violation, Violations};

/// Questions answered and scored together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// Title.
    pub title: String,
    /// Markdown shown before the questions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub introduction: String,
    /// Objectives that the assessment measures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Placement>,
    /// Show the sections in a random order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shuffle: bool,
    /// Scaled score needed to pass, 0 to 1; the course's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_mark: Option<f64>,
    /// How often it may be submitted; no limit when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// The sections, in order; at least one.
    pub sections: Vec<Section>,
}

/// A pool of questions of which all or some are asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Id, unique in the assessment: letters, digits, `_`, `-`; at most 32.
    pub id: String,
    /// Title shown above its questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How many questions of the pool are asked; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<u32>,
    /// Ask in a random order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shuffle: bool,
    /// The pool; at least one question.
    pub entries: Vec<Placement>,
}

impl Document for Assessment {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn check(&self, violations: &mut Violations) {
        violations.require(
            !self.sections.is_empty(),
            "/sections",
            "required",
            "an assessment needs at least one section",
        );
        violations.require(
            self.pass_mark.is_none_or(|mark| (0.0..=1.0).contains(&mark)),
            "/pass_mark",
            "range",
            "pass_mark must be between 0 and 1",
        );
        violations.require(
            self.attempts != Some(0),
            "/attempts",
            "range",
            "attempts must be at least 1; leave it out for no limit",
        );
        let mut ids = std::collections::HashSet::new();
        for (n, section) in self.sections.iter().enumerate() {
            let pointer = format!("/sections/{n}");
            violations.require(
                is_local_id(&section.id),
                format!("{pointer}/id"),
                "local_id",
                "an id is 1 to 32 letters, digits, `_` or `-`",
            );
            violations.require(
                ids.insert(&section.id),
                format!("{pointer}/id"),
                "unique",
                format!("section id `{}` stands twice", section.id),
            );
            violations.require(
                !section.entries.is_empty(),
                format!("{pointer}/entries"),
                "required",
                "a section needs at least one question",
            );
            if let Some(draw) = section.draw {
                violations.require(
                    draw >= 1 && draw as usize <= section.entries.len(),
                    format!("{pointer}/draw"),
                    "range",
                    format!("draw must be between 1 and the {} entries", section.entries.len()),
                );
            }
        }
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        visit_placements("/objectives", SlotRole::Objective, &mut self.objectives, visit);
        visit("/introduction".to_owned(), Part::Text(&mut self.introduction));
        for (n, section) in self.sections.iter_mut().enumerate() {
            let field = format!("/sections/{n}/entries");
            visit_placements(&field, SlotRole::Entry, &mut section.entries, visit);
        }
    }
}

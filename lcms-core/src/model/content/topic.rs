//! Topics: a page of authored text.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::structure::visit_placements;
use super::{Document, Part, Visit, read_typed};
use crate::model::slot::{Placement, SlotRole};
use crate::model::violation::{Violation, Violations};

/// A page of authored text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Title.
    pub title: String,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Objectives that the topic serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Placement>,
    /// Markdown, as the documentation's chapter on authored text defines it.
    pub body: String,
}

impl Document for Topic {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn check(&self, _violations: &mut Violations) {}

    fn visit(&mut self, visit: &mut Visit<'_>) {
        visit_placements("/objectives", SlotRole::Objective, &mut self.objectives, visit);
        visit("/body".to_owned(), Part::Text(&mut self.body));
    }
}

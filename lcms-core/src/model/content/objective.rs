//! Objectives: something a learner can do afterwards.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Document, read_typed};
use crate::model::violation::{Violation, Violations};

/// Something a learner can do afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The statement: "Install the module on a test system".
    pub title: String,
    /// How it shows, in plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Document for Objective {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn check(&self, _violations: &mut Violations) {}
}

//! Variable sets: named values that text refers to as `{{name}}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Document, read_typed};
use crate::model::markup;
use crate::model::violation::{Violation, Violations, pointer_part};

/// Named values that text refers to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariableSet {
    /// Title.
    pub title: String,
    /// Value by name; a name is dot-separated words such as `product.name`.
    pub variables: BTreeMap<String, String>,
}

impl Document for VariableSet {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn check(&self, violations: &mut Violations) {
        for name in self.variables.keys() {
            violations.require(
                markup::is_variable_name(name),
                format!("/variables/{}", pointer_part(name)),
                "variable_name",
                "a variable's name is letters, digits, `_` and `-` in parts joined by dots, each part beginning with a letter",
            );
        }
    }
}

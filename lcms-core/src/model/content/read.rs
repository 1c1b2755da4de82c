//! Reading JSON into typed documents with an exact place for every refusal.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::model::violation::{Violation, pointer_part};

/// Reads a typed value.
///
/// # Errors
/// The first mismatch, with its JSON pointer and rule (`required`, `unknown_field`,
/// `unknown_value`, `type` or `format`).
pub fn read_typed<T: DeserializeOwned>(value: Value) -> Result<T, Vec<Violation>> {
    read_typed_at("", value)
}

/// Reads a typed value that stands at `prefix` of a larger document.
pub(super) fn read_typed_at<T: DeserializeOwned>(
    prefix: &str,
    value: Value,
) -> Result<T, Vec<Violation>> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let message = error.inner().to_string();
        let mut pointer = prefix.to_owned();
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                Segment::Map { key } => push_escaped(&mut pointer, key),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        let rule = rule_of(&message);
        // The path of a derived reader ends with an unknown field, but not with a missing one.
        if let "required" | "unknown_field" = rule
            && let Some(field) = message.split('`').nth(1)
            && !(rule == "unknown_field" && ends_with(error.path(), field))
        {
            push_escaped(&mut pointer, field);
        }
        vec![Violation::new(pointer, rule, message)]
    })
}

fn ends_with(path: &Path, field: &str) -> bool {
    matches!(path.iter().next_back(), Some(Segment::Map { key }) if key == field)
}

fn push_escaped(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&pointer_part(key));
}

fn rule_of(message: &str) -> &'static str {
    if message.starts_with("missing field") {
        "required"
    } else if message.starts_with("unknown field") {
        "unknown_field"
    } else if message.starts_with("unknown variant") {
        "unknown_value"
    } else if message.starts_with("invalid type") {
        "type"
    } else {
        "format"
    }
}

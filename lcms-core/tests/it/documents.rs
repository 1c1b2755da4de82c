//! Small valid documents of every kind, to be placed and spoiled.

use lcms_core::model::{ComponentId, SlotId};
use serde_json::{Value, json};
use uuid::Uuid;

/// A fixed id; different for different `n`.
pub(crate) fn fixed_id(n: u64) -> Uuid {
    Uuid::from_u128(0x0192_d3a0_0000_7000_8000_0000_0000_0000 + u128::from(n))
}

pub(crate) fn component_id(n: u64) -> ComponentId {
    ComponentId(fixed_id(n))
}

pub(crate) fn slot_id(n: u64) -> SlotId {
    SlotId(fixed_id(1 << 32 | n))
}

/// A placement with a fixed slot id.
pub(crate) fn placed(slot: u64, component: &str) -> Value {
    json!({"id": slot_id(slot), "component": component})
}

pub(crate) fn topic(body: &str) -> Value {
    json!({"title": "A topic", "body": body})
}

pub(crate) fn objective(title: &str) -> Value {
    json!({"title": title})
}

pub(crate) fn lesson(placements: &[Value]) -> Value {
    json!({"title": "A lesson", "placements": placements})
}

pub(crate) fn module(placements: &[Value]) -> Value {
    json!({"title": "A module", "placements": placements})
}

pub(crate) fn course(placements: &[Value]) -> Value {
    json!({"title": "A course", "placements": placements})
}

/// An assessment with one section that asks all of these.
pub(crate) fn assessment(entries: &[Value]) -> Value {
    json!({"title": "An assessment", "sections": [{"id": "s1", "entries": entries}]})
}

/// A single-choice question; `right` is the text of the right choice.
pub(crate) fn question(right: &str) -> Value {
    asked(json!({"type": "single_choice", "choices": [
        {"id": "a", "text": right, "correct": true},
        {"id": "b", "text": "Something else"},
    ]}))
}

/// A question with this interaction.
pub(crate) fn asked(interaction: Value) -> Value {
    let mut question = json!({"title": "A question", "prompt": "Which one?"});
    question["interaction"] = interaction;
    question
}

pub(crate) fn variable_set() -> Value {
    json!({"title": "Names", "variables": {"product.name": "Tidal"}})
}

/// A profile in that format.
pub(crate) fn profile(format: &str) -> Value {
    json!({"title": "A profile", "format": format})
}

/// An asset of a file of `size` bytes with that digest.
pub(crate) fn asset(blob: &str, size: u64, file_name: &str, media_type: &str) -> Value {
    json!({
        "title": "An asset", "blob": blob, "size": size,
        "file_name": file_name, "media_type": media_type,
    })
}

/// The document with the value at that JSON pointer replaced, added or (`None`) taken away.
pub(crate) fn with(mut document: Value, pointer: &str, value: impl Into<Option<Value>>) -> Value {
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let place = document.pointer_mut(parent).unwrap();
    match (place, value.into()) {
        (Value::Object(object), Some(value)) => drop(object.insert(field.to_owned(), value)),
        (Value::Object(object), None) => drop(object.remove(field).unwrap()),
        (Value::Array(list), Some(value)) => match field.parse::<usize>() {
            Ok(n) => list[n] = value,
            Err(_) => list.push(value), // `-`, as in RFC 6901
        },
        (place, _) => panic!("`{pointer}` stands in {place}"),
    }
    document
}

//! How each part of a document is compared and merged.
//!
//! Differences and merges are worked out by one engine each, over the canonical JSON of any
//! document. What the engine must know of a kind stands here as data: which members are text,
//! which lists have entries with ids, which are sets. A member that is not listed is a
//! [`Form::Value`]: compared and taken whole, which is always right and never fine.

mod address;
mod kinds;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;

pub(in crate::model) use address::{child, get, locate, set};
pub(in crate::model) use kinds::{METADATA, PLACEMENT, of_kind};
pub(in crate::model) use rules::of_rule;

/// How a value is compared and merged.
#[derive(Debug)]
pub(in crate::model) enum Form {
    /// Taken whole.
    Value,
    /// A line or two of plain text: taken whole, differences shown word by word.
    Prose,
    /// Long text: by block and by line.
    Text,
    /// An object with known members; without a value it is `{}`.
    Record(&'static [(&'static str, Form)]),
    /// An object whose other members depend on the one with this name.
    Tagged(&'static str, &'static [(&'static str, Form)]),
    /// An object with any members, all of one form.
    Map(&'static Form),
    /// A list of placements.
    Placements,
    /// A list whose entries are told apart by members of their own.
    Keyed(Keyed),
    /// A list of texts, each at most once, whose order is kept.
    Names,
    /// A sorted list of texts, each once.
    Set,
    /// A list whose entries have no names.
    Sequence(&'static Form),
    /// Told by the member with this name beside it, whose side it follows.
    Follows(&'static str),
}

/// A list whose entries have keys.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Keyed {
    /// The members that together tell an entry apart; none: the entry itself, a text.
    pub key: &'static [&'static str],
    /// The form of an entry.
    pub entry: &'static Form,
    /// What its order means.
    pub order: Order,
}

/// What the order of a list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::model) enum Order {
    /// What is read first: two entries added in one place may stand either way.
    Reading,
    /// A statement of its own, such as the right order of an ordering question.
    Meant,
    /// Nothing: entries are sorted by key.
    Sorted,
}

impl Form {
    /// The form of a member of an object of this form, which has this value on some side.
    pub(in crate::model) fn member(&self, name: &str) -> &'static Form {
        const WHOLE: &Form = &Form::Value;
        match self {
            Self::Record(members) => {
                members.iter().find(|(known, _)| *known == name).map_or(WHOLE, |(_, form)| form)
            }
            Self::Map(form) => form,
            _ => WHOLE,
        }
    }

    /// The record form of a [`Form::Tagged`] value; this form itself for any other.
    pub(in crate::model) fn of_value(&'static self, value: &Value) -> &'static Form {
        match self {
            Self::Tagged(tag, variants) => {
                let name = value.get(tag).and_then(Value::as_str).unwrap_or_default();
                variants
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map_or(&Self::Value, |(_, form)| form)
            }
            other => other,
        }
    }

    /// How entries are told apart, for lists that can.
    pub(in crate::model) fn keyed(&self) -> Option<Keyed> {
        match self {
            Self::Placements => {
                Some(Keyed { key: &["id"], entry: &PLACEMENT, order: Order::Reading })
            }
            Self::Keyed(keyed) => Some(*keyed),
            Self::Names => Some(Keyed { key: &[], entry: &Self::Value, order: Order::Reading }),
            _ => None,
        }
    }
}

impl Keyed {
    /// The keys of a list's entries; `None` when an entry has none or two have the same.
    pub(in crate::model) fn keys(&self, list: &[Value]) -> Option<Vec<String>> {
        let keys: Vec<String> =
            list.iter().map(|entry| self.key_of(entry)).collect::<Option<_>>()?;
        let distinct = keys.iter().collect::<HashSet<_>>().len() == keys.len();
        distinct.then_some(keys)
    }

    fn key_of(&self, entry: &Value) -> Option<String> {
        if self.key.is_empty() {
            return entry.as_str().map(str::to_owned);
        }
        let parts: Option<Vec<_>> =
            self.key.iter().map(|name| entry.get(name).and_then(Value::as_str)).collect();
        Some(parts?.join(" "))
    }
}

/// The entries of a list; none where there is no list.
pub(in crate::model) fn entries(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A model document as JSON.
///
/// Model documents only hold strings, booleans, numbers, arrays and objects with string keys, so
/// this cannot fail.
#[expect(clippy::expect_used, reason = "model documents hold nothing that JSON cannot")]
pub(in crate::model) fn to_value<T: Serialize>(document: &T) -> Value {
    serde_json::to_value(document).expect("model documents are representable as JSON")
}

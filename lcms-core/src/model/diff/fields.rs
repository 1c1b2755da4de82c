//! The walk over two documents of one form.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::DocumentDiff;
use super::sequence::{edits, longest_increasing};
use super::text::{BlockChange, text_diff};
use super::words::{WordRun, word_diff};
use crate::model::digest::canonical_json;
use crate::model::form::{Form, Keyed, Order, child, entries};

/// A field that has another value.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Address of the field: a JSON pointer in which an entry of a list is named by its id.
    pub pointer: String,
    /// The value before; left out when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// The value after; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// What changed in it word by word, for plain texts that were there before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordRun>,
}

/// A long text that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TextChange {
    /// Address of the text.
    pub pointer: String,
    /// Its blocks; all the same when only blank lines changed.
    pub blocks: Vec<BlockChange>,
}

/// An entry of a list that stands elsewhere in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryMove {
    /// Address of the entry.
    pub pointer: String,
    /// Which entry it was, from 0.
    pub from: usize,
    /// Which entry it is, from 0.
    pub to: usize,
}

/// Adds the differences of two values of one form. Placements are compared apart.
pub(super) fn walk(
    form: &'static Form,
    at: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    diff: &mut DocumentDiff,
) {
    if before == after {
        return;
    }
    let already = diff.len();
    match (form, before, after) {
        (Form::Placements, ..) => return,
        (Form::Text, Some(Value::String(old)), Some(Value::String(new))) => {
            diff.text.push(TextChange { pointer: at.to_owned(), blocks: text_diff(old, new) });
        }
        (Form::Record(_) | Form::Map(_), ..) => members(form, at, before, after, diff),
        (Form::Tagged(tag, _), Some(old), Some(new)) if old.get(tag) == new.get(tag) => {
            members(form.of_value(new), at, before, after, diff);
        }
        (Form::Keyed(_) | Form::Names, ..) => {
            if let Some(keyed) = form.keyed() {
                list(&keyed, at, entries(before), entries(after), diff);
            }
        }
        (Form::Set, ..) => set(at, entries(before), entries(after), diff),
        (Form::Sequence(form), ..) => sequence(form, at, entries(before), entries(after), diff),
        _ => {}
    }
    // Whatever is not shown finer is shown whole.
    if diff.len() == already && beside_placements(form, before) != beside_placements(form, after) {
        diff.fields.push(field(form, at, before, after));
    }
}

/// A value without the placements in it.
fn beside_placements(form: &'static Form, value: Option<&Value>) -> Option<Value> {
    let value = value?;
    Some(match (form.of_value(value), value) {
        (Form::Placements, _) => return None,
        (form @ Form::Record(_), Value::Object(members)) => members
            .iter()
            .filter_map(|(name, value)| {
                Some((name.clone(), beside_placements(form.member(name), Some(value))?))
            })
            .collect(),
        (Form::Keyed(keyed), Value::Array(entries)) => {
            entries.iter().filter_map(|entry| beside_placements(keyed.entry, Some(entry))).collect()
        }
        _ => value.clone(),
    })
}

fn field(form: &Form, at: &str, before: Option<&Value>, after: Option<&Value>) -> FieldChange {
    let words = match (form, before, after) {
        (Form::Prose, Some(Value::String(old)), Some(Value::String(new))) => word_diff(old, new),
        _ => Vec::new(),
    };
    FieldChange { pointer: at.to_owned(), before: before.cloned(), after: after.cloned(), words }
}

fn members(
    form: &'static Form,
    at: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    diff: &mut DocumentDiff,
) {
    let (old, new) = (before.and_then(Value::as_object), after.and_then(Value::as_object));
    let mut names: Vec<&String> =
        old.into_iter().chain(new).flat_map(serde_json::Map::keys).collect();
    names.sort_by_key(|name| rank(form, name));
    names.dedup();
    for name in names {
        let (old, new) = (old.and_then(|o| o.get(name)), new.and_then(|o| o.get(name)));
        walk(form.member(name), &child(at, name), old, new, diff);
    }
}

/// Members in the order of the kind's own description, others after them by name.
fn rank<'n>(form: &Form, name: &'n str) -> (usize, &'n str) {
    let place = match form {
        Form::Record(members) => members.iter().position(|(known, _)| *known == name),
        _ => None,
    };
    (place.unwrap_or(usize::MAX), name)
}

fn list(keyed: &Keyed, at: &str, before: &[Value], after: &[Value], diff: &mut DocumentDiff) {
    let (Some(old), Some(new)) = (keyed.keys(before), keyed.keys(after)) else { return };
    let places: HashMap<&String, usize> = old.iter().enumerate().map(|(n, key)| (key, n)).collect();
    let kept: HashSet<&String> = new.iter().collect();
    for (key, entry) in old.iter().zip(before) {
        if !kept.contains(key) {
            diff.fields.push(field(keyed.entry, &child(at, key), Some(entry), None));
        }
    }
    let common: Vec<(usize, usize)> = new
        .iter()
        .enumerate()
        .filter_map(|(to, key)| places.get(key).map(|from| (*from, to)))
        .collect();
    for (key, entry) in new.iter().zip(after) {
        match places.get(key) {
            Some(n) => walk(keyed.entry, &child(at, key), Some(&before[*n]), Some(entry), diff),
            None => diff.fields.push(field(keyed.entry, &child(at, key), None, Some(entry))),
        }
    }
    if keyed.order != Order::Sorted {
        let positions: Vec<usize> = common.iter().map(|(from, _)| *from).collect();
        for ((from, to), stayed) in common.into_iter().zip(longest_increasing(&positions)) {
            if !stayed {
                diff.moved.push(EntryMove { pointer: child(at, &new[to]), from, to });
            }
        }
    }
}

fn set(at: &str, before: &[Value], after: &[Value], diff: &mut DocumentDiff) {
    let address = |entry: &Value| child(at, entry.as_str().unwrap_or_default());
    for gone in before.iter().filter(|entry| !after.contains(entry)) {
        diff.fields.push(field(&Form::Value, &address(gone), Some(gone), None));
    }
    for new in after.iter().filter(|entry| !before.contains(entry)) {
        diff.fields.push(field(&Form::Value, &address(new), None, Some(new)));
    }
}

fn sequence(
    form: &'static Form,
    at: &str,
    before: &[Value],
    after: &[Value],
    diff: &mut DocumentDiff,
) {
    let bytes = |list: &[Value]| list.iter().map(canonical_json).collect::<Vec<_>>();
    for edit in edits(&bytes(before), &bytes(after)) {
        let (mut old, mut new) = (edit.old, edit.new);
        while !old.is_empty() || !new.is_empty() {
            let (was, is) = (old.next(), new.next());
            let place = is.or(was).unwrap_or_default();
            walk(
                form,
                &child(at, &place.to_string()),
                was.map(|n| &before[n]),
                is.map(|n| &after[n]),
                diff,
            );
        }
    }
}

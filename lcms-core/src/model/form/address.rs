//! Addresses: JSON pointers that survive an edit.
//!
//! A pointer to `/placements/3` means something else on every side of a merge. An address is a
//! JSON pointer (RFC 6901) in which an entry of a list with keys is named by its key:
//! `/placements/0192…/overrides/title`, `/interaction/choices/b/text`.

use serde_json::Value;

use super::Form;

/// The address of a member or entry.
pub(in crate::model) fn child(at: &str, step: &str) -> String {
    format!("{at}/{}", step.replace('~', "~0").replace('/', "~1"))
}

fn steps(address: &str) -> impl Iterator<Item = String> {
    address.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
}

/// The address of what stands at a JSON pointer of this document, or of the smallest part around
/// it that has one.
pub(in crate::model) fn locate(form: &'static Form, document: &Value, pointer: &str) -> String {
    let (mut form, mut value, mut address) = (form, document, String::new());
    for step in steps(pointer) {
        form = form.of_value(value);
        let (name, inside, next) = match form {
            Form::Record(_) | Form::Map(_) => {
                let Some(member) = value.get(&step) else { break };
                (step.clone(), member, form.member(&step))
            }
            list => {
                let Some(keyed) = list.keyed() else { break };
                let entries = super::entries(Some(value));
                let place = step.parse::<usize>().ok().filter(|n| *n < entries.len());
                let (Some(n), Some(mut keys)) = (place, keyed.keys(entries)) else { break };
                (keys.swap_remove(n), &entries[n], keyed.entry)
            }
        };
        address = child(&address, &name);
        (form, value) = (next, inside);
    }
    address
}

/// What stands at an address.
pub(in crate::model) fn get<'v>(
    form: &'static Form,
    document: &'v Value,
    address: &str,
) -> Option<&'v Value> {
    let (mut form, mut value) = (form, document);
    for step in steps(address) {
        form = form.of_value(value);
        if let Some(keyed) = form.keyed() {
            let entries = super::entries(Some(value));
            let n = keyed.keys(entries)?.iter().position(|key| *key == step)?;
            (form, value) = (keyed.entry, &entries[n]);
        } else {
            (form, value) = (form.member(&step), value.get(&step)?);
        }
    }
    Some(value)
}

/// Puts a value at an address, or takes away what stands there. An entry that is not in its list
/// is added at its end. Nothing happens when there is nothing around the address.
pub(in crate::model) fn set(
    form: &'static Form,
    document: &mut Value,
    address: &str,
    new: Option<Value>,
) {
    let steps: Vec<String> = steps(address).collect();
    let Some((last, way)) = steps.split_last() else {
        *document = new.unwrap_or(Value::Null);
        return;
    };
    let (mut form, mut value) = (form, document);
    for step in way {
        form = form.of_value(value);
        let inside = if let Some(keyed) = form.keyed() {
            let place = keyed
                .keys(super::entries(Some(value)))
                .and_then(|keys| keys.iter().position(|key| key == step));
            form = keyed.entry;
            place.and_then(|n| value.get_mut(n))
        } else {
            form = form.member(step);
            value.get_mut(step)
        };
        let Some(inside) = inside else { return };
        value = inside;
    }
    form = form.of_value(value);
    let keyed = form.keyed();
    let place = keyed
        .and_then(|keyed| keyed.keys(super::entries(Some(value))))
        .and_then(|keys| keys.iter().position(|key| key == last));
    match (value, new) {
        (Value::Array(list), Some(new)) => match place {
            Some(n) => list[n] = new,
            None => list.push(new),
        },
        (Value::Array(list), None) => {
            if let Some(n) = place {
                list.remove(n);
            }
        }
        (Value::Object(members), Some(new)) => {
            members.insert(last.clone(), new);
        }
        (Value::Object(members), None) => {
            members.remove(last);
        }
        _ => {}
    }
}

//! Slot ids that derive from where a slot comes from.
//!
//! A slot id is what an LMS's identifiers are made of, so it must not change between two imports.
//! `id = UUIDv8(first 16 bytes of SHA-256("lcms-import-slot/1\0" role \0 parent \0 child \0 n))`, where
//! parent and child are source names and n (8 bytes, big-endian) counts equal uses before this one.

use std::collections::HashMap;

use lcms_core::model::{Key, Placement, SlotId, Target};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Makes the slots of one parent.
pub(crate) struct Slots<'a> {
    parent: &'a str,
    seen: HashMap<(String, String), u64>,
}

impl<'a> Slots<'a> {
    /// Slots of the component made of the source `parent`.
    pub(crate) fn of(parent: &'a str) -> Self {
        Self { parent, seen: HashMap::new() }
    }

    /// The id of the next use of `child` in that role.
    pub(crate) fn id(&mut self, role: &str, child: &str) -> SlotId {
        let ordinal = self.seen.entry((role.to_owned(), child.to_owned())).or_default();
        let mut hash = Sha256::new();
        hash.update(b"lcms-import-slot/1\0");
        for part in [role, self.parent, child] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(ordinal.to_be_bytes());
        *ordinal += 1;
        let digest: [u8; 32] = hash.finalize().into();
        let mut raw = [0; 16];
        raw.copy_from_slice(&digest[..16]);
        SlotId(Uuid::new_v8(raw))
    }

    /// A placement of the component made of the source `child`.
    pub(crate) fn placement(&mut self, role: &str, child: &str, key: &Key) -> Placement {
        let target = Target::Key { library: None, key: key.clone() };
        Placement { id: self.id(role, child), ..Placement::of(target) }
    }

    /// Gives every placement in a document its id where the author left it out.
    pub(crate) fn fill(&mut self, document: &mut Value) {
        match document {
            Value::Object(fields) => {
                for (name, value) in fields.iter_mut() {
                    if let Value::Array(entries) = value {
                        entries.iter_mut().for_each(|entry| self.fill_one(name, entry));
                    }
                    self.fill(value);
                }
            }
            Value::Array(entries) => entries.iter_mut().for_each(|entry| self.fill(entry)),
            _ => {}
        }
    }

    fn fill_one(&mut self, role: &str, entry: &mut Value) {
        let Some(fields) = entry.as_object_mut().filter(|fields| !fields.contains_key("id")) else {
            return;
        };
        if let Some(child) = fields.get("component").and_then(Value::as_str) {
            let id = self.id(role, child).to_string();
            fields.insert("id".to_owned(), Value::String(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_depend_on_role_parent_child_and_how_often_it_was_used() {
        let mut slots = Slots::of("a.md");
        let first = slots.id("placements", "b");
        assert_eq!(first, Slots::of("a.md").id("placements", "b"));
        let others = [
            slots.id("placements", "b"),
            slots.id("objectives", "b"),
            slots.id("placements", "c"),
            Slots::of("b.md").id("placements", "b"),
        ];
        assert!(others.iter().all(|other| *other != first), "{others:?}");
        assert_eq!(first.0.get_version_num(), 8);
    }

    #[test]
    fn only_placements_without_an_id_are_filled() {
        let mut document = json!({
            "title": "x",
            "placements": [{"id": "kept", "component": "a"}, {"component": "b"}],
            "sections": [{"id": "s", "entries": [{"component": "q"}]}],
        });
        Slots::of("f").fill(&mut document);
        assert_eq!(document["placements"][0]["id"], "kept");
        assert!(document["placements"][1]["id"].is_string());
        assert!(document["sections"][0]["entries"][0]["id"].is_string());
        assert_eq!(document["sections"][0]["id"], "s");
    }
}

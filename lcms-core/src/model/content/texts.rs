//! The authored texts of a document, read once, with the slots that their references make.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Content, Part, slot_role};
use crate::model::ids::SlotId;
use crate::model::markup::{Markup, MarkupError};

/// What a document says, and where its placements stand.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Every authored text by JSON pointer, those that override blocks of placed components
    /// included.
    pub texts: BTreeMap<String, AuthoredText>,
    /// JSON pointer of every placement, by slot id.
    pub placements: HashMap<SlotId, String>,
}

/// One authored text of a document.
#[derive(Clone, Debug)]
pub struct AuthoredText {
    /// The text.
    pub markup: Arc<Markup>,
    /// Index among [`Content::slots`] of the slot that a reference makes, by the reference's
    /// ordinal.
    pub slots: Arc<HashMap<usize, usize>>,
    /// Why the text cannot be read; it is empty then.
    pub errors: Vec<MarkupError>,
}

impl Content {
    /// Reads the document's texts.
    #[must_use]
    pub fn texts(&self) -> Texts {
        let mut found = Texts::default();
        // Counted as `slots` counts them: every reference to a component that is known by its id.
        let mut index = 0;
        self.clone().visit(&mut |pointer, part| match part {
            Part::Placement(_, placement) => {
                index += usize::from(placement.component.id().is_some());
                found.placements.insert(placement.id, pointer);
            }
            Part::Text(source) => {
                let (markup, errors) = match Markup::parse(source) {
                    Ok(markup) => (markup, Vec::new()),
                    Err(errors) => (Markup::default(), errors),
                };
                let mut slots = HashMap::new();
                for reference in markup.references() {
                    if slot_role(reference.role).is_some() && reference.target.id().is_some() {
                        slots.insert(reference.ordinal, index);
                        index += 1;
                    }
                }
                let (markup, slots) = (Arc::new(markup), Arc::new(slots));
                found.texts.insert(pointer, AuthoredText { markup, slots, errors });
            }
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Kind;

    #[test]
    fn every_reference_finds_its_own_slot() {
        let id = |n: u32| format!("0192d3a0-0000-7000-8000-00000000000{n}");
        let (topic, picture, legal) = (id(1), id(2), id(3));
        let text = format!("![[id:{picture}]]\n\n[[id:{topic}]]\n\n:::include id:{legal}\n");
        let content = Content::parse(
            Kind::Lesson,
            json!({"title": "L", "placements": [
                {"id": id(4), "component": topic, "overrides": {"blocks": {"a": text, "b": text}}},
                {"id": id(5), "component": topic}
            ]}),
        )
        .unwrap();
        let (slots, texts) = (content.slots(), content.texts());
        assert_eq!(slots.len(), 6);
        let pointers: Vec<_> = texts.texts.keys().map(String::as_str).collect();
        let blocks = "/placements/0/overrides/blocks";
        assert_eq!(pointers, [format!("{blocks}/a"), format!("{blocks}/b")]);
        let mut seen = Vec::new();
        for text in texts.texts.values() {
            for reference in text.markup.references() {
                let Some(slot) = text.slots.get(&reference.ordinal) else { continue };
                assert_eq!(Some(slots[*slot].component), reference.target.id());
                assert_eq!(Some(slots[*slot].role), slot_role(reference.role));
                seen.push(slots[*slot].id);
            }
        }
        seen.dedup();
        assert_eq!(seen.len(), 4, "each use has a slot of its own");
        assert_eq!(texts.placements[&slots[0].id], "/placements/0");
    }
}

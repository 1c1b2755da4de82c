//! The tree that an LMS shows: modules become headings, lessons and assessments become SCOs.

use lcms_core::model::{Content, SlotId, SlotRole};
use lcms_core::service::{FrozenRelease, FrozenSlot};

use super::sco::{self, Sco};
use crate::fault::Fault;
use crate::identifiers;

/// A node of the organization.
#[derive(Clone, Debug)]
pub(crate) struct OutlineItem {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Index of the SCO it launches; a heading has none.
    pub(crate) sco: Option<usize>,
    pub(crate) children: Vec<OutlineItem>,
}

pub(super) struct Outline {
    pub(super) items: Vec<OutlineItem>,
    pub(super) scos: Vec<Sco>,
    pub(super) faults: Vec<Fault>,
}

pub(super) fn build(release: &FrozenRelease) -> Outline {
    let mut builder = Builder {
        release,
        outline: Outline { items: Vec::new(), scos: Vec::new(), faults: Vec::new() },
    };
    let root = release.root();
    let items = match &root.content {
        Content::Course(_) | Content::Module(_) => builder.below(0, &[]),
        _ => vec![builder.item(0, root.content.title().to_owned(), None, &[])],
    };
    if items.is_empty() {
        builder.fault(0, "", "empty", "it has no lesson; place at least one".to_owned());
    }
    builder.outline.items = items;
    builder.outline
}

struct Builder<'r> {
    release: &'r FrozenRelease,
    outline: Outline,
}

impl Builder<'_> {
    fn fault(&mut self, node: usize, pointer: &str, rule: &'static str, message: String) {
        let fault = Fault::new(&self.release.nodes[node], pointer, rule, message);
        self.outline.faults.push(fault);
    }

    /// The items for the placements of a course or module.
    fn below(&mut self, parent: usize, chain: &[SlotId]) -> Vec<OutlineItem> {
        let release = self.release;
        let placements =
            release.nodes[parent].slots.iter().filter(|slot| slot.role == SlotRole::Placement);
        let mut items = Vec::new();
        for (n, slot) in placements.enumerate() {
            if !slot.conditions.is_empty() {
                let message = "a placement has conditions, which this version cannot publish yet; \
                               remove them"
                    .to_owned();
                self.fault(parent, &format!("/placements/{n}/when"), "condition", message);
            }
            let title = shown_title(release, slot);
            let chain: Vec<_> = chain.iter().copied().chain([slot.id]).collect();
            items.push(self.item(slot.node, title, Some(slot), &chain));
        }
        items
    }

    fn item(
        &mut self,
        node: usize,
        title: String,
        slot: Option<&FrozenSlot>,
        chain: &[SlotId],
    ) -> OutlineItem {
        let id = identifiers::item(self.release.root().component, chain);
        let mut item = OutlineItem { id, title, sco: None, children: Vec::new() };
        match &self.release.nodes[node].content {
            Content::Module(_) => {
                item.children = self.below(node, chain);
                if item.children.is_empty() {
                    let message = "the module has no lesson; place one or remove it".to_owned();
                    self.fault(node, "/placements", "empty", message);
                }
            }
            Content::Lesson(_) | Content::Assessment(_) => {
                let (id, title) = (item.id.clone(), item.title.clone());
                let (sco, faults) = sco::build(self.release, node, slot, id, title);
                self.outline.faults.extend(faults);
                item.sco = Some(self.outline.scos.len());
                self.outline.scos.push(sco);
            }
            other => {
                let message = format!(
                    "a {} cannot be published inside a course by this version",
                    other.kind()
                );
                self.fault(node, "", "kind", message);
            }
        }
        item
    }
}

/// The title that a placement shows.
pub(super) fn shown_title(release: &FrozenRelease, slot: &FrozenSlot) -> String {
    let own = release.nodes[slot.node].content.title();
    slot.overrides.title.as_deref().unwrap_or(own).to_owned()
}

//! The tree that an LMS shows: modules become headings, lessons and assessments become SCOs.

use lcms_core::model::{Content, SlotId, SlotRole};

use super::planning::{Placed, Planning};
use super::sco::Sco;
use crate::identifiers;

/// A node of the organization.
#[derive(Clone, Debug)]
pub(crate) struct OutlineItem {
    pub(crate) id: String,
    pub(crate) title: String,
    /// The module, lesson or assessment it stands for.
    pub(crate) node: usize,
    /// Index of the SCO it launches; a heading has none.
    pub(crate) sco: Option<usize>,
    pub(crate) children: Vec<OutlineItem>,
}

#[derive(Debug, Default)]
pub(super) struct Outline {
    pub(super) items: Vec<OutlineItem>,
    pub(super) scos: Vec<Sco>,
}

/// The outline of the whole release.
pub(super) fn build(planning: &mut Planning<'_>) -> Outline {
    let mut builder = Builder { planning, scos: Vec::new() };
    let items = match &builder.planning.node(0).content {
        Content::Course(_) | Content::Module(_) => builder.below(0, &[]),
        _ => builder.item(0, None, &[]).into_iter().collect(),
    };
    let scos = builder.scos;
    planning.used.insert(0);
    if items.is_empty() && planning.faults.is_empty() {
        let placed = &planning.node(0).slots;
        let message = if placed.iter().any(|slot| slot.role == SlotRole::Placement) {
            "nothing is left of it: no lesson has content that these conditions keep"
        } else {
            "it has no lesson; place at least one"
        };
        planning.fault(0, "", "empty", message);
    }
    Outline { items, scos }
}

struct Builder<'p, 'r> {
    planning: &'p mut Planning<'r>,
    scos: Vec<Sco>,
}

impl<'r> Builder<'_, 'r> {
    /// The items for the placements of a course or module.
    fn below(&mut self, parent: usize, chain: &[SlotId]) -> Vec<OutlineItem> {
        let mut items = Vec::new();
        for slot in self.planning.kept(parent, SlotRole::Placement) {
            let chain: Vec<_> = chain.iter().copied().chain([slot.id]).collect();
            let placed = Placed { parent, slot };
            self.planning.check_overrides(placed);
            items.extend(self.item(slot.node, Some(placed), &chain));
        }
        items
    }

    /// The item of a module, lesson or assessment; `None` if conditions leave nothing of it.
    fn item(
        &mut self,
        node: usize,
        placed: Option<Placed<'r>>,
        chain: &[SlotId],
    ) -> Option<OutlineItem> {
        let frozen = self.planning.node(node);
        let id = identifiers::item(self.planning.node(0).component, chain);
        match &frozen.content {
            Content::Module(module) => {
                let children = self.below(node, chain);
                if module.placements.is_empty() {
                    let message = "the module has no lesson; place one or remove it";
                    self.planning.fault(node, "/placements", "empty", message);
                }
                if children.is_empty() {
                    return None;
                }
                self.planning.used.insert(node);
                let title = self.planning.shown_title(node, placed);
                Some(OutlineItem { id, title, node, sco: None, children })
            }
            Content::Lesson(_) | Content::Assessment(_) => {
                let title = self.planning.shown_title(node, placed);
                let sco = self.planning.sco(node, placed, id.clone(), title.clone())?;
                self.scos.push(sco);
                let sco = Some(self.scos.len() - 1);
                Some(OutlineItem { id, title, node, sco, children: Vec::new() })
            }
            other => {
                let kind = other.kind();
                let message =
                    format!("a {kind} cannot be published inside a course by this version");
                self.planning.fault(node, "", "kind", message);
                None
            }
        }
    }
}

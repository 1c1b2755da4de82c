//! The tree that an LMS shows. What becomes a SCO is the profile's to say: the whole course, each
//! lesson and assessment (modules are headings then), or each page (lessons are headings, too).
//! Identifiers come from the placements that lead to a SCO, whatever is one.

use lcms_core::model::content::Granularity;
use lcms_core::model::{Content, SlotId, SlotRole};

use super::planning::{Placed, Planning};
use super::sco::{Page, Sco};
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
    let granularity = planning.granularity();
    let mut builder = Builder { planning, granularity, scos: Vec::new() };
    let items = match &builder.planning.node(0).content {
        Content::Course(_) | Content::Module(_) if granularity == Granularity::Course => {
            builder.whole().into_iter().collect()
        }
        Content::Course(_) | Content::Module(_) => builder.below(0, &[]),
        _ => builder.item(0, None, &[]).into_iter().collect(),
    };
    let scos = builder.scos;
    planning.found.used.insert(0);
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

pub(super) struct Builder<'p, 'r> {
    pub(super) planning: &'p mut Planning<'r>,
    granularity: Granularity,
    pub(super) scos: Vec<Sco>,
}

impl<'r> Builder<'_, 'r> {
    /// The only item, of a course that is one SCO.
    fn whole(&mut self) -> Option<OutlineItem> {
        let pages = self.pages_below(0, &[]);
        if pages.is_empty() {
            return None;
        }
        let id = identifiers::item(self.planning.node(0).component, &[]);
        let title = self.planning.shown_title(0, None);
        let summary = self.planning.shown_summary(0, None);
        let sco = Sco { id: id.clone(), title: title.clone(), summary, pages, ..Sco::of(0) };
        self.scos.push(sco);
        Some(OutlineItem { id, title, node: 0, sco: Some(0), children: Vec::new() })
    }

    /// Every page of a course or module, lesson after lesson.
    fn pages_below(&mut self, parent: usize, chain: &[SlotId]) -> Vec<Page> {
        let mut pages = Vec::new();
        for slot in self.planning.kept(parent, SlotRole::Placement) {
            let chain: Vec<_> = chain.iter().copied().chain([slot.id]).collect();
            let placed = Placed { parent, slot };
            match &self.planning.node(slot.node).content {
                Content::Module(_) => {
                    self.planning.check_overrides(placed);
                    self.check_module(slot.node);
                    let below = self.pages_below(slot.node, &chain);
                    if !below.is_empty() {
                        self.planning.found.used.insert(slot.node);
                    }
                    pages.extend(below);
                }
                Content::Lesson(_) => {
                    self.planning.check_overrides(placed);
                    let group = self.planning.shown_title(slot.node, Some(placed));
                    let below = self.planning.pages(slot.node, &chain);
                    pages.extend(
                        below.into_iter().map(|page| Page { group: Some(group.clone()), ..page }),
                    );
                }
                Content::Assessment(_) => pages.extend(self.planning.page(placed, &chain)),
                other => self.cannot_publish(slot.node, other),
            }
        }
        pages
    }

    /// The pages of a lesson as items of their own, below its heading.
    fn page_items(
        &mut self,
        lesson: usize,
        chain: &[SlotId],
        mark: Option<f64>,
    ) -> Vec<OutlineItem> {
        let course = self.planning.node(0).component;
        let mut items = Vec::new();
        for slot in self.planning.kept(lesson, SlotRole::Placement) {
            let placed = Placed { parent: lesson, slot };
            let chain: Vec<_> = chain.iter().copied().chain([slot.id]).collect();
            let id = identifiers::item(course, &chain);
            let Some(sco) = self.planning.sco_of_page(placed, id.clone(), mark) else { continue };
            let (node, title) = (sco.node, sco.title.clone());
            self.scos.push(sco);
            let sco = Some(self.scos.len() - 1);
            items.push(OutlineItem { id, title, node, sco, children: Vec::new() });
        }
        if !items.is_empty() {
            self.planning.found.used.insert(lesson);
        }
        items
    }

    fn check_module(&mut self, node: usize) {
        if let Content::Module(module) = &self.planning.node(node).content
            && module.placements.is_empty()
        {
            let message = "the module has no lesson; place one or remove it";
            self.planning.fault(node, "/placements", "empty", message);
        }
    }

    fn cannot_publish(&mut self, node: usize, content: &Content) {
        let message =
            format!("a {} cannot be published inside a course by this version", content.kind());
        self.planning.fault(node, "", "kind", message);
    }

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
            Content::Module(_) => {
                let children = self.below(node, chain);
                self.check_module(node);
                if children.is_empty() {
                    return None;
                }
                self.planning.found.used.insert(node);
                let title = self.planning.shown_title(node, placed);
                Some(OutlineItem { id, title, node, sco: None, children })
            }
            Content::Lesson(_) if self.granularity == Granularity::Topic => {
                let title = self.planning.shown_title(node, placed);
                let mark = placed.and_then(|placed| placed.slot.overrides.pass_mark);
                self.planning.check_lesson(node);
                let children = self.page_items(node, chain, mark);
                let item = OutlineItem { id, title, node, sco: None, children };
                (!item.children.is_empty()).then_some(item)
            }
            Content::Lesson(_) | Content::Assessment(_) => {
                let title = self.planning.shown_title(node, placed);
                let sco = self.planning.sco(node, placed, id.clone(), title.clone())?;
                self.scos.push(sco);
                let sco = Some(self.scos.len() - 1);
                Some(OutlineItem { id, title, node, sco, children: Vec::new() })
            }
            Content::WebPackage(_) => self.package(node, placed, chain),
            other => {
                self.cannot_publish(node, other);
                None
            }
        }
    }
}

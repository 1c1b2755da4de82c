//! The shape of web pages: no LMS tracks them, so that it follows from the plan's outline alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::lesson::Lesson;
use super::{ItemRules, Launch, Shape, Shown, ShownItem, Tracked, TrackedItem, VERSION};
use crate::plan::{OutlineItem, Plan, Sco};

impl Shape {
    /// The shape of a plan whose pages nobody tracks.
    pub(crate) fn of_outline(
        plan: &Plan<'_>,
        lessons: &BTreeMap<String, Arc<Lesson>>,
        state: &str,
    ) -> Self {
        let mut shown = Shown {
            title: plan.title.clone(),
            language: Some(plan.language().to_owned()),
            items: BTreeMap::new(),
        };
        let items = items(plan, &plan.items, lessons, &mut shown.items);
        let tracked = Tracked {
            format: plan.profile.format.as_str().to_owned(),
            manifest: plan.manifest_id.clone(),
            organization: None,
            sequencing: BTreeMap::new(),
            state: Some(state.to_owned()),
            content: None,
            items,
        };
        Self { version: VERSION, tracked, shown }
    }

    /// Whether this is a shape of pages that nobody tracks: nothing in a package says it again.
    pub(crate) fn is_untracked(&self) -> bool {
        self.tracked.format == crate::Format::Html.as_str()
    }
}

fn items(
    plan: &Plan<'_>,
    outline: &[OutlineItem],
    lessons: &BTreeMap<String, Arc<Lesson>>,
    shown: &mut BTreeMap<String, ShownItem>,
) -> Vec<TrackedItem> {
    let item = |planned: &OutlineItem| {
        let sco = planned.sco.and_then(|index| plan.scos.get(index));
        let lesson = sco.and_then(|sco| lessons.get(&sco.href()));
        let title = planned.title.clone();
        let of_item = match lesson {
            Some(lesson) => lesson.shown(title),
            None => ShownItem { title, ..ShownItem::default() },
        };
        shown.insert(planned.id.clone(), of_item);
        let launch =
            |sco: &Sco| Launch { resource: sco.resource_id(), address: sco.href(), sco: false };
        TrackedItem {
            id: planned.id.clone(),
            launch: sco.map(launch),
            rules: ItemRules::default(),
            lesson: lesson.map(|lesson| lesson.tracked()),
            items: items(plan, &planned.children, lessons, shown),
        }
    };
    outline.iter().map(item).collect()
}

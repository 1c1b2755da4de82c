//! From a cmi5 course structure and the lessons it launches to a shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use lcms_core::model::Digest;
use lcms_formats::cmi5::{AssignableUnit, CourseStructure, Node};
use lcms_formats::lom::LangString;
use lcms_formats::manifest::Href;

use super::lesson::Lesson;
use super::{ItemRules, Launch, Shape, Shown, ShownItem, Tracked, TrackedItem, VERSION};
use crate::profile::Format;

impl Shape {
    /// The shape of a package with this course structure; as [`Shape::of`] is for a manifest.
    pub(crate) fn of_course_structure(
        course: &CourseStructure,
        lessons: &BTreeMap<String, Arc<Lesson>>,
        state: Option<&str>,
        content: Option<Digest>,
    ) -> Self {
        let LangString(titles) = &course.title;
        let language = titles.first().and_then(|title| title.language.as_ref());
        let mut shown = Shown {
            title: words(&course.title),
            language: language.map(ToString::to_string),
            items: BTreeMap::new(),
        };
        let mut builder = Builder { lessons, shown: &mut shown.items };
        let items = builder.nodes(&course.nodes);
        let tracked = Tracked {
            format: Format::Cmi5.as_str().to_owned(),
            manifest: course.id.clone(),
            organization: None,
            sequencing: BTreeMap::new(),
            state: state.map(str::to_owned),
            content,
            items,
        };
        Self { version: VERSION, tracked, shown }
    }
}

/// The text in the first language that has one.
fn words(LangString(translations): &LangString) -> String {
    translations.first().map(|translation| translation.text.clone()).unwrap_or_default()
}

struct Builder<'a> {
    lessons: &'a BTreeMap<String, Arc<Lesson>>,
    shown: &'a mut BTreeMap<String, ShownItem>,
}

impl Builder<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> Vec<TrackedItem> {
        let item = |node: &Node| match node {
            Node::Unit(unit) => self.unit(unit),
            Node::Block(block) => {
                let title = words(&block.title);
                self.shown.insert(block.id.clone(), ShownItem { title, ..ShownItem::default() });
                TrackedItem {
                    id: block.id.clone(),
                    launch: None,
                    rules: ItemRules {
                        objectives: block.objectives.clone(),
                        ..ItemRules::default()
                    },
                    lesson: None,
                    items: self.nodes(&block.nodes),
                }
            }
        };
        nodes.iter().map(item).collect()
    }

    fn unit(&mut self, unit: &AssignableUnit) -> TrackedItem {
        let lesson = unit.url.path().and_then(|path| self.lessons.get(path));
        let title = words(&unit.title);
        let shown = match lesson {
            Some(lesson) => lesson.shown(title),
            None => ShownItem { title, ..ShownItem::default() },
        };
        self.shown.insert(unit.id.clone(), shown);
        let address = match &unit.url {
            Href::Local { path, suffix } => format!("{path}{suffix}"),
            remote @ Href::Remote(_) => remote.to_string(),
        };
        TrackedItem {
            id: unit.id.clone(),
            launch: Some(Launch { resource: unit.id.clone(), address, sco: true }),
            rules: ItemRules {
                mastery: unit.mastery_score.map(|score| score.to_string()),
                move_on: Some(unit.move_on.token().to_owned()),
                launch_data: unit.launch_parameters.clone(),
                objectives: unit.objectives.clone(),
                ..ItemRules::default()
            },
            lesson: lesson.map(|lesson| lesson.tracked()),
            items: Vec::new(),
        }
    }
}

//! cmi5.

use lcms_core::model::Metadata;
use lcms_core::model::content::{OutlineItem, OutlineObjective, Standard};
use lcms_formats::XmlLimits;
use lcms_formats::cmi5::{self, COURSE_STRUCTURE_FILE, CourseStructure, MoveOn, Node};
use lcms_formats::lom::LangString;
use lcms_formats::manifest::{Href, NoteKind};

use super::launch::{self, Launch};
use super::{Described, MAX_DESCRIPTION, line};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::Remark;

pub(super) fn describe(folder: &Folder) -> Result<Described, ImportError> {
    let bytes = folder.bytes(COURSE_STRUCTURE_FILE, MAX_DESCRIPTION)?;
    let reading = cmi5::read(&bytes, &XmlLimits::default())
        .map_err(|error| ImportError::format(COURSE_STRUCTURE_FILE, None, error.to_string()))?;
    let course = &reading.course;
    let mut described = Described {
        standard: Standard::Cmi5,
        title: line(first(&course.title)),
        metadata: Metadata {
            description: Some(first(&course.description).trim().to_owned())
                .filter(|text| !text.is_empty()),
            ..Metadata::default()
        },
        ..Described::default()
    };
    for note in &reading.notes {
        if !matches!(note.kind, NoteKind::SkippedElement { .. } | NoteKind::SkippedAttribute { .. })
        {
            let remark = Remark::line(COURSE_STRUCTURE_FILE, note.position.line, note.to_string());
            described.unsupported.push(remark);
        }
    }
    described.outline =
        course.nodes.iter().map(|it| entry(folder, course, it, &mut described)).collect();
    Ok(described)
}

fn first(text: &LangString) -> &str {
    text.first().unwrap_or_default()
}

fn entry(
    folder: &Folder,
    course: &CourseStructure,
    node: &Node,
    described: &mut Described,
) -> OutlineItem {
    let named = |ids: &[String]| {
        let text = |id: &String| {
            let objective = course.objectives.iter().find(|objective| objective.id == *id);
            objective.map(|objective| line(first(&objective.title))).unwrap_or_default()
        };
        ids.iter().map(|id| OutlineObjective { id: id.clone(), text: text(id) }).collect()
    };
    match node {
        Node::Block(block) => OutlineItem {
            id: block.id.clone(),
            title: line(first(&block.title)),
            objectives: named(&block.objectives),
            items: block.nodes.iter().map(|it| entry(folder, course, it, described)).collect(),
            ..OutlineItem::default()
        },
        Node::Unit(unit) => {
            let mut item = OutlineItem {
                id: unit.id.clone(),
                title: line(first(&unit.title)),
                tracked: true,
                objectives: named(&unit.objectives),
                launch_data: unit.launch_parameters.clone().unwrap_or_default(),
                ..OutlineItem::default()
            };
            if unit.move_on != MoveOn::NotApplicable {
                unit.move_on.token().clone_into(&mut item.move_on);
            }
            #[expect(clippy::cast_precision_loss, reason = "at most five digits")]
            let score = |value: i64| value as f64 / 10_000.0;
            item.mastery_score = unit.mastery_score.map(|it| score(it.ten_thousandths()));
            let found = match &unit.url {
                Href::Remote(address) => Launch::Elsewhere(address.clone()),
                Href::Local { path, suffix } => launch::find_path(folder, path, suffix.clone()),
            };
            match found {
                Launch::File { path, parameters, .. } => {
                    item.launch = Some(path);
                    item.parameters = parameters;
                }
                Launch::Elsewhere(address) => item.launch = Some(address),
                Launch::Missing(path) => {
                    let reason = format!("`{path}`, which {} opens, is not there", unit.id);
                    described.unsupported.push(Remark::file(COURSE_STRUCTURE_FILE, reason));
                }
            }
            item
        }
    }
}

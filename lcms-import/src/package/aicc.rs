//! AICC.

use lcms_core::model::Metadata;
use lcms_core::model::content::{OutlineItem, OutlineObjective, Standard};
use lcms_formats::aicc::{self, Course, Element, Files, OPTIONAL, REQUIRED};

use super::launch::{self, Launch};
use super::{Described, MAX_DESCRIPTION, line};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::Remark;

/// The path of the course's files without their endings, when all that are needed are there.
pub(super) fn stem(folder: &Folder) -> Option<String> {
    let courses = folder.files().keys().filter(|path| ending(path) == "crs");
    let mut stems = courses.map(|path| path[..path.len() - 4].to_owned());
    stems.find(|stem| REQUIRED.iter().all(|ending| file(folder, stem, ending).is_some()))
}

fn ending(path: &str) -> String {
    path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

/// The file of the course with that ending, in any letter case.
fn file<'a>(folder: &'a Folder, stem: &str, wanted: &str) -> Option<&'a str> {
    let name = format!("{stem}.{wanted}");
    folder.files().keys().find(|path| path.eq_ignore_ascii_case(&name)).map(String::as_str)
}

pub(super) fn describe(folder: &Folder) -> Result<Described, ImportError> {
    let Some(stem) = stem(folder) else { return Ok(Described::default()) };
    let read = |ending: &str| match file(folder, &stem, ending) {
        Some(path) => folder.bytes(path, MAX_DESCRIPTION),
        None => Ok(Vec::new()),
    };
    let [course, units, descriptors, structure] = REQUIRED.map(read);
    let [prerequisites, objectives] = OPTIONAL.map(read);
    let course = aicc::read(&Files {
        course: &course?,
        units: &units?,
        descriptors: &descriptors?,
        structure: &structure?,
        prerequisites: &prerequisites?,
        objectives: &objectives?,
    })
    .map_err(|error| ImportError::format(&format!("{stem}.crs"), None, error.to_string()))?;
    let Course { title, description, version, elements, .. } = &course;
    let mut described = Described {
        standard: Standard::Aicc,
        edition: Some(version.clone()).filter(|version| !version.is_empty()),
        title: line(title),
        metadata: Metadata {
            description: Some(description.clone()).filter(|text| !text.is_empty()),
            ..Metadata::default()
        },
        ..Described::default()
    };
    // Launch addresses count from the folder of the course's files.
    let base = stem.rsplit_once('/').map(|(base, _)| format!("{base}/")).unwrap_or_default();
    let source = format!("{stem}.au");
    described.outline =
        elements.iter().map(|it| entry(folder, &base, &source, it, &mut described)).collect();
    Ok(described)
}

fn entry(
    folder: &Folder,
    base: &str,
    source: &str,
    element: &Element,
    described: &mut Described,
) -> OutlineItem {
    let mut item = OutlineItem {
        id: element.id.clone(),
        title: line(&element.title),
        prerequisites: element.prerequisites.clone(),
        max_time: element.max_time.clone(),
        time_limit_action: action(&element.time_limit_action),
        launch_data: element.core_vendor.clone(),
        mastery_score: element
            .mastery_score
            .parse::<f64>()
            .ok()
            .map(|score| score / 100.0)
            .filter(|score| (0.0..=1.0).contains(score)),
        objectives: element
            .objectives
            .iter()
            .map(|(id, text)| OutlineObjective { id: id.clone(), text: line(text) })
            .collect(),
        ..OutlineItem::default()
    };
    if let Some(name) = &element.file_name {
        item.tracked = true;
        let found = match launch::find(folder, name) {
            Launch::Missing(_) if !base.is_empty() => {
                launch::find(folder, &format!("{base}{}", name.trim_start_matches("./")))
            }
            found => found,
        };
        match found {
            Launch::File { path, parameters, .. } => {
                item.launch = Some(path);
                item.parameters = launch::join(&parameters, &element.web_launch);
            }
            Launch::Elsewhere(address) => item.launch = Some(address),
            Launch::Missing(path) => {
                let reason = format!("`{path}`, which {} opens, is not there", element.id);
                described.unsupported.push(Remark::file(source, reason));
            }
        }
    }
    let below = element.elements.iter();
    item.items = below.map(|it| entry(folder, base, source, it, described)).collect();
    item
}

/// `C,N` as SCORM writes it.
fn action(written: &str) -> String {
    let letter = |part: &str| part.trim().chars().next().map(|c| c.to_ascii_uppercase());
    let Some((first, second)) = written.split_once(',') else { return String::new() };
    let first = match letter(first) {
        Some('C') => "continue",
        Some('E') => "exit",
        _ => return String::new(),
    };
    let second = match letter(second) {
        Some('M') => "message",
        Some('N') => "no message",
        _ => return String::new(),
    };
    format!("{first},{second}")
}

#[cfg(test)]
mod tests {
    use super::action;

    #[test]
    fn time_limit_actions_have_one_notation() {
        assert_eq!(action("C,N"), "continue,no message");
        assert_eq!(action("exit, message"), "exit,message");
        assert_eq!(action("E,E"), "");
    }
}

//! SCORM 1.2 and SCORM 2004.

use lcms_core::model::content::{OutlineItem, OutlineObjective, Standard};
use lcms_core::model::{Difficulty, Metadata};
use lcms_formats::XmlLimits;
use lcms_formats::lom::{self, Lom};
use lcms_formats::manifest::{
    self, Href, Item, MANIFEST_FILE, Manifest, Note, NoteKind, ReadError, Resource, ScormType,
};

use super::launch::{self, Launch};
use super::{Described, MAX_DESCRIPTION, line};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::Remark;

/// Whether the manifest is one of SCORM, as far as it can be told: one that cannot be read is, so that
/// the reason is said.
pub(super) fn is_scorm(folder: &Folder) -> bool {
    let Ok(bytes) = folder.bytes(MANIFEST_FILE, MAX_DESCRIPTION) else { return true };
    !matches!(manifest::read(&bytes, &XmlLimits::default()), Err(ReadError::UnknownStandard { .. }))
}

pub(super) fn describe(folder: &Folder) -> Result<Described, ImportError> {
    let bytes = folder.bytes(MANIFEST_FILE, MAX_DESCRIPTION)?;
    let reading = manifest::read(&bytes, &XmlLimits::default())
        .map_err(|error| ImportError::format(MANIFEST_FILE, None, error.to_string()))?;
    let manifest = reading.manifest;
    let mut reader =
        ManifestReader { folder, manifest: &manifest, described: Described::default() };
    for note in &reading.notes {
        reader.note(note);
    }
    reader.read();
    Ok(reader.described)
}

struct ManifestReader<'a> {
    folder: &'a Folder,
    manifest: &'a Manifest,
    described: Described,
}

impl ManifestReader<'_> {
    fn read(&mut self) {
        let manifest = self.manifest;
        (self.described.standard, self.described.edition) = match manifest.standard {
            manifest::Standard::Scorm12 => (Standard::Scorm12, None),
            manifest::Standard::Scorm2004(edition) => {
                (Standard::Scorm2004, Some(edition.to_string()))
            }
        };
        let record = self.record(&manifest.metadata);
        let organization = manifest.organization();
        if manifest.organizations.len() > 1 {
            let reason = format!(
                "the package has {} organizations; the outline is the one an LMS shows",
                manifest.organizations.len()
            );
            self.described.unsupported.push(Remark::file(MANIFEST_FILE, reason));
        }
        let titled = record.as_ref().and_then(|lom| lom.general.title.as_ref()?.first());
        let title = organization.map(|organization| organization.title.trim());
        let title = title.filter(|title| !title.is_empty()).or(titled).unwrap_or_default();
        self.described.title = line(title);
        self.described.metadata = record.as_ref().map(metadata).unwrap_or_default();
        if let Some(organization) = organization {
            self.described.outline = organization.items.iter().map(|it| self.item(it)).collect();
        }
        // A package without an organization is a collection of resources.
        if organization.is_none_or(|organization| organization.items.is_empty()) {
            let launchable = manifest.resources.iter().filter(|resource| resource.href.is_some());
            self.described.outline = launchable.map(|it| self.resource_alone(it)).collect();
        }
        self.report_missing_files();
    }

    fn item(&mut self, item: &Item) -> OutlineItem {
        let mut entry = OutlineItem {
            id: item.identifier.to_string(),
            title: line(&item.title),
            hidden: !item.isvisible,
            ..OutlineItem::default()
        };
        if let Some(reference) = &item.identifierref {
            match self.manifest.resource(reference) {
                Some(resource) => self.launch(resource, &mut entry),
                None => {
                    let reason =
                        format!("item {} refers to {reference}, which is not there", entry.id);
                    self.described.unsupported.push(Remark::file(MANIFEST_FILE, reason));
                }
            }
        }
        entry.parameters =
            launch::join(&entry.parameters, item.parameters.as_deref().unwrap_or_default());
        rules(item, &mut entry);
        entry.items = item.children.iter().map(|child| self.item(child)).collect();
        entry
    }

    fn resource_alone(&mut self, resource: &Resource) -> OutlineItem {
        let id = resource.identifier.to_string();
        let mut entry = OutlineItem { title: id.clone(), id, ..OutlineItem::default() };
        self.launch(resource, &mut entry);
        entry
    }

    fn launch(&mut self, resource: &Resource, entry: &mut OutlineItem) {
        entry.tracked = resource.scorm_type == ScormType::Sco;
        let Some(href) = &resource.href else { return };
        let found = match href {
            Href::Remote(address) => Launch::Elsewhere(address.clone()),
            Href::Local { suffix, .. } => match self.manifest.package_path(resource, href) {
                Some(path) => launch::find_path(self.folder, &path, suffix.clone()),
                None => Launch::Missing(href.to_string()),
            },
        };
        match found {
            Launch::File { path, parameters, repaired } => {
                if repaired {
                    let reason = format!("`{href}` was found as `{path}`");
                    self.described.repaired.push(Remark::file(MANIFEST_FILE, reason));
                }
                entry.launch = Some(path);
                entry.parameters = parameters;
            }
            Launch::Elsewhere(address) => entry.launch = Some(address),
            Launch::Missing(path) => {
                let reason = format!("`{path}`, which {} opens, is not there", entry.id);
                self.described.unsupported.push(Remark::file(MANIFEST_FILE, reason));
            }
        }
    }

    /// The record of the package itself, in place or in a file.
    fn record(&mut self, metadata: &manifest::Metadata) -> Option<Lom> {
        if let Some(lom) = &metadata.lom {
            return Some(lom.clone());
        }
        let path = metadata.location.as_ref()?.path()?;
        let Launch::File { path, .. } = launch::find_path(self.folder, path, String::new()) else {
            let reason = format!("`{path}`, which should describe the package, is not there");
            self.described.unsupported.push(Remark::file(MANIFEST_FILE, reason));
            return None;
        };
        let bytes = self.folder.bytes(&path, MAX_DESCRIPTION).ok()?;
        match lom::read_document(&bytes, &XmlLimits::default()) {
            Ok(record) => record,
            Err(error) => {
                self.described.unsupported.push(Remark::file(path, error.to_string()));
                None
            }
        }
    }

    fn report_missing_files(&mut self) {
        for resource in &self.manifest.resources {
            for file in &resource.files {
                let Some(path) = self.manifest.package_path(resource, file) else { continue };
                if matches!(
                    launch::find_path(self.folder, &path, String::new()),
                    Launch::Missing(_)
                ) {
                    let reason = format!("`{path}` is listed and not there");
                    self.described.unsupported.push(Remark::file(MANIFEST_FILE, reason));
                }
            }
        }
    }

    /// Only what changes what is understood; the manifest itself is kept whole.
    fn note(&mut self, note: &Note) {
        let list = match note.kind {
            NoteKind::SkippedElement { .. } | NoteKind::SkippedAttribute { .. } => return,
            NoteKind::InvalidValue { .. } => &mut self.described.unsupported,
            _ => &mut self.described.repaired,
        };
        list.push(Remark::line(MANIFEST_FILE, note.position.line, note.to_string()));
    }
}

fn rules(item: &Item, entry: &mut OutlineItem) {
    let (old, new) = (&item.scorm12, &item.scorm2004);
    entry.prerequisites = old.prerequisites.clone().unwrap_or_default();
    entry.max_time = old.max_time_allowed.as_ref().map(ToString::to_string).unwrap_or_default();
    let action = old.time_limit_action.or(new.time_limit_action);
    entry.time_limit_action = action.map(|action| action.token().to_owned()).unwrap_or_default();
    let data = old.data_from_lms.as_ref().or(new.data_from_lms.as_ref());
    entry.launch_data = data.cloned().unwrap_or_default();
    entry.mastery_score =
        old.mastery_score.map(|score| ten_thousandths(score.ten_thousandths(), 100.0));
    if let Some(threshold) = &new.completion_threshold
        && threshold.completed_by_measure
    {
        entry.completion_threshold =
            Some(ten_thousandths(threshold.min_progress_measure.ten_thousandths(), 1.0));
    }
    let Some(objectives) = &new.sequencing.objectives else { return };
    if objectives.primary.satisfied_by_measure {
        let measure = objectives.primary.min_normalized_measure;
        let measure = measure.map_or(1.0, |it| ten_thousandths(it.ten_thousandths(), 1.0));
        entry.mastery_score = Some(measure.max(0.0));
    }
    let all = std::iter::once(&objectives.primary).chain(&objectives.others);
    entry.objectives = all
        .filter_map(|objective| objective.id.clone())
        .map(|id| OutlineObjective { id, text: String::new() })
        .collect();
}

#[expect(clippy::cast_precision_loss, reason = "scores have at most seven digits")]
fn ten_thousandths(value: i64, of: f64) -> f64 {
    value as f64 / (10_000.0 * of)
}

/// What of a record has a place in ours.
fn metadata(lom: &Lom) -> Metadata {
    let first = |texts: &[lom::LangString]| {
        let text = texts.iter().find_map(|text| text.first()).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let keywords = lom.general.keywords.iter().flat_map(|keyword| &keyword.0);
    let mut metadata = Metadata {
        description: first(&lom.general.descriptions),
        keywords: keywords
            .map(|keyword| keyword.text.trim().chars().take(200).collect())
            .take(200)
            .collect(),
        difficulty: lom.educational.difficulty.map(|difficulty| match difficulty {
            lom::Difficulty::VeryEasy => Difficulty::VeryEasy,
            lom::Difficulty::Easy => Difficulty::Easy,
            lom::Difficulty::Medium => Difficulty::Medium,
            lom::Difficulty::Difficult => Difficulty::Difficult,
            lom::Difficulty::VeryDifficult => Difficulty::VeryDifficult,
        }),
        duration_minutes: lom.educational.typical_learning_time.as_ref().and_then(minutes),
        attribution: lom
            .rights
            .description
            .as_ref()
            .and_then(|text| text.first())
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(str::to_owned),
        ..Metadata::default()
    };
    metadata.normalise();
    metadata
}

/// Whole minutes of an ISO 8601 duration of days, hours, minutes and seconds; none of it is nothing.
fn minutes(duration: &lom::Duration) -> Option<u32> {
    let mut seconds = 0.0;
    let mut number = String::new();
    let mut in_time = false;
    for c in duration.as_str().chars() {
        match c {
            '0'..='9' | '.' => number.push(c),
            'T' => in_time = true,
            _ => {
                let value: f64 = std::mem::take(&mut number).parse().unwrap_or(0.0);
                seconds += value
                    * match (c, in_time) {
                        ('D', false) => 86_400.0,
                        ('H', true) => 3_600.0,
                        ('M', true) => 60.0,
                        ('S', true) => 1.0,
                        _ => 0.0,
                    };
            }
        }
    }
    let minutes = (seconds / 60.0_f64).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
    (1.0..=100_000.0).contains(&minutes).then_some(minutes as u32)
}

//! From a manifest and the lessons it launches to a shape.

use std::collections::BTreeMap;
use std::sync::Arc;

use lcms_core::model::Digest;
use lcms_formats::manifest::scorm2004::Edition;
use lcms_formats::manifest::{Href, Item, Manifest, ScormType, Standard};

use super::lesson::Lesson;
use super::sequencing::sequencing;
use super::{ItemRules, Launch, Shape, Shown, ShownItem, Tracked, TrackedItem, VERSION};

impl Shape {
    /// The shape of a package with this manifest.
    ///
    /// `lessons` are those whose data is known, by path; `state` names the form in which their
    /// state is saved. Where there are none, `content` stands for whatever the files do.
    pub(crate) fn of(
        manifest: &Manifest,
        lessons: &BTreeMap<String, Arc<Lesson>>,
        state: Option<&str>,
        content: Option<Digest>,
    ) -> Self {
        let organization = manifest.organization();
        let mut shown = Shown::default();
        let lom = manifest.metadata.lom.as_ref();
        shown.language = lom.and_then(|lom| lom.general.languages.first()).map(ToString::to_string);
        let mut tracked = Tracked {
            format: format_name(manifest.standard).to_owned(),
            manifest: manifest.identifier.to_string(),
            organization: None,
            sequencing: BTreeMap::new(),
            state: state.map(str::to_owned),
            content,
            items: Vec::new(),
        };
        if let Some(organization) = organization {
            shown.title.clone_from(&organization.title);
            tracked.organization = Some(organization.identifier.to_string());
            let rules = &organization.scorm2004;
            tracked.sequencing = sequencing(&rules.sequencing);
            if let Some(global) = rules.objectives_global_to_system {
                let name = "objectivesGlobalToSystem".to_owned();
                tracked.sequencing.insert(name, global.to_string());
            }
            let mut builder = Builder { manifest, lessons, shown: &mut shown.items };
            tracked.items = organization.items.iter().map(|item| builder.item(item)).collect();
        }
        Self { version: VERSION, tracked, shown }
    }
}

/// The name of a standard, for ours that of [`crate::Format`].
pub(crate) fn format_name(standard: Standard) -> &'static str {
    match standard {
        Standard::Scorm12 => "scorm12",
        Standard::Scorm2004(Edition::Second) => "scorm2004-2",
        Standard::Scorm2004(Edition::Third) => "scorm2004-3",
        Standard::Scorm2004(Edition::Fourth) => "scorm2004-4",
    }
}

struct Builder<'a> {
    manifest: &'a Manifest,
    lessons: &'a BTreeMap<String, Arc<Lesson>>,
    shown: &'a mut BTreeMap<String, ShownItem>,
}

impl<'a> Builder<'a> {
    fn item(&mut self, item: &Item) -> TrackedItem {
        let id = item.identifier.to_string();
        let (launch, lesson) = self.launch(item).unzip();
        let lesson = lesson.flatten();
        let title = item.title.clone();
        let shown = match &lesson {
            Some(lesson) => lesson.shown(title),
            None => ShownItem { title, ..ShownItem::default() },
        };
        self.shown.insert(id.clone(), shown);
        TrackedItem {
            id,
            launch,
            rules: match self.manifest.standard {
                Standard::Scorm12 => rules_of_scorm12(item),
                Standard::Scorm2004(_) => rules_of_scorm2004(item),
            },
            lesson: lesson.map(Lesson::tracked),
            items: item.children.iter().map(|child| self.item(child)).collect(),
        }
    }

    fn launch(&self, item: &Item) -> Option<(Launch, Option<&'a Lesson>)> {
        let resource = self.manifest.resource(item.identifierref.as_ref()?)?;
        let href = resource.href.as_ref()?;
        let path = self.manifest.package_path(resource, href);
        let mut address = match (&path, href) {
            (Some(path), Href::Local { suffix, .. }) => format!("{path}{suffix}"),
            _ => href.to_string(),
        };
        address.push_str(item.parameters.as_deref().unwrap_or_default());
        let launch = Launch {
            resource: resource.identifier.to_string(),
            address,
            sco: resource.scorm_type == ScormType::Sco,
        };
        Some((launch, path.and_then(|path| self.lessons.get(&path)).map(AsRef::as_ref)))
    }
}

fn rules_of_scorm12(item: &Item) -> ItemRules {
    let rules = &item.scorm12;
    let time = rules.max_time_allowed.as_ref().map(ToString::to_string);
    let action = rules.time_limit_action.map(|action| action.token().to_owned());
    ItemRules {
        prerequisites: rules.prerequisites.clone(),
        mastery: rules.mastery_score.map(|score| score.to_string()),
        time_limit: joined([time, action]),
        launch_data: rules.data_from_lms.clone(),
        ..ItemRules::default()
    }
}

fn rules_of_scorm2004(item: &Item) -> ItemRules {
    let rules = &item.scorm2004;
    let objectives = rules.sequencing.objectives.as_ref();
    let primary = objectives.map(|objectives| &objectives.primary);
    let mastery = primary.filter(|primary| primary.satisfied_by_measure).map(|primary| {
        primary.min_normalized_measure.map_or_else(|| "1".to_owned(), |measure| measure.to_string())
    });
    let threshold = rules.completion_threshold.filter(|threshold| threshold.completed_by_measure);
    ItemRules {
        mastery,
        completion_threshold: threshold.map(|t| t.min_progress_measure.to_string()),
        time_limit: rules.time_limit_action.map(|action| action.token().to_owned()),
        launch_data: rules.data_from_lms.clone(),
        objectives: objectives
            .iter()
            .flat_map(|objectives| std::iter::once(&objectives.primary).chain(&objectives.others))
            .filter_map(|objective| objective.id.clone())
            .collect(),
        sequencing: sequencing(&rules.sequencing),
        prerequisites: None,
        move_on: None,
    }
}

fn joined(parts: [Option<String>; 2]) -> Option<String> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

//! SCORM 2004, 2nd to 4th edition: content packaging with sequencing and navigation.

mod sequencing;

use lcms_core::Result;
use lcms_formats::manifest::scorm2004::{CompletionThreshold, Edition, ItemRules, Objectives};
use lcms_formats::manifest::{Decimal, Item, Organization, Standard, TimeLimitAction};

use super::scorm::{self, Rules};
use super::{Described, Listed, Packaging, titles};
use crate::plan::{OutlineItem, Plan, PlannedPackage};
use crate::player::PlayerFile;
use sequencing::Sequencer;

pub(super) struct Scorm2004(pub(super) Edition);

impl Packaging for Scorm2004 {
    fn drivers(&self) -> &'static [PlayerFile] {
        const DRIVER: PlayerFile =
            ("driver-scorm2004.js", include_bytes!("../../../player/driver-scorm2004.js"));
        match self.0 {
            Edition::Second => &[
                DRIVER,
                (
                    "driver-scorm2004-2nd.js",
                    include_bytes!("../../../player/driver-scorm2004-2nd.js"),
                ),
            ],
            Edition::Third | Edition::Fourth => &[DRIVER],
        }
    }

    fn describe(&self, plan: &Plan<'_>, files: &Listed<'_>) -> Result<Described> {
        scorm::describe(plan, files, Standard::Scorm2004(self.0), &Sequencer::new(plan))
    }

    fn counts_attempts(&self) -> bool {
        true
    }

    fn notices(&self, plan: &Plan<'_>) -> Vec<String> {
        let waits = titles(plan, |item| !item.requires.is_empty() || !item.skip_when.is_empty());
        let moodle = waits.map(|named| {
            format!(
                "{named} wait for others, which SCORM 2004 says with shared objectives (mapInfo): \
                 Moodle 4 does not import such packages; publish SCORM 1.2 or cmi5 for it"
            )
        });
        moodle.into_iter().collect()
    }
}

impl Rules for Sequencer<'_> {
    fn organization(&self, organization: &mut Organization) {
        organization.scorm2004 = self.course();
    }

    fn item(&self, item: &mut Item, planned: &OutlineItem) {
        item.scorm2004 =
            match planned.sco.and_then(|index| Some((index, self.plan.scos.get(index)?))) {
                Some((index, sco)) => {
                    let rules = self.sco(planned, index, sco);
                    match &sco.package {
                        Some(package) => with_package(rules, package),
                        None => rules,
                    }
                }
                None => self.heading(planned),
            };
    }
}

/// Adds what the package's own manifest said of what is opened. What it said of sequencing names its
/// own items and objectives, and is decided by the course.
fn with_package(mut rules: ItemRules, package: &PlannedPackage) -> ItemRules {
    let item = &package.item;
    rules.data_from_lms = Some(item.launch_data.clone()).filter(|data| !data.is_empty());
    rules.time_limit_action = TimeLimitAction::from_token(&item.time_limit_action);
    if let Some(measure) = item.completion_threshold.and_then(Decimal::nearest) {
        rules.completion_threshold = Some(CompletionThreshold {
            completed_by_measure: true,
            min_progress_measure: measure,
            progress_weight: Decimal::ONE,
        });
    }
    if let Some(score) = item.mastery_score.and_then(Decimal::nearest) {
        let objectives = rules.sequencing.objectives.get_or_insert_with(Objectives::default);
        objectives.primary.satisfied_by_measure = true;
        objectives.primary.min_normalized_measure = Some(score);
    }
    rules
}

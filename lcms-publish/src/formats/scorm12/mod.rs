//! SCORM 1.2: a mastery score and prerequisites on the item (content aggregation model, section
//! 2.3.5.1), nothing else. An LMS may ignore prerequisites; what they cannot say, nothing can.

mod prerequisites;

use lcms_core::Result;
use lcms_core::model::sequencing::Counts;
use lcms_formats::manifest::scorm12::ItemRules;
use lcms_formats::manifest::{Decimal, Item, Organization, Standard, TimeLimitAction};

use super::scorm::{self, Rules};
use super::{Described, Listed, Packaging, titles};
use crate::plan::{OutlineItem, Plan, PlannedPackage};
use crate::player::PlayerFile;
use prerequisites::Prerequisites;

pub(super) struct Scorm12;

impl Packaging for Scorm12 {
    fn drivers(&self) -> &'static [PlayerFile] {
        &[("driver-scorm12.js", include_bytes!("../../../player/driver-scorm12.js"))]
    }

    fn describe(&self, plan: &Plan<'_>, files: &Listed<'_>) -> Result<Described> {
        let rules = ItemsOfPlan { plan, prerequisites: Prerequisites::of(plan) };
        scorm::describe(plan, files, Standard::Scorm12, &rules)
    }

    fn notices(&self, plan: &Plan<'_>) -> Vec<String> {
        let mut notices = Vec::new();
        if let Some(named) = titles(plan, |item| !item.skip_when.is_empty()) {
            notices.push(format!("SCORM 1.2 cannot skip: {named} will not be passed by"));
        }
        if let Some(named) = titles(plan, |item| item.attempt_limit.is_some()) {
            notices.push(format!(
                "SCORM 1.2 has no attempt limit: of {named} only assessments are limited, by the player"
            ));
        }
        if let Some(named) = titles(plan, |item| item.counts != Counts::default()) {
            notices.push(format!("in SCORM 1.2 the LMS alone decides what {named} counts for"));
        }
        notices.extend(Prerequisites::of(plan).too_long(plan).into_iter().map(|title| {
            format!("“{title}” waits for more than SCORM 1.2 can say in 200 characters; it is open")
        }));
        notices
    }
}

struct ItemsOfPlan<'a> {
    plan: &'a Plan<'a>,
    prerequisites: Prerequisites,
}

impl Rules for ItemsOfPlan<'_> {
    fn organization(&self, _: &mut Organization) {}

    fn item(&self, item: &mut Item, planned: &OutlineItem) {
        let Some(sco) = planned.sco.and_then(|index| self.plan.scos.get(index)) else { return };
        let (_, pass_mark) = self.plan.rules(sco);
        if let Some(package) = &sco.package {
            item.scorm12 = of_package(package);
            item.scorm12.prerequisites = self.prerequisites.script(&planned.id);
            return;
        }
        item.scorm12 = ItemRules {
            // A raw score of 0 to 100.
            mastery_score: pass_mark.and_then(|mark| Decimal::nearest(mark * 100.0)),
            prerequisites: self.prerequisites.script(&planned.id),
            ..ItemRules::default()
        };
    }
}

/// What the package's own manifest said. Its prerequisites name items of that manifest and are not
/// among it: what comes first is decided by the course.
fn of_package(package: &PlannedPackage) -> ItemRules {
    let item = &package.item;
    let data = Some(item.launch_data.clone()).filter(|data| !data.is_empty());
    ItemRules {
        mastery_score: item.mastery_score.and_then(|score| Decimal::nearest(score * 100.0)),
        max_time_allowed: item.max_time.parse().ok(),
        time_limit_action: TimeLimitAction::from_token(&item.time_limit_action),
        data_from_lms: data,
        prerequisites: None,
    }
}

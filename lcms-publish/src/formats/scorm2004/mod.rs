//! SCORM 2004, 2nd to 4th edition: content packaging with sequencing and navigation.

mod sequencing;

use lcms_core::Result;
use lcms_formats::manifest::scorm2004::Edition;
use lcms_formats::manifest::{Item, Organization, Standard};

use super::scorm::{self, Rules};
use super::{Described, Listed, Packaging, titles};
use crate::plan::{OutlineItem, Plan};
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
                Some((index, sco)) => self.sco(planned, index, sco),
                None => self.heading(planned),
            };
    }
}

//! What cannot be seen or heard can be read.

use lcms_core::model::content::{Asset, TrackKind};
use lcms_core::model::markup::ReferenceRole;
use lcms_core::model::{ComponentId, Content};

use super::Rule;
use crate::fault::Fault;
use crate::plan::{Page, Plan, PlannedText};

pub(super) const IMAGES: Rule = Rule::new(
    "alternative_text",
    "An image has a text that stands for it, or is marked as decorative (WCAG 1.1.1).",
    |subject, faults| {
        let plan = subject.plan;
        each_shown(plan, |page, node, asset, text| {
            let is_said = |text: &str| !text.trim().is_empty();
            let stands = text.is_some_and(is_said) || asset.alt.as_deref().is_some_and(is_said);
            if asset.is_image() && !asset.decorative && !stands {
                let message = "no text stands for the image: write `alt`, write a text where it is shown, or mark it \
                     as `decorative`; shown in";
                let fault = Fault::new(plan.node(node), "/alt", "alternative_text", message);
                faults.push(fault.about(page));
            }
        });
        if let Some(logo) = &plan.profile.settings.logo
            && !logo.asset.decorative
            && logo.asset.alt.as_deref().is_none_or(|alt| alt.trim().is_empty())
        {
            let message = "no text stands for the logo of the profile: write `alt`, or mark it as `decorative`";
            faults.push(Fault {
                component: logo.component,
                title: logo.asset.title.clone(),
                pointer: "/alt".to_owned(),
                rule: "alternative_text",
                message: message.to_owned(),
                place: None,
                about: None,
            });
        }
    },
);

pub(super) const CAPTIONS: Rule =
    Rule::new("captions", "A video has captions (WCAG 1.2.2).", |subject, faults| {
        let plan = subject.plan;
        each_shown(plan, |page, node, asset, _| {
            let captioned = asset.tracks.iter().any(|track| track.kind == TrackKind::Captions);
            if asset.media_type.starts_with("video/") && !captioned {
                let message =
                    "the video has no captions: add a track of kind `captions` (WebVTT); shown in";
                let fault = Fault::new(plan.node(node), "/tracks", "captions", message);
                faults.push(fault.about(page));
            }
        });
    });

pub(super) const TRANSCRIPTS: Rule = Rule::new(
    "transcript",
    "A sound recording has a transcript or captions (WCAG 1.2.1).",
    |subject, faults| {
        let plan = subject.plan;
        each_shown(plan, |page, node, asset, _| {
            let written = asset.transcript.as_deref().is_some_and(|text| !text.trim().is_empty())
                || asset.tracks.iter().any(|track| track.kind == TrackKind::Captions);
            if asset.media_type.starts_with("audio/") && !written {
                let message =
                    "the recording cannot be read: write a `transcript` or add captions; heard in";
                let fault = Fault::new(plan.node(node), "/transcript", "transcript", message);
                faults.push(fault.about(page));
            }
        });
    },
);

/// Every asset where a page shows it, with the text written there for it.
fn each_shown(plan: &Plan<'_>, mut shown: impl FnMut(ComponentId, usize, &Asset, Option<&str>)) {
    for page in plan.scos.iter().flat_map(|sco| &sco.pages) {
        for text in texts(page) {
            for (source, reference) in text.composed.references() {
                if reference.role != ReferenceRole::Embed {
                    continue;
                }
                let Some(slot) = text.slot(plan.release, *source, reference) else { continue };
                if let Content::Asset(asset) = &plan.node(slot.node).content {
                    let page = plan.node(page.node).component;
                    shown(page, slot.node, asset, reference.text.as_deref());
                }
            }
        }
    }
}

/// The texts of a page, those of its questions included.
fn texts(page: &Page) -> impl Iterator<Item = &PlannedText> {
    let asked = page.questions().flat_map(|question| question.texts.values());
    std::iter::once(&page.text).chain(asked)
}

//! What SCORM 2004 adds to content packaging: sequencing (IMS Simple Sequencing with ADL's
//! extensions), navigation controls and completion thresholds.
//!
//! [`Sequencing`] holds what a course that is walked through freely, in order or by gates needs:
//! control modes, rules, limits of attempts, rollup, objectives that are shared, delivery controls.

mod sequencing;

use std::borrow::Cow;
use std::fmt;

use crate::xml::{Attributes, Node, XmlWriter};

use super::names::{Vocabulary, vocabulary};
use super::{Decimal, Item, Notes, TimeLimitAction};

pub use sequencing::{
    ChildSet, Combination, Condition, Consideration, ControlMode, DeliveryControls, ExitAction,
    NormalizedMeasure, Objective, ObjectiveMap, Objectives, PostAction, PreAction, RollupAction,
    RollupCondition, RollupConsiderations, RollupRule, RollupRules, Rule, RuleCondition, Rules,
    Sequencing, Share, UnknownToken,
};
pub(in crate::manifest) use sequencing::{read_sequencing, write_sequencing};

pub(in crate::manifest) const CONTENT_PACKAGING: &str = "http://www.imsglobal.org/xsd/imscp_v1p1";
pub(in crate::manifest) const ADL_PACKAGING: &str = "http://www.adlnet.org/xsd/adlcp_v1p3";
pub(in crate::manifest) const ADL_SEQUENCING: &str = "http://www.adlnet.org/xsd/adlseq_v1p3";
pub(in crate::manifest) const ADL_NAVIGATION: &str = "http://www.adlnet.org/xsd/adlnav_v1p3";
pub(in crate::manifest) const SIMPLE_SEQUENCING: &str = "http://www.imsglobal.org/xsd/imsss";

/// The attribute that tells SCOs from assets.
pub(in crate::manifest) const SCORM_TYPE: &str = "adlcp:scormType";

/// An edition of SCORM 2004.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// 2nd edition (2004), which calls itself `CAM 1.3`.
    Second,
    /// 3rd edition (2006).
    Third,
    /// 4th edition (2009).
    Fourth,
}

impl Edition {
    const ALL: [Self; 3] = [Self::Second, Self::Third, Self::Fourth];

    /// The exact text of `schemaversion`. An LMS that finds any other takes the package for
    /// another standard.
    pub const fn schema_version(self) -> &'static str {
        match self {
            Self::Second => "CAM 1.3",
            Self::Third => "2004 3rd Edition",
            Self::Fourth => "2004 4th Edition",
        }
    }

    /// The edition with this exact `schemaversion`.
    pub fn from_schema_version(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|edition| edition.schema_version() == text)
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Second => "2nd edition",
            Self::Third => "3rd edition",
            Self::Fourth => "4th edition",
        })
    }
}

/// The rules of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationRules {
    /// `adlseq:objectivesGlobalToSystem`: whether shared objectives outlive this course for a
    /// learner; when absent, they do.
    pub objectives_global_to_system: Option<bool>,
    /// How the organization's items follow each other.
    pub sequencing: Sequencing,
}

/// The rules of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRules {
    /// `adlcp:timeLimitAction`: what happens when the attempt's time is up.
    pub time_limit_action: Option<TimeLimitAction>,
    /// `adlcp:dataFromLMS`: handed to the SCO as `cmi.launch_data`.
    pub data_from_lms: Option<String>,
    /// `adlcp:completionThreshold`: how much progress makes the item complete.
    pub completion_threshold: Option<CompletionThreshold>,
    /// How the items below follow each other, and what counts as satisfied.
    pub sequencing: Sequencing,
    /// `adlnav:hideLMSUI`: controls the LMS should not show while this item is open.
    pub hide_lms_ui: Vec<LmsControl>,
}

/// A measure from 0 to 1.
pub type ProgressMeasure = Decimal<0, 1>;

/// `adlcp:completionThreshold`. Before the 4th edition it is only a measure, always applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletionThreshold {
    /// Whether the measure decides, instead of the status the SCO sets. Always true before the
    /// 4th edition.
    pub completed_by_measure: bool,
    /// The progress measure from which on the item is complete.
    pub min_progress_measure: ProgressMeasure,
    /// The weight of the item's progress in that of its parent (4th edition); 1 before.
    pub progress_weight: ProgressMeasure,
}

/// A control of the LMS that an item can ask to hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LmsControl {
    /// Go to the next item.
    Continue,
    /// Go to the previous item.
    Previous,
    /// Leave the item.
    Exit,
    /// Leave the item without keeping the attempt.
    Abandon,
    /// Leave the course to come back later. Not in the 2nd edition.
    SuspendAll,
    /// Leave the course for good. Not in the 2nd edition.
    ExitAll,
    /// Leave the course without keeping the attempt. Not in the 2nd edition.
    AbandonAll,
}

impl LmsControl {
    /// Every control.
    pub const ALL: [Self; 7] = [
        Self::Continue,
        Self::Previous,
        Self::Exit,
        Self::Abandon,
        Self::SuspendAll,
        Self::ExitAll,
        Self::AbandonAll,
    ];

    /// The token of `adlnav:hideLMSUI`.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Previous => "previous",
            Self::Exit => "exit",
            Self::Abandon => "abandon",
            Self::SuspendAll => "suspendAll",
            Self::ExitAll => "exitAll",
            Self::AbandonAll => "abandonAll",
        }
    }

    /// Whether the edition knows the control.
    pub const fn is_in(self, edition: Edition) -> bool {
        let course_wide = matches!(self, Self::SuspendAll | Self::ExitAll | Self::AbandonAll);
        !(course_wide && matches!(edition, Edition::Second))
    }
}

/// Writes the rules after an item's own elements.
pub(in crate::manifest) fn write_item_rules(
    w: &mut XmlWriter,
    rules: &ItemRules,
    edition: Edition,
) {
    if let Some(action) = rules.time_limit_action {
        w.text("adlcp:timeLimitAction", &[], action.token());
    }
    if let Some(data) = &rules.data_from_lms {
        w.text("adlcp:dataFromLMS", &[], data);
    }
    if let Some(threshold) = rules.completion_threshold {
        write_completion_threshold(w, threshold, edition);
    }
    write_sequencing(w, &rules.sequencing);
    if !rules.hide_lms_ui.is_empty() {
        w.element("adlnav:presentation", &[], |w| {
            w.element("adlnav:navigationInterface", &[], |w| {
                for control in &rules.hide_lms_ui {
                    w.text("adlnav:hideLMSUI", &[], control.token());
                }
            });
        });
    }
}

fn write_completion_threshold(w: &mut XmlWriter, threshold: CompletionThreshold, edition: Edition) {
    const NAME: &str = "adlcp:completionThreshold";
    let measure = threshold.min_progress_measure.to_string();
    if edition < Edition::Fourth {
        w.text(NAME, &[], &measure);
    } else {
        let by_measure = threshold.completed_by_measure;
        let attributes: Attributes<'_> = vec![
            ("completedByMeasure", boolean(by_measure)),
            ("minProgressMeasure", measure.into()),
            ("progressWeight", threshold.progress_weight.to_string().into()),
        ];
        w.empty(NAME, &attributes);
    }
}

pub(in crate::manifest) fn boolean(value: bool) -> Cow<'static, str> {
    Cow::Borrowed(if value { "true" } else { "false" })
}

/// Reads one element of a vocabulary other than content packaging under an item.
pub(in crate::manifest) fn read_item_rule(node: &Node, item: &mut Item, notes: &mut Notes) {
    let rules = &mut item.scorm2004;
    match (vocabulary(node), node.name.as_str()) {
        (Vocabulary::AdlPackaging, "timeLimitAction") => {
            rules.time_limit_action = TimeLimitAction::from_token(node.text());
            if rules.time_limit_action.is_none() {
                notes.invalid_value(node);
            }
        }
        (Vocabulary::AdlPackaging, "dataFromLMS") => {
            rules.data_from_lms = Some(node.text().to_owned());
        }
        (Vocabulary::AdlPackaging, "completionThreshold") => {
            rules.completion_threshold = read_completion_threshold(node, notes);
        }
        (Vocabulary::SimpleSequencing, "sequencing") => {
            rules.sequencing = read_sequencing(node, notes);
        }
        (Vocabulary::AdlNavigation, "presentation") => {
            rules.hide_lms_ui.extend(read_presentation(node, notes));
        }
        _ => notes.skipped(node),
    }
}

fn read_completion_threshold(node: &Node, notes: &mut Notes) -> Option<CompletionThreshold> {
    const ATTRIBUTES: [(&str, &str); 3] =
        [("", "completedByMeasure"), ("", "minProgressMeasure"), ("", "progressWeight")];
    notes.unknown_attributes(node, &ATTRIBUTES);
    let one = ProgressMeasure::from_ten_thousandths(10_000).ok()?;
    // The form before the 4th edition: a number and no attributes.
    if !node.text().is_empty() && node.attribute("", "minProgressMeasure").is_none() {
        return Some(CompletionThreshold {
            completed_by_measure: true,
            min_progress_measure: notes.parsed_text(node)?,
            progress_weight: one,
        });
    }
    Some(CompletionThreshold {
        completed_by_measure: notes.boolean_attribute(node, "", "completedByMeasure", false),
        min_progress_measure: notes.parsed_attribute(node, "", "minProgressMeasure").unwrap_or(one),
        progress_weight: notes.parsed_attribute(node, "", "progressWeight").unwrap_or(one),
    })
}

fn read_presentation(node: &Node, notes: &mut Notes) -> Vec<LmsControl> {
    let mut hidden = Vec::new();
    for interface in &node.children {
        let is_interface = interface.name == "navigationInterface";
        if vocabulary(interface) != Vocabulary::AdlNavigation || !is_interface {
            notes.skipped(interface);
            continue;
        }
        for child in &interface.children {
            let control = LmsControl::ALL.into_iter().find(|c| c.token() == child.text());
            match control {
                Some(control) if child.name == "hideLMSUI" => hidden.push(control),
                _ => notes.invalid_value(child),
            }
        }
    }
    hidden
}

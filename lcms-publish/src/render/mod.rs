//! Pages as learners get them: one HTML document per SCO.

mod document;
pub(crate) mod embed;
pub(crate) mod escape;
mod glossary;
mod known;
pub mod markdown;
mod question;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lcms_core::model::ComponentId;
use lcms_core::model::content::Standard;
use serde::Serialize;

pub(crate) use known::{Decided, rendered};

use crate::archive::Packed;
use crate::plan::Framed;
use crate::shape::Lesson;

/// A rendered SCO.
#[derive(Debug)]
pub(crate) struct RenderedSco {
    /// The HTML document.
    pub(crate) page: Packed,
    /// What it tells the player.
    pub(crate) data: ScoData,
    /// The same, as it is read in the document.
    pub(crate) lesson: Arc<Lesson>,
    /// Paths of the assets it shows.
    pub(crate) assets: BTreeSet<String>,
    /// What its links lead to, which other lessons decide.
    links: HashMap<(ComponentId, Option<String>), embed::Link>,
}

/// What a SCO tells the player, as `player/README.md` defines it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScoData {
    version: u32,
    course: String,
    lesson: String,
    completion: &'static str,
    pass_mark: Option<f64>,
    /// Minutes to be spent, for completion by time.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
    /// Whether pages open one after the other only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    linear: bool,
    pages: Vec<PageData>,
    questions: BTreeMap<String, QuestionData>,
    assessments: BTreeMap<String, AssessmentData>,
    /// What imported content is told in its LMS's place.
    #[serde(skip_serializing_if = "Option::is_none")]
    bridge: Option<BridgeData>,
}

/// What imported content is told that its page answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BridgeData {
    /// `1.2` or `2004`.
    standard: &'static str,
    /// What passes, of 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    mastery_score: Option<f64>,
    /// How much completes it, of 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_threshold: Option<f64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    launch_data: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    max_time: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    time_limit_action: String,
}

impl BridgeData {
    /// What its own package said of content; nothing where its page does not answer it.
    fn of(framed: &Framed) -> Option<Self> {
        let item = framed.bridged.as_deref()?.clone();
        Some(Self {
            standard: if framed.standard == Standard::Scorm12 { "1.2" } else { "2004" },
            mastery_score: item.mastery_score,
            completion_threshold: item.completion_threshold,
            launch_data: item.launch_data,
            max_time: item.max_time,
            time_limit_action: item.time_limit_action,
        })
    }
}

impl ScoData {
    /// Whether its page answers imported content.
    pub(crate) fn is_bridged(&self) -> bool {
        self.bridge.is_some()
    }

    /// How many pages, questions and assessments there are.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        (self.pages.len(), self.questions.len(), self.assessments.len())
    }
}

#[derive(Debug, Serialize)]
struct PageData {
    id: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    fingerprint: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QuestionData {
    #[serde(rename = "type")]
    kind: &'static str,
    weight: f64,
    description: String,
    /// The component and the version of it, where a standard has a field for that.
    source: String,
    correct: CorrectData,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    shuffle: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partial: bool,
    attempts: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum CorrectData {
    Choices(Vec<String>),
    Blanks(BTreeMap<String, BlankData>),
    Range { answer: f64, tolerance: f64 },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BlankData {
    accept: Vec<String>,
    case_sensitive: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AssessmentData {
    page: String,
    pass_mark: Option<f64>,
    attempts: Option<u32>,
    shuffle: bool,
    sections: Vec<SectionData>,
}

#[derive(Debug, Serialize)]
struct SectionData {
    id: String,
    draw: Option<u32>,
    shuffle: bool,
    questions: Vec<String>,
}

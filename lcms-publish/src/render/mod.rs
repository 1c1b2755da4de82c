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
use serde::Serialize;

pub(crate) use known::{Decided, rendered};

use crate::archive::Packed;
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
}

impl ScoData {
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

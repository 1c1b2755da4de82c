//! The data that a lesson gives the player (`player/README.md`), as it stands in its page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Asked, ShownItem, ShownPage, Taken, TrackedAssessment, TrackedLesson, TrackedQuestion,
};

/// What begins the element that holds the data. Nothing before it can contain this: only the
/// page's title stands there, escaped.
const BEGINS: &str = "<script type=\"application/json\" id=\"lcms-sco\">";

/// What of a lesson's data is tracked or shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lesson {
    completion: String,
    pass_mark: Option<f64>,
    #[serde(default)]
    minutes: Option<u32>,
    pages: Vec<ShownPage>,
    questions: BTreeMap<String, Question>,
    assessments: BTreeMap<String, Assessment>,
}

#[derive(Clone, Debug, Deserialize)]
struct Question {
    #[serde(rename = "type")]
    kind: String,
    weight: f64,
    #[serde(default)]
    description: String,
    #[serde(default)]
    source: String,
    correct: Correct,
    #[serde(default)]
    choices: Vec<String>,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    shuffle: bool,
    #[serde(default)]
    partial: bool,
    #[serde(default)]
    attempts: Option<u32>,
}

/// What is right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Correct {
    /// Ids of the right choices, pairs as `source.target`, or items in their right order; none where
    /// a person judges.
    Choices(Vec<String>),
    /// What each blank accepts.
    Blanks(BTreeMap<String, Blank>),
    /// A number.
    Range {
        /// The right one.
        answer: f64,
        /// How far off is still right.
        tolerance: f64,
    },
}

/// What a blank accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Blank {
    /// The texts.
    pub accept: Vec<String>,
    /// Whether capitals matter.
    #[serde(default)]
    pub case_sensitive: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assessment {
    #[serde(default)]
    pass_mark: Option<f64>,
    #[serde(default)]
    attempts: Option<u32>,
    #[serde(default)]
    shuffle: bool,
    sections: Vec<Section>,
}

#[derive(Clone, Debug, Deserialize)]
struct Section {
    id: String,
    #[serde(default)]
    draw: Option<u32>,
    #[serde(default)]
    shuffle: bool,
    questions: Vec<String>,
}

impl Lesson {
    /// The data in a lesson's page; `None` when the page is none of ours.
    pub(crate) fn read(page: &str) -> Option<Self> {
        let (_, rest) = page.split_once(BEGINS)?;
        let (data, _) = rest.split_once("</script>")?;
        serde_json::from_str(data).ok()
    }

    pub(super) fn tracked(&self) -> TrackedLesson {
        let questions = self.questions.iter().map(|(id, question)| {
            let Question { kind, weight, correct, mut choices, targets, partial, .. } =
                question.clone();
            choices.extend(targets);
            (id.clone(), TrackedQuestion { kind, weight, correct, choices, partial })
        });
        let assessments = self.assessments.iter().map(|(id, assessment)| {
            let sections = assessment.sections.iter().map(|s| (s.id.clone(), s.draw)).collect();
            (id.clone(), TrackedAssessment { pass_mark: assessment.pass_mark, sections })
        });
        TrackedLesson {
            completion: self.completion.clone(),
            pass_mark: self.pass_mark,
            minutes: self.minutes,
            questions: questions.collect(),
            assessments: assessments.collect(),
        }
    }

    pub(super) fn shown(&self, title: String) -> ShownItem {
        let questions = self.questions.iter().map(|(id, question)| {
            let Question { attempts, shuffle, description, source, .. } = question;
            let (prompt, source) = (description.clone(), source.clone());
            (id.clone(), Asked { prompt, source, attempts: *attempts, shuffle: *shuffle })
        });
        let assessments = self.assessments.iter().map(|(id, assessment)| {
            let Assessment { attempts, shuffle, sections, .. } = assessment;
            let sections = sections.iter().map(|s| (s.shuffle, s.questions.clone())).collect();
            (id.clone(), Taken { attempts: *attempts, shuffle: *shuffle, sections })
        });
        ShownItem {
            title,
            pages: self.pages.clone(),
            questions: questions.collect(),
            assessments: assessments.collect(),
        }
    }
}

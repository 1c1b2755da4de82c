//! The shape of a package: what an LMS tracks of it.
//!
//! A shape is a function of what stands in the package: of its manifest and of the data that each
//! lesson gives the player. It has two halves.
//!
//! * [`Tracked`] is what an LMS keys a learner's record by or judges it with: identifiers, launch
//!   addresses, rules of completion and mastery, questions with their answer keys and weights, and
//!   the form of the saved state. Its digest is *the* shape digest. Packages of equal digest can,
//!   as far as they decide, take each other's place.
//! * [`Shown`] is what learners see around it: titles, pages and their fingerprints, orders. It
//!   tells a change that learners notice from one that they do not, and is in no digest.
//!
//! The document stands in every package beside the bill of content, so that two packages alone can
//! be compared. `docs/decisions/0019-shape.md` says what counts and why.

mod lesson;
mod of_course_structure;
mod of_manifest;
mod of_outline;
mod sequencing;

use std::collections::BTreeMap;

use lcms_core::model::{Digest, canonical_json};
use serde::{Deserialize, Serialize};

use crate::plan::PACKAGES;

pub(crate) use lesson::Lesson;
pub use lesson::{Blank, Correct};

/// Where the shape stands in a package.
pub const SHAPE_PATH: &str = "shape.json";

/// Version of the document.
const VERSION: u32 = 1;

/// What an LMS tracks of a package, and what learners see around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    version: u32,
    /// What the shape digest covers.
    pub tracked: Tracked,
    /// What it does not.
    pub shown: Shown,
}

/// Names the imported content of a package of ours: what it keeps of a learner may depend on any of its
/// files. `None` where there is none.
pub(crate) fn imported_content<'a>(
    files: impl Iterator<Item = (&'a str, Digest)>,
) -> Option<Digest> {
    let is_imported = |path: &str| path.split_once('/').is_some_and(|(top, _)| top == PACKAGES);
    let imported: BTreeMap<&str, Digest> = files.filter(|(path, _)| is_imported(path)).collect();
    (!imported.is_empty()).then(|| Digest::of_document(&("lcms-content/1", imported)).0)
}

impl Shape {
    /// Names what an LMS tracks: equal for packages that can take each other's place.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_document(&("lcms-shape/1", &self.tracked)).0
    }

    /// The document that stands in the package.
    pub(crate) fn write(&self) -> Vec<u8> {
        canonical_json(self)
    }

    /// Reads the document of a package; `None` when it is of no version that is known here.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().filter(|shape: &Self| shape.version == VERSION)
    }

    /// Whether the content is of a kind whose saved state and questions are known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.tracked.state.is_some()
    }
}

/// What an LMS keys a learner's record by, or judges it with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tracked {
    /// The standard, as in `scorm12` or `scorm2004-4`: decides which elements hold the record.
    pub format: String,
    /// Identifier of the manifest.
    pub manifest: String,
    /// Identifier of the organization that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Sequencing of the organization: each rule that is given, by its name in the standard.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequencing: BTreeMap<String, String>,
    /// The form in which a learner's state is saved; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Digest over all files whose doings are not known, for a record may depend on any of them: over
    /// the imported content of our packages, and over all files but the manifest of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest>,
    /// The tree of items, in order.
    pub items: Vec<TrackedItem>,
}

/// An item of the organization: something to launch, or a heading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedItem {
    /// Its identifier, by which an LMS knows a learner's record.
    pub id: String,
    /// What it launches; a heading launches nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch: Option<Launch>,
    /// What the manifest tells the LMS about it.
    #[serde(default, skip_serializing_if = "ItemRules::is_empty")]
    pub rules: ItemRules,
    /// What is tracked inside; absent where the content is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesson: Option<TrackedLesson>,
    /// The items below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<TrackedItem>,
}

/// What an item launches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// Identifier of the resource.
    pub resource: String,
    /// The address, from the root of the package, with its parameters.
    pub address: String,
    /// Whether it talks to the LMS.
    pub sco: bool,
}

/// What a manifest tells an LMS about one item. Texts are as the manifest has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemRules {
    /// SCORM 1.2: what must be done before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prerequisites: Option<String>,
    /// The score from which on the LMS calls it passed: 0 to 100 in SCORM 1.2, −1 to 1 in 2004.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mastery: Option<String>,
    /// The progress from which on the LMS calls it complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion_threshold: Option<String>,
    /// How long an attempt may take, and what happens then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<String>,
    /// What the LMS hands to the content at its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_data: Option<String>,
    /// cmi5: what the LMS waits for before it counts the item as done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub move_on: Option<String>,
    /// Identifiers of the objectives that the LMS keeps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<String>,
    /// Sequencing: each rule that is given, by its name in the standard.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sequencing: BTreeMap<String, String>,
}

impl ItemRules {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is tracked inside a SCO.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedLesson {
    /// What completes it: `pages`, `score` or `both`.
    pub completion: String,
    /// The score from which on it is passed, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_mark: Option<f64>,
    /// Minutes to be spent, for completion by time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// Its questions, by the id under which they are reported.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub questions: BTreeMap<String, TrackedQuestion>,
    /// Its assessments, by the id under which sittings are saved.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assessments: BTreeMap<String, TrackedAssessment>,
}

/// A question, as far as it decides what an answer means and earns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedQuestion {
    /// The type of interaction.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its share of the score; 0 is practice.
    pub weight: f64,
    /// What is right.
    pub correct: Correct,
    /// Ids of what there is to choose, order or match, in authored order; what is matched comes
    /// before what it is matched to. SCORM 1.2 reports by places in these lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether an answer that is partly right earns a part.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

/// An assessment, as far as it decides which questions count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedAssessment {
    /// The share of its weight from which on it is passed, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_mark: Option<f64>,
    /// Its sections in order, each with how many questions are drawn; `None` draws all.
    pub sections: Vec<(String, Option<u32>)>,
}

/// What learners see around what is tracked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Title of the course.
    pub title: String,
    /// Its language, where the manifest names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// By identifier of the item.
    pub items: BTreeMap<String, ShownItem>,
}

/// What learners see of one item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShownItem {
    /// Its title in the table of contents.
    pub title: String,
    /// Its pages in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<ShownPage>,
    /// How questions are asked, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub questions: BTreeMap<String, Asked>,
    /// How assessments are taken, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub assessments: BTreeMap<String, Taken>,
}

/// A page of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPage {
    /// The id under which it is marked as done.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Changes when what it shows does.
    pub fingerprint: String,
}

/// How a question is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The prompt as plain text, shortened.
    pub prompt: String,
    /// The component and its version, as reports name them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// How often it may be answered; `None` is without limit.
    pub attempts: Option<u32>,
    /// Whether its choices stand in an order of the learner's own.
    pub shuffle: bool,
}

/// How an assessment is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// How often; `None` is without limit.
    pub attempts: Option<u32>,
    /// Whether the questions of all sections are mixed.
    pub shuffle: bool,
    /// Per section: whether it is mixed, and its questions in authored order.
    pub sections: Vec<(bool, Vec<String>)>,
}

//! Kinds of component and which kind may be part of which.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::slot::SlotRole;

/// What a component is. Fixed when the component is created.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A page of authored text.
    Topic,
    /// A file: image, audio, video, document.
    Asset,
    /// One question with its answer key.
    Question,
    /// Questions answered and scored together.
    Assessment,
    /// A sequence of topics, questions and assessments; published as one SCO.
    Lesson,
    /// A group of lessons.
    Module,
    /// What learners enrol in.
    Course,
    /// Imported opaque content with its own tree of paths.
    WebPackage,
    /// Something a learner can do afterwards.
    Objective,
    /// Named values that text refers to.
    VariableSet,
    /// How to publish: format, granularity, audience, look, completion.
    Profile,
}

impl Kind {
    /// Every kind, in the order they are documented.
    pub const ALL: [Self; 11] = [
        Self::Topic,
        Self::Asset,
        Self::Question,
        Self::Assessment,
        Self::Lesson,
        Self::Module,
        Self::Course,
        Self::WebPackage,
        Self::Objective,
        Self::VariableSet,
        Self::Profile,
    ];

    /// The kind's name in documents and addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Asset => "asset",
            Self::Question => "question",
            Self::Assessment => "assessment",
            Self::Lesson => "lesson",
            Self::Module => "module",
            Self::Course => "course",
            Self::WebPackage => "web_package",
            Self::Objective => "objective",
            Self::VariableSet => "variable_set",
            Self::Profile => "profile",
        }
    }

    /// Whether a release can be made of it.
    #[must_use]
    pub fn is_structural(self) -> bool {
        matches!(self, Self::Course | Self::Module | Self::Lesson | Self::Assessment)
    }

    /// Whether a component of this kind may fill a slot of that role in a parent of kind `parent`.
    #[must_use]
    pub fn fits(self, parent: Self, role: SlotRole) -> bool {
        match role {
            SlotRole::Placement => match parent {
                Self::Course | Self::Module => {
                    matches!(
                        self,
                        Self::Module | Self::Lesson | Self::Assessment | Self::WebPackage
                    )
                }
                Self::Lesson => matches!(self, Self::Topic | Self::Question | Self::Assessment),
                _ => false,
            },
            SlotRole::Entry => self == Self::Question,
            SlotRole::Objective => self == Self::Objective,
            SlotRole::VariableSet => self == Self::VariableSet,
            SlotRole::Embed => matches!(self, Self::Asset | Self::Question),
            SlotRole::Include => self == Self::Topic,
            SlotRole::Logo => self == Self::Asset,
            SlotRole::Package => self == Self::WebPackage && parent == Self::WebPackage,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "unknown kind `{0}`: expected one of topic, asset, question, assessment, lesson, module, course, web_package, objective, variable_set, profile"
)]
pub struct KindError(String);

impl FromStr for Kind {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| KindError(text.chars().take(60).collect()))
    }
}

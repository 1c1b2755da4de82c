//! Profiles: how a release is published.
//!
//! A profile decides nothing about content. It says in which format and in how large pieces a
//! course is handed out, for whom (conditions, variables, language), how it looks, and what counts
//! as done. One course has as many profiles as there are ways to publish it.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::structure::{Completion, check_completion};
use super::theme::Theme;
use super::{Document, Part, Visit, is_default, read_typed};
use crate::model::field::FieldName;
use crate::model::key::Language;
use crate::model::kind::{Kind, KindError};
use crate::model::markup;
use crate::model::slot::SlotRole;
use crate::model::violation::{Violation, Violations, pointer_part};

/// How a release is published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Title, as people choose it: "Customers, SCORM 1.2".
    pub title: String,
    /// One or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Name of the package format, such as `scorm12`. Which formats there are is the publisher's.
    pub format: String,
    /// What is one SCO.
    #[serde(default, skip_serializing_if = "is_default")]
    pub granularity: Granularity,
    /// The language that a release must have; any when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What conditions are matched against: each name with the values that it has here. What is
    /// conditional on another name is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, BTreeSet<String>>,
    /// Values of variables, before those of the course's variable sets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// When a learner is done, in place of what the course says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Completion>,
    /// How learners go from page to page.
    #[serde(default, skip_serializing_if = "is_default")]
    pub navigation: Navigation,
    /// What the player offers.
    #[serde(default, skip_serializing_if = "is_default")]
    pub player: PlayerOptions,
    /// Whether the package is sold or serves advertising: content licensed for other use is refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub commercial: bool,
    /// Metadata that components must have to be published, by kind.
    #[serde(default, deserialize_with = "by_kind", skip_serializing_if = "BTreeMap::is_empty")]
    pub required: BTreeMap<Kind, BTreeSet<RequiredField>>,
    /// How it looks.
    #[serde(default, skip_serializing_if = "is_default")]
    pub theme: Theme,
}

/// Reads the kinds as names first, so that a fault below one is told with its place.
fn by_kind<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<Kind, BTreeSet<RequiredField>>, D::Error> {
    let named = BTreeMap::<String, BTreeSet<RequiredField>>::deserialize(deserializer)?;
    let kinds = named.into_iter().map(|(kind, fields)| Ok((kind.parse()?, fields)));
    kinds.collect::<Result<_, KindError>>().map_err(D::Error::custom)
}

/// What is one SCO: what an LMS launches and tracks by itself.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// The whole course.
    Course,
    /// Each lesson, and each assessment that is placed beside lessons.
    #[default]
    Lesson,
    /// Each page of each lesson; lessons become headings.
    Topic,
}

/// How learners go from page to page inside a SCO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Navigation {
    /// To any page at any time.
    #[default]
    Free,
    /// Only to pages that were seen, and to the next one when the present one is done.
    Linear,
}

/// What the player offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlayerOptions {
    /// Whether the pages of a SCO are listed; `true` when left out.
    #[serde(skip_serializing_if = "is_true")]
    pub contents: bool,
    /// Whether pages come out of a printer; `true` when left out.
    #[serde(skip_serializing_if = "is_true")]
    pub print: bool,
}

impl Default for PlayerOptions {
    fn default() -> Self {
        Self { contents: true, print: true }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_true(value: &bool) -> bool {
    *value
}

/// A part of metadata that a profile can ask for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RequiredField {
    /// What it is about: the metadata's description, or the content's summary.
    Description,
    /// At least one tag.
    Tags,
    /// At least one keyword.
    Keywords,
    /// At least one audience.
    Audience,
    /// How hard it is.
    Difficulty,
    /// Typical learning time.
    DurationMinutes,
    /// A licence.
    Licence,
    /// Who must be credited.
    Attribution,
}

impl From<RequiredField> for FieldName {
    fn from(field: RequiredField) -> Self {
        match field {
            RequiredField::Description => Self::Description,
            RequiredField::Tags => Self::Tags,
            RequiredField::Keywords => Self::Keywords,
            RequiredField::Audience => Self::Audience,
            RequiredField::Difficulty => Self::Difficulty,
            RequiredField::DurationMinutes => Self::DurationMinutes,
            RequiredField::Licence => Self::Licence,
            RequiredField::Attribution => Self::Attribution,
        }
    }
}

/// Whether a text has the shape of a format's name: `scorm2004-4`.
fn is_format_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Document for Profile {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn normalise(&mut self) {
        self.theme.normalise();
        // To ask for nothing is not to ask.
        self.required.retain(|_, fields| !fields.is_empty());
    }

    fn check(&self, violations: &mut Violations) {
        violations.require(
            is_format_name(&self.format),
            "/format",
            "format",
            "a format's name is lower-case letters, digits and `-`, such as `scorm12`",
        );
        for (name, values) in &self.conditions {
            violations.require(
                !name.is_empty() && !values.is_empty() && values.iter().all(|v| !v.is_empty()),
                format!("/conditions/{}", pointer_part(name)),
                "condition",
                "a condition needs a name and at least one value",
            );
        }
        for name in self.variables.keys() {
            violations.require(
                markup::is_variable_name(name),
                format!("/variables/{}", pointer_part(name)),
                "variable_name",
                "a variable's name is letters, digits, `_` and `-` in parts joined by dots, each part beginning with a letter",
            );
        }
        if let Some(completion) = &self.completion {
            check_completion(completion, violations);
        }
        self.theme.check(violations);
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        if let Some(logo) = &mut self.theme.logo {
            visit("/theme/logo".to_owned(), Part::Placement(SlotRole::Logo, logo));
        }
    }
}

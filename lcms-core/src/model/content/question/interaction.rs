//! The interactions of questions, each with its answer key, and what makes one wrong.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::is_local_id;
use crate::model::content::is_default;
use crate::model::content::read::read_typed_at;
use crate::model::violation::{Violation, Violations};

/// How a question is answered, with its key.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Interaction {
    /// One of several choices.
    SingleChoice(SingleChoice),
    /// Any number of several choices.
    MultipleChoice(MultipleChoice),
    /// True or false.
    TrueFalse(TrueFalse),
    /// Words typed into blanks.
    FillIn(FillIn),
    /// Pairs of two lists.
    Matching(Matching),
    /// A list put in order.
    Ordering(Ordering),
    /// A number.
    Numeric(Numeric),
    /// Free text, read by a person.
    LongAnswer(LongAnswer),
}

/// Exactly one choice is correct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SingleChoice {
    /// At least two.
    pub choices: Vec<Choice>,
    /// Show the choices in a random order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shuffle: bool,
}

/// At least one choice is correct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MultipleChoice {
    /// At least two.
    pub choices: Vec<Choice>,
    /// Show the choices in a random order.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shuffle: bool,
    /// Give part of the points: (right − wrong) ÷ right ones there are, not below 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub partial_credit: bool,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Id, unique in the question: letters, digits, `_`, `-`; at most 32.
    pub id: String,
    /// The choice.
    pub text: String,
    /// Whether it is right.
    #[serde(default, skip_serializing_if = "is_default")]
    pub correct: bool,
    /// Said when it was chosen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub feedback: String,
}

/// A statement that is true or false.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrueFalse {
    /// The right answer.
    pub answer: bool,
}

/// Blanks to type into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FillIn {
    /// At least one. A prompt without `[blank ID]` has its only blank after it.
    pub blanks: Vec<Blank>,
}

/// One blank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Blank {
    /// Id, unique in the question: letters, digits, `_`, `-`; at most 32.
    pub id: String,
    /// Accepted answers, plain text, at least one.
    pub accept: Vec<String>,
    /// Whether letter case matters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub case_sensitive: bool,
}

/// Two lists to be paired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// What is matched.
    pub sources: Vec<Item>,
    /// What it is matched to.
    pub targets: Vec<Item>,
    /// The right pairs: every source once.
    pub pairs: Vec<Pair>,
}

/// An entry of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Id, unique in its list: letters, digits, `_`, `-`; at most 32.
    pub id: String,
    /// The entry.
    pub text: String,
}

/// A right pair of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// A source's id.
    pub source: String,
    /// A target's id.
    pub target: String,
}

/// A list to be put in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ordering {
    /// At least two, in their right order.
    pub items: Vec<Item>,
}

/// A number within limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Numeric {
    /// The right number.
    pub answer: f64,
    /// How far off is still right; 0 when left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tolerance: f64,
    /// Unit shown after the field, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Free text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LongAnswer {
    /// Longest answer in characters; no limit when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_characters: Option<u32>,
    /// A good answer, shown afterwards.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sample_answer: String,
}

impl Interaction {
    /// The type's name in documents.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::SingleChoice(_) => "single_choice",
            Self::MultipleChoice(_) => "multiple_choice",
            Self::TrueFalse(_) => "true_false",
            Self::FillIn(_) => "fill_in",
            Self::Matching(_) => "matching",
            Self::Ordering(_) => "ordering",
            Self::Numeric(_) => "numeric",
            Self::LongAnswer(_) => "long_answer",
        }
    }

    pub(super) fn read(mut value: Value) -> Result<Self, Vec<Violation>> {
        const AT: &str = "/interaction";
        let refuse =
            |rule, message: String| vec![Violation::new(format!("{AT}/type"), rule, message)];
        let Some(object) = value.as_object_mut() else {
            return Err(vec![Violation::new(AT, "type", "an interaction is a JSON object")]);
        };
        let Some(Value::String(name)) = object.remove("type") else {
            return Err(refuse("required", "the interaction's `type` is missing".to_owned()));
        };
        Ok(match name.as_str() {
            "single_choice" => Self::SingleChoice(read_typed_at(AT, value)?),
            "multiple_choice" => Self::MultipleChoice(read_typed_at(AT, value)?),
            "true_false" => Self::TrueFalse(read_typed_at(AT, value)?),
            "fill_in" => Self::FillIn(read_typed_at(AT, value)?),
            "matching" => Self::Matching(read_typed_at(AT, value)?),
            "ordering" => Self::Ordering(read_typed_at(AT, value)?),
            "numeric" => Self::Numeric(read_typed_at(AT, value)?),
            "long_answer" => Self::LongAnswer(read_typed_at(AT, value)?),
            other => {
                return Err(refuse(
                    "unknown_value",
                    format!(
                        "unknown interaction type `{other}`: expected single_choice, multiple_choice, true_false, fill_in, matching, ordering, numeric or long_answer"
                    ),
                ));
            }
        })
    }
}

pub(super) fn check_ids<'a>(
    ids: impl Iterator<Item = &'a String>,
    pointer: &str,
    violations: &mut Violations,
) {
    let mut seen = HashSet::new();
    for (n, id) in ids.enumerate() {
        violations.require(
            is_local_id(id),
            format!("{pointer}/{n}/id"),
            "local_id",
            "an id is 1 to 32 letters, digits, `_` or `-`",
        );
        violations.require(
            seen.insert(id),
            format!("{pointer}/{n}/id"),
            "unique",
            format!("id `{id}` stands twice"),
        );
    }
}

pub(super) fn check_choices(choices: &[Choice], violations: &mut Violations) {
    check_ids(choices.iter().map(|c| &c.id), "/interaction/choices", violations);
    violations.require(
        choices.len() >= 2,
        "/interaction/choices",
        "length",
        "at least two choices are needed",
    );
    for (n, choice) in choices.iter().enumerate() {
        violations.require(
            !choice.text.trim().is_empty(),
            format!("/interaction/choices/{n}/text"),
            "required",
            "a choice needs a text",
        );
    }
}

impl Matching {
    pub(super) fn check(&self, violations: &mut Violations) {
        for (list, items) in [("sources", &self.sources), ("targets", &self.targets)] {
            let pointer = format!("/interaction/{list}");
            check_ids(items.iter().map(|i| &i.id), &pointer, violations);
            violations.require(
                items.len() >= 2,
                pointer,
                "length",
                format!("at least two {list} are needed"),
            );
        }
        let mut paired = HashSet::new();
        for (n, pair) in self.pairs.iter().enumerate() {
            let pointer = format!("/interaction/pairs/{n}");
            violations.require(
                self.sources.iter().any(|item| item.id == pair.source),
                format!("{pointer}/source"),
                "reference",
                format!("`{}` is not a source", pair.source),
            );
            violations.require(
                self.targets.iter().any(|item| item.id == pair.target),
                format!("{pointer}/target"),
                "reference",
                format!("`{}` is not a target", pair.target),
            );
            violations.require(
                paired.insert(&pair.source),
                format!("{pointer}/source"),
                "unique",
                format!("source `{}` is paired twice", pair.source),
            );
        }
        violations.require(
            self.sources.iter().all(|item| paired.contains(&item.id)),
            "/interaction/pairs",
            "complete",
            "every source needs its target",
        );
    }
}

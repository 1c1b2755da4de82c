//! Questions: a prompt, an interaction with its answer key, feedback, points and hints.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::read::read_typed_at;
use super::{Document, Part, Visit, is_default, read_typed};
use crate::model::violation::{Violation, Violations};

/// One question with its answer key. Texts are Markdown unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Question {
    /// Title for lists, plain text.
    pub title: String,
    /// What is asked. For `fill_in`, `[blank ID]` marks where the blank stands.
    pub prompt: String,
    /// How it is answered, and what is right.
    pub interaction: Interaction,
    /// Points for a right answer, more than 0.
    #[serde(skip_serializing_if = "is_one")]
    pub points: f64,
    /// Hints, shown one after another on demand.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// What is said after the answer.
    #[serde(skip_serializing_if = "is_default")]
    pub feedback: Feedback,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    prompt: String,
    interaction: Value,
    #[serde(default = "one")]
    points: f64,
    #[serde(default)]
    hints: Vec<String>,
    #[serde(default)]
    feedback: Feedback,
}

fn one() -> f64 {
    1.0
}

#[expect(clippy::float_cmp, reason = "exactly the default is left out of the document")]
fn is_one(points: &f64) -> bool {
    *points == 1.0
}

/// Feedback after an answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// After a right answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub correct: String,
    /// After a wrong answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub incorrect: String,
}

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

    fn read(mut value: Value) -> Result<Self, Vec<Violation>> {
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

/// Whether a text may be an id inside a document: 1 to 32 letters, digits, `_`, `-`.
pub(super) fn is_local_id(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// The ids of the `[blank ID]` marks in a prompt, in order.
#[must_use]
pub fn blank_placeholders(prompt: &str) -> Vec<&str> {
    prompt
        .split("[blank ")
        .skip(1)
        .filter_map(|rest| rest.split_once(']').map(|(id, _)| id))
        .filter(|id| is_local_id(id))
        .collect()
}

fn check_ids<'a>(
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

fn check_choices(choices: &[Choice], violations: &mut Violations) {
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

impl Document for Question {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        let Written { title, prompt, interaction, points, hints, feedback } = read_typed(value)?;
        let interaction = Interaction::read(interaction)?;
        Ok(Self { title, prompt, interaction, points, hints, feedback })
    }

    fn check(&self, violations: &mut Violations) {
        violations.require(
            !self.prompt.trim().is_empty(),
            "/prompt",
            "required",
            "a prompt is needed",
        );
        violations.require(
            self.points > 0.0 && self.points <= 1e6,
            "/points",
            "range",
            "points must be more than 0 and at most 1000000; for practice, give the placement weight 0",
        );
        match &self.interaction {
            Interaction::SingleChoice(SingleChoice { choices, .. }) => {
                check_choices(choices, violations);
                violations.require(
                    choices.iter().filter(|c| c.correct).count() == 1,
                    "/interaction/choices",
                    "one_correct_choice",
                    "exactly one choice must be correct; use multiple_choice for several",
                );
            }
            Interaction::MultipleChoice(MultipleChoice { choices, .. }) => {
                check_choices(choices, violations);
                violations.require(
                    choices.iter().any(|c| c.correct),
                    "/interaction/choices",
                    "some_correct_choice",
                    "at least one choice must be correct",
                );
            }
            Interaction::TrueFalse(_) | Interaction::LongAnswer(_) => {}
            Interaction::FillIn(FillIn { blanks }) => self.check_blanks(blanks, violations),
            Interaction::Matching(matching) => matching.check(violations),
            Interaction::Ordering(Ordering { items }) => {
                check_ids(items.iter().map(|i| &i.id), "/interaction/items", violations);
                violations.require(
                    items.len() >= 2,
                    "/interaction/items",
                    "length",
                    "at least two items are needed",
                );
            }
            Interaction::Numeric(numeric) => {
                violations.require(
                    numeric.tolerance >= 0.0,
                    "/interaction/tolerance",
                    "range",
                    "tolerance must be 0 or more",
                );
            }
        }
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        let mut text = |pointer: String, text: &mut String| visit(pointer, Part::Text(text));
        text("/prompt".to_owned(), &mut self.prompt);
        match &mut self.interaction {
            Interaction::SingleChoice(SingleChoice { choices, .. })
            | Interaction::MultipleChoice(MultipleChoice { choices, .. }) => {
                for (n, choice) in choices.iter_mut().enumerate() {
                    text(format!("/interaction/choices/{n}/text"), &mut choice.text);
                    text(format!("/interaction/choices/{n}/feedback"), &mut choice.feedback);
                }
            }
            Interaction::Matching(Matching { sources, targets, .. }) => {
                for (list, items) in [("sources", sources), ("targets", targets)] {
                    for (n, item) in items.iter_mut().enumerate() {
                        text(format!("/interaction/{list}/{n}/text"), &mut item.text);
                    }
                }
            }
            Interaction::Ordering(Ordering { items }) => {
                for (n, item) in items.iter_mut().enumerate() {
                    text(format!("/interaction/items/{n}/text"), &mut item.text);
                }
            }
            Interaction::LongAnswer(answer) => {
                text("/interaction/sample_answer".to_owned(), &mut answer.sample_answer);
            }
            Interaction::TrueFalse(_) | Interaction::FillIn(_) | Interaction::Numeric(_) => {}
        }
        for (n, hint) in self.hints.iter_mut().enumerate() {
            text(format!("/hints/{n}"), hint);
        }
        text("/feedback/correct".to_owned(), &mut self.feedback.correct);
        text("/feedback/incorrect".to_owned(), &mut self.feedback.incorrect);
    }
}

impl Question {
    pub(super) fn words(&self) -> Vec<String> {
        match &self.interaction {
            Interaction::FillIn(FillIn { blanks }) => {
                blanks.iter().flat_map(|blank| blank.accept.iter().cloned()).collect()
            }
            _ => Vec::new(),
        }
    }

    fn check_blanks(&self, blanks: &[Blank], violations: &mut Violations) {
        check_ids(blanks.iter().map(|b| &b.id), "/interaction/blanks", violations);
        violations.require(
            !blanks.is_empty(),
            "/interaction/blanks",
            "length",
            "at least one blank is needed",
        );
        for (n, blank) in blanks.iter().enumerate() {
            violations.require(
                !blank.accept.is_empty() && blank.accept.iter().all(|a| !a.trim().is_empty()),
                format!("/interaction/blanks/{n}/accept"),
                "required",
                "a blank needs at least one accepted answer, none of them empty",
            );
        }
        let marks = blank_placeholders(&self.prompt);
        let single_at_end = marks.is_empty() && blanks.len() == 1;
        for blank in blanks.iter().filter(|_| !single_at_end) {
            violations.require(
                marks.iter().filter(|mark| **mark == blank.id).count() == 1,
                "/prompt",
                "blank_mark",
                format!("the prompt must hold `[blank {}]` exactly once", blank.id),
            );
        }
        for mark in marks.iter().filter(|mark| blanks.iter().all(|b| b.id != **mark)) {
            violations.add("/prompt", "blank_mark", format!("`[blank {mark}]` names no blank"));
        }
    }
}

impl Matching {
    fn check(&self, violations: &mut Violations) {
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

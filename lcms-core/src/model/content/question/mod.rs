//! Questions: a prompt, an interaction with its answer key, feedback, points and hints.

mod interaction;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use interaction::{
    Blank, Choice, FillIn, Interaction, Item, LongAnswer, Matching, MultipleChoice, Numeric,
    Ordering, Pair, SingleChoice, TrueFalse,
};
use interaction::{check_choices, check_ids};

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

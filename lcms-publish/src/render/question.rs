//! Questions as forms, and what the player needs to judge the answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lcms_core::model::Content;
use lcms_core::model::content::{
    Choice, FillIn, Interaction, MultipleChoice, Question, SingleChoice, TrueFalse,
};

use super::document::{ScoRenderer, Text};
use super::embed::blank_html;
use super::{BlankData, CorrectData, QuestionData, escape};
use crate::plan::PlannedQuestion;

impl ScoRenderer<'_> {
    /// The form of a question; what the player needs goes to the SCO's data.
    pub(super) fn question(&mut self, planned: &PlannedQuestion) -> String {
        let Content::Question(question) = &self.plan.node(planned.node).content else {
            return String::new();
        };
        let id = planned.id.as_str();
        let text = |pointer: String| Text {
            planned: planned.texts.get(&pointer),
            prefix: format!("{id}-{}-", pointer.trim_start_matches('/').replace('/', "-")),
            in_question: true,
        };
        let (prompt, blanks) = self.text_with_blanks(&text("/prompt".to_owned()));
        let mut fields = String::new();
        let mut feedback = String::new();
        let data = match &question.interaction {
            Interaction::SingleChoice(SingleChoice { choices, shuffle }) => {
                fields = self.choices(id, "radio", choices, &text, &mut feedback);
                (ids_of(choices), correct_ids(choices), *shuffle, false)
            }
            Interaction::MultipleChoice(MultipleChoice { choices, shuffle, partial_credit }) => {
                fields = self.choices(id, "checkbox", choices, &text, &mut feedback);
                (ids_of(choices), correct_ids(choices), *shuffle, *partial_credit)
            }
            Interaction::TrueFalse(TrueFalse { answer }) => {
                for (value, label) in [("true", "True"), ("false", "False")] {
                    fields.push_str(&choice_html(id, "radio", value, label));
                }
                let correct = CorrectData::Choices(vec![answer.to_string()]);
                (vec!["true".to_owned(), "false".to_owned()], correct, false, false)
            }
            Interaction::FillIn(FillIn { blanks: wanted }) => {
                if blanks == 0 {
                    for blank in wanted {
                        let _ = write!(fields, "<p>{}</p>", blank_html(&blank.id, 1));
                    }
                }
                let accepted = wanted
                    .iter()
                    .map(|blank| {
                        let data = BlankData {
                            accept: blank.accept.clone(),
                            case_sensitive: blank.case_sensitive,
                        };
                        (blank.id.clone(), data)
                    })
                    .collect::<BTreeMap<_, _>>();
                (Vec::new(), CorrectData::Blanks(accepted), false, false)
            }
            // The plan refused these already.
            _ => return String::new(),
        };
        let hints = self.hints(question, &text);
        for name in ["correct", "incorrect"] {
            let html = self.text(&text(format!("/feedback/{name}")));
            feedback.push_str(&feedback_html(name, &html));
        }
        let kind = question.interaction.type_name();
        let (choices, correct, shuffle, partial) = data;
        let data = QuestionData {
            kind,
            weight: planned.weight,
            description: description(planned),
            correct,
            choices,
            shuffle,
            partial,
            attempts: planned.attempts,
        };
        self.questions.insert(id.to_owned(), data);
        format!(
            "<form class=\"lcms-question\" data-question=\"{id}\" data-type=\"{kind}\">\
             <fieldset><legend><div class=\"lcms-prompt\">{prompt}</div></legend>{fields}</fieldset>\
             {hints}{feedback}<button type=\"submit\">Check</button></form>\n"
        )
    }

    fn choices<'t>(
        &mut self,
        id: &str,
        input: &str,
        choices: &[Choice],
        text: &dyn Fn(String) -> Text<'t>,
        feedback: &mut String,
    ) -> String {
        let mut fields = String::new();
        for (n, choice) in choices.iter().enumerate() {
            let label = self.line(&text(format!("/interaction/choices/{n}/text")));
            fields.push_str(&choice_html(id, input, &choice.id, &label));
            let pointer = format!("/interaction/choices/{n}/feedback");
            let said = self.text(&text(pointer));
            feedback.push_str(&feedback_html(&format!("choice:{}", choice.id), &said));
        }
        fields
    }

    fn hints<'t>(&mut self, question: &Question, text: &dyn Fn(String) -> Text<'t>) -> String {
        if question.hints.is_empty() {
            return String::new();
        }
        let mut hints = String::new();
        for n in 0..question.hints.len() {
            let number =
                if question.hints.len() > 1 { format!(" {}", n + 1) } else { String::new() };
            let html = self.text(&text(format!("/hints/{n}")));
            let _ = write!(hints, "<details><summary>Hint{number}</summary>{html}</details>");
        }
        format!("<div class=\"lcms-hints\" hidden>{hints}</div>")
    }
}

fn choice_html(question: &str, input: &str, value: &str, label: &str) -> String {
    format!(
        "<label class=\"lcms-choice\"><input type=\"{input}\" name=\"{question}\" value=\"{}\"> \
         <span>{label}</span></label>\n",
        escape::value(value)
    )
}

fn feedback_html(wanted: &str, html: &str) -> String {
    if html.is_empty() {
        return String::new();
    }
    let wanted = escape::value(wanted);
    format!("<div class=\"lcms-feedback\" data-for=\"{wanted}\" hidden>{html}</div>")
}

fn ids_of(choices: &[Choice]) -> Vec<String> {
    choices.iter().map(|choice| choice.id.clone()).collect()
}

fn correct_ids(choices: &[Choice]) -> CorrectData {
    let correct = choices.iter().filter(|choice| choice.correct);
    CorrectData::Choices(correct.map(|choice| choice.id.clone()).collect())
}

/// The prompt in plain words on one line, as SCORM 2004 wants it (RTE 4.2.9: 250 characters).
fn description(question: &PlannedQuestion) -> String {
    let prompt = question.texts.get("/prompt");
    let plain = prompt.map(|text| text.composed.plain_text()).unwrap_or_default();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(250) {
        Some(_) => line.chars().take(249).chain(['…']).collect(),
        None => line,
    }
}

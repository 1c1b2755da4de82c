//! Questions as forms, and what the player needs to judge the answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use lcms_core::model::content::{
    Blank, Choice, FillIn, Interaction, Item, LongAnswer, Matching, MultipleChoice, Numeric,
    Ordering, Question, SingleChoice, TrueFalse,
};
use lcms_core::model::{Content, Digest};

use super::document::{ScoRenderer, Text};
use super::embed::blank_html;
use super::markdown::Label;
use super::{BlankData, CorrectData, QuestionData, escape};
use crate::plan::{PlannedQuestion, PlannedText};

/// Gives the texts of one question, by their pointer.
type TextOf<'f, 't> = &'f dyn Fn(String) -> Text<'t>;

/// What one type of question asks with: its fields, what is said to single answers, and the key.
struct Asked {
    fields: String,
    feedback: String,
    correct: CorrectData,
    choices: Vec<String>,
    targets: Vec<String>,
    unit: Option<String>,
    shuffle: bool,
    partial: bool,
}

impl Asked {
    fn new(fields: String, correct: CorrectData) -> Self {
        Self {
            fields,
            feedback: String::new(),
            correct,
            choices: Vec::new(),
            targets: Vec::new(),
            unit: None,
            shuffle: false,
            partial: false,
        }
    }
}

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
        let asked = match &question.interaction {
            Interaction::SingleChoice(SingleChoice { choices, shuffle }) => {
                let asked = self.choices(id, "radio", choices, &text);
                Asked { shuffle: *shuffle, ..asked }
            }
            Interaction::MultipleChoice(MultipleChoice { choices, shuffle, partial_credit }) => {
                let asked = self.choices(id, "checkbox", choices, &text);
                Asked { shuffle: *shuffle, partial: *partial_credit, ..asked }
            }
            Interaction::TrueFalse(TrueFalse { answer }) => self.true_false(id, *answer),
            Interaction::FillIn(FillIn { blanks: wanted }) => self.fill_in(wanted, blanks == 0),
            Interaction::Matching(matching) => self.matching(matching, &text),
            Interaction::Ordering(Ordering { items }) => self.ordering(id, items, &text),
            Interaction::Numeric(numeric) => self.numeric(numeric),
            Interaction::LongAnswer(answer) => self.long_answer(answer, &text),
        };
        let hints = self.hints(question, &text);
        let mut feedback = asked.feedback;
        for name in ["correct", "incorrect"] {
            let html = self.text(&text(format!("/feedback/{name}")));
            feedback.push_str(&feedback_html(name, &html));
        }
        let kind = question.interaction.type_name();
        let data = QuestionData {
            kind,
            weight: planned.weight,
            description: description(planned),
            source: self.source(planned.node),
            correct: asked.correct,
            choices: asked.choices,
            targets: asked.targets,
            unit: asked.unit,
            shuffle: asked.shuffle,
            partial: asked.partial,
            attempts: planned.attempts,
        };
        self.questions.insert(id.to_owned(), data);
        let (fields, check) = (asked.fields, self.label(Label::Check));
        format!(
            "<form class=\"lcms-question\" data-question=\"{id}\" data-type=\"{kind}\">\
             <fieldset><legend><div class=\"lcms-prompt\">{prompt}</div></legend>{fields}</fieldset>\
             {hints}{feedback}<button type=\"submit\">{check}</button></form>\n"
        )
    }

    fn choices(
        &mut self,
        id: &str,
        input: &str,
        choices: &[Choice],
        text: TextOf<'_, '_>,
    ) -> Asked {
        let mut asked = Asked::new(String::new(), correct_ids(choices));
        for (n, choice) in choices.iter().enumerate() {
            let label = self.line(&text(format!("/interaction/choices/{n}/text")));
            asked.fields.push_str(&choice_html(id, input, &choice.id, &label));
            let said = self.text(&text(format!("/interaction/choices/{n}/feedback")));
            asked.feedback.push_str(&feedback_html(&format!("choice:{}", choice.id), &said));
            asked.choices.push(choice.id.clone());
        }
        asked
    }

    /// Names a version as reports can: the component, and as much of its content's digest as tells
    /// its versions apart.
    fn source(&self, node: usize) -> String {
        let node = self.plan.node(node);
        format!("{}@{}", node.component, &node.content_digest.hex()[..16])
    }

    fn true_false(&self, id: &str, answer: bool) -> Asked {
        let correct = CorrectData::Choices(vec![answer.to_string()]);
        let mut asked = Asked::new(String::new(), correct);
        for (value, label) in [("true", Label::True), ("false", Label::False)] {
            asked.fields.push_str(&choice_html(id, "radio", value, self.label(label)));
            asked.choices.push(value.to_owned());
        }
        asked
    }

    /// `alone`: the prompt has no place for the blanks, so that they stand behind it.
    fn fill_in(&self, wanted: &[Blank], alone: bool) -> Asked {
        let mut fields = String::new();
        let mut accepted = BTreeMap::new();
        for (n, blank) in wanted.iter().enumerate() {
            if alone {
                let label = self.blank_label(n + 1);
                let _ = write!(fields, "<p>{}</p>", blank_html(&blank.id, &label));
            }
            let data =
                BlankData { accept: blank.accept.clone(), case_sensitive: blank.case_sensitive };
            accepted.insert(blank.id.clone(), data);
        }
        Asked::new(fields, CorrectData::Blanks(accepted))
    }

    /// Each source with a list of the targets. Where a target shows more than words, all of them
    /// stand below, and the lists name them.
    fn matching(&mut self, matching: &Matching, text: TextOf<'_, '_>) -> Asked {
        let at = |list: &str, n: usize| text(format!("/interaction/{list}/{n}/text"));
        let mut options = format!("<option value=\"\">{}</option>", self.label(Label::Choose));
        let mut shown = String::new();
        let mut pictured = false;
        for (n, target) in matching.targets.iter().enumerate() {
            let html = self.line(&at("targets", n));
            pictured |= html.contains("<img") || html.contains("<math");
            let id = escape::value(&target.id);
            let words = escape::text(&in_one_line(at("targets", n).planned));
            let _ = write!(options, "<option value=\"{id}\">{words}</option>");
            let _ = write!(shown, "<li data-target=\"{id}\">{html}</li>");
        }
        let mut pairs = String::new();
        for (n, source) in matching.sources.iter().enumerate() {
            let html = self.line(&at("sources", n));
            let id = escape::value(&source.id);
            let _ = writeln!(
                pairs,
                "<label class=\"lcms-pair\"><span>{html}</span> <select name=\"{id}\">{options}</select></label>"
            );
        }
        let data = if pictured { " data-shown" } else { "" };
        let fields = format!(
            "<div class=\"lcms-pairs\">\n{pairs}</div><ol class=\"lcms-targets\" type=\"A\"{data}>{shown}</ol>"
        );
        let pairs = matching.pairs.iter().map(|pair| format!("{}.{}", pair.source, pair.target));
        Asked {
            choices: item_ids(&matching.sources),
            targets: item_ids(&matching.targets),
            ..Asked::new(fields, CorrectData::Choices(pairs.collect()))
        }
    }

    /// A list in an order that does not tell the right one, also where no script changes it.
    fn ordering(&mut self, id: &str, items: &[Item], text: TextOf<'_, '_>) -> Asked {
        let mut order: Vec<_> = (0..items.len()).collect();
        order.sort_by_key(|n| Digest::of_bytes(format!("{id}/{}", items[*n].id).as_bytes()).hex());
        if order.is_sorted() {
            order.reverse();
        }
        let mut fields = String::from("<ol class=\"lcms-order\">");
        for n in order {
            let html = self.line(&text(format!("/interaction/items/{n}/text")));
            let item = escape::value(&items[n].id);
            let _ = write!(fields, "<li data-item=\"{item}\"><span>{html}</span></li>");
        }
        fields.push_str("</ol>");
        let ids = item_ids(items);
        Asked { choices: ids.clone(), ..Asked::new(fields, CorrectData::Choices(ids)) }
    }

    fn numeric(&self, numeric: &Numeric) -> Asked {
        let Numeric { answer, tolerance, unit } = numeric;
        let label = self.label(Label::Answer);
        let label =
            unit.as_ref().map_or_else(|| label.to_owned(), |unit| format!("{label} ({unit})"));
        // The digits' keyboard of some telephones has no minus sign.
        let keyboard = if answer - tolerance < 0.0 { "text" } else { "decimal" };
        let mut fields = format!(
            "<p class=\"lcms-number\"><input type=\"text\" inputmode=\"{keyboard}\" class=\"lcms-blank\" \
             name=\"number\" dir=\"ltr\" aria-label=\"{}\" autocomplete=\"off\">",
            escape::value(&label)
        );
        if let Some(unit) = unit {
            let _ = write!(fields, " <span class=\"lcms-unit\">{}</span>", escape::text(unit));
        }
        fields.push_str("</p>");
        let correct = CorrectData::Range { answer: *answer, tolerance: *tolerance };
        Asked { unit: unit.clone(), ..Asked::new(fields, correct) }
    }

    /// A text that only a person can judge: nothing in it is right or wrong.
    fn long_answer(&mut self, answer: &LongAnswer, text: TextOf<'_, '_>) -> Asked {
        let limit = answer.max_characters;
        let limit = limit.map_or_else(String::new, |most| format!(" maxlength=\"{most}\""));
        let fields = format!(
            "<textarea class=\"lcms-long\" name=\"text\" rows=\"6\" dir=\"auto\" aria-label=\"{}\"{limit}></textarea>",
            escape::value(self.label(Label::Answer))
        );
        let sample = self.text(&text("/interaction/sample_answer".to_owned()));
        let mut asked = Asked::new(fields, CorrectData::Choices(Vec::new()));
        if !sample.is_empty() {
            let title = self.label(Label::GoodAnswer);
            let said = format!("<p class=\"lcms-callout-title\">{title}</p>{sample}");
            asked.feedback = feedback_html("sample", &said);
        }
        asked
    }

    fn hints(&mut self, question: &Question, text: TextOf<'_, '_>) -> String {
        if question.hints.is_empty() {
            return String::new();
        }
        let hint = self.label(Label::Hint);
        let mut hints = String::new();
        for n in 0..question.hints.len() {
            let number =
                if question.hints.len() > 1 { format!(" {}", n + 1) } else { String::new() };
            let html = self.text(&text(format!("/hints/{n}")));
            let _ = write!(hints, "<details><summary>{hint}{number}</summary>{html}</details>");
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

fn item_ids(items: &[Item]) -> Vec<String> {
    items.iter().map(|item| item.id.clone()).collect()
}

fn correct_ids(choices: &[Choice]) -> CorrectData {
    let correct = choices.iter().filter(|choice| choice.correct);
    CorrectData::Choices(correct.map(|choice| choice.id.clone()).collect())
}

/// A text in plain words on one line.
fn in_one_line(text: Option<&PlannedText>) -> String {
    let plain = text.map(|text| text.composed.plain_text()).unwrap_or_default();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The prompt in plain words, as SCORM 2004 wants it (RTE 4.2.9: 250 characters).
fn description(question: &PlannedQuestion) -> String {
    let line = in_one_line(question.texts.get("/prompt"));
    match line.char_indices().nth(250) {
        Some(_) => line.chars().take(249).chain(['…']).collect(),
        None => line,
    }
}

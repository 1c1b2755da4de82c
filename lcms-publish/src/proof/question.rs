//! A question with its key, for those who write and review it. The form that learners get is the
//! package's.

use std::collections::HashMap;
use std::fmt::Write as _;

use lcms_core::model::content::{Interaction, Item, Question, Texts};

use super::text::{Owner, Writer};
use crate::render::escape;

pub(super) fn question_html<'k>(
    writer: &mut Writer<'k>,
    question: &Question,
    texts: &Texts,
    of: Owner<'k>,
) -> String {
    let of = Owner { question: true, ..of };
    let mut html = String::new();
    let prompt = writer.blocks(texts.texts.get("/prompt"), "/prompt", of);
    let fields = answers(writer, question, texts, of);
    let _ = write!(
        html,
        "<div class=\"lcms-question\"><div class=\"lcms-prompt\">{prompt}</div>{fields}"
    );
    for (n, _) in question.hints.iter().enumerate() {
        let pointer = format!("/hints/{n}");
        let hint = writer.blocks(texts.texts.get(&pointer), &pointer, of);
        let _ = write!(html, "<details><summary>Hint {}</summary>{hint}</details>", n + 1);
    }
    for (name, label) in [("correct", "When right"), ("incorrect", "When wrong")] {
        let pointer = format!("/feedback/{name}");
        let said = writer.blocks(texts.texts.get(&pointer), &pointer, of);
        if !said.is_empty() {
            let _ = write!(
                html,
                "<div class=\"lcms-feedback\" data-for=\"{name}\"><p class=\"lcms-said\">{label}</p>{said}</div>"
            );
        }
    }
    html.push_str("</div>\n");
    html
}

fn answers<'k>(
    writer: &mut Writer<'k>,
    question: &Question,
    texts: &Texts,
    of: Owner<'k>,
) -> String {
    match &question.interaction {
        Interaction::SingleChoice(one) => {
            choices(writer, one.choices.iter().map(|c| c.correct), "radio", texts, of)
        }
        Interaction::MultipleChoice(many) => {
            choices(writer, many.choices.iter().map(|c| c.correct), "checkbox", texts, of)
        }
        Interaction::TrueFalse(statement) => {
            let shown = |value: bool| {
                choice("radio", value == statement.answer, if value { "True" } else { "False" })
            };
            shown(true) + &shown(false)
        }
        Interaction::FillIn(fill) => {
            let accepted = fill.blanks.iter().enumerate().map(|(n, blank)| {
                let accepted: Vec<_> = blank.accept.iter().map(|a| escape::text(a)).collect();
                let number = n + 1;
                format!("<li value=\"{number}\">{}</li>", accepted.join(" <em>or</em> "))
            });
            format!("<ol class=\"lcms-key\">{}</ol>", accepted.collect::<String>())
        }
        Interaction::Matching(matching) => {
            let name = |items: &[Item], list: &str| -> HashMap<String, String> {
                let names = items.iter().enumerate().map(|(n, item)| {
                    let pointer = format!("/interaction/{list}/{n}/text");
                    (item.id.clone(), (pointer, item.text.clone()))
                });
                let names: Vec<_> = names.collect();
                names.into_iter().map(|(id, (_, text))| (id, escape::text(&text))).collect()
            };
            let sources = name(&matching.sources, "sources");
            let targets = name(&matching.targets, "targets");
            let rows = matching.pairs.iter().map(|pair| {
                let shown = |names: &HashMap<String, String>, id: &str| {
                    names.get(id).cloned().unwrap_or_default()
                };
                format!(
                    "<tr><td>{}</td><td>{}</td></tr>",
                    shown(&sources, &pair.source),
                    shown(&targets, &pair.target)
                )
            });
            format!("<table class=\"lcms-key\"><tbody>{}</tbody></table>", rows.collect::<String>())
        }
        Interaction::Ordering(ordering) => {
            let items =
                ordering.items.iter().map(|i| format!("<li>{}</li>", escape::text(&i.text)));
            format!("<ol class=\"lcms-key\">{}</ol>", items.collect::<String>())
        }
        Interaction::Numeric(numeric) => {
            let tolerance = match numeric.tolerance {
                0.0 => String::new(),
                tolerance => format!(" ± {tolerance}"),
            };
            let unit = numeric.unit.as_deref().map(escape::text).unwrap_or_default();
            format!("<p class=\"lcms-key\">{}{tolerance} {unit}</p>", numeric.answer)
        }
        Interaction::LongAnswer(long) => {
            if long.sample_answer.is_empty() {
                "<p class=\"lcms-key\">Answered in the learner's own words.</p>".to_owned()
            } else {
                let pointer = "/interaction/sample_answer";
                let sample = match texts.texts.get(pointer) {
                    Some(text) => writer.blocks(Some(text), pointer, of),
                    None => format!("<p>{}</p>", escape::text(&long.sample_answer)),
                };
                format!("<div class=\"lcms-key\">{sample}</div>")
            }
        }
    }
}

fn choices<'k>(
    writer: &mut Writer<'k>,
    correct: impl Iterator<Item = bool>,
    input: &str,
    texts: &Texts,
    of: Owner<'k>,
) -> String {
    let mut html = String::new();
    for (n, correct) in correct.enumerate() {
        let pointer = format!("/interaction/choices/{n}/text");
        let label = writer.line(texts.texts.get(&pointer), &pointer, of);
        html.push_str(&choice(input, correct, &label));
        let pointer = format!("/interaction/choices/{n}/feedback");
        let said = writer.blocks(texts.texts.get(&pointer), &pointer, of);
        if !said.is_empty() {
            let _ = write!(html, "<div class=\"lcms-feedback\">{said}</div>");
        }
    }
    html
}

/// `label` is HTML.
fn choice(input: &str, correct: bool, label: &str) -> String {
    let (checked, verdict) = if correct { (" checked", "right") } else { ("", "wrong") };
    format!(
        "<label class=\"lcms-choice\" data-key=\"{verdict}\"><input type=\"{input}\" disabled{checked}> \
         <span>{label}</span></label>\n"
    )
}

//! Activities of eXeLearning 1 and 2: forms, whose right answers stand in feedback that is hidden.
//!
//! ```text
//! choice      radio buttons, feedback `sa0bID` … and a solution that names right and wrong ones
//! selection   check boxes with the values `True` and `False`
//! true_false  two radio buttons, `trueID` and `falseID`, and the result `sID-result`
//! cloze       inputs `clozeBlankID.N` beside their answers `clozeAnswerID.N`, written unreadably
//! ```
//!
//! Source: what eXeLearning 2 exports (`exe/webui` of <https://github.com/exelearning/iteexe>).

use base64::Engine as _;
use lcms_formats::quiz::{Answer, Blank, Choice, Question, Rich, blank_mark};
use scraper::{ElementRef, Html};

use super::super::written::plain;
use super::data::unescape;
use super::{Read, all, by_id, detach, element, first, replace_with_text, selector};

/// What the answers of a cloze are mixed with first.
const KEY: u16 = b'X' as u16;

/// A form; `None` when it asks nothing that is known.
pub(super) fn read(document: &Html, form: ElementRef<'_>) -> Option<Read> {
    if form.value().classes().any(|class| class == "true-false-form") {
        return true_false(document, form);
    }
    if first(form, "[id^=clozeAnswer], [id^=clozelangAnswer]").is_some() {
        return cloze(form);
    }
    if first(form, ".iDevice_answer input[type=checkbox]").is_some() {
        return selection(form);
    }
    choice(document, form)
}

fn inner(element: Option<ElementRef<'_>>) -> Rich {
    Rich::Html(element.map(|it| it.inner_html()).unwrap_or_default())
}

fn ask(question: Question, id: &str) -> Read {
    let question = Question { id: Some(id.to_owned()), ..question };
    Read { questions: vec![question], ..Read::default() }
}

/// What stands in a form before its answers.
fn prompt(form: ElementRef<'_>) -> Rich {
    inner(first(form, ".question, .block.iDevice_content, .block"))
}

fn hints(form: ElementRef<'_>) -> Vec<Rich> {
    let hint = first(form, ".iDevice_hint_content, .iDevice_hint");
    hint.map(|it| Rich::Html(it.inner_html())).into_iter().collect()
}

fn each<'a>(element: ElementRef<'a>, text: &str) -> Vec<ElementRef<'a>> {
    selector(text).map_or_else(Vec::new, |it| element.select(&it).collect())
}

fn true_false(document: &Html, form: ElementRef<'_>) -> Option<Read> {
    let input = first(form, "input[id^=true]")?;
    let id = input.value().id()?.strip_prefix("true")?;
    let feedback = by_id(document, &format!("s{id}"))?;
    let result = by_id(document, &format!("s{id}-result"))?;
    let is_true = result.value().classes().any(|class| class == "right");
    // Its first paragraph only says which it is.
    let said = feedback.inner_html();
    let general = said.split_once("</p>").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    let question = Question {
        prompt: prompt(form),
        answer: Answer::TrueFalse(is_true),
        general: Rich::Html(general),
        hints: hints(form),
        ..Question::default()
    };
    Some(Read { with: vec![feedback.id()], ..ask(question, id) })
}

fn choice(document: &Html, form: ElementRef<'_>) -> Option<Read> {
    let input = first(form, ".iDevice_answer input[type=radio]")?;
    let id = input.value().attr("name")?.strip_prefix("option")?;
    let answers = each(form, ".iDevice_answer-content");
    let labels: Vec<String> = solution(form)
        .map(|it| each(it, "li > a:first-child").iter().map(|it| plain(&it.inner_html())).collect())
        .unwrap_or_default();
    let right = right_one(&labels).filter(|_| labels.len() == answers.len());
    let Some(right) = right else {
        let what = plain(&match prompt(form) {
            Rich::Html(html) => html,
            _ => String::new(),
        });
        let lost = format!("“{what}”: which answer is right is not said in words that are known");
        return Some(Read { lost: vec![lost], instead: form.inner_html(), ..Read::default() });
    };
    let choices = answers.iter().enumerate().map(|(n, answer)| {
        let feedback = by_id(document, &format!("sa{n}b{id}"));
        // Without a text of its own it only says right or wrong, as we do anyway.
        let said = feedback.filter(|it| labels.get(n) != Some(&plain(&it.inner_html())));
        Choice { text: Rich::Html(answer.inner_html()), correct: n == right, feedback: inner(said) }
    });
    let question = Question {
        prompt: prompt(form),
        answer: Answer::Choice {
            choices: choices.collect(),
            single: true,
            shuffle: false,
            partial: false,
        },
        hints: hints(form),
        ..Question::default()
    };
    Some(ask(question, id))
}

/// The solution for those without scripts, which follows the form.
fn solution(form: ElementRef<'_>) -> Option<ElementRef<'_>> {
    let mut next = form.next_siblings().filter_map(ElementRef::wrap);
    next.find(|it| it.value().classes().any(|class| class == "iDevice_solution"))
}

/// Which of several words for right and wrong says right. The words are in the language of the page: of three
/// the one that is different is known, of two it must be a word for right.
fn right_one(labels: &[String]) -> Option<usize> {
    let alone = |n: &usize| labels.iter().filter(|it| **it == labels[*n]).count() == 1;
    match labels.len() {
        0 | 1 => None,
        2 => {
            let right: Vec<usize> = (0..2).filter(|n| says_right(&labels[*n])).collect();
            right.first().copied().filter(|_| right.len() == 1)
        }
        _ => {
            let mut lone = (0..labels.len()).filter(alone);
            lone.next().filter(|_| lone.next().is_none())
        }
    }
}

/// Whether a word says right, in the languages that eXeLearning is used in most.
fn says_right(word: &str) -> bool {
    const RIGHT: [&str; 9] =
        ["correct", "corret", "corrett", "right", "richtig", "zuzen", "juste", "bonne", "true"];
    let word = word.to_lowercase();
    let denied = ["incorr", "inkorr", "not "].iter().any(|it| word.contains(it));
    !denied && RIGHT.iter().any(|it| word.contains(it))
}

fn selection(form: ElementRef<'_>) -> Option<Read> {
    let boxes = each(form, ".iDevice_answer input[type=checkbox]");
    let answers = each(form, ".iDevice_answer-content");
    let values: Option<Vec<bool>> = boxes
        .iter()
        .map(|it| it.value().attr("value")?.to_ascii_lowercase().parse().ok())
        .collect();
    let values = values.filter(|it| it.len() == answers.len())?;
    let choices = answers.iter().zip(values).map(|(answer, correct)| Choice {
        text: Rich::Html(answer.inner_html()),
        correct,
        feedback: Rich::default(),
    });
    let question = Question {
        prompt: prompt(form),
        answer: Answer::Choice {
            choices: choices.collect(),
            single: false,
            shuffle: false,
            partial: true,
        },
        hints: hints(form),
        ..Question::default()
    };
    Some(ask(question, form.value().attr("name").unwrap_or("selection")))
}

fn cloze(form: ElementRef<'_>) -> Option<Read> {
    // The text is put together again from a copy, in which blanks stand instead of inputs.
    let mut copy = Html::parse_fragment(&form.inner_html());
    let mut blanks = Vec::new();
    let exact = ["cloze", "clozelang"].iter().any(|name| {
        let flag = format!("input[id^={name}Flag][id$=checkCaps][value=true]");
        first(form, &flag).is_some()
    });
    for id in all(&copy, "[id^=clozeAnswer], [id^=clozelangAnswer]") {
        let Some(answer) = element(&copy, id) else { continue };
        let name = answer.value().id().unwrap_or_default().replacen("Answer", "Blank", 1);
        let words = readable(&answer.text().collect::<String>())?;
        let input = by_id(&copy, &name)?.id();
        let blank = (blanks.len() + 1).to_string();
        replace_with_text(&mut copy, input, &format!(" {} ", blank_mark(&blank)));
        detach(&mut copy, id);
        let accept = words.split('|').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        blanks.push(Blank { id: blank, accept: accept.collect(), case_sensitive: exact });
    }
    for id in all(&copy, "label, input, script, .iDevice_buttons, [id*=Score]") {
        detach(&mut copy, id);
    }
    let question = Question {
        prompt: Rich::Html(copy.root_element().inner_html()),
        answer: Answer::Blanks(blanks),
        ..Question::default()
    };
    let name = form.value().attr("name").unwrap_or("cloze");
    Some(ask(question, name.strip_prefix("cloze-form-").unwrap_or(name)))
}

/// An answer: Base64 of escaped units, each mixed with the one before it.
fn readable(text: &str) -> Option<String> {
    let text: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let mut key = KEY;
    let units = unescape(&String::from_utf8(bytes).ok()?).into_iter().map(|unit| {
        key ^= unit;
        key
    });
    let words = String::from_utf16(&units.collect::<Vec<_>>()).ok()?;
    Some(words).filter(|words| !words.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_words_the_right_one_is_known() {
        let words = |words: &[&str]| words.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
        for (labels, expected) in [
            (words(&["Wrong", "Correct Option", "Wrong"]), Some(1)),
            (words(&["Неверно", "Неверно", "Верно"]), Some(2)),
            (words(&["Incorrect", "Correct"]), Some(1)),
            (words(&["Неверно", "Верно"]), None),
            (words(&["Wrong", "Wrong", "Wrong"]), None),
            (words(&[]), None),
        ] {
            assert_eq!(right_one(&labels), expected, "{labels:?}");
        }
    }

    #[test]
    fn the_words_of_a_cloze_are_read() {
        let mut key = KEY;
        let mixed: String = "año|años"
            .encode_utf16()
            .map(|unit| {
                let mixed = key ^ unit;
                key = unit;
                format!("%u{mixed:04x}")
            })
            .collect();
        let text = base64::engine::general_purpose::STANDARD.encode(mixed);
        assert_eq!(readable(&text).as_deref(), Some("año|años"));
        assert_eq!(readable("?"), None);
    }
}

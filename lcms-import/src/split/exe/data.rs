//! Activities that are kept as JSON: `form` and `trueorfalse` in an attribute, the games `quext`, `selecciona` and
//! `completa` in an element whose text is written unreadably.
//!
//! Source: the export scripts of eXeLearning 2.9 and 3 (`public/files/perm/idevices/base/*/export`).

use lcms_formats::quiz::{Answer, Blank, Choice, Question, Rich, blank_mark};
use scraper::{ElementRef, Html};
use serde_json::Value;

use super::super::written::{escaped, paragraph, picture, plain};
use super::{Read, selector};

/// What unreadable text is mixed with.
const KEY: u16 = 146;

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn rich(value: &Value, name: &str) -> Rich {
    Rich::Html(text(value, name).to_owned())
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `true`, `1`, `"1"` and `"True"` are all said.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(is)) => *is,
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        Some(Value::String(text)) => text == "1" || text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

fn hint(value: &Value, name: &str) -> Vec<Rich> {
    let hint = rich(value, name);
    if hint.is_empty() { Vec::new() } else { vec![hint] }
}

/// An activity of eXeLearning 3; `None` when it is not one that asks.
pub(super) fn record(element: ElementRef<'_>) -> Option<Read> {
    let data: Value = serde_json::from_str(element.value().attr("data-idevice-json-data")?).ok()?;
    let name = element.value().id().unwrap_or_default();
    let mut read = Read::default();
    let questions = list(&data, "questionsData").iter().map(form);
    let truths = list(&data, "questionsGame").iter();
    let truths = truths.filter(|it| it.get("solution").is_some()).map(|it| Question {
        prompt: rich(it, "question"),
        answer: Answer::TrueFalse(is_true(it.get("solution"))),
        general: rich(it, "feedback"),
        hints: hint(it, "suggestion"),
        ..Question::default()
    });
    let mut lost = Vec::new();
    for (n, made) in questions.chain(truths.map(Ok)).enumerate() {
        match made {
            Ok(question) => read.questions.push(named(question, name, n)),
            Err(what) => lost.push(what),
        }
    }
    if read.questions.is_empty() && lost.is_empty() {
        return None;
    }
    read.lost = lost;
    for name in ["eXeFormInstructions", "eXeGameInstructions", "eXeIdeviceTextAfter"] {
        paragraph(&mut read.instead, text(&data, name));
    }
    Some(read)
}

fn named(question: Question, activity: &str, n: usize) -> Question {
    Question { id: Some(format!("{activity}/{}", n + 1)), ..question }
}

/// A question of the activity `form`.
fn form(record: &Value) -> Result<Question, String> {
    let prompt = rich(record, "baseText");
    let kind = text(record, "activityType");
    let kind = if kind.is_empty() { "true-false" } else { kind };
    let (prompt, answer) = match kind {
        "selection" => {
            let choices = list(record, "answers").iter().filter_map(Value::as_array).map(|it| {
                let said = |n: usize| it.get(n).and_then(Value::as_str).unwrap_or_default();
                Choice {
                    correct: is_true(it.first()),
                    text: Rich::Html(said(1).to_owned()),
                    feedback: Rich::Html(said(2).to_owned()),
                }
            });
            let single = text(record, "selectionType") != "multiple";
            let choices = choices.collect();
            (prompt, Answer::Choice { choices, single, shuffle: false, partial: true })
        }
        "true-false" => (prompt, Answer::TrueFalse(is_true(record.get("answer")))),
        "fill" | "dropdown" => {
            let exact = is_true(record.get("capitalization"));
            let (prompt, blanks) = cut(text(record, "baseText"), "<u>", "</u>", exact);
            (Rich::Html(prompt), Answer::Blanks(blanks))
        }
        other => return Err(format!("an activity of the type `{other}` cannot be carried over")),
    };
    Ok(Question { prompt, answer, hints: hint(record, "hint"), ..Question::default() })
}

/// A text with words between two marks as one with blanks.
fn cut(marked: &str, open: &str, close: &str, case_sensitive: bool) -> (String, Vec<Blank>) {
    let (mut prompt, mut blanks) = (String::new(), Vec::new());
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((word, after)) = after.split_once(close) else { break };
        let id = (blanks.len() + 1).to_string();
        prompt.push_str(before);
        prompt.push_str(&blank_mark(&id));
        let accept = word.split('|').map(plain).filter(|it| !it.is_empty()).collect();
        blanks.push(Blank { id, accept, case_sensitive });
        rest = after;
    }
    prompt.push_str(rest);
    (prompt, blanks)
}

/// A game of eXeLearning 2 or 3.
pub(super) fn game(document: &Html, element: ElementRef<'_>) -> Option<Read> {
    let class = element.value().classes().find_map(|it| it.strip_suffix("-DataGame"))?;
    let mut read = Read::default();
    let Some(data) = readable(&element.text().collect::<String>()) else {
        read.lost.push(format!("a game of the type `{class}` could not be read"));
        return Some(read);
    };
    let pictures = pictures(document, element, class);
    let questions: Vec<Result<Question, String>> = match class {
        "quext" => list(&data, "questionsGame").iter().map(|it| Ok(quiz(it))).collect(),
        "selecciona" => list(&data, "selectsGame").iter().map(selection).collect(),
        "completa" => vec![Ok(completed(&data))],
        other => vec![Err(format!("a game of the type `{other}` cannot be carried over"))],
    };
    let id = text(&data, "id");
    let id = if id.is_empty() { class } else { id };
    for (n, made) in questions.into_iter().enumerate() {
        match made {
            Ok(mut question) => {
                if let Some((_, address)) = pictures.iter().find(|(at, _)| *at == n) {
                    let mut shown = String::new();
                    picture(&mut shown, address, "");
                    if let Rich::Html(prompt) = &mut question.prompt {
                        prompt.insert_str(0, &shown);
                    }
                }
                read.questions.push(named(question, id, n));
            }
            Err(what) => read.lost.push(what),
        }
    }
    Some(read)
}

/// The pictures of a game, by the number of their question.
fn pictures(document: &Html, game: ElementRef<'_>, class: &str) -> Vec<(usize, String)> {
    let within = game.parent().and_then(ElementRef::wrap).unwrap_or(document.root_element());
    let Some(links) = selector(&format!(".{class}-LinkImages")) else { return Vec::new() };
    let found = within.select(&links).filter_map(|link| {
        let at: usize = link.text().collect::<String>().trim().parse().ok()?;
        Some((at, link.value().attr("href")?.to_owned()))
    });
    found.filter(|(_, address)| address.len() > 3).collect()
}

fn written(value: &Value, name: &str) -> Rich {
    Rich::Html(format!("<p>{}</p>", escaped(text(value, name))))
}

fn said_after(record: &Value, question: Question) -> Question {
    let said = |name: &str| Rich::Plain(plain(text(record, name)));
    Question { correct: said("msgHit"), incorrect: said("msgError"), ..question }
}

/// As many of the options as are shown.
fn options(record: &Value) -> Vec<&str> {
    let shown = record.get("numberOptions").and_then(Value::as_u64).unwrap_or(4);
    let shown = usize::try_from(shown).unwrap_or(4);
    let options = list(record, "options").iter().filter_map(Value::as_str);
    options.take(shown).collect()
}

fn choices(record: &Value, is_right: impl Fn(usize) -> bool) -> Vec<Choice> {
    let options = options(record).into_iter().enumerate();
    let choice = |(n, text): (usize, &str)| Choice {
        text: Rich::Plain(text.to_owned()),
        correct: is_right(n),
        feedback: Rich::default(),
    };
    options.map(choice).collect()
}

/// A question of `quext`: one of up to four answers, by number.
fn quiz(record: &Value) -> Question {
    let right = record.get("solution").and_then(Value::as_u64);
    let choices = choices(record, |n| u64::try_from(n).ok() == right);
    let answer = Answer::Choice { choices, single: true, shuffle: false, partial: false };
    said_after(
        record,
        Question { prompt: written(record, "quextion"), answer, ..Question::default() },
    )
}

/// A question of `selecciona`: answers by letter, an order by letters, or a word.
fn selection(record: &Value) -> Result<Question, String> {
    let letters = text(record, "solution");
    let prompt = written(record, "quextion");
    let answer = match record.get("typeSelect").and_then(Value::as_u64).unwrap_or(0) {
        0 => {
            let is_right = |n: usize| letters.chars().any(|letter| number(letter) == Some(n));
            let single = letters.chars().count() == 1;
            let choices = choices(record, is_right);
            Answer::Choice { choices, single, shuffle: false, partial: false }
        }
        1 => {
            let options = options(record);
            let order = letters.chars().filter_map(|letter| options.get(number(letter)?));
            Answer::Ordering(order.map(|it| Rich::Plain((*it).to_owned())).collect())
        }
        _ => Answer::Blanks(vec![Blank {
            id: "1".to_owned(),
            accept: vec![plain(text(record, "solutionQuestion"))],
            case_sensitive: false,
        }]),
    };
    Ok(said_after(record, Question { prompt, answer, ..Question::default() }))
}

/// `A` is the first.
fn number(letter: char) -> Option<usize> {
    letter.is_ascii_uppercase().then(|| letter as usize - 'A' as usize)
}

/// The text of `completa`: words between `@@`.
fn completed(data: &Value) -> Question {
    let exact = is_true(data.get("caseSensitive"));
    let (prompt, blanks) = cut(text(data, "text"), "@@", "@@", exact);
    let mut whole = String::new();
    paragraph(&mut whole, text(data, "instructions"));
    paragraph(&mut whole, &prompt);
    Question { prompt: Rich::Html(whole), answer: Answer::Blanks(blanks), ..Question::default() }
}

/// The data of a game: JSON as it is, or written unreadably.
fn readable(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(data) = serde_json::from_str(text) {
        return Some(data);
    }
    let mixed: Vec<u16> = unescape(text).into_iter().map(|unit| unit ^ KEY).collect();
    serde_json::from_str(&String::from_utf16_lossy(&mixed)).ok()
}

/// What ECMAScript's `unescape` makes of a text (ECMA-262 §B.2.1.2), in units of UTF-16.
pub(super) fn unescape(text: &str) -> Vec<u16> {
    let mut units = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hexadecimal = |from: usize, to: usize| {
            rest.get(from..to).and_then(|digits| u16::from_str_radix(digits, 16).ok())
        };
        let (unit, length) = match rest.strip_prefix('%') {
            Some(after) if after.starts_with('u') => (hexadecimal(2, 6), 6),
            Some(_) => (hexadecimal(1, 3), 3),
            None => (None, 0),
        };
        match unit {
            Some(unit) => {
                units.push(unit);
                rest = &rest[length..];
            }
            None => {
                units.extend(first.encode_utf16(&mut [0; 2]).iter());
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_text_is_read() {
        assert_eq!(String::from_utf16_lossy(&unescape("a%20%u00fc%zz%")), "a ü%zz%");
        let json = r#"{"a":"ü€"}"#;
        let mixed: String =
            json.encode_utf16().map(|unit| format!("%u{:04x}", unit ^ KEY)).collect();
        assert_eq!(readable(&mixed), Some(serde_json::json!({"a": "ü€"})));
        assert_eq!(readable("%u00"), None);
    }

    #[test]
    fn words_between_marks_are_blanks() {
        let (prompt, blanks) = cut("<p>@@Oslo|Christiania@@ and @@</p>", "@@", "@@", false);
        assert_eq!(prompt, "<p>[blank 1] and @@</p>");
        assert_eq!(blanks[0].accept, ["Oslo", "Christiania"]);
    }

    #[test]
    fn letters_say_which_options_are_right_and_in_which_order() {
        let record = serde_json::json!({
            "typeSelect": 0, "numberOptions": 3, "options": ["a", "b", "c", "d"], "solution": "CA",
        });
        let Answer::Choice { choices, single, .. } = selection(&record).unwrap().answer else {
            panic!()
        };
        let right: Vec<bool> = choices.iter().map(|it| it.correct).collect();
        assert_eq!((right, single), (vec![true, false, true], false));
        let record =
            serde_json::json!({"typeSelect": 1, "options": ["a", "b", "c"], "solution": "CAB"});
        let Answer::Ordering(items) = selection(&record).unwrap().answer else { panic!() };
        assert_eq!(items, ["c", "a", "b"].map(|it| Rich::Plain(it.to_owned())));
    }
}

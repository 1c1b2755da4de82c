//! GIFT (Moodle's "General Import Format Technology"), as Moodle's documentation describes it.
//!
//! ```text
//! // comment            $CATEGORY: top/sub
//! ::Name:: [html]Text {
//!   =right#feedback  ~wrong  ~%50%partly right
//!   ####said after any answer
//! }
//! ```
//!
//! | between the braces | question |
//! |---|---|
//! | nothing | essay |
//! | `T`, `FALSE` | true or false |
//! | `#3:0.5`, `#2..4` | number |
//! | `=a -> b` lines | matching |
//! | only `=` | words typed |
//! | `=` and `~` | choices |

use super::{Answer, Blank, Choice, Question, Reading, Rich, blank_mark, number};

/// Reads a bank. It cannot fail: what is no question is reported.
pub fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut categories = Vec::new();
    for (line, block) in blocks(text) {
        let block = match category(&block) {
            Some((found, rest)) => {
                categories = found;
                rest
            }
            None => block,
        };
        if !block.trim().is_empty() {
            question(line, &block, &categories, &mut reading);
        }
    }
    reading
}

/// Whether a text is a bank: it has a question with its answers in braces, and no other braces first.
pub fn detect(text: &str) -> bool {
    let reading = read(text);
    !reading.questions.is_empty() && reading.unsupported.len() <= reading.questions.len()
}

/// Blocks between blank lines, without comments, with the line they begin at. Blank lines between
/// braces do not count.
fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut current: Option<(usize, String)> = None;
    let mut depth = 0_usize;
    for (n, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.trim().is_empty() && depth == 0 {
            found.extend(current.take());
            continue;
        }
        let (_, block) = current.get_or_insert_with(|| (n + 1, String::new()));
        block.push_str(line);
        block.push('\n');
        let mut escaped = false;
        for c in line.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    found.extend(current);
    found
}

fn category(block: &str) -> Option<(Vec<String>, String)> {
    let rest = block.trim_start().strip_prefix("$CATEGORY:")?;
    let (path, rest) = rest.split_once('\n').unwrap_or((rest, ""));
    let path = path.trim().trim_start_matches("$course$/").trim_start_matches("$module$/");
    let parts = path.split('/').map(|part| part.trim().to_owned());
    Some((parts.filter(|part| !part.is_empty() && part != "top").collect(), rest.to_owned()))
}

/// Where an unescaped character or text stands.
fn find(text: &str, wanted: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if text[at..].starts_with(wanted) => return Some(at),
            _ => {}
        }
    }
    None
}

fn split<'a>(text: &'a str, at: &str) -> Option<(&'a str, &'a str)> {
    find(text, at).map(|place| (&text[..place], &text[place + at.len()..]))
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.trim().chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some(c @ ('~' | '=' | '#' | '{' | '}' | ':' | '\\')) => out.push(c),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

/// The form that a text is written in.
#[derive(Clone, Copy)]
enum Form {
    Html,
    Markdown,
    Plain,
}

impl Form {
    fn rich(self, text: &str) -> Rich {
        let (form, text) = Self::of(text, self);
        let text = unescape(text);
        match form {
            Self::Html => Rich::Html(text),
            Self::Markdown => Rich::Markdown(text),
            Self::Plain => Rich::Plain(text),
        }
    }

    /// The form that a text names at its beginning.
    fn of(text: &str, otherwise: Self) -> (Self, &str) {
        let text = text.trim();
        for (mark, form) in [
            ("[html]", Self::Html),
            ("[markdown]", Self::Markdown),
            ("[plain]", Self::Plain),
            ("[moodle]", Self::Html),
        ] {
            if let Some(rest) = text.strip_prefix(mark) {
                return (form, rest);
            }
        }
        // Moodle's own form is text in which HTML is allowed.
        match otherwise {
            Self::Plain if text.contains("</") || text.contains("<br") => (Self::Html, text),
            form => (form, text),
        }
    }
}

fn question(line: usize, block: &str, categories: &[String], reading: &mut Reading) {
    let mut rest = block.trim();
    let mut name = String::new();
    if let Some(after) = rest.strip_prefix("::")
        && let Some((found, after)) = split(after, "::")
    {
        name = unescape(found);
        rest = after.trim();
    }
    let Some((before, after)) = split(rest, "{") else {
        let what = "a text without answers; it was left out";
        return reading.lose(line, &shown(&name, rest), what);
    };
    let Some((inner, tail)) = split(after, "}") else {
        return reading.lose(
            line,
            &shown(&name, rest),
            "its braces are not closed; it was left out",
        );
    };
    let (form, before) = Form::of(before, Form::Plain);
    let mut question = Question {
        line: Some(line),
        name: name.clone(),
        categories: categories.to_vec(),
        ..Question::default()
    };
    let inner = match split(inner, "####") {
        Some((inner, general)) => {
            question.general = form.rich(general);
            inner
        }
        None => inner,
    };
    let named = shown(&name, before);
    let Some(answer) = answer(form, inner.trim(), line, &named, &mut question, reading) else {
        return;
    };
    let tail = tail.trim();
    let prompt = match (&answer, tail.is_empty()) {
        (_, true) => before.trim().to_owned(),
        (Answer::Blanks(blanks), false) => {
            let id = blanks.first().map(|blank| blank.id.as_str()).unwrap_or_default();
            format!("{} {} {tail}", before.trim(), blank_mark(id))
        }
        (_, false) => format!("{} _____ {tail}", before.trim()),
    };
    question.prompt = form.rich(&prompt);
    question.answer = answer;
    reading.questions.push(question);
}

fn shown(name: &str, text: &str) -> String {
    if name.is_empty() { text.trim().chars().take(60).collect() } else { name.to_owned() }
}

fn answer(
    form: Form,
    inner: &str,
    line: usize,
    name: &str,
    question: &mut Question,
    reading: &mut Reading,
) -> Option<Answer> {
    if inner.is_empty() {
        return Some(Answer::default());
    }
    if let Some(truth) = truth(form, inner, question) {
        return Some(truth);
    }
    if let Some(rest) = inner.strip_prefix('#') {
        let found = numeric(form, rest, question);
        if found.is_none() {
            reading.lose(line, name, "its number cannot be read; it was left out");
        }
        return found;
    }
    let answers = answers(inner);
    if answers.is_empty() {
        reading.lose(line, name, "its answers cannot be read; it was left out");
        return None;
    }
    if answers.iter().any(|answer| find(answer.text, "->").is_some()) {
        return Some(matching(form, &answers));
    }
    if answers.iter().all(|answer| answer.right) {
        let mut accept = Vec::new();
        for answer in &answers {
            if answer.weight.is_some_and(|weight| weight < 100.0) {
                let what = format!(
                    "`{}` is worth only part of the points; it was left out",
                    answer.text.trim()
                );
                reading.lose(line, name, what);
                continue;
            }
            accept.push(unescape(Form::of(answer.text, form).1));
        }
        question.correct =
            answers.iter().find_map(|it| it.feedback).map(|it| form.rich(it)).unwrap_or_default();
        return Some(Answer::Blanks(vec![Blank {
            id: "1".to_owned(),
            accept,
            case_sensitive: false,
        }]));
    }
    Some(choices(form, &answers, line, name, reading))
}

/// One answer of a list.
struct Given<'a> {
    right: bool,
    weight: Option<f64>,
    text: &'a str,
    feedback: Option<&'a str>,
}

fn answers(inner: &str) -> Vec<Given<'_>> {
    let mut starts = Vec::new();
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '=' | '~' => starts.push(at),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (n, &start) in starts.iter().enumerate() {
        let end = starts.get(n + 1).copied().unwrap_or(inner.len());
        let right = inner[start..].starts_with('=');
        let mut text = inner[start + 1..end].trim();
        let mut weight = None;
        if let Some(rest) = text.strip_prefix('%')
            && let Some((digits, rest)) = rest.split_once('%')
        {
            weight = number(digits);
            text = rest;
        }
        let (text, feedback) = match split(text, "#") {
            Some((text, feedback)) => (text, Some(feedback)),
            None => (text, None),
        };
        found.push(Given { right, weight, text, feedback });
    }
    found
}

fn truth(form: Form, inner: &str, question: &mut Question) -> Option<Answer> {
    let (word, feedback) = match split(inner, "#") {
        Some((word, feedback)) => (word, Some(feedback)),
        None => (inner, None),
    };
    let answer = match word.trim().to_ascii_uppercase().as_str() {
        "T" | "TRUE" => true,
        "F" | "FALSE" => false,
        _ => return None,
    };
    // First what is said after a wrong answer, then after a right one.
    if let Some(feedback) = feedback {
        let (wrong, right) = split(feedback, "#").unwrap_or((feedback, ""));
        question.incorrect = form.rich(wrong);
        question.correct = form.rich(right);
    }
    Some(Answer::TrueFalse(answer))
}

fn numeric(form: Form, text: &str, question: &mut Question) -> Option<Answer> {
    let text = text.trim();
    let answers = answers(text);
    let (text, feedback) =
        match answers.iter().find(|it| it.right && it.weight.is_none_or(|w| w >= 100.0)) {
            Some(best) => (best.text, best.feedback),
            None => match split(text, "#") {
                Some((text, feedback)) => (text, Some(feedback)),
                None => (text, None),
            },
        };
    if let Some(feedback) = feedback {
        question.correct = form.rich(feedback);
    }
    let (answer, tolerance) = if let Some((low, high)) = text.split_once("..") {
        let (low, high) = (number(low)?, number(high)?);
        (f64::midpoint(low, high), (high - low).abs() / 2.0)
    } else if let Some((answer, tolerance)) = text.split_once(':') {
        (number(answer)?, number(tolerance)?.abs())
    } else {
        (number(text)?, 0.0)
    };
    Some(Answer::Numeric { answer, tolerance, unit: None })
}

fn matching(form: Form, answers: &[Given<'_>]) -> Answer {
    let (mut pairs, mut distractors) = (Vec::new(), Vec::new());
    for answer in answers {
        let (source, target) = split(answer.text, "->").unwrap_or(("", answer.text));
        match source.trim().is_empty() {
            true => distractors.push(form.rich(target)),
            false => pairs.push((form.rich(source), form.rich(target))),
        }
    }
    Answer::Matching { pairs, distractors }
}

fn choices(
    form: Form,
    answers: &[Given<'_>],
    line: usize,
    name: &str,
    reading: &mut Reading,
) -> Answer {
    let single = answers.iter().any(|answer| answer.right);
    let mut choices = Vec::new();
    for answer in answers {
        let weight = answer.weight.unwrap_or(if answer.right { 100.0 } else { 0.0 });
        let correct = if single { answer.right } else { weight > 0.0 };
        if single && !answer.right && weight > 0.0 {
            let what = format!(
                "`{}` is worth {weight} % of the points; it counts as wrong now",
                unescape(answer.text)
            );
            reading.lose(line, name, what);
        }
        let feedback = answer.feedback.map(|it| form.rich(it)).unwrap_or_default();
        choices.push(Choice { text: form.rich(answer.text), correct, feedback });
    }
    let single = single && choices.iter().filter(|choice| choice.correct).count() == 1;
    Answer::Choice { choices, single, shuffle: true, partial: !single }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Question {
        let mut reading = read(text);
        assert_eq!((reading.questions.len(), &reading.unsupported), (1, &vec![]), "{text}");
        reading.questions.remove(0)
    }

    #[test]
    fn choices_have_feedback_and_escapes() {
        let question = one("// c\n::A\\: b:: What {\n=x \\= y#yes\n~z#no\n\n~{\\}\n####after\n}\n"
            .replace("~{\\}", "~\\{\\}")
            .as_str());
        assert_eq!(question.name, "A: b");
        assert_eq!(question.general, Rich::Plain("after".into()));
        let Answer::Choice { choices, single: true, .. } = question.answer else { panic!() };
        let texts: Vec<_> = choices.iter().map(|choice| (&choice.text, choice.correct)).collect();
        let plain = |text: &str| Rich::Plain(text.into());
        assert_eq!(texts, [(&plain("x = y"), true), (&plain("z"), false), (&plain("{}"), false)]);
        assert_eq!(choices[1].feedback, plain("no"));
    }

    #[test]
    fn each_kind_is_told_by_its_answers() {
        assert_eq!(one("Q {}").answer, Answer::default());
        let question = one("Q {FALSE#wrong#right}");
        assert_eq!(question.answer, Answer::TrueFalse(false));
        assert_eq!(
            (question.incorrect, question.correct),
            (Rich::Plain("wrong".into()), Rich::Plain("right".into()))
        );
        let numeric = |answer, tolerance| Answer::Numeric { answer, tolerance, unit: None };
        assert_eq!(one("Q {#3:0.5}").answer, numeric(3.0, 0.5));
        assert_eq!(one("Q {#1..5}").answer, numeric(3.0, 2.0));
        assert_eq!(one("Q {#=3,5:0 ~}").answer, numeric(3.5, 0.0));
        let Answer::Matching { pairs, distractors } = one("Q {=a -> b =c -> d =-> e}").answer
        else {
            panic!()
        };
        assert_eq!((pairs.len(), distractors), (2, vec![Rich::Plain("e".into())]));
        let Answer::Choice { single: false, partial: true, choices, .. } =
            one("Q {~%50%a ~%50%b ~%-100%c}").answer
        else {
            panic!()
        };
        assert_eq!(choices.iter().filter(|choice| choice.correct).count(), 2);
    }

    #[test]
    fn a_word_may_be_missing_in_the_middle() {
        let question = one("$CATEGORY: top/A/B\n\nThe {=sun =star} shines.");
        assert_eq!(question.prompt, Rich::Plain("The [blank 1] shines.".into()));
        assert_eq!(question.categories, ["A", "B"]);
        let Answer::Blanks(blanks) = question.answer else { panic!() };
        assert_eq!(blanks[0].accept, ["sun", "star"]);
    }

    #[test]
    fn what_is_no_question_is_said() {
        let reading = read("just text\n\nQ {#x}\n\nQ {=a ~%50%b}");
        let lines: Vec<_> = reading.unsupported.iter().map(|it| it.line).collect();
        assert_eq!((reading.questions.len(), lines), (1, vec![Some(1), Some(3), Some(5)]));
        assert!(!detect("a { b } c"));
    }
}

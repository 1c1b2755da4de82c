//! Questions as a table: one line each, columns by name.
//!
//! | column | what it says |
//! |---|---|
//! | `question` | what is asked (needed) |
//! | `answer` | what is right: a letter (`B`), a number of a choice, the text itself, several apart by `;` (or `\|`), `true`, a number with `±` (`3±0.5`) |
//! | `a`, `b`, … or `choice 1`, … | the choices |
//! | `type` | `single`, `multiple`, `true_false`, `text`, `number`, `essay`; told by the rest when left out |
//! | `title`, `points`, `feedback`, `correct feedback`, `incorrect feedback`, `hint`, `category`, `tags` | as named |
//!
//! Separated by commas, semicolons or tabs, whichever its first line has most of.

use super::{Answer, Blank, Choice, Question, Reading, Rich, number};

/// Most columns of choices.
const MAX_CHOICES: usize = 26;

/// Whether a text is such a table.
pub fn detect(text: &str) -> bool {
    let head = text.lines().next().unwrap_or_default();
    let names: Vec<String> =
        head.split(separator(text) as char).map(|name| folded(name.trim_matches('"'))).collect();
    names.iter().any(|name| is_prompt(name))
        && names.iter().any(|name| name == "answer" || name == "correct" || name == "type")
}

fn is_prompt(name: &str) -> bool {
    matches!(name, "question" | "prompt" | "question text")
}

fn folded(name: &str) -> String {
    name.trim().trim_start_matches('\u{feff}').to_lowercase().replace(['_', '-'], " ")
}

fn separator(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |separator: u8| head.bytes().filter(|byte| *byte == separator).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|it| (count(*it), *it == b',')).unwrap_or(b',')
}

/// Reads a table. It cannot fail: a line that is no question is reported.
pub fn read(text: &str) -> Reading {
    let mut reading = Reading::default();
    let mut lines = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let mut names: Option<Vec<String>> = None;
    for record in lines.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().and_then(|at| usize::try_from(at.line()).ok());
                reading.lose(line, "", format!("the line cannot be read: {error}"));
                continue;
            }
        };
        let line = record.position().and_then(|at| usize::try_from(at.line()).ok());
        let Some(names) = &names else {
            names = Some(record.iter().map(folded).collect());
            continue;
        };
        let row = Row { names, values: record.iter().map(str::trim).collect() };
        if row.values.iter().any(|value| !value.is_empty()) {
            question(line, &row, &mut reading);
        }
    }
    reading
}

struct Row<'a> {
    names: &'a [String],
    values: Vec<&'a str>,
}

impl Row<'_> {
    fn get(&self, wanted: &[&str]) -> &str {
        let at = self.names.iter().position(|name| wanted.contains(&name.as_str()));
        at.and_then(|at| self.values.get(at)).copied().unwrap_or_default()
    }

    fn rich(&self, wanted: &[&str]) -> Rich {
        Rich::Plain(self.get(wanted).to_owned())
    }

    /// The choices that are there, with their numbers from 0.
    fn choices(&self) -> Vec<(usize, &str)> {
        let mut found = Vec::new();
        for (name, value) in self.names.iter().zip(&self.values) {
            let letter = match name.as_bytes() {
                [letter @ b'a'..=b'z'] => Some(usize::from(letter - b'a')),
                _ => ["choice", "option", "answer"].iter().find_map(|word| {
                    let rest = name.strip_prefix(word)?.trim();
                    match rest.as_bytes() {
                        [letter @ b'a'..=b'z'] => Some(usize::from(letter - b'a')),
                        _ => rest.parse::<usize>().ok()?.checked_sub(1),
                    }
                }),
            };
            if let Some(letter) = letter.filter(|at| *at < MAX_CHOICES && !value.is_empty()) {
                found.push((letter, *value));
            }
        }
        found
    }
}

fn question(line: Option<usize>, row: &Row<'_>, reading: &mut Reading) {
    let prompt = row.get(&["question", "prompt", "question text"]);
    let title = row.get(&["title", "name"]);
    let name = if title.is_empty() { prompt } else { title };
    if prompt.is_empty() {
        return reading.lose(line, name, "there is no question in it; it was left out");
    }
    let answer = match answer(row) {
        Ok(answer) => answer,
        Err(what) => return reading.lose(line, name, what),
    };
    let list = |text: &str| {
        text.split([';', '|']).map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
    };
    let id = row.get(&["id"]);
    reading.questions.push(Question {
        id: Some(id.to_owned()).filter(|id| !id.is_empty()),
        line,
        name: title.to_owned(),
        categories: list(&row.get(&["category", "categories"]).replace('/', ";")),
        prompt: Rich::Plain(prompt.to_owned()),
        answer,
        points: number(row.get(&["points", "score", "marks"])).filter(|points| *points > 0.0),
        correct: row.rich(&["correct feedback", "feedback correct"]),
        incorrect: row.rich(&["incorrect feedback", "feedback incorrect", "wrong feedback"]),
        general: row.rich(&["feedback", "explanation"]),
        hints: Some(row.rich(&["hint"])).into_iter().filter(|hint| !hint.is_empty()).collect(),
        tags: list(row.get(&["tags", "tag"])),
        files: Vec::new(),
    });
}

fn answer(row: &Row<'_>) -> Result<Answer, String> {
    let key = row.get(&["answer", "correct", "correct answer"]);
    let kind = row.get(&["type", "kind"]).to_lowercase().replace([' ', '-'], "_");
    let choices = row.choices();
    let truth = match key.to_lowercase().as_str() {
        "true" | "t" => Some(true),
        "false" | "f" => Some(false),
        _ => None,
    };
    let guessed = match () {
        () if choices.len() >= 2 => "choice",
        () if truth.is_some() => "true_false",
        () if key.is_empty() => "essay",
        () if numeric(key).is_some() => "number",
        () => "text",
    };
    let kind = if kind.is_empty() { guessed } else { kind.as_str() };
    match kind {
        "choice" | "single" | "single_choice" | "multiple" | "multiple_choice" | "mc" => {
            choice(&choices, key, kind)
        }
        "true_false" | "tf" | "truefalse" => match truth {
            Some(truth) => Ok(Answer::TrueFalse(truth)),
            None => Err(format!("its answer `{key}` is neither true nor false; it was left out")),
        },
        "number" | "numeric" | "numerical" => {
            numeric(key).ok_or_else(|| format!("its answer `{key}` is no number; it was left out"))
        }
        "text" | "fill_in" | "short_answer" | "shortanswer" if !key.is_empty() => {
            let accept = key.split([';', '|']).map(|it| it.trim().to_owned());
            let accept = accept.filter(|it| !it.is_empty()).collect();
            Ok(Answer::Blanks(vec![Blank { id: "1".to_owned(), accept, case_sensitive: false }]))
        }
        "essay" | "long_answer" => {
            Ok(Answer::Essay { sample: Rich::Plain(key.to_owned()), max_characters: None })
        }
        other => Err(format!("a question of type `{other}` cannot be read; it was left out")),
    }
}

fn choice(choices: &[(usize, &str)], key: &str, kind: &str) -> Result<Answer, String> {
    if choices.len() < 2 {
        return Err("it has fewer than two choices; it was left out".to_owned());
    }
    let mut right = Vec::new();
    // The text of a choice may itself hold a separator.
    let whole = [key];
    let parts: Vec<&str> = match choices.iter().any(|(_, text)| *text == key) {
        true => whole.to_vec(),
        false => key.split([';', '|', ',']).map(str::trim).filter(|it| !it.is_empty()).collect(),
    };
    for part in parts {
        let letter = match part.as_bytes() {
            [letter] if letter.is_ascii_alphabetic() => {
                Some(usize::from(letter.to_ascii_lowercase() - b'a'))
            }
            _ => None,
        };
        let by_text = choices.iter().find(|(_, text)| text.eq_ignore_ascii_case(part));
        let by_number = part.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let found = by_text
            .map(|(at, _)| *at)
            .or_else(|| letter.or(by_number).filter(|at| choices.iter().any(|(it, _)| it == at)));
        match found {
            Some(at) => right.push(at),
            None => {
                return Err(format!("its answer `{part}` is none of the choices; it was left out"));
            }
        }
    }
    if right.is_empty() {
        return Err("it says of no choice that it is right; it was left out".to_owned());
    }
    let single = right.len() == 1 && !kind.starts_with("multiple") || kind.starts_with("single");
    let choices = choices.iter().map(|(at, text)| Choice {
        text: Rich::Plain((*text).to_owned()),
        correct: right.contains(at),
        feedback: Rich::default(),
    });
    let choices: Vec<Choice> = choices.collect();
    let single = single && choices.iter().filter(|choice| choice.correct).count() == 1;
    Ok(Answer::Choice { choices, single, shuffle: false, partial: false })
}

fn numeric(key: &str) -> Option<Answer> {
    let (answer, tolerance) = match key.split_once('±').or_else(|| key.split_once("+-")) {
        Some((answer, tolerance)) => (number(answer)?, number(tolerance)?.abs()),
        None => (number(key)?, 0.0),
    };
    Some(Answer::Numeric { answer, tolerance, unit: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_questions_by_their_columns() {
        let text = "Question;A;B;C;Answer;Points\nWhich?;x;\"y; z\";w;B;2\nBoth?;x;y;;A,B;\nSo?;;;;true;\nHow many?;;;;3±0.5;\nWho?;;;;Ada|Lovelace;\n";
        assert!(detect(text));
        let reading = read(text);
        assert_eq!(reading.unsupported, []);
        let kinds: Vec<_> = reading.questions.iter().map(|question| &question.answer).collect();
        let Answer::Choice { choices, single: true, .. } = kinds[0] else { panic!("{kinds:?}") };
        assert_eq!(
            choices[1],
            Choice { text: Rich::Plain("y; z".into()), correct: true, feedback: Rich::default() }
        );
        assert!(matches!(kinds[1], Answer::Choice { single: false, .. }));
        assert_eq!(kinds[2], &Answer::TrueFalse(true));
        assert_eq!(kinds[3], &Answer::Numeric { answer: 3.0, tolerance: 0.5, unit: None });
        let Answer::Blanks(blanks) = kinds[4] else { panic!("{kinds:?}") };
        assert_eq!(blanks[0].accept, ["Ada", "Lovelace"]);
        assert_eq!((reading.questions[0].points, reading.questions[0].line), (Some(2.0), Some(2)));
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_line() {
        let reading = read("question,a,b,answer,type\nQ,x,y,z,\n,x,y,a,\nQ,x,y,a,hotspot\n");
        let lines: Vec<_> = reading.unsupported.iter().map(|it| it.line).collect();
        assert_eq!((reading.questions.len(), lines), (0, vec![Some(2), Some(3), Some(4)]));
        assert!(!detect("name,age\nx,1\n"));
    }
}

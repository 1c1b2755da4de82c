//! Questions as any tool may write them read as what they say, whatever their words are.
//!
//! The crate reads question banks and writes none; each format is written here as its own documentation has it.

use lcms_formats::XmlLimits;
use lcms_formats::quiz::{Answer, Question, Reading, Rich, csv, gift, moodle, qti};
use proptest::collection::vec;
use proptest::prelude::*;

/// What every format can say.
#[derive(Clone, Debug)]
struct Asked {
    name: String,
    prompt: String,
    answer: Given,
}

#[derive(Clone, Debug)]
enum Given {
    Choice { choices: Vec<(String, bool)>, single: bool },
    Truth(bool),
    Number { answer: i32, tolerance: u32 },
    Words(Vec<String>),
}

/// Words with what markup is made of.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Zé漢][a-z0-9 ~=#{}:\\\\\"',.;!?&()\\[\\]]{0,14}[a-z0-9!?)]"
}

/// As an answer, which separators would cut.
fn plain() -> impl Strategy<Value = String> {
    "[a-zé]{2}[a-z0-9 ~=#{}:\\\\\"'.!?&()]{0,10}[a-z0-9]"
}

fn given() -> impl Strategy<Value = Given> {
    let choices =
        (vec(plain(), 2..5), any::<u8>(), any::<bool>()).prop_map(|(mut texts, right, single)| {
            for (n, text) in texts.iter_mut().enumerate() {
                text.push_str(&format!(" {n}x"));
            }
            let first = usize::from(right) % texts.len();
            // At least one is right, and of several right ones there is more than one.
            let is_right = |n: usize| n == first || !single && n == (first + 1) % texts.len();
            let rights: Vec<bool> = (0..texts.len()).map(is_right).collect();
            Given::Choice { choices: texts.into_iter().zip(rights).collect(), single }
        });
    prop_oneof![
        choices,
        any::<bool>().prop_map(Given::Truth),
        (-1000..1000, 0_u32..5).prop_map(|(answer, tolerance)| Given::Number { answer, tolerance }),
        vec(plain(), 1..3).prop_map(Given::Words),
    ]
}

fn asked() -> impl Strategy<Value = Asked> {
    let asked = (text(), text(), given());
    asked.prop_map(|(name, prompt, answer)| Asked { name, prompt, answer })
}

/// A text without its markup.
fn shown(rich: &Rich) -> String {
    let text = match rich {
        Rich::Html(html) => {
            let mut text = String::new();
            let mut inside = false;
            for c in html.chars() {
                match c {
                    '<' => inside = true,
                    '>' => inside = false,
                    c if !inside => text.push(c),
                    _ => {}
                }
            }
            text.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
        }
        Rich::Plain(text) | Rich::Markdown(text) => text.clone(),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether everything that was asked was read.
fn check(asked: &[Asked], reading: &Reading, marks_blanks: bool) -> Result<(), TestCaseError> {
    prop_assert_eq!(&reading.unsupported, &[]);
    prop_assert_eq!(reading.questions.len(), asked.len());
    for (asked, Question { name, prompt, answer, .. }) in asked.iter().zip(&reading.questions) {
        prop_assert_eq!(squeezed(name), squeezed(&asked.name));
        let prompt = shown(prompt);
        let said = squeezed(&asked.prompt);
        if marks_blanks {
            prop_assert!(prompt.starts_with(&said), "{prompt} / {said}");
        } else {
            prop_assert_eq!(prompt, said);
        }
        match (&asked.answer, answer) {
            (
                Given::Choice { choices, single },
                Answer::Choice { choices: read, single: one, .. },
            ) => {
                let read: Vec<_> = read.iter().map(|it| (shown(&it.text), it.correct)).collect();
                let choices: Vec<_> =
                    choices.iter().map(|(text, right)| (squeezed(text), *right)).collect();
                prop_assert_eq!(read, choices);
                prop_assert_eq!(single, one);
            }
            (Given::Truth(truth), Answer::TrueFalse(read)) => prop_assert_eq!(truth, read),
            (
                Given::Number { answer, tolerance },
                Answer::Numeric { answer: read, tolerance: off, .. },
            ) => {
                prop_assert_eq!((f64::from(*answer), f64::from(*tolerance)), (*read, *off));
            }
            (Given::Words(words), Answer::Blanks(blanks)) => {
                prop_assert_eq!(blanks.len(), 1);
                let read: Vec<_> = blanks[0].accept.iter().map(|it| squeezed(it)).collect();
                prop_assert_eq!(read, words.iter().map(|it| squeezed(it)).collect::<Vec<_>>());
            }
            (asked, read) => prop_assert!(false, "{asked:?} was read as {read:?}"),
        }
    }
    Ok(())
}

fn as_gift(asked: &[Asked]) -> String {
    let escape = |text: &str| {
        let special = |c| matches!(c, '~' | '=' | '#' | '{' | '}' | ':' | '\\');
        text.chars()
            .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
            .collect::<String>()
    };
    let answers = |given: &Given| match given {
        Given::Choice { choices, single } => {
            let share = 100.0 / choices.iter().filter(|(_, right)| *right).count() as f64;
            let one = |(text, right): &(String, bool)| match (right, single) {
                (true, true) => format!("={}\n", escape(text)),
                (true, false) => format!("~%{share}%{}\n", escape(text)),
                (false, _) => format!("~{}\n", escape(text)),
            };
            choices.iter().map(one).collect()
        }
        Given::Truth(truth) => if *truth { "TRUE" } else { "F" }.to_owned(),
        Given::Number { answer, tolerance } => format!("#{answer}:{tolerance}"),
        Given::Words(words) => words.iter().map(|word| format!("={} ", escape(word))).collect(),
    };
    let one = |it: &Asked| {
        format!(
            "// comment\n::{}:: {} {{\n{}}}\n\n",
            escape(&it.name),
            escape(&it.prompt),
            answers(&it.answer)
        )
    };
    asked.iter().map(one).collect()
}

fn as_csv(asked: &[Asked]) -> String {
    let mut out = ::csv::Writer::from_writer(Vec::new());
    out.write_record(["title", "question", "type", "answer", "a", "b", "c", "d"]).unwrap();
    for it in asked {
        let (kind, key, choices) = match &it.answer {
            Given::Choice { choices, single } => {
                let letters = choices.iter().zip("ABCD".chars()).filter(|((_, right), _)| *right);
                let key =
                    letters.map(|(_, letter)| letter.to_string()).collect::<Vec<_>>().join(";");
                (if *single { "single" } else { "multiple" }, key, choices.clone())
            }
            Given::Truth(truth) => ("true_false", truth.to_string(), Vec::new()),
            Given::Number { answer, tolerance } => {
                ("number", format!("{answer}±{tolerance}"), Vec::new())
            }
            Given::Words(words) => ("text", words.join(";"), Vec::new()),
        };
        let mut row = vec![it.name.clone(), it.prompt.clone(), kind.to_owned(), key];
        row.extend(choices.into_iter().map(|(text, _)| text));
        row.resize(8, String::new());
        out.write_record(&row).unwrap();
    }
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn as_moodle(asked: &[Asked]) -> String {
    let answer = |fraction: f64, text: &str, more: &str| {
        format!(
            "<answer fraction=\"{fraction}\" format=\"plain_text\"><text>{}</text>{more}</answer>",
            xml(text)
        )
    };
    let one = |it: &Asked| {
        let (kind, answers) = match &it.answer {
            Given::Choice { choices, single } => {
                let share = 100.0 / choices.iter().filter(|(_, right)| *right).count() as f64;
                let answers = choices
                    .iter()
                    .map(|(text, right)| answer(if *right { share } else { 0.0 }, text, ""));
                ("multichoice", format!("<single>{single}</single>{}", answers.collect::<String>()))
            }
            Given::Truth(truth) => {
                let fraction = |is: bool| if is { 100.0 } else { 0.0 };
                (
                    "truefalse",
                    answer(fraction(*truth), "true", "") + &answer(fraction(!truth), "false", ""),
                )
            }
            Given::Number { answer: number, tolerance } => {
                let tolerance = format!("<tolerance>{tolerance}</tolerance>");
                ("numerical", answer(100.0, &number.to_string(), &tolerance))
            }
            Given::Words(words) => {
                ("shortanswer", words.iter().map(|word| answer(100.0, word, "")).collect())
            }
        };
        format!(
            "<question type=\"{kind}\"><name><text>{}</text></name><questiontext format=\"plain_text\">\
             <text>{}</text></questiontext>{answers}</question>",
            xml(&it.name),
            xml(&it.prompt)
        )
    };
    format!("<?xml version=\"1.0\"?><quiz>{}</quiz>", asked.iter().map(one).collect::<String>())
}

/// A QTI 3 item; what it asks for a number or words it asks in a text entry.
fn as_qti(it: &Asked) -> String {
    let (kind, right, interaction) = match &it.answer {
        Given::Choice { choices, single } => {
            let right = choices.iter().enumerate().filter(|(_, (_, right))| *right);
            let right: String =
                right.map(|(n, _)| format!("<qti-value>C{n}</qti-value>")).collect();
            let each = |(n, (text, _)): (usize, &(String, bool))| {
                format!("<qti-simple-choice identifier=\"C{n}\">{}</qti-simple-choice>", xml(text))
            };
            let cardinality = if *single { "single" } else { "multiple" };
            let most = u8::from(*single);
            (
                format!("cardinality=\"{cardinality}\" base-type=\"identifier\""),
                right,
                format!(
                    "<qti-choice-interaction response-identifier=\"R\" max-choices=\"{most}\">{}</qti-choice-interaction>",
                    choices.iter().enumerate().map(each).collect::<String>()
                ),
            )
        }
        Given::Words(words) => (
            "cardinality=\"single\" base-type=\"string\"".to_owned(),
            format!("<qti-value>{}</qti-value>", xml(&words[0])),
            "<p><qti-text-entry-interaction response-identifier=\"R\"/></p>".to_owned(),
        ),
        Given::Truth(_) | Given::Number { .. } => unreachable!(),
    };
    format!(
        "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"I\" title=\"{}\">\
         <qti-response-declaration identifier=\"R\" {kind}><qti-correct-response>{right}</qti-correct-response></qti-response-declaration>\
         <qti-item-body><p>{}</p>{interaction}</qti-item-body></qti-assessment-item>",
        xml(&it.name),
        xml(&it.prompt)
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn gift_reads_as_it_was_written(asked in vec(asked(), 1..4)) {
        check(&asked, &gift::read(&as_gift(&asked)), false)?;
    }

    #[test]
    fn tables_read_as_they_were_written(asked in vec(asked(), 1..4)) {
        let table = as_csv(&asked);
        prop_assert!(csv::detect(&table));
        check(&asked, &csv::read(&table), false)?;
    }

    #[test]
    fn moodle_xml_reads_as_it_was_written(asked in vec(asked(), 1..4)) {
        let bank = as_moodle(&asked);
        check(&asked, &moodle::read(bank.as_bytes(), &XmlLimits::default()).unwrap(), false)?;
    }

    #[test]
    fn items_of_qti_read_as_they_were_written(asked in asked()) {
        let mut asked = asked;
        asked.answer = match asked.answer {
            Given::Truth(_) | Given::Number { .. } => Given::Words(vec!["word".to_owned()]),
            Given::Words(mut words) => Given::Words(words.drain(..1).collect()),
            choice => choice,
        };
        let item = as_qti(&asked);
        check(&[asked], &qti::read_item(item.as_bytes(), &XmlLimits::default()).unwrap(), true)?;
    }
}

//! Moodle XML question banks (`<quiz>`), as Moodle 2 to 4 writes them.

use base64::Engine as _;

use super::{Answer, Blank, Choice, EmbeddedFile, Question, Reading, Rich, number};
use crate::xml::{self, Node, XmlError, XmlLimits};

/// How texts name the files that stand beside them.
const PLUGIN_FILE: &str = "@@PLUGINFILE@@/";

/// Why a bank could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not XML that this crate reads.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The root element is another.
    #[error("the root element is <{0}>, not <quiz>")]
    NotAQuiz(String),
}

/// Whether a document begins as a bank does.
pub fn detect(text: &str) -> bool {
    text.contains("<quiz") && text.contains("<question")
}

/// Reads a bank.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits, or another document.
pub fn read(bytes: &[u8], limits: &XmlLimits) -> Result<Reading, ReadError> {
    let (root, _) = xml::read(bytes, limits)?;
    if root.name != "quiz" {
        return Err(ReadError::NotAQuiz(root.written_name));
    }
    let mut reading = Reading::default();
    let mut categories = Vec::new();
    for node in root.children_named("question") {
        match node.attribute("", "type").unwrap_or_default() {
            "category" => {
                let path = node.child("category").and_then(|it| it.child_text("text"));
                let parts = path.unwrap_or_default().split('/').map(str::trim);
                categories = parts
                    .filter(|part| {
                        !part.is_empty()
                            && !matches!(*part, "top" | "$course$" | "$module$" | "$system$")
                    })
                    .map(str::to_owned)
                    .collect();
            }
            kind => question(node, kind, &categories, &mut reading),
        }
    }
    Ok(reading)
}

fn rich(node: Option<&Node>) -> Rich {
    let Some(node) = node else { return Rich::default() };
    let text = node.child_text("text").unwrap_or_else(|| node.text()).to_owned();
    match node.attribute("", "format").unwrap_or("html") {
        "markdown" => Rich::Markdown(text),
        "plain_text" => Rich::Plain(text),
        _ => Rich::Html(text),
    }
}

fn value(node: &Node, name: &str) -> Option<String> {
    let child = node.child(name)?;
    Some(child.child_text("text").unwrap_or_else(|| child.text()).to_owned())
}

fn flag(node: &Node, name: &str, otherwise: bool) -> bool {
    match value(node, name).as_deref() {
        Some("1" | "true") => true,
        Some("0" | "false") => false,
        _ => otherwise,
    }
}

fn question(node: &Node, kind: &str, categories: &[String], reading: &mut Reading) {
    let name = value(node, "name").unwrap_or_default();
    let line = Some(node.position.line);
    let mut question = Question {
        id: value(node, "idnumber").filter(|id| !id.is_empty()),
        line,
        categories: categories.to_vec(),
        prompt: rich(node.child("questiontext")),
        points: value(node, "defaultgrade").and_then(|it| number(&it)).filter(|it| *it > 0.0),
        general: rich(node.child("generalfeedback")),
        correct: rich(node.child("correctfeedback")),
        incorrect: rich(node.child("incorrectfeedback")),
        hints: node
            .children_named("hint")
            .map(|hint| rich(Some(hint)))
            .filter(|it| !it.is_empty())
            .collect(),
        tags: node
            .child("tags")
            .into_iter()
            .flat_map(|tags| tags.children_named("tag"))
            .filter_map(|tag| tag.child_text("text").map(str::to_owned))
            .collect(),
        name: name.clone(),
        ..Question::default()
    };
    let answer = match kind {
        "multichoice" => choice(node, line, &name, reading),
        "truefalse" => true_false(node, &mut question),
        "shortanswer" => short_answer(node, line, &name, reading),
        "numerical" => numerical(node, line, &name, reading),
        "matching" | "match" => matching(node),
        "ordering" => ordering(node),
        "essay" => {
            Ok(Answer::Essay { sample: rich(node.child("graderinfo")), max_characters: None })
        }
        other => {
            Err(format!("questions of the type `{other}` cannot be carried over; it was left out"))
        }
    };
    match answer {
        Ok(answer) => {
            question.answer = answer;
            files(node, &mut question.files);
            reading.questions.push(question);
        }
        Err(what) => reading.lose(line, &name, what),
    }
}

/// Every file below a question.
fn files(node: &Node, found: &mut Vec<EmbeddedFile>) {
    for child in &node.children {
        if child.name != "file" {
            files(child, found);
            continue;
        }
        let name = child.attribute("", "name").unwrap_or_default().to_owned();
        let path = child.attribute("", "path").unwrap_or("/").trim_start_matches('/');
        let text: String = child.text().split_whitespace().collect();
        let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(text) else { continue };
        found.push(EmbeddedFile { address: format!("{PLUGIN_FILE}{path}{name}"), name, bytes });
    }
}

fn answers(node: &Node) -> impl Iterator<Item = (&Node, f64)> {
    node.children_named("answer")
        .map(|answer| (answer, answer.attribute("", "fraction").and_then(number).unwrap_or(0.0)))
}

fn choice(
    node: &Node,
    line: Option<usize>,
    name: &str,
    reading: &mut Reading,
) -> Result<Answer, String> {
    let single = flag(node, "single", true);
    let mut choices = Vec::new();
    for (answer, fraction) in answers(node) {
        let text = rich(Some(answer));
        let correct = if single { fraction >= 100.0 } else { fraction > 0.0 };
        if single && fraction > 0.0 && fraction < 100.0 {
            let what =
                format!("a choice is worth {fraction} % of the points; it counts as wrong now");
            reading.lose(line, name, what);
        }
        choices.push(Choice { text, correct, feedback: rich(answer.child("feedback")) });
    }
    let single = single && choices.iter().filter(|choice| choice.correct).count() == 1;
    Ok(Answer::Choice {
        choices,
        single,
        shuffle: flag(node, "shuffleanswers", true),
        partial: !single,
    })
}

fn true_false(node: &Node, question: &mut Question) -> Result<Answer, String> {
    let mut truth = None;
    for (answer, fraction) in answers(node) {
        let is_true = answer.child_text("text").unwrap_or_default().eq_ignore_ascii_case("true");
        let feedback = rich(answer.child("feedback"));
        if fraction > 0.0 {
            truth = Some(is_true);
            question.correct = feedback;
        } else {
            question.incorrect = feedback;
        }
    }
    truth
        .map(Answer::TrueFalse)
        .ok_or_else(|| "neither true nor false is right; it was left out".to_owned())
}

fn short_answer(
    node: &Node,
    line: Option<usize>,
    name: &str,
    reading: &mut Reading,
) -> Result<Answer, String> {
    let mut accept = Vec::new();
    for (answer, fraction) in answers(node) {
        let text = answer.child_text("text").unwrap_or_default().trim().to_owned();
        if fraction < 100.0 {
            if fraction > 0.0 {
                let what = format!("`{text}` is worth {fraction} % of the points; it was left out");
                reading.lose(line, name, what);
            }
        } else if text.contains('*') && !text.contains("\\*") {
            reading.lose(line, name, format!("`{text}` stands for many answers; it was left out"));
        } else {
            accept.push(text.replace("\\*", "*"));
        }
    }
    if accept.is_empty() {
        return Err("no answer is right; it was left out".to_owned());
    }
    let blank = Blank { id: "1".to_owned(), accept, case_sensitive: flag(node, "usecase", false) };
    Ok(Answer::Blanks(vec![blank]))
}

fn numerical(
    node: &Node,
    line: Option<usize>,
    name: &str,
    reading: &mut Reading,
) -> Result<Answer, String> {
    let right: Vec<&Node> = answers(node)
        .filter(|(_, fraction)| *fraction >= 100.0)
        .map(|(answer, _)| answer)
        .collect();
    if right.len() > 1 {
        reading.lose(line, name, "it has several right numbers; the first was taken");
    }
    let first = right.first().ok_or("no answer is right; it was left out")?;
    let text = first.child_text("text").unwrap_or_default();
    let answer = number(text).ok_or_else(|| format!("`{text}` is no number; it was left out"))?;
    let units = node.child("units").map(|units| units.children_named("unit"));
    let unit = units.and_then(|mut units| units.next()?.child_text("unit_name").map(str::to_owned));
    let tolerance = first.child_text("tolerance").and_then(number).unwrap_or(0.0).abs();
    Ok(Answer::Numeric { answer, tolerance, unit })
}

fn matching(node: &Node) -> Result<Answer, String> {
    let (mut pairs, mut distractors) = (Vec::new(), Vec::new());
    for pair in node.children_named("subquestion") {
        let source = rich(Some(pair));
        let target = Rich::Plain(value(pair, "answer").unwrap_or_default());
        match source.is_empty() {
            true => distractors.push(target),
            false => pairs.push((source, target)),
        }
    }
    Ok(Answer::Matching { pairs, distractors })
}

fn ordering(node: &Node) -> Result<Answer, String> {
    let mut items: Vec<(f64, Rich)> =
        answers(node).map(|(answer, place)| (place, rich(Some(answer)))).collect();
    items.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(Answer::Ordering(items.into_iter().map(|(_, text)| text).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_of_every_known_type_are_read() {
        let text = r#"<quiz>
            <question type="category"><category><text>$course$/top/Safety/Fire</text></category></question>
            <question type="multichoice"><name><text>A</text></name>
              <questiontext format="html"><text><![CDATA[<p>Which? <img src="@@PLUGINFILE@@/a.png"></p>]]></text>
                <file name="a.png" path="/" encoding="base64">eHl6</file></questiontext>
              <defaultgrade>2.0</defaultgrade><single>false</single>
              <answer fraction="50"><text>x</text><feedback><text>f</text></feedback></answer>
              <answer fraction="50"><text>y</text></answer><answer fraction="-100"><text>z</text></answer></question>
            <question type="shortanswer"><name><text>B</text></name><usecase>1</usecase>
              <answer fraction="100"><text>Paris</text></answer><answer fraction="50"><text>Pariis</text></answer></question>
            <question type="numerical"><name><text>C</text></name>
              <answer fraction="100"><text>3,5</text><tolerance>0.1</tolerance></answer></question>
            <question type="cloze"><name><text>D</text></name></question></quiz>"#;
        let reading = read(text.as_bytes(), &XmlLimits::default()).unwrap();
        let [a, b, c] = &reading.questions[..] else { panic!("{reading:?}") };
        assert_eq!((a.categories.join("/").as_str(), a.points), ("Safety/Fire", Some(2.0)));
        assert_eq!(
            (a.files[0].address.as_str(), a.files[0].bytes.as_slice()),
            ("@@PLUGINFILE@@/a.png", &b"xyz"[..])
        );
        let Answer::Choice { choices, single: false, partial: true, .. } = &a.answer else {
            panic!()
        };
        assert_eq!(
            choices.iter().map(|choice| choice.correct).collect::<Vec<_>>(),
            [true, true, false]
        );
        assert!(
            matches!(&b.answer, Answer::Blanks(blanks) if blanks[0].accept == ["Paris"] && blanks[0].case_sensitive)
        );
        assert_eq!(c.answer, Answer::Numeric { answer: 3.5, tolerance: 0.1, unit: None });
        let lost: Vec<_> = reading.unsupported.iter().map(|it| it.question.as_str()).collect();
        assert_eq!(lost, ["B", "D"]);
    }
}

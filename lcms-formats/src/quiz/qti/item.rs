//! One item.

use std::collections::HashMap;

use super::body::html;
use super::{ReadError, attribute, below, child, children, name};
use crate::quiz::{Answer, Blank, Choice, Question, Reading, Rich, blank_mark, number};
use crate::xml::{self, Node, XmlLimits};

/// Interactions by what is read of them; others are named and the item is left out.
const KNOWN: [&str; 8] = [
    "choiceInteraction",
    "textEntryInteraction",
    "extendedTextInteraction",
    "orderInteraction",
    "matchInteraction",
    "inlineChoiceInteraction",
    "gapMatchInteraction",
    "sliderInteraction",
];

/// Reads one item.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits, or another document.
pub fn read_item(bytes: &[u8], limits: &XmlLimits) -> Result<Reading, ReadError> {
    let (root, _) = xml::read(bytes, limits)?;
    if name(&root) != "assessmentItem" {
        let wanted = "<assessmentItem> or <qti-assessment-item>";
        return Err(ReadError::Another { found: root.written_name, wanted });
    }
    let mut reading = Reading::default();
    Item::new(&root).read(&mut reading);
    Ok(reading)
}

/// As [`read_item`], of a text.
///
/// # Errors
/// As [`read_item`].
pub fn read_item_text(text: &str, limits: &XmlLimits) -> Result<Reading, ReadError> {
    read_item(text.as_bytes(), limits)
}

/// What is declared of one response.
#[derive(Default)]
struct Declared {
    base_type: String,
    cardinality: String,
    correct: Vec<String>,
    /// Keys with their points, and whether case matters.
    mapped: Vec<(String, f64, bool)>,
}

struct Item<'a> {
    root: &'a Node,
    declared: HashMap<String, Declared>,
}

impl<'a> Item<'a> {
    fn new(root: &'a Node) -> Self {
        let mut declared = HashMap::new();
        for node in children(root, "responseDeclaration") {
            let values = |node: &Node| -> Vec<String> {
                children(node, "value").map(|value| value.text().trim().to_owned()).collect()
            };
            let entries = child(node, "mapping").map(|mapping| below(mapping, "mapEntry"));
            let mapped = entries.unwrap_or_default().into_iter().map(|entry| {
                (
                    attribute(entry, "mapKey").unwrap_or_default().to_owned(),
                    attribute(entry, "mappedValue").and_then(number).unwrap_or(0.0),
                    attribute(entry, "caseSensitive") == Some("true"),
                )
            });
            let response = Declared {
                base_type: attribute(node, "baseType").unwrap_or_default().to_owned(),
                cardinality: attribute(node, "cardinality").unwrap_or_default().to_owned(),
                correct: child(node, "correctResponse").map(values).unwrap_or_default(),
                mapped: mapped.collect(),
            };
            declared.insert(attribute(node, "identifier").unwrap_or_default().to_owned(), response);
        }
        Self { root, declared }
    }

    fn response(&self, interaction: &Node) -> Option<&Declared> {
        self.declared.get(attribute(interaction, "responseIdentifier")?)
    }

    fn read(&self, reading: &mut Reading) {
        let title = attribute(self.root, "title").unwrap_or_default().to_owned();
        let id = attribute(self.root, "identifier").unwrap_or_default().to_owned();
        let named = if title.is_empty() { id.clone() } else { title.clone() };
        let line = self.root.position.line;
        let Some(body) = child(self.root, "itemBody") else {
            return reading.lose(line, &named, "it has no body; it was left out");
        };
        let interactions = interactions(body);
        if let Some(unknown) = interactions.iter().find(|it| !KNOWN.contains(&name(it).as_str())) {
            let what =
                format!("<{}> has no equivalent; the item was left out", unknown.written_name);
            return reading.lose(unknown.position.line, &named, what);
        }
        let answer = match self.answer(&interactions) {
            Ok(answer) => answer,
            Err((at, what)) => return reading.lose(at.unwrap_or(line), &named, what),
        };
        let mut question = Question {
            id: Some(id).filter(|id| !id.is_empty()),
            line: Some(line),
            name: title,
            prompt: Rich::Html(self.prompt(body, &answer)),
            answer,
            ..Question::default()
        };
        self.feedback(&mut question);
        let removed = below(body, "feedbackBlock").len() + below(body, "feedbackInline").len();
        if below(body, "templateBlock").len() + below(self.root, "templateProcessing").len() > 0 {
            reading.lose(line, &named, "its templates are not run; it stays as it is written");
        }
        if removed > 0 && question.correct.is_empty() && question.incorrect.is_empty() {
            reading.lose(line, &named, "feedback inside its text was left out");
        }
        reading.questions.push(question);
    }

    /// The body without its interactions; blanks stand where they are typed into.
    fn prompt(&self, body: &Node, answer: &Answer) -> String {
        let is_blanks = matches!(answer, Answer::Blanks(_));
        html(body, &|node| {
            let element = name(node);
            match element.as_str() {
                "textEntryInteraction" if is_blanks => {
                    let id = attribute(node, "responseIdentifier").unwrap_or_default();
                    Some(format!(" {} ", blank_mark(&blank_id(id))))
                }
                "textEntryInteraction" | "inlineChoiceInteraction" => Some(" _____ ".to_owned()),
                "gapMatchInteraction" => Some(html(node, &gap_prompt)),
                "feedbackBlock" | "feedbackInline" | "rubricBlock" | "stylesheet" => {
                    Some(String::new())
                }
                _ if element.ends_with("Interaction") => Some(
                    child(node, "prompt")
                        .map(|prompt| format!("<div>{}</div>", plain_html(prompt)))
                        .unwrap_or_default(),
                ),
                _ => None,
            }
        })
    }

    fn answer(&self, interactions: &[&Node]) -> Result<Answer, (Option<usize>, String)> {
        let Some(first) = interactions.first() else {
            return Err((None, "it has no interaction; it was left out".to_owned()));
        };
        let kind = name(first);
        if interactions.iter().any(|it| name(it) != kind)
            || interactions.len() > 1 && kind != "textEntryInteraction"
        {
            let what = "several interactions in one item have no equivalent; it was left out";
            return Err((None, what.to_owned()));
        }
        let line = Some(first.position.line);
        let default = Declared::default();
        let response = self.response(first).unwrap_or(&default);
        let answer = match kind.as_str() {
            "choiceInteraction" => choice(first, response, "simpleChoice"),
            "inlineChoiceInteraction" => choice(first, response, "inlineChoice"),
            "textEntryInteraction" => self.text_entry(interactions),
            "extendedTextInteraction" => Ok(Answer::Essay {
                sample: Rich::Plain(response.correct.join("\n")),
                max_characters: None,
            }),
            "orderInteraction" => order(first, response),
            "matchInteraction" => matching(first, response),
            "gapMatchInteraction" => gaps(first, response),
            _ => slider(first, response),
        };
        answer.map_err(|what| (line, what))
    }

    fn text_entry(&self, interactions: &[&Node]) -> Result<Answer, String> {
        let mut blanks = Vec::new();
        for interaction in interactions {
            let id = attribute(interaction, "responseIdentifier").unwrap_or_default();
            let Some(response) = self.declared.get(id) else {
                return Err(format!("nothing declares the response `{id}`; it was left out"));
            };
            let right = right(response);
            if right.is_empty() {
                return Err("it does not say what is right; it was left out".to_owned());
            }
            if interactions.len() == 1 && matches!(response.base_type.as_str(), "float" | "integer")
            {
                let value = number(&right[0]);
                let answer =
                    value.ok_or_else(|| format!("`{}` is no number; it was left out", right[0]))?;
                return Ok(Answer::Numeric { answer, tolerance: 0.0, unit: None });
            }
            let case_sensitive = response.mapped.is_empty()
                || response.mapped.iter().any(|(_, _, case_sensitive)| *case_sensitive);
            blanks.push(Blank { id: blank_id(id), accept: right, case_sensitive });
        }
        Ok(Answer::Blanks(blanks))
    }

    /// Modal feedback that is shown for a right or a wrong answer, as the examples of the standard name
    /// it, or for a choice.
    fn feedback(&self, question: &mut Question) {
        for node in children(self.root, "modalFeedback") {
            let shown = attribute(node, "identifier").unwrap_or_default();
            let text = Rich::Html(plain_html(node));
            let folded = shown.to_ascii_lowercase();
            match folded.as_str() {
                "correct" | "right" => question.correct = text,
                "incorrect" | "wrong" => question.incorrect = text,
                _ => {
                    let identifiers = choice_identifiers(self.root);
                    if let (Some(at), Answer::Choice { choices, .. }) =
                        (identifiers.iter().position(|id| id == shown), &mut question.answer)
                        && let Some(choice) = choices.get_mut(at)
                    {
                        choice.feedback = text;
                    } else if question.general.is_empty() {
                        question.general = text;
                    }
                }
            }
        }
    }
}

fn interactions(body: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    for child in &body.children {
        if name(child).ends_with("Interaction") {
            found.push(child);
        } else {
            found.extend(interactions(child));
        }
    }
    found
}

fn choice_identifiers(root: &Node) -> Vec<String> {
    let choices = below(root, "simpleChoice");
    choices.iter().map(|it| attribute(it, "identifier").unwrap_or_default().to_owned()).collect()
}

/// What is right: as declared, else what is worth most.
fn right(response: &Declared) -> Vec<String> {
    let most = response.mapped.iter().map(|(_, points, _)| *points).fold(0.0, f64::max);
    let mut right: Vec<String> = response.correct.clone();
    if response.cardinality != "ordered" && response.base_type == "string" || right.is_empty() {
        for (key, points, _) in &response.mapped {
            let counts = match response.cardinality.as_str() {
                "multiple" => *points > 0.0,
                _ => most > 0.0 && *points >= most,
            };
            if counts && !right.contains(key) {
                right.push(key.clone());
            }
        }
    }
    right.retain(|text| !text.is_empty());
    right
}

/// An id as blanks have it.
fn blank_id(id: &str) -> String {
    let id: String = id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "_-".contains(c) { c } else { '-' })
        .take(32)
        .collect();
    if id.is_empty() { "1".to_owned() } else { id }
}

fn plain_html(node: &Node) -> String {
    html(node, &|inner| match name(inner).as_str() {
        "feedbackInline" | "feedbackBlock" | "prompt" => Some(String::new()),
        _ => None,
    })
}

fn gap_prompt(node: &Node) -> Option<String> {
    match name(node).as_str() {
        "gapText" | "gapImg" | "prompt" => Some(String::new()),
        "gap" => {
            let id = attribute(node, "identifier").unwrap_or_default();
            Some(format!(" ({id}) _____ "))
        }
        _ => None,
    }
}

fn choice(node: &Node, response: &Declared, element: &str) -> Result<Answer, String> {
    let right = right(response);
    let given: Vec<&Node> = below(node, element);
    let choices: Vec<Choice> = given
        .iter()
        .map(|choice| Choice {
            text: Rich::Html(plain_html(choice)),
            correct: attribute(choice, "identifier")
                .is_some_and(|id| right.iter().any(|right| right == id)),
            feedback: below(choice, "feedbackInline")
                .first()
                .map(|feedback| Rich::Html(plain_html(feedback)))
                .unwrap_or_default(),
        })
        .collect();
    let count = choices.iter().filter(|choice| choice.correct).count();
    if choices.len() < 2 || count == 0 {
        return Err("it does not say which choice is right; it was left out".to_owned());
    }
    Ok(Answer::Choice {
        choices,
        single: count == 1 && response.cardinality != "multiple",
        shuffle: attribute(node, "shuffle") == Some("true"),
        partial: !response.mapped.is_empty() && count > 1,
    })
}

fn order(node: &Node, response: &Declared) -> Result<Answer, String> {
    let given = below(node, "simpleChoice");
    let text = |id: &String| {
        let found = given.iter().find(|it| attribute(it, "identifier") == Some(id));
        found.map(|choice| Rich::Html(plain_html(choice)))
    };
    let items: Option<Vec<Rich>> = response.correct.iter().map(text).collect();
    match items {
        Some(items) if items.len() >= 2 && items.len() == given.len() => {
            Ok(Answer::Ordering(items))
        }
        Some(_) => {
            Err("only some entries have a place in the right order; it was left out".to_owned())
        }
        None => Err("its right order names entries that are not there; it was left out".to_owned()),
    }
}

/// Ids of pairs apart by white space.
fn pairs(response: &Declared) -> Vec<(String, String)> {
    let split = |pair: String| {
        let mut parts = pair.split_whitespace().map(str::to_owned);
        Some((parts.next()?, parts.next()?))
    };
    right(response).into_iter().filter_map(split).collect()
}

fn matching(node: &Node, response: &Declared) -> Result<Answer, String> {
    let sets: Vec<&Node> = children(node, "simpleMatchSet").collect();
    let [sources, targets] = sets[..] else {
        return Err("it has no two sets to match; it was left out".to_owned());
    };
    let entries = |set: &Node| -> Vec<(String, Rich)> {
        children(set, "simpleAssociableChoice")
            .map(|entry| {
                let id = attribute(entry, "identifier").unwrap_or_default().to_owned();
                (id, Rich::Html(plain_html(entry)))
            })
            .collect()
    };
    paired(&entries(sources), &entries(targets), &pairs(response))
}

fn gaps(node: &Node, response: &Declared) -> Result<Answer, String> {
    let texts: Vec<(String, Rich)> = below(node, "gapText")
        .iter()
        .map(|it| {
            (attribute(it, "identifier").unwrap_or_default().to_owned(), Rich::Html(plain_html(it)))
        })
        .collect();
    if !below(node, "gapImg").is_empty() {
        return Err("images in gaps have no equivalent; it was left out".to_owned());
    }
    let gaps: Vec<(String, Rich)> = below(node, "gap")
        .iter()
        .map(|it| {
            let id = attribute(it, "identifier").unwrap_or_default().to_owned();
            (id.clone(), Rich::Plain(format!("({id})")))
        })
        .collect();
    // What is dragged is the first of a pair; here every gap has one text.
    let turned: Vec<_> = pairs(response).into_iter().map(|(text, gap)| (gap, text)).collect();
    paired(&gaps, &texts, &turned)
}

fn paired(
    sources: &[(String, Rich)],
    targets: &[(String, Rich)],
    pairs: &[(String, String)],
) -> Result<Answer, String> {
    let mut matched = Vec::new();
    let mut used = Vec::new();
    for (id, source) in sources {
        let mut of: Vec<&str> = pairs
            .iter()
            .filter(|(first, second)| first == id || second == id)
            .map(|(first, second)| if first == id { second.as_str() } else { first.as_str() })
            .collect();
        of.dedup();
        let [target] = of[..] else {
            return Err("an entry matches none or several others; it was left out".to_owned());
        };
        let Some((_, text)) = targets.iter().find(|(id, _)| id == target) else {
            return Err(format!("`{target}`, which is matched, is not there; it was left out"));
        };
        used.push(target.to_owned());
        matched.push((source.clone(), text.clone()));
    }
    let distractors = targets.iter().filter(|(id, _)| !used.contains(id));
    let distractors = distractors.map(|(_, text)| text.clone()).collect();
    Ok(Answer::Matching { pairs: matched, distractors })
}

fn slider(node: &Node, response: &Declared) -> Result<Answer, String> {
    let right = right(response);
    let answer = right.first().and_then(|text| number(text));
    let answer = answer.ok_or("it does not say which number is right; it was left out")?;
    let step = attribute(node, "step").and_then(number).unwrap_or(0.0);
    Ok(Answer::Numeric { answer, tolerance: step / 2.0, unit: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reading {
        read_item(text.as_bytes(), &XmlLimits::default()).unwrap()
    }

    #[test]
    fn both_versions_read_alike() {
        let two = r#"<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="i" title="T">
            <responseDeclaration identifier="R" cardinality="single" baseType="identifier"><correctResponse><value>B</value></correctResponse></responseDeclaration>
            <itemBody><p>Say <img src="a.png" alt="x &amp; y"/></p><choiceInteraction responseIdentifier="R" shuffle="true" maxChoices="1">
            <prompt>Which?</prompt><simpleChoice identifier="A">one</simpleChoice><simpleChoice identifier="B">t<b>w</b>o</simpleChoice></choiceInteraction></itemBody></assessmentItem>"#;
        let three = two
            .replace("assessmentItem", "qti-assessment-item")
            .replace("responseDeclaration", "qti-response-declaration")
            .replace("correctResponse", "qti-correct-response")
            .replace("itemBody", "qti-item-body")
            .replace("choiceInteraction", "qti-choice-interaction")
            .replace("simpleChoice", "qti-simple-choice")
            .replace("responseIdentifier", "response-identifier")
            .replace("baseType", "base-type")
            .replace("<value>", "<qti-value>")
            .replace("</value>", "</qti-value>")
            .replace("<prompt>", "<qti-prompt>")
            .replace("</prompt>", "</qti-prompt>");
        let (two, three) = (read(two), read(&three));
        assert_eq!(two, three);
        let question = &two.questions[0];
        assert_eq!((question.name.as_str(), question.id.as_deref()), ("T", Some("i")));
        let Rich::Html(prompt) = &question.prompt else { panic!() };
        assert!(
            prompt.contains("<img src=\"a.png\" alt=\"x &amp; y\">")
                && prompt.contains("<div>Which?</div>"),
            "{prompt}"
        );
        let Answer::Choice { choices, single: true, shuffle: true, .. } = &question.answer else {
            panic!("{question:?}")
        };
        assert_eq!(
            choices[1],
            Choice {
                text: Rich::Html("t<b>w</b>o".into()),
                correct: true,
                feedback: Rich::default()
            }
        );
    }

    #[test]
    fn blanks_stand_where_they_are_typed_into() {
        let reading = read(
            r#"<assessmentItem identifier="i" title="T"><responseDeclaration identifier="R" cardinality="single" baseType="string">
            <correctResponse><value>York</value></correctResponse><mapping><mapEntry mapKey="York" mappedValue="1"/><mapEntry mapKey="york" mappedValue="0.5"/></mapping></responseDeclaration>
            <itemBody><p>Now is <textEntryInteraction responseIdentifier="R"/>.</p></itemBody></assessmentItem>"#,
        );
        let question = &reading.questions[0];
        assert_eq!(question.prompt, Rich::Html("<p>Now is  [blank R] .</p>".into()));
        assert!(matches!(&question.answer, Answer::Blanks(blanks) if blanks[0].accept == ["York"]));
    }

    #[test]
    fn what_has_no_equivalent_is_named() {
        let reading = read(
            r#"<assessmentItem identifier="i" title="T"><itemBody><hotspotInteraction/></itemBody></assessmentItem>"#,
        );
        assert!(reading.questions.is_empty());
        assert_eq!(
            reading.unsupported[0].what,
            "<hotspotInteraction> has no equivalent; the item was left out"
        );
    }
}

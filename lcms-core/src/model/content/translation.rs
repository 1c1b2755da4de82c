//! Translations of documents.
//!
//! A translation belongs to the same component and keeps what is not language: slots, ids, answer
//! keys, settings. Texts, questions and assets are translated whole. Of a course, module, lesson
//! or assessment a translation holds only the strings (title, summary, introduction, section
//! titles, texts that placements override), each under the id of what it belongs to; everything
//! else is the source's, so that a structure can be changed without touching its translations.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::Content;
use crate::model::ids::SlotId;
use crate::model::sequencing::{Order, Sequencing};
use crate::model::slot::{Conditions, LinkPolicy, Overrides, Placement};
use crate::model::violation::{Violation, Violations};

impl Content {
    /// Reads and checks the translation of a document: `value` is a whole document or, of a
    /// structure, only its strings. What is kept of it holds nothing that the source decides.
    ///
    /// # Errors
    /// Every violation found; among them whatever differs from the source and is not language.
    pub fn parse_translation(source: &Self, value: Value) -> Result<Self, Vec<Violation>> {
        let kind = source.kind();
        if !kind.is_structural() {
            let translation = Self::parse(kind, value)?;
            let violations = differences(source, &translation);
            return if violations.is_empty() { Ok(translation) } else { Err(violations) };
        }
        let mut translation = Self::read(kind, value)?;
        translation.normalise();
        let mut violations = Violations::default();
        let known: HashSet<SlotId> =
            source.placed().into_iter().map(|placed| placed.placement.id).collect();
        for placed in translation.placed() {
            let id = placed.placement.id;
            violations.require(
                known.contains(&id),
                format!("/{}", placed.list),
                "slot",
                format!("the source has no placement {id}"),
            );
        }
        for section in sections(&translation).difference(&sections(source)) {
            let message = format!("the source has no section `{section}`");
            violations.add("/sections", "section", message);
        }
        let mut violations = violations.into_vec();
        let strings = translation.strings();
        // What the strings lack to be a whole document is the source's; together they keep every
        // rule.
        violations.extend(source.with_strings(&strings).check().0);
        if violations.is_empty() { Ok(strings) } else { Err(violations) }
    }

    /// A structure's strings, each with the id of what it belongs to, and nothing else.
    #[must_use]
    pub fn strings(&self) -> Self {
        let mut strings = self.clone();
        match &mut strings {
            Self::Course(course) => {
                course.completion = super::Completion::default();
                course.order = Order::default();
            }
            Self::Module(module) => module.order = Order::default(),
            Self::Assessment(assessment) => {
                assessment.shuffle = false;
                assessment.pass_mark = None;
                assessment.attempts = None;
                for section in &mut assessment.sections {
                    section.draw = None;
                    section.shuffle = false;
                }
            }
            _ => {}
        }
        for list in strings.lists() {
            for placement in &mut *list.placements {
                let Overrides { title, summary, blocks, .. } =
                    std::mem::take(&mut placement.overrides);
                placement.overrides = Overrides { title, summary, blocks, ..Overrides::default() };
                placement.policy = LinkPolicy::Latest;
                placement.when = Conditions::new();
                placement.sequencing = Sequencing::default();
            }
            list.placements.retain(|placement| placement.overrides != Overrides::default());
        }
        strings
    }

    /// A structure in the language of these strings: they stand where the source has a string,
    /// and everything else is the source's. A string that was not translated stays as it is.
    #[must_use]
    pub fn with_strings(&self, strings: &Self) -> Self {
        let mut shown = self.clone();
        match (&mut shown, strings) {
            (Self::Course(shown), Self::Course(strings)) => {
                shown.title.clone_from(&strings.title);
                say(&mut shown.summary, strings.summary.as_ref());
            }
            (Self::Module(shown), Self::Module(strings)) => {
                shown.title.clone_from(&strings.title);
                say(&mut shown.summary, strings.summary.as_ref());
            }
            (Self::Lesson(shown), Self::Lesson(strings)) => {
                shown.title.clone_from(&strings.title);
                say(&mut shown.summary, strings.summary.as_ref());
            }
            (Self::Assessment(shown), Self::Assessment(strings)) => {
                shown.title.clone_from(&strings.title);
                if !shown.introduction.is_empty() && !strings.introduction.is_empty() {
                    shown.introduction.clone_from(&strings.introduction);
                }
                for section in &mut shown.sections {
                    let same = strings.sections.iter().find(|other| other.id == section.id);
                    say(&mut section.title, same.and_then(|same| same.title.as_ref()));
                }
            }
            _ => return shown,
        }
        let placed: HashMap<SlotId, Placement> = strings
            .placed()
            .into_iter()
            .map(|placed| (placed.placement.id, placed.placement))
            .collect();
        for placement in shown.lists().into_iter().flat_map(|list| list.placements) {
            let Some(Placement { overrides, .. }) = placed.get(&placement.id) else { continue };
            say(&mut placement.overrides.title, overrides.title.as_ref());
            say(&mut placement.overrides.summary, overrides.summary.as_ref());
            for (id, text) in &mut placement.overrides.blocks {
                if let Some(translated) = overrides.blocks.get(id) {
                    text.clone_from(translated);
                }
            }
        }
        shown
    }
}

/// Puts a translated string where the source has one.
fn say(shown: &mut Option<String>, translated: Option<&String>) {
    if let (Some(shown), Some(translated)) = (shown, translated) {
        shown.clone_from(translated);
    }
}

fn sections(content: &Content) -> BTreeSet<String> {
    match content {
        Content::Assessment(assessment) => {
            assessment.sections.iter().map(|section| section.id.clone()).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// What a translated text, question or asset has otherwise than its source, and must not.
fn differences(source: &Content, translation: &Content) -> Vec<Violation> {
    let mut violations = Violations::default();
    violations.require(
        source.placed() == translation.placed(),
        "/objectives",
        "translation",
        "a translation serves the objectives of its source, in the same slots",
    );
    if let (Content::Question(source), Content::Question(translation)) = (source, translation) {
        let key = |interaction| {
            let value = serde_json::to_value(interaction).unwrap_or_default();
            let mut key = Vec::new();
            answer_key("", &value, &mut key);
            key
        };
        violations.require(
            key(&source.interaction) == key(&translation.interaction)
                && source.points.total_cmp(&translation.points).is_eq(),
            "/interaction",
            "translation",
            "a translation has the ids, the answer key and the points of its source",
        );
    }
    if let (Content::VariableSet(source), Content::VariableSet(translation)) = (source, translation)
    {
        violations.require(
            source.variables.keys().eq(translation.variables.keys()),
            "/variables",
            "translation",
            "a translation has the variables of its source, by the same names",
        );
    }
    if let (Content::Profile(source), Content::Profile(translation)) = (source, translation) {
        let (title, summary) = (translation.title.clone(), translation.summary.clone());
        violations.require(
            super::Profile { title, summary, ..source.clone() } == *translation,
            "",
            "translation",
            "a translation of a profile differs from its source in title and summary only",
        );
    }
    violations.into_vec()
}

/// Names under which an interaction holds what is no language.
const IDENTITY: [&str; 4] = ["id", "type", "source", "target"];

/// Everything in an interaction that decides what is asked and what is right, with its place.
/// Accepted words of a blank are language.
fn answer_key(place: &str, value: &Value, key: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let place = format!("{place}/{name}");
                match value {
                    Value::String(_) if IDENTITY.contains(&name.as_str()) => {
                        key.push((place, value.clone()));
                    }
                    Value::Array(_) if name == "accept" => {}
                    value => answer_key(&place, value, key),
                }
            }
        }
        Value::Array(values) => {
            key.push((place.to_owned(), values.len().into()));
            for (n, value) in values.iter().enumerate() {
                answer_key(&format!("{place}/{n}"), value, key);
            }
        }
        Value::Bool(_) | Value::Number(_) => key.push((place.to_owned(), value.clone())),
        Value::String(_) | Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{ComponentId, Kind};

    fn lesson(slot: SlotId, component: ComponentId) -> Content {
        let value = json!({
            "title": "Begin", "summary": "First steps.",
            "placements": [
                {"id": slot, "component": component, "policy": {"follow": "approved"},
                 "overrides": {"title": "Here", "weight": 2}, "when": {"audience": ["admin"]}},
                {"id": SlotId::new(), "component": component},
            ],
        });
        Content::parse(Kind::Lesson, value).unwrap()
    }

    fn rules(result: Result<Content, Vec<Violation>>) -> Vec<String> {
        result.unwrap_err().into_iter().map(|violation| violation.rule).collect()
    }

    #[test]
    fn a_structure_is_translated_by_its_strings_alone() {
        let (slot, component) = (SlotId::new(), ComponentId::new());
        let source = lesson(slot, component);
        let mut whole = serde_json::to_value(&source).unwrap();
        whole["title"] = json!("Anfang");
        whole["summary"] = json!("Erste Schritte.");
        whole["placements"][0]["overrides"]["title"] = json!("Hier");
        let strings = Content::parse_translation(&source, whole).unwrap();
        let expected = json!({
            "kind": "lesson", "title": "Anfang", "summary": "Erste Schritte.",
            "placements": [{"id": slot, "component": component, "overrides": {"title": "Hier"}}],
        });
        assert_eq!(serde_json::to_value(&strings).unwrap(), expected);
        assert_eq!(Content::parse_translation(&source, expected).unwrap(), strings);

        // A structure that was changed since keeps its own form and takes what strings fit.
        let mut changed = serde_json::to_value(&source).unwrap();
        changed["placements"].as_array_mut().unwrap().reverse();
        let changed = Content::parse(Kind::Lesson, changed).unwrap();
        let shown = serde_json::to_value(changed.with_strings(&strings)).unwrap();
        assert_eq!(shown["title"], "Anfang");
        assert_eq!(shown["placements"][1]["overrides"], json!({"title": "Hier", "weight": 2.0}));
        assert_eq!(shown["placements"][1]["policy"], json!({"follow": "approved"}));
    }

    #[test]
    fn strings_of_a_structure_in_itself_change_nothing() {
        let source = lesson(SlotId::new(), ComponentId::new());
        assert_eq!(source.with_strings(&source.strings()), source);
    }

    #[test]
    fn a_translation_of_what_the_source_does_not_have_is_refused() {
        let source = lesson(SlotId::new(), ComponentId::new());
        let stray = lesson(SlotId::new(), ComponentId::new());
        let stray = serde_json::to_value(stray).unwrap();
        assert_eq!(rules(Content::parse_translation(&source, stray)), ["slot", "slot"]);
        let empty = json!({"title": " "});
        assert_eq!(rules(Content::parse_translation(&source, empty)), ["required"]);
    }

    #[test]
    fn a_translated_question_keeps_ids_and_answer_key() {
        let question = |right: &str, accepted: &str| {
            json!({"title": "Q", "prompt": "Which?", "interaction": {"type": "single_choice",
            "choices": [
                {"id": "a", "text": accepted, "correct": right == "a"},
                {"id": "b", "text": "Other", "correct": right == "b"},
            ]}})
        };
        let source = Content::parse(Kind::Question, question("a", "Yes")).unwrap();
        Content::parse_translation(&source, question("a", "Ja")).unwrap();
        assert_eq!(
            rules(Content::parse_translation(&source, question("b", "Ja"))),
            ["translation"]
        );
    }
}

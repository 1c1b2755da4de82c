//! A translation as a translator writes it: what is said otherwise than in the source, and nothing
//! more.
//!
//! It is laid over the source. Fields of objects go by name, entries of a list by their `id`;
//! a list whose entries have no ids, and every plain value, is replaced. So ids, answer keys and
//! settings stand in the source alone and cannot come to differ.

use serde_json::{Map, Value};

use super::Content;
use crate::model::violation::Violation;

impl Content {
    /// The translation of this document of which only what differs was `written`.
    ///
    /// # Errors
    /// Every violation found, by its place in `written`: an entry that the source does not have,
    /// and whatever [`Content::parse_translation`] refuses.
    pub fn translated(&self, written: &Map<String, Value>) -> Result<Self, Vec<Violation>> {
        let refuse = |message: &str| vec![Violation::new("", "translation", message)];
        let mut whole = match serde_json::to_value(self) {
            Ok(Value::Object(whole)) => whole,
            _ => return Err(refuse("its source is no JSON object")),
        };
        let mut violations = Vec::new();
        lay_over_object(&mut whole, written, "", &mut violations);
        if violations.is_empty() {
            Self::parse_translation(self, Value::Object(whole))
        } else {
            Err(violations)
        }
    }
}

fn lay_over_object(
    source: &mut Map<String, Value>,
    written: &Map<String, Value>,
    place: &str,
    violations: &mut Vec<Violation>,
) {
    for (name, value) in written {
        let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        match source.get_mut(name) {
            Some(under) => lay_over(under, value, &place, violations),
            None => {
                source.insert(name.clone(), value.clone());
            }
        }
    }
}

fn lay_over(source: &mut Value, written: &Value, place: &str, violations: &mut Vec<Violation>) {
    match (source, written) {
        (Value::Object(source), Value::Object(written)) => {
            lay_over_object(source, written, place, violations);
        }
        (Value::Array(source), Value::Array(written)) if source.iter().any(has_id) => {
            for (n, entry) in written.iter().enumerate() {
                let place = format!("{place}/{n}");
                let id = entry.get("id");
                match source.iter_mut().find(|under| id.is_some() && under.get("id") == id) {
                    Some(under) => lay_over(under, entry, &place, violations),
                    None => {
                        let message = match id {
                            Some(id) => format!("the source has no entry {id} here"),
                            None => "an entry names the `id` of the one it translates".to_owned(),
                        };
                        violations.push(Violation::new(place, "translation", message));
                    }
                }
            }
        }
        (source, written) => source.clone_from(written),
    }
}

fn has_id(entry: &Value) -> bool {
    entry.get("id").is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Kind;

    fn question() -> Content {
        let value = json!({
            "title": "Q", "prompt": "Which?", "points": 2, "hints": ["Think.", "Look."],
            "interaction": {"type": "single_choice", "shuffle": true, "choices": [
                {"id": "a", "text": "Yes", "correct": true},
                {"id": "b", "text": "No", "feedback": "Why not?"},
            ]},
        });
        Content::parse(Kind::Question, value).unwrap()
    }

    fn translated(written: Value) -> Result<Value, Vec<(String, String)>> {
        let Value::Object(written) = written else { panic!("an object") };
        question()
            .translated(&written)
            .map(|content| serde_json::to_value(content).unwrap())
            .map_err(|found| found.into_iter().map(|v| (v.pointer, v.message)).collect())
    }

    #[test]
    fn only_what_is_said_otherwise_is_written() {
        let german = translated(json!({
            "title": "F", "hints": ["Denk nach."],
            "interaction": {"choices": [{"id": "b", "text": "Nein"}, {"id": "a", "text": "Ja"}]},
        }));
        let expected = json!({
            "kind": "question", "title": "F", "prompt": "Which?\n", "points": 2.0,
            "hints": ["Denk nach.\n"],
            "interaction": {"type": "single_choice", "shuffle": true, "choices": [
                {"id": "a", "text": "Ja\n", "correct": true},
                {"id": "b", "text": "Nein\n", "feedback": "Why not?\n"},
            ]},
        });
        assert_eq!(german.unwrap(), expected);
        assert_eq!(translated(json!({})).unwrap()["title"], "Q");
    }

    #[test]
    fn an_entry_that_the_source_does_not_have_is_refused_by_its_place() {
        let choices = |entries: Value| json!({"interaction": {"choices": entries}});
        let found =
            translated(choices(json!([{"id": "b", "text": "N"}, {"id": "c", "text": "V"}])));
        let (pointer, message) = found.unwrap_err().remove(0);
        assert_eq!(pointer, "/interaction/choices/1");
        assert!(message.contains("\"c\""), "{message}");
        let found = translated(choices(json!([{"text": "Ja"}]))).unwrap_err();
        assert_eq!(found[0].0, "/interaction/choices/0");
    }

    #[test]
    fn what_is_no_language_stays_the_sources() {
        for written in [
            json!({"points": 3}),
            json!({"interaction": {"choices": [{"id": "b", "correct": true}]}}),
            json!({"colour": "red"}),
        ] {
            translated(written.clone()).expect_err(&written.to_string());
        }
    }
}

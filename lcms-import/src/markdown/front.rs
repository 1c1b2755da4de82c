//! The head of a page, and the metadata it gives.

use lcms_core::model::Metadata;
use serde_json::{Map, Value};

use crate::yaml;

/// What a page's head says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Front {
    pub(super) title: Option<String>,
    pub(super) summary: Option<String>,
    pub(super) objectives: Vec<String>,
    pub(super) metadata: Metadata,
    /// How many lines it takes.
    pub(super) lines: usize,
    /// Lines, from 1, and reasons.
    pub(super) unsupported: Vec<(usize, String)>,
}

/// Takes the head off a page. A head that is not YAML is text.
pub(super) fn read<'t>(file: &str, text: &'t str) -> (Front, &'t str) {
    let mut front = Front::default();
    let Some(fronted) = yaml::front_matter(text) else { return (front, text) };
    let fields = match yaml::read::<Option<Map<String, Value>>>(file, 2, fronted.yaml) {
        Ok(fields) => fields.unwrap_or_default(),
        Err(error) => {
            front
                .unsupported
                .push((1, format!("the head is not YAML and is kept as text: {error}")));
            return (front, text);
        }
    };
    front.lines = fronted.lines;
    for (name, value) in &fields {
        if !front.take(name, value) {
            let at = fronted.yaml.lines().position(|line| line.starts_with(name.as_str()));
            let reason = format!("`{name}` in the head is not a value that can be kept");
            front.unsupported.push((at.unwrap_or(0) + 2, reason));
        }
    }
    let minutes: f64 = ["teaching", "exercises"]
        .iter()
        .filter_map(|name| fields.get(*name).and_then(Value::as_f64))
        .sum();
    if minutes > 0.0 {
        front.metadata.duration_minutes = duration(minutes);
    }
    front.metadata.normalise();
    (front, fronted.body)
}

impl Front {
    /// Takes one field in; answers whether it could.
    fn take(&mut self, name: &str, value: &Value) -> bool {
        let metadata = &mut self.metadata;
        match name {
            _ if value.is_null() => true,
            "title" => text(value).map(|title| self.title = Some(title)).is_some(),
            "summary" => text(value).map(|summary| self.summary = Some(summary)).is_some(),
            "description" => text(value).map(|t| metadata.description = Some(t)).is_some(),
            "licence" | "license" => {
                text(value).map(|t| metadata.licence = Some(licence(&t))).is_some()
            }
            "attribution" => text(value).map(|t| metadata.attribution = Some(t)).is_some(),
            "tags" => list(value).map(|tags| metadata.tags = tags).is_some(),
            "keywords" => list(value).map(|words| metadata.keywords = words).is_some(),
            "audience" => list(value).map(|audience| metadata.audience = audience).is_some(),
            "objectives" => match value.as_array() {
                Some(entries) => {
                    self.objectives = entries.iter().filter_map(text).collect();
                    self.objectives.len() == entries.len()
                }
                None => false,
            },
            "teaching" | "exercises" => value.as_f64().is_some(),
            "duration_minutes" => {
                metadata.duration_minutes = value.as_f64().and_then(duration);
                metadata.duration_minutes.is_some()
            }
            _ => match text(value) {
                Some(text) => metadata.custom.insert(name.to_owned(), text).is_none(),
                None => false,
            },
        }
    }
}

/// A scalar as text; `None` for a list or mapping, or when nothing is in it.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then(|| super::text::clean(&text))
}

/// A list of texts, or one text with commas between them.
pub(super) fn list(value: &Value) -> Option<Vec<String>> {
    let entries = match value {
        Value::Array(entries) => entries.iter().map(text).collect::<Option<Vec<_>>>()?,
        other => text(other)?.split(',').map(|part| part.trim().to_owned()).collect(),
    };
    let fits = entries.len() <= 200 && entries.iter().all(|entry| entry.chars().count() <= 200);
    fits.then_some(entries)
}

/// A licence by its SPDX identifier, as far as only the writing differs: `CC-BY 4.0`.
pub(super) fn licence(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join("-").to_uppercase();
    if joined.starts_with("CC-BY") || joined.starts_with("CC0") { joined } else { text.to_owned() }
}

fn duration(minutes: f64) -> Option<u32> {
    let minutes = minutes.ceil();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be in range"
    )]
    (1.0..=100_000.0).contains(&minutes).then_some(minutes as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_fields_have_their_place_and_others_are_kept() {
        let text = "---\ntitle: 'A: b'\nteaching: 20\nexercises: 5\nkeywords: x, y\ntags: [b, a]\nlicense: CC-BY 4.0\n\
                    objectives:\n- do it\nsite: s\nnested: {a: 1}\nempty:\n---\nBody\n";
        let (front, body) = read("a.md", text);
        assert_eq!((front.title.as_deref(), body, front.lines), (Some("A: b"), "Body\n", 13));
        assert_eq!(front.metadata.duration_minutes, Some(25));
        assert_eq!(front.metadata.keywords, ["x", "y"]);
        assert_eq!(front.metadata.tags, ["a", "b"]);
        assert_eq!(front.metadata.licence.as_deref(), Some("CC-BY-4.0"));
        assert_eq!(front.metadata.custom.get("site").map(String::as_str), Some("s"));
        assert_eq!(front.objectives, ["do it"]);
        assert_eq!(front.unsupported.len(), 1);
        assert_eq!(front.unsupported[0].0, 11);
    }

    #[test]
    fn a_head_that_is_not_yaml_is_text() {
        let text = "---\n[broken\n---\nBody\n";
        let (front, body) = read("a.md", text);
        assert_eq!((body, front.lines, front.unsupported.len()), (text, 0, 1));
    }
}

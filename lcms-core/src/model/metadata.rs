//! The metadata document: what describes a component without being shown as content.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::violation::{Violation, Violations};

/// Describes one version of a component; versioned beside its content under its own digest.
/// Title, summary, alternative text and captions are content, not metadata.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// What it is about (LOM 1.4 description).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Tags, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Keywords (LOM 1.5 keyword), sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// Whom it is for, sorted, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// How hard it is (LOM 5.8 difficulty).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<Difficulty>,
    /// Typical learning time in minutes (LOM 5.9), 1 to 100 000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_minutes: Option<u32>,
    /// Licence, as an SPDX identifier or a name (LOM 6.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Who must be credited, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Further fields of the organisation's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub custom: BTreeMap<String, String>,
}

/// LOM 5.8, value space of LOMv1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difficulty {
    /// `very easy`
    VeryEasy,
    /// `easy`
    Easy,
    /// `medium`
    Medium,
    /// `difficult`
    Difficult,
    /// `very difficult`
    VeryDifficult,
}

impl Difficulty {
    /// Its name, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VeryEasy => "very_easy",
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Difficult => "difficult",
            Self::VeryDifficult => "very_difficult",
        }
    }
}

impl Metadata {
    /// Reads a metadata document.
    ///
    /// # Errors
    /// Every violation found, with its JSON pointer.
    pub fn parse(value: serde_json::Value) -> Result<Self, Vec<Violation>> {
        let mut metadata: Self = super::content::read_typed(value)?;
        metadata.normalise();
        let mut violations = Violations::default();
        metadata.check(&mut violations);
        let violations = violations.into_vec();
        if violations.is_empty() { Ok(metadata) } else { Err(violations) }
    }

    /// Puts lists in their one order, so that equal metadata has equal bytes.
    pub fn normalise(&mut self) {
        for list in [&mut self.tags, &mut self.keywords, &mut self.audience] {
            for entry in list.iter_mut() {
                *entry = entry.trim().to_owned();
            }
            list.retain(|entry| !entry.is_empty());
            list.sort();
            list.dedup();
        }
    }

    fn check(&self, violations: &mut Violations) {
        if let Some(minutes) = self.duration_minutes {
            violations.require(
                (1..=100_000).contains(&minutes),
                "/duration_minutes",
                "range",
                "duration_minutes must be between 1 and 100000",
            );
        }
        for (name, list) in
            [("tags", &self.tags), ("keywords", &self.keywords), ("audience", &self.audience)]
        {
            violations.require(
                list.len() <= 200 && list.iter().all(|entry| entry.chars().count() <= 200),
                format!("/{name}"),
                "length",
                format!("{name} may hold 200 entries of 200 characters each"),
            );
        }
    }

    /// All words of it, for the index.
    #[must_use]
    pub fn text(&self) -> String {
        let mut parts: Vec<&str> = Vec::new();
        parts.extend(self.description.as_deref());
        parts.extend(self.tags.iter().map(String::as_str));
        parts.extend(self.keywords.iter().map(String::as_str));
        parts.extend(self.audience.iter().map(String::as_str));
        parts.extend(self.licence.as_deref());
        parts.extend(self.attribution.as_deref());
        parts.extend(self.custom.values().map(String::as_str));
        parts.join("\n")
    }
}

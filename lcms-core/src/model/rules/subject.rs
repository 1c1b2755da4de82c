//! What a library's rules are about, and their documents whatever that is.
//!
//! A vocabulary, a metadata schema and the list of synonyms are kept, sent and merged alike: as
//! states, each with a document in one form. What only one of them is asks for its own type.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::MetadataSchema;
use crate::model::key::Key;
use crate::model::kind::Kind;
use crate::model::synonyms::SynonymList;
use crate::model::violation::Violation;
use crate::model::vocabulary::Vocabulary;

/// What a rule is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum RuleSubject {
    /// The words agreed upon for some fields; its name is the vocabulary's key.
    Vocabulary,
    /// What metadata must hold; its name is a kind, or `all`.
    Schema,
    /// What a search takes for the same; there is one list, `synonyms`.
    Synonyms,
}

/// The name of a library's list of synonyms.
pub const SYNONYMS: &str = "synonyms";
/// The name of the schema that is for every kind.
pub const ALL_KINDS: &str = "all";

fn wrong(rule: &str, message: impl Into<String>) -> Vec<Violation> {
    vec![Violation::new("", rule, message)]
}

impl RuleSubject {
    /// Every subject.
    pub const ALL: [Self; 3] = [Self::Vocabulary, Self::Schema, Self::Synonyms];

    /// Its name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vocabulary => "vocabulary",
            Self::Schema => "schema",
            Self::Synonyms => SYNONYMS,
        }
    }

    /// The subject of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.as_str() == name)
    }

    /// Whether a rule about this may have that name.
    #[must_use]
    pub fn takes_name(self, name: &str) -> bool {
        match self {
            Self::Vocabulary => name.parse::<Key>().is_ok(),
            Self::Schema => name == ALL_KINDS || Kind::ALL.iter().any(|it| it.as_str() == name),
            Self::Synonyms => name == SYNONYMS,
        }
    }

    /// A document in the form that is kept.
    ///
    /// # Errors
    /// Every rule it breaks.
    pub fn settled(self, document: Value) -> Result<Value, Vec<Violation>> {
        let unreadable = |error: serde_json::Error| wrong("form", error.to_string());
        let (settled, broken) = match self {
            Self::Vocabulary => {
                let mut read: Vocabulary = serde_json::from_value(document).map_err(unreadable)?;
                read.normalise();
                (serde_json::to_value(&read), read.violations())
            }
            Self::Schema => {
                let read: MetadataSchema = serde_json::from_value(document).map_err(unreadable)?;
                (serde_json::to_value(&read), read.violations())
            }
            Self::Synonyms => {
                let text: String = serde_json::from_value(document).map_err(unreadable)?;
                let (read, _) = SynonymList::parse(&text)?;
                (Ok(Value::String(read.text)), Vec::new())
            }
        };
        if broken.is_empty() { settled.map_err(unreadable) } else { Err(broken) }
    }

    /// The document that a stored body is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn document_of(self, body: &str) -> serde_json::Result<Value> {
        match self {
            Self::Synonyms => Ok(Value::String(body.to_owned())),
            Self::Vocabulary | Self::Schema => serde_json::from_str(body),
        }
    }

    /// A document as it is stored.
    #[must_use]
    pub fn body_of(self, document: &Value) -> String {
        match (self, document) {
            (Self::Synonyms, Value::String(text)) => text.clone(),
            _ => document.to_string(),
        }
    }
}

impl fmt::Display for RuleSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_come_back_as_the_documents_they_were() {
        let vocabulary = json!({"title": "Topics", "fields": ["tags"], "closed": true,
            "terms": [{"id": "fire", "labels": {"en": "Fire"}}]});
        let schema = json!({"fields": [{"field": "licence", "required_from": "approved"}]});
        let synonyms = json!("holiday, leave\n# a remark\n");
        let all = [
            (RuleSubject::Vocabulary, vocabulary),
            (RuleSubject::Schema, schema),
            (RuleSubject::Synonyms, synonyms),
        ];
        for (subject, document) in all {
            assert_eq!(RuleSubject::from_name(subject.as_str()), Some(subject));
            let settled = subject.settled(document.clone()).unwrap();
            assert_eq!(settled, document, "{subject}");
            assert_eq!(subject.document_of(&subject.body_of(&settled)).unwrap(), settled);
        }
    }

    #[test]
    fn what_breaks_a_rule_is_no_document() {
        let no_label = json!({"title": "T", "terms": [{"id": "a", "labels": {}}]});
        assert!(RuleSubject::Vocabulary.settled(no_label).is_err());
        assert!(RuleSubject::Vocabulary.settled(json!({"title": "T", "more": 1})).is_err());
        let pattern = json!({"fields": [{"field": "licence", "pattern": "("}]});
        assert!(RuleSubject::Schema.settled(pattern).is_err());
        assert!(RuleSubject::Synonyms.settled(json!("alone")).is_err());
        assert!(RuleSubject::Synonyms.settled(json!(7)).is_err());
    }

    #[test]
    fn names_belong_to_subjects() {
        for (subject, good, bad) in [
            (RuleSubject::Vocabulary, "topics", "Not a key"),
            (RuleSubject::Schema, "topic", "page"),
            (RuleSubject::Schema, "all", ""),
            (RuleSubject::Synonyms, "synonyms", "others"),
        ] {
            assert!(subject.takes_name(good) && !subject.takes_name(bad), "{subject}");
        }
    }
}

//! References as people write them: `library/key`, an id, optionally `@3`, `@approved` or
//! `@branch:name`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ids::ComponentId;
use super::key::Key;

/// A component, by id or by key. Documents are stored with ids only, so that keys can be renamed;
/// keys are accepted on input and shown to people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The component's id.
    Id(ComponentId),
    /// A key, in the named library or in that of the document that holds the reference.
    Key {
        /// The library, when named.
        library: Option<Key>,
        /// The component's key.
        key: Key,
    },
}

impl Target {
    /// The id, when the reference is resolved.
    #[must_use]
    pub fn id(&self) -> Option<ComponentId> {
        match self {
            Self::Id(id) => Some(*id),
            Self::Key { .. } => None,
        }
    }
}

impl From<ComponentId> for Target {
    fn from(id: ComponentId) -> Self {
        Self::Id(id)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Key { library: Some(library), key } => write!(f, "{library}/{key}"),
            Self::Key { library: None, key } => key.fmt(f),
        }
    }
}

/// A text that is not a reference.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a reference: write `library/key` or an id, optionally followed by `@3`, `@approved` or `@branch:name`"
)]
pub struct ReferenceError(String);

impl ReferenceError {
    fn new(text: &str) -> Self {
        Self(text.chars().take(160).collect())
    }
}

impl FromStr for Target {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = Uuid::parse_str(text) {
            return Ok(Self::Id(ComponentId(id)));
        }
        let (library, key) = match text.split_once('/') {
            Some((library, key)) => (Some(library), key),
            None => (None, text),
        };
        let library = library.map(str::parse).transpose().map_err(|_| ReferenceError::new(text))?;
        let key = key.parse().map_err(|_| ReferenceError::new(text))?;
        Ok(Self::Key { library, key })
    }
}

impl utoipa::PartialSchema for Target {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for Target {}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Which revision of the component is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RevisionSelector {
    /// The head on the branch looked at.
    #[default]
    Head,
    /// The revision with this number on this server.
    Number(u32),
    /// The newest approved revision.
    Approved,
    /// The head of a branch.
    Branch(Key),
}

impl FromStr for RevisionSelector {
    type Err = ReferenceError;

    /// Reads what follows `@` in a reference.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || ReferenceError::new(text);
        if text == "approved" {
            return Ok(Self::Approved);
        }
        if let Some(branch) = text.strip_prefix("branch:") {
            return branch.parse().map(Self::Branch).map_err(|_| bad());
        }
        match text.parse() {
            Ok(number) if number > 0 => Ok(Self::Number(number)),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for RevisionSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => Ok(()),
            Self::Number(number) => write!(f, "@{number}"),
            Self::Approved => f.write_str("@approved"),
            Self::Branch(branch) => write!(f, "@branch:{branch}"),
        }
    }
}

/// A component and which of its revisions: `support/install-module@3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The component.
    pub target: Target,
    /// The revision.
    pub revision: RevisionSelector,
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (target, selector) = match text.split_once('@') {
            Some((target, selector)) => (target, Some(selector)),
            None => (text, None),
        };
        let revision = match selector {
            None => RevisionSelector::Head,
            Some(selector) => selector.parse().map_err(|_| ReferenceError::new(text))?,
        };
        let target = target.parse().map_err(|_| ReferenceError::new(text))?;
        Ok(Self { target, revision })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)?;
        self.revision.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_read_as_they_are_written() {
        for text in [
            "support/install-module",
            "install-module",
            "support/install-module@3",
            "support/install-module@approved",
            "support/install-module@branch:spring",
            "0192d3a0-0000-7000-8000-000000000001@12",
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "a/b/c", "A/b", "a/b@", "a/b@0", "a/b@-1", "a/b@branch:", "@3", "a b"] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}

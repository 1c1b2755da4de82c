//! References as people write them: `library/key`, an id, optionally `@3`, `@approved`,
//! `@branch:name` or `@release:2026.1`; and releases by id, digest or such a reference.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::digest::Digest;
use super::ids::{ComponentId, ReleaseId};
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
    "`{0}` is not a reference: write `library/key` or an id, optionally followed by `@3`, `@approved`, `@branch:name` or `@release:2026.1`"
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
    /// The revision that a release froze.
    Release(ReleaseName),
}

/// Which release of a component is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReleaseName {
    /// The one with this number on this server: `@release:3`.
    Number(u32),
    /// The one with this label: `@release:2026.1`.
    Label(Label),
    /// The newest: `@release`.
    Newest,
    /// The one that a channel points to: `@channel:stable`.
    Channel(Key),
}

impl fmt::Display for ReleaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "release:{number}"),
            Self::Label(label) => write!(f, "release:{label}"),
            Self::Newest => f.write_str("release"),
            Self::Channel(channel) => write!(f, "channel:{channel}"),
        }
    }
}

impl ReleaseName {
    fn read(selector: &str) -> Option<Self> {
        if selector == "release" {
            return Some(Self::Newest);
        }
        if let Some(channel) = selector.strip_prefix("channel:") {
            return channel.parse().ok().map(Self::Channel);
        }
        let name = selector.strip_prefix("release:")?;
        match name.parse() {
            Ok(number) if number > 0 => Some(Self::Number(number)),
            _ => name.parse().ok().map(Self::Label),
        }
    }
}

/// Name given to a release: 1 to 100 characters without `/`, `@` or control characters, not
/// beginning or ending with a space, and not a number alone, which would be a release's number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "2026.1")]
pub struct Label(String);

/// A text that is not a label.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a label: use 1 to 100 characters without `/`, `@` or line breaks, with something besides digits in it"
)]
pub struct LabelError(String);

impl Label {
    /// The label as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Label {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = !text.is_empty()
            && text.trim() == text
            && text.chars().count() <= 100
            && !text.contains(|c: char| c.is_control() || matches!(c, '/' | '@'))
            && !text.bytes().all(|byte| byte.is_ascii_digit());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(LabelError(text.chars().take(120).collect()))
        }
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A release as people name it: its id, its digest, or a component and which of its releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseReference {
    /// By id.
    Id(ReleaseId),
    /// By digest.
    Digest(Digest),
    /// `support/course@release:2026.1`, `support/course@channel:stable`.
    Of(Target, ReleaseName),
}

/// A text that names no release.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` names no release: write its id, its digest, or `library/key` followed by `@release:2026.1`, `@release:3`, `@release` (the newest) or `@channel:stable`"
)]
pub struct ReleaseReferenceError(String);

impl FromStr for ReleaseReference {
    type Err = ReleaseReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        if let Ok(digest) = text.parse() {
            return Ok(Self::Digest(digest));
        }
        let refused = || ReleaseReferenceError(text.chars().take(160).collect());
        let (target, selector) = text.split_once('@').ok_or_else(refused)?;
        let name = ReleaseName::read(selector).ok_or_else(refused)?;
        Ok(Self::Of(target.parse().map_err(|_| refused())?, name))
    }
}

impl ReleaseReference {
    /// Reads a reference, or a component alone, which stands for its newest release.
    ///
    /// # Errors
    /// When the text is neither.
    pub fn or_newest(text: &str) -> Result<Self, ReleaseReferenceError> {
        text.parse().or_else(|error| match text.parse() {
            Ok(target) => Ok(Self::Of(target, ReleaseName::Newest)),
            Err(_) => Err(error),
        })
    }
}

impl fmt::Display for ReleaseReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
            Self::Of(target, name) => write!(f, "{target}@{name}"),
        }
    }
}

impl utoipa::PartialSchema for ReleaseReference {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for ReleaseReference {}

impl<'de> Deserialize<'de> for ReleaseReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
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
        match (text.parse(), ReleaseName::read(text)) {
            (Ok(number), _) if number > 0 => Ok(Self::Number(number)),
            (_, Some(name)) => Ok(Self::Release(name)),
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
            Self::Release(name) => write!(f, "@{name}"),
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
            "support/course@release",
            "support/course@release:3",
            "support/course@release:2026.1",
            "support/course@release:Spring 2026",
            "support/course@channel:stable",
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
        for text in ["a/b@release:", "a/b@release:0", "a/b@release: x", "a/b@channel:", "a/b@x"] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }

    #[test]
    fn releases_are_named_by_id_digest_or_component() {
        let digest = format!("sha256:{}", "0".repeat(64));
        for text in [
            "0192d3a0-0000-7000-8000-000000000001",
            &digest,
            "support/course@release:2026.1",
            "0192d3a0-0000-7000-8000-000000000001@release",
            "support/course@channel:stable",
        ] {
            assert_eq!(text.parse::<ReleaseReference>().unwrap().to_string(), text);
        }
        let newest = ReleaseReference::or_newest("support/course").unwrap();
        assert_eq!(newest.to_string(), "support/course@release");
        assert!(ReleaseReference::or_newest("support/course@3").is_err());
        for text in ["", "support/course", "support/course@3", "a/b@approved", "sha256:00"] {
            assert!(text.parse::<ReleaseReference>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_label_is_no_number_and_fits_in_a_reference() {
        for text in ["2026.1", "Spring 2026", "v1", "Übung"] {
            assert_eq!(text.parse::<Label>().unwrap().as_str(), text);
        }
        for text in ["", " ", "12", "a/b", "a@b", " a", "a\nb", &"a".repeat(101)] {
            assert!(text.parse::<Label>().is_err(), "{text:?}");
        }
    }
}

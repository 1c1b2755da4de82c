//! How to publish: what a profile decides, whether it is a component or was typed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use lcms_core::model::content::{
    Asset, Completion, Granularity, Navigation, PlayerOptions, RequiredField, Theme,
};
use lcms_core::model::markup::is_variable_name;
use lcms_core::model::{ComponentId, Conditions, Digest, Kind, Language, Metadata, RevisionId};
use lcms_core::service::ProfileVersion;
use lcms_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// A package format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// SCORM 1.2
    Scorm12,
    /// SCORM 2004 2nd edition
    Scorm2004Second,
    /// SCORM 2004 3rd edition
    Scorm2004Third,
    /// SCORM 2004 4th edition
    Scorm2004Fourth,
    /// cmi5
    Cmi5,
    /// Plain web pages
    Html,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::Scorm12,
        Self::Scorm2004Second,
        Self::Scorm2004Third,
        Self::Scorm2004Fourth,
        Self::Cmi5,
        Self::Html,
    ];

    /// The format's name in addresses and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scorm12 => "scorm12",
            Self::Scorm2004Second => "scorm2004-2",
            Self::Scorm2004Third => "scorm2004-3",
            Self::Scorm2004Fourth => "scorm2004-4",
            Self::Cmi5 => "cmi5",
            Self::Html => "html",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no format.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "unknown format `{0}`: expected scorm12, scorm2004-2, scorm2004-3, scorm2004-4, cmi5 or html"
)]
pub struct FormatError(String);

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| FormatError(text.chars().take(60).collect()))
    }
}

/// How a release is published.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The format.
    pub format: Format,
    /// What conditions are matched against: each name with the values that it has here.
    pub conditions: BTreeMap<String, BTreeSet<String>>,
    /// Values of variables, before those of the course's variable sets.
    pub variables: BTreeMap<String, String>,
    /// Everything else that a profile can decide.
    pub settings: Settings,
    /// The component that it is; `None` when it was only typed.
    pub named: Option<Named>,
    /// What its packages are called, beside the course: part of file names and of nothing else.
    pub label: Option<String>,
}

/// What a profile decides beside format, conditions and variables. The default decides nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What is one SCO.
    #[serde(skip_serializing_if = "is_default")]
    pub granularity: Granularity,
    /// The language that the release must have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// When a learner is done, in place of what the course says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion: Option<Completion>,
    /// How learners go from page to page.
    #[serde(skip_serializing_if = "is_default")]
    pub navigation: Navigation,
    /// What the player offers.
    #[serde(skip_serializing_if = "is_default")]
    pub player: PlayerOptions,
    /// Whether the package is sold or serves advertising.
    #[serde(skip_serializing_if = "is_default")]
    pub commercial: bool,
    /// Metadata that components must have, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub required: BTreeMap<Kind, BTreeSet<RequiredField>>,
    /// How it looks; the logo stands beside it.
    #[serde(skip_serializing_if = "is_default")]
    pub theme: Theme,
    /// The image of the theme.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}

/// The version of an image that a theme shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Logo {
    /// The component.
    pub component: ComponentId,
    /// Digest of its content document.
    pub content: Digest,
    /// Digest of its metadata document.
    pub metadata: Digest,
    /// The image.
    pub asset: Asset,
    /// What describes it; its licence.
    pub described: Metadata,
}

/// A profile that is a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The component.
    pub component: ComponentId,
    /// Its revision.
    pub revision: RevisionId,
    /// Digest of its content document.
    pub content: Digest,
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Profile {
    /// A profile that decides nothing but the format: what is conditional is left out, and variables
    /// have the values of the course's sets.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            conditions: BTreeMap::new(),
            variables: BTreeMap::new(),
            settings: Settings::default(),
            named: None,
            label: None,
        }
    }

    /// The profile that a component is.
    ///
    /// # Errors
    /// When its format is none that is published here.
    pub fn of(version: ProfileVersion) -> Result<Self> {
        let ProfileVersion { component, name, revision, content, profile, logo } = version;
        let format = profile.format.parse().map_err(|error: FormatError| {
            Error::invalid(format!("the profile `{name}` cannot be used: {error}"))
                .hint("give it another format, or publish with a version of lcms that has it")
        })?;
        let label = name.rsplit('/').next().map(str::to_owned);
        let settings = Settings {
            granularity: profile.granularity,
            language: profile.language,
            completion: profile.completion,
            navigation: profile.navigation,
            player: profile.player,
            commercial: profile.commercial,
            required: profile.required,
            theme: Theme { logo: None, ..profile.theme },
            logo: logo.map(|logo| Logo {
                component: logo.component,
                content: logo.content,
                metadata: logo.metadata,
                asset: logo.asset,
                described: logo.described,
            }),
        };
        let named = Some(Named { component, revision, content });
        let (conditions, variables) = (profile.conditions, profile.variables);
        Ok(Self { format, conditions, variables, settings, named, label })
    }

    /// The same profile with these values to match conditions against; several of one name add up.
    #[must_use]
    pub fn when(mut self, matched: impl IntoIterator<Item = Matched>) -> Self {
        for Matched { name, values } in matched {
            self.conditions.entry(name).or_default().extend(values);
        }
        self
    }

    /// The same profile with these values of variables; of one name the last one holds.
    #[must_use]
    pub fn set(mut self, assigned: impl IntoIterator<Item = Assigned>) -> Self {
        self.variables.extend(assigned.into_iter().map(|Assigned { name, value }| (name, value)));
        self
    }

    /// Whether content under these conditions is published: of every name, this profile has one of
    /// the values. A name without a value here matches nothing.
    #[must_use]
    pub fn keeps(&self, conditions: &Conditions) -> bool {
        conditions.iter().all(|(name, wanted)| {
            let given = self.conditions.get(name);
            given.is_some_and(|given| wanted.iter().any(|value| given.contains(value)))
        })
    }

    /// Digest of everything that the profile decides. Of a component it covers the id too, which tells
    /// its packages apart in an LMS, and not the revision: equal content decides the same.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Self { format, conditions, variables, settings, named, label: _ } = self;
        let (format, component) = (format.as_str(), named.map(|named| named.component));
        if component.is_none() && is_default(settings) {
            return Digest::of_document(&("lcms-profile/1", format, conditions, variables)).0;
        }
        let decided = ("lcms-profile/2", format, conditions, variables, settings, component);
        Digest::of_document(&decided).0
    }

    /// What tells the packages of one course apart in an LMS: the component, or else the format.
    /// Conditions and variables that are typed are no part of it: packages that differ in them alone
    /// take each other's place.
    pub(crate) fn identity(&self) -> String {
        self.named.map_or_else(|| self.format.to_string(), |named| named.component.to_string())
    }

    /// What tells the file names of packages apart: the profile's own name; else the format, the values that
    /// conditions are matched against, and eight digits of the digest where variables are set.
    pub(crate) fn file_label(&self) -> String {
        if let Some(label) = &self.label {
            return label.clone();
        }
        let mut label = self.format.to_string();
        let safe = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
        for value in self.conditions.values().flatten() {
            label.push('-');
            label.extend(value.chars().map(safe).take(40));
        }
        if !self.variables.is_empty() {
            label.push('-');
            label.push_str(&self.digest().hex()[..8]);
        }
        label
    }
}

impl From<Format> for Profile {
    fn from(format: Format) -> Self {
        Self::new(format)
    }
}

/// `name=value,value`: what conditions of that name are matched against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The condition's name.
    pub name: String,
    /// At least one value.
    pub values: BTreeSet<String>,
}

/// `name=value`: the value of a variable. It may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The variable's name, such as `product.name`.
    pub name: String,
    /// Its value, plain text on one line or more.
    pub value: String,
}

/// A text that is no part of a profile.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProfileError {
    /// Not `name=value,value`.
    #[error("`{0}` is not `name=value` with a name and values, as in `audience=admin,partner`")]
    Matched(String),
    /// Not `name=value`.
    #[error("`{0}` is not `name=value` with a variable's name, as in `product.name=Acme`")]
    Assigned(String),
}

impl FromStr for Matched {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ProfileError::Matched(text.chars().take(100).collect());
        let (name, values) = text.split_once('=').ok_or_else(refused)?;
        let name = name.trim().to_owned();
        let values: BTreeSet<_> = values.split(',').map(|value| value.trim().to_owned()).collect();
        let complete = !name.is_empty() && values.iter().all(|value| !value.is_empty());
        if complete { Ok(Self { name, values }) } else { Err(refused()) }
    }
}

impl FromStr for Assigned {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = text.split_once('=').filter(|(name, _)| is_variable_name(name));
        let (name, value) =
            found.ok_or_else(|| ProfileError::Assigned(text.chars().take(100).collect()))?;
        Ok(Self { name: name.to_owned(), value: value.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(when: &[&str], set: &[&str]) -> Profile {
        Profile::new(Format::Scorm12)
            .when(when.iter().map(|text| text.parse().unwrap()))
            .set(set.iter().map(|text| text.parse().unwrap()))
    }

    fn conditions(all: &[(&str, &[&str])]) -> Conditions {
        let owned = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect();
        all.iter().map(|(name, values)| ((*name).to_owned(), owned(values))).collect()
    }

    #[test]
    fn every_name_must_have_one_of_its_values() {
        let profile = profile(&["audience=admin,partner", "region=eu"], &[]);
        for (wanted, kept) in [
            (&[][..], true),
            (&[("audience", &["admin"][..])], true),
            (&[("audience", &["x", "partner"]), ("region", &["uk", "eu"])], true),
            (&[("audience", &["admin"]), ("region", &["uk"])], false),
            (&[("market", &["eu"])], false),
        ] {
            assert_eq!(profile.keeps(&conditions(wanted)), kept, "{wanted:?}");
        }
    }

    #[test]
    fn the_digest_covers_everything_and_not_the_order() {
        let plain = profile(&[], &[]);
        let one = profile(&["a=1", "a=2", "b=3"], &["x=1", "y=2"]);
        let same = profile(&["b=3", "a=2,1"], &["y=0", "y=2", "x=1"]);
        assert_eq!(one.digest(), same.digest());
        let others =
            [profile(&["a=1"], &[]), profile(&["a=2"], &[]), profile(&[], &["a=1"]), plain, one];
        let digests: BTreeSet<_> = others.iter().map(Profile::digest).collect();
        assert_eq!(digests.len(), others.len());
    }

    #[test]
    fn malformed_choices_are_refused() {
        for text in ["", "audience", "=a", "a=", "a=b,,c"] {
            assert!(text.parse::<Matched>().is_err(), "{text}");
        }
        for text in ["", "product.name", "=a", "1a=b", "a b=c"] {
            assert!(text.parse::<Assigned>().is_err(), "{text}");
        }
        let assigned: Assigned = "a.b=c=d ".parse().unwrap();
        assert_eq!(assigned, Assigned { name: "a.b".to_owned(), value: "c=d ".to_owned() });
    }

    #[test]
    fn packages_that_differ_have_files_of_their_own() {
        assert_eq!(profile(&[], &[]).file_label(), "scorm12");
        assert_eq!(profile(&["audience=a/b", "x=c"], &[]).file_label(), "scorm12-a-b-c");
        let label = profile(&[], &["a=b"]).file_label();
        assert_eq!(label.len(), "scorm12-12345678".len());
    }
}

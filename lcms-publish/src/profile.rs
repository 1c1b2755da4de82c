//! How to publish: a format, what conditions are matched against, and values of variables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use lcms_core::model::markup::is_variable_name;
use lcms_core::model::{Conditions, Digest};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The format.
    pub format: Format,
    /// What conditions are matched against: each name with the values that it has here.
    pub conditions: BTreeMap<String, BTreeSet<String>>,
    /// Values of variables, before those of the course's variable sets.
    pub variables: BTreeMap<String, String>,
}

impl Profile {
    /// A profile that decides nothing but the format: what is conditional is left out, and variables
    /// have the values of the course's sets.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { format, conditions: BTreeMap::new(), variables: BTreeMap::new() }
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

    /// Digest of everything that the profile decides.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Self { format, conditions, variables } = self;
        Digest::of_document(&("lcms-profile/1", format.as_str(), conditions, variables)).0
    }

    /// What tells the packages of one course apart in an LMS. Conditions and variables are no part
    /// of it: packages that differ in them alone take each other's place.
    pub(crate) fn identity(&self) -> &'static str {
        self.format.as_str()
    }

    /// What tells the file names of packages apart: the format, the values that conditions are
    /// matched against, and eight digits of the digest where variables are set.
    pub(crate) fn file_label(&self) -> String {
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

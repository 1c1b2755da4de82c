//! Moments and versions as people name them: a branch, after which event or at what time, and
//! which revision.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::ToSchema;

use super::ids::EventNumber;
use super::key::Key;
use super::reference::RevisionSelector;

/// After an event, or at a time by this server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// After the event with this number.
    Event(EventNumber),
    /// After the last event up to this time.
    Time(OffsetDateTime),
}

/// A text that names no moment.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a moment: write an event's number, a time such as `2026-03-01T09:00:00Z`, a branch, or `branch@` and one of the former"
)]
pub struct MomentError(String);

impl MomentError {
    fn new(text: &str) -> Self {
        Self(text.chars().take(160).collect())
    }
}

impl FromStr for At {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<i64>() {
            Ok(number) if number >= 0 => Ok(Self::Event(EventNumber(number))),
            Ok(_) => Err(MomentError::new(text)),
            Err(_) => OffsetDateTime::parse(text, &Rfc3339)
                .map(Self::Time)
                .map_err(|_| MomentError::new(text)),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(number) => number.fmt(f),
            Self::Time(time) => f.write_str(&time.format(&Rfc3339).map_err(|_| fmt::Error)?),
        }
    }
}

/// A branch, now or at an earlier moment: `spring`, `120`, `2026-03-01T09:00:00Z`, `spring@120`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// The branch; the one looked at when absent.
    pub branch: Option<Key>,
    /// When; now when absent.
    pub at: Option<At>,
}

impl Moment {
    /// After an event.
    #[must_use]
    pub fn after(event: EventNumber) -> Self {
        Self { branch: None, at: Some(At::Event(event)) }
    }

    /// A branch as it is now.
    #[must_use]
    pub fn on(branch: Key) -> Self {
        Self { branch: Some(branch), at: None }
    }
}

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some((branch, at)) = text.split_once('@') {
            let branch = branch.parse().map_err(|_| MomentError::new(text))?;
            return Ok(Self { branch: Some(branch), at: Some(at.parse()?) });
        }
        if let Ok(at) = text.parse() {
            return Ok(Self { branch: None, at: Some(at) });
        }
        text.parse().map(Self::on).map_err(|_| MomentError::new(text))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.branch, &self.at) {
            (None, None) => f.write_str("now"),
            (None, Some(at)) => at.fmt(f),
            (Some(branch), None) => branch.fmt(f),
            (Some(branch), Some(at)) => write!(f, "{branch}@{at}"),
        }
    }
}

/// Which version of a component is meant: one of its revisions as in a reference (`@3`,
/// `@approved`), or what stood at a [`Moment`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// A revision.
    Revision(RevisionSelector),
    /// What stood at a moment.
    Moment(Moment),
}

impl Default for Version {
    fn default() -> Self {
        Self::Revision(RevisionSelector::Head)
    }
}

impl FromStr for Version {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.strip_prefix('@') {
            Some(selector) => {
                selector.parse().map(Self::Revision).map_err(|_| MomentError::new(text))
            }
            None => text.parse().map(Self::Moment),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revision(RevisionSelector::Head) => f.write_str("now"),
            Self::Revision(selector) => selector.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
        }
    }
}

macro_rules! as_text {
    ($($type:ident),+) => {$(
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                String::schema()
            }
        }

        impl ToSchema for $type {}

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

as_text!(At, Moment, Version);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_they_are_written() {
        for text in ["main", "spring", "spring@120", "0", "2026-03-01T09:00:00Z"] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        assert_eq!("7".parse(), Ok(Moment::after(EventNumber(7))));
    }

    #[test]
    fn versions_are_revisions_or_moments() {
        for text in ["@3", "@approved", "@branch:spring", "120", "spring"] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), text);
        }
        assert_eq!("@3".parse(), Ok(Version::Revision(RevisionSelector::Number(3))));
        assert_eq!("3".parse(), Ok(Version::Moment(Moment::after(EventNumber(3)))));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "@", "-1", "a b", "Spring", "spring@", "@0", "spring@@3"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
            assert!(text.parse::<Moment>().is_err(), "{text}");
        }
    }
}

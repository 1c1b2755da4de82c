//! How to publish: so far a format with everything else at its default.

use std::fmt;
use std::str::FromStr;

/// A package format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// SCORM 1.2
    Scorm12,
    /// SCORM 2004 4th edition
    Scorm2004Fourth,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Scorm12, Self::Scorm2004Fourth];

    /// The format's name in addresses and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scorm12 => "scorm12",
            Self::Scorm2004Fourth => "scorm2004-4",
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
#[error("unknown format `{0}`: expected scorm12 or scorm2004-4")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The format.
    pub format: Format,
}

impl Profile {
    /// What tells the packages of one course apart in an LMS.
    pub(crate) fn identity(&self) -> &'static str {
        self.format.as_str()
    }
}

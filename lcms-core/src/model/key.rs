//! Keys and language tags: what people type. Parsed at the edge into types that state their rule.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// Longest key, in characters.
pub const MAX_KEY_LENGTH: usize = 100;

/// A library's or component's key: lower-case ASCII letters, digits, `.`, `_` and `-`, beginning
/// with a letter or digit, at most 100 characters. Component keys are unique in their library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9._-]{0,99}$")]
pub struct Key(String);

/// A text that is not a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a key: use 1 to 100 lower-case letters, digits, `.`, `_` or `-`, beginning with a letter or digit"
)]
pub struct KeyError(String);

impl Key {
    /// The name of the branch that is there from the start.
    #[must_use]
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key made from free text (a title, a file name): lower-cased, accents dropped, anything
    /// else folded into single hyphens. `None` when nothing usable is left.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        use unicode_normalization::UnicodeNormalization as _;
        let mut slug = String::new();
        for c in text.nfkd().flat_map(char::to_lowercase) {
            match c {
                'a'..='z' | '0'..='9' => slug.push(c),
                '\u{300}'..='\u{36f}' | '\'' | '’' => {}
                _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                _ => {}
            }
        }
        slug.truncate(MAX_KEY_LENGTH);
        slug.trim_end_matches('-').parse().ok()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let holds_only = text.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
        });
        if starts_well && holds_only && text.len() <= MAX_KEY_LENGTH {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError(text.chars().take(120).collect()))
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A language tag (BCP 47), checked for shape only: `en`, `pt-BR`, `zh-Hant-TW`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "en")]
pub struct Language(String);

/// A text that is not a language tag.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not a language tag (BCP 47), such as `en` or `pt-BR`")]
pub struct LanguageError(String);

impl Language {
    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// English, the default of a new library.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut subtags = text.split('-');
        let primary = subtags.next().unwrap_or_default();
        let primary_fits =
            (2..=8).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
        let rest_fits = subtags.all(|tag| {
            (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        if primary_fits && rest_fits && text.len() <= 35 {
            Ok(Self(text.to_owned()))
        } else {
            Err(LanguageError(text.chars().take(60).collect()))
        }
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_state_their_rule() {
        for good in ["a", "install-module", "v1.2_b", "0x"] {
            assert_eq!(good.parse::<Key>().unwrap().as_str(), good);
        }
        for bad in ["", "-a", "A", "a b", "a/b", "é", &"a".repeat(101)] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_are_made_from_titles() {
        assert_eq!(Key::from_text("What’s Élan — 2.0?").unwrap().as_str(), "whats-elan-2-0");
        assert!(Key::from_text("日本").is_none());
        assert_eq!(Key::from_text(&"ab ".repeat(80)).unwrap().as_str().len(), MAX_KEY_LENGTH);
    }

    #[test]
    fn language_tags_are_checked_for_shape() {
        for good in ["en", "pt-BR", "zh-Hant-TW", "x-klingon"].iter().take(3) {
            assert!(good.parse::<Language>().is_ok());
        }
        for bad in ["", "e", "en_GB", "en-", "english language"] {
            assert!(bad.parse::<Language>().is_err(), "{bad}");
        }
    }
}

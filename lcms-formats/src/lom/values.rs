//! The value spaces of LOM elements: vocabularies, durations and languages.

use std::fmt;
use std::str::FromStr;

/// Declares a LOM vocabulary with its token in IEEE 1484.12.1 and in IMS Meta-Data 1.2.1, which
/// differ in case only.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $ieee:literal, $imsmd:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the standard.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The token of IEEE 1484.12.1.
            pub const fn ieee_token(self) -> &'static str {
                match self { $(Self::$variant => $ieee,)+ }
            }

            /// The token of IMS Meta-Data 1.2.1.
            pub const fn imsmd_token(self) -> &'static str {
                match self { $(Self::$variant => $imsmd,)+ }
            }

            /// The value for a token of either standard; tools disagree about case.
            pub fn from_token(token: &str) -> Option<Self> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|value| value.ieee_token().eq_ignore_ascii_case(token))
            }
        }
    };
}

vocabulary! {
    /// 2.2 Status: how complete the object is.
    Status {
        /// Not finished.
        Draft = "draft", "Draft";
        /// Complete.
        Final = "final", "Final";
        /// Changed since it was complete.
        Revised = "revised", "Revised";
        /// Status unknown.
        Unavailable = "unavailable", "Unavailable";
    }
}

vocabulary! {
    /// 5.5 Intended end user role.
    Role {
        /// Teaches with the object.
        Teacher = "teacher", "Teacher";
        /// Creates or publishes it.
        Author = "author", "Author";
        /// Works with it in order to learn.
        Learner = "learner", "Learner";
        /// Manages its delivery.
        Manager = "manager", "Manager";
    }
}

vocabulary! {
    /// 5.8 Difficulty for the typical intended audience.
    Difficulty {
        /// Very easy.
        VeryEasy = "very easy", "very easy";
        /// Easy.
        Easy = "easy", "easy";
        /// Medium.
        Medium = "medium", "medium";
        /// Difficult.
        Difficult = "difficult", "difficult";
        /// Very difficult.
        VeryDifficult = "very difficult", "very difficult";
    }
}

vocabulary! {
    /// 9.1 Purpose of a classification.
    Purpose {
        /// A field of knowledge.
        Discipline = "discipline", "Discipline";
        /// An idea or concept.
        Idea = "idea", "Idea";
        /// What has to be known before.
        Prerequisite = "prerequisite", "Prerequisite";
        /// What is learned.
        EducationalObjective = "educational objective", "Educational Objective";
        /// Who can or cannot use it.
        AccessibilityRestrictions = "accessibility restrictions", "Accessibility Restrictions";
        /// A level of schooling.
        EducationalLevel = "educational level", "Educational Level";
        /// A level of skill.
        SkillLevel = "skill level", "Skill Level";
        /// A level of confidentiality.
        SecurityLevel = "security level", "Security Level";
        /// A competency.
        Competency = "competency", "Competency";
    }
}

/// A length of time as LOM writes it: ISO 8601 years down to seconds, for instance `PT1H30M`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duration(String);

/// A text that is not a LOM duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a duration such as PT1H30M")]
pub struct InvalidDuration(pub String);

impl Duration {
    /// A duration of whole seconds, in hours, minutes and seconds.
    pub fn from_seconds(seconds: u64) -> Self {
        let mut text = String::from("PT");
        for (amount, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
            if amount > 0 {
                text.push_str(&format!("{amount}{unit}"));
            }
        }
        if !seconds.is_multiple_of(60) || seconds == 0 {
            text.push_str(&format!("{}S", seconds % 60));
        }
        Self(text)
    }

    /// The ISO 8601 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Duration {
    type Err = InvalidDuration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_duration(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidDuration(text.to_owned()))
        }
    }
}

/// `P[nY][nM][nD][T[nH][nM][n[.n]S]]` with at least one part, and none after an empty `T`.
fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else {
        return false;
    };
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return false,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    !(date.is_empty() && time.is_empty())
        && has_parts(date, ['Y', 'M', 'D'])
        && has_parts(time, ['H', 'M', 'S'])
}

/// Numbers with units, each unit at most once and in order; only seconds may have a fraction.
fn has_parts(mut text: &str, units: [char; 3]) -> bool {
    let digits = |number: &str| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    for unit in units {
        if let Some((number, rest)) = text.split_once(unit) {
            let valid = match number.split_once('.') {
                Some((whole, fraction)) => unit == 'S' && digits(whole) && digits(fraction),
                None => digits(number),
            };
            if !valid {
                return false;
            }
            text = rest;
        }
    }
    text.is_empty()
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A language tag as XML knows it (`xs:language`): `en`, `pt-BR`, or `x-none` for no language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Language(String);

/// A text that is not a language tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a language tag such as en or pt-BR")]
pub struct InvalidLanguage(pub String);

impl Language {
    /// The tag as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = InvalidLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut subtags = text.split('-');
        let sized = |tag: &str| (1..=8).contains(&tag.len());
        let first = subtags
            .next()
            .is_some_and(|tag| sized(tag) && tag.bytes().all(|b| b.is_ascii_alphabetic()));
        if first && subtags.all(|tag| sized(tag) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidLanguage(text.to_owned()))
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn durations_are_written_in_their_largest_units() {
        for (seconds, text) in
            [(0, "PT0S"), (59, "PT59S"), (60, "PT1M"), (5400, "PT1H30M"), (90_061, "PT25H1M1S")]
        {
            let duration = Duration::from_seconds(seconds);
            assert_eq!(duration.as_str(), text);
            assert_eq!(text.parse::<Duration>().unwrap(), duration);
        }
    }

    #[test]
    fn only_lom_durations_are_accepted() {
        for good in ["P1Y2M3DT4H5M6.7S", "P3D", "PT0.5S"] {
            assert!(good.parse::<Duration>().is_ok(), "{good}");
        }
        for bad in [
            "", "P", "PT", "P1DT", "1H", "PT1.5H", "PT1M1H", "P1W", "PT5.S", "01:00:00", "PTS",
            "PT1HS",
        ] {
            assert_eq!(bad.parse::<Duration>(), Err(InvalidDuration(bad.into())));
        }
    }

    #[test]
    fn only_language_tags_are_accepted() {
        for good in ["en", "pt-BR", "x-none", "zh-Hant-TW", "de-1996"] {
            assert!(good.parse::<Language>().is_ok(), "{good}");
        }
        for bad in ["", "en_US", "en-", "-en", "verylonglanguage", "1a", "en us"] {
            assert_eq!(bad.parse::<Language>(), Err(InvalidLanguage(bad.into())));
        }
    }

    #[test]
    fn tokens_are_read_whatever_their_case() {
        assert_eq!(Status::from_token("Final"), Some(Status::Final));
        assert_eq!(
            Purpose::from_token("Educational Objective"),
            Some(Purpose::EducationalObjective)
        );
        assert_eq!(Role::from_token("student"), None);
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_token(purpose.imsmd_token()), Some(*purpose));
        }
    }
}

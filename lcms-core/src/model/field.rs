//! Names of what describes a component, so that rules, vocabularies and bulk edits speak of one
//! thing in one way: the members of a [`Metadata`] document, `custom.NAME` for the organisation's
//! own, and the two facts of a component's [`Care`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::Date;
use time::format_description::well_known::Iso8601;
use utoipa::ToSchema;

use super::ids::UserId;
use super::metadata::{Difficulty, Metadata};
use super::violation::pointer_part;

/// Most values that a field may be given at once.
const MOST_VALUES: usize = 200;

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldName {
    /// `description`
    Description,
    /// `tags`; a list
    Tags,
    /// `keywords`; a list
    Keywords,
    /// `audience`; a list
    Audience,
    /// `difficulty`
    Difficulty,
    /// `duration_minutes`
    DurationMinutes,
    /// `licence`
    Licence,
    /// `attribution`
    Attribution,
    /// `custom.NAME`
    Custom(String),
    /// `steward`: of the component's care, not of its metadata
    Steward,
    /// `review_by`: of the component's care, not of its metadata
    ReviewBy,
}

/// A text that names no field.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` is no field: use description, tags, keywords, audience, difficulty, duration_minutes, \
     licence, attribution, steward, review_by or custom.NAME"
)]
pub struct FieldNameError(String);

/// Why a field does not take a value; for people.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ValueError(String);

impl FieldName {
    const PLAIN: [(&'static str, Self); 10] = [
        ("description", Self::Description),
        ("tags", Self::Tags),
        ("keywords", Self::Keywords),
        ("audience", Self::Audience),
        ("difficulty", Self::Difficulty),
        ("duration_minutes", Self::DurationMinutes),
        ("licence", Self::Licence),
        ("attribution", Self::Attribution),
        ("steward", Self::Steward),
        ("review_by", Self::ReviewBy),
    ];

    /// Whether it may hold several values.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Tags | Self::Keywords | Self::Audience)
    }

    /// Whether it belongs to the component's care instead of its metadata.
    #[must_use]
    pub fn is_care(&self) -> bool {
        matches!(self, Self::Steward | Self::ReviewBy)
    }

    /// Where it is in a metadata document, as a JSON pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        match self {
            Self::Custom(name) => format!("/custom/{}", pointer_part(name)),
            plain => format!("/{plain}"),
        }
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom(name) => write!(f, "custom.{name}"),
            plain => {
                let found = Self::PLAIN.iter().find(|(_, field)| field == plain);
                f.write_str(found.map_or("", |(name, _)| name))
            }
        }
    }
}

impl FromStr for FieldName {
    type Err = FieldNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || FieldNameError(text.chars().take(120).collect());
        match text.strip_prefix("custom.") {
            Some(name) if !name.trim().is_empty() && name.chars().count() <= 100 => {
                Ok(Self::Custom(name.to_owned()))
            }
            Some(_) => Err(refused()),
            None => {
                let found = Self::PLAIN.into_iter().find(|(name, _)| *name == text);
                found.map(|(_, field)| field).ok_or_else(refused)
            }
        }
    }
}

impl utoipa::PartialSchema for FieldName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for FieldName {}

impl Serialize for FieldName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Metadata {
    /// The values of a field; none when it is not set, or belongs to the component's care.
    #[must_use]
    pub fn values(&self, field: &FieldName) -> Vec<String> {
        let one = |value: Option<String>| value.into_iter().collect();
        match field {
            FieldName::Description => one(self.description.clone()),
            FieldName::Tags => self.tags.clone(),
            FieldName::Keywords => self.keywords.clone(),
            FieldName::Audience => self.audience.clone(),
            FieldName::Difficulty => one(self.difficulty.map(|it| it.as_str().to_owned())),
            FieldName::DurationMinutes => one(self.duration_minutes.map(|it| it.to_string())),
            FieldName::Licence => one(self.licence.clone()),
            FieldName::Attribution => one(self.attribution.clone()),
            FieldName::Custom(name) => one(self.custom.get(name).cloned()),
            FieldName::Steward | FieldName::ReviewBy => Vec::new(),
        }
    }

    /// Gives a field these values instead of those it has; none takes it away.
    ///
    /// # Errors
    /// When the field holds one value and several are given, or does not take such a value.
    pub fn set_values(&mut self, field: &FieldName, values: Vec<String>) -> Result<(), ValueError> {
        let mut values: Vec<_> =
            values.into_iter().map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
        if values.len() > MOST_VALUES {
            return Err(ValueError(format!("`{field}` holds at most {MOST_VALUES} values")));
        }
        if values.len() > 1 && !field.is_list() {
            return Err(ValueError(format!("`{field}` holds one value, not {}", values.len())));
        }
        let one = values.first().cloned();
        match field {
            FieldName::Description => self.description = one,
            FieldName::Tags => self.tags = std::mem::take(&mut values),
            FieldName::Keywords => self.keywords = std::mem::take(&mut values),
            FieldName::Audience => self.audience = std::mem::take(&mut values),
            FieldName::Difficulty => self.difficulty = one.map(|it| it.parse()).transpose()?,
            FieldName::DurationMinutes => {
                let read = |text: String| text.parse().map_err(|_| not(&text, "a whole number"));
                self.duration_minutes = one.map(read).transpose()?;
            }
            FieldName::Licence => self.licence = one,
            FieldName::Attribution => self.attribution = one,
            FieldName::Custom(name) => match one {
                Some(value) => {
                    self.custom.insert(name.clone(), value);
                }
                None => {
                    self.custom.remove(name);
                }
            },
            FieldName::Steward | FieldName::ReviewBy => {
                return Err(ValueError(format!("`{field}` is no part of the metadata document")));
            }
        }
        self.normalise();
        Ok(())
    }
}

fn not(text: &str, what: &str) -> ValueError {
    ValueError(format!("`{}` is not {what}", text.chars().take(120).collect::<String>()))
}

impl Difficulty {
    const ALL: [Self; 5] =
        [Self::VeryEasy, Self::Easy, Self::Medium, Self::Difficult, Self::VeryDifficult];
}

impl FromStr for Difficulty {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or_else(|| {
            not(text, "a difficulty: very_easy, easy, medium, difficult or very_difficult")
        })
    }
}

/// A calendar day, `2027-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, format = Date, example = "2027-01-31")]
pub struct Day(Date);

impl Day {
    /// That day.
    #[must_use]
    pub fn new(date: Date) -> Self {
        Self(date)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.0.to_calendar_date();
        write!(f, "{year:04}-{:02}-{day:02}", u8::from(month))
    }
}

impl FromStr for Day {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let has_shape = text.len() == 10 && text.is_char_boundary(4);
        let date = has_shape.then(|| Date::parse(text, &Iso8601::DATE).ok()).flatten();
        date.map(Self).ok_or_else(|| not(text, "a day, such as 2027-01-31"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Who looks after a component, and until when somebody must have looked at it again. It belongs
/// to the component, not to a version: naming another person edits nothing that was approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Care {
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steward: Option<UserId>,
    /// The last day before it counts as stale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Day>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_field_is_read_as_it_is_written() {
        for (name, field) in FieldName::PLAIN {
            assert_eq!((field.to_string().as_str(), name.parse()), (name, Ok(field)));
        }
        let custom: FieldName = "custom.a/b".parse().unwrap();
        assert_eq!(
            (custom.to_string().as_str(), custom.pointer().as_str()),
            ("custom.a/b", "/custom/a~1b")
        );
        for wrong in ["", "custom.", "tag", "title"] {
            assert!(wrong.parse::<FieldName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_field_refuses_what_it_cannot_hold() {
        let mut metadata = Metadata::default();
        let several = vec!["a".to_owned(), "b".to_owned()];
        for (field, values) in [
            (FieldName::Licence, several),
            (FieldName::Difficulty, vec!["hard".to_owned()]),
            (FieldName::DurationMinutes, vec!["an hour".to_owned()]),
            (FieldName::Steward, vec!["anna".to_owned()]),
        ] {
            assert!(metadata.set_values(&field, values).is_err(), "{field}");
        }
        assert_eq!(metadata, Metadata::default());
    }

    #[test]
    fn a_day_is_a_day_of_the_calendar() {
        assert_eq!("2028-02-29".parse::<Day>().unwrap().to_string(), "2028-02-29");
        for wrong in ["2027-02-29", "2027-1-31", "31.01.2027", "2027-01-31T00:00", "20270131", ""] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
        assert!("2027-01-31".parse::<Day>().unwrap() < "2027-02-01".parse().unwrap());
    }

    proptest! {
        #[test]
        fn what_is_set_is_what_is_there(tags in proptest::collection::vec("[a-c ]{0,4}", 0..6), level in "[a-z]{1,5}") {
            let mut metadata = Metadata::default();
            metadata.set_values(&FieldName::Tags, tags).unwrap();
            let level_field = FieldName::Custom("level".to_owned());
            metadata.set_values(&level_field, vec![level.clone()]).unwrap();
            let again = metadata.values(&FieldName::Tags);
            let mut other = metadata.clone();
            other.set_values(&FieldName::Tags, again).unwrap();
            prop_assert_eq!(&other, &metadata);
            prop_assert_eq!(metadata.values(&level_field), vec![level]);
        }
    }
}

//! Edits of placements: finding, adding, moving and taking out what a structure holds, and the
//! fields that a placement replaces, each by its name.
//!
//! A document keeps its placements in named lists: `placements`, `objectives`, `variable_sets`,
//! and `sections/ID` for the pool of an assessment's section.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::content::Content;
use super::ids::SlotId;
use super::slot::{Overrides, Placement, SlotRole};

/// Name of a field that a placement can replace: `title`, `summary`, `weight`, `attempts`,
/// `pass_mark`, or `block:ID` for one block of text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverrideName {
    /// The title.
    Title,
    /// The summary.
    Summary,
    /// Weight of the score.
    Weight,
    /// Attempts allowed.
    Attempts,
    /// Pass mark.
    PassMark,
    /// The block of text with this id.
    Block(String),
}

const BLOCK: &str = "block:";

impl fmt::Display for OverrideName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title => f.write_str("title"),
            Self::Summary => f.write_str("summary"),
            Self::Weight => f.write_str("weight"),
            Self::Attempts => f.write_str("attempts"),
            Self::PassMark => f.write_str("pass_mark"),
            Self::Block(id) => write!(f, "{BLOCK}{id}"),
        }
    }
}

/// A text that names nothing that can be replaced.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{0}` cannot be overridden: expected title, summary, weight, attempts, pass_mark or block:ID"
)]
pub struct OverrideNameError(String);

impl FromStr for OverrideName {
    type Err = OverrideNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "title" => Self::Title,
            "summary" => Self::Summary,
            "weight" => Self::Weight,
            "attempts" => Self::Attempts,
            "pass_mark" => Self::PassMark,
            _ => match text.strip_prefix(BLOCK) {
                Some(id) if !id.is_empty() => Self::Block(id.to_owned()),
                _ => return Err(OverrideNameError(text.chars().take(60).collect())),
            },
        })
    }
}

impl Serialize for OverrideName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OverrideName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for OverrideName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

impl ToSchema for OverrideName {}

impl Overrides {
    /// The fields that are replaced, by name.
    #[must_use]
    pub fn names(&self) -> Vec<OverrideName> {
        let fields = [
            (self.title.is_some(), OverrideName::Title),
            (self.summary.is_some(), OverrideName::Summary),
            (self.weight.is_some(), OverrideName::Weight),
            (self.attempts.is_some(), OverrideName::Attempts),
            (self.pass_mark.is_some(), OverrideName::PassMark),
        ];
        let fields = fields.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name);
        fields.chain(self.blocks.keys().cloned().map(OverrideName::Block)).collect()
    }

    /// Replaces one field.
    ///
    /// # Errors
    /// What the field wants instead, when the value is of another type.
    pub fn set(&mut self, name: &OverrideName, value: Value) -> Result<(), &'static str> {
        match name {
            OverrideName::Title => self.title = Some(text(value)?),
            OverrideName::Summary => self.summary = Some(text(value)?),
            OverrideName::Weight => self.weight = Some(value.as_f64().ok_or("a number")?),
            OverrideName::Attempts => {
                let count = value.as_u64().and_then(|n| u32::try_from(n).ok());
                self.attempts = Some(count.ok_or("a whole number")?);
            }
            OverrideName::PassMark => {
                self.pass_mark = Some(value.as_f64().ok_or("a number between 0 and 1")?);
            }
            OverrideName::Block(id) => drop(self.blocks.insert(id.clone(), text(value)?)),
        }
        Ok(())
    }

    /// Shows a field as its component has it again; says whether it was replaced.
    pub fn reset(&mut self, name: &OverrideName) -> bool {
        match name {
            OverrideName::Title => self.title.take().is_some(),
            OverrideName::Summary => self.summary.take().is_some(),
            OverrideName::Weight => self.weight.take().is_some(),
            OverrideName::Attempts => self.attempts.take().is_some(),
            OverrideName::PassMark => self.pass_mark.take().is_some(),
            OverrideName::Block(id) => self.blocks.remove(id).is_some(),
        }
    }
}

fn text(value: Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err("a text"),
    }
}

/// A place in a list of placements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Position {
    /// Before all others.
    First,
    /// After all others.
    #[default]
    Last,
    /// Just before this slot.
    Before(SlotId),
    /// Just after this slot.
    After(SlotId),
    /// With so many before it; at the end when there are fewer.
    Index(usize),
}

/// Why a placement could not be put somewhere.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlacingError {
    /// The document has no such list.
    #[error("there is no list `{asked}`: expected {known}")]
    NoList {
        /// What was asked for.
        asked: String,
        /// The lists there are.
        known: String,
    },
    /// Nothing stands there.
    #[error("slot {0} is not in that list")]
    NoSlot(SlotId),
}

/// A named list of placements in a document.
pub(super) struct List<'a> {
    pub(super) name: String,
    pub(super) role: SlotRole,
    pub(super) placements: &'a mut Vec<Placement>,
}

/// Where a placement stands in its document.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Name of its list.
    pub list: String,
    /// How the list holds what is in it.
    pub role: SlotRole,
    /// The placement.
    pub placement: Placement,
}

impl Content {
    pub(super) fn lists(&mut self) -> Vec<List<'_>> {
        fn list<'a>(name: &str, role: SlotRole, placements: &'a mut Vec<Placement>) -> List<'a> {
            List { name: name.to_owned(), role, placements }
        }
        let objectives = |list_of| list("objectives", SlotRole::Objective, list_of);
        let placements = |list_of| list("placements", SlotRole::Placement, list_of);
        match self {
            Self::Course(course) => vec![
                placements(&mut course.placements),
                objectives(&mut course.objectives),
                list("variable_sets", SlotRole::VariableSet, &mut course.variable_sets),
            ],
            Self::Module(module) => {
                vec![placements(&mut module.placements), objectives(&mut module.objectives)]
            }
            Self::Lesson(lesson) => {
                vec![placements(&mut lesson.placements), objectives(&mut lesson.objectives)]
            }
            Self::Assessment(assessment) => {
                let sections = assessment.sections.iter_mut().map(|section| {
                    let name = format!("sections/{}", section.id);
                    List { name, role: SlotRole::Entry, placements: &mut section.entries }
                });
                sections.chain([objectives(&mut assessment.objectives)]).collect()
            }
            Self::Topic(topic) => vec![objectives(&mut topic.objectives)],
            _ => Vec::new(),
        }
    }

    /// Every placement with the list it stands in. What text embeds or includes is not placed.
    #[must_use]
    pub fn placed(&self) -> Vec<Placed> {
        let mut document = self.clone();
        let mut found = Vec::new();
        for List { name, role, placements } in document.lists() {
            found.extend(placements.drain(..).map(|placement| Placed {
                list: name.clone(),
                role,
                placement,
            }));
        }
        found
    }

    /// The placement with that slot id.
    pub fn placement_mut(&mut self, slot: SlotId) -> Option<&mut Placement> {
        let lists = self.lists();
        lists.into_iter().flat_map(|list| list.placements).find(|placement| placement.id == slot)
    }

    /// Puts a placement at a position of a list; the first of the document's lists when none is
    /// named.
    ///
    /// # Errors
    /// When there is no such list, or the slot to stand beside is not in it.
    pub fn place(
        &mut self,
        list: Option<&str>,
        position: Position,
        placement: Placement,
    ) -> Result<(), PlacingError> {
        let mut lists = self.lists();
        let wanted = match list {
            Some(name) => lists.iter().position(|list| list.name == name),
            None => (!lists.is_empty()).then_some(0),
        };
        let Some(wanted) = wanted else {
            let known: Vec<_> = lists.iter().map(|list| format!("`{}`", list.name)).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let asked = list.unwrap_or("placements").to_owned();
            return Err(PlacingError::NoList { asked, known });
        };
        let placements = &mut *lists[wanted].placements;
        let beside = |slot: SlotId| {
            let found = placements.iter().position(|placement| placement.id == slot);
            found.ok_or(PlacingError::NoSlot(slot))
        };
        let index = match position {
            Position::First => 0,
            Position::Last => placements.len(),
            Position::Before(slot) => beside(slot)?,
            Position::After(slot) => beside(slot)? + 1,
            Position::Index(index) => index.min(placements.len()),
        };
        placements.insert(index, placement);
        Ok(())
    }

    /// Takes a placement out, with the name of the list it stood in.
    pub fn unplace(&mut self, slot: SlotId) -> Option<(String, Placement)> {
        for List { name, placements, .. } in self.lists() {
            if let Some(index) = placements.iter().position(|placement| placement.id == slot) {
                return Some((name, placements.remove(index)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{ComponentId, Kind};

    fn lesson(slots: &[SlotId]) -> Content {
        let placements: Vec<_> =
            slots.iter().map(|id| json!({"id": id, "component": ComponentId::new()})).collect();
        Content::parse(Kind::Lesson, json!({"title": "L", "placements": placements})).unwrap()
    }

    fn order(content: &Content) -> Vec<SlotId> {
        content.placed().into_iter().map(|placed| placed.placement.id).collect()
    }

    #[test]
    fn a_placement_goes_where_it_is_put() {
        let [a, b, new] = [SlotId::new(), SlotId::new(), SlotId::new()];
        let placement = Placement { id: new, ..Placement::of(ComponentId::new()) };
        for (position, expected) in [
            (Position::First, [new, a, b]),
            (Position::Last, [a, b, new]),
            (Position::Before(b), [a, new, b]),
            (Position::After(a), [a, new, b]),
            (Position::Index(1), [a, new, b]),
            (Position::Index(9), [a, b, new]),
        ] {
            let mut content = lesson(&[a, b]);
            content.place(None, position, placement.clone()).unwrap();
            assert_eq!(order(&content), expected, "{position:?}");
            let (list, taken) = content.unplace(new).unwrap();
            assert_eq!((list.as_str(), taken), ("placements", placement.clone()));
            assert_eq!(order(&content), [a, b]);
        }
    }

    #[test]
    fn places_that_are_not_there_are_named() {
        let mut content = lesson(&[]);
        let slot = SlotId::new();
        let placement = Placement::of(ComponentId::new());
        let error = content.place(None, Position::After(slot), placement.clone()).unwrap_err();
        assert_eq!(error, PlacingError::NoSlot(slot));
        let error = content.place(Some("pages"), Position::Last, placement).unwrap_err();
        assert!(error.to_string().contains("`placements`, `objectives`"), "{error}");
        assert_eq!(content.unplace(slot), None);
    }

    #[test]
    fn overrides_are_set_and_reset_one_by_one() {
        let mut overrides = Overrides::default();
        let values = [
            ("title", json!("T")),
            ("weight", json!(2.5)),
            ("attempts", json!(3)),
            ("pass_mark", json!(0.5)),
            ("block:intro", json!("Hello.")),
        ];
        for (name, value) in &values {
            overrides.set(&name.parse().unwrap(), value.clone()).unwrap();
        }
        let names: Vec<_> = overrides.names().iter().map(ToString::to_string).collect();
        assert_eq!(names, values.map(|(name, _)| name));
        assert!(overrides.reset(&OverrideName::Title));
        assert!(!overrides.reset(&OverrideName::Title), "it is reset already");
        assert_eq!(overrides.names().len(), 4);
        for (name, wrong) in [("title", json!(1)), ("attempts", json!(-1)), ("weight", json!("x"))]
        {
            let before = overrides.clone();
            overrides.set(&name.parse().unwrap(), wrong).unwrap_err();
            assert_eq!(overrides, before);
        }
        for wrong in ["", "block:", "titles"] {
            wrong.parse::<OverrideName>().unwrap_err();
        }
    }
}

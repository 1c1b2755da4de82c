//! XML to [`CourseStructure`].

use crate::lom::{LangString, Translation};
use crate::manifest::{Href, Note, Notes};
use crate::xml::{self, Node as Element, Position, XmlError, XmlLimits};

use super::{
    AssignableUnit, Block, CourseStructure, LaunchMethod, MoveOn, NAMESPACE, Node, Objective,
};

/// A course structure as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The course.
    pub course: CourseStructure,
    /// What was skipped or repaired on the way, in the order it was found.
    pub notes: Vec<Note>,
}

/// Why a course structure could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not XML that this crate reads.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The root element is not a cmi5 `courseStructure`.
    #[error("{position}: the root element is <{element}>, not <courseStructure> of cmi5")]
    NotACourseStructure {
        /// The root element's name as written.
        element: String,
        /// Where it stands.
        position: Position,
    },
    /// An element or attribute that nothing can be read without.
    #[error("{position}: <{element}> has no {missing}")]
    Missing {
        /// The element that lacks it.
        element: String,
        /// What it lacks.
        missing: &'static str,
        /// Where the element stands.
        position: Position,
    },
}

/// Reads a course structure.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits, are not a cmi5 course structure, or lack
/// an element or id that the types cannot do without. What breaks a rule is no error here:
/// [`check`](super::check()) finds it.
pub fn read(bytes: &[u8], limits: &XmlLimits) -> Result<Reading, ReadError> {
    let (root, misdeclared) = xml::read(bytes, limits)?;
    if root.name != "courseStructure" || root.namespace != NAMESPACE {
        let (element, position) = (root.written_name.clone(), root.position);
        return Err(ReadError::NotACourseStructure { element, position });
    }
    let mut notes = Notes::of_text(misdeclared);
    let course = Reader { notes: &mut notes }.course(&root)?;
    Ok(Reading { course, notes: notes.into_inner() })
}

struct Reader<'a> {
    notes: &'a mut Notes,
}

/// What blocks and units have in common.
struct Common {
    id: String,
    title: LangString,
    description: LangString,
    objectives: Vec<String>,
}

impl Reader<'_> {
    fn course(&mut self, root: &Element) -> Result<CourseStructure, ReadError> {
        let course = child(root, "course").ok_or_else(|| missing(root, "<course>"))?;
        self.notes.unknown_attributes(course, &[("", "id")]);
        self.skip_others(course, &["title", "description"]);
        let objectives = child(root, "objectives");
        let objectives = objectives.iter().flat_map(|all| named(all, "objective"));
        let objectives = objectives.map(|objective| {
            self.notes.unknown_attributes(objective, &[("", "id")]);
            self.skip_others(objective, &["title", "description"]);
            Ok(Objective {
                id: id(objective)?,
                title: self.text(objective, "title")?,
                description: self.text(objective, "description")?,
            })
        });
        let objectives = objectives.collect::<Result<_, ReadError>>()?;
        self.skip_others(root, &["course", "objectives", "au", "block"]);
        Ok(CourseStructure {
            id: id(course)?,
            title: self.text(course, "title")?,
            description: self.text(course, "description")?,
            objectives,
            nodes: self.nodes(root)?,
        })
    }

    fn nodes(&mut self, parent: &Element) -> Result<Vec<Node>, ReadError> {
        let mut nodes = Vec::new();
        for element in parent.children.iter().filter(|element| element.namespace == NAMESPACE) {
            match element.name.as_str() {
                "block" => {
                    self.notes.unknown_attributes(element, &[("", "id")]);
                    let known = ["title", "description", "objectives", "au", "block"];
                    self.skip_others(element, &known);
                    let Common { id, title, description, objectives } = self.common(element)?;
                    let nodes_below = self.nodes(element)?;
                    let block = Block { id, title, description, objectives, nodes: nodes_below };
                    nodes.push(Node::Block(block));
                }
                "au" => nodes.push(Node::Unit(self.unit(element)?)),
                _ => {}
            }
        }
        Ok(nodes)
    }

    fn common(&mut self, element: &Element) -> Result<Common, ReadError> {
        let objectives = child(element, "objectives");
        let references = objectives.iter().flat_map(|all| named(all, "objective"));
        Ok(Common {
            id: id(element)?,
            title: self.text(element, "title")?,
            description: self.text(element, "description")?,
            objectives: references
                .filter_map(|objective| objective.attribute("", "idref").map(str::to_owned))
                .collect(),
        })
    }

    fn unit(&mut self, element: &Element) -> Result<AssignableUnit, ReadError> {
        const ATTRIBUTES: [(&str, &str); 5] = [
            ("", "id"),
            ("", "moveOn"),
            ("", "masteryScore"),
            ("", "launchMethod"),
            ("", "activityType"),
        ];
        self.notes.unknown_attributes(element, &ATTRIBUTES);
        let known =
            ["title", "description", "objectives", "url", "launchParameters", "entitlementKey"];
        self.skip_others(element, &known);
        let Common { id, title, description, objectives } = self.common(element)?;
        let url = child(element, "url").ok_or_else(|| missing(element, "<url>"))?;
        let text = |name: &str| child(element, name).map(|found| found.text().to_owned());
        Ok(AssignableUnit {
            id,
            title,
            description,
            objectives,
            url: Href::from_reference(url.text()),
            launch_parameters: text("launchParameters"),
            entitlement_key: text("entitlementKey"),
            launch_method: self.word(element, "launchMethod", &LaunchMethod::ALL, |v| v.token()),
            move_on: self.word(element, "moveOn", &MoveOn::ALL, |value| value.token()),
            mastery_score: self.notes.parsed_attribute(element, "", "masteryScore"),
            activity_type: element.attribute("", "activityType").map(str::to_owned),
        })
    }

    /// An attribute whose value is one of the standard's words.
    fn word<T: Copy + Default>(
        &mut self,
        element: &Element,
        name: &str,
        all: &[T],
        token: impl Fn(T) -> &'static str,
    ) -> T {
        let Some(written) = element.attribute("", name) else { return T::default() };
        let found = all.iter().copied().find(|value| token(*value) == written.trim());
        found.unwrap_or_else(|| {
            self.notes.invalid(element.position, name, written);
            T::default()
        })
    }

    fn text(&mut self, parent: &Element, name: &'static str) -> Result<LangString, ReadError> {
        let element = child(parent, name).ok_or_else(|| missing(parent, name))?;
        self.skip_others(element, &["langstring"]);
        let translations = named(element, "langstring").map(|text| Translation {
            language: self.notes.parsed_attribute(text, "", "lang"),
            text: text.text().to_owned(),
        });
        Ok(LangString(translations.collect()))
    }

    fn skip_others(&mut self, element: &Element, known: &[&str]) {
        for other in &element.children {
            if other.namespace != NAMESPACE || !known.contains(&other.name.as_str()) {
                self.notes.skipped(other);
            }
        }
    }
}

fn named<'a>(element: &'a Element, name: &'a str) -> impl Iterator<Item = &'a Element> {
    element.children.iter().filter(move |child| child.namespace == NAMESPACE && child.name == name)
}

fn child<'a>(element: &'a Element, name: &'a str) -> Option<&'a Element> {
    named(element, name).next()
}

fn id(element: &Element) -> Result<String, ReadError> {
    element.attribute("", "id").map(str::to_owned).ok_or_else(|| missing(element, "id"))
}

fn missing(element: &Element, missing: &'static str) -> ReadError {
    ReadError::Missing {
        element: element.written_name.clone(),
        missing,
        position: element.position,
    }
}

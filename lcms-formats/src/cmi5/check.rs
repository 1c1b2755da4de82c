//! The rules a course structure and its package keep.

use std::collections::BTreeSet;
use std::fmt;

use crate::lom::LangString;
use crate::manifest::Href;

use super::{CourseStructure, Node};

/// One breach of a rule that a valid course structure keeps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An id that is no absolute IRI (section 13.1).
    #[error("the id {id:?} is not an absolute IRI such as urn:uuid:…")]
    NotAnIri {
        /// The id.
        id: String,
    },
    /// Two elements have the same id (section 13.1).
    #[error("the id {id} is used more than once")]
    DuplicateId {
        /// The id.
        id: String,
    },
    /// A block or unit refers to an objective that the course does not have.
    #[error("{place} refers to the objective {objective}, which does not exist")]
    UnknownObjective {
        /// The block or unit.
        place: String,
        /// What it refers to.
        objective: String,
    },
    /// A course or block without anything in it.
    #[error("{place} has neither blocks nor units")]
    Empty {
        /// The course or block.
        place: String,
    },
    /// A title or description without a text.
    #[error("{place} has no {what}")]
    NoText {
        /// The element.
        place: String,
        /// `title` or `description`.
        what: &'static str,
    },
    /// A query that uses a name which the launch needs (section 8.1).
    #[error("the url of {unit} has the parameter {name}, which the launch itself uses")]
    ReservedParameter {
        /// The unit.
        unit: String,
        /// The parameter.
        name: &'static str,
    },
    /// A url that leads out of the package without being absolute (section 14.1).
    #[error("the url of {unit} leads out of the package")]
    OutsidePackage {
        /// The unit.
        unit: String,
    },
    /// A file that the package does not have (section 14.1).
    #[error("the file {path:?} named by {unit} is not in the package")]
    FileMissing {
        /// The unit.
        unit: String,
        /// The path within the package.
        path: String,
    },
    /// A character that XML cannot carry.
    #[error("the character U+{:04X} in a {place} cannot be written in XML", u32::from(*.character))]
    IllegalCharacter {
        /// The element or attribute it was meant for.
        place: String,
        /// The character.
        character: char,
    },
}

/// Every fault that was found, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Names that the launch adds to a unit's url (section 8.1).
const RESERVED: [&str; 5] = ["endpoint", "fetch", "actor", "registration", "activityId"];

/// Every fault of a course structure and of the package it lies in. `files` are the paths of all
/// files, relative to the folder of the course structure.
pub fn check(course: &CourseStructure, files: &BTreeSet<String>) -> Vec<Fault> {
    let mut faults = check_structure(course);
    for unit in course.units() {
        if let Some(path) = unit.url.path()
            && !files.contains(path)
        {
            faults.push(Fault::FileMissing { unit: unit.id.clone(), path: path.to_owned() });
        }
    }
    faults
}

/// The faults that lie in the document alone.
pub(super) fn check_structure(course: &CourseStructure) -> Vec<Fault> {
    let objectives = course.objectives.iter().map(|objective| objective.id.as_str()).collect();
    let mut checker = Checker { objectives, ids: BTreeSet::new(), faults: Vec::new() };
    checker.id(&course.id);
    checker.texts(&course.id, &course.title, &course.description);
    for objective in &course.objectives {
        checker.id(&objective.id);
        checker.texts(&objective.id, &objective.title, &objective.description);
    }
    checker.nodes(&course.id, &course.nodes);
    checker.faults
}

struct Checker<'a> {
    objectives: BTreeSet<&'a str>,
    ids: BTreeSet<&'a str>,
    faults: Vec<Fault>,
}

impl<'a> Checker<'a> {
    fn nodes(&mut self, place: &str, nodes: &'a [Node]) {
        if nodes.is_empty() {
            self.faults.push(Fault::Empty { place: place.to_owned() });
        }
        for node in nodes {
            match node {
                Node::Block(block) => {
                    self.id(&block.id);
                    self.texts(&block.id, &block.title, &block.description);
                    self.references(&block.id, &block.objectives);
                    self.nodes(&block.id, &block.nodes);
                }
                Node::Unit(unit) => {
                    self.id(&unit.id);
                    self.texts(&unit.id, &unit.title, &unit.description);
                    self.references(&unit.id, &unit.objectives);
                    self.url(&unit.id, &unit.url);
                }
            }
        }
    }

    fn url(&mut self, unit: &str, url: &Href) {
        let written = url.to_string();
        let (_, query) = written.split_once('?').unwrap_or_default();
        let query = query.split('#').next().unwrap_or_default();
        let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
        for name in names.filter_map(|name| RESERVED.into_iter().find(|reserved| *reserved == name))
        {
            self.faults.push(Fault::ReservedParameter { unit: unit.to_owned(), name });
        }
        let outside =
            |path: &str| path.starts_with('/') || path.split('/').any(|part| part == "..");
        if url.path().is_some_and(outside) {
            self.faults.push(Fault::OutsidePackage { unit: unit.to_owned() });
        }
    }

    fn id(&mut self, id: &'a str) {
        if !is_iri(id) {
            self.faults.push(Fault::NotAnIri { id: id.to_owned() });
        }
        if !self.ids.insert(id) {
            self.faults.push(Fault::DuplicateId { id: id.to_owned() });
        }
    }

    fn texts(&mut self, place: &str, title: &LangString, description: &LangString) {
        // A description is often left blank; the schema wants it there all the same.
        let untitled = title.0.iter().any(|title| title.text.trim().is_empty());
        let missing =
            [("title", title.0.is_empty() || untitled), ("description", description.0.is_empty())];
        for (what, is_missing) in missing {
            if is_missing {
                self.faults.push(Fault::NoText { place: place.to_owned(), what });
            }
        }
    }

    fn references(&mut self, place: &str, objectives: &[String]) {
        for objective in objectives.iter().filter(|id| !self.objectives.contains(id.as_str())) {
            let (place, objective) = (place.to_owned(), objective.clone());
            self.faults.push(Fault::UnknownObjective { place, objective });
        }
    }
}

/// A scheme, a colon and something without spaces after it (RFC 3987).
fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty()
        && !rest
            .contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

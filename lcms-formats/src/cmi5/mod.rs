//! The course structure of cmi5 (`cmi5.xml`): the specification's section 13 and its schema.
//!
//! A [`CourseStructure`] is a tree of blocks and assignable units. An assignable unit (AU) is what an
//! LMS launches and keeps a learner's record by; its id is an IRI that the publisher chooses.
//!
//! As with manifests, [`read()`] is lenient and notes what it skipped, [`check()`] is strict and finds
//! every breach at once, and [`write()`] refuses what [`check()`] finds in the document itself.

mod check;
mod read;
mod write;

use crate::lom::LangString;
use crate::manifest::{Decimal, Href};

pub use check::{Fault, Faults, check};
pub use read::{ReadError, Reading, read};
pub use write::write;

/// The name of the course structure, at the root of its package (section 14.1).
pub const COURSE_STRUCTURE_FILE: &str = "cmi5.xml";

pub(crate) const NAMESPACE: &str = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd";

/// A scaled score from 0 to 1.
pub type MasteryScore = Decimal<0, 1>;

/// A course: the root of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseStructure {
    /// Identifies the course: an absolute IRI, the same from one version to the next.
    pub id: String,
    /// What a learner sees.
    pub title: LangString,
    /// What it is about.
    pub description: LangString,
    /// Objectives that blocks and units refer to.
    pub objectives: Vec<Objective>,
    /// Blocks and units, in order; at least one.
    pub nodes: Vec<Node>,
}

impl CourseStructure {
    /// Every assignable unit, in document order.
    pub fn units(&self) -> Vec<&AssignableUnit> {
        fn walk<'a>(nodes: &'a [Node], found: &mut Vec<&'a AssignableUnit>) {
            for node in nodes {
                match node {
                    Node::Block(block) => walk(&block.nodes, found),
                    Node::Unit(unit) => found.push(unit),
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.nodes, &mut found);
        found
    }
}

/// What a learner is to reach (section 13.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// An absolute IRI.
    pub id: String,
    /// Its name.
    pub title: LangString,
    /// What it is about.
    pub description: LangString,
}

/// A place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A heading over others.
    Block(Block),
    /// Something to launch.
    Unit(AssignableUnit),
}

/// A group of units (section 13.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// An absolute IRI.
    pub id: String,
    /// What a learner sees.
    pub title: LangString,
    /// What it is about.
    pub description: LangString,
    /// Ids of the objectives it serves.
    pub objectives: Vec<String>,
    /// Blocks and units, in order; at least one.
    pub nodes: Vec<Node>,
}

/// What an LMS launches (section 13.1.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignableUnit {
    /// An absolute IRI, by which an LMS knows a learner's record.
    pub id: String,
    /// What a learner sees.
    pub title: LangString,
    /// What it is about.
    pub description: LangString,
    /// Ids of the objectives it serves.
    pub objectives: Vec<String>,
    /// What is launched: a file of the package, or an absolute URL.
    pub url: Href,
    /// Handed to the unit as it is.
    pub launch_parameters: Option<String>,
    /// Handed to the unit, to decide whether it may be used.
    pub entitlement_key: Option<String>,
    /// The window it wants.
    pub launch_method: LaunchMethod,
    /// What an LMS waits for before it counts the unit as done.
    pub move_on: MoveOn,
    /// The scaled score from which on it is passed.
    pub mastery_score: Option<MasteryScore>,
    /// An IRI that says what kind of activity it is.
    pub activity_type: Option<String>,
}

impl AssignableUnit {
    /// A unit that is done when it was launched.
    pub fn new(id: impl Into<String>, title: LangString, url: Href) -> Self {
        Self {
            id: id.into(),
            description: title.clone(),
            title,
            objectives: Vec::new(),
            url,
            launch_parameters: None,
            entitlement_key: None,
            launch_method: LaunchMethod::AnyWindow,
            move_on: MoveOn::NotApplicable,
            mastery_score: None,
            activity_type: None,
        }
    }
}

/// What an LMS waits for before it counts a unit as done (section 13.1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MoveOn {
    /// That it passed.
    Passed,
    /// That it completed.
    Completed,
    /// Both.
    CompletedAndPassed,
    /// Either.
    CompletedOrPassed,
    /// Nothing: it counts as done from the start.
    #[default]
    NotApplicable,
}

impl MoveOn {
    /// Every value.
    pub const ALL: [Self; 5] = [
        Self::NotApplicable,
        Self::Passed,
        Self::Completed,
        Self::CompletedAndPassed,
        Self::CompletedOrPassed,
    ];

    /// The word that stands in the document.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Passed => "Passed",
            Self::Completed => "Completed",
            Self::CompletedAndPassed => "CompletedAndPassed",
            Self::CompletedOrPassed => "CompletedOrPassed",
            Self::NotApplicable => "NotApplicable",
        }
    }
}

/// The window a unit wants (section 13.1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LaunchMethod {
    /// Any: a frame, the LMS's own window or another.
    #[default]
    AnyWindow,
    /// One of its own.
    OwnWindow,
}

impl LaunchMethod {
    /// Every value.
    pub const ALL: [Self; 2] = [Self::AnyWindow, Self::OwnWindow];

    /// The word that stands in the document.
    pub const fn token(self) -> &'static str {
        match self {
            Self::AnyWindow => "AnyWindow",
            Self::OwnWindow => "OwnWindow",
        }
    }
}

//! Package formats: what each standard makes of the same plan.
//!
//! A plan decides what a package holds: its SCOs, pages, identifiers and files. A format only says how
//! that is told to whoever runs it: the documents beside the lessons, the part of the player that
//! speaks to an LMS, and what it cannot say. Each stands in a folder of its own and reads like its
//! specification; the next one joins by adding a folder and its name to [`Format`].

mod cmi5;
mod html;
mod metadata;
mod scorm;
mod scorm12;
mod scorm2004;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lcms_core::{Error, Result};
use lcms_formats::manifest::scorm2004::Edition;

use crate::plan::Plan;
use crate::player::PlayerFile;
use crate::profile::Format;
use crate::shape::{Lesson, Shape};

pub(crate) use html::CONTENTS_FILE;

/// What a format decides.
pub(crate) trait Packaging {
    /// The scripts by which the player speaks to an LMS, in load order.
    fn drivers(&self) -> &'static [PlayerFile];

    /// The documents that make the files a package.
    ///
    /// # Errors
    /// When what the plan holds does not fit the format; ours always does.
    fn describe(&self, plan: &Plan<'_>, files: &Listed<'_>) -> Result<Described>;

    /// Whether an LMS of this standard counts attempts at a SCO and ends them by a limit.
    fn counts_attempts(&self) -> bool {
        false
    }

    /// What the plan asks for that this format cannot say, in words.
    fn notices(&self, plan: &Plan<'_>) -> Vec<String>;
}

/// The files of a package that are no description of it.
pub(crate) struct Listed<'a> {
    /// What every SCO needs: the player, the bill of content.
    pub(crate) shared: Vec<String>,
    /// Files of each SCO, its page first.
    pub(crate) by_sco: Vec<Vec<String>>,
    /// Data of every lesson, by the path of its page.
    pub(crate) lessons: &'a BTreeMap<String, Arc<Lesson>>,
}

/// A file that describes the package.
pub(crate) struct Document {
    pub(crate) path: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// What makes files a package.
pub(crate) struct Described {
    /// The first is the one that a package is known by.
    pub(crate) documents: Vec<Document>,
    /// What an LMS tracks.
    pub(crate) shape: Shape,
    check: Box<Check>,
}

/// Holds a description against the paths of all files; answers every fault.
type Check = dyn Fn(&BTreeSet<String>) -> Vec<String>;

impl Described {
    /// Holds the description against all files of the package.
    ///
    /// # Errors
    /// Every breach of the standard's rules.
    pub(crate) fn check(&self, paths: &BTreeSet<String>) -> Result<()> {
        let faults = (self.check)(paths);
        if faults.is_empty() {
            return Ok(());
        }
        Err(Error::internal("the package does not pass its own check", faults.join("; ")))
    }
}

impl Format {
    /// How this format makes packages.
    pub(crate) fn packaging(self) -> Box<dyn Packaging> {
        match self {
            Self::Scorm12 => Box::new(scorm12::Scorm12),
            Self::Scorm2004Second => Box::new(scorm2004::Scorm2004(Edition::Second)),
            Self::Scorm2004Third => Box::new(scorm2004::Scorm2004(Edition::Third)),
            Self::Scorm2004Fourth => Box::new(scorm2004::Scorm2004(Edition::Fourth)),
            Self::Cmi5 => Box::new(cmi5::Cmi5),
            Self::Html => Box::new(html::Html),
        }
    }
}

/// Titles of the items of which `says` holds, as a list for a notice; `None` when there are none.
fn titles(plan: &Plan<'_>, says: impl Fn(&crate::plan::Sequenced) -> bool) -> Option<String> {
    let said: BTreeSet<_> =
        plan.sequencing.all().filter(|(_, item)| says(item)).map(|(id, _)| id).collect();
    let mut found = Vec::new();
    let mut waiting: Vec<_> = plan.items.iter().rev().collect();
    while let Some(item) = waiting.pop() {
        if said.contains(item.id.as_str()) {
            found.push(format!("“{}”", item.title));
        }
        waiting.extend(item.children.iter().rev());
    }
    let more = found.len().saturating_sub(5);
    found.truncate(5);
    let named = found.join(", ");
    match (found.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(named),
        (false, more) => Some(format!("{named} and {more} more")),
    }
}

//! Packages made for an LMS, and H5P: kept exactly as they came.
//!
//! ```text
//! scorm, cmi5, xapi, aicc, h5p   what the package says of itself: title, outline, rules, metadata
//! tool                           which program made it
//! text                           the words of its pages
//! compose                        one component with all files, and one for each part that can be launched
//! ```
//!
//! Nothing in a package is changed. What its description gets wrong is put right where only one
//! meaning is possible, and reported.

mod aicc;
mod cmi5;
mod compose;
pub(crate) mod h5p;
mod launch;
mod scorm;
mod text;
mod tool;
mod xapi;

use lcms_core::model::Metadata;
use lcms_core::model::content::{OutlineItem, Standard};

use crate::error::ImportError;
use crate::folder::Folder;
use crate::reader::{Reader, Reading};
use crate::report::Remark;
use crate::split;

/// Most bytes of a manifest or another file that describes a package.
const MAX_DESCRIPTION: u64 = 16 << 20;

/// What a package says of itself.
#[derive(Debug, Default)]
struct Described {
    standard: Standard,
    edition: Option<String>,
    title: String,
    /// What is opened when nothing of the outline is chosen.
    launch: Option<String>,
    parameters: String,
    outline: Vec<OutlineItem>,
    metadata: Metadata,
    unsupported: Vec<Remark>,
    repaired: Vec<Remark>,
}

/// Reads packages of SCORM 1.2 and 2004, cmi5, xAPI, AICC and H5P.
#[derive(Clone, Copy, Debug)]
pub struct WebPackages;

/// How one standard describes its packages.
type Describe = fn(&Folder) -> Result<Described, ImportError>;

fn describer(folder: &Folder) -> Option<(&'static str, Describe)> {
    if folder.contains(lcms_formats::manifest::MANIFEST_FILE) && scorm::is_scorm(folder) {
        Some(("SCORM package", scorm::describe))
    } else if folder.contains(lcms_formats::cmi5::COURSE_STRUCTURE_FILE) {
        Some(("cmi5 package", cmi5::describe))
    } else if folder.contains(lcms_formats::tincan::TINCAN_FILE) {
        Some(("xAPI package", xapi::describe))
    } else if aicc::stem(folder).is_some() {
        Some(("AICC package", aicc::describe))
    } else if folder.contains(h5p::FILE) {
        Some(("H5P file", h5p::describe))
    } else {
        None
    }
}

impl Reader for WebPackages {
    fn format(&self, folder: &Folder) -> &'static str {
        describer(folder).map_or("package", |(name, _)| name)
    }

    fn expects(&self) -> &'static str {
        "a package of SCORM, cmi5, xAPI, AICC or H5P"
    }

    fn detect(&self, folder: &Folder) -> bool {
        describer(folder).is_some()
    }

    fn keeps_every_file(&self) -> bool {
        true
    }

    fn split(&self, folder: &Folder, reading: &mut Reading) -> Result<(), ImportError> {
        split::split(folder, reading)
    }

    fn read(&self, folder: &Folder) -> Result<Reading, ImportError> {
        let Some((_, describe)) = describer(folder) else { return Ok(Reading::default()) };
        compose::compose(folder, describe(folder)?)
    }
}

/// One line of text, as titles are.
fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(500).collect()
}

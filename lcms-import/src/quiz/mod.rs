//! Question banks: each question becomes a component, each test an assessment.
//!
//! ```text
//! bank      which files are banks, and of which format
//! texts     prompts and answers as our Markdown, pictures as assets
//! compose   questions, assessments and the assets that they show
//! ```

mod bank;
mod compose;
mod texts;

pub(crate) use compose::questions;

use crate::error::ImportError;
use crate::folder::Folder;
use crate::reader::{Reader, Reading};

/// Reads QTI 2.x and 3.0 (packages and items), Moodle XML, GIFT and CSV.
#[derive(Clone, Copy, Debug)]
pub struct QuestionBank;

impl Reader for QuestionBank {
    fn format(&self, folder: &Folder) -> &'static str {
        bank::find(folder).map_or("question bank", |found| found.name())
    }

    fn expects(&self) -> &'static str {
        "a question bank (QTI, Moodle XML, GIFT, or CSV with the columns `question` and `answer`)"
    }

    fn detect(&self, folder: &Folder) -> bool {
        bank::find(folder).is_some()
    }

    fn read(&self, folder: &Folder) -> Result<Reading, ImportError> {
        match bank::find(folder) {
            Some(found) => compose::compose(folder, &found),
            None => Ok(Reading::default()),
        }
    }
}

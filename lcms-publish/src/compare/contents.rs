//! What is known of a package for comparing it.

use std::collections::BTreeMap;

use lcms_core::model::{ComponentId, Digest};

use crate::bill::Bill;
use crate::shape::Shape;

/// What is known of a package: of one that is planned, or of a file that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// What an LMS tracks of it.
    pub shape: Shape,
    /// Which components it was made from; only packages made here have one.
    pub bill: Option<Bill>,
    /// Digest of every file, by path.
    pub files: BTreeMap<String, Digest>,
    /// What could not be taken into account, in words.
    pub unread: Vec<String>,
}

impl Contents {
    /// The component that a file was made from.
    pub(super) fn component_of_file(&self, path: &str) -> Option<ComponentId> {
        self.bill.as_ref()?.files.get(path)?.component
    }

    /// The component that a reported question id stands for.
    pub(super) fn component_of_question(&self, id: &str) -> Option<ComponentId> {
        self.bill.as_ref()?.questions.get(id).copied()
    }
}

//! Which pages a course has, in which order, in which modules.

mod carpentries;
mod plain;

use std::collections::{BTreeMap, HashSet};

use lcms_core::model::Metadata;

use crate::error::ImportError;
use crate::folder::Folder;

/// The plan of a course. Paths are those of the folder.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub(super) title: Option<String>,
    /// The course's own metadata; licence and attribution hold for all its parts.
    pub(super) metadata: Metadata,
    pub(super) entries: Vec<Entry>,
    /// Pages and other files that are left out, with the reason.
    pub(super) skipped: BTreeMap<String, String>,
    /// Pages that are lessons though nothing is written on them: what they show is placed there later.
    pub(crate) bare: HashSet<String>,
    /// Folders in which a path may begin, beside the page's own.
    pub(super) roots: Vec<String>,
    /// Folders that do not show in keys.
    pub(crate) unnamed: Vec<String>,
    /// Address under which the course is published; links to it are links between pages.
    pub(super) address: Option<String>,
    /// Page whose reference definitions hold for all.
    pub(super) definitions: Option<String>,
}

impl Outline {
    /// That of a course whose pages are known.
    pub(crate) fn new(title: &str, metadata: Metadata, entries: Vec<Entry>) -> Self {
        Self { title: Some(title.to_owned()), metadata, entries, ..Self::default() }
    }
}

/// A part of a course.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A page, which becomes a lesson.
    Page(String),
    /// A folder, which becomes a module.
    Group {
        /// Path, ending in `/`.
        path: String,
        /// Title; that of its index page or of the folder when left out.
        title: Option<String>,
        entries: Vec<Entry>,
    },
}

impl Entry {
    /// The pages in it, in order.
    pub(super) fn pages(&self) -> Vec<&str> {
        match self {
            Self::Page(path) => vec![path],
            Self::Group { entries, .. } => entries.iter().flat_map(Self::pages).collect(),
        }
    }
}

/// Plans the course of a folder.
pub(super) fn of(folder: &Folder) -> Result<Outline, ImportError> {
    if carpentries::detect(folder) { carpentries::read(folder) } else { plain::read(folder) }
}

/// Whether a file is a page of Markdown.
pub(crate) fn is_page(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("md" | "markdown"))
}

/// The name of a file without folder and ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// Whether a page introduces its folder.
pub(super) fn is_index(path: &str) -> bool {
    matches!(stem(path).to_ascii_lowercase().as_str(), "index" | "readme")
}

/// Why a page is no teaching text, judged by its name.
fn legal_or_project(path: &str) -> Option<&'static str> {
    let name = stem(path).to_ascii_uppercase().replace('-', "_");
    match name.as_str() {
        "LICENSE" | "LICENCE" | "COPYING" | "NOTICE" => {
            Some("it is a licence, not a page to learn from")
        }
        "CONDUCT"
        | "CODE_OF_CONDUCT"
        | "CONTRIBUTING"
        | "CHANGELOG"
        | "NEWS"
        | "AUTHORS"
        | "CITATION"
        | "MAINTAINERS"
        | "SECURITY"
        | "PULL_REQUEST_TEMPLATE" => Some("it is about the project, not a page to learn from"),
        _ => None,
    }
}

/// A file or folder name as a title: `02-getting_started` is "Getting started".
pub(super) fn humanise(name: &str) -> String {
    let bare = name.trim_start_matches(|c: char| c.is_ascii_digit() || "-_. ".contains(c));
    let words = if bare.is_empty() { name } else { bare };
    let words = words.replace(['-', '_'], " ");
    let mut chars = words.trim().chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_titles() {
        assert_eq!(humanise("02-getting_started"), "Getting started");
        assert_eq!(humanise("2024"), "2024");
        assert_eq!(humanise("git-staging-area"), "Git staging area");
    }

    #[test]
    fn projects_papers_are_no_pages() {
        for path in ["LICENSE.md", "docs/code-of-conduct.md", "Contributing.md"] {
            assert!(legal_or_project(path).is_some(), "{path}");
        }
        assert!(legal_or_project("licensing.md").is_none());
    }
}

//! Web packages: imported opaque content that keeps its own tree of paths.
//!
//! A package is one component with all its files. Each unit of it that an LMS could launch on its
//! own is a component too, a *part*: it holds no files but a slot with the package, and opens
//! another page of it. So a part can be placed anywhere, and where-used stays exact.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::asset::{is_file_name, is_media_type};
use super::{Document, Part, Visit, is_default, read_typed};
use crate::model::digest::Digest;
use crate::model::slot::{Placement, SlotRole};
use crate::model::violation::{Violation, Violations};

/// Longest text of a package, in characters.
pub const MAX_PACKAGE_TEXT: usize = 200_000;

/// Entries inside each other that an outline may have.
const MAX_OUTLINE_DEPTH: usize = 32;

/// Imported opaque content: every file at the path it came with. Either `files` or `package` is
/// there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebPackage {
    /// Title.
    pub title: String,
    /// The standard it speaks to an LMS.
    #[serde(default, skip_serializing_if = "is_default")]
    pub standard: Standard,
    /// Which version of the standard, in the package's own words: `2004 4th Edition`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The program that made it, as far as its files show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// Path of the file to open; one of `files`, or of those of `package`. A page, or the
    /// `h5p.json` that an H5P player opens.
    pub launch: String,
    /// What is added to its address: `?a=b` or `#c`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parameters: String,
    /// What an LMS shows of it and tracks, as its manifest says; of a part, that part alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outline: Vec<OutlineItem>,
    /// Words of its pages, for search.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Every file, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PackagedFile>,
    /// Of a part: the package that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Placement>,
}

/// An authoring tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version, where the package tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// One file of a web package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackagedFile {
    /// Path inside the package, with `/` between its parts.
    pub path: String,
    /// The file's bytes.
    pub blob: Digest,
    /// Size in bytes.
    pub size: u64,
    /// Media type.
    pub media_type: String,
}

/// One entry of a package's outline: an item of SCORM, a block or assignable unit of cmi5 and AICC, an
/// activity of xAPI.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutlineItem {
    /// Its identifier in the package.
    pub id: String,
    /// Title.
    pub title: String,
    /// Path of what it opens, or the address of another server; nothing for a heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch: Option<String>,
    /// What is added to the address: `?a=b` or `#c`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parameters: String,
    /// Whether it talks to the LMS.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tracked: bool,
    /// Whether tables of contents leave it out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
    /// What passes, of 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mastery_score: Option<f64>,
    /// How much completes it, of 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_threshold: Option<f64>,
    /// What must come first, in the standard's own notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prerequisites: String,
    /// Longest time, in the standard's own notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub max_time: String,
    /// What happens after that: `exit,message`, `exit,no message`, `continue,message` or
    /// `continue,no message`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub time_limit_action: String,
    /// When an LMS goes on, in cmi5's words: `Passed`, `Completed`, `CompletedAndPassed`,
    /// `CompletedOrPassed` or `NotApplicable`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub move_on: String,
    /// What an LMS hands to it at launch.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub launch_data: String,
    /// What it reports on apart from itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<OutlineObjective>,
    /// What stands below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub items: Vec<OutlineItem>,
}

/// An objective that a package names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutlineObjective {
    /// Its identifier in the package.
    pub id: String,
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The standard a web package speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standard {
    /// None: plain pages.
    #[default]
    None,
    /// SCORM 1.2
    Scorm12,
    /// SCORM 2004, any edition
    Scorm2004,
    /// AICC
    Aicc,
    /// xAPI
    Xapi,
    /// cmi5
    Cmi5,
    /// H5P
    H5p,
}

impl Standard {
    /// Its name, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "plain pages",
            Self::Scorm12 => "SCORM 1.2",
            Self::Scorm2004 => "SCORM 2004",
            Self::Aicc => "AICC",
            Self::Xapi => "xAPI",
            Self::Cmi5 => "cmi5",
            Self::H5p => "H5P",
        }
    }
}

impl WebPackage {
    /// Every entry of the outline, parents first, in document order.
    pub fn items(&self) -> impl Iterator<Item = &OutlineItem> {
        let mut waiting: Vec<&OutlineItem> = self.outline.iter().rev().collect();
        std::iter::from_fn(move || {
            let item = waiting.pop()?;
            waiting.extend(item.items.iter().rev());
            Some(item)
        })
    }

    /// All words of it apart from its title, for the index.
    pub(super) fn words(&self) -> Vec<String> {
        let titles = self.items().map(|item| item.title.clone());
        let objectives = self.items().flat_map(|item| &item.objectives);
        let mut words: Vec<String> =
            titles.chain(objectives.map(|objective| objective.text.clone())).collect();
        words.push(self.text.clone());
        words.extend(self.files.iter().map(|file| file.path.clone()));
        words
    }

    fn check_files(&self, violations: &mut Violations) {
        let mut paths = HashSet::new();
        for (n, file) in self.files.iter().enumerate() {
            violations.require(
                is_path(&file.path),
                format!("/files/{n}/path"),
                "path",
                "a path is relative, with `/` between file names and no `.` or `..`",
            );
            violations.require(
                paths.insert(file.path.to_lowercase()),
                format!("/files/{n}/path"),
                "unique",
                format!("`{}` stands twice (letter case does not tell paths apart)", file.path),
            );
            violations.require(
                is_media_type(&file.media_type),
                format!("/files/{n}/media_type"),
                "media_type",
                "a media type looks like `image/png`",
            );
        }
    }

    /// An outline that goes deeper than anybody could read is refused with the level that does.
    fn check_outline(&self, violations: &mut Violations) {
        let mut level: Vec<&OutlineItem> = self.outline.iter().collect();
        let mut depth = 0;
        while !level.is_empty() {
            depth += 1;
            let scores = level.iter().flat_map(|i| [i.mastery_score, i.completion_threshold]);
            violations.require(
                scores.flatten().all(|score| (0.0..=1.0).contains(&score)),
                "/outline",
                "range",
                "mastery_score and completion_threshold are between 0 and 1",
            );
            level = level.into_iter().flat_map(|item| &item.items).collect();
        }
        violations.require(
            depth <= MAX_OUTLINE_DEPTH,
            "/outline",
            "depth",
            format!("an outline is at most {MAX_OUTLINE_DEPTH} entries deep"),
        );
    }
}

fn is_path(path: &str) -> bool {
    path.split('/').all(is_file_name) && path.len() <= 1000
}

impl Document for WebPackage {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn normalise(&mut self) {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
    }

    fn check(&self, violations: &mut Violations) {
        self.check_files(violations);
        self.check_outline(violations);
        violations.require(
            self.text.chars().count() <= MAX_PACKAGE_TEXT,
            "/text",
            "length",
            format!("the text has at most {MAX_PACKAGE_TEXT} characters"),
        );
        let launch = match &self.package {
            Some(_) => {
                violations.require(
                    self.files.is_empty(),
                    "/files",
                    "part",
                    "a part has the files of its package and none of its own",
                );
                is_path(&self.launch)
            }
            None => self.files.iter().any(|file| file.path == self.launch),
        };
        violations.require(
            launch,
            "/launch",
            "launch",
            format!("`{}` is not one of the files", self.launch),
        );
        let parameters = &self.parameters;
        violations.require(
            parameters.is_empty() || parameters.starts_with(['?', '#']),
            "/parameters",
            "parameters",
            "parameters begin with `?` or `#`",
        );
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        if let Some(package) = &mut self.package {
            visit("/package".to_owned(), Part::Placement(SlotRole::Package, package));
        }
    }
}

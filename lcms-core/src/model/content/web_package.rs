//! Web packages: imported opaque content that keeps its own tree of paths.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::asset::{is_file_name, is_media_type};
use super::{Document, is_default, read_typed};
use crate::model::digest::Digest;
use crate::model::violation::{Violation, Violations};

/// Imported opaque content: every file at the path it came with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebPackage {
    /// Title.
    pub title: String,
    /// The standard it speaks to an LMS.
    #[serde(default, skip_serializing_if = "is_default")]
    pub standard: Standard,
    /// Path of the page to open; one of `files`.
    pub launch: String,
    /// Every file, sorted by path.
    pub files: Vec<PackagedFile>,
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

impl Document for WebPackage {
    fn read(value: Value) -> Result<Self, Vec<Violation>> {
        read_typed(value)
    }

    fn normalise(&mut self) {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
    }

    fn check(&self, violations: &mut Violations) {
        let mut paths = HashSet::new();
        for (n, file) in self.files.iter().enumerate() {
            violations.require(
                file.path.split('/').all(is_file_name) && file.path.len() <= 1000,
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
        violations.require(
            self.files.iter().any(|file| file.path == self.launch),
            "/launch",
            "launch",
            format!("`{}` is not one of the files", self.launch),
        );
    }
}

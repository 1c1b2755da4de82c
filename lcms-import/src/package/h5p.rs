//! H5P files.

use lcms_core::model::Metadata;
use lcms_core::model::content::Standard;
use serde::Deserialize;

use super::{Described, MAX_DESCRIPTION, line};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::Remark;

/// What makes a folder an H5P file.
pub(crate) const FILE: &str = "h5p.json";
/// What fills the content type.
pub(crate) const CONTENT: &str = "content/content.json";

/// What the file says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    pub(crate) title: String,
    /// The content type: `H5P.MultiChoice`.
    pub(crate) main_library: String,
    license: Option<String>,
    #[serde(default)]
    authors: Vec<Author>,
    #[serde(default)]
    preloaded_dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Author {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    machine_name: String,
    major_version: Number,
    minor_version: Number,
}

/// Old files write numbers as texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Number(u32),
    Text(String),
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

pub(crate) fn head(folder: &Folder) -> Result<Head, ImportError> {
    let bytes = folder.bytes(FILE, MAX_DESCRIPTION)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| ImportError::format(FILE, error.line(), error.to_string()))
}

/// The content type and its version: `H5P.MultiChoice 1.14`.
pub(super) fn library(folder: &Folder) -> Option<(String, Option<String>)> {
    let head = head(folder).ok()?;
    let own = head.preloaded_dependencies.iter().find(|it| it.machine_name == head.main_library);
    let version = own.map(|it| format!("{}.{}", it.major_version, it.minor_version));
    Some((head.main_library, version))
}

pub(super) fn describe(folder: &Folder) -> Result<Described, ImportError> {
    let head = head(folder)?;
    let mut described = Described {
        standard: Standard::H5p,
        title: line(&head.title),
        launch: Some(FILE.to_owned()),
        metadata: Metadata {
            // `U` is H5P's word for undisclosed.
            licence: head.license.filter(|licence| licence != "U" && !licence.is_empty()),
            attribution: Some(
                head.authors
                    .iter()
                    .map(|author| author.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            )
            .filter(|names| !names.is_empty()),
            ..Metadata::default()
        },
        ..Described::default()
    };
    if !folder.contains(CONTENT) {
        let reason = format!("`{CONTENT}` is not there");
        return Err(ImportError::format(FILE, None, reason));
    }
    let library = &head.main_library;
    let is_there = folder.files().keys().any(|path| {
        path.split_once('/').is_some_and(|(folder, _)| folder.starts_with(&format!("{library}-")))
    });
    if !is_there {
        let reason =
            format!("the content type {library} is not in the file: a player must have it");
        described.unsupported.push(Remark::file(FILE, reason));
    }
    Ok(described)
}

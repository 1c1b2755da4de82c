//! A library as files that people edit.
//!
//! ```text
//! library.yaml            id, key, title, description, language
//! any/where/topic.md      YAML head (id, kind, key, metadata, title, summary, objectives), then the body
//! any/where/other.yaml    id, kind, key, metadata, content
//! any/where/picture.svg   a file, described by picture.svg.yaml (as above, without what the file says itself)
//! ```
//!
//! The folders mean nothing. A component without `key` has the stem of its file as its key. Ids of
//! components and slots are as given; a slot without id gets one that derives from its place.

mod component;

use lcms_core::model::{Content, Kind};
use lcms_core::service::NewLibrary;

use crate::error::ImportError;
use crate::folder::Folder;
use crate::reader::{Reader, Reading};
use crate::report::Remark;
use crate::yaml;

const HEAD: &str = "library.yaml";

/// Reads a library as files that people edit.
#[derive(Clone, Copy, Debug)]
pub struct LibraryFolder;

/// What the folder says about its library, to be created before the folder is imported; `None` when
/// it is another kind of folder.
///
/// # Errors
/// When the file cannot be read or breaks a rule.
pub fn library_of(folder: &Folder) -> Result<Option<NewLibrary>, ImportError> {
    if !folder.contains(HEAD) {
        return Ok(None);
    }
    yaml::read(HEAD, 1, &folder.text(HEAD)?).map(Some)
}

impl Reader for LibraryFolder {
    fn format(&self) -> &'static str {
        "library folder"
    }

    fn expects(&self) -> &'static str {
        "a library folder with `library.yaml`"
    }

    fn detect(&self, folder: &Folder) -> bool {
        folder.contains(HEAD)
    }

    fn read(&self, folder: &Folder) -> Result<Reading, ImportError> {
        library_of(folder)?;
        let mut reading = Reading { skipped: folder.skipped().to_vec(), ..Reading::default() };
        for path in folder.files().keys().filter(|path| *path != HEAD) {
            let name = path.rsplit('/').next().unwrap_or(path);
            if name.eq_ignore_ascii_case("readme.md") {
                reading.skipped.push(Remark::file(path, "it describes the folder"));
            } else if name.ends_with(".md") {
                reading.subjects.push(component::topic(folder, path)?);
            } else if let Some(described) = name.ends_with(".yaml").then(|| &path[..path.len() - 5])
            {
                let is_sidecar = folder.contains(described);
                let subject = match is_sidecar {
                    true => component::asset(folder, path, described, &mut reading.files)?,
                    false => component::other(folder, path)?,
                };
                if subject.content.kind() == Kind::Asset && !is_sidecar {
                    let message =
                        format!("an asset is described beside its file: `{described}` is missing");
                    return Err(ImportError::format(path, None, message));
                }
                if matches!(subject.content, Content::Course(_)) {
                    reading.courses.push(subject.key.clone());
                }
                reading.subjects.push(subject);
            } else if !folder.contains(&format!("{path}.yaml")) {
                let reason = format!("no `{name}.yaml` describes it");
                reading.skipped.push(Remark::file(path, reason));
            }
        }
        Ok(reading)
    }
}

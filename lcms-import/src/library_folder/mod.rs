//! A library as files that people edit.
//!
//! ```text
//! library.yaml            id, key, title, description, language
//! any/where/topic.md      YAML head (id, kind, key, metadata, title, summary, objectives), then the body
//! any/where/other.yaml    id, kind, key, metadata, content
//! any/where/picture.svg   a file, described by picture.svg.yaml (as above, without what the file says itself)
//! any/where/clip.en.vtt   a track of the file whose description names it in `tracks`
//! any/where/topic.de.md   a translation of topic.md; so is other.de.yaml, of other.yaml
//! ```
//!
//! The folders mean nothing. A component without `key` has the stem of its file as its key. Ids of
//! components and slots are as given; a slot without id gets one that derives from its place.

mod component;
mod translation;

use std::collections::{HashMap, HashSet};

use lcms_core::model::{Content, Kind, Language};
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
    fn format(&self, _folder: &Folder) -> &'static str {
        "library folder"
    }

    fn expects(&self) -> &'static str {
        "a library folder with `library.yaml`"
    }

    fn detect(&self, folder: &Folder) -> bool {
        folder.contains(HEAD)
    }

    fn makes_up_keys(&self) -> bool {
        false
    }

    fn read(&self, folder: &Folder) -> Result<Reading, ImportError> {
        library_of(folder)?;
        let mut reading = Reading { skipped: folder.skipped().to_vec(), ..Reading::default() };
        let mut translations = Vec::new();
        let mut rest = Vec::new();
        for path in folder.files().keys().filter(|path| *path != HEAD) {
            match file(folder, path) {
                File::About => reading.skipped.push(Remark::file(path, "it describes the folder")),
                File::Translation(source, language) => translations.push((path, source, language)),
                File::Topic => reading.subjects.push(component::topic(folder, path)?),
                File::Asset(of) => {
                    let asset = component::asset(folder, path, of, &mut reading.files)?;
                    reading.subjects.push(asset);
                }
                File::Other => {
                    let subject = component::other(folder, path)?;
                    if let Content::Asset(_) = subject.content {
                        let of = path.trim_end_matches(".yaml");
                        let message =
                            format!("an asset is described beside its file: `{of}` is missing");
                        return Err(ImportError::format(path, None, message));
                    }
                    reading.subjects.push(subject);
                }
                File::Rest => rest.push(path),
            }
        }
        let by_source: HashMap<_, _> =
            reading.subjects.iter().map(|subject| (subject.source.as_str(), subject)).collect();
        for (path, source, language) in translations {
            let Some(subject) = by_source.get(source.as_str()) else {
                let reason = format!("it would translate `{source}`, which is no component");
                reading.skipped.push(Remark::file(path, reason));
                continue;
            };
            let translation =
                translation::read(folder, path, language, subject, &mut reading.files)?;
            reading.translations.push(translation);
        }
        let courses = reading.subjects.iter().filter(|s| s.content.kind() == Kind::Course);
        reading.courses = courses.map(|course| course.key.clone()).collect();
        let used: HashSet<_> = reading.files.iter().map(|file| file.path.as_str()).collect();
        for path in rest {
            if !used.contains(path.as_str()) {
                reading.skipped.push(Remark::file(path, format!("no `{path}.yaml` describes it")));
            }
        }
        Ok(reading)
    }
}

/// What a file of the folder is, by its name and its neighbours.
enum File<'f> {
    /// Text about the folder.
    About,
    /// A page.
    Topic,
    /// The description of this file.
    Asset(&'f str),
    /// Any other component.
    Other,
    /// A translation of what this file describes.
    Translation(String, Language),
    /// A file that another one describes, or nobody.
    Rest,
}

fn file<'f>(folder: &Folder, path: &'f str) -> File<'f> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let described = path.strip_suffix(".yaml");
    match described.filter(|of| folder.contains(of)) {
        Some(of) => File::Asset(of),
        None if name.starts_with("readme.") && name.ends_with(".md") => File::About,
        None if described.is_none() && !path.ends_with(".md") => File::Rest,
        None => match (translation::source_of(folder, path), described) {
            (Some((source, language)), _) => File::Translation(source, language),
            (None, Some(_)) => File::Other,
            (None, None) => File::Topic,
        },
    }
}

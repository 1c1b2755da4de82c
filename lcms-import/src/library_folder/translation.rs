//! Translations in a library folder: `page.de.md` beside `page.md`, `lesson.de.yaml` beside
//! `lesson.yaml`, `picture.svg.de.yaml` beside `picture.svg.yaml`.
//!
//! Such a file says what is otherwise than in its source and nothing more; entries of lists name
//! the `id` of the one they translate. A file that says something else in another language (a
//! picture with words, a recording) follows the same rule: `picture.de.svg` beside `picture.svg`.

use lcms_core::model::{Content, Language};
use lcms_core::service::{ImportSubject, ImportTranslation};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::component;
use crate::error::ImportError;
use crate::folder::Folder;
use crate::reader::AssetFile;
use crate::yaml;

/// What a translation's file says: no id, no kind and no key, which are its source's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    metadata: Map<String, Value>,
    #[serde(default)]
    content: Map<String, Value>,
}

/// The file of which `path` is named as a translation, and the language.
pub(super) fn source_of(folder: &Folder, path: &str) -> Option<(String, Language)> {
    let (rest, ending) = path.rsplit_once('.')?;
    let (stem, language) = rest.rsplit_once('.')?;
    let source = format!("{stem}.{ending}");
    (folder.contains(&source) && !language.contains('/'))
        .then(|| language.parse().ok())
        .flatten()
        .map(|language| (source, language))
}

/// Reads the translation of `subject` in a file.
pub(super) fn read(
    folder: &Folder,
    path: &str,
    language: Language,
    subject: &ImportSubject,
    files: &mut Vec<AssetFile>,
) -> Result<ImportTranslation, ImportError> {
    let text = folder.text(path)?;
    let (mut written, lines_before) = match path.ends_with(".md") {
        true => topic(path, &text)?,
        false => (yaml::read::<Written>(path, 1, &text)?, 0),
    };
    if let Content::Asset(asset) = &subject.content {
        let describes = &subject.source[..subject.source.len() - ".yaml".len()];
        let own = component::in_language(describes, &language);
        if folder.contains(&own) {
            let known = component::known_of(folder, &own)?;
            if known.media_type != asset.media_type {
                let message =
                    format!("`{own}` is not of the type of `{describes}`, {}", asset.media_type);
                return Err(ImportError::format(path, None, message));
            }
            known.describe(&mut written.content);
            files.push(known.file(&own));
        }
        component::tracks(folder, path, &mut written.content, files)?;
    }
    subject
        .content
        .translated(&written.content)
        .map_err(|violations| component::refused(path, lines_before, violations))?;
    Ok(ImportTranslation {
        source: path.to_owned(),
        subject: subject.key.clone(),
        language,
        content: written.content,
        metadata: written.metadata,
    })
}

/// The head of a translated page, its body, and how many lines stand before that.
fn topic(path: &str, text: &str) -> Result<(Written, usize), ImportError> {
    let Some(fronted) = yaml::front_matter(text) else {
        let message = "a translated topic begins with a YAML head between two lines of `---`";
        return Err(ImportError::format(path, 1, message));
    };
    let mut content: Map<String, Value> = yaml::read(path, 2, fronted.yaml)?;
    let metadata = match content.remove("metadata") {
        None => Map::new(),
        Some(Value::Object(metadata)) => metadata,
        Some(_) => return Err(ImportError::format(path, 2, "`metadata` is a map of fields")),
    };
    for name in ["id", "kind", "key"] {
        if content.contains_key(name) {
            let message = format!(
                "by its name this translates a page, whose `{name}` it shares: leave `{name}` out, or rename the file"
            );
            return Err(ImportError::format(path, 2, message));
        }
    }
    content.insert("body".to_owned(), fronted.body.trim_start_matches('\n').into());
    let blank = fronted.body.bytes().take_while(|byte| *byte == b'\n').count();
    Ok((Written { metadata, content }, fronted.lines + blank))
}

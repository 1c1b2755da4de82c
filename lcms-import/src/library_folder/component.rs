//! One component of a library folder.

use lcms_core::model::content::Asset;
use lcms_core::model::{ComponentId, Content, Key, Kind, Metadata, Violation};
use lcms_core::service::ImportSubject;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::ImportError;
use crate::folder::Folder;
use crate::media;
use crate::reader::AssetFile;
use crate::slots::Slots;
use crate::yaml;

/// What every component's file says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    id: Option<ComponentId>,
    kind: Kind,
    key: Option<Key>,
    #[serde(default)]
    metadata: Map<String, Value>,
    #[serde(default)]
    content: Map<String, Value>,
}

/// Reads a topic: a YAML head, then the body.
pub(super) fn topic(folder: &Folder, path: &str) -> Result<ImportSubject, ImportError> {
    let text = folder.text(path)?;
    let Some(fronted) = yaml::front_matter(&text) else {
        let message = "a topic begins with a YAML head between two lines of `---`";
        return Err(ImportError::format(path, 1, message));
    };
    let mut fields: Map<String, Value> = yaml::read(path, 2, fronted.yaml)?;
    let mut head = Map::new();
    for name in ["id", "kind", "key", "metadata"] {
        head.extend(fields.remove_entry(name));
    }
    head.entry("kind").or_insert_with(|| Kind::Topic.as_str().into());
    fields.insert("body".to_owned(), fronted.body.trim_start_matches('\n').into());
    head.insert("content".to_owned(), Value::Object(fields));
    let described = serde_json::from_value(Value::Object(head))
        .map_err(|error| ImportError::format(path, 1, error.to_string()))?;
    let blank = fronted.body.bytes().take_while(|byte| *byte == b'\n').count();
    subject(path, path, described, fronted.lines + blank)
}

/// Reads the description of a file.
pub(super) fn asset(
    folder: &Folder,
    path: &str,
    file: &str,
    files: &mut Vec<AssetFile>,
) -> Result<ImportSubject, ImportError> {
    let mut described: Described = yaml::read(path, 1, &folder.text(path)?)?;
    if described.kind != Kind::Asset {
        let message = format!("beside `{file}` stands its description, of kind asset");
        return Err(ImportError::format(path, None, message));
    }
    let digest = folder.digest(file)?;
    let size = folder.files().get(file).map_or(0, |file| file.size);
    let known = [
        ("blob", Value::from(digest.to_string())),
        ("size", size.into()),
        ("file_name", media::file_name(file).into()),
        ("media_type", media::media_type(file).into()),
    ];
    for (name, value) in known {
        described.content.entry(name).or_insert(value);
    }
    let subject = subject(path, file, described, 0)?;
    if let Content::Asset(Asset { blob, media_type, .. }) = &subject.content {
        if *blob != digest {
            let message = format!("`blob` is not the digest of `{file}`; leave it out");
            return Err(ImportError::format(path, None, message));
        }
        files.push(AssetFile { path: file.to_owned(), media_type: media_type.clone(), digest });
    }
    Ok(subject)
}

/// Reads any other component.
pub(super) fn other(folder: &Folder, path: &str) -> Result<ImportSubject, ImportError> {
    subject(path, path, yaml::read(path, 1, &folder.text(path)?)?, 0)
}

/// Validates a component. Its text, if any, follows `lines_before` lines of the file.
fn subject(
    path: &str,
    named: &str,
    described: Described,
    lines_before: usize,
) -> Result<ImportSubject, ImportError> {
    let Described { id, kind, key, metadata, content } = described;
    let key = match key {
        Some(key) => key,
        None => stem(named).parse().map_err(|error| {
            ImportError::format(path, None, format!("{error}; rename the file or give it a `key`"))
        })?,
    };
    let mut content = Value::Object(content);
    Slots::of(path).fill(&mut content);
    let refused = |violations: Vec<Violation>| {
        let in_file = violations.into_iter().map(|mut violation| {
            violation.line = violation.line.map(|line| line + lines_before);
            violation
        });
        ImportError::document(path, in_file.collect())
    };
    Ok(ImportSubject {
        source: path.to_owned(),
        line: None,
        id,
        key,
        content: Content::parse(kind, content).map_err(refused)?,
        metadata: Metadata::parse(Value::Object(metadata))
            .map_err(|violations| ImportError::document(path, violations))?,
    })
}

/// The name of a file without its last ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

//! One component of a library folder.

use lcms_core::model::content::Asset;
use lcms_core::model::{ComponentId, Content, Digest, Key, Kind, Language, Metadata, Violation};
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
    let known = known_of(folder, file)?;
    known.describe(&mut described.content);
    tracks(folder, path, &mut described.content, files)?;
    let subject = subject(path, file, described, 0)?;
    if let Content::Asset(Asset { blob, .. }) = &subject.content {
        if *blob != known.digest {
            let message = format!("`blob` is not the digest of `{file}`; leave it out");
            return Err(ImportError::format(path, None, message));
        }
        files.push(known.file(file));
    }
    Ok(subject)
}

/// What a file tells about itself.
pub(super) struct Known {
    pub(super) digest: Digest,
    pub(super) media_type: &'static str,
    size: u64,
    name: String,
}

pub(super) fn known_of(folder: &Folder, file: &str) -> Result<Known, ImportError> {
    Ok(Known {
        digest: folder.digest(file)?,
        media_type: media::media_type(file),
        size: folder.files().get(file).map_or(0, |file| file.size),
        name: media::file_name(file),
    })
}

impl Known {
    /// Says it in an asset's content, where that says nothing else.
    pub(super) fn describe(&self, content: &mut Map<String, Value>) {
        let fields = [
            ("blob", Value::from(self.digest.to_string())),
            ("size", self.size.into()),
            ("file_name", self.name.clone().into()),
            ("media_type", self.media_type.into()),
        ];
        for (name, value) in fields {
            content.entry(name).or_insert(value);
        }
    }

    /// The file at `path`, to be uploaded.
    pub(super) fn file(&self, path: &str) -> AssetFile {
        let media_type = self.media_type.to_owned();
        AssetFile { path: path.to_owned(), media_type, digest: self.digest }
    }
}

/// Fills in the digests of an asset's tracks: each is the file of its `file_name`, beside `path`.
pub(super) fn tracks(
    folder: &Folder,
    path: &str,
    content: &mut Map<String, Value>,
    files: &mut Vec<AssetFile>,
) -> Result<(), ImportError> {
    let beside = path.rfind('/').map_or("", |end| &path[..=end]);
    let listed = content.get_mut("tracks").and_then(Value::as_array_mut);
    for track in listed.into_iter().flatten().filter_map(Value::as_object_mut) {
        let Some(name) = track.get("file_name").and_then(Value::as_str) else { continue };
        let file = format!("{beside}{name}");
        if !folder.contains(&file) {
            let message = format!("the track `{file}` is missing");
            return Err(ImportError::format(path, None, message));
        }
        let known = known_of(folder, &file)?;
        track.insert("blob".to_owned(), known.digest.to_string().into());
        files.push(known.file(&file));
    }
    Ok(())
}

/// The name of a file's translation: the language stands before the last ending.
pub(super) fn in_language(file: &str, language: &Language) -> String {
    match file.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}.{language}.{ending}"),
        None => format!("{file}.{language}"),
    }
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
    Ok(ImportSubject {
        source: path.to_owned(),
        line: None,
        id,
        key,
        content: Content::parse(kind, content)
            .map_err(|violations| refused(path, lines_before, violations))?,
        metadata: Metadata::parse(Value::Object(metadata))
            .map_err(|violations| ImportError::document(path, violations))?,
    })
}

/// Violations with the lines of the file, in which `lines_before` stand before the text.
pub(super) fn refused(
    path: &str,
    lines_before: usize,
    mut violations: Vec<Violation>,
) -> ImportError {
    for violation in &mut violations {
        violation.line = violation.line.map(|line| line + lines_before);
    }
    ImportError::document(path, violations)
}

/// The name of a file without its last ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

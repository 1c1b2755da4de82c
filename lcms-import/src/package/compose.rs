//! A package becomes components: itself, and each part of it that can be launched.

use std::collections::HashSet;

use lcms_core::model::content::{OutlineItem, PackagedFile, WebPackage};
use lcms_core::model::{Content, Kind, Metadata};
use lcms_core::service::ImportSubject;

use super::{Described, text, tool};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::keys::Keys;
use crate::media::media_type;
use crate::reader::{AssetFile, Reading};
use crate::report::Remark;
use crate::slots::Slots;

/// Most characters of outline ids that become part of a source's name.
const MAX_ID: usize = 200;

pub(super) fn compose(folder: &Folder, mut described: Described) -> Result<Reading, ImportError> {
    let mut seen = HashSet::new();
    let mut repaired = Vec::new();
    tell_apart(&mut described.outline, &mut seen, &mut repaired);
    let repaired = repaired.into_iter().map(|reason| Remark::file(folder.name(), reason));
    described.repaired.extend(repaired);
    let mut reading = Reading {
        skipped: outside(folder),
        unsupported: described.unsupported,
        repaired: [folder.repaired(), &described.repaired].concat(),
        ..Reading::default()
    };
    let launchable = launchable(folder, &described.outline);
    let first = launchable.first();
    let (launch, parameters) = match (&described.launch, first) {
        (Some(launch), _) => (launch.clone(), described.parameters.clone()),
        (None, Some(item)) => (item.launch.clone().unwrap_or_default(), item.parameters.clone()),
        (None, None) => {
            let message = format!(
                "nothing in this {} package can be opened: its description names no file that is there",
                described.standard.name()
            );
            return Err(ImportError::format(folder.name(), None, message));
        }
    };
    let mut files = Vec::new();
    for (path, file) in folder.all_files() {
        let (blob, media_type) = (folder.digest(path)?, media_type(path).to_owned());
        reading.files.push(AssetFile {
            path: path.to_owned(),
            media_type: media_type.clone(),
            digest: blob,
        });
        files.push(PackagedFile { path: path.to_owned(), blob, size: file.size, media_type });
    }
    let mut keys = Keys::default();
    let source = folder.name();
    let key = keys.next(&[source]);
    let title = if described.title.is_empty() { source.to_owned() } else { described.title };
    let tool = tool::of(folder, &launch);
    let whole = WebPackage {
        title: title.clone(),
        standard: described.standard,
        edition: described.edition.clone(),
        tool: tool.clone(),
        launch,
        parameters,
        outline: described.outline.clone(),
        text: text::of(folder),
        files,
        package: None,
    };
    reading.subjects.push(subject(source, source, &key, whole, described.metadata)?);
    if launchable.len() > 1 {
        for item in launchable {
            let id: String = item.id.chars().take(MAX_ID).collect();
            let part = format!("{source}#{id}");
            let name = if item.title.is_empty() { &id } else { &item.title };
            let content = WebPackage {
                title: if item.title.is_empty() { title.clone() } else { item.title.clone() },
                standard: described.standard,
                edition: described.edition.clone(),
                tool: tool.clone(),
                launch: item.launch.clone().unwrap_or_default(),
                parameters: item.parameters.clone(),
                outline: vec![OutlineItem { items: Vec::new(), ..item.clone() }],
                text: String::new(),
                files: Vec::new(),
                package: Some(Slots::of(&part).placement("package", source, &key)),
            };
            let part_key = keys.next(&[source, name]);
            reading.subjects.push(subject(source, &part, &part_key, content, Metadata::default())?);
        }
    }
    Ok(reading)
}

/// Gives entries of the outline that share an identifier one each: what an LMS knows them by derives
/// from it.
fn tell_apart(items: &mut [OutlineItem], seen: &mut HashSet<String>, repaired: &mut Vec<String>) {
    for item in items {
        if !seen.insert(item.id.clone()) {
            let free = (2..).map(|n| format!("{}-{n}", item.id)).find(|id| !seen.contains(id));
            if let Some(id) = free {
                repaired.push(format!(
                    "the identifier `{}` stands more than once; here “{}” has `{id}`",
                    item.id, item.title
                ));
                seen.insert(id.clone());
                item.id = id;
            }
        }
        tell_apart(&mut item.items, seen, repaired);
    }
}

/// Every entry of the outline that opens a file of the package, in order.
fn launchable(folder: &Folder, outline: &[OutlineItem]) -> Vec<OutlineItem> {
    let mut found = Vec::new();
    for item in outline {
        if item.launch.as_ref().is_some_and(|path| folder.contains(path)) {
            found.push(item.clone());
        }
        found.extend(launchable(folder, &item.items));
    }
    found
}

/// What was left out of an archive; hidden files are not, here.
fn outside(folder: &Folder) -> Vec<Remark> {
    let kept = folder.all_files();
    let is_kept = |path: &str| kept.iter().any(|(known, _)| *known == path);
    folder.skipped().iter().filter(|remark| !is_kept(&remark.source)).cloned().collect()
}

/// Checks what was made like any other document.
fn subject(
    file: &str,
    source: &str,
    key: &lcms_core::model::Key,
    package: WebPackage,
    metadata: Metadata,
) -> Result<ImportSubject, ImportError> {
    let document = serde_json::to_value(package)
        .map_err(|error| ImportError::format(file, None, error.to_string()))?;
    let content = Content::parse(Kind::WebPackage, document)
        .map_err(|violations| ImportError::document(source, violations))?;
    Ok(ImportSubject {
        source: source.to_owned(),
        line: None,
        id: None,
        key: key.clone(),
        content,
        metadata,
    })
}

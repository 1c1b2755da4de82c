//! Any folder of pages: its folders are modules, its files lessons, in the order of their names, with
//! the page that introduces a folder first. The one that introduces all of it describes the course: its
//! title, and the head's description, tags, audience, licence and attribution, are the course's.

use std::collections::BTreeMap;

use lcms_core::model::Metadata;

use super::super::front;
use super::{Entry, Outline, humanise, is_index, is_page, legal_or_project};
use crate::error::ImportError;
use crate::folder::Folder;

/// A folder while it is sorted.
#[derive(Default)]
struct Shelf {
    pages: Vec<String>,
    shelves: BTreeMap<String, Shelf>,
}

/// Plans the course of a plain folder.
pub(super) fn read(folder: &Folder) -> Result<Outline, ImportError> {
    let mut outline = about(folder)?;
    let mut root = Shelf::default();
    for path in folder.files().keys().filter(|path| is_page(path)) {
        if let Some(reason) = legal_or_project(path) {
            outline.skipped.insert(path.clone(), reason.to_owned());
            continue;
        }
        let mut shelf = &mut root;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_some() {
                shelf = shelf.shelves.entry(part.to_owned()).or_default();
            }
        }
        shelf.pages.push(path.clone());
    }
    outline.entries = entries(root, "");
    Ok(outline)
}

/// What the folder's own index page says of the whole.
fn about(folder: &Folder) -> Result<Outline, ImportError> {
    let index =
        folder.files().keys().find(|path| is_page(path) && !path.contains('/') && is_index(path));
    let head = match index {
        Some(path) => front::read(path, &folder.text(path)?).0,
        None => front::Front::default(),
    };
    let Metadata { description, keywords, tags, audience, licence, attribution, .. } =
        head.metadata;
    Ok(Outline {
        title: head.title.or_else(|| Some(humanise(folder.name()))),
        metadata: Metadata {
            description,
            keywords,
            tags,
            audience,
            licence,
            attribution,
            ..Metadata::default()
        },
        ..Outline::default()
    })
}

fn entries(shelf: Shelf, prefix: &str) -> Vec<Entry> {
    let pages = shelf.pages.into_iter().map(|path| {
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        ((!is_index(&path), name), Entry::Page(path))
    });
    let shelves = shelf.shelves.into_iter().map(|(name, inner)| {
        let path = format!("{prefix}{name}/");
        let entries = entries(inner, &path);
        ((true, name), Entry::Group { path, title: None, entries })
    });
    let mut all: Vec<_> = pages.chain(shelves).collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.into_iter().map(|(_, entry)| entry).collect()
}

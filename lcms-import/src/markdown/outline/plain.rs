//! Any folder of pages: its folders are modules, its files lessons, in the order of their names, with
//! the page that introduces a folder first.

use std::collections::BTreeMap;

use super::{Entry, Outline, humanise, is_index, is_page, legal_or_project};
use crate::folder::Folder;

/// A folder while it is sorted.
#[derive(Default)]
struct Shelf {
    pages: Vec<String>,
    shelves: BTreeMap<String, Shelf>,
}

/// Plans the course of a plain folder.
pub(super) fn read(folder: &Folder) -> Outline {
    let mut outline = Outline { title: Some(humanise(folder.name())), ..Outline::default() };
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
    outline
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

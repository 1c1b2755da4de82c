//! The layout of The Carpentries Workbench: `config.yaml` names the pages in order, `episodes/` are
//! the lessons, `index.md` introduces them, `learners/` and `instructors/` accompany them.
//!
//! Pages for instructors are left out unless `config.yaml` lists them under `instructors`.

use lcms_core::model::Metadata;
use serde_json::{Map, Value};

use super::super::front::{licence, list, text};
use super::{Entry, Outline, is_index, is_page, legal_or_project};
use crate::error::ImportError;
use crate::folder::Folder;
use crate::yaml;

const CONFIG: &str = "config.yaml";
const EPISODES: &str = "episodes";

/// Whether the folder has this layout.
pub(super) fn detect(folder: &Folder) -> bool {
    folder.contains(CONFIG) && folder.files().keys().any(|path| path.starts_with("episodes/"))
}

/// Plans the course.
pub(super) fn read(folder: &Folder) -> Result<Outline, ImportError> {
    let config: Map<String, Value> = yaml::read(CONFIG, 1, &folder.text(CONFIG)?)?;
    let value = |name: &str| config.get(name).and_then(text);
    let mut outline = Outline {
        title: value("title"),
        metadata: metadata(&config),
        roots: ["", EPISODES, "learners", "instructors"].map(str::to_owned).to_vec(),
        unnamed: vec![format!("{EPISODES}/")],
        address: value("url").map(|url| format!("{}/", url.trim_end_matches('/'))),
        definitions: folder.contains("links.md").then(|| "links.md".to_owned()),
        ..Outline::default()
    };
    outline.skipped.insert(CONFIG.to_owned(), "it was read as the course's settings".to_owned());
    if folder.contains("index.md") {
        outline.entries.push(Entry::Page("index.md".to_owned()));
    }
    let episodes = listed(&config, EPISODES, folder, &mut outline)?;
    let episodes = episodes.unwrap_or_else(|| pages_in(folder, EPISODES));
    outline.entries.extend(episodes.into_iter().map(Entry::Page));
    for (name, title) in [("learners", "For learners"), ("instructors", "For instructors")] {
        let pages = listed(&config, name, folder, &mut outline)?;
        let pages = match pages {
            Some(pages) => pages,
            None if name == "learners" => pages_in(folder, name),
            None => Vec::new(),
        };
        if !pages.is_empty() {
            let entries = pages.into_iter().map(Entry::Page).collect();
            let (path, title) = (format!("{name}/"), Some(title.to_owned()));
            outline.entries.push(Entry::Group { path, title, entries });
        }
    }
    let kept: Vec<String> =
        outline.entries.iter().flat_map(Entry::pages).map(str::to_owned).collect();
    for path in folder.files().keys().filter(|path| is_page(path) && !kept.contains(path)) {
        outline.skipped.insert(path.clone(), reason(path).to_owned());
    }
    Ok(outline)
}

/// Why a page is left out.
fn reason(path: &str) -> &'static str {
    let folder = path.split('/').next().unwrap_or_default();
    match (folder, legal_or_project(path)) {
        ("instructors", _) => {
            "it is for instructors; list it under `instructors` in config.yaml to import it"
        }
        (_, Some(reason)) => reason,
        (EPISODES | "learners", _) => {
            "config.yaml lists the pages of this folder, and not this one"
        }
        ("links.md", _) => "it was read as reference definitions for every page",
        _ if is_index(path) => "it is about the project, not a page to learn from",
        _ => "it belongs neither to the episodes nor to the learners' pages",
    }
}

/// The pages that `config.yaml` lists for a folder; `None` when it lists none.
fn listed(
    config: &Map<String, Value>,
    name: &str,
    folder: &Folder,
    outline: &mut Outline,
) -> Result<Option<Vec<String>>, ImportError> {
    let Some(entries) = config.get(name).and_then(Value::as_array).filter(|list| !list.is_empty())
    else {
        return Ok(None);
    };
    let mut pages = Vec::new();
    for entry in entries {
        let Some(entry) = entry.as_str() else {
            let message = format!("`{name}` lists the names of files");
            return Err(ImportError::format(CONFIG, None, message));
        };
        if entry.starts_with('/') || entry.split('/').any(|part| part == "..") {
            let (file, path) = (CONFIG.to_owned(), entry.to_owned());
            return Err(ImportError::Outside { file, path });
        }
        let path = format!("{name}/{entry}");
        let reason = match (folder.contains(&path), is_page(&path)) {
            (false, _) => "config.yaml lists it, but it is not there",
            (true, false) => "it is not Markdown",
            (true, true) => {
                if !pages.contains(&path) {
                    pages.push(path);
                }
                continue;
            }
        };
        outline.skipped.insert(path, reason.to_owned());
    }
    Ok(Some(pages))
}

fn pages_in(folder: &Folder, name: &str) -> Vec<String> {
    let inside = format!("{name}/");
    let pages = folder.files().keys();
    pages.filter(|path| path.starts_with(&inside) && is_page(path)).cloned().collect()
}

fn metadata(config: &Map<String, Value>) -> Metadata {
    let value = |name: &str| config.get(name).and_then(text);
    let credit: Vec<String> = [value("title"), value("source")].into_iter().flatten().collect();
    let mut metadata = Metadata {
        description: value("description"),
        keywords: config.get("keywords").and_then(list).unwrap_or_default(),
        licence: value("license").or_else(|| value("licence")).map(|text| licence(&text)),
        attribution: value("source").map(|_| credit.join(", ")),
        ..Metadata::default()
    };
    for name in ["carpentry", "created", "life_cycle", "contact", "source"] {
        metadata.custom.extend(value(name).map(|value| (name.to_owned(), value)));
    }
    metadata.normalise();
    metadata
}

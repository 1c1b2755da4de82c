//! All pages of a course, and where the addresses in them lead.

use std::collections::HashMap;

use lcms_core::model::Key;
use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization as _;

use super::outline::{Outline, is_index, is_page, stem};
use super::page::Page;
use crate::folder::Folder;

/// The pages of a course, with the keys of what they become.
#[derive(Debug)]
pub(super) struct Site<'f> {
    pub(super) folder: &'f Folder,
    pub(super) outline: &'f Outline,
    pub(super) pages: Vec<Page>,
    /// For each page, the keys of its topics.
    pub(super) topics: Vec<Vec<Key>>,
    by_path: HashMap<String, usize>,
    by_stem: HashMap<String, usize>,
}

/// Where an address leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Out of the course: it stays as it is.
    Elsewhere,
    /// A topic, and a block of that page if it is not the topic's beginning.
    Topic {
        page: usize,
        topic: usize,
        block: Option<usize>,
        /// Whether the page lacks the place that the address names.
        is_inexact: bool,
    },
    /// A file of the folder that is no page.
    File(String),
    /// Nowhere, with the reason.
    Nowhere(String),
}

impl<'f> Site<'f> {
    pub(super) fn new(
        folder: &'f Folder,
        outline: &'f Outline,
        pages: Vec<Page>,
        topics: Vec<Vec<Key>>,
    ) -> Self {
        let by_path = pages.iter().enumerate().map(|(n, page)| (page.path.clone(), n)).collect();
        let mut by_stem = HashMap::new();
        for (n, page) in pages.iter().enumerate() {
            by_stem.entry(stem(&page.path).to_owned()).or_insert(n);
        }
        Self { folder, outline, pages, topics, by_path, by_stem }
    }

    /// Where an address on a page leads.
    pub(super) fn find(&self, from: usize, address: &str) -> Destination {
        let inner = self.outline.address.as_deref().and_then(|site| address.strip_prefix(site));
        if let Some(inner) = inner {
            return match self.path(from, &format!("/{inner}")) {
                Destination::Nowhere(_) => Destination::Elsewhere,
                found => found,
            };
        }
        if is_external(address) { Destination::Elsewhere } else { self.path(from, address) }
    }

    fn path(&self, from: usize, address: &str) -> Destination {
        let (address, fragment) = match address.split_once('#') {
            Some((address, fragment)) => (address, Some(decoded(fragment))),
            None => (address, None),
        };
        let path = decoded(address.split('?').next().unwrap_or_default());
        if path.is_empty() {
            return self.topic(from, fragment.as_deref());
        }
        let own = self.pages[from].path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut bases: Vec<&str> = vec![if path.starts_with('/') { "" } else { own }];
        bases.extend(self.outline.roots.iter().map(String::as_str));
        let inside: Vec<String> =
            bases.iter().filter_map(|base| join(base, path.trim_start_matches('/'))).collect();
        for candidate in &inside {
            for path in spellings(candidate) {
                if let Some(page) = self.by_path.get(&path) {
                    return self.topic(*page, fragment.as_deref());
                }
                if let Some(reason) = self.outline.skipped.get(&path) {
                    return Destination::Nowhere(format!("`{path}` is not imported: {reason}"));
                }
                if self.folder.contains(&path) {
                    return Destination::File(path);
                }
            }
        }
        let is_flat = !self.outline.roots.is_empty() && (is_page(&path) || path.ends_with(".html"));
        match self.by_stem.get(stem(&path)).filter(|_| is_flat) {
            Some(page) => self.topic(*page, fragment.as_deref()),
            None if inside.is_empty() => {
                Destination::Nowhere(format!("`{path}` leads out of the folder"))
            }
            None => Destination::Nowhere(format!("`{path}` is not in the folder")),
        }
    }

    fn topic(&self, page: usize, fragment: Option<&str>) -> Destination {
        let anchors = &self.pages[page].anchors;
        let target = fragment.filter(|fragment| !fragment.is_empty()).map(|fragment| {
            anchors.get(fragment).or_else(|| anchors.get(&fragment.to_lowercase())).copied()
        });
        let is_inexact = target == Some(None);
        let (topic, block) = target.flatten().unwrap_or((0, None));
        Destination::Topic { page, topic, block, is_inexact }
    }
}

/// Whether an address names a place outside the folder: it has a scheme or a host.
pub(super) fn is_external(address: &str) -> bool {
    let scheme = address.split(['/', '?', '#']).next().and_then(|first| first.split_once(':'));
    let has_scheme = scheme.is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    });
    has_scheme || address.starts_with("//")
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().nfc().collect()
}

/// A path inside the folder, from one of its folders; `None` when it leads out.
fn join(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The files that a path may mean: itself, a page before it was published, the index of a folder.
fn spellings(path: &str) -> Vec<String> {
    let mut all = vec![path.to_owned()];
    if let Some(bare) = path.strip_suffix(".html").or_else(|| path.strip_suffix(".htm")) {
        all.push(format!("{bare}.md"));
    }
    all.push(format!("{path}.md"));
    let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
    all.extend(["index.md", "README.md"].map(|index| format!("{folder}{index}")));
    all.retain(|path| !path.is_empty());
    all.sort_by_key(|candidate| is_index(candidate) && candidate != path);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_and_hosts_lead_out() {
        for address in ["https://a", "mailto:a@b", "//host/x", "data:image/png,x", "tel:+1"] {
            assert!(is_external(address), "{address}");
        }
        for address in ["a.md", "a/b:c.md", "#x", "?a:b", "../x", "/x", "c:"] {
            assert!(!is_external(address), "{address}");
        }
    }

    #[test]
    fn paths_never_leave_the_folder() {
        assert_eq!(join("a/b", "../c.md").as_deref(), Some("a/c.md"));
        assert_eq!(join("a", "./../x/../y.md").as_deref(), Some("y.md"));
        assert_eq!(join("a", "../../etc/passwd"), None);
    }

    #[test]
    fn published_names_mean_their_pages() {
        assert_eq!(spellings("a/b.html")[1], "a/b.md");
        assert!(spellings("guide").contains(&"guide/index.md".to_owned()));
    }
}

//! The texts of questions as our Markdown, and the pictures in them as assets.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use lcms_core::model::Key;
use lcms_formats::manifest::Href;
use lcms_formats::quiz::Rich;

use crate::folder::Folder;
use crate::html::{Target, escape, escape_line_starts, kept, to_markdown, visible_text};
use crate::keys::Keys;
use crate::markdown::settle;

/// Turns the texts of one bank into Markdown.
pub(super) struct Texts<'a> {
    pub(super) folder: &'a Folder,
    /// Keys of the assets by path.
    pub(super) assets: RefCell<Vec<(String, Key)>>,
    pub(super) keys: RefCell<Keys>,
    /// Folder of the file that is read, with its slash.
    pub(super) base: String,
    /// Files inside the bank, by the address that texts have for them.
    pub(super) embedded: HashMap<String, String>,
    /// What was lost since it was last taken.
    pub(super) lost: Vec<String>,
}

impl Texts<'_> {
    /// A text as our Markdown.
    pub(super) fn markdown(&mut self, text: &Rich) -> String {
        let markdown = match text {
            Rich::Plain(text) => {
                let lines = text.lines().map(str::trim).map(escape);
                escape_line_starts(&lines.collect::<Vec<_>>().join("\n"))
            }
            Rich::Markdown(text) => text.clone(),
            Rich::Html(text) => {
                let converted =
                    to_markdown(text, &|address, is_image| self.target(address, is_image));
                self.lost.extend(converted.lost);
                converted.markdown
            }
        };
        let markdown = blanks_as_they_are(markdown.trim());
        let lines: Vec<_> = markdown.split('\n').map(|line| (line.to_owned(), 1)).collect();
        let assets = self.assets.borrow();
        let known: HashSet<&Key> = assets.iter().map(|(_, key)| key).collect();
        settle(&lines, &known).0.trim().to_owned()
    }

    /// A text in one line, without markup, of at most that many characters.
    pub(super) fn line(text: &Rich, most: usize) -> String {
        let text = match text {
            Rich::Html(text) => visible_text(text),
            Rich::Plain(text) | Rich::Markdown(text) => text.clone(),
        };
        let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        while let Some((before, (_, after))) =
            words.split_once("[blank ").and_then(|(a, b)| Some((a, b.split_once(']')?)))
        {
            words = format!("{before}…{after}");
        }
        match words.char_indices().nth(most) {
            Some((end, _)) => format!("{}…", words[..end].trim_end()),
            None => words,
        }
    }

    fn target(&self, address: &str, is_image: bool) -> Target {
        let path = match self.embedded.get(address) {
            Some(path) => path.clone(),
            None => match Href::from_reference(address) {
                Href::Remote(_) => return kept(address),
                Href::Local { path, .. } if path.is_empty() => return kept(address),
                Href::Local { path, .. } => match resolve(&self.base, &path) {
                    Some(path) => path,
                    None => return Target::Missing,
                },
            },
        };
        if !self.folder.contains(&path) {
            return if is_image { Target::Missing } else { kept(address) };
        }
        let mut assets = self.assets.borrow_mut();
        if let Some((_, key)) = assets.iter().find(|(known, _)| *known == path) {
            return Target::Asset(key.clone());
        }
        let key = self.keys.borrow_mut().next(&[self.folder.name(), &path]);
        assets.push((path, key.clone()));
        Target::Asset(key)
    }
}

/// The path of a reference from a folder; `None` when it leads out.
fn resolve(base: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Marks of blanks are ours and no text.
fn blanks_as_they_are(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once("\\[blank ") {
        out.push_str(before);
        match after.split_once("\\]") {
            Some((id, after))
                if id.chars().all(|c| c.is_ascii_alphanumeric() || "_-\\".contains(c)) =>
            {
                out.push_str("[blank ");
                out.push_str(&id.replace('\\', ""));
                out.push(']');
                rest = after;
            }
            _ => {
                out.push_str("\\[blank ");
                rest = after;
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(resolve("items/a/", "../i/x.png").as_deref(), Some("items/i/x.png"));
        assert_eq!(resolve("", "../x.png"), None);
    }

    #[test]
    fn marks_of_blanks_survive() {
        assert_eq!(blanks_as_they_are("a \\[blank R\\_1\\] b \\[c\\]"), "a [blank R_1] b \\[c\\]");
    }
}

//! Any folder of Markdown: one course of lessons (pages) and topics (their sections).
//!
//! ```text
//! outline   which pages, in which order           (config.yaml, or the names of files and folders)
//! page      head, sections, anchors of one page   (scan: what stands where; directives; foreign text)
//! site      where addresses lead                  (pages, sections, files, elsewhere, nowhere)
//! rewrite   links, images, HTML become ours       (a list of changes)
//! emit      the sections' bodies                  (directives, headings, footnotes, definitions)
//! settle    what is still not ours is escaped     (the language's own parser has the last word)
//! compose   everything as components
//! ```
//!
//! What is not understood is kept as text and reported with file and line.

mod assets;
mod attributes;
mod compose;
mod directives;
mod emit;
mod fence;
mod foreign;
mod front;
mod html;
mod outline;
mod page;
mod rewrite;
mod scan;
mod settle;
mod site;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use compose::compose;
pub(crate) use outline::{Entry, Outline, is_page};
pub(crate) use settle::settle;

use crate::error::ImportError;
use crate::folder::Folder;
use crate::reader::{Reader, Reading};

/// Reads any folder of Markdown.
#[derive(Clone, Copy, Debug)]
pub struct MarkdownFolder;

impl Reader for MarkdownFolder {
    fn format(&self, _folder: &Folder) -> &'static str {
        "Markdown folder"
    }

    fn expects(&self) -> &'static str {
        "a folder of Markdown files (`.md`)"
    }

    fn detect(&self, folder: &Folder) -> bool {
        folder.files().keys().any(|path| outline::is_page(path))
    }

    fn read(&self, folder: &Folder) -> Result<Reading, ImportError> {
        let outline = outline::of(folder)?;
        compose::compose(folder, &outline)
    }
}

//! Word documents (DOCX: ISO/IEC 29500, WordprocessingML) as HTML.
//!
//! Read is what has a meaning: headings, paragraphs, lists, tables, emphasis, links, pictures,
//! footnotes, and text as it would be with every tracked change accepted. Looks are not. Footnotes are
//! `<footnote-ref id>` where they are called and `<footnote id>` at the end; pictures are
//! `<img src="media:NAME">`.

mod body;
mod parts;

use std::io::Cursor;

use crate::XmlLimits;
use crate::xml::{self, Node, XmlError};
use crate::zip::{self, Archive, ArchiveError};

use body::Writer;
use parts::{Numbering, Relations, Styles};

/// The part that makes an archive a Word document.
pub const DOCUMENT: &str = "word/document.xml";

/// How large a document may be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Of the archive.
    pub zip: zip::Limits,
    /// Of each of its parts.
    pub xml: XmlLimits,
}

/// A document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What it says.
    pub html: String,
    /// The pictures in it: names and bytes.
    pub media: Vec<(String, Vec<u8>)>,
    /// What could not be carried over, each once.
    pub unsupported: Vec<String>,
}

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The archive is refused.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A part is not XML that this crate reads.
    #[error("{part}: {source}")]
    Xml {
        /// The part.
        part: String,
        /// Why.
        source: XmlError,
    },
    /// There is no document in the archive.
    #[error("there is no {DOCUMENT} in it: this is no Word document")]
    NoDocument,
}

/// Reads a document.
///
/// # Errors
/// When the archive or one of its parts is refused, or it is no document.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    let mut package =
        Package { archive: Archive::open(Cursor::new(bytes), &limits.zip)?, limits: limits.xml };
    let document = package.part(DOCUMENT)?.ok_or(ReadError::NoDocument)?;
    let relations = package.part("word/_rels/document.xml.rels")?;
    let relations = relations.map(|node| Relations::read(&node)).unwrap_or_default();
    let styles = package.part("word/styles.xml")?;
    let numbering = package.part("word/numbering.xml")?;
    let footnotes = package.part("word/footnotes.xml")?;
    let mut writer = Writer::new(
        relations,
        styles.map(|node| Styles::read(&node)).unwrap_or_default(),
        numbering.map(|node| Numbering::read(&node)).unwrap_or_default(),
    );
    if let Some(body) = document.child("body") {
        writer.blocks(body);
    }
    if let Some(notes) = &footnotes {
        writer.footnotes(notes);
    }
    let (html, pictures, unsupported) = writer.finish();
    let mut media = Vec::new();
    for target in pictures {
        let path = format!("word/{}", target.trim_start_matches("/word/").trim_start_matches("./"));
        if let Some(file) = package.archive.file(&path).cloned() {
            let name = target.rsplit('/').next().unwrap_or(&target).to_owned();
            media.push((name, package.archive.bytes(&file)?));
        }
    }
    Ok(Document { html, media, unsupported })
}

struct Package<'a> {
    archive: Archive<Cursor<&'a [u8]>>,
    limits: XmlLimits,
}

impl Package<'_> {
    fn part(&mut self, path: &str) -> Result<Option<Node>, ReadError> {
        let Some(file) = self.archive.file(path).cloned() else { return Ok(None) };
        let bytes = self.archive.bytes(&file)?;
        let (node, _) = xml::read(&bytes, &self.limits)
            .map_err(|source| ReadError::Xml { part: path.to_owned(), source })?;
        Ok(Some(node))
    }
}

/// The value of an attribute, in whatever namespace.
fn attribute<'a>(node: &'a Node, name: &str) -> Option<&'a str> {
    let found = node.attributes.iter().find(|attribute| attribute.name == name);
    found.map(|attribute| attribute.value.as_str())
}

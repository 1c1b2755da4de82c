//! The little XML this crate needs, on top of quick-xml: bytes to text, text to a bounded tree,
//! and a deterministic writer.
//!
//! Manifests and metadata are small documents read as a whole, so a tree keeps the readers short.
//! The tree is bounded by [`XmlLimits`]; there is no DTD and no entity expansion at all, so the
//! usual attacks on XML parsers have nothing to work with.

mod decode;
mod tree;
mod write;

pub(crate) use decode::{decode, decode_marked};
pub(crate) use tree::{Node, Piece, parse};
pub(crate) use write::{Attributes, XmlWriter};

use std::fmt;

/// The namespace the `xml` prefix is bound to by definition (`xml:lang`, `xml:base`).
pub(crate) const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

/// Decodes and reads a document. Answers whether its encoding was another than it declares, too.
pub(crate) fn read(bytes: &[u8], limits: &XmlLimits) -> Result<(Node, bool), XmlError> {
    if bytes.len() > limits.bytes {
        let kind = XmlErrorKind::TooLong { found: bytes.len(), limit: limits.bytes };
        return Err(XmlError { position: Position { line: 1, column: 1 }, kind });
    }
    let decoded = decode(bytes)?;
    Ok((parse(&decoded.text, limits)?, decoded.misdeclared))
}

/// A place in a document, both counted from 1; columns count characters, not bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// How large a document may be before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlLimits {
    /// Bytes of the document as it arrives.
    pub bytes: usize,
    /// Elements inside one another, the root counting as one.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
}

impl Default for XmlLimits {
    /// 16 MiB, 64 deep, 500 000 elements: some hundred times the largest manifests that authoring
    /// tools write.
    fn default() -> Self {
        Self { bytes: 16 << 20, depth: 64, elements: 500_000 }
    }
}

/// Why a document could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {kind}")]
pub struct XmlError {
    /// Where the document goes wrong.
    pub position: Position,
    /// What is wrong there.
    pub kind: XmlErrorKind,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XmlErrorKind {
    /// The document is longer than [`XmlLimits::bytes`].
    #[error("the document has {found} bytes, more than the {limit} allowed")]
    TooLong {
        /// Bytes in the document.
        found: usize,
        /// The limit that applied.
        limit: usize,
    },
    /// Elements are nested deeper than [`XmlLimits::depth`].
    #[error("elements are nested more than {limit} deep")]
    TooDeep {
        /// The limit that applied.
        limit: usize,
    },
    /// More elements than [`XmlLimits::elements`].
    #[error("the document has more than {limit} elements")]
    TooManyElements {
        /// The limit that applied.
        limit: usize,
    },
    /// The declared character encoding is not one this reader knows.
    #[error("unknown encoding {name:?}; save the document as UTF-8")]
    UnknownEncoding {
        /// The name in the XML declaration.
        name: String,
    },
    /// The bytes are not text in the document's encoding.
    #[error("the bytes are not {encoding} text")]
    Undecodable {
        /// The encoding that was declared or detected.
        encoding: &'static str,
    },
    /// A document type declaration: refused unread, since it could define entities.
    #[error("a DOCTYPE is not allowed; remove it")]
    Doctype,
    /// A reference to an entity other than the five XML predefines.
    #[error("unknown entity &{name};")]
    UnknownEntity {
        /// The entity's name, without `&` and `;`.
        name: String,
    },
    /// A character XML 1.0 does not allow, raw or as a character reference.
    #[error("the character U+{code:04X} is not allowed in XML")]
    IllegalCharacter {
        /// The code point.
        code: u32,
    },
    /// The document is not well-formed, in the parser's words.
    #[error("the XML is not well-formed: {reason}")]
    Malformed {
        /// What the parser found.
        reason: String,
    },
}

/// Whether XML 1.0 allows the character in a document (section 2.2, production `Char`).
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

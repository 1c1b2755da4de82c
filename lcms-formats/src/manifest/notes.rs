//! What the reader skipped or repaired, so that nothing is lost silently.

use std::fmt;
use std::str::FromStr;

use crate::xml::{Node, Position};

/// One thing in a document that did not reach the typed value as it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it stands.
    pub position: Position,
    /// What it is.
    pub kind: NoteKind,
}

/// The kinds of [`Note`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// An element, and all below it, that has no place in the types.
    SkippedElement {
        /// The name as written.
        element: String,
    },
    /// An attribute that has no place in the types.
    SkippedAttribute {
        /// The element's name as written.
        element: String,
        /// The attribute's name as written.
        attribute: String,
    },
    /// A value outside its value space, left out.
    InvalidValue {
        /// The name of the element or attribute as written.
        name: String,
        /// The value as written.
        value: String,
    },
    /// An identifier that was not an XML NCName, and the one read instead.
    RepairedIdentifier {
        /// The identifier as written.
        written: String,
        /// The identifier used.
        used: String,
    },
    /// A `schemaversion` no standard defines; the standard was taken from the namespace.
    UnknownSchemaVersion {
        /// The text as written; `None` when the element is missing.
        written: Option<String>,
    },
    /// The bytes were not what the document declares; they were read as Windows-1252.
    WrongEncoding,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.position)?;
        match &self.kind {
            NoteKind::SkippedElement { element } => write!(f, "skipped <{element}>"),
            NoteKind::SkippedAttribute { element, attribute } => {
                write!(f, "skipped the attribute {attribute} of <{element}>")
            }
            NoteKind::InvalidValue { name, value } => {
                write!(f, "left out {name}: {value:?} is not a valid value")
            }
            NoteKind::RepairedIdentifier { written, used } => {
                write!(f, "read the identifier {written:?} as {used:?}")
            }
            NoteKind::UnknownSchemaVersion { written: Some(text) } => {
                write!(f, "no standard has the schemaversion {text:?}")
            }
            NoteKind::UnknownSchemaVersion { written: None } => {
                f.write_str("there is no schemaversion")
            }
            NoteKind::WrongEncoding => {
                f.write_str("the text is not in the encoding declared; read as Windows-1252")
            }
        }
    }
}

/// Collects notes while a document is read.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Note>);

impl Notes {
    /// Of a document whose encoding was, or was not, another than it declares.
    pub(crate) fn of_text(misdeclared: bool) -> Self {
        let mut notes = Self::default();
        if misdeclared {
            notes.add(Position { line: 1, column: 1 }, NoteKind::WrongEncoding);
        }
        notes
    }

    pub(crate) fn into_inner(self) -> Vec<Note> {
        self.0
    }

    pub(crate) fn add(&mut self, position: Position, kind: NoteKind) {
        self.0.push(Note { position, kind });
    }

    pub(crate) fn skipped(&mut self, node: &Node) {
        let element = node.written_name.clone();
        self.add(node.position, NoteKind::SkippedElement { element });
    }

    /// Notes every attribute but the given ones (namespace, local name) and hints of where
    /// schemas lie, which carry no content.
    pub(crate) fn unknown_attributes(&mut self, node: &Node, known: &[(&str, &str)]) {
        for attribute in &node.attributes {
            let name = (attribute.namespace.as_str(), attribute.name.as_str());
            if attribute.namespace != XSI_NAMESPACE && !known.contains(&name) {
                let kind = NoteKind::SkippedAttribute {
                    element: node.written_name.clone(),
                    attribute: attribute.written_name.clone(),
                };
                self.add(node.position, kind);
            }
        }
    }

    pub(crate) fn invalid_value(&mut self, node: &Node) {
        self.invalid(node.position, &node.written_name, node.text());
    }

    pub(crate) fn invalid(&mut self, position: Position, name: &str, value: &str) {
        let kind = NoteKind::InvalidValue { name: name.to_owned(), value: value.to_owned() };
        self.add(position, kind);
    }

    /// The value of an attribute, if it has one and it is valid.
    pub(crate) fn parsed_attribute<T: FromStr>(
        &mut self,
        node: &Node,
        namespace: &str,
        name: &str,
    ) -> Option<T> {
        let text = node.attribute(namespace, name)?;
        let value = text.trim().parse().ok();
        if value.is_none() {
            self.invalid(node.position, name, text);
        }
        value
    }

    /// A boolean attribute (`true`, `false`, `1`, `0`), or its default.
    pub(crate) fn boolean_attribute(
        &mut self,
        node: &Node,
        namespace: &str,
        name: &str,
        default: bool,
    ) -> bool {
        let Some(text) = node.attribute(namespace, name) else {
            return default;
        };
        match text.trim() {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => {
                self.invalid(node.position, name, text);
                default
            }
        }
    }

    /// The element's text as a value, if it is valid.
    pub(crate) fn parsed_text<T: FromStr>(&mut self, node: &Node) -> Option<T> {
        let value = node.text().parse().ok();
        if value.is_none() {
            self.invalid_value(node);
        }
        value
    }
}

pub(super) const XSI_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

//! QTI 2.0 to 2.2 and 3.0: items, tests and the packages that hold them.
//!
//! Version 3 has the elements of version 2 under other names (`qti-choice-interaction` for
//! `choiceInteraction`), so one reader serves both. What is right is read from `correctResponse`, and
//! where there is none from `mapping`; response processing itself is not run.

mod body;
mod item;
mod package;
mod test;

use crate::xml::{Node, XmlError};

pub use item::{read_item, read_item_text};
pub use package::{ItemFile, Package, read_package};
pub use test::{Section, Test, read_test};

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not XML that this crate reads.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The root element is another.
    #[error("the root element is <{found}>, not {wanted}")]
    Another {
        /// The root element's name as written.
        found: String,
        /// What it should be.
        wanted: &'static str,
    },
}

/// Whether a document is an item, of either version.
pub fn detect(text: &str) -> bool {
    let head: String = text.chars().take(4_000).collect();
    head.contains("<assessmentItem") || head.contains("<qti-assessment-item")
}

/// The name of an element as version 2 has it.
fn name(node: &Node) -> String {
    match node.name.strip_prefix("qti-") {
        Some(name) => camel(name),
        None => node.name.clone(),
    }
}

fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut chars = part.chars();
        camel.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        camel.push_str(chars.as_str());
    }
    camel
}

/// The value of an attribute, by its name in version 2.
fn attribute<'a>(node: &'a Node, wanted: &str) -> Option<&'a str> {
    let found = node.attributes.iter().find(|attribute| {
        attribute.namespace.is_empty()
            && (attribute.name == wanted || camel(&attribute.name) == wanted)
    });
    found.map(|attribute| attribute.value.trim())
}

fn child<'a>(node: &'a Node, wanted: &str) -> Option<&'a Node> {
    node.children.iter().find(|child| name(child) == wanted)
}

fn children<'a>(node: &'a Node, wanted: &'a str) -> impl Iterator<Item = &'a Node> {
    node.children.iter().filter(move |child| name(child) == wanted)
}

/// Every element of that name below a node, in document order.
fn below<'a>(node: &'a Node, wanted: &str) -> Vec<&'a Node> {
    let mut found = Vec::new();
    for child in &node.children {
        if name(child) == wanted {
            found.push(child);
        }
        found.extend(below(child, wanted));
    }
    found
}

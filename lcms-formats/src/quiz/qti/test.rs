//! A test: which items in which order.

use super::{ReadError, attribute, children, name};
use crate::xml::{self, Node, XmlLimits};

/// A test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Test {
    /// What tells it apart in its source.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its sections, those inside others after them.
    pub sections: Vec<Section>,
}

/// A section that holds items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// What tells it apart in its test.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How many of its items are drawn; all when nothing is said.
    pub draw: Option<u32>,
    /// Whether their order is random.
    pub shuffle: bool,
    /// The items' files, counted from the test's.
    pub items: Vec<String>,
}

/// Reads a test.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits, or another document.
pub fn read_test(bytes: &[u8], limits: &XmlLimits) -> Result<Test, ReadError> {
    let (root, _) = xml::read(bytes, limits)?;
    if name(&root) != "assessmentTest" {
        let wanted = "<assessmentTest> or <qti-assessment-test>";
        return Err(ReadError::Another { found: root.written_name, wanted });
    }
    let text = |node: &Node, name: &str| attribute(node, name).unwrap_or_default().to_owned();
    let mut test =
        Test { id: text(&root, "identifier"), title: text(&root, "title"), sections: Vec::new() };
    for part in children(&root, "testPart") {
        sections(part, &mut test.sections);
    }
    Ok(test)
}

fn sections(node: &Node, found: &mut Vec<Section>) {
    for section in children(node, "assessmentSection") {
        let text = |name: &str| attribute(section, name).unwrap_or_default().to_owned();
        let select = children(section, "selection").next();
        let ordering = children(section, "ordering").next();
        let items: Vec<String> = children(section, "assessmentItemRef")
            .filter_map(|item| attribute(item, "href"))
            .map(str::to_owned)
            .collect();
        if !items.is_empty() {
            found.push(Section {
                id: text("identifier"),
                title: text("title"),
                draw: select.and_then(|it| attribute(it, "select")?.parse().ok()),
                shuffle: ordering.is_some_and(|it| attribute(it, "shuffle") == Some("true")),
                items,
            });
        }
        sections(section, found);
    }
}

//! The description of an xAPI package (`tincan.xml`), as authoring tools write it.
//!
//! There is no standard, only a schema that the tools share: activities with names in languages, of
//! which one that has a `launch` is where a learner begins.

use crate::xml::{self, Node, XmlError, XmlLimits};

/// The name of the file, at the root of its package.
pub const TINCAN_FILE: &str = "tincan.xml";

/// One activity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// An IRI, by which a record store knows it.
    pub id: String,
    /// An IRI that says what kind of activity it is.
    pub kind: String,
    /// What a learner sees, in the first language that is there.
    pub name: String,
    /// What it is about, in the first language that is there.
    pub description: String,
    /// What is opened, if it can be.
    pub launch: Option<String>,
}

/// Why it could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not XML that this crate reads.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The root element is another.
    #[error("the root element is <{0}>, not <tincan>")]
    NotTincan(String),
}

/// Reads the activities, in document order.
///
/// # Errors
/// When the bytes are not well-formed XML within the limits, or another document.
pub fn read(bytes: &[u8], limits: &XmlLimits) -> Result<Vec<Activity>, ReadError> {
    let (root, _) = xml::read(bytes, limits)?;
    if root.name != "tincan" {
        return Err(ReadError::NotTincan(root.written_name));
    }
    let text = |node: &Node, name| node.child_text(name).unwrap_or_default().to_owned();
    let lists = root.children_named("activities");
    Ok(lists
        .flat_map(|list| list.children_named("activity"))
        .map(|node| Activity {
            id: node.attribute("", "id").unwrap_or_default().trim().to_owned(),
            kind: node.attribute("", "type").unwrap_or_default().trim().to_owned(),
            name: text(node, "name"),
            description: text(node, "description"),
            launch: node.child_text("launch").filter(|it| !it.is_empty()).map(str::to_owned),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_activity_that_is_launched_is_told_from_the_others() {
        let text = "<tincan xmlns='http://projecttincan.com/tincan.xsd'><activities>\
            <activity id='u:a' type='t:course'><name lang='en'>A</name><launch lang='en'>x.html?y=1</launch></activity>\
            <activity id='u:b' type='t:q'><name>B</name></activity></activities></tincan>";
        let read = read(text.as_bytes(), &XmlLimits::default()).unwrap();
        let names: Vec<_> = read.iter().map(|a| (a.name.as_str(), a.launch.as_deref())).collect();
        assert_eq!(names, [("A", Some("x.html?y=1")), ("B", None)]);
    }

    #[test]
    fn another_document_is_refused() {
        let error = read(b"<x/>", &XmlLimits::default()).unwrap_err();
        assert_eq!(error, ReadError::NotTincan("x".into()));
    }
}

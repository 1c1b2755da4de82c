//! Feeds in the Atom Syndication Format (RFC 4287), as far as a list of changed things needs it.

use crate::xml::XmlWriter;

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// Its IRI, which never changes.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// When it changed last, as RFC 3339 has it.
    pub updated: String,
    /// What made it.
    pub generator: String,
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its IRI, which never changes.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// When it changed last, as RFC 3339 has it.
    pub updated: String,
    /// Where it is read.
    pub link: String,
    /// What sort of thing it is.
    pub categories: Vec<String>,
    /// What it is about, in plain text.
    pub summary: String,
}

/// Writes a feed; the same feed gives the same bytes. Characters that XML cannot carry are left
/// out.
#[must_use]
pub fn write(feed: &Feed) -> String {
    let mut out = XmlWriter::new();
    out.root("feed", &[("xmlns", "http://www.w3.org/2005/Atom".into())], |out| {
        out.text("id", &[], &feed.id);
        out.text("title", &[], &feed.title);
        out.text("updated", &[], &feed.updated);
        out.text("generator", &[], &feed.generator);
        // RFC 4287 section 4.1.1: a feed has an author unless each of its entries has one.
        out.element("author", &[], |out| out.text("name", &[], &feed.generator));
        for entry in &feed.entries {
            out.element("entry", &[], |out| {
                out.text("id", &[], &entry.id);
                out.text("title", &[], &entry.title);
                out.text("updated", &[], &entry.updated);
                out.empty("link", &[("href", entry.link.as_str().into())]);
                for category in &entry.categories {
                    out.empty("category", &[("term", category.as_str().into())]);
                }
                if !entry.summary.is_empty() {
                    out.text("summary", &[], &entry.summary);
                }
            });
        }
    });
    out.finish().0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::XmlLimits;

    #[test]
    fn a_feed_is_well_formed_whatever_its_texts_hold() {
        let entry = Entry {
            id: "urn:uuid:1".into(),
            title: "<b> & \u{1}".into(),
            updated: "2026-01-01T00:00:00Z".into(),
            link: "/c/a?b&c".into(),
            categories: vec!["topic".into()],
            summary: String::new(),
        };
        let feed = Feed {
            id: "urn:uuid:0".into(),
            title: "All \"new\"".into(),
            updated: "2026-01-01T00:00:00Z".into(),
            generator: "lcms".into(),
            entries: vec![entry],
        };
        let (root, _) = crate::xml::read(write(&feed).as_bytes(), &XmlLimits::default()).unwrap();
        assert_eq!(
            (root.namespace.as_str(), root.name.as_str()),
            ("http://www.w3.org/2005/Atom", "feed")
        );
        let entry = root.child("entry").unwrap();
        assert_eq!(entry.child_text("title"), Some("<b> &"));
        assert_eq!(entry.child("link").unwrap().attribute("", "href"), Some("/c/a?b&c"));
        assert!(entry.child("summary").is_none());
    }
}

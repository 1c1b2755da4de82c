//! A deterministic XML writer: UTF-8, two spaces of indent, attributes in the order given.
//!
//! It cannot fail. Characters that XML cannot carry are remembered instead of written, so that a
//! caller reports every one of them at once.

use std::borrow::Cow;

use super::is_xml_char;

/// Attributes in the order they are written.
pub(crate) type Attributes<'a> = Vec<(&'static str, Cow<'a, str>)>;

/// A character that cannot be written, and the element or attribute it was meant for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IllegalText {
    pub(crate) place: String,
    pub(crate) character: char,
}

#[derive(Debug)]
pub(crate) struct XmlWriter {
    out: String,
    depth: usize,
    illegal: Vec<IllegalText>,
}

impl XmlWriter {
    pub(crate) fn new() -> Self {
        Self {
            out: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
            depth: 0,
            illegal: Vec::new(),
        }
    }

    /// The document, and what could not be written into it.
    pub(crate) fn finish(self) -> (String, Vec<IllegalText>) {
        (self.out, self.illegal)
    }

    /// The root element: each attribute on a line of its own, since namespaces make it long.
    pub(crate) fn root(
        &mut self,
        name: &str,
        attributes: &[(&'static str, Cow<'_, str>)],
        content: impl FnOnce(&mut Self),
    ) {
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            self.out.push_str("\n    ");
            self.attribute(attribute, value);
        }
        self.out.push_str(">\n");
        self.content(content);
        self.end_tag(name);
    }

    /// An element with child elements; written as an empty tag when `content` writes nothing.
    pub(crate) fn element(
        &mut self,
        name: &str,
        attributes: &[(&'static str, Cow<'_, str>)],
        content: impl FnOnce(&mut Self),
    ) {
        self.start_tag(name, attributes);
        let before = self.out.len();
        self.out.push_str(">\n");
        let opened = self.out.len();
        self.content(content);
        if self.out.len() == opened {
            self.out.truncate(before);
            self.out.push_str("/>\n");
        } else {
            self.indent();
            self.end_tag(name);
        }
    }

    /// An element without content.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&'static str, Cow<'_, str>)]) {
        self.start_tag(name, attributes);
        self.out.push_str("/>\n");
    }

    /// An element that holds only text.
    pub(crate) fn text(
        &mut self,
        name: &str,
        attributes: &[(&'static str, Cow<'_, str>)],
        text: &str,
    ) {
        self.start_tag(name, attributes);
        self.out.push('>');
        self.escaped(name, text, false);
        self.end_tag(name);
    }

    fn start_tag(&mut self, name: &str, attributes: &[(&'static str, Cow<'_, str>)]) {
        self.indent();
        self.out.push('<');
        self.out.push_str(name);
        for (attribute, value) in attributes {
            self.out.push(' ');
            self.attribute(attribute, value);
        }
    }

    fn content(&mut self, content: impl FnOnce(&mut Self)) {
        self.depth += 1;
        content(self);
        self.depth -= 1;
    }

    fn end_tag(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push_str(">\n");
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push_str("  ");
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.escaped(name, value, true);
        self.out.push('"');
    }

    /// White space that a reader would change is written as a reference: carriage returns
    /// everywhere, tabs and line feeds in attributes (XML 1.0, sections 2.11 and 3.3.3).
    fn escaped(&mut self, place: &str, text: &str, in_attribute: bool) {
        for character in text.chars() {
            match character {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' if in_attribute => self.out.push_str("&quot;"),
                '\r' => self.out.push_str("&#13;"),
                '\t' if in_attribute => self.out.push_str("&#9;"),
                '\n' if in_attribute => self.out.push_str("&#10;"),
                _ if is_xml_char(character) => self.out.push(character),
                _ => self.illegal.push(IllegalText { place: place.to_owned(), character }),
            }
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::xml::{XmlLimits, parse};

    #[test]
    fn what_is_written_reads_back_the_same() {
        let hostile = "a\r\n\t<&>\"' ]]> é 日本 🎓";
        let mut writer = XmlWriter::new();
        writer.root("r", &[("a", hostile.into())], |w| {
            w.text("t", &[("b", hostile.into())], hostile);
            w.element("e", &[], |_| {});
        });
        let (xml, illegal) = writer.finish();
        let root = parse(&xml, &XmlLimits::default()).unwrap();
        assert_eq!(root.attribute("", "a"), Some(hostile));
        assert_eq!(root.children[0].attribute("", "b"), Some(hostile));
        assert_eq!(root.children[0].text(), hostile);
        assert!(xml.contains("  <e/>\n"));
        assert!(illegal.is_empty());
    }

    #[test]
    fn characters_xml_cannot_carry_are_all_reported() {
        let mut writer = XmlWriter::new();
        writer.root("r", &[("a", "x\u{0}".into())], |w| w.text("t", &[], "\u{FFFE}"));
        let (_, illegal) = writer.finish();
        let found: Vec<_> = illegal.iter().map(|i| (i.place.as_str(), i.character)).collect();
        assert_eq!(found, [("a", '\u{0}'), ("t", '\u{FFFE}')]);
    }
}

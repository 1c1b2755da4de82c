//! Text to a bounded tree of elements with resolved namespaces and positions.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::errors::Error;
use quick_xml::escape::{EscapeError, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::{Position, XmlError, XmlErrorKind, XmlLimits, is_xml_char};

/// One element. Comments and processing instructions are dropped; the text of an element is the
/// concatenation of its character data, wherever it stands between the children.
#[derive(Debug)]
pub(crate) struct Node {
    /// The namespace URI, empty for none.
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// The name as written, prefix included, for messages.
    pub(crate) written_name: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) children: Vec<Node>,
    pub(crate) position: Position,
    /// How much of the parent's text stands before it, in bytes.
    at: usize,
    text: String,
}

/// What stands in an element, in order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Child(&'a Node),
}

/// One attribute; namespace declarations are not among them.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// The namespace URI, empty for attributes without a prefix.
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) written_name: String,
    pub(crate) value: String,
}

impl Node {
    /// The element's text, without the white space that only lays the document out.
    pub(crate) fn text(&self) -> &str {
        self.text.trim_matches([' ', '\t', '\r', '\n'])
    }

    /// Text and children as they follow each other, white space as it is.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let mut from = 0;
        let last = self.text.len();
        let before = self.children.iter().flat_map(move |child| {
            let text = self.text.get(from..child.at).unwrap_or_default();
            from = child.at;
            [Piece::Text(text), Piece::Child(child)]
        });
        let begin = self.children.last().map_or(0, |child| child.at);
        let after = Piece::Text(self.text.get(begin..last).unwrap_or_default());
        before.chain([after]).filter(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()))
    }

    /// The first child of that local name, in any namespace.
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of that local name, in any namespace.
    pub(crate) fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of that local name.
    pub(crate) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(Node::text)
    }

    /// The value of an attribute; `namespace` is empty for an attribute without a prefix.
    pub(crate) fn attribute(&self, namespace: &str, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.namespace == namespace && attribute.name == name)
            .map(|attribute| attribute.value.as_str())
    }
}

/// Attributes of one element, namespace declarations included. The parser compares each name with
/// all before it, so this is what keeps a hostile start tag from costing quadratic time.
const MAX_ATTRIBUTES: usize = 256;

/// Reads a document whose text is already decoded.
pub(crate) fn parse(text: &str, limits: &XmlLimits) -> Result<Node, XmlError> {
    let mut cursor = Cursor::new(text);
    check_characters(text)?;
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;

    let mut open: Vec<Node> = Vec::new();
    let mut root: Option<Node> = None;
    let mut elements = 0_usize;
    loop {
        let position = cursor.advance_to(offset(reader.buffer_position()));
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let position = cursor.advance_to(offset(reader.error_position()));
                return Err(refuse(position, error));
            }
        };
        match event {
            Event::Start(start) => {
                if root.is_some() {
                    return Err(malformed(position, "there is more than one root element"));
                }
                elements += 1;
                if elements > limits.elements {
                    let limit = limits.elements;
                    return Err(error(position, XmlErrorKind::TooManyElements { limit }));
                }
                if open.len() == limits.depth {
                    let limit = limits.depth;
                    return Err(error(position, XmlErrorKind::TooDeep { limit }));
                }
                open.push(node(&reader, &start, position)?);
            }
            Event::End(_) => {
                // The reader checks that end tags match, so there is always one open.
                if let Some(mut done) = open.pop() {
                    match open.last_mut() {
                        Some(parent) => {
                            done.at = parent.text.len();
                            parent.children.push(done);
                        }
                        None => root = Some(done),
                    }
                }
            }
            Event::Text(content) => add_text(&mut open, position, &content.xml10_content())?,
            Event::CData(content) => add_text(&mut open, position, &content.xml10_content())?,
            Event::GeneralRef(reference) => {
                let character =
                    reference.resolve_char_ref().map_err(|error| refuse(position, error))?;
                let resolved: Cow<'_, str> = match character {
                    Some(c) => Cow::Owned(legal(c, position)?.to_string()),
                    None => resolve_predefined_entity(&reference).map(Cow::Borrowed).ok_or_else(
                        || {
                            let name = reference.to_string();
                            error(position, XmlErrorKind::UnknownEntity { name })
                        },
                    )?,
                };
                add_text(&mut open, position, &resolved)?;
            }
            Event::DocType(_) => return Err(error(position, XmlErrorKind::Doctype)),
            Event::Eof => {
                if let Some(unclosed) = open.last() {
                    let reason = format!("<{}> is not closed", unclosed.written_name);
                    return Err(malformed(unclosed.position, reason));
                }
                return root.ok_or_else(|| malformed(position, "there is no element"));
            }
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn node(
    reader: &NsReader<&[u8]>,
    start: &BytesStart<'_>,
    position: Position,
) -> Result<Node, XmlError> {
    let (namespace, local) = reader.resolver().resolve_element(start.name());
    let mut node = Node {
        namespace: namespace_uri(&namespace, position)?,
        name: local.into_inner().to_owned(),
        written_name: start.name().into_inner().to_owned(),
        attributes: Vec::new(),
        children: Vec::new(),
        position,
        at: 0,
        text: String::new(),
    };
    for (count, attribute) in start.attributes().enumerate() {
        if count == MAX_ATTRIBUTES {
            let reason = format!("an element has more than {MAX_ATTRIBUTES} attributes");
            return Err(malformed(position, reason));
        }
        let attribute = attribute.map_err(|error| refuse(position, error.into()))?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| refuse(position, error))?;
        for c in value.chars() {
            legal(c, position)?;
        }
        node.attributes.push(Attribute {
            namespace: namespace_uri(&namespace, position)?,
            name: local.into_inner().to_owned(),
            written_name: attribute.key.into_inner().to_owned(),
            value: value.into_owned(),
        });
    }
    Ok(node)
}

fn namespace_uri(resolved: &ResolveResult<'_>, position: Position) -> Result<String, XmlError> {
    match resolved {
        ResolveResult::Bound(namespace) => Ok(namespace.into_inner().to_owned()),
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => {
            Err(malformed(position, format!("the prefix {prefix:?} is not declared")))
        }
    }
}

fn add_text(open: &mut [Node], position: Position, text: &str) -> Result<(), XmlError> {
    match open.last_mut() {
        Some(node) => node.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(malformed(position, "there is text outside the root element")),
    }
    Ok(())
}

/// Checks the raw text once; character references are checked where they are resolved.
fn check_characters(text: &str) -> Result<(), XmlError> {
    match text.char_indices().find(|&(_, c)| !is_xml_char(c)) {
        None => Ok(()),
        Some((at, c)) => legal(c, Cursor::new(text).advance_to(at)).map(|_| ()),
    }
}

fn legal(c: char, position: Position) -> Result<char, XmlError> {
    if is_xml_char(c) {
        Ok(c)
    } else {
        let code = u32::from(c);
        Err(error(position, XmlErrorKind::IllegalCharacter { code }))
    }
}

fn refuse(position: Position, parser_error: Error) -> XmlError {
    match parser_error {
        Error::Escape(EscapeError::UnrecognizedEntity(_, name)) => {
            error(position, XmlErrorKind::UnknownEntity { name })
        }
        other => malformed(position, other.to_string()),
    }
}

fn malformed(position: Position, reason: impl Into<String>) -> XmlError {
    let reason = reason.into();
    error(position, XmlErrorKind::Malformed { reason })
}

fn error(position: Position, kind: XmlErrorKind) -> XmlError {
    XmlError { position, kind }
}

/// The text is in memory, so its offsets fit the address space.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// Counts lines and columns while moving forward, so that a document on one line costs no more.
struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    position: Position,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, offset: 0, position: Position { line: 1, column: 1 } }
    }

    fn advance_to(&mut self, offset: usize) -> Position {
        for c in self.text.get(self.offset..offset).unwrap_or("").chars() {
            if c == '\n' {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.offset = self.offset.max(offset);
        self.position
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn read(text: &str) -> Result<Node, XmlError> {
        parse(text, &XmlLimits::default())
    }

    fn failure(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn namespaces_attributes_and_positions_are_resolved() {
        let root =
            read("<a xmlns='urn:a' xmlns:b='urn:b'>\n  <b:c b:x='1' y='2 &lt;'/>\n</a>").unwrap();
        let child = &root.children[0];
        assert_eq!(root.namespace, "urn:a");
        assert_eq!((child.namespace.as_str(), child.name.as_str()), ("urn:b", "c"));
        assert_eq!(child.attribute("urn:b", "x"), Some("1"));
        assert_eq!(child.attribute("", "y"), Some("2 <"));
        assert_eq!(child.attribute("", "x"), None);
        assert_eq!(child.position, Position { line: 2, column: 3 });
    }

    #[test]
    fn text_joins_references_and_cdata() {
        let root = read("<t>\n a &amp; b<!-- no --> &#x20AC;<![CDATA[ <c> ]]></t>").unwrap();
        assert_eq!(root.text(), "a & b € <c>");
    }

    #[test]
    fn entities_are_never_defined_or_expanded() {
        assert_eq!(
            failure("<!DOCTYPE t [<!ENTITY a 'b'>]><t>&a;</t>"),
            "line 1, column 1: a DOCTYPE is not allowed; remove it"
        );
        assert_eq!(failure("<t>\n&nbsp;</t>"), "line 2, column 1: unknown entity &nbsp;");
        assert_eq!(failure("<t a='&x;'/>"), "line 1, column 1: unknown entity &x;");
    }

    #[test]
    fn what_is_not_well_formed_is_refused_where_it_breaks() {
        for (text, expected) in [
            ("<a>\n<b></a>", "line 2, column 4"),
            ("<a>", "line 1, column 1: the XML is not well-formed: <a> is not closed"),
            ("<a/><b/>", "more than one root element"),
            ("<a/>text", "text outside the root element"),
            ("", "there is no element"),
            ("<a b='1' b='2'/>", "not well-formed"),
            ("<x:a/>", "the prefix \"x\" is not declared"),
            ("<a>\u{1}</a>", "line 1, column 4: the character U+0001"),
            ("<a>&#1;</a>", "U+0001 is not allowed"),
            ("<a b='&#x2;'/>", "U+0002 is not allowed"),
        ] {
            let message = failure(text);
            assert!(message.contains(expected), "{text:?}: {message}");
        }
    }

    #[test]
    fn depth_and_number_of_elements_are_bounded() {
        let limits = XmlLimits { bytes: 1000, depth: 2, elements: 3 };
        assert!(parse("<a><b/><b/></a>", &limits).is_ok());
        let deep = parse("<a><b><c/></b></a>", &limits).unwrap_err();
        assert_eq!(deep.kind, XmlErrorKind::TooDeep { limit: 2 });
        let many = parse("<a><b/><b/><b/></a>", &limits).unwrap_err();
        assert_eq!(many.kind, XmlErrorKind::TooManyElements { limit: 3 });
    }
}

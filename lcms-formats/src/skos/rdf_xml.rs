//! SKOS in RDF/XML.

use std::collections::HashMap;

use super::{Concept, DC, DCTERMS, OWL, RDFS, ReadError, SKOS, Scheme, Text};
use crate::xml::{self, Node, XML_NAMESPACE, XmlLimits, XmlWriter};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// Reads a document: a concept may be an element of its own, a typed `rdf:Description`, or nested in a
/// relation.
pub(super) fn read(bytes: &[u8], limits: &XmlLimits) -> Result<Scheme, ReadError> {
    let (root, _) = xml::read(bytes, limits)?;
    if (root.namespace.as_str(), root.name.as_str()) != (RDF, "RDF") {
        return Err(ReadError::NotRdf(root.written_name));
    }
    let base = root.attribute(XML_NAMESPACE, "base").unwrap_or_default().to_owned();
    let mut reader = Reader { base, scheme: Scheme::default(), places: HashMap::new() };
    let language = root.attribute(XML_NAMESPACE, "lang").unwrap_or_default();
    for node in &root.children {
        reader.resource(node, language);
    }
    // What was only named by others is not described here.
    reader.scheme.concepts.retain(|concept| !concept.labels.is_empty());
    Ok(reader.scheme)
}

struct Reader {
    base: String,
    scheme: Scheme,
    places: HashMap<String, usize>,
}

fn is(node: &Node, namespace: &str, name: &str) -> bool {
    node.namespace == namespace && node.name == name
}

impl Reader {
    fn resolved(&self, written: &str) -> String {
        let written = written.trim();
        if written.is_empty() || written.starts_with('#') {
            format!("{}{written}", self.base.trim_end_matches('#'))
        } else {
            written.to_owned()
        }
    }

    /// The IRI that an element is about, or refers to.
    fn named(&self, node: &Node) -> Option<String> {
        let about = node.attribute(RDF, "about").or_else(|| node.attribute(RDF, "resource"));
        about
            .map(|iri| self.resolved(iri))
            .or_else(|| node.attribute(RDF, "ID").map(|id| self.resolved(&format!("#{id}"))))
    }

    fn leave_out(&mut self, node: &Node) {
        *self.scheme.left_out.entry(node.written_name.clone()).or_default() += 1;
    }

    fn concept(&mut self, iri: &str) -> &mut Concept {
        let next = self.scheme.concepts.len();
        let place = *self.places.entry(iri.to_owned()).or_insert(next);
        if place == next {
            self.scheme.concepts.push(Concept { iri: iri.to_owned(), ..Concept::default() });
        }
        &mut self.scheme.concepts[place]
    }

    /// An element that describes something; answers what.
    fn resource(&mut self, node: &Node, language: &str) -> Option<String> {
        let language = node.attribute(XML_NAMESPACE, "lang").unwrap_or(language);
        let iri = self.named(node);
        let typed = |name: &str| {
            is(node, SKOS, name)
                || node.children.iter().any(|child| {
                    is(child, RDF, "type")
                        && child.attribute(RDF, "resource") == Some(&format!("{SKOS}{name}"))
                })
        };
        if typed("ConceptScheme") {
            if self.scheme.iri.is_none() {
                self.scheme.iri = iri.clone();
            }
            for child in &node.children {
                let is_title = is(child, DC, "title")
                    || is(child, DCTERMS, "title")
                    || is(child, RDFS, "label")
                    || is(child, SKOS, "prefLabel");
                if is_title {
                    self.scheme.titles.push(text(child, language));
                } else if is(child, SKOS, "hasTopConcept") {
                    for nested in &child.children {
                        self.resource(nested, language);
                    }
                }
            }
        } else if typed("Concept")
            && let Some(iri) = &iri
        {
            self.concept(iri);
            for child in &node.children {
                self.statement(iri, child, language);
            }
        } else {
            self.leave_out(node);
        }
        iri
    }

    fn statement(&mut self, iri: &str, node: &Node, language: &str) {
        let language = node.attribute(XML_NAMESPACE, "lang").unwrap_or(language);
        match (node.namespace.as_str(), node.name.as_str()) {
            (SKOS, "prefLabel") => self.concept(iri).labels.push(text(node, language)),
            (SKOS, "altLabel" | "hiddenLabel") => {
                self.concept(iri).alternatives.push(text(node, language));
            }
            (SKOS, "definition") => self.concept(iri).definitions.push(text(node, language)),
            (SKOS, "notation") => self.concept(iri).notation = Some(node.text().to_owned()),
            (SKOS, "broader" | "narrower") => {
                let nested = node.children.first().map(|nested| self.resource(nested, language));
                let Some(other) = self.named(node).or(nested.flatten()) else {
                    return self.leave_out(node);
                };
                let (below, above) = match node.name.as_str() {
                    "broader" => (iri, other.as_str()),
                    _ => (other.as_str(), iri),
                };
                let broader = &mut self.concept(below).broader;
                if !broader.iter().any(|known| known == above) {
                    broader.push(above.to_owned());
                }
            }
            (OWL, "deprecated") => {
                self.concept(iri).deprecated = matches!(node.text(), "true" | "1");
            }
            (DCTERMS, "isReplacedBy") => {
                let other = self.named(node);
                self.concept(iri).replaced_by = other;
            }
            // These say what the document says anyway.
            (RDF, "type") | (SKOS, "inScheme" | "topConceptOf") => {}
            _ => self.leave_out(node),
        }
    }
}

fn text(node: &Node, language: &str) -> Text {
    let language = node.attribute(XML_NAMESPACE, "lang").unwrap_or(language);
    Text { language: language.to_owned(), text: node.text().to_owned() }
}

/// Writes a scheme; the same scheme gives the same bytes. Characters that XML cannot carry are
/// left out.
pub(super) fn write(scheme: &Scheme) -> String {
    let mut out = XmlWriter::new();
    let namespaces = [
        ("xmlns:rdf", RDF.into()),
        ("xmlns:skos", SKOS.into()),
        ("xmlns:owl", OWL.into()),
        ("xmlns:dcterms", DCTERMS.into()),
    ];
    let about = |iri: &str| [("rdf:about", iri.to_owned().into())];
    let to = |iri: &str| [("rdf:resource", iri.to_owned().into())];
    out.root("rdf:RDF", &namespaces, |out| {
        let iri = scheme.iri.as_deref().unwrap_or_default();
        out.element("skos:ConceptScheme", &about(iri), |out| {
            write_texts(out, "dcterms:title", &scheme.titles);
        });
        for concept in &scheme.concepts {
            out.element("skos:Concept", &about(&concept.iri), |out| {
                out.empty("skos:inScheme", &to(iri));
                if let Some(notation) = &concept.notation {
                    out.text("skos:notation", &[], notation);
                }
                write_texts(out, "skos:prefLabel", &concept.labels);
                write_texts(out, "skos:altLabel", &concept.alternatives);
                write_texts(out, "skos:definition", &concept.definitions);
                for broader in &concept.broader {
                    out.empty("skos:broader", &to(broader));
                }
                if concept.deprecated {
                    out.text("owl:deprecated", &[], "true");
                }
                if let Some(other) = &concept.replaced_by {
                    out.empty("dcterms:isReplacedBy", &to(other));
                }
            });
        }
    });
    out.finish().0
}

fn write_texts(out: &mut XmlWriter, name: &str, texts: &[Text]) {
    for Text { language, text } in texts {
        if language.is_empty() {
            out.text(name, &[], text);
        } else {
            out.text(name, &[("xml:lang", language.as_str().into())], text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const HEAD: &str = "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' \
        xmlns:skos='http://www.w3.org/2004/02/skos/core#' xmlns:owl='http://www.w3.org/2002/07/owl#' \
        xmlns:dc='http://purl.org/dc/elements/1.1/' xml:base='http://x.example/s'>";

    fn read_body(body: &str) -> Scheme {
        let document = format!("{HEAD}{body}</rdf:RDF>");
        read(document.as_bytes(), &XmlLimits::default()).unwrap()
    }

    fn text(language: &str, text: &str) -> Text {
        Text { language: language.into(), text: text.into() }
    }

    #[test]
    fn concepts_are_read_however_they_are_written() {
        let it = read_body(
            "<rdf:Description rdf:about='http://x.example/s#fire'>\
               <rdf:type rdf:resource='http://www.w3.org/2004/02/skos/core#Concept'/>\
               <skos:prefLabel xml:lang='en'>Fire</skos:prefLabel>\
               <skos:broader rdf:resource='#safety'/>\
               <skos:related rdf:resource='#water'/>\
             </rdf:Description>\
             <skos:ConceptScheme rdf:about=''><dc:title xml:lang='en'>Topics</dc:title></skos:ConceptScheme>\
             <skos:Concept rdf:ID='safety'>\
               <skos:prefLabel xml:lang='en'>Safety</skos:prefLabel><skos:altLabel>Care</skos:altLabel>\
               <skos:narrower><skos:Concept rdf:about='#water'><skos:prefLabel>Water</skos:prefLabel>\
                 <owl:deprecated>true</owl:deprecated></skos:Concept></skos:narrower>\
               <skos:narrower rdf:resource='http://x.example/s#fire'/>\
             </skos:Concept>",
        );
        assert_eq!(it.titles, [text("en", "Topics")]);
        let found: Vec<_> = it
            .concepts
            .iter()
            .map(|it| (it.iri.as_str(), it.broader.iter().map(String::as_str).collect::<Vec<_>>()))
            .collect();
        assert_eq!(
            found,
            [
                ("http://x.example/s#fire", vec!["http://x.example/s#safety"]),
                ("http://x.example/s#safety", vec![]),
                ("http://x.example/s#water", vec!["http://x.example/s#safety"]),
            ]
        );
        assert!(it.concepts[2].deprecated);
        assert_eq!(it.concepts[1].alternatives, [text("", "Care")]);
        assert_eq!(it.left_out, BTreeMap::from([("skos:related".to_owned(), 1)]));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let scheme = Scheme {
            iri: Some("http://x.example/s".into()),
            titles: vec![text("en", "Topics & more")],
            concepts: vec![Concept {
                iri: "http://x.example/s/fire".into(),
                labels: vec![text("de", "Feuer"), text("en", "Fire <1>")],
                alternatives: vec![text("en", "Flames")],
                definitions: vec![text("", "Hot")],
                notation: Some("fire".into()),
                broader: vec!["http://x.example/s/safety".into()],
                deprecated: true,
                replaced_by: Some("http://x.example/s/heat".into()),
            }],
            left_out: BTreeMap::new(),
        };
        let written = write(&scheme);
        assert_eq!(read(written.as_bytes(), &XmlLimits::default()), Ok(scheme));
    }

    #[test]
    fn another_document_is_refused() {
        let error = read(b"<lom/>", &XmlLimits::default()).unwrap_err();
        assert_eq!(error, ReadError::NotRdf("lom".into()));
    }
}

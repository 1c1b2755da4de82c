//! SKOS (W3C Recommendation of 18 August 2009), as thesaurus tools export it: in RDF/XML, in Turtle and
//! in JSON-LD.
//!
//! A document is a set of statements; this reads those that make a thesaurus: concepts with
//! preferred, alternative and hidden labels, definitions and notations, what is broader and
//! narrower, what is deprecated (`owl:deprecated`) and replaced (`dcterms:isReplacedBy`), and the
//! scheme's title. Several descriptions of one IRI are one concept. Other statements are counted by
//! name and left out: mappings, collections, labels as resources (SKOS-XL).

mod rdf_xml;
mod statements;

use std::collections::BTreeMap;

use oxjsonld::{JsonLdParser, JsonLdSerializer};
use oxrdf::{GraphNameRef, Triple};
use oxttl::{TurtleParser, TurtleSerializer};

use crate::xml::{XmlError, XmlLimits};
use statements::{PREFIXES, scheme_of, statements_of};

const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const OWL: &str = "http://www.w3.org/2002/07/owl#";
const DCTERMS: &str = "http://purl.org/dc/terms/";
const DC: &str = "http://purl.org/dc/elements/1.1/";

/// How statements are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// RDF/XML.
    RdfXml,
    /// Turtle (RDF 1.1), and so N-Triples.
    Turtle,
    /// JSON-LD 1.1. A context elsewhere is not fetched: it stands in the document.
    JsonLd,
}

/// A text in a language; the language is empty where none is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// BCP 47 tag.
    pub language: String,
    /// The text.
    pub text: String,
}

/// A concept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concept {
    /// Its IRI.
    pub iri: String,
    /// `skos:prefLabel`
    pub labels: Vec<Text>,
    /// `skos:altLabel` and `skos:hiddenLabel`
    pub alternatives: Vec<Text>,
    /// `skos:definition`
    pub definitions: Vec<Text>,
    /// `skos:notation`
    pub notation: Option<String>,
    /// IRIs of what is broader, in order of appearance, each once.
    pub broader: Vec<String>,
    /// `owl:deprecated`
    pub deprecated: bool,
    /// IRI of what replaces it.
    pub replaced_by: Option<String>,
}

/// A concept scheme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scheme {
    /// Its IRI.
    pub iri: Option<String>,
    /// Its titles.
    pub titles: Vec<Text>,
    /// Its concepts, in document order.
    pub concepts: Vec<Concept>,
    /// Statements that were left out, with how many there were.
    pub left_out: BTreeMap<String, usize>,
}

/// Why a document could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not XML that this crate reads.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The root element is another.
    #[error("the root element is <{0}>, not <rdf:RDF>: save the thesaurus as SKOS in RDF/XML")]
    NotRdf(String),
    /// It is not well-formed Turtle or JSON-LD; where and why.
    #[error("{0}")]
    Statement(String),
    /// It is larger than the limits.
    #[error("it is too large: at most {bytes} bytes and {statements} statements are read")]
    TooLarge {
        /// The limit of bytes.
        bytes: usize,
        /// The limit of statements.
        statements: usize,
    },
}

/// Reads a document. Of statements that are no XML, `limits` bounds the bytes and, by its elements,
/// their number.
///
/// # Errors
/// When the bytes are not well-formed within the limits, or another document.
pub fn read(bytes: &[u8], notation: Notation, limits: &XmlLimits) -> Result<Scheme, ReadError> {
    if notation == Notation::RdfXml {
        return rdf_xml::read(bytes, limits);
    }
    let too_large = || ReadError::TooLarge { bytes: limits.bytes, statements: limits.elements };
    if bytes.len() > limits.bytes {
        return Err(too_large());
    }
    let malformed = |error: &dyn std::fmt::Display| ReadError::Statement(error.to_string());
    let mut statements: Vec<Triple> = Vec::new();
    let mut take = |statement| {
        if statements.len() == limits.elements {
            return Err(too_large());
        }
        statements.push(statement);
        Ok(())
    };
    match notation {
        Notation::JsonLd => {
            for quad in JsonLdParser::new().for_slice(bytes) {
                take(quad.map_err(|error| malformed(&error))?.into())?;
            }
        }
        Notation::Turtle | Notation::RdfXml => {
            for triple in TurtleParser::new().for_slice(bytes) {
                take(triple.map_err(|error| malformed(&error))?)?;
            }
        }
    }
    Ok(scheme_of(&statements))
}

/// Writes a scheme; the same scheme gives the same bytes. What a notation cannot carry is left out.
///
/// # Errors
/// When memory is full.
pub fn write(scheme: &Scheme, notation: Notation) -> std::io::Result<Vec<u8>> {
    match notation {
        Notation::RdfXml => Ok(rdf_xml::write(scheme).into_bytes()),
        Notation::Turtle => {
            let mut turtle = TurtleSerializer::new();
            for (prefix, namespace) in PREFIXES {
                turtle = turtle.with_prefix(prefix, namespace).map_err(std::io::Error::other)?;
            }
            let mut turtle = turtle.for_writer(Vec::new());
            for statement in &statements_of(scheme) {
                turtle.serialize_triple(statement)?;
            }
            turtle.finish()
        }
        Notation::JsonLd => {
            let mut json = JsonLdSerializer::new();
            for (prefix, namespace) in PREFIXES {
                json = json.with_prefix(prefix, namespace).map_err(std::io::Error::other)?;
            }
            let mut json = json.for_writer(Vec::new());
            for statement in &statements_of(scheme) {
                let graph = GraphNameRef::DefaultGraph;
                json.serialize_quad(statement.as_ref().in_graph(graph))?;
            }
            json.finish()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TURTLE: &str = r#"
        @base <http://x.example/s> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix dct: <http://purl.org/dc/terms/> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        <#fire> a skos:Concept ; skos:prefLabel "Fire"@en, "Feuer"@de ; skos:broader <#safety> ;
            skos:related <#water> ; skos:notation "F" .
        <> a skos:ConceptScheme ; dct:title "Topics"@en ; skos:hasTopConcept <#safety> .
        <#safety> a skos:Concept ; skos:prefLabel "Safety"@en ; skos:altLabel "Care" ;
            skos:narrower <#water>, <#fire> .
        <#water> a skos:Concept ; skos:prefLabel "Water" ; owl:deprecated true ;
            dct:isReplacedBy <#safety> .
        <#named> a skos:Concept .
        [] a skos:Concept ; skos:prefLabel "Nobody" .
    "#;

    const JSON_LD: &str = r##"{
        "@context": {"skos": "http://www.w3.org/2004/02/skos/core#", "owl": "http://www.w3.org/2002/07/owl#",
            "dct": "http://purl.org/dc/terms/", "id": "@id", "type": "@type",
            "broader": {"@id": "skos:broader", "@type": "@id"}, "narrower": {"@id": "skos:narrower", "@type": "@id"},
            "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"}},
        "@graph": [
            {"id": "http://x.example/s#fire", "type": "skos:Concept", "prefLabel": {"en": "Fire", "de": "Feuer"},
                "broader": "http://x.example/s#safety", "skos:related": {"id": "http://x.example/s#water"}, "skos:notation": "F"},
            {"id": "http://x.example/s", "type": "skos:ConceptScheme", "dct:title": {"@value": "Topics", "@language": "en"}},
            {"id": "http://x.example/s#safety", "type": "skos:Concept", "prefLabel": {"en": "Safety"}, "skos:altLabel": "Care",
                "narrower": ["http://x.example/s#water", "http://x.example/s#fire"]},
            {"id": "http://x.example/s#water", "type": "skos:Concept", "skos:prefLabel": "Water", "owl:deprecated": true,
                "dct:isReplacedBy": {"id": "http://x.example/s#safety"}}
        ]
    }"##;

    fn read_all(text: &str, notation: Notation) -> Scheme {
        read(text.as_bytes(), notation, &XmlLimits::default()).unwrap()
    }

    #[test]
    fn turtle_and_json_ld_say_the_same() {
        let turtle = read_all(TURTLE, Notation::Turtle);
        assert_eq!(turtle.iri.as_deref(), Some("http://x.example/s"));
        assert_eq!(turtle.titles, [Text { language: "en".into(), text: "Topics".into() }]);
        let [fire, safety, water] = &turtle.concepts[..] else { panic!("{turtle:#?}") };
        assert_eq!(fire.labels.len(), 2);
        assert_eq!(fire.broader, ["http://x.example/s#safety"], "once, though said twice");
        assert_eq!(water.broader, fire.broader);
        assert_eq!((fire.notation.as_deref(), water.deprecated), (Some("F"), true));
        assert_eq!(water.replaced_by.as_deref(), Some("http://x.example/s#safety"));
        assert_eq!(safety.alternatives[0].text, "Care");
        assert_eq!(turtle.left_out.get("skos:related"), Some(&1));
        let mut json_ld = read_all(JSON_LD, Notation::JsonLd);
        json_ld.left_out.clone_from(&turtle.left_out);
        for concept in &mut json_ld.concepts {
            concept.labels.sort_by(|a, b| b.language.cmp(&a.language));
        }
        assert_eq!(json_ld, turtle);
    }

    #[test]
    fn hostile_documents_are_refused_within_limits() {
        let read_in = |text: &str, notation| {
            let limits = XmlLimits { bytes: 100_000, elements: 100, ..XmlLimits::default() };
            read(text.as_bytes(), notation, &limits)
        };
        let turtle = |text: &str| read_in(text, Notation::Turtle);
        assert!(matches!(turtle("<a> <b> "), Err(ReadError::Statement(_))));
        let many: String = (0..101).map(|n| format!("<http://a/{n}> a <http://b> .\n")).collect();
        assert!(matches!(turtle(&many), Err(ReadError::TooLarge { .. })));
        assert!(matches!(turtle(&" ".repeat(100_001)), Err(ReadError::TooLarge { .. })));
        assert!(turtle(&format!("<http://a> <http://b> {}", "(".repeat(90_000))).is_err());
        assert!(
            turtle(&format!("<http://a> <http://b> {}", "[<http://c> ".repeat(8_000))).is_err()
        );
        let json = |text: &str| read_in(text, Notation::JsonLd);
        assert!(json(&"[".repeat(90_000)).is_err());
        assert!(json(&r#"{"http://a":"#.repeat(8_000)).is_err());
        let elsewhere =
            json(r#"{"@context": "http://127.0.0.1/c", "@id": "http://a", "name": "x"}"#);
        assert!(elsewhere.is_err(), "nothing is fetched");
        assert!(json(r#"{"@context": {"a": "b", "b": "a"}, "a": "x"}"#).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_written_is_read_again_in_every_notation(
            labels in proptest::collection::vec("[a-zA-Zäßé\"\\\\<>&{} .;#@\n]{1,12}", 1..5),
            deprecated: bool,
        ) {
            let text = |text: &str, language: &str| Text { language: language.into(), text: text.into() };
            let concepts: Vec<_> = (0..).zip(&labels).map(|(n, label)| Concept {
                iri: format!("urn:x:{n}"),
                labels: vec![text(label, "en"), text(label, "")],
                alternatives: vec![text(label, "de")],
                definitions: vec![text(label, "fr")],
                notation: Some(format!("n{n}")),
                broader: (n > 0).then(|| format!("urn:x:{}", n - 1)).into_iter().collect(),
                deprecated,
                replaced_by: deprecated.then(|| "urn:x:0".to_owned()),
            }).collect();
            let titles = vec![text("Topics", "en")];
            let scheme = Scheme { iri: Some("urn:x".into()), titles, concepts, left_out: BTreeMap::new() };
            for notation in [Notation::Turtle, Notation::JsonLd] {
                let written = write(&scheme, notation).unwrap();
                prop_assert_eq!(&written, &write(&scheme, notation).unwrap());
                let mut again = read(&written, notation, &XmlLimits::default()).unwrap();
                for concept in &mut again.concepts {
                    concept.labels.sort_by(|a, b| b.language.cmp(&a.language));
                }
                prop_assert_eq!(&again, &scheme);
            }
        }
    }

    #[test]
    fn what_is_no_iri_breaks_nothing_out() {
        let concept = Concept {
            iri: "x> . <urn:evil> <urn:p> <urn:o".into(),
            labels: vec![Text { language: "not a tag!".into(), text: "A".into() }],
            ..Concept::default()
        };
        let scheme = Scheme { concepts: vec![concept], ..Scheme::default() };
        for notation in [Notation::Turtle, Notation::JsonLd] {
            let written = write(&scheme, notation).unwrap();
            let again = read(&written, notation, &XmlLimits::default()).unwrap();
            assert_eq!(again.concepts.len(), 1, "{}", String::from_utf8_lossy(&written));
            assert!(again.concepts[0].iri.starts_with("urn:lcms:iri:x%3E"));
        }
    }
}

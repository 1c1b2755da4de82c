//! A scheme as RDF statements (subject, predicate, object), for the notations that have no elements.

use std::collections::{HashMap, HashSet};

use oxrdf::vocab::{rdf, rdfs};
use oxrdf::{Literal, NamedNode, NamedNodeRef, NamedOrBlankNode, Term, Triple};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Concept, DC, DCTERMS, OWL, SKOS, Scheme, Text};

/// The names that statements are written with.
pub(super) const PREFIXES: [(&str, &str); 3] = [("skos", SKOS), ("owl", OWL), ("dcterms", DCTERMS)];

/// Reads the statements of a document, in their order.
pub(super) fn scheme_of(statements: &[Triple]) -> Scheme {
    let mut scheme = Scheme::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut schemes: HashSet<&NamedOrBlankNode> = HashSet::new();
    for statement in statements.iter().filter(|it| it.predicate == rdf::TYPE) {
        let Term::NamedNode(class) = &statement.object else { continue };
        match (class.as_str().strip_prefix(SKOS), &statement.subject) {
            (Some("Concept"), NamedOrBlankNode::NamedNode(iri)) => {
                let next = scheme.concepts.len();
                if *places.entry(iri.as_str()).or_insert(next) == next {
                    let iri = iri.as_str().to_owned();
                    scheme.concepts.push(Concept { iri, ..Concept::default() });
                }
            }
            (Some("ConceptScheme"), subject) => {
                if let (None, NamedOrBlankNode::NamedNode(iri)) = (&scheme.iri, subject) {
                    scheme.iri = Some(iri.as_str().to_owned());
                }
                schemes.insert(subject);
            }
            _ => {}
        }
    }
    for statement in statements.iter().filter(|it| it.predicate != rdf::TYPE) {
        let place = match &statement.subject {
            NamedOrBlankNode::NamedNode(iri) => places.get(iri.as_str()).copied(),
            NamedOrBlankNode::BlankNode(_) => None,
        };
        let said = match place {
            Some(place) => about_concept(&mut scheme.concepts, place, &places, statement),
            None => {
                schemes.contains(&statement.subject) && about_scheme(&mut scheme.titles, statement)
            }
        };
        if !said {
            *scheme.left_out.entry(short(statement.predicate.as_ref())).or_default() += 1;
        }
    }
    // What has no label cannot be shown.
    scheme.concepts.retain(|concept| !concept.labels.is_empty());
    scheme
}

/// Takes what is said of the scheme; says whether that is anything.
fn about_scheme(titles: &mut Vec<Text>, statement: &Triple) -> bool {
    let predicate = statement.predicate.as_str();
    let is_title = statement.predicate == rdfs::LABEL
        || [(DC, "title"), (DCTERMS, "title"), (SKOS, "prefLabel")]
            .iter()
            .any(|(namespace, name)| predicate.strip_prefix(namespace) == Some(name));
    if is_title && let Term::Literal(title) = &statement.object {
        titles.push(text(title));
        return true;
    }
    predicate.strip_prefix(SKOS) == Some("hasTopConcept")
}

/// Takes what is said of a concept; says whether that is anything.
fn about_concept(
    concepts: &mut [Concept],
    place: usize,
    places: &HashMap<&str, usize>,
    statement: &Triple,
) -> bool {
    let predicate = statement.predicate.as_str();
    let concept = &mut concepts[place];
    match (predicate.strip_prefix(SKOS), &statement.object) {
        (Some("prefLabel"), Term::Literal(label)) => concept.labels.push(text(label)),
        (Some("altLabel" | "hiddenLabel"), Term::Literal(label)) => {
            concept.alternatives.push(text(label));
        }
        (Some("definition"), Term::Literal(words)) => concept.definitions.push(text(words)),
        (Some("notation"), Term::Literal(notation)) => {
            concept.notation = Some(notation.value().to_owned());
        }
        (Some("broader"), Term::NamedNode(above)) => add(&mut concept.broader, above.as_str()),
        (Some("narrower"), Term::NamedNode(below)) => {
            let above = concept.iri.clone();
            let Some(below) = places.get(below.as_str()) else { return false };
            add(&mut concepts[*below].broader, &above);
        }
        (Some("inScheme" | "topConceptOf"), _) => {}
        (None, Term::Literal(value)) if predicate.strip_prefix(OWL) == Some("deprecated") => {
            concept.deprecated = matches!(value.value(), "true" | "1");
        }
        (None, Term::NamedNode(other))
            if predicate.strip_prefix(DCTERMS) == Some("isReplacedBy") =>
        {
            concept.replaced_by = Some(other.as_str().to_owned());
        }
        _ => return false,
    }
    true
}

fn add(broader: &mut Vec<String>, above: &str) {
    if !broader.iter().any(|known| known == above) {
        broader.push(above.to_owned());
    }
}

fn text(literal: &Literal) -> Text {
    Text {
        language: literal.language().unwrap_or_default().to_owned(),
        text: literal.value().to_owned(),
    }
}

/// A name as people write it.
fn short(name: NamedNodeRef<'_>) -> String {
    let known = PREFIXES.iter().chain(&[("dc", DC)]);
    let mut found = known.filter_map(|(prefix, namespace)| {
        Some(format!("{prefix}:{}", name.as_str().strip_prefix(namespace)?))
    });
    found.next().unwrap_or_else(|| format!("<{}>", name.as_str()))
}

/// The statements that a scheme is written as, in its order.
pub(super) fn statements_of(scheme: &Scheme) -> Vec<Triple> {
    let mut statements = Vec::new();
    let named =
        |namespace: &str, name: &str| NamedNode::new_unchecked(format!("{namespace}{name}"));
    let scheme_iri = iri(scheme.iri.as_deref().unwrap_or_default());
    let mut say = |subject: &NamedNode, predicate: NamedNode, object: Term| {
        statements.push(Triple::new(subject.clone(), predicate, object));
    };
    let is_a = || rdf::TYPE.into_owned();
    say(&scheme_iri, is_a(), named(SKOS, "ConceptScheme").into());
    for title in &scheme.titles {
        say(&scheme_iri, named(DCTERMS, "title"), literal(title));
    }
    for concept in &scheme.concepts {
        let subject = iri(&concept.iri);
        say(&subject, is_a(), named(SKOS, "Concept").into());
        say(&subject, named(SKOS, "inScheme"), scheme_iri.clone().into());
        if let Some(notation) = &concept.notation {
            say(&subject, named(SKOS, "notation"), Literal::from(notation.as_str()).into());
        }
        let texts = [
            ("prefLabel", &concept.labels),
            ("altLabel", &concept.alternatives),
            ("definition", &concept.definitions),
        ];
        for (name, texts) in texts {
            for text in texts {
                say(&subject, named(SKOS, name), literal(text));
            }
        }
        for above in &concept.broader {
            say(&subject, named(SKOS, "broader"), iri(above).into());
        }
        if concept.deprecated {
            say(&subject, named(OWL, "deprecated"), Literal::from(true).into());
        }
        if let Some(other) = &concept.replaced_by {
            say(&subject, named(DCTERMS, "isReplacedBy"), iri(other).into());
        }
    }
    statements
}

/// What is written as an IRI although it is none stays recognisable, and breaks nothing out.
fn iri(written: &str) -> NamedNode {
    NamedNode::new(written).unwrap_or_else(|_| {
        let encoded = utf8_percent_encode(written, NON_ALPHANUMERIC);
        NamedNode::new_unchecked(format!("urn:lcms:iri:{encoded}"))
    })
}

fn literal(text: &Text) -> Term {
    Literal::new_language_tagged_literal(&text.text, &text.language)
        .unwrap_or_else(|_| Literal::from(text.text.as_str()))
        .into()
}

//! Terms of a SKOS scheme.

use std::collections::{BTreeMap, HashMap};

use lcms_core::model::{Key, Language, Term, Vocabulary};
use lcms_formats::skos::{Concept, Scheme, Text};

use super::Ids;

fn in_languages(
    texts: &[Text],
    language: &Language,
    remarks: &mut Vec<String>,
) -> BTreeMap<Language, Vec<String>> {
    let mut found = BTreeMap::<Language, Vec<String>>::new();
    for Text { language: of, text } in texts.iter().filter(|it| !it.text.is_empty()) {
        let of = match of.as_str() {
            "" => language.clone(),
            tag => match tag.parse() {
                Ok(of) => of,
                Err(error) => {
                    remarks.push(format!("`{text}` was left out: {error}"));
                    continue;
                }
            },
        };
        found.entry(of).or_default().push(text.clone());
    }
    found
}

fn first_of(texts: BTreeMap<Language, Vec<String>>) -> BTreeMap<Language, String> {
    let first = texts.into_iter().filter_map(|(of, texts)| Some((of, texts.into_iter().next()?)));
    first.collect()
}

pub(super) fn from_skos(
    scheme: Scheme,
    present: &Vocabulary,
    language: &Language,
    remarks: &mut Vec<String>,
) -> Vocabulary {
    for (name, count) in &scheme.left_out {
        remarks.push(format!("{count} × `{name}` left out: it is no part of a vocabulary here"));
    }
    let known: HashMap<&str, &Key> =
        present.terms.iter().filter_map(|term| Some((term.iri.as_deref()?, &term.id))).collect();
    let mut ids = Ids { taken: known.values().map(|id| (*id).clone()).collect() };
    let mut places = HashMap::<&str, Key>::new();
    for concept in &scheme.concepts {
        let iri = concept.iri.as_str();
        let id = match known.get(iri) {
            Some(id) => Some((*id).clone()),
            None => {
                let tail = iri.rsplit(['/', '#']).next().unwrap_or_default();
                let label = concept.labels.first().map_or("", |label| label.text.as_str());
                let named = concept.notation.as_deref().and_then(Key::from_text);
                ids.give(named.or_else(|| Key::from_text(tail)).or_else(|| Key::from_text(label)))
            }
        };
        match id {
            Some(id) => drop(places.insert(iri, id)),
            None => remarks.push(format!("`{iri}` left out: nothing of it makes an id")),
        }
    }
    let mut terms = Vec::new();
    for concept in &scheme.concepts {
        let Some(id) = places.get(concept.iri.as_str()) else { continue };
        let mut above = concept.broader.iter().filter_map(|iri| places.get(iri.as_str()));
        let broader = above.next().cloned();
        for other in above {
            remarks.push(format!("`{id}` has another broader term, `{other}`: only one is kept"));
        }
        terms.push(Term {
            id: id.clone(),
            labels: first_of(in_languages(&concept.labels, language, remarks)),
            alternatives: in_languages(&concept.alternatives, language, remarks),
            broader,
            definitions: first_of(in_languages(&concept.definitions, language, remarks)),
            deprecated: concept.deprecated,
            replaced_by: concept
                .replaced_by
                .as_ref()
                .and_then(|iri| places.get(iri.as_str()))
                .cloned(),
            iri: Some(concept.iri.clone()),
        });
    }
    let title = match present.title.as_str() {
        "" => first_of(in_languages(&scheme.titles, language, remarks)).into_values().next(),
        title => Some(title.to_owned()),
    };
    let title = title.unwrap_or_else(|| "Vocabulary".to_owned());
    let iri = scheme.iri.filter(|iri| !iri.is_empty()).or_else(|| present.iri.clone());
    Vocabulary { title, iri, terms, ..present.clone() }
}

pub(super) fn to_skos(vocabulary: &Vocabulary) -> Scheme {
    let iri = vocabulary.iri.clone().unwrap_or_else(|| {
        let key =
            Key::from_text(&vocabulary.title).map_or("terms".to_owned(), |key| key.to_string());
        format!("urn:lcms:vocabulary:{key}")
    });
    let iris: HashMap<&Key, String> = vocabulary
        .terms
        .iter()
        .map(|term| (&term.id, term.iri.clone().unwrap_or_else(|| format!("{iri}#{}", term.id))))
        .collect();
    let texts = |of: &BTreeMap<Language, String>| {
        of.iter()
            .map(|(language, text)| Text { language: language.to_string(), text: text.clone() })
            .collect()
    };
    let concepts = vocabulary.terms.iter().map(|term| Concept {
        iri: iris.get(&term.id).cloned().unwrap_or_default(),
        labels: texts(&term.labels),
        alternatives: term
            .alternatives
            .iter()
            .flat_map(|(language, labels)| {
                labels
                    .iter()
                    .map(|text| Text { language: language.to_string(), text: text.clone() })
            })
            .collect(),
        definitions: texts(&term.definitions),
        notation: Some(term.id.to_string()),
        broader: term.broader.iter().filter_map(|id| iris.get(id).cloned()).collect(),
        deprecated: term.deprecated,
        replaced_by: term.replaced_by.as_ref().and_then(|id| iris.get(id).cloned()),
    });
    let concepts = concepts.collect();
    let titles = vec![Text { language: String::new(), text: vocabulary.title.clone() }];
    Scheme { iri: Some(iri), titles, concepts, left_out: BTreeMap::new() }
}

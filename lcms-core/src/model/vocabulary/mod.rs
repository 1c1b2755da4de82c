//! Controlled vocabularies: the words a library has agreed upon.
//!
//! A vocabulary is a tree of terms. What a component's metadata holds is a term's *value*: its
//! preferred label in the library's language, so that packages, searches and old versions can be
//! read without the vocabulary. A term is known by more names than one: labels in other languages,
//! alternative labels, its id. All of them lead to the one value. So renaming a term is to give it
//! another preferred label and keep the old one as an alternative, and merging two is to make the
//! labels of one alternatives of the other; then every component that still says the old value
//! is brought to the new one by the same step that reads what a person typed: [`TermIndex::settle`].
//!
//! The members are those of SKOS (W3C Recommendation of 18 August 2009, sections 5, 7 and 8).

mod edit;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use edit::{Renamed, TermChanges, TermEdit};

use super::field::FieldName;
use super::key::{Key, Language};
use super::violation::{Violation, Violations};

/// Most terms of one vocabulary.
pub const MOST_TERMS: usize = 20_000;
const MOST_CHARACTERS: usize = 200;
const MOST_LABELS: usize = 100;

/// A vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// What it is called.
    pub title: String,
    /// The metadata fields that hold its terms.
    #[serde(default)]
    pub fields: Vec<FieldName>,
    /// Whether those fields hold nothing else.
    #[serde(default)]
    pub closed: bool,
    /// The IRI of the concept scheme it came from, for taking it out again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iri: Option<String>,
    /// The terms, by id.
    #[serde(default)]
    pub terms: Vec<Term>,
}

/// A term.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Its name for programs, which never changes.
    pub id: Key,
    /// The preferred label in each language (`skos:prefLabel`).
    #[schema(value_type = std::collections::HashMap<String, String>, example = json!({"en": "Fire safety", "de": "Brandschutz"}))]
    pub labels: BTreeMap<Language, String>,
    /// Further labels that mean the same (`skos:altLabel`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, Vec<String>>)]
    pub alternatives: BTreeMap<Language, Vec<String>>,
    /// The term above (`skos:broader`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broader: Option<Key>,
    /// What it means (`skos:definition`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub definitions: BTreeMap<Language, String>,
    /// Not for new use; what has it keeps it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// The term to use instead of a deprecated one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Key>,
    /// The IRI it came with, for taking it out again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iri: Option<String>,
}

impl Term {
    /// A term with one label.
    #[must_use]
    pub fn new(id: Key, language: Language, label: impl Into<String>) -> Self {
        Self {
            id,
            labels: BTreeMap::from([(language, label.into())]),
            alternatives: BTreeMap::new(),
            broader: None,
            definitions: BTreeMap::new(),
            deprecated: false,
            replaced_by: None,
            iri: None,
        }
    }

    /// What a component's metadata holds for it: the preferred label in the library's language, or
    /// else the first there is.
    #[must_use]
    pub fn value(&self, language: &Language) -> &str {
        let label = self.labels.get(language).or_else(|| self.labels.values().next());
        label.map_or(self.id.as_str(), String::as_str)
    }

    /// Makes a label an alternative, unless the term is called that already.
    fn keep_label(&mut self, language: &Language, label: &str) {
        let same = |known: &str| folded(known) == folded(label);
        if self.labels.get(language).is_some_and(|known| same(known)) {
            return;
        }
        let known = self.alternatives.entry(language.clone()).or_default();
        if !known.iter().any(|known| same(known)) {
            known.push(label.to_owned());
            known.sort();
        }
    }
}

/// How labels are compared: without regard to case and to how many spaces there are.
pub(super) fn folded(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl Vocabulary {
    /// Puts it in its one form, so that equal vocabularies have equal bytes.
    pub fn normalise(&mut self) {
        let trim = |text: &mut String| {
            *text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        };
        trim(&mut self.title);
        self.fields.sort();
        self.fields.dedup();
        for term in &mut self.terms {
            term.labels.values_mut().for_each(trim);
            term.labels.retain(|_, label| !label.is_empty());
            for (language, labels) in &mut term.alternatives {
                labels.iter_mut().for_each(trim);
                let preferred = term.labels.get(language);
                labels.retain(|label| !label.is_empty() && Some(label) != preferred);
                labels.sort();
                labels.dedup();
            }
            term.alternatives.retain(|_, labels| !labels.is_empty());
            term.definitions.retain(|_, text| !text.trim().is_empty());
        }
        self.terms.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// The term with that id.
    #[must_use]
    pub fn term(&self, id: &Key) -> Option<&Term> {
        self.terms.iter().find(|term| term.id == *id)
    }

    fn term_mut(&mut self, id: &Key) -> Option<&mut Term> {
        self.terms.iter_mut().find(|term| term.id == *id)
    }

    /// Everything that is wrong with it, each at its JSON pointer.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Violations::default();
        found.require(
            (1..=MOST_CHARACTERS).contains(&self.title.chars().count()),
            "/title",
            "length",
            "a vocabulary has a title of at most 200 characters",
        );
        for field in &self.fields {
            let holds_terms = field.is_list() || matches!(field, FieldName::Custom(_));
            let message = format!(
                "`{field}` cannot hold terms: tags, keywords, audience and custom.NAME can"
            );
            found.require(holds_terms, "/fields", "field", message);
        }
        found.require(
            self.terms.len() <= MOST_TERMS,
            "/terms",
            "length",
            format!("a vocabulary has at most {MOST_TERMS} terms"),
        );
        let place: HashMap<&Key, usize> =
            self.terms.iter().enumerate().map(|(n, term)| (&term.id, n)).collect();
        let mut called = HashMap::<(&Language, String), &Key>::new();
        for (n, term) in self.terms.iter().enumerate() {
            let at = |member: &str| format!("/terms/{n}{member}");
            if place.get(&term.id) != Some(&n) {
                let message = format!("there are two terms `{}`", term.id);
                found.add(at("/id"), "unique", message);
            }
            let message = format!("term `{}` has no label", term.id);
            found.require(!term.labels.is_empty(), at("/labels"), "required", message);
            let labels = term.labels.iter().map(|(language, label)| (language, label, "/labels"));
            let alternatives = term.alternatives.iter().flat_map(|(language, labels)| {
                labels.iter().map(move |label| (language, label, "/alternatives"))
            });
            let mut count = 0;
            for (language, label, member) in labels.chain(alternatives) {
                count += 1;
                let message =
                    format!("a label of `{}` has more than {MOST_CHARACTERS} characters", term.id);
                let fits = label.chars().count() <= MOST_CHARACTERS;
                found.require(fits, at(member), "length", message);
                match called.insert((language, folded(label)), &term.id) {
                    Some(other) if *other != term.id => found.add(
                        at(member),
                        "ambiguous",
                        format!("`{label}` ({language}) would mean `{other}` and `{}`", term.id),
                    ),
                    _ => {}
                }
            }
            let message = format!("term `{}` has more than {MOST_LABELS} labels", term.id);
            found.require(count <= MOST_LABELS, at("/alternatives"), "length", message);
            for (member, named) in
                [("/broader", &term.broader), ("/replaced_by", &term.replaced_by)]
            {
                if let Some(named) = named.as_ref().filter(|named| !place.contains_key(*named)) {
                    let message =
                        format!("`{}` names the term `{named}`, which is not there", term.id);
                    found.add(at(member), "reference", message);
                }
            }
            if self.is_below_itself(term, &place) {
                found.add(at("/broader"), "cycle", format!("`{}` would be below itself", term.id));
            }
        }
        found.into_vec()
    }

    fn is_below_itself(&self, start: &Term, place: &HashMap<&Key, usize>) -> bool {
        let mut seen = HashSet::new();
        let mut above = start.broader.as_ref();
        while let Some(id) = above {
            if *id == start.id {
                return true;
            }
            if !seen.insert(id) {
                return false; // a circle further up, which is reported there
            }
            above = place.get(id).and_then(|n| self.terms.get(*n)?.broader.as_ref());
        }
        false
    }

    /// The ids of the terms above one, from the nearest up.
    #[must_use]
    pub fn above(&self, id: &Key) -> Vec<&Key> {
        let mut found = Vec::new();
        let mut at = self.term(id);
        while let Some(broader) = at.and_then(|term| term.broader.as_ref()) {
            if found.contains(&broader) {
                break;
            }
            found.push(broader);
            at = self.term(broader);
        }
        found
    }
}

/// How a vocabulary takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken<'a> {
    /// It is a term's value, or leads to one.
    As(&'a str),
    /// It leads to a term that is not for new use: its value, and the value to use instead.
    Deprecated(&'a str, Option<&'a str>),
    /// No term is called that.
    Unknown,
}

/// What each label of a vocabulary leads to, in a library of one language.
#[derive(Clone, Debug)]
pub struct TermIndex {
    values: Vec<Entry>,
    called: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Entry {
    value: String,
    deprecated: bool,
    instead: Option<String>,
}

impl TermIndex {
    /// The index of a vocabulary without violations. What is a preferred label in the library's
    /// language wins over one of another language, and that over alternatives and ids.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, language: &Language) -> Self {
        let terms: HashMap<_, _> = vocabulary.terms.iter().map(|it| (&it.id, it)).collect();
        let entry = |term: &Term| Entry {
            value: term.value(language).to_owned(),
            deprecated: term.deprecated,
            instead: term
                .replaced_by
                .as_ref()
                .and_then(|id| terms.get(id))
                .map(|term| term.value(language).to_owned()),
        };
        let values: Vec<_> = vocabulary.terms.iter().map(entry).collect();
        let mut called = HashMap::new();
        let all = || vocabulary.terms.iter().enumerate();
        let mut note = |label: &str, n: usize| {
            called.entry(folded(label)).or_insert(n);
        };
        all().for_each(|(n, term)| note(term.value(language), n));
        all().for_each(|(n, term)| {
            term.alternatives.get(language).into_iter().flatten().for_each(|it| note(it, n));
        });
        all().for_each(|(n, term)| term.labels.values().for_each(|label| note(label, n)));
        all().for_each(|(n, term)| {
            term.alternatives.values().flatten().for_each(|label| note(label, n));
        });
        all().for_each(|(n, term)| note(term.id.as_str(), n));
        Self { values, called }
    }

    /// How a value is taken.
    #[must_use]
    pub fn take(&self, value: &str) -> Taken<'_> {
        match self.called.get(&folded(value)).and_then(|n| self.values.get(*n)) {
            None => Taken::Unknown,
            Some(entry) if entry.deprecated => {
                Taken::Deprecated(&entry.value, entry.instead.as_deref())
            }
            Some(entry) => Taken::As(&entry.value),
        }
    }

    /// The value that this one leads to; itself when no term is called that. Settling twice is
    /// settling once.
    #[must_use]
    pub fn settle<'a>(&'a self, value: &'a str) -> &'a str {
        match self.take(value) {
            Taken::As(settled) | Taken::Deprecated(settled, _) => settled,
            Taken::Unknown => value,
        }
    }

    /// Terms' values that begin like this one, or hold it: what somebody may have meant.
    #[must_use]
    pub fn like(&self, value: &str) -> Vec<&str> {
        let wanted = folded(value);
        let begins = |text: &str| {
            let known = folded(text);
            known.contains(&wanted)
                || wanted.contains(&known)
                || wanted.chars().take(4).eq(known.chars().take(4))
        };
        let values = self.values.iter().filter(|entry| !entry.deprecated);
        values.map(|entry| entry.value.as_str()).filter(|text| begins(text)).take(3).collect()
    }
}

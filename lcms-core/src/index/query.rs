//! Clauses, filters and rights → one query of the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query, RangeQuery,
    TermQuery, TermSetQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::{Language, Token};
use uuid::Uuid;

use super::analysis::{Analyzer, is_unspaced};
use super::parse::{Clause, Form, Scope};
use super::schema::Fields;
use super::search::Facet;

/// What a word weighs, by where it is found.
const TITLE_BOOST: f32 = 4.0;
const KEY_BOOST: f32 = 3.0;
const TAG_BOOST: f32 = 3.0;
const ABOUT_BOOST: f32 = 1.5;
const BODY_BOOST: f32 = 1.0;
/// The score of the component that the text names by id or key: above every sum of words.
const REFERENCE_SCORE: f32 = 1_000.0;

/// The words to be marked in a snippet, as they are indexed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Highlights {
    pub(super) words: BTreeSet<String>,
    pub(super) beginnings: BTreeSet<String>,
}

/// Which of the words a document needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    All,
    Any,
}

/// Builds the query for one search.
pub(super) struct Builder<'a> {
    fields: &'a Fields,
    /// Whose stems a word may be found by.
    languages: Vec<Language>,
    analyzer: Analyzer,
    pub(super) highlights: Highlights,
}

impl<'a> Builder<'a> {
    pub(super) fn new(fields: &'a Fields, languages: Vec<Language>) -> Self {
        Self { fields, languages, analyzer: Analyzer::default(), highlights: Highlights::default() }
    }

    /// The documents that `clauses` ask for. `text` is what they were read from.
    pub(super) fn text(&mut self, text: &str, clauses: &[Clause], need: Need) -> Box<dyn Query> {
        let mut words = Vec::new();
        let mut conditions = Vec::new();
        for clause in clauses {
            if clause.exclude {
                conditions.push((Occur::MustNot, self.clause(clause, need)));
            } else if let Scope::Facet(_) = clause.scope {
                conditions.push((Occur::Must, unscored(self.clause(clause, need))));
            } else {
                words.push(self.clause(clause, need));
            }
        }
        let wanted = if words.is_empty() {
            unscored(Box::new(AllQuery))
        } else {
            let words = match need {
                Need::All => all_of(words),
                Need::Any => any_of(words),
            };
            any_of(vec![words, self.reference(text)])
        };
        conditions.push((Occur::Must, wanted));
        Box::new(BooleanQuery::new(conditions))
    }

    /// The component whose id, key or library/key is the whole text.
    fn reference(&self, text: &str) -> Box<dyn Query> {
        let name = Term::from_field_text(self.fields.reference, &text.trim().to_lowercase());
        let named = TermQuery::new(name, IndexRecordOption::Basic);
        Box::new(ConstScoreQuery::new(Box::new(named), REFERENCE_SCORE))
    }

    fn clause(&mut self, clause: &Clause, need: Need) -> Box<dyn Query> {
        let targets = match clause.scope {
            Scope::Facet(facet) => {
                let values = [clause.text.clone(), clause.text.to_lowercase()];
                return facet_values(self.fields, facet, &values);
            }
            Scope::Any => vec![
                (self.fields.title, TITLE_BOOST),
                (self.fields.key, KEY_BOOST),
                (self.fields.tags, TAG_BOOST),
                (self.fields.about, ABOUT_BOOST),
                (self.fields.body, BODY_BOOST),
            ],
            Scope::Title => vec![(self.fields.title, TITLE_BOOST)],
            Scope::Key => vec![(self.fields.key, KEY_BOOST)],
            Scope::Tag => vec![(self.fields.tags, TAG_BOOST)],
            Scope::Body => vec![(self.fields.body, BODY_BOOST)],
        };
        let tokens = self.analyzer.query_words(&clause.text);
        if let [only] = tokens.as_slice() {
            return self.word(clause, only, clause.form, &targets);
        }
        if clause.form == Form::Phrase || clause.exclude {
            if !clause.exclude {
                self.highlights.words.extend(tokens.iter().map(|token| token.text.clone()));
            }
            return phrase(&tokens, &targets);
        }
        // "e-mail", "2.1", characters without spaces: best as a phrase, found as words.
        let last = tokens.len().saturating_sub(1);
        let words: Vec<_> = tokens
            .iter()
            .enumerate()
            .map(|(at, token)| {
                let form = if at == last { clause.form } else { Form::Words };
                self.word(clause, token, form, &targets)
            })
            .collect();
        match need {
            Need::Any => any_of(words),
            Need::All => Box::new(BooleanQuery::new(vec![
                (Occur::Must, all_of(words)),
                (Occur::Should, phrase(&tokens, &targets)),
            ])),
        }
    }

    /// One word in any of the fields, with its stems unless it must stand exactly so.
    fn word(
        &mut self,
        clause: &Clause,
        token: &Token,
        form: Form,
        targets: &[(Field, f32)],
    ) -> Box<dyn Query> {
        let mut forms = vec![token.text.clone()];
        if form != Form::Phrase {
            // Stemmers need the accents that the folded token has lost.
            let written = &clause.text[token.offset_from..token.offset_to];
            forms.extend(self.analyzer.stems(&self.languages, written));
        }
        // Texts have characters without spaces in pairs, so a single one is a beginning.
        let mut characters = token.text.chars();
        let single = characters.next().is_some_and(is_unspaced) && characters.next().is_none();
        let open = form == Form::Prefix || single;
        if !clause.exclude {
            self.highlights.words.extend(forms.iter().cloned());
            if open {
                self.highlights.beginnings.insert(token.text.clone());
            }
        }
        let mut places: Vec<Box<dyn Query>> = Vec::new();
        for &(field, boost) in targets {
            for form in &forms {
                let term = Term::from_field_text(field, form);
                places.push(boosted(TermQuery::new(term, IndexRecordOption::WithFreqs), boost));
            }
            if open {
                places.push(boosted(beginning(field, &token.text), boost));
            }
        }
        any_of(places)
    }
}

/// Whether asking for any instead of all words could find more: there are several.
pub(super) fn has_several_words(clauses: &[Clause]) -> bool {
    let mut analyzer = Analyzer::default();
    let words: usize = clauses
        .iter()
        .filter(|clause| !clause.exclude && !matches!(clause.scope, Scope::Facet(_)))
        .map(|clause| match clause.form {
            Form::Phrase => 1,
            Form::Words | Form::Prefix => analyzer.query_words(&clause.text).len(),
        })
        .sum();
    words > 1
}

/// Whether anything is asked for by which documents could be ranked.
pub(super) fn ranks(clauses: &[Clause]) -> bool {
    clauses.iter().any(|clause| !clause.exclude && !matches!(clause.scope, Scope::Facet(_)))
}

/// `query`, only in `libraries`, without what is local unless asked for, and, where `filters` has values for a facet, with one of them.
pub(super) fn restricted(
    fields: &Fields,
    query: Box<dyn Query>,
    libraries: Option<&[Uuid]>,
    local: bool,
    filters: &BTreeMap<Facet, Vec<String>>,
) -> Box<dyn Query> {
    let mut conditions = vec![query];
    if let Some(libraries) = libraries {
        let ids = libraries
            .iter()
            .map(|library| Term::from_field_bytes(fields.library, library.as_bytes()));
        conditions.push(unscored(Box::new(TermSetQuery::new(ids))));
    }
    for (&facet, values) in filters.iter().filter(|(_, values)| !values.is_empty()) {
        conditions.push(unscored(facet_values(fields, facet, values)));
    }
    let found = all_of(conditions);
    if local {
        return found;
    }
    let hidden = TermQuery::new(fields.local_term(), IndexRecordOption::Basic);
    Box::new(BooleanQuery::new(vec![(Occur::Must, found), (Occur::MustNot, Box::new(hidden))]))
}

fn facet_values(fields: &Fields, facet: Facet, values: &[String]) -> Box<dyn Query> {
    let field = fields.facet(facet);
    Box::new(TermSetQuery::new(values.iter().map(|value| Term::from_field_text(field, value))))
}

fn phrase(tokens: &[Token], targets: &[(Field, f32)]) -> Box<dyn Query> {
    let in_field = |&(field, boost): &(Field, f32)| {
        let terms = tokens
            .iter()
            .map(|token| (token.position, Term::from_field_text(field, &token.text)))
            .collect();
        boosted(PhraseQuery::new_with_offset(terms), boost)
    };
    any_of(targets.iter().map(in_field).collect())
}

/// Every word of a field that starts with `start`.
fn beginning(field: Field, start: &str) -> RangeQuery {
    RangeQuery::new(
        Bound::Included(Term::from_field_text(field, start)),
        Bound::Excluded(Term::from_field_text(field, &format!("{start}{}", char::MAX))),
    )
}

fn boosted(query: impl Query, boost: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(Box::new(query), boost))
}

fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, 0.0))
}

fn all_of(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::intersection(queries))
}

fn any_of(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::union(queries))
}

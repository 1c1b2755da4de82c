//! Parts, filters and rights → one query of the engine.

mod combine;
mod restrict;

use std::collections::BTreeSet;
use std::ops::Bound;

use serde::{Deserialize, Serialize};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query,
    RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::tokenizer::{Language, Token};
use tantivy::{Searcher, Term};
use uuid::Uuid;

pub(super) use combine::all_of;
use combine::{any_of, best_of, boosted, unscored};
pub(super) use restrict::{are_all, changed_since, restricted, these};
use restrict::{facet_values, in_libraries};

use super::analysis::{Analyzer, is_unspaced};
use super::parse::{Clause, Form, Part, Scope};
use super::ranking;
use super::schema::Fields;
use super::spelling;
use super::stops::StopWords;
use super::synonyms::Synonyms;

/// In at most so many texts it is looked whether words stand beside each other.
const FEW_DOCUMENTS: u64 = 20_000;

/// Fields whose words are the dictionary of what somebody may have meant.
const fn dictionary(fields: &Fields) -> [Field; 3] {
    [fields.body, fields.title, fields.about]
}

/// The words to be marked in a snippet, as they are indexed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Highlights {
    pub(super) words: BTreeSet<String>,
    pub(super) beginnings: BTreeSet<String>,
}

/// How much a search forgives: each step is taken when the one before finds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reach {
    /// All words, as they are, in another form, or a synonym.
    All,
    /// All words, or words spelled alike, longer ones, or the parts of a compound.
    Alike,
    /// Any of the words, or of those alike.
    Any,
}

/// Fields, with what a word weighs in each.
type Targets = [(Field, f32)];
/// What decides whether a document is found, and ranks nothing.
type Conditions = Vec<(Occur, Box<dyn Query>)>;

/// Builds the query for one search.
pub(super) struct Builder<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    /// Whose stems a word may be found by.
    languages: Vec<Language>,
    synonyms: &'a Synonyms,
    /// The libraries whose synonyms count; `None` for all.
    libraries: Option<&'a [Uuid]>,
    analyzer: Analyzer,
    stops: StopWords,
    reach: Reach,
    pub(super) highlights: Highlights,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        searcher: &'a Searcher,
        fields: &'a Fields,
        languages: Vec<Language>,
        synonyms: &'a Synonyms,
        libraries: Option<&'a [Uuid]>,
    ) -> Self {
        Self {
            searcher,
            fields,
            languages,
            synonyms,
            libraries,
            analyzer: Analyzer::default(),
            stops: StopWords::default(),
            reach: Reach::All,
            highlights: Highlights::default(),
        }
    }

    /// The documents that `parts` ask for. `text` is what they were read from.
    pub(super) fn text(
        &mut self,
        text: &str,
        parts: &[Part],
        reach: Reach,
    ) -> tantivy::Result<Box<dyn Query>> {
        self.reach = reach;
        let (words, conditions) = self.list(parts)?;
        let wanted = match words {
            Some(words) => any_of(vec![words, self.reference(text)]),
            None => unscored(Box::new(AllQuery)),
        };
        Ok(with_conditions(wanted, conditions))
    }

    /// The component whose id, key or library/key is the whole text.
    fn reference(&self, text: &str) -> Box<dyn Query> {
        let name = match Uuid::try_parse(text.trim()) {
            Ok(id) => self.fields.component_term(id),
            Err(_) => Term::from_field_text(self.fields.reference, &text.trim().to_lowercase()),
        };
        let named = TermQuery::new(name, IndexRecordOption::Basic);
        Box::new(ConstScoreQuery::new(Box::new(named), ranking::REFERENCE))
    }

    /// What ranks, if anything does, and what only decides.
    fn list(&mut self, parts: &[Part]) -> tantivy::Result<(Option<Box<dyn Query>>, Conditions)> {
        let mut needed: Vec<Box<dyn Query>> = Vec::new();
        let mut wanted: Vec<Box<dyn Query>> = Vec::new();
        let mut conditions = Vec::new();
        let insists = parts.iter().any(|part| self.insists(part));
        let mut plain = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            match part {
                Part::One(clause) if clause.exclude => {
                    conditions.push((Occur::MustNot, self.clause(clause)?));
                }
                Part::One(clause) if matches!(clause.scope, Scope::Facet(_)) => {
                    conditions.push((Occur::Must, unscored(self.clause(clause)?)));
                }
                Part::One(clause) => {
                    let mut query = self.clause(clause)?;
                    if is_plain(clause) {
                        if let Some(others) = self.synonyms_at(&parts[at..])? {
                            query = any_of(vec![query, others]);
                        }
                        plain.extend(self.analyzer.query_words(&clause.text));
                    }
                    if insists && !self.insists(part) {
                        wanted.push(query);
                    } else {
                        needed.push(query);
                    }
                }
                Part::OneOf { exclude, lists } => {
                    let mut alternatives = Vec::with_capacity(lists.len());
                    for list in lists {
                        let (words, inside) = self.list(list)?;
                        let words = words.unwrap_or_else(|| unscored(Box::new(AllQuery)));
                        alternatives.push(with_conditions(words, inside));
                    }
                    let alternatives = any_of(alternatives);
                    if *exclude {
                        conditions.push((Occur::MustNot, alternatives));
                    } else {
                        needed.push(alternatives);
                    }
                }
            }
        }
        if needed.is_empty() {
            return Ok((None, conditions));
        }
        // Words that stand beside each other as they were typed are a better find.
        if plain.len() > 1 && plain.len() <= 4 && self.reach != Reach::Any {
            let mut tokens = plain;
            for (position, token) in tokens.iter_mut().enumerate() {
                token.position = position;
            }
            let mut targets = vec![(self.fields.title, ranking::TITLE)];
            if self.is_rare(&tokens)? {
                targets.push((self.fields.body, ranking::BODY));
            }
            let near = phrase(&tokens, &targets);
            wanted.push(Box::new(BoostQuery::new(near, ranking::NEAR)));
        }
        let needed = if self.reach == Reach::Any { any_of(needed) } else { all_of(needed) };
        let mut all = vec![(Occur::Must, needed)];
        all.extend(wanted.into_iter().map(|query| (Occur::Should, query)));
        Ok((Some(Box::new(BooleanQuery::new(all))), conditions))
    }

    /// Whether one of these words is in so few texts that looking where it stands is cheap.
    fn is_rare(&self, tokens: &[Token]) -> tantivy::Result<bool> {
        for token in tokens {
            let term = Term::from_field_text(self.fields.body, &token.text);
            if self.searcher.doc_freq(&term)? <= FEW_DOCUMENTS {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a document must have this part: not if it is a word that says little.
    fn insists(&mut self, part: &Part) -> bool {
        match part {
            Part::One(clause) if is_plain(clause) && clause.form == Form::Words => {
                !self.stops.contain(&self.languages, &clause.text)
            }
            Part::One(clause) => !clause.exclude && !matches!(clause.scope, Scope::Facet(_)),
            Part::OneOf { exclude, .. } => !exclude,
        }
    }

    fn targets(&self, scope: Scope) -> Vec<(Field, f32)> {
        let fields = self.fields;
        match scope {
            Scope::Any | Scope::Facet(_) => vec![
                (fields.title, ranking::TITLE),
                (fields.key, ranking::KEY),
                (fields.tags, ranking::TAGS),
                (fields.about, ranking::ABOUT),
                (fields.body, ranking::BODY),
                (fields.comments, ranking::COMMENTS),
            ],
            Scope::Title => vec![(fields.title, ranking::TITLE)],
            Scope::Key => vec![(fields.key, ranking::KEY)],
            Scope::Tag => vec![(fields.tags, ranking::TAGS)],
            Scope::Body => vec![(fields.body, ranking::BODY)],
            Scope::Comment => vec![(fields.comments, ranking::COMMENTS)],
        }
    }

    fn clause(&mut self, clause: &Clause) -> tantivy::Result<Box<dyn Query>> {
        if let Scope::Facet(facet) = clause.scope {
            let values = [clause.text.clone(), clause.text.to_lowercase()];
            return Ok(facet_values(self.fields, facet, &values));
        }
        let targets = self.targets(clause.scope);
        let tokens = self.analyzer.query_words(&clause.text);
        if let [only] = tokens.as_slice() {
            return self.word(clause, only, clause.form, &targets);
        }
        if clause.form == Form::Phrase || clause.exclude {
            if !clause.exclude {
                self.highlights.words.extend(tokens.iter().map(|token| token.text.clone()));
            }
            return Ok(phrase(&tokens, &targets));
        }
        // "e-mail", "2.1", characters without spaces: best as a phrase, found as words.
        let last = tokens.len().saturating_sub(1);
        let mut words = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            let form = if at == last { clause.form } else { Form::Words };
            words.push(self.word(clause, token, form, &targets)?);
        }
        if self.reach == Reach::Any {
            return Ok(any_of(words));
        }
        Ok(Box::new(BooleanQuery::new(vec![
            (Occur::Must, all_of(words)),
            (Occur::Should, phrase(&tokens, &targets)),
        ])))
    }

    /// One word in any of the fields, with its stems unless it must stand exactly so.
    fn word(
        &mut self,
        clause: &Clause,
        token: &Token,
        form: Form,
        targets: &Targets,
    ) -> tantivy::Result<Box<dyn Query>> {
        let mut forms = vec![(token.text.clone(), 1.0)];
        if form != Form::Phrase {
            // Stemmers need the accents that the folded token has lost.
            let written = &clause.text[token.offset_from..token.offset_to];
            let stems = self.analyzer.stems(&self.languages, written);
            forms.extend(stems.into_iter().map(|stem| (stem, ranking::STEM)));
        }
        // Texts have characters without spaces in pairs, so a single one is a beginning.
        let mut characters = token.text.chars();
        let single = characters.next().is_some_and(is_unspaced) && characters.next().is_none();
        let open = form == Form::Prefix || single;
        let mut beginnings = Vec::new();
        if open {
            beginnings.push((token.text.clone(), 1.0));
        }
        let mut compound = None;
        if form != Form::Phrase && !clause.exclude && self.reach != Reach::All {
            let dictionary = dictionary(self.fields);
            let alike = spelling::alike(self.searcher, &dictionary, &token.text, open)?;
            forms.extend(alike.into_iter().map(|word| (word, ranking::ALIKE)));
            if !open && token.text.chars().count() >= 4 {
                beginnings.push((token.text.clone(), ranking::ALIKE));
            }
            compound = self.compound(&token.text, targets)?;
        }
        if !clause.exclude {
            self.highlights.words.extend(forms.iter().map(|(form, _)| form.clone()));
            self.highlights.beginnings.extend(beginnings.iter().map(|(start, _)| start.clone()));
        }
        let mut places: Vec<Box<dyn Query>> = Vec::with_capacity(targets.len() + 1);
        for &(field, boost) in targets {
            let mut here: Vec<Box<dyn Query>> = Vec::with_capacity(forms.len());
            for (form, weight) in &forms {
                here.push(term(field, form, boost * weight));
            }
            for (start, weight) in &beginnings {
                here.push(boosted(beginning(field, start), boost * weight));
            }
            places.push(any_of(here));
        }
        places.extend(compound);
        Ok(best_of(places))
    }

    /// Both parts of a word that is put together from two.
    fn compound(
        &mut self,
        word: &str,
        targets: &Targets,
    ) -> tantivy::Result<Option<Box<dyn Query>>> {
        let (analyzer, languages) = (&mut self.analyzer, &self.languages);
        let forms = |part: &str| {
            let mut forms = analyzer.stems(languages, part);
            forms.push(part.to_owned());
            forms
        };
        let dictionary = dictionary(self.fields);
        let Some(parts) = spelling::parts(self.searcher, &dictionary, word, forms)? else {
            return Ok(None);
        };
        let mut both = Vec::new();
        for forms in parts {
            let mut places = Vec::new();
            for &(field, boost) in targets {
                let here = forms.iter().map(|form| term(field, form, boost * ranking::ALIKE));
                places.push(any_of(here.collect()));
            }
            both.push(best_of(places));
            self.highlights.words.extend(forms);
        }
        Ok(Some(all_of(both)))
    }

    /// What else the words at the front of `parts` are searched by: the entries for the first
    /// one alone, and for it with its neighbours.
    fn synonyms_at(&mut self, parts: &[Part]) -> tantivy::Result<Option<Box<dyn Query>>> {
        let synonyms = self.synonyms;
        let mut words = Vec::new();
        let mut found = Vec::new();
        for part in parts.iter().take(synonyms.longest()) {
            let Part::One(clause) = part else { break };
            if !is_plain(clause) || clause.form == Form::Phrase {
                break;
            }
            words.extend(self.analyzer.query_words(&clause.text).into_iter().map(|t| t.text));
            found.extend(synonyms.of(&words).iter().filter(|other| {
                self.libraries.is_none_or(|libraries| libraries.contains(&other.library))
            }));
        }
        let mut others = Vec::with_capacity(found.len());
        for other in found {
            let clause = Clause {
                exclude: false,
                scope: Scope::Any,
                form: Form::Words,
                text: other.words.clone(),
            };
            let targets: Vec<_> = self
                .targets(Scope::Any)
                .into_iter()
                .map(|(field, boost)| (field, boost * ranking::SYNONYM))
                .collect();
            let tokens = self.analyzer.query_words(&other.words);
            let query = if let [only] = tokens.as_slice() {
                self.word(&clause, only, Form::Words, &targets)?
            } else {
                self.highlights.words.extend(tokens.iter().map(|token| token.text.clone()));
                phrase(&tokens, &targets)
            };
            others.push(all_of(vec![query, unscored(in_libraries(self.fields, &[other.library]))]));
        }
        Ok((!others.is_empty()).then(|| any_of(others)))
    }
}

/// A word without anything special about it.
fn is_plain(clause: &Clause) -> bool {
    !clause.exclude && clause.scope == Scope::Any && clause.form != Form::Phrase
}

fn with_conditions(query: Box<dyn Query>, mut conditions: Conditions) -> Box<dyn Query> {
    if conditions.is_empty() {
        return query;
    }
    conditions.push((Occur::Must, query));
    Box::new(BooleanQuery::new(conditions))
}

fn phrase(tokens: &[Token], targets: &Targets) -> Box<dyn Query> {
    let in_field = |&(field, boost): &(Field, f32)| {
        let terms: Vec<_> = tokens
            .iter()
            .map(|token| (token.position, Term::from_field_text(field, &token.text)))
            .collect();
        match terms.as_slice() {
            [] => Box::new(EmptyQuery) as Box<dyn Query>,
            [(_, only)] => {
                boosted(TermQuery::new(only.clone(), IndexRecordOption::WithFreqs), boost)
            }
            _ => boosted(PhraseQuery::new_with_offset(terms), boost),
        }
    };
    best_of(targets.iter().map(in_field).collect())
}

fn term(field: Field, word: &str, boost: f32) -> Box<dyn Query> {
    let term = Term::from_field_text(field, word);
    boosted(TermQuery::new(term, IndexRecordOption::WithFreqs), boost)
}

/// Every word of a field that starts with `start`.
fn beginning(field: Field, start: &str) -> RangeQuery {
    RangeQuery::new(
        Bound::Included(Term::from_field_text(field, start)),
        Bound::Excluded(Term::from_field_text(field, &format!("{start}{}", char::MAX))),
    )
}

//! Changing a vocabulary so that nothing said with it before loses its meaning.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Term, Vocabulary, folded};
use crate::model::key::{Key, Language};
use crate::model::violation::Violation;

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "edit", rename_all = "snake_case", deny_unknown_fields)]
pub enum TermEdit {
    /// A new term.
    Add {
        /// The term.
        term: Term,
    },
    /// Another preferred label; the one before becomes an alternative.
    Relabel {
        /// The term.
        id: Key,
        /// Language of the label; the library's own when left out.
        #[serde(default)]
        language: Option<Language>,
        /// The label.
        label: String,
    },
    /// Further labels instead of those there are.
    Alternatives {
        /// The term.
        id: Key,
        /// Labels in each language.
        #[schema(value_type = std::collections::HashMap<String, Vec<String>>)]
        labels: BTreeMap<Language, Vec<String>>,
    },
    /// Another place in the tree.
    Move {
        /// The term.
        id: Key,
        /// The term above; the top when left out.
        #[serde(default)]
        broader: Option<Key>,
    },
    /// One term instead of two: labels and narrower terms of this one become those of the other.
    Merge {
        /// The term that goes.
        id: Key,
        /// The term that stays.
        into: Key,
    },
    /// Not for new use any more.
    Deprecate {
        /// The term.
        id: Key,
        /// The term to use instead.
        #[serde(default)]
        replaced_by: Option<Key>,
    },
    /// For use again.
    Reinstate {
        /// The term.
        id: Key,
    },
    /// A term that goes without another in its place; what is below it moves up. Components keep
    /// the value.
    Remove {
        /// The term.
        id: Key,
    },
}

/// A term that has another value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RenamedTerm)]
pub struct Renamed {
    /// The term.
    pub id: Key,
    /// The value before.
    pub from: String,
    /// The value now.
    pub to: String,
}

/// What is different between two states of a vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TermChanges {
    /// Terms that are new.
    pub added: Vec<Key>,
    /// Terms that are gone, and lead nowhere.
    pub removed: Vec<Key>,
    /// Terms that have another value.
    pub renamed: Vec<Renamed>,
    /// Terms that are gone, and the value that theirs leads to now.
    pub merged: Vec<Renamed>,
    /// Terms that stand elsewhere in the tree.
    pub moved: Vec<Key>,
    /// Terms that are not for new use any more, or are again.
    pub deprecated: Vec<Key>,
    /// Terms with other labels, definitions or addresses, but the same value.
    pub described: Vec<Key>,
    /// Whether title, fields or what else is said of the whole are different.
    pub itself: bool,
}

impl TermChanges {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Vocabulary {
    /// Takes one step.
    ///
    /// # Errors
    /// When it names a term that is not there, or is there already.
    pub fn edit(&mut self, edit: TermEdit, language: &Language) -> Result<(), Violation> {
        match edit {
            TermEdit::Add { term } => {
                if self.term(&term.id).is_some() {
                    let message = format!("there is a term `{}` already", term.id);
                    return Err(Violation::new("/terms", "unique", message));
                }
                self.terms.push(term);
            }
            TermEdit::Relabel { id, language: of, label } => {
                let of = of.as_ref().unwrap_or(language);
                let term = self.known(&id)?;
                if let Some(before) = term.labels.insert(of.clone(), label) {
                    term.keep_label(of, &before);
                }
            }
            TermEdit::Alternatives { id, labels } => self.known(&id)?.alternatives = labels,
            TermEdit::Move { id, broader } => self.known(&id)?.broader = broader,
            TermEdit::Merge { id, into } => self.merge(&id, &into)?,
            TermEdit::Deprecate { id, replaced_by } => {
                let term = self.known(&id)?;
                (term.deprecated, term.replaced_by) = (true, replaced_by);
            }
            TermEdit::Reinstate { id } => {
                let term = self.known(&id)?;
                (term.deprecated, term.replaced_by) = (false, None);
            }
            TermEdit::Remove { id } => {
                let above = self.known(&id)?.broader.clone();
                self.take_out(&id, above.as_ref());
            }
        }
        self.normalise();
        Ok(())
    }

    fn known(&mut self, id: &Key) -> Result<&mut Term, Violation> {
        let missing = || Violation::new("/terms", "reference", format!("there is no term `{id}`"));
        self.term_mut(id).ok_or_else(missing)
    }

    fn merge(&mut self, id: &Key, into: &Key) -> Result<(), Violation> {
        if id == into {
            let message = format!("`{id}` cannot be merged into itself");
            return Err(Violation::new("/terms", "reference", message));
        }
        let goes = self.known(id)?.clone();
        let below = self.above(into).contains(&id);
        let stays = self.known(into)?;
        if below {
            stays.broader.clone_from(&goes.broader);
        }
        for (language, label) in goes.labels {
            let kept = stays.labels.entry(language.clone()).or_insert_with(|| label.clone());
            if *kept != label {
                stays.keep_label(&language, &label);
            }
        }
        for (language, labels) in goes.alternatives {
            labels.iter().for_each(|label| stays.keep_label(&language, label));
        }
        self.take_out(id, Some(into));
        Ok(())
    }

    /// Removes a term; what named it names the other.
    fn take_out(&mut self, id: &Key, other: Option<&Key>) {
        self.terms.retain(|term| term.id != *id);
        for term in &mut self.terms {
            for named in [&mut term.broader, &mut term.replaced_by] {
                if named.as_ref() == Some(id) {
                    *named = other.filter(|other| **other != term.id).cloned();
                }
            }
        }
    }

    /// Makes what a term was called before an alternative of it, where the label means nothing
    /// else now, and says what is different. Both are without violations.
    pub fn succeed(&mut self, before: &Self, language: &Language) -> TermChanges {
        let labels = |term: &Term| -> Vec<String> {
            let alternatives = term.alternatives.values().flatten();
            term.labels.values().chain(alternatives).map(|label| folded(label)).collect()
        };
        let taken: HashSet<String> = self.terms.iter().flat_map(labels).collect();
        let earlier: HashMap<_, _> = before.terms.iter().map(|term| (&term.id, term)).collect();
        for term in &mut self.terms {
            let Some(before) = earlier.get(&term.id) else { continue };
            for (of, label) in &before.labels {
                if term.labels.get(of) != Some(label) && !taken.contains(&folded(label)) {
                    term.keep_label(of, label);
                }
            }
        }
        self.normalise();
        self.changes_since(before, language)
    }

    fn changes_since(&self, before: &Self, language: &Language) -> TermChanges {
        let mut changes = TermChanges {
            itself: (&before.title, &before.fields, before.closed, &before.iri)
                != (&self.title, &self.fields, self.closed, &self.iri),
            ..TermChanges::default()
        };
        let now: HashMap<_, _> = self.terms.iter().map(|term| (&term.id, term)).collect();
        let earlier: HashMap<_, _> = before.terms.iter().map(|term| (&term.id, term)).collect();
        let index = super::TermIndex::new(self, language);
        for term in &self.terms {
            let id = term.id.clone();
            let Some(was) = earlier.get(&term.id) else {
                changes.added.push(id);
                continue;
            };
            if was.broader != term.broader {
                changes.moved.push(id.clone());
            }
            if was.deprecated != term.deprecated {
                changes.deprecated.push(id.clone());
            }
            let (from, to) = (was.value(language), term.value(language));
            let told = (&was.labels, &was.alternatives, &was.definitions, &was.iri)
                != (&term.labels, &term.alternatives, &term.definitions, &term.iri);
            if from != to {
                changes.renamed.push(Renamed { id, from: from.to_owned(), to: to.to_owned() });
            } else if told || was.replaced_by != term.replaced_by {
                changes.described.push(id);
            }
        }
        for term in before.terms.iter().filter(|term| !now.contains_key(&term.id)) {
            let (id, from) = (term.id.clone(), term.value(language));
            match index.take(from) {
                super::Taken::Unknown => changes.removed.push(id),
                super::Taken::As(to) | super::Taken::Deprecated(to, _) => {
                    changes.merged.push(Renamed { id, from: from.to_owned(), to: to.to_owned() });
                }
            }
        }
        changes
    }
}

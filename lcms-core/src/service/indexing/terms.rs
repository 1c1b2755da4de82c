//! Where the values of a component's metadata stand in the trees of its library's vocabularies.

use std::collections::HashMap;

use super::super::rules;
use crate::error::Result;
use crate::model::vocabulary::TermIndex;
use crate::model::{FieldName, Key, Library, LibraryRule, Metadata, Vocabulary};
use crate::store::Connection;

/// The vocabularies of a library.
pub(super) struct Terms(Vec<Tree>);

struct Tree {
    fields: Vec<FieldName>,
    index: TermIndex,
    /// From a term's value to its place: the vocabulary, the terms above, the term.
    places: HashMap<String, String>,
}

impl Terms {
    /// Reads the vocabularies of a library.
    pub(super) async fn of(db: &impl Connection, library: &Library) -> Result<Self> {
        let rules = rules::read_all(db, library.id).await?;
        let trees = rules.into_iter().filter_map(|rule| match rule {
            LibraryRule::Vocabulary(key, vocabulary) => Some(Tree::of(&key, &vocabulary, library)),
            LibraryRule::Schema(..) => None,
        });
        Ok(Self(trees.collect()))
    }

    /// The places of all terms that this metadata has values of.
    pub(super) fn places(&self, metadata: &Metadata) -> Vec<String> {
        let mut places = Vec::new();
        for tree in &self.0 {
            let values = tree.fields.iter().flat_map(|field| metadata.values(field));
            places.extend(
                values.filter_map(|value| tree.places.get(tree.index.settle(&value)).cloned()),
            );
        }
        places
    }
}

impl Tree {
    fn of(key: &Key, vocabulary: &Vocabulary, library: &Library) -> Self {
        // A slash separates the levels of a place, so a label has none in it.
        let label = |id: &Key| {
            let term = vocabulary.term(id);
            term.map_or(String::new(), |term| term.value(&library.language).replace('/', "∕"))
        };
        let place = |id: &Key| {
            let mut levels = vec![label(id)];
            levels.extend(vocabulary.above(id).into_iter().map(label));
            levels.push(key.to_string());
            levels.reverse();
            levels.join("/")
        };
        let places = vocabulary
            .terms
            .iter()
            .map(|term| (term.value(&library.language).to_owned(), place(&term.id)));
        Self {
            fields: vocabulary.fields.clone(),
            index: TermIndex::new(vocabulary, &library.language),
            places: places.collect(),
        }
    }
}

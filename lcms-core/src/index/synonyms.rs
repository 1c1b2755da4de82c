//! Words that a library takes for others.

use std::collections::HashMap;

use uuid::Uuid;

use super::analysis::Analyzer;

/// What is searched for beside a word, in documents of one library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Other {
    pub(super) library: Uuid,
    /// One word, or several that must stand beside each other; as people write them.
    pub(super) words: String,
}

/// The synonyms of the libraries that are searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// By the folded words that are asked for.
    others: HashMap<Vec<String>, Vec<Other>>,
    /// The most words of any key.
    longest: usize,
}

impl Synonyms {
    /// Notes that who asks for `asked` in `library` also finds `other`. Both may be several words.
    pub fn add(&mut self, library: Uuid, asked: &str, other: &str) {
        let key = folded(asked);
        if key.is_empty() || folded(other).is_empty() {
            return;
        }
        self.longest = self.longest.max(key.len());
        let others = self.others.entry(key).or_default();
        let other = Other { library, words: other.to_owned() };
        if !others.contains(&other) {
            others.push(other);
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.others.is_empty()
    }

    /// The most words that one entry is asked for by.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// What is also searched for when these folded words are asked for.
    pub(super) fn of(&self, words: &[String]) -> &[Other] {
        self.others.get(words).map_or(&[], Vec::as_slice)
    }
}

fn folded(text: &str) -> Vec<String> {
    Analyzer::default().query_words(text).into_iter().map(|token| token.text).collect()
}

//! Ids inside one HTML document: each used once, all with the prefix of their text.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The ids of one text. Clones share what is taken: the sanitiser's callback needs its own handle.
#[derive(Clone)]
pub(super) struct Ids {
    prefix: String,
    /// Each with the last number that was tried to tell it from others.
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

impl Ids {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), taken: Arc::default() }
    }

    /// The id as it stands in the document.
    pub(super) fn full(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    /// Takes an id; false when it is taken already.
    pub(super) fn claim(&self, id: &str) -> bool {
        self.lock().insert(id.to_owned(), 1).is_none()
    }

    /// Takes the first free id of `base`, `base-2`, `base-3` …, and returns it as it stands in the
    /// document.
    pub(super) fn unique(&self, base: &str) -> String {
        let mut taken = self.lock();
        let mut number = taken.get(base).copied().unwrap_or_default() + 1;
        loop {
            let id = if number == 1 { base.to_owned() } else { format!("{base}-{number}") };
            if let Entry::Vacant(free) = taken.entry(id.clone()) {
                free.insert(1);
                // Where to look on for the next of the same words.
                taken.insert(base.to_owned(), number);
                return self.full(&id);
            }
            number += 1;
        }
    }

    pub(super) fn is_taken(&self, id: &str) -> bool {
        self.lock().contains_key(id)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An id made of a heading's words: lower case, with hyphens for spaces, without punctuation.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '_' {
            slug.push(c);
        } else if (c.is_whitespace() || c == '-') && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    if slug.is_empty() { "section".to_owned() } else { slug }
}

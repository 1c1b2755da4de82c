//! Words that a person may have meant: spelled alike, or the parts of a compound.
//!
//! The words of the index are the dictionary, so the jargon of a library is known and no language
//! needs a list. What is found this way is only searched, within the rights of whoever searches,
//! and never shown by itself: the dictionary holds words of libraries that they may not read.

use std::collections::HashMap;

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// Shorter words are taken as they are.
const MIN_CHARS: usize = 4;
/// From this length on, two letters may be wrong.
const MIN_CHARS_FOR_TWO: usize = 8;
/// The most words taken for one, the most frequent first.
const MAX_ALIKE: usize = 16;
/// As [`MAX_ALIKE`], of the words that begin alike.
const MAX_ALIKE_BEGINNINGS: usize = 32;
/// The shortest part of a compound.
const MIN_PART: usize = 4;
/// What may join the parts of a compound (German, Dutch, the Scandinavian languages).
const JOINTS: [&str; 6] = ["", "s", "n", "en", "es", "er"];

/// The words of these fields that differ from `word` by a letter added, left out, replaced or
/// swapped with its neighbour; by two such where one is not enough and the word is long. With
/// `open`, words that begin with such a word.
pub(super) fn alike(
    searcher: &Searcher,
    fields: &[Field],
    word: &str,
    open: bool,
) -> tantivy::Result<Vec<String>> {
    let chars = word.chars().count();
    // Codes and numbers are no words: one digit off is another thing.
    if chars < MIN_CHARS || !word.chars().all(char::is_alphabetic) {
        return Ok(Vec::new());
    }
    let farthest = if chars < MIN_CHARS_FOR_TWO { 1 } else { 2 };
    for distance in 1..=farthest {
        let mut found: HashMap<String, u64> = HashMap::new();
        for &field in fields {
            let term = Term::from_field_text(field, word);
            let query = if open {
                FuzzyTermQuery::new_prefix(term, distance, true)
            } else {
                FuzzyTermQuery::new(term, distance, true)
            };
            let automaton = query.automaton()?;
            for segment in searcher.segment_readers() {
                let inverted = segment.inverted_index(field)?;
                let mut terms = inverted.terms().search(&automaton).into_stream()?;
                while terms.advance() {
                    let Ok(term) = std::str::from_utf8(terms.key()) else { continue };
                    if term != word {
                        let documents = u64::from(terms.value().doc_freq);
                        *found.entry(term.to_owned()).or_default() += documents;
                    }
                }
            }
        }
        if !found.is_empty() {
            let mut found: Vec<_> = found.into_iter().collect();
            found.sort_unstable_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
            found.truncate(if open { MAX_ALIKE_BEGINNINGS } else { MAX_ALIKE });
            return Ok(found.into_iter().map(|(term, _)| term).collect());
        }
    }
    Ok(Vec::new())
}

/// The two words that `word` is put together from, if the index has both: the split with the
/// longest first part.
pub(super) fn parts(
    searcher: &Searcher,
    fields: &[Field],
    word: &str,
    mut forms: impl FnMut(&str) -> Vec<String>,
) -> tantivy::Result<Option<[Vec<String>; 2]>> {
    let known = |forms: &[String]| -> tantivy::Result<bool> {
        for form in forms {
            for &field in fields {
                if searcher.doc_freq(&Term::from_field_text(field, form))? > 0 {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    };
    let ends: Vec<usize> = word.char_indices().map(|(at, _)| at).skip(MIN_PART).collect();
    for &at in ends.iter().rev() {
        let (first, last) = word.split_at(at);
        if last.chars().count() < MIN_PART {
            continue;
        }
        let last = forms(last);
        if !known(&last)? {
            continue;
        }
        for joint in JOINTS {
            let Some(first) = first.strip_suffix(joint) else { continue };
            if first.chars().count() < MIN_PART {
                continue;
            }
            let first = forms(first);
            if known(&first)? {
                return Ok(Some([first, last]));
            }
        }
    }
    Ok(None)
}

//! Words that say little of what is looked for: "the", "how", "wie".
//!
//! They are indexed like all others, because phrases need them; a search only does not insist on
//! them when it has other words.

use std::collections::HashMap;

use tantivy::tokenizer::{Language, StopWordFilter, TextAnalyzer, TokenStream as _};

use super::analysis::Splitter;

/// What people put round a question in English; the engine's list has only the 33 commonest words.
const ENGLISH: &[&str] = &[
    "about", "am", "any", "been", "can", "could", "did", "do", "does", "from", "had", "has",
    "have", "he", "her", "here", "his", "how", "i", "its", "me", "my", "our", "she", "should",
    "so", "than", "them", "those", "us", "we", "were", "what", "when", "where", "which", "who",
    "why", "would", "you", "your",
];
/// As [`ENGLISH`]; the engine's list lacks these.
const GERMAN: &[&str] = &["wann", "warum", "wer", "wieso", "woher", "wohin"];

/// Knows the stop words of some languages.
#[derive(Default)]
pub(super) struct StopWords {
    filters: HashMap<Language, Option<TextAnalyzer>>,
}

impl StopWords {
    /// Whether `word`, as it is written, is a stop word of one of these languages.
    pub(super) fn contain(&mut self, languages: &[Language], word: &str) -> bool {
        let lower = word.to_lowercase();
        languages.iter().any(|&language| {
            let more = match language {
                Language::English => ENGLISH,
                Language::German => GERMAN,
                _ => &[],
            };
            if more.contains(&lower.as_str()) {
                return true;
            }
            let filter = self.filters.entry(language).or_insert_with(|| {
                let filter = StopWordFilter::new(language)?;
                Some(TextAnalyzer::builder(Splitter).filter(filter).build())
            });
            filter.as_mut().is_some_and(|filter| !filter.token_stream(&lower).advance())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own() {
        let mut stops = StopWords::default();
        let (en, de) = ([Language::English], [Language::German]);
        assert!(stops.contain(&en, "The") && stops.contain(&en, "how"));
        assert!(stops.contain(&de, "für") && stops.contain(&de, "Wie"));
        assert!(!stops.contain(&en, "für") && !stops.contain(&de, "key"));
        assert!(!stops.contain(&[Language::Tamil], "the") && !stops.contain(&[], "the"));
    }
}

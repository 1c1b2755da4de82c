//! Text → the words that are indexed and searched.
//!
//! Each word is indexed folded (lower case, no accents) and, where its language has a stemmer
//! and the stem differs, once more as its stem at the same position. So one field answers exact
//! words, phrases and word beginnings from the folded forms, and "installing" for "installed"
//! from the stems; no field per language is needed. Stems of different languages share a field:
//! a false match needs the same stem in two languages, and then ranks below an exact one.
//!
//! Scripts written without spaces (and Hangul, whose particles stick to the word) have no
//! dictionary here. They are indexed as overlapping pairs of characters, and the last character
//! of a run once more alone, so that each single character begins some word.

use std::collections::HashMap;

use tantivy::tokenizer::{Language, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words longer than this (encoded data, mostly) are cut, alike in texts and in queries.
const MAX_WORD_BYTES: usize = 96;

/// Parts the language from the text in a value handed to the indexing [`Analyzer`], which the
/// engine calls with nothing but that value.
const TAG_END: char = '\u{1f}';

/// A text to be indexed, marked with its language.
pub(super) fn tagged(language: &str, text: &str) -> String {
    let mut value = String::with_capacity(language.len() + 1 + text.len());
    value.push_str(language);
    value.push(TAG_END);
    value.push_str(text);
    value
}

/// The stemmer for a BCP 47 tag; `None` for the many languages without one.
pub(super) fn stemmer_of(tag: &str) -> Option<Language> {
    let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    Some(match primary.as_str() {
        "ar" => Language::Arabic,
        "da" => Language::Danish,
        "de" => Language::German,
        "el" => Language::Greek,
        "en" => Language::English,
        "es" => Language::Spanish,
        "fi" => Language::Finnish,
        "fr" => Language::French,
        "hu" => Language::Hungarian,
        "it" => Language::Italian,
        "nb" | "nn" | "no" => Language::Norwegian,
        "nl" => Language::Dutch,
        "pt" => Language::Portuguese,
        "ro" => Language::Romanian,
        "ru" => Language::Russian,
        "sv" => Language::Swedish,
        "ta" => Language::Tamil,
        "tr" => Language::Turkish,
        _ => return None,
    })
}

/// Whether a stem begins with the letter that its word begins with: where stemmers take away what
/// stands behind a word only.
pub(super) fn keeps_initials(language: Language) -> bool {
    !matches!(language, Language::Arabic | Language::Dutch | Language::Tamil)
}

/// Words whose stems are remembered. Texts repeat their words, and stemming one takes longer than
/// all else that is done with it.
const REMEMBERED: usize = 50_000;

/// The stemmer of a language, and what it answered.
#[derive(Clone)]
struct Stems {
    stemmer: TextAnalyzer,
    /// By word as [`Splitter`] gives it out; nothing where the stem is the folded word itself.
    known: HashMap<String, Option<String>>,
}

impl Stems {
    fn of(language: Language) -> Self {
        let stemmer = TextAnalyzer::builder(Splitter).filter(Stemmer::new(language)).build();
        Self { stemmer, known: HashMap::new() }
    }

    /// The folded stem of a word, if it differs from the folded word.
    fn stem(&mut self, word: &str, folded: &str) -> Option<&str> {
        if !self.known.contains_key(word) {
            if self.known.len() >= REMEMBERED {
                self.known.clear();
            }
            let mut stream = self.stemmer.token_stream(word);
            let stem = stream.next().map(|token| {
                let mut stem = token.text.clone();
                fold(&mut stem);
                stem
            });
            let stem = stem.filter(|stem| !stem.is_empty() && stem != folded);
            self.known.insert(word.to_owned(), stem);
        }
        self.known.get(word).and_then(Option::as_deref)
    }
}

/// Splits texts of any language into indexed words. Registered with the engine, it expects
/// values made by [`tagged`].
#[derive(Clone, Default)]
pub(super) struct Analyzer {
    stems: HashMap<Language, Stems>,
}

impl Analyzer {
    fn stems_of(&mut self, language: Language) -> &mut Stems {
        self.stems.entry(language).or_insert_with(|| Stems::of(language))
    }

    /// The indexed words of `text`: folded forms, each followed by its stem if that differs.
    pub(super) fn words<'a>(&'a mut self, language: Option<Language>, text: &'a str) -> Words<'a> {
        Words {
            pieces: Pieces::new(text),
            stems: language.map(|language| self.stems_of(language)),
            stem: None,
            token: Token::default(),
        }
    }

    /// What a word is indexed under: itself, folded, and its stem if that differs. `word` is one
    /// that [`Splitter`] gave out.
    pub(super) fn forms(&mut self, language: Option<Language>, word: &str) -> Vec<String> {
        let mut folded = word.to_owned();
        fold(&mut folded);
        let stem = language
            .and_then(|language| self.stems_of(language).stem(word, &folded).map(str::to_owned));
        std::iter::once(folded).chain(stem).collect()
    }

    /// The words of a piece of a query, folded and not stemmed, with their positions.
    pub(super) fn query_words(&mut self, text: &str) -> Vec<Token> {
        let mut words: Vec<Token> = Vec::new();
        let mut stream = self.words(None, text);
        while let Some(token) = stream.next() {
            // The lone last character of a run is in the pair before it already.
            if words.last().is_none_or(|last| last.position != token.position) {
                words.push(token.clone());
            }
        }
        words
    }

    /// The stems of one word in the given languages, other than the folded word itself.
    pub(super) fn stems(&mut self, languages: &[Language], word: &str) -> Vec<String> {
        let mut stems = Vec::new();
        for &language in languages {
            let mut stream = self.words(Some(language), word);
            while let Some(token) = stream.next() {
                stems.push(token.text.clone());
            }
        }
        stems.sort_unstable();
        stems.dedup();
        let folded = self.query_words(word);
        stems.retain(|stem| folded.iter().all(|token| token.text != *stem));
        stems
    }
}

impl Tokenizer for Analyzer {
    type TokenStream<'a> = Words<'a>;

    fn token_stream<'a>(&'a mut self, value: &'a str) -> Words<'a> {
        let (language, text) = value.split_once(TAG_END).unwrap_or(("", value));
        self.words(stemmer_of(language), text)
    }
}

/// Folded words and stems of one text.
pub(super) struct Words<'a> {
    pieces: Pieces<'a>,
    stems: Option<&'a mut Stems>,
    /// A stem to be given out next, at the place of the current token.
    stem: Option<String>,
    token: Token,
}

impl TokenStream for Words<'_> {
    fn advance(&mut self) -> bool {
        if let Some(stem) = self.stem.take() {
            self.token.text = stem;
            return true;
        }
        if !self.pieces.advance() {
            return false;
        }
        self.token.clone_from(self.pieces.token());
        fold(&mut self.token.text);
        if let Some(stems) = &mut self.stems {
            let stem = stems.stem(&self.pieces.token().text, &self.token.text);
            self.stem = stem.map(str::to_owned);
        }
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// [`Pieces`] as the tokenizer under a stemmer or a list of stop words.
#[derive(Clone)]
pub(super) struct Splitter;

impl Tokenizer for Splitter {
    type TokenStream<'a> = Pieces<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pieces<'a> {
        Pieces::new(text)
    }
}

/// Splits a text into lower-case words and pairs of characters, with accents, which stemmers
/// need.
pub(super) struct Pieces<'a> {
    text: &'a str,
    /// Where the next piece is looked for.
    at: usize,
    /// The last character of a run of pairs, still to be given out alone.
    lone: Option<(usize, usize)>,
    token: Token,
}

impl<'a> Pieces<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, lone: None, token: Token::default() }
    }

    /// Makes `text[from..to]` the current token.
    fn emit(&mut self, from: usize, to: usize) {
        self.token.offset_from = from;
        self.token.offset_to = to;
        let end = self.text.floor_char_boundary(to.min(from + MAX_WORD_BYTES));
        let word = &self.text[from..end];
        self.token.text.clear();
        if word.is_ascii() {
            self.token.text.push_str(word);
            self.token.text.make_ascii_lowercase();
        } else {
            self.token.text.extend(word.nfc().flat_map(char::to_lowercase));
        }
    }
}

impl TokenStream for Pieces<'_> {
    fn advance(&mut self) -> bool {
        if let Some((from, to)) = self.lone.take() {
            self.emit(from, to);
            return true;
        }
        let rest = &self.text[self.at..];
        let Some((skipped, first)) = rest.char_indices().find(|&(_, c)| is_word(c)) else {
            self.at = self.text.len();
            return false;
        };
        self.token.position = self.token.position.wrapping_add(1);
        let from = self.at + skipped;
        let second_at = from + first.len_utf8();
        let after = &self.text[second_at..];
        if is_unspaced(first) {
            let mut next = after.chars();
            match next.next().filter(|&c| is_unspaced(c)) {
                Some(second) => {
                    let to = second_at + second.len_utf8();
                    if next.next().is_some_and(is_unspaced) {
                        self.at = second_at;
                    } else {
                        self.lone = Some((second_at, to));
                        self.at = to;
                    }
                    self.emit(from, to);
                }
                None => {
                    self.at = second_at;
                    self.emit(from, second_at);
                }
            }
        } else {
            let length = after.find(|c| !is_word(c) || is_unspaced(c)).unwrap_or(after.len());
            self.at = second_at + length;
            self.emit(from, self.at);
        }
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

fn is_word(c: char) -> bool {
    // Most text is ASCII, where no table need be asked.
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric() || is_combining_mark(c)
    }
}

/// Whether a character belongs to a script that is indexed in pairs: Thai, Lao, Myanmar, Khmer,
/// kana, Han and Hangul.
pub(super) fn is_unspaced(c: char) -> bool {
    c >= '\u{0e00}'
        && matches!(c,
        '\u{0e00}'..='\u{0eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
        && is_word(c)
}

/// Folds a lower-case word in place: compatibility forms made plain, accents dropped, letters
/// that carry their accent inside (`ø`, `ß`) spelled out.
pub(super) fn fold(word: &mut String) {
    if word.is_ascii() {
        return;
    }
    let mut folded = String::with_capacity(word.len());
    for c in
        word.nfkd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).flat_map(char::to_lowercase)
    {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            other => folded.push(other),
        }
    }
    *word = folded.nfc().collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indexed(language: &str, text: &str) -> Vec<(usize, String)> {
        let mut analyzer = Analyzer::default();
        let value = tagged(language, text);
        let mut stream = analyzer.token_stream(&value);
        let mut words = Vec::new();
        while let Some(token) = stream.next() {
            words.push((token.position, token.text.clone()));
        }
        words
    }

    fn at(position: usize, word: &str) -> (usize, String) {
        (position, word.to_owned())
    }

    #[test]
    fn a_stem_follows_its_word_at_the_same_position() {
        assert_eq!(
            indexed("en", "Installing the Module"),
            [at(0, "installing"), at(0, "instal"), at(1, "the"), at(2, "module"), at(2, "modul")]
        );
        assert_eq!(indexed("xx", "Installing it"), [at(0, "installing"), at(1, "it")]);
    }

    #[test]
    fn accents_and_letter_variants_are_folded_in_both_normal_forms() {
        for text in ["Café Straße Øre ΟΔΌΣ", "Cafe\u{301} Straße Øre ΟΔΟ\u{301}Σ"] {
            assert_eq!(
                indexed("", text),
                [at(0, "cafe"), at(1, "strasse"), at(2, "ore"), at(3, "οδοσ")]
            );
        }
        assert_eq!(indexed("", "ｆｕｌｌ ﬁle"), [at(0, "full"), at(1, "file")]);
    }

    #[test]
    fn unspaced_scripts_become_pairs_and_a_lone_last_character() {
        assert_eq!(
            indexed("zh", "安全训练abc 火"),
            [at(0, "安全"), at(1, "全训"), at(2, "训练"), at(2, "练"), at(3, "abc"), at(4, "火")]
        );
    }

    #[test]
    fn query_words_have_no_stems_and_no_lone_characters() {
        let words: Vec<_> = Analyzer::default()
            .query_words("防火 Installing")
            .into_iter()
            .map(|token| (token.position, token.text))
            .collect();
        assert_eq!(words, [at(0, "防火"), at(1, "installing")]);
    }

    #[test]
    fn stems_of_several_languages_are_distinct_and_differ_from_the_word() {
        let languages = [Language::English, Language::German, Language::French];
        let stems = Analyzer::default().stems(&languages, "houses");
        assert!(stems.contains(&"hous".to_owned()), "{stems:?}");
        assert!(!stems.contains(&"houses".to_owned()), "{stems:?}");
        let mut unique = stems.clone();
        unique.dedup();
        assert_eq!(stems, unique);
    }

    #[test]
    fn a_very_long_word_is_cut_at_a_character() {
        let words = indexed("", &"é".repeat(400));
        assert_eq!(words, [at(0, &"e".repeat(MAX_WORD_BYTES / 2))]);
    }
}

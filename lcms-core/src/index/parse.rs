//! What a person typed → clauses.
//!
//! Words must all be found. `"two words"` is a phrase, `-word` excludes, `inst*` is a beginning,
//! `title:word` looks in one field. Nothing is an error: what does not fit these forms is read as
//! plain words, and a [`Note`] says so.

use serde::Serialize;
use utoipa::ToSchema;

use super::search::Facet;

/// Longer texts are cut.
const MAX_CHARS: usize = 1_000;
/// Further clauses are dropped.
const MAX_CLAUSES: usize = 32;

/// What a search did differently from what its text said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Note {
    /// Nothing has all the words, so what has any of them is shown.
    #[error("nothing has all the words; these have some of them")]
    Degraded,
    /// A quotation mark without its partner was ignored.
    #[error("a quotation mark is not closed; the words after it were searched one by one")]
    UnclosedQuote,
    /// `name:` before a word names no field; both were searched as words.
    #[error(
        "`{name}` is not a field; the fields are title, body, tag, key, kind, state, language and library"
    )]
    UnknownField {
        /// What stands before the colon.
        name: String,
    },
    /// A field without a value was searched as a word.
    #[error("`{name}:` has no value; `{name}` was searched as a word")]
    EmptyField {
        /// The field.
        name: String,
    },
    /// The text has only punctuation; everything is shown.
    #[error("there is no word to search for")]
    NoWords,
    /// The end of a very long text was left out.
    #[error("the search is too long; its end was left out")]
    TooLong,
}

/// Where a clause looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// In every text.
    Any,
    Title,
    Body,
    Tag,
    Key,
    /// For exactly this value.
    Facet(Facet),
}

impl Scope {
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "title" => Self::Title,
            "body" => Self::Body,
            "tag" => Self::Tag,
            "key" => Self::Key,
            "kind" => Self::Facet(Facet::Kind),
            "state" => Self::Facet(Facet::State),
            "language" => Self::Facet(Facet::Language),
            "library" => Self::Facet(Facet::Library),
            _ => return None,
        })
    }
}

/// How the words of a clause must stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As they are or in another form of the same word.
    Words,
    /// Exactly so.
    Phrase,
    /// As [`Form::Words`], but the last one may go on.
    Prefix,
}

/// One condition of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) exclude: bool,
    pub(super) scope: Scope,
    pub(super) form: Form,
    pub(super) text: String,
}

/// Reads `text`; with `typing`, its last word may be unfinished. The clauses all have at least
/// one letter or digit.
pub(super) fn parse(text: &str, typing: bool) -> (Vec<Clause>, Vec<Note>) {
    let cut = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(end, _)| end);
    let mut parser =
        Parser { rest: text[..cut].trim_start(), clauses: Vec::new(), notes: Vec::new() };
    while !parser.rest.is_empty() {
        parser.clause();
        parser.rest = parser.rest.trim_start();
    }
    let Parser { mut clauses, mut notes, .. } = parser;
    let unfinished = typing && !text.ends_with(char::is_whitespace);
    if let Some(last) = clauses.last_mut().filter(|last| unfinished && !last.exclude)
        && last.form == Form::Words
    {
        last.form = Form::Prefix;
    }
    clauses.retain(|clause| clause.text.contains(char::is_alphanumeric));
    if clauses.is_empty() && !text.trim().is_empty() {
        notes.push(Note::NoWords);
    }
    if cut < text.len() || clauses.len() > MAX_CLAUSES {
        notes.push(Note::TooLong);
    }
    clauses.truncate(MAX_CLAUSES);
    (clauses, notes)
}

struct Parser<'a> {
    /// What is still to be read; never starts with white space where a clause starts.
    rest: &'a str,
    clauses: Vec<Clause>,
    notes: Vec<Note>,
}

impl Parser<'_> {
    fn clause(&mut self) {
        let exclude = match self.rest.strip_prefix('-') {
            Some(after) => {
                self.rest = after;
                true
            }
            None => false,
        };
        let scope = self.scope();
        let (form, text) = match self.rest.strip_prefix(is_quote) {
            Some(inside) => match inside.split_once(is_quote) {
                Some((phrase, after)) => {
                    self.rest = after;
                    (Form::Phrase, phrase)
                }
                None => {
                    self.notes.push(Note::UnclosedQuote);
                    self.rest = inside;
                    return;
                }
            },
            None => {
                let end = self
                    .rest
                    .find(|c: char| c.is_whitespace() || is_quote(c))
                    .unwrap_or(self.rest.len());
                let (word, after) = self.rest.split_at(end);
                self.rest = after;
                match word.strip_suffix('*') {
                    Some(beginning) => (Form::Prefix, beginning),
                    None => (Form::Words, word),
                }
            }
        };
        self.clauses.push(Clause { exclude, scope, form, text: text.to_owned() });
    }

    /// Reads `name:` if a value follows it directly.
    fn scope(&mut self) -> Scope {
        let Some((name, value)) = self.rest.split_once(':') else {
            return Scope::Any;
        };
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphabetic()) {
            return Scope::Any;
        }
        let has_value = value.starts_with(|c: char| is_quote(c) || is_value(c));
        match Scope::named(name) {
            Some(scope) if has_value => {
                self.rest = value;
                return scope;
            }
            Some(_) => self.notes.push(Note::EmptyField { name: name.to_owned() }),
            // A colon before anything else is punctuation: "Note: …", "https://…".
            None if has_value => self.notes.push(Note::UnknownField { name: name.to_owned() }),
            None => {}
        }
        Scope::Any
    }
}

fn is_value(c: char) -> bool {
    c.is_alphanumeric()
}

/// Typographic quotation marks come with pasted text; either side may stand on either end.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clause(exclude: bool, scope: Scope, form: Form, text: &str) -> Clause {
        Clause { exclude, scope, form, text: text.to_owned() }
    }

    #[test]
    fn each_form_is_read() {
        let (clauses, notes) =
            parse("install \"two words\" -old title:mod* kind:\"topic\" “x”y", false);
        assert_eq!(
            clauses,
            [
                clause(false, Scope::Any, Form::Words, "install"),
                clause(false, Scope::Any, Form::Phrase, "two words"),
                clause(true, Scope::Any, Form::Words, "old"),
                clause(false, Scope::Title, Form::Prefix, "mod"),
                clause(false, Scope::Facet(Facet::Kind), Form::Phrase, "topic"),
                clause(false, Scope::Any, Form::Phrase, "x"),
                clause(false, Scope::Any, Form::Words, "y"),
            ]
        );
        assert_eq!(notes, []);
    }

    #[test]
    fn only_an_unfinished_last_word_is_a_prefix() {
        let last = |text| parse(text, true).0.pop().map(|clause| clause.form);
        assert_eq!(last("install mod"), Some(Form::Prefix));
        assert_eq!(last("install mod "), Some(Form::Words));
        assert_eq!(last("install \"mod\""), Some(Form::Phrase));
        assert_eq!(last("install -mod"), Some(Form::Words));
    }

    #[test]
    fn what_does_not_fit_is_words_with_a_note() {
        let words = |text| {
            let (clauses, notes) = parse(text, false);
            let words: Vec<_> = clauses.into_iter().map(|clause| clause.text).collect();
            (words.join(" "), notes)
        };
        assert_eq!(
            words("say \"hello you"),
            ("say hello you".to_owned(), vec![Note::UnclosedQuote])
        );
        assert_eq!(
            words("colour:red"),
            ("colour:red".to_owned(), vec![Note::UnknownField { name: "colour".to_owned() }])
        );
        assert_eq!(
            words("title: word"),
            ("title: word".to_owned(), vec![Note::EmptyField { name: "title".to_owned() }])
        );
        assert_eq!(
            words("Note: see https://x.example"),
            ("Note: see https://x.example".to_owned(), vec![])
        );
        assert_eq!(words(" - !? \"\" "), (String::new(), vec![Note::NoWords]));
        assert_eq!(words("   "), (String::new(), vec![]));
    }

    #[test]
    fn a_long_text_is_cut_with_a_note() {
        let (clauses, notes) = parse(&"ü ".repeat(5_000), false);
        assert_eq!(clauses.len(), MAX_CLAUSES);
        assert_eq!(notes, [Note::TooLong]);
    }
}

//! What a person typed → what a document must have.
//!
//! Words must all be found. `"two words"` is a phrase, `-word` or `NOT word` excludes, `inst*` is
//! a beginning, `title:word` looks in one field, `a OR b` takes either, and parentheses group.
//! Nothing is an error: what does not fit these forms is read as plain words, and a [`Note`]
//! says so.

use serde::Serialize;
use utoipa::ToSchema;

use super::facet::Facet;

/// Longer texts are cut.
const MAX_CHARS: usize = 1_000;
/// Further clauses are dropped.
const MAX_CLAUSES: usize = 32;
/// Parentheses inside more parentheses than this are ignored.
const MAX_DEPTH: usize = 8;

/// What a search did differently from what its text said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Note {
    /// Nothing has all the words, so what has any of them is shown.
    #[error("nothing has all the words; these have some of them")]
    Degraded,
    /// Nothing has the words as they are spelled, so what has similar ones is shown.
    #[error("nothing has the words as they are spelled; these have similar ones")]
    Similar,
    /// A quotation mark without its partner was ignored.
    #[error("a quotation mark is not closed; the words after it were searched one by one")]
    UnclosedQuote,
    /// A parenthesis without its partner, or too deep inside others, was ignored.
    #[error("a parenthesis has no partner, or stands inside too many others; it was ignored")]
    Parenthesis,
    /// `OR`, `AND` or `NOT` with nothing beside it was ignored.
    #[error("`{word}` needs something to search for beside it; it was ignored")]
    LoneOperator {
        /// The operator.
        word: String,
    },
    /// `name:` before a word names no field; both were searched as words.
    #[error(
        "`{name}` is not a field; the fields are title, body, tag, key, comment, kind, state, \
         language, library, term, steward, licence, tool, level, duration, use and review"
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
    Comment,
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
            "comment" => Self::Comment,
            // Its values are ids, which nobody types.
            "objective" => return None,
            name => Self::Facet(*Facet::ALL.iter().find(|facet| facet.name() == name)?),
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

/// One condition of a search. Its text has at least one letter or digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) exclude: bool,
    pub(super) scope: Scope,
    pub(super) form: Form,
    pub(super) text: String,
}

/// A part of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    One(Clause),
    /// What all of one of these lists asks for. Parentheses alone make a single list.
    OneOf {
        exclude: bool,
        lists: Vec<Vec<Part>>,
    },
}

/// Reads `text`; with `typing`, its last word may be unfinished.
pub(super) fn parse(text: &str, typing: bool) -> (Vec<Part>, Vec<Note>) {
    let cut = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(end, _)| end);
    let mut parser = Parser { rest: &text[..cut], clauses: 0, dropped: false, notes: Vec::new() };
    let mut parts = parser.list(0);
    let Parser { dropped, mut notes, .. } = parser;
    if typing && !text.ends_with(char::is_whitespace) {
        open_end(&mut parts);
    }
    if parts.is_empty() && !text.trim().is_empty() {
        notes.push(Note::NoWords);
    }
    if cut < text.len() || dropped {
        notes.push(Note::TooLong);
    }
    (parts, notes)
}

/// Makes the last word one that may go on.
fn open_end(parts: &mut [Part]) {
    match parts.last_mut() {
        Some(Part::One(clause)) if !clause.exclude && clause.form == Form::Words => {
            clause.form = Form::Prefix;
        }
        Some(Part::OneOf { exclude: false, lists }) => {
            if let Some(last) = lists.last_mut() {
                open_end(last);
            }
        }
        _ => {}
    }
}

/// Whether anything is asked for by which documents could be ranked.
pub(super) fn ranks(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::One(clause) => !clause.exclude && !matches!(clause.scope, Scope::Facet(_)),
        Part::OneOf { exclude, lists } => !exclude && lists.iter().any(|list| ranks(list)),
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Not,
}

impl Operator {
    fn word(self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Or => "OR",
            Self::Not => "NOT",
        }
    }
}

struct Parser<'a> {
    /// What is still to be read.
    rest: &'a str,
    /// Clauses read so far.
    clauses: usize,
    /// Whether some were too many.
    dropped: bool,
    notes: Vec<Note>,
}

impl Parser<'_> {
    /// Reads to the end, or to the parenthesis that closes this list.
    fn list(&mut self, depth: usize) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut waiting: Option<Operator> = None;
        // Whether the last part came about by `OR`, so that another one belongs to it.
        let mut chain = false;
        let mut closed = depth == 0;
        loop {
            self.rest = self.rest.trim_start();
            if self.rest.is_empty() {
                break;
            }
            if let Some(after) = self.rest.strip_prefix(')') {
                self.rest = after;
                if depth > 0 {
                    closed = true;
                    break;
                }
                self.notes.push(Note::Parenthesis);
                continue;
            }
            if let Some(operator) = self.operator() {
                if waiting.is_some() && operator != Operator::Not {
                    self.lone(operator);
                } else if operator == Operator::Not && waiting == Some(Operator::Or) {
                    // `a OR NOT b`: whatever lacks b; the part is read as an excluded one.
                    if let Some(part) = self.part(depth, true) {
                        join(&mut parts, part, &mut chain);
                    }
                    waiting = None;
                } else if parts.is_empty() && operator != Operator::Not {
                    self.lone(operator);
                } else {
                    waiting = Some(operator);
                }
                continue;
            }
            let Some(part) = self.part(depth, waiting == Some(Operator::Not)) else { continue };
            if waiting == Some(Operator::Or) && !parts.is_empty() {
                join(&mut parts, part, &mut chain);
            } else {
                parts.push(part);
                chain = false;
            }
            waiting = None;
        }
        if let Some(operator) = waiting {
            self.lone(operator);
        }
        if !closed {
            self.notes.push(Note::Parenthesis);
        }
        parts
    }

    fn lone(&mut self, operator: Operator) {
        self.notes.push(Note::LoneOperator { word: operator.word().to_owned() });
    }

    /// Reads `AND`, `OR` or `NOT` where it stands alone.
    fn operator(&mut self) -> Option<Operator> {
        [Operator::And, Operator::Or, Operator::Not].into_iter().find(|operator| {
            let Some(after) = self.rest.strip_prefix(operator.word()) else { return false };
            if !after.is_empty() && !after.starts_with(|c: char| c.is_whitespace() || c == '(') {
                return false;
            }
            self.rest = after;
            true
        })
    }

    /// Reads a clause or a group; nothing when there is no word in it.
    fn part(&mut self, depth: usize, not: bool) -> Option<Part> {
        self.rest = self.rest.trim_start();
        let (minus, after) = match self.rest.strip_prefix('-') {
            Some(after) => (true, after),
            None => (false, self.rest),
        };
        if let Some(inside) = after.strip_prefix('(') {
            self.rest = inside;
            if depth == MAX_DEPTH {
                self.notes.push(Note::Parenthesis);
                return None;
            }
            let list = self.list(depth + 1);
            return (!list.is_empty())
                .then(|| Part::OneOf { exclude: minus || not, lists: vec![list] });
        }
        self.rest = after;
        let clause = self.clause(minus || not, depth > 0)?;
        if !clause.text.contains(char::is_alphanumeric) {
            return None;
        }
        self.clauses += 1;
        if self.clauses > MAX_CLAUSES {
            self.dropped = true;
            return None;
        }
        Some(Part::One(clause))
    }

    fn clause(&mut self, exclude: bool, inside: bool) -> Option<Clause> {
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
                    return None;
                }
            },
            None => {
                let mut end = self
                    .rest
                    .find(|c: char| c.is_whitespace() || is_quote(c))
                    .unwrap_or(self.rest.len());
                // Of "f(x)" the parentheses are part of the word; of "(a b)" they are not.
                let word = &self.rest[..end];
                let extra = word.matches(')').count().saturating_sub(word.matches('(').count());
                if inside && extra > 0 {
                    end = word.trim_end_matches(')').len().max(end.saturating_sub(extra));
                }
                let (word, after) = self.rest.split_at(end);
                self.rest = after;
                match word.strip_suffix('*') {
                    Some(beginning) => (Form::Prefix, beginning),
                    None => (Form::Words, word),
                }
            }
        };
        Some(Clause { exclude, scope, form, text: text.to_owned() })
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

/// Makes `part` an alternative to the last of `parts`.
fn join(parts: &mut Vec<Part>, part: Part, chain: &mut bool) {
    match parts.last_mut() {
        Some(Part::OneOf { lists, .. }) if *chain => lists.push(vec![part]),
        _ => {
            let lists = parts.pop().into_iter().chain([part]).map(|part| vec![part]).collect();
            parts.push(Part::OneOf { exclude: false, lists });
            *chain = true;
        }
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

    fn clause(exclude: bool, scope: Scope, form: Form, text: &str) -> Part {
        Part::One(Clause { exclude, scope, form, text: text.to_owned() })
    }

    /// The parts as text: `|` between alternatives, `-` before what is excluded.
    fn shape(parts: &[Part]) -> String {
        let one = |part: &Part| match part {
            Part::One(clause) => {
                format!("{}{}", if clause.exclude { "-" } else { "" }, clause.text)
            }
            Part::OneOf { exclude, lists } => {
                let lists: Vec<_> = lists.iter().map(|list| shape(list)).collect();
                format!("{}({})", if *exclude { "-" } else { "" }, lists.join("|"))
            }
        };
        parts.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_form_is_read() {
        let (parts, notes) =
            parse("install \"two words\" -old title:mod* kind:\"topic\" “x”y", false);
        assert_eq!(
            parts,
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
    fn operators_and_parentheses_group() {
        let read = |text| {
            let (parts, notes) = parse(text, false);
            assert_eq!(notes, [], "{text}");
            shape(&parts)
        };
        assert_eq!(read("a OR b c"), "(a|b) c");
        assert_eq!(read("a OR b OR c"), "(a|b|c)");
        assert_eq!(read("x (a b OR c) y"), "x (a (b|c)) y");
        assert_eq!(read("(a b) OR c"), "((a b)|c)");
        assert_eq!(read("a AND b"), "a b");
        assert_eq!(read("a NOT b"), "a -b");
        assert_eq!(read("a AND NOT (b OR c)"), "a -((b|c))");
        assert_eq!(read("-(a b) c"), "-(a b) c");
        assert_eq!(read("a OR NOT b"), "(a|-b)");
        assert_eq!(read("or and not"), "or and not");
        assert_eq!(read("f(x) g()"), "f(x) g()");
        assert_eq!(read("(f(x))"), "(f(x))");
    }

    #[test]
    fn what_has_no_partner_is_ignored_with_a_note() {
        let read = |text| {
            let (parts, notes) = parse(text, false);
            (shape(&parts), notes)
        };
        let lone = |word: &str| Note::LoneOperator { word: word.to_owned() };
        assert_eq!(read("(a b"), ("(a b)".to_owned(), vec![Note::Parenthesis]));
        assert_eq!(read(") a"), ("a".to_owned(), vec![Note::Parenthesis]));
        assert_eq!(read("OR a"), ("a".to_owned(), vec![lone("OR")]));
        assert_eq!(read("a OR"), ("a".to_owned(), vec![lone("OR")]));
        assert_eq!(read("a AND OR b"), ("a b".to_owned(), vec![lone("OR")]));
        let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
        assert!(parse(&deep, false).1.contains(&Note::Parenthesis));
    }

    #[test]
    fn only_an_unfinished_last_word_is_a_prefix() {
        let last = |text| match parse(text, true).0.pop() {
            Some(Part::One(clause)) => Some(clause.form),
            _ => None,
        };
        assert_eq!(last("install mod"), Some(Form::Prefix));
        assert_eq!(last("install mod "), Some(Form::Words));
        assert_eq!(last("install \"mod\""), Some(Form::Phrase));
        assert_eq!(last("install -mod"), Some(Form::Words));
        let (parts, _) = parse("a OR mod", true);
        assert!(format!("{parts:?}").contains("Prefix"), "{parts:?}");
    }

    #[test]
    fn what_does_not_fit_is_words_with_a_note() {
        let words = |text| {
            let (parts, notes) = parse(text, false);
            (shape(&parts), notes)
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
        let (parts, notes) = parse(&"ü ".repeat(5_000), false);
        assert_eq!(parts.len(), MAX_CLAUSES);
        assert_eq!(notes, [Note::TooLong]);
    }
}

//! Which characters might be ours.
//!
//! Whether `[[x]]` is a reference or part of a code block is for CommonMark to say, so nothing here
//! guesses. Everything in the source that *might* be ours is replaced by a short opaque token; the
//! CommonMark parser then decides where each token lands. A token in text is read as what it stands
//! for, and its position in the source is known exactly; a token in code, HTML or a formula is
//! given back as it was written.
//!
//! A directive's line becomes a heading that holds one token: a heading ends a paragraph, can stand
//! in lists and quotations, and takes exactly one line, just as directives do.

use std::cell::Cell;
use std::ops::Range;

/// Opens a token. Noncharacters have no meaning in interchanged text (Unicode 16, section 23.7). A
/// source that holds one is refused, and one written as `&#xFDD0;` is a token itself, so that nothing
/// is ever mistaken for a token.
pub(super) const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';
/// Begins a title, so that it is always read as a paragraph (`1. Install` is not a list there).
pub(super) const TITLE: char = '\u{FDD2}';
const FENCE_PREFIX: &str = "# ";

/// A place in the source, 1-based, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `![[…]]`
    Embed,
    /// `[[…]]`
    Link,
    /// `{{…}}`
    Variable,
    /// `{#…}`
    BlockId,
    /// `&#…;` for a character that cannot be published, which the parser would decode.
    Character,
    /// A line that begins with `:::`.
    Fence,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// Bytes of the source.
    pub(super) span: Range<usize>,
    /// Bytes of the marked text.
    marked: Range<usize>,
    pub(super) position: Position,
}

/// A piece of marked text.
pub(super) enum Piece<'t> {
    Text(&'t str),
    Token(Token),
}

/// A source with its tokens set.
pub(super) struct Marked<'s> {
    source: &'s str,
    text: String,
    tokens: Vec<Token>,
    lines: Vec<LineStart>,
    counted: Cell<Counted>,
    /// Where a title begins; `None` for a whole document.
    base: Option<Position>,
}

/// Where a line begins, in bytes of both texts.
struct LineStart {
    marked: usize,
    source: usize,
}

/// A place whose column is known.
#[derive(Clone, Copy, Default)]
struct Counted {
    /// Where its line begins, in bytes of the source.
    line: usize,
    /// Where it is, in bytes of the source.
    offset: usize,
    column: usize,
}

impl<'s> Marked<'s> {
    /// Marks a whole document.
    pub(super) fn document(source: &'s str) -> Self {
        let mut marked = Self::new(source, None);
        let mut start = 0;
        let mut position = Position { line: 1, column: 1 };
        while start < source.len() {
            let rest = &source[start..];
            let end = start + rest.find(['\n', '\r']).unwrap_or(rest.len());
            let next = end + line_break(&source[end..]);
            marked.lines.push(LineStart { marked: marked.text.len(), source: start });
            marked.mark_line(start..end, position);
            marked.text.push_str(&source[end..next]);
            start = next;
            position.line += 1;
        }
        marked
    }

    /// Marks the title of a directive, one part of one line.
    pub(super) fn title(source: &'s str, span: Range<usize>, position: Position) -> Self {
        let mut marked = Self::new(source, Some(position));
        marked.text.push(TITLE);
        marked.mark_inline(span, position);
        marked
    }

    fn new(source: &'s str, base: Option<Position>) -> Self {
        let counted = Cell::new(Counted { column: 1, ..Counted::default() });
        Self { source, text: String::new(), tokens: Vec::new(), lines: Vec::new(), counted, base }
    }

    /// What the CommonMark parser reads.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The source text that a token stands for.
    pub(super) fn source_of(&self, token: &Token) -> &'s str {
        &self.source[token.span.clone()]
    }

    /// Splits marked text at its tokens.
    pub(super) fn pieces<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            let Some((number, after)) = after.split_once(CLOSE) else { break };
            let Some(token) = number.parse().ok().and_then(|n: usize| self.tokens.get(n)) else {
                break;
            };
            if !before.is_empty() {
                pieces.push(Piece::Text(before));
            }
            pieces.push(Piece::Token(token.clone()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
        pieces
    }

    /// Marked text as it was written.
    pub(super) fn restore(&self, text: &str) -> String {
        let mut restored = String::with_capacity(text.len());
        for piece in self.pieces(text) {
            match piece {
                Piece::Text(text) => restored.push_str(text),
                Piece::Token(token) => {
                    if token.kind == TokenKind::Fence && restored.ends_with(FENCE_PREFIX) {
                        restored.truncate(restored.len() - FENCE_PREFIX.len());
                    }
                    restored.push_str(self.source_of(&token));
                }
            }
        }
        restored
    }

    /// Where a place of the marked text stands in the source. `column` is the parser's: 1-based, in
    /// bytes.
    pub(super) fn origin(&self, line: usize, column: usize) -> Position {
        if let Some(base) = self.base {
            return base;
        }
        let Some(start) = line.checked_sub(1).and_then(|index| self.lines.get(index)) else {
            return Position { line, column: 1 };
        };
        let offset = self.source_offset(start.marked + column.saturating_sub(1));
        Position { line, column: self.column(start.source, offset) }
    }

    fn source_offset(&self, marked: usize) -> usize {
        let before = self.tokens.partition_point(|token| token.marked.start <= marked);
        let offset = match self.tokens[..before].last() {
            Some(token) if marked < token.marked.end => token.span.start,
            Some(token) => token.span.end + (marked - token.marked.end),
            None => marked,
        };
        self.source.floor_char_boundary(offset)
    }

    /// The column of a place in the line that begins at `line`, both in bytes of the source. Nodes are
    /// asked for in the order of the text, so that counting on from the last one keeps the whole
    /// linear, however long a line is.
    fn column(&self, line: usize, offset: usize) -> usize {
        let last = self.counted.get();
        let from = if last.line == line && last.offset <= offset {
            last
        } else {
            Counted { line, offset: line, column: 1 }
        };
        let offset = offset.max(from.offset);
        let column = from.column + self.source[from.offset..offset].chars().count();
        self.counted.set(Counted { line, offset, column });
        column
    }

    fn mark_line(&mut self, span: Range<usize>, position: Position) {
        let source = self.source;
        let line = &source[span.clone()];
        let prefix = container_prefix(line);
        if line[prefix..].starts_with(":::") {
            let end = line.trim_end().len();
            let column = position.column + line[..prefix].chars().count();
            self.text.push_str(&line[..prefix]);
            let token = span.start + prefix..span.start + end;
            self.push(TokenKind::Fence, token, Position { column, ..position });
            self.text.push_str(&line[end..]);
        } else {
            self.mark_inline(span, position);
        }
    }

    fn mark_inline(&mut self, span: Range<usize>, mut position: Position) {
        let source = self.source;
        let line = &source[span.clone()];
        let (mut at, mut copied, mut counted) = (0, 0, 0);
        while let Some(found) = line[at..].find(['\\', '!', '[', '{', '&']) {
            let here = at + found;
            let rest = &line[here..];
            if let Some(after) = rest.strip_prefix('\\') {
                // Not every place where the parser decodes `&#…;` has escapes: see `OPEN`.
                let escaped = after.chars().next().filter(|&c| c != '&');
                at = here + 1 + escaped.map_or(0, char::len_utf8);
                continue;
            }
            let Some((kind, length)) = candidate(rest) else {
                at = here + 1;
                continue;
            };
            position.column += line[counted..here].chars().count();
            counted = here;
            self.text.push_str(&line[copied..here]);
            self.push(kind, span.start + here..span.start + here + length, position);
            at = here + length;
            copied = at;
        }
        self.text.push_str(&line[copied..]);
    }

    /// Adds a token to the marked text.
    fn push(&mut self, kind: TokenKind, span: Range<usize>, position: Position) {
        let start = self.text.len();
        if kind == TokenKind::Fence {
            self.text.push_str(FENCE_PREFIX);
        }
        self.text.push(OPEN);
        self.text.push_str(&self.tokens.len().to_string());
        self.text.push(CLOSE);
        let marked = start..self.text.len();
        self.tokens.push(Token { kind, span, marked, position });
    }
}

/// Length of the line break that `text` begins with, 0 when it begins with none.
fn line_break(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

/// Length of what may stand before a directive on its line: indentation, marks of quotations and
/// list items.
fn container_prefix(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        at += match rest.as_bytes() {
            [b' ' | b'\t' | b'>', ..] => 1,
            [b'-' | b'+' | b'*', b' ' | b'\t', ..] => 2,
            bytes if (1..=9).contains(&digits) => match bytes[digits..] {
                [b'.' | b')', b' ' | b'\t', ..] => digits + 2,
                _ => return at,
            },
            _ => return at,
        };
    }
}

/// The token that `text` may begin with, and its length.
fn candidate(text: &str) -> Option<(TokenKind, usize)> {
    if let Some(reference) = text.strip_prefix("&#") {
        // No character's number is longer; the parser reads no longer one either.
        let end = reference.bytes().take(9).position(|b| b == b';')?;
        let number = reference.get(..end)?;
        return is_unusable(numbered_character(number)?)
            .then_some((TokenKind::Character, "&#;".len() + number.len()));
    }
    let (kind, open, close) = if text.starts_with("![[") {
        (TokenKind::Embed, "![[", "]]")
    } else if text.starts_with("[[") {
        (TokenKind::Link, "[[", "]]")
    } else if text.starts_with("{{") {
        (TokenKind::Variable, "{{", "}}")
    } else if text.starts_with("{#") {
        (TokenKind::BlockId, "{#", "}")
    } else {
        return None;
    };
    let body = &text[open.len()..];
    // A backtick ends the search: a code span is either all inside a token or all outside.
    let stops: &[char] = if close == "]]" { &['[', ']', '`'] } else { &['{', '}', '`'] };
    let stop = body.find(stops)?;
    let after = body[stop..].strip_prefix(close)?;
    // `[[1]](address)` is a CommonMark link whose text is `[1]`.
    if close == "]]" && after.starts_with('(') {
        return None;
    }
    Some((kind, open.len() + stop + close.len()))
}

/// The character of a numeric character reference, written in decimal or as `x` and hexadecimal.
fn numbered_character(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

/// Whether no output format can carry `c`: controls other than white space, and noncharacters.
pub(super) fn is_unusable(c: char) -> bool {
    let is_noncharacter = ('\u{fdd0}'..='\u{fdef}').contains(&c) || u32::from(c) & 0xfffe == 0xfffe;
    is_noncharacter || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// How many quotations `line` stands in.
pub(super) fn quotation_depth(line: &str) -> usize {
    line[..container_prefix(line)].bytes().filter(|&b| b == b'>').count()
}

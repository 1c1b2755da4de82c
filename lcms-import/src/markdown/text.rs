//! Places in a text of lines, and changes to it.

use std::ops::Range;

/// What stands for a character that cannot be published.
pub(super) const REPLACEMENT: char = '\u{FFFD}';

/// Whether no output format can carry a character: controls other than white space, and
/// noncharacters.
pub(super) fn is_unusable(c: char) -> bool {
    let is_noncharacter = ('\u{fdd0}'..='\u{fdef}').contains(&c) || u32::from(c) & 0xfffe == 0xfffe;
    is_noncharacter || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
}

/// The text with such characters replaced.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if is_unusable(c) { REPLACEMENT } else { c }).collect()
}

/// For each of `length` lines, whether it is in one of the ranges.
pub(super) fn mask<'r>(ranges: impl IntoIterator<Item = &'r Range<usize>>, length: usize) -> Vec<bool> {
    let mut mask = vec![false; length];
    for range in ranges {
        if let Some(lines) = mask.get_mut(range.start..range.end.min(length)) {
            lines.fill(true);
        }
    }
    mask
}

/// A place between characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    /// Line, from 0.
    pub(super) line: usize,
    /// Column, from 0, in bytes.
    pub(super) column: usize,
}

/// What stands from one place to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Place,
    pub(super) end: Place,
}

impl Place {
    /// The place behind a text that stands here.
    pub(super) fn after(self, text: &str) -> Self {
        match text.rsplit_once('\n') {
            Some((before, last)) => {
                Self { line: self.line + 1 + before.matches('\n').count(), column: last.len() }
            }
            None => Self { column: self.column + text.len(), ..self },
        }
    }
}

impl Span {
    /// Part of one line.
    pub(super) fn on(line: usize, start: usize, end: usize) -> Self {
        Self { start: Place { line, column: start }, end: Place { line, column: end } }
    }

    /// Whether another span is inside.
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text it stands for, lines joined by LF; `None` when it is not in the text.
    pub(super) fn of(&self, lines: &[String]) -> Option<String> {
        let Self { start, end } = *self;
        if start.line == end.line {
            return lines.get(start.line)?.get(start.column..end.column).map(str::to_owned);
        }
        if start.line > end.line {
            return None;
        }
        let mut text = lines.get(start.line)?.get(start.column..)?.to_owned();
        for line in lines.get(start.line + 1..end.line)? {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text.push_str(lines.get(end.line)?.get(..end.column)?);
        Some(text)
    }
}

/// A change: what to put in place of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) span: Span,
    pub(super) text: String,
}

/// Applies changes. Lines keep their numbers: those that a change swallows become `None`. Of two
/// changes that overlap, the one that begins first wins.
pub(super) fn apply(lines: &[String], mut edits: Vec<Edit>) -> Vec<Option<String>> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut kept: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        if kept.last().is_none_or(|last| last.span.end <= edit.span.start) {
            kept.push(edit);
        }
    }
    let mut out: Vec<Option<String>> = lines.iter().cloned().map(Some).collect();
    for Edit { span: Span { start, end }, text } in kept.into_iter().rev() {
        let tail = match out.get(end.line) {
            Some(Some(line)) => line.get(end.column..).map(str::to_owned),
            _ => None,
        };
        let head = lines.get(start.line).and_then(|line| line.get(..start.column));
        if let (Some(head), Some(tail)) = (head, tail) {
            let changed = format!("{head}{text}{tail}");
            out[start.line] = Some(changed);
            out[start.line + 1..=end.line].fill(None);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    fn edit(start: (usize, usize), end: (usize, usize), text: &str) -> Edit {
        let place = |(line, column)| Place { line, column };
        Edit { span: Span { start: place(start), end: place(end) }, text: text.to_owned() }
    }

    #[test]
    fn changes_on_one_line_and_over_lines_are_made() {
        let edits = vec![
            edit((0, 1), (0, 2), "X"),
            edit((0, 3), (1, 1), "Y"),
            edit((1, 2), (1, 2), "Z"),
            edit((1, 0), (1, 1), "overlaps"),
        ];
        let out = apply(&lines("abcd\nefg\nh"), edits);
        assert_eq!(out, [Some("aXcYfZg".to_owned()), None, Some("h".to_owned())]);
    }

    #[test]
    fn a_span_gives_its_text() {
        let span = edit((0, 2), (2, 1), "").span;
        assert_eq!(span.of(&lines("abc\nde\nfg")).as_deref(), Some("c\nde\nf"));
        assert_eq!(Span::on(0, 5, 9).of(&lines("abc")), None);
    }
}

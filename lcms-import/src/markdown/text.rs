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
pub(super) fn mask<'r>(
    ranges: impl IntoIterator<Item = &'r Range<usize>>,
    length: usize,
) -> Vec<bool> {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    /// The same, line by line.
    pub(super) fn by_line(self, lines: &[String]) -> impl Iterator<Item = Self> {
        let Self { start, end } = self;
        (start.line..=end.line).filter_map(move |line| {
            let from = if line == start.line { start.column } else { 0 };
            let to = if line == end.line { end.column } else { lines.get(line)?.len() };
            Some(Self::on(line, from, to))
        })
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
    edits.retain(|edit| edit.span.of(lines).is_some());
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut kept: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        if kept.last().is_none_or(|last| last.span.end <= edit.span.start) {
            kept.push(edit);
        }
    }
    let mut out: Vec<Option<String>> = vec![None; lines.len()];
    let mut kept = kept.into_iter().peekable();
    let mut line = 0;
    while let Some(source) = lines.get(line) {
        // What a change swallows of later lines is skipped; the rest goes on where it began.
        let (first, mut source, mut column) = (line, source.as_str(), 0);
        let mut text = String::with_capacity(source.len());
        while let Some(edit) = kept.next_if(|edit| edit.span.start.line <= line) {
            let Span { start, end } = edit.span;
            text.push_str(source.get(column..start.column).unwrap_or_default());
            text.push_str(&edit.text);
            (line, column) = (end.line, end.column);
            source = lines.get(line).map_or("", String::as_str);
        }
        text.push_str(source.get(column..).unwrap_or_default());
        out[first] = Some(text);
        line += 1;
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
    fn a_change_may_end_where_another_begins_on_a_later_line() {
        let edits = vec![edit((0, 0), (1, 1), "X"), edit((1, 1), (2, 1), "Y")];
        assert_eq!(apply(&lines("ab\ncd\nef\ngh"), edits)[0].as_deref(), Some("XYf"));
    }

    #[test]
    fn a_span_gives_its_text() {
        let span = edit((0, 2), (2, 1), "").span;
        assert_eq!(span.of(&lines("abc\nde\nfg")).as_deref(), Some("c\nde\nf"));
        assert_eq!(Span::on(0, 5, 9).of(&lines("abc")), None);
    }
}

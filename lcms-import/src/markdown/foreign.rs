//! Text that would mean something else in our language.
//!
//! `[[x]]`, `{{x}}` and `{#x}` are plain text in other dialects: they are escaped. Pandoc's spans,
//! `[text]{#id .class}`, become their text, and the id an anchor.

use std::collections::HashMap;

use super::attributes;
use super::scan::{InlineKind, Scan};
use super::text::{Edit, Place, Span, is_unusable, mask};
use super::fence;

/// What was found and what is to be changed.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    pub(super) edits: Vec<Edit>,
    /// Ids of spans, and the lines on which they stand.
    pub(super) anchors: Vec<(String, usize)>,
    /// Lines with expressions of some template language.
    pub(super) templates: Vec<usize>,
}

/// Finds foreign text.
pub(super) fn find(lines: &[String], scan: &Scan) -> Foreign {
    let definitions = scan.definitions.iter().map(|definition| &definition.lines);
    let untouched = mask(scan.verbatim.iter().chain(definitions), lines.len());
    let mut opaque: HashMap<usize, Vec<Span>> = HashMap::new();
    for span in &scan.opaque {
        for line in span.start.line..=span.end.line {
            opaque.entry(line).or_default().push(*span);
        }
    }
    for span in attribute_blocks(lines, scan) {
        opaque.entry(span.start.line).or_default().push(span);
    }
    let mut links: HashMap<usize, Vec<Span>> = HashMap::new();
    let mut addresses: HashMap<usize, Vec<Span>> = HashMap::new();
    for inline in &scan.inlines {
        match inline.kind {
            InlineKind::Autolink => addresses.entry(inline.span.start.line).or_default().push(inline.span),
            _ => links.entry(inline.span.start.line).or_default().push(inline.span),
        }
    }
    let mut foreign = Foreign::default();
    for (line, text) in lines.iter().enumerate() {
        if !untouched[line] && !fence::is_candidate(text) {
            let on = |spans: &HashMap<usize, Vec<Span>>| spans.get(&line).cloned().unwrap_or_default();
            let (opaque, links, addresses) = (on(&opaque), on(&links), on(&addresses));
            Line { number: line, text, opaque, links, addresses }.read(&mut foreign);
        }
    }
    foreign
}

/// Where attribute blocks of links and headings stand.
fn attribute_blocks(lines: &[String], scan: &Scan) -> Vec<Span> {
    let links = scan.inlines.iter().filter_map(|inline| {
        Some(Span { start: inline.attributes_at?, end: inline.span.end })
    });
    let headings = scan.headings.iter().filter_map(|heading| {
        let line = heading.lines.end.checked_sub(if heading.is_underlined { 2 } else { 1 })?;
        let text = lines.get(line)?.trim_end().trim_end_matches('#').trim_end();
        let words = attributes::split_off(text).0;
        (words.len() < text.len()).then(|| Span::on(line, words.len(), text.len()))
    });
    links.chain(headings).collect()
}

struct Line<'t> {
    number: usize,
    text: &'t str,
    opaque: Vec<Span>,
    links: Vec<Span>,
    addresses: Vec<Span>,
}

impl Line<'_> {
    fn read(&self, foreign: &mut Foreign) {
        let mut at = 0;
        while let Some(found) = self.text[at..].find(['\\', '[', '{', '&']) {
            let here = at + found;
            if let Some(end) = self.end_of_opaque(here) {
                at = end;
                continue;
            }
            at = here + 1;
            let rest = &self.text[here..];
            let place = Place { line: self.number, column: here };
            if rest.starts_with('\\') {
                at += rest[1..].chars().next().filter(|&c| c != '&').map_or(0, char::len_utf8);
            } else if rest.starts_with("[[") {
                // Where the inner brackets are a link of their own, the outer ones are text.
                let is_link = self.links.iter().any(|link| link.start.column == here + 1);
                self.escape(if is_link { here } else { here + 1 }, "\\", foreign);
                at = here + if is_link { 1 } else { 2 };
            } else if rest.starts_with('[') {
                at = self.span(here, foreign).unwrap_or(at);
            } else if rest.starts_with("{{") || rest.starts_with("{#") || rest.starts_with("{%") {
                if rest.starts_with("{{") || rest.starts_with("{%") {
                    foreign.templates.push(self.number);
                }
                let is_address = self.addresses.iter().any(|a| a.start <= place && place < a.end);
                if is_address {
                    let span = Span::on(self.number, here, here + 1);
                    foreign.edits.push(Edit { span, text: "%7B".to_owned() });
                } else if !rest.starts_with("{%") {
                    self.escape(here, "\\", foreign);
                }
            } else if let Some(number) = rest.strip_prefix("&#").and_then(|rest| rest.split_once(';'))
                && numbered(number.0).is_some_and(is_unusable)
            {
                self.escape(here + 1, "amp;", foreign);
            }
        }
    }

    /// A span, `[text]{#id .class}`: answers where to go on.
    fn span(&self, here: usize, foreign: &mut Foreign) -> Option<usize> {
        let rest = &self.text[here + 1..];
        let length = rest.find(['[', ']'])?;
        let after = rest[length..].strip_prefix(']')?;
        let is_link = self.links.iter().any(|link| link.start.column == here);
        let (attributes, attributes_length) = attributes::read(after).filter(|_| !is_link)?;
        let end = here + 1 + length;
        for (start, end) in [(here, here + 1), (end, end + 1 + attributes_length)] {
            let span = Span::on(self.number, start, end);
            foreign.edits.push(Edit { span, text: String::new() });
        }
        foreign.anchors.extend(attributes.id.map(|id| (id, self.number)));
        Some(here + 1)
    }

    /// If a column is in code or the like, the column where that ends on this line.
    fn end_of_opaque(&self, column: usize) -> Option<usize> {
        let place = Place { line: self.number, column };
        let span = self.opaque.iter().find(|span| span.start <= place && place < span.end)?;
        let end = if span.end.line == self.number { span.end.column } else { self.text.len() };
        Some(end.max(column + 1))
    }

    fn escape(&self, column: usize, with: &str, foreign: &mut Foreign) {
        let span = Span::on(self.number, column, column);
        foreign.edits.push(Edit { span, text: with.to_owned() });
    }
}

/// The character of a numeric character reference, decimal or `x` and hexadecimal.
fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::scan::scan;
    use super::super::text::apply;
    use super::*;

    fn escaped(text: &str) -> String {
        let lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
        let found = find(&lines, &scan(&lines, &[]));
        apply(&lines, found.edits).into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_ours_is_escaped_and_code_is_not() {
        for (text, expected) in [
            ("a [[b]] ![[c]]", "a [\\[b]] ![\\[c]]"),
            ("[[1]](x) [[l](m)]", "[\\[1]](x) \\[[l](m)]"),
            ("{{a}} {#b} \\{{c}}", "\\{{a}} \\{#b} \\{{c}}"),
            ("{{#if}}", "\\{\\{#if}}"),
            ("`{{a}} [[b]]` $x_{{a}}$ <i title='{{b}}'>", "`{{a}} [[b]]` $x_{{a}}$ <i title='{{b}}'>"),
            ("```\n[[a]]\n```", "```\n[[a]]\n```"),
            ("https://x.y/{{a}}", "https://x.y/%7B{a}}"),
            ("&#1; \\&#xFDD0; &#65;", "&amp;#1; \\&amp;#xFDD0; &#65;"),
        ] {
            assert_eq!(escaped(text), expected, "{text}");
        }
    }

    #[test]
    fn spans_become_their_text_and_their_ids_anchors() {
        let lines = ["a [b c]{#d .e} [f]{.g} [h](i){#j}".to_owned()];
        let found = find(&lines, &scan(&lines, &[]));
        assert_eq!(found.anchors, [("d".to_owned(), 0)]);
        assert_eq!(apply(&lines, found.edits)[0].as_deref(), Some("a b c f [h](i){#j}"));
    }
}

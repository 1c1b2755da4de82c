//! Text that would mean something else in our language.
//!
//! `[[x]]`, `{{x}}` and `{#x}` are plain text in other dialects: they are escaped. Pandoc's spans,
//! `[text]{#id .class}`, become their text, and the id an anchor.

use std::collections::HashSet;

use super::attributes;
use super::fence;
use super::scan::{InlineKind, Scan};
use super::text::{Edit, Place, Span, is_unusable, mask};

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
    let mut opaque = scan.opaque.clone();
    opaque.extend(attribute_blocks(lines, scan));
    let (mut links, mut addresses) = (HashSet::new(), Vec::new());
    for inline in &scan.inlines {
        match inline.kind {
            InlineKind::Autolink => addresses.push(inline.span),
            _ => {
                links.insert(inline.span.start);
            }
        }
    }
    let mut reader = Reader {
        opaque: Regions::new(opaque),
        addresses: Regions::new(addresses),
        links,
        foreign: Foreign::default(),
    };
    for (number, text) in lines.iter().enumerate() {
        if !untouched[number] && !fence::is_candidate(text) {
            reader.line(number, text);
        }
    }
    reader.foreign
}

/// Spans that do not overlap, in order.
struct Regions(Vec<Span>);

impl Regions {
    fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| span.start);
        Self(spans)
    }

    /// Where the span ends that holds a place.
    fn end(&self, place: Place) -> Option<Place> {
        let after = self.0.partition_point(|span| span.start <= place);
        let end = self.0.get(after.checked_sub(1)?)?.end;
        (place < end).then_some(end)
    }
}

/// Where attribute blocks of links and headings stand.
fn attribute_blocks(lines: &[String], scan: &Scan) -> Vec<Span> {
    let links = scan
        .inlines
        .iter()
        .filter_map(|inline| Some(Span { start: inline.attributes_at?, end: inline.span.end }));
    let headings = scan.headings.iter().filter_map(|heading| {
        let line = heading.lines.end.checked_sub(if heading.is_underlined { 2 } else { 1 })?;
        let text = lines.get(line)?.trim_end().trim_end_matches('#').trim_end();
        let words = attributes::split_off(text).0;
        (words.len() < text.len()).then(|| Span::on(line, words.len(), text.len()))
    });
    links.chain(headings).collect()
}

struct Reader {
    opaque: Regions,
    addresses: Regions,
    /// Where links begin.
    links: HashSet<Place>,
    foreign: Foreign,
}

impl Reader {
    fn line(&mut self, line: usize, text: &str) {
        let mut at = 0;
        while let Some(found) = text[at..].find(['\\', '[', '{', '&']) {
            let here = at + found;
            let place = Place { line, column: here };
            if let Some(end) = self.opaque.end(place) {
                at = if end.line == line { end.column } else { text.len() };
                continue;
            }
            at = here + 1;
            let rest = &text[here..];
            if let Some(escaped) = rest.strip_prefix('\\') {
                at += escaped.chars().next().filter(|&c| c != '&').map_or(0, char::len_utf8);
            } else if rest.starts_with("[[") {
                // Where the inner brackets are a link of their own, the outer ones are text.
                let inner = Place { line, column: here + 1 };
                let is_link = self.links.contains(&inner);
                self.escape(if is_link { place } else { inner }, "\\");
                at = here + if is_link { 1 } else { 2 };
            } else if rest.starts_with('[') {
                self.span(place, rest);
            } else if rest.starts_with("{{") || rest.starts_with("{#") || rest.starts_with("{%") {
                if !rest.starts_with("{#") {
                    self.foreign.templates.push(line);
                }
                if self.addresses.end(place).is_some() {
                    let span = Span::on(line, here, here + 1);
                    self.foreign.edits.push(Edit { span, text: "%7B".to_owned() });
                } else if !rest.starts_with("{%") {
                    self.escape(place, "\\");
                }
            } else if let Some((number, _)) = rest
                .strip_prefix("&#")
                .and_then(|rest| rest.get(..12).unwrap_or(rest).split_once(';'))
                && numbered(number).is_some_and(is_unusable)
            {
                self.escape(Place { line, column: here + 1 }, "amp;");
            }
        }
    }

    /// A span, `[text]{#id .class}`.
    fn span(&mut self, place: Place, text: &str) {
        let Some(length) = text[1..].find(['[', ']']).map(|length| length + 1) else { return };
        let Some(after) = text[length..].strip_prefix(']') else { return };
        if self.links.contains(&place) {
            return;
        }
        let Some((attributes, attributes_length)) = attributes::read(after) else { return };
        let (here, end) = (place.column, place.column + length);
        for (start, end) in [(here, here + 1), (end, end + 1 + attributes_length)] {
            let span = Span::on(place.line, start, end);
            self.foreign.edits.push(Edit { span, text: String::new() });
        }
        self.foreign.anchors.extend(attributes.id.map(|id| (id, place.line)));
    }

    fn escape(&mut self, place: Place, with: &str) {
        let span = Span { start: place, end: place };
        self.foreign.edits.push(Edit { span, text: with.to_owned() });
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
            (
                "`{{a}} [[b]]` $x_{{a}}$ <i title='{{b}}'>",
                "`{{a}} [[b]]` $x_{{a}}$ <i title='{{b}}'>",
            ),
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

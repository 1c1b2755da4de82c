//! Inlines: links, images, raw HTML, code.

use comrak::Node;
use comrak::nodes::{NodeLink, NodeValue, Sourcepos};

use super::super::attributes::{self, Attributes};
use super::super::text::{Place, Span, mask};
use super::structure::plain;
use super::{Inline, InlineKind, Link, Scan};

/// Longest row of a table in which that is made up for, in bytes.
const MAX_ROW: usize = 16 << 10;

/// Reads every inline of the tree. What does not stand where the parser says it does is left out:
/// it stays as it is.
pub(super) fn read<'a>(root: Node<'a>, lines: &[String], before: usize, scan: &mut Scan) {
    let reader = Reader { lines, before };
    for node in root.descendants() {
        let at = node.data().sourcepos;
        match &node.data().value {
            NodeValue::Link(link) => {
                let found = match reader.locate(node, at, "[", &[')', ']']) {
                    Some(span) => reader
                        .link(node, span, link)
                        .map(|(span, link)| (span, InlineKind::Link(link))),
                    None => reader.span(at).map(|span| (span, InlineKind::Autolink)),
                };
                scan.inlines.extend(found.map(|(span, kind)| reader.with_attributes(span, kind)));
            }
            NodeValue::Image(link) => {
                let found = reader
                    .locate(node, at, "![", &[')', ']'])
                    .and_then(|span| reader.link(node, span, link));
                scan.inlines.extend(
                    found.map(|(span, link)| reader.with_attributes(span, InlineKind::Image(link))),
                );
            }
            NodeValue::HtmlInline(html) => {
                if let Some(span) = reader.locate(node, at, "<", &['>']) {
                    scan.opaque.push(span);
                    scan.inlines.push(Inline {
                        span,
                        attributes_at: None,
                        attributes: Attributes::default(),
                        kind: InlineKind::Html(html.clone()),
                    });
                }
            }
            NodeValue::Code(_) => scan.opaque.extend(reader.locate(node, at, "`", &['`'])),
            NodeValue::Math(_) => scan.opaque.extend(reader.locate(node, at, "$", &['$', '`'])),
            NodeValue::FootnoteReference(mark) => {
                let line = at.start.line.saturating_sub(before + 1);
                scan.marks.push((mark.name.clone(), line));
            }
            _ => {}
        }
    }
    let verbatim = mask(&scan.verbatim, lines.len());
    let is_read = |line: usize| verbatim.get(line) == Some(&false);
    scan.inlines.retain(|inline| is_read(inline.span.start.line));
    scan.marks.retain(|(_, line)| is_read(*line));
}

struct Reader<'l> {
    lines: &'l [String],
    before: usize,
}

impl Reader<'_> {
    fn span(&self, at: Sourcepos) -> Option<Span> {
        let start = Place {
            line: at.start.line.checked_sub(self.before + 1)?,
            column: at.start.column.checked_sub(1)?,
        };
        let end = Place { line: at.end.line.checked_sub(self.before + 1)?, column: at.end.column };
        (start < end).then_some(Span { start, end })
    }

    /// The span of a node that begins and ends like that. Inside a table, the parser does not count
    /// the backslashes of `\|`.
    fn locate(&self, node: Node<'_>, at: Sourcepos, open: &str, close: &[char]) -> Option<Span> {
        let span = self.span(at)?;
        let cell = node.ancestors().find_map(|ancestor| match ancestor.data().value {
            NodeValue::TableCell => Some(ancestor.data().sourcepos.start.column),
            _ => None,
        });
        let uncounted = cell.map_or(0, |column| {
            let line = self.lines.get(span.start.line).filter(|line| line.len() <= MAX_ROW);
            let line = line.map_or("", String::as_str);
            line.get(column.saturating_sub(1)..).map_or(0, |cell| cell.matches("\\|").count())
        });
        (0..=uncounted)
            .map(|shift| Span {
                start: Place { column: span.start.column + shift, ..span.start },
                end: Place { column: span.end.column + shift, ..span.end },
            })
            .find(|span| {
                span.of(self.lines)
                    .is_some_and(|text| text.starts_with(open) && text.ends_with(close))
            })
    }

    fn link<'a>(&self, node: Node<'a>, span: Span, link: &NodeLink) -> Option<(Span, Link)> {
        let written = span.of(self.lines)?;
        let inner = written.trim_start_matches('!').strip_prefix('[')?;
        let (source, label) = match inner.strip_suffix(']') {
            Some(inner) => reference(inner),
            None => (inner.get(..text_length(inner)?)?, None),
        };
        let words = plain(node);
        Some((
            span,
            Link {
                address: link.url.clone(),
                title: link.title.clone(),
                text: words.trim().to_owned(),
                source: source.to_owned(),
                label: label.map(str::to_owned),
            },
        ))
    }

    /// Adds the attribute block that follows, if one does.
    fn with_attributes(&self, span: Span, kind: InlineKind) -> Inline {
        let mut after = String::new();
        for (n, line) in self.lines.iter().enumerate().skip(span.end.line) {
            let is_first = n == span.end.line;
            let line = if is_first { line.get(span.end.column..).unwrap_or("") } else { line };
            // Only what begins with a brace may be an attribute block.
            if line.trim().is_empty() || (is_first && !line.starts_with('{')) {
                break;
            }
            after.push_str(if is_first { "" } else { "\n" });
            after.push_str(&line[..line.floor_char_boundary(attributes::MAX_LENGTH)]);
            if after.len() > attributes::MAX_LENGTH {
                break;
            }
        }
        let bare = Inline { span, attributes_at: None, attributes: Attributes::default(), kind };
        if after.is_empty() || matches!(bare.kind, InlineKind::Autolink) {
            return bare;
        }
        let Some((attributes, length)) = attributes::read(&after) else { return bare };
        let end = span.end.after(&after[..length]);
        let span = Span { end, ..span };
        Inline { span, attributes_at: Some(bare.span.end), attributes, ..bare }
    }
}

/// Splits what stands between the outer brackets of `[text][label]`, `[text][]` or `[label]`.
fn reference(inner: &str) -> (&str, Option<&str>) {
    match inner.rsplit_once("][") {
        Some((text, "")) => (text, Some(text)),
        Some((text, label)) => (text, Some(label)),
        None => (inner, Some(inner)),
    }
}

/// Length of the text of an inline link: up to the bracket that closes it.
fn text_length(inner: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = inner.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'[' => depth += 1,
            b']' if depth == 0 && inner[at..].starts_with("](") => return Some(at),
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

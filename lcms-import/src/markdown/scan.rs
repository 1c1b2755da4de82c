//! What stands where in a page.
//!
//! CommonMark's parser says what is a heading, a link or code; nothing here guesses. A line of a
//! directive is shown to it as a heading that holds a mark, since a heading ends a paragraph and takes
//! one line, just as a directive's line does. Attribute blocks are hidden from it once they are found
//! (the words in them are not Markdown), and reference definitions are put in front of the page, so
//! that what is left can be cut anywhere.

mod inlines;
mod structure;

use std::collections::HashSet;
use std::ops::Range;

use comrak::{Arena, Options};

use super::attributes::Attributes;
use super::fence::{self, Opening};
use super::text::{Edit, Place, Span, apply, mask};

/// Opens and closes the mark of a directive's line: noncharacters, which no text holds after
/// [`clean`](super::text::clean).
const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';

/// Attribute blocks that hide each other are found one after the other, but not endlessly.
const MAX_ROUNDS: usize = 16;

/// What stands where in a page. Lines count from 0.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) headings: Vec<Heading>,
    pub(super) directives: Vec<Directive>,
    /// Lines of colons that open and close nothing.
    pub(super) strays: Vec<usize>,
    pub(super) inlines: Vec<Inline>,
    /// Lines of code blocks and raw HTML, in which nothing is read.
    pub(super) verbatim: Vec<Range<usize>>,
    /// Inline code, formulas and raw HTML.
    pub(super) opaque: Vec<Span>,
    pub(super) html: Vec<HtmlBlock>,
    /// Pandoc's grid tables.
    pub(super) grids: Vec<Grid>,
    pub(super) definitions: Vec<Definition>,
    pub(super) footnotes: Vec<Footnote>,
    /// Names of footnotes, where they are used.
    pub(super) marks: Vec<(String, usize)>,
    pub(super) ends: Vec<BlockEnd>,
}

/// A heading.
#[derive(Debug)]
pub(super) struct Heading {
    /// Its lines: more than one when it is underlined.
    pub(super) lines: Range<usize>,
    /// Where it begins on its first line.
    pub(super) column: usize,
    pub(super) level: u8,
    pub(super) is_underlined: bool,
    /// Its words, without attribute block.
    pub(super) text: String,
    /// What its attribute block says.
    pub(super) attributes: Attributes,
    /// Whether it stands in no directive, list or quotation.
    pub(super) is_top: bool,
}

/// A directive.
#[derive(Debug)]
pub(super) struct Directive {
    /// Line that opens it.
    pub(super) line: usize,
    /// Line that closes it, or `None` when it goes on to the end of what it stands in.
    pub(super) close: Option<usize>,
    /// Its last line.
    pub(super) last: usize,
    pub(super) opening: Opening,
    /// The directive around it.
    pub(super) parent: Option<usize>,
    pub(super) content: Vec<Content>,
}

/// A block directly inside a directive.
#[derive(Debug)]
pub(super) enum Content {
    Heading(usize),
    Directive(usize),
    List {
        is_ordered: bool,
        items: Vec<Item>,
        lines: Range<usize>,
    },
    /// Anything else; `leads_in` when it ends in a colon.
    Other {
        lines: Range<usize>,
        leads_in: bool,
    },
}

/// An item of a list, in words.
#[derive(Debug)]
pub(super) struct Item {
    /// Its first paragraph.
    pub(super) text: String,
    /// Everything else.
    pub(super) rest: String,
}

/// Something inside a block that points elsewhere.
#[derive(Debug)]
pub(super) struct Inline {
    /// Where it stands, with its attribute block.
    pub(super) span: Span,
    /// Where its attribute block begins, if it has one.
    pub(super) attributes_at: Option<Place>,
    pub(super) attributes: Attributes,
    pub(super) kind: InlineKind,
}

/// What an inline is.
#[derive(Debug)]
pub(super) enum InlineKind {
    Link(Link),
    Image(Link),
    /// An address that stands for itself.
    Autolink,
    Html(String),
}

/// A link or an image by address.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) address: String,
    pub(super) title: String,
    /// Its words.
    pub(super) text: String,
    /// Its text as written, between its brackets.
    pub(super) source: String,
    /// The label of the definition that gives the address.
    pub(super) label: Option<String>,
}

/// A block of raw HTML.
#[derive(Debug)]
pub(super) struct HtmlBlock {
    pub(super) lines: Range<usize>,
    /// Whether it stands in no list or quotation.
    pub(super) is_top: bool,
    /// Whether an empty line ends it (CommonMark 4.6, kinds 6 and 7).
    pub(super) ends_at_blank: bool,
}

/// A grid table.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) lines: Range<usize>,
    pub(super) column: usize,
}

/// A reference definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) lines: Range<usize>,
    /// As written.
    pub(super) text: String,
}

/// A footnote's definition.
#[derive(Debug)]
pub(super) struct Footnote {
    pub(super) name: String,
    pub(super) lines: Range<usize>,
}

/// Where a block id goes for an anchor in these lines.
#[derive(Debug)]
pub(super) struct BlockEnd {
    pub(super) lines: Range<usize>,
    pub(super) end: Place,
}

/// What the parser is shown in place of the page.
#[derive(Default)]
struct Mask {
    definitions: Vec<Definition>,
    /// Definitions that stand elsewhere but hold here too.
    shared: Vec<String>,
    /// Attribute blocks.
    hidden: HashSet<Span>,
}

/// Finds what stands where. `shared` are reference definitions that hold for every page.
pub(super) fn scan(lines: &[String], shared: &[String]) -> Scan {
    let mut mask = Mask::default();
    let first = parse(lines, &mask);
    mask.definitions = definitions(lines, &first.verbatim);
    mask.shared = shared.to_vec();
    for _ in 0..MAX_ROUNDS {
        let found = parse(lines, &mask);
        let hidden = mask.hidden.len();
        for inline in &found.inlines {
            let Some(start) = inline.attributes_at else { continue };
            mask.hidden.insert(Span { start, end: inline.span.end });
        }
        if mask.hidden.len() == hidden {
            return Scan { definitions: mask.definitions, ..found };
        }
    }
    let found = parse(lines, &mask);
    Scan { definitions: mask.definitions, ..found }
}

/// The options of the language that pages become, so that both parsers agree.
fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.description_lists = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    options.parse.leave_footnote_definitions = true;
    options
}

fn parse(lines: &[String], mask: &Mask) -> Scan {
    let (text, before) = shown(lines, mask);
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, &text, &options());
    structure::read(root, lines, before)
}

/// The text that the parser is shown, and how many lines stand before the page's.
fn shown(lines: &[String], masked: &Mask) -> (String, usize) {
    let defined = mask(masked.definitions.iter().map(|d| &d.lines), lines.len());
    let hidden = masked.hidden.iter().flat_map(|span| span.by_line(lines));
    let hidden = hidden.map(|span| {
        let text = "x".repeat(span.end.column.saturating_sub(span.start.column));
        Edit { span, text }
    });
    let mut shown: Vec<String> =
        apply(lines, hidden.collect()).into_iter().map(Option::unwrap_or_default).collect();
    for (n, line) in shown.iter_mut().enumerate() {
        if defined[n] {
            line.clear();
        } else if fence::is_candidate(line) {
            let prefix = fence::prefix_length(line);
            line.truncate(prefix);
            line.push_str(&format!("# {OPEN}{n}{CLOSE}"));
        }
    }
    let own = masked.definitions.iter().map(|definition| definition.text.clone());
    let mut text: Vec<String> = own.chain(masked.shared.iter().cloned()).collect();
    let mut before = text.iter().map(|definition| definition.split('\n').count()).sum();
    if before > 0 {
        text.push(String::new());
        before += 1;
    }
    text.append(&mut shown);
    (text.join("\n"), before)
}

/// The reference definitions of a page, which cannot stand in code or inside a paragraph.
pub(super) fn definitions(lines: &[String], verbatim: &[Range<usize>]) -> Vec<Definition> {
    let mut found: Vec<Definition> = Vec::new();
    let verbatim = mask(verbatim, lines.len());
    let mut may_begin = true;
    for (n, line) in lines.iter().enumerate() {
        if verbatim[n] {
            may_begin = true;
            continue;
        }
        if let Some(last) = found.last_mut()
            && last.lines.end == n
            && !last.text.contains('\n')
            && is_title(line)
            && definition(&last.text) == Some("")
        {
            last.lines.end = n + 1;
            last.text = format!("{}\n{line}", last.text);
        } else if may_begin
            && definition(line).is_some_and(|title| title.is_empty() || is_title(title))
        {
            found.push(Definition { lines: n..n + 1, text: line.clone() });
        } else {
            may_begin =
                line.trim().is_empty() || line.starts_with('#') || fence::is_candidate(line);
        }
    }
    found
}

/// If a line is a reference definition, what follows its address.
fn definition(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    if line.len() - text.len() > 3 {
        return None;
    }
    let (label, rest) = text.strip_prefix('[')?.split_once("]:")?;
    if label.trim().is_empty() || label.starts_with('^') || label.contains(['[', ']']) {
        return None;
    }
    let rest = rest.trim_start();
    let after = match rest.strip_prefix('<') {
        Some(rest) => rest.split_once('>')?.1,
        None => &rest[rest.find(char::is_whitespace).unwrap_or(rest.len())..],
    };
    (!rest.is_empty()).then(|| after.trim())
}

/// Whether a text is the title of a definition.
fn is_title(text: &str) -> bool {
    let text = text.trim();
    [('"', '"'), ('\'', '\''), ('(', ')')].into_iter().any(|(open, close)| {
        let inner = text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
        inner.is_some_and(|inner| !inner.contains([open, close]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('\n').map(str::to_owned).collect()
    }

    fn links(text: &str) -> Vec<(String, String, Option<String>)> {
        let lines = lines(text);
        let scan = scan(&lines, &[]);
        let link = |inline: &Inline| match &inline.kind {
            InlineKind::Link(link) | InlineKind::Image(link) => {
                Some((inline.span.of(&lines)?, link.address.clone(), link.label.clone()))
            }
            _ => None,
        };
        scan.inlines.iter().filter_map(link).collect()
    }

    #[test]
    fn links_and_images_are_found_where_they_stand() {
        let text = "é [a\nb](x.md \"t\") `[no](n)` ![*i*](y.png){alt='a `b'} and [c][r]\n\n\
                    > - [q](z.md)\n\n| a \\| b [t](w.md) |\n|---|\n\n    [code](n)\n\n[r]: http://r\n";
        let found: Vec<_> = links(text).into_iter().map(|(source, ..)| source).collect();
        let image = "![*i*](y.png){alt='a `b'}";
        assert_eq!(found, ["[a\nb](x.md \"t\")", image, "[c][r]", "[q](z.md)", "[t](w.md)"]);
    }

    #[test]
    fn attribute_blocks_do_not_disturb_what_follows_them() {
        let text = "![](a.png){alt='one `tick'} ![](b.png){alt='$x <b' .c} [l](m.md){.x} `code`";
        let found: Vec<_> = links(text).into_iter().map(|(_, address, _)| address).collect();
        assert_eq!(found, ["a.png", "b.png", "m.md"]);
    }

    #[test]
    fn references_know_their_label() {
        let text = "[text][Lab el] [lab el][] [LAB EL]\n\n[lab el]: data/x.zip\n  'title'\n";
        let labels: Vec<_> = links(text).into_iter().filter_map(|(_, _, label)| label).collect();
        assert_eq!(labels, ["Lab el", "lab el", "LAB EL"]);
        assert_eq!(scan(&lines(text), &[]).definitions[0].lines, 2..4);
    }

    #[test]
    fn definitions_are_no_code_and_no_text() {
        let text = "```\n[a]: b\n```\ntext\n[c]: d\n\n[e]: f\n[g]: h words\n[^n]: i\n";
        let found = scan(&lines(text), &[]).definitions;
        assert_eq!(found.iter().map(|d| d.text.as_str()).collect::<Vec<_>>(), ["[e]: f"]);
    }

    #[test]
    fn directives_nest_and_know_what_they_hold() {
        let text = ":::: challenge\n\n## Try\n\n- a\n- b\n\n::: solution\nx\n:::\n\n::::\n\n> ::: note\n> y\n\n:::";
        let scan = scan(&lines(text), &[]);
        let [challenge, solution, note] = scan.directives.as_slice() else {
            std::panic::panic_any(format!("{:?}", scan.directives))
        };
        assert_eq!((challenge.line, challenge.close, solution.parent), (0, Some(11), Some(0)));
        assert!(matches!(
            challenge.content[..],
            [Content::Heading(0), Content::List { is_ordered: false, .. }, Content::Directive(1)]
        ));
        assert_eq!((note.line, note.close, note.last), (13, None, 14));
        assert_eq!(scan.strays, [16]);
        assert!(!scan.headings[0].is_top);
    }

    #[test]
    fn nothing_is_read_in_code() {
        let scan = scan(&lines("```\n::: note\n# no\n[a](b)\n```\n\n    ::: x\n"), &[]);
        assert!(scan.directives.is_empty() && scan.headings.is_empty() && scan.inlines.is_empty());
        assert_eq!(scan.verbatim, [0..5, 6..7]);
    }
}

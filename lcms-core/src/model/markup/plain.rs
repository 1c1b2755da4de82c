//! Authored text without its markup, for the index and for outlines.

use super::tree::{Block, Inline};

/// Appends the words of `blocks`, one line per block.
pub(super) fn blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        self::block(block, out);
        end_line(out);
    }
}

fn block(block: &Block, out: &mut String) {
    match block {
        Block::Paragraph { content, .. } | Block::Heading { content, .. } => inlines(content, out),
        Block::Quote(content) => blocks(content, out),
        Block::List(list) => list.items.iter().for_each(|item| blocks(&item.content, out)),
        Block::Descriptions(descriptions) => {
            for description in descriptions {
                inlines(&description.term, out);
                end_line(out);
                description.details.iter().for_each(|details| blocks(details, out));
            }
        }
        Block::Code { text, .. } => out.push_str(text),
        Block::Math(math) => out.push_str(math.latex.trim()),
        Block::Table(table) => {
            for row in std::iter::once(&table.header).chain(&table.rows) {
                for cell in row {
                    inlines(cell, out);
                    out.push(' ');
                }
                end_line(out);
            }
        }
        Block::Rule | Block::Include(_) => {}
        Block::Html(html) => {
            let mut text = String::new();
            strip_tags(&html.source, &mut text);
            let words: Vec<_> = text.split_whitespace().collect();
            out.push_str(&words.join(" "));
        }
        Block::Directive(directive) => {
            inlines(&directive.title, out);
            end_line(out);
            blocks(&directive.content, out);
        }
        Block::When(when) => blocks(&when.content, out),
        Block::Part(part) => blocks(&part.content, out),
    }
}

/// Appends the words of `inlines`.
pub(super) fn inlines(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Math(math) => out.push_str(&math.latex),
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content) => {
                self::inlines(content, out);
            }
            Inline::Link(link) => self::inlines(&link.content, out),
            Inline::Image(image) => out.push_str(&image.alternative),
            Inline::SoftBreak | Inline::HardBreak => out.push(' '),
            Inline::Reference(reference) => {
                out.push_str(reference.text.as_deref().unwrap_or_default());
            }
            Inline::Html(_) | Inline::FootnoteMark(_) | Inline::Variable(_) => {}
        }
    }
}

/// Ends the line that is being written, if one is.
fn end_line(out: &mut String) {
    out.truncate(out.trim_end().len());
    if !out.is_empty() {
        out.push('\n');
    }
}

/// Appends the text of an HTML block: no tags, comments, scripts or styles. Good enough for words
/// to search by; what is shown to people is sanitised by a real HTML parser.
fn strip_tags(html: &str, out: &mut String) {
    let mut rest = html;
    while let Some((text, tag)) = rest.split_once('<') {
        out.push_str(text);
        let end = if tag.starts_with("!--") {
            "-->"
        } else if begins_with_name(tag, "script") {
            "</script>"
        } else if begins_with_name(tag, "style") {
            "</style>"
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        {
            ">"
        } else {
            out.push('<');
            rest = tag;
            continue;
        };
        out.push(' ');
        rest = tag.split_once(end).map_or("", |(_, after)| after);
    }
    out.push_str(rest);
}

fn begins_with_name(text: &str, name: &str) -> bool {
    text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

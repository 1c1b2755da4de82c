//! The last look at a topic's body: it must be a text of our language.
//!
//! Everything known to mean something else is escaped before. What is still read as ours, or refused,
//! is escaped here at the place that the language's own parser names. A text that resists becomes a
//! code block: it is kept word for word, and published as what it is.

use std::collections::HashSet;

use lcms_core::model::markup::{Markup, ReferenceRole, Rule};
use lcms_core::model::{Key, Target};

use super::fence::prefix_length;
use super::text::{REPLACEMENT, is_unusable};

/// How often a text is looked at again.
const MAX_ROUNDS: usize = 12;

/// How many places of a text are made harmless in one round; a text with more is none of Markdown.
const MAX_PLACES: usize = 500;

/// A line of a body, and the line of the page that it comes from.
pub(crate) type Sourced = (String, usize);

/// Makes a body acceptable. `known` are the keys to which it may refer. Answers the text, and the
/// lines of the page at which something had to be changed.
pub(crate) fn settle(lines: &[Sourced], known: &HashSet<&Key>) -> (String, Vec<usize>) {
    let mut text: Vec<String> = lines.iter().map(|(line, _)| line.clone()).collect();
    let mut changed = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let body = text.join("\n");
        let places = offending(&body, known).filter(|places| places.len() <= MAX_PLACES);
        let Some(places) = places else { break };
        if places.is_empty() {
            return (body, changed);
        }
        // From the end, so that columns stay right.
        for (line, column, how) in places.into_iter().rev() {
            if let Some(text) = text.get_mut(line - 1) {
                escape(text, column - 1, how);
                changed.extend(lines.get(line - 1).map(|(_, line)| *line));
            }
        }
    }
    let all: Vec<_> = lines.iter().map(|(line, _)| line.as_str()).collect();
    (code_block(&all.join("\n")), lines.first().map(|(_, line)| *line).into_iter().collect())
}

/// How a place is made harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// A backslash at the place.
    Backslash,
    /// A backslash before the colons of the line.
    Fence,
    /// The character is replaced.
    Character,
}

/// The places, 1-based, in order, that must be made harmless; `None` when that cannot help.
fn offending(body: &str, known: &HashSet<&Key>) -> Option<Vec<(usize, usize, How)>> {
    let mut places = Vec::new();
    match Markup::parse(body) {
        Ok(markup) => {
            for reference in markup.references() {
                let is_known = match &reference.target {
                    Target::Key { library: None, key } => known.contains(key),
                    _ => false,
                };
                match reference.role {
                    ReferenceRole::Include => {
                        places.push((reference.line, reference.column, How::Fence));
                    }
                    _ if !is_known => {
                        places.push((reference.line, reference.column, How::Backslash));
                    }
                    _ => {}
                }
            }
            places.extend(markup.variables().iter().map(|v| (v.line, v.column, How::Backslash)));
            places.extend(markup.conditions().iter().map(|c| (c.line, c.column, How::Fence)));
        }
        Err(errors) => {
            for error in errors {
                let how = match error.rule {
                    Rule::Depth => return None,
                    Rule::Character => How::Character,
                    Rule::UnknownDirective
                    | Rule::UnclosedDirective
                    | Rule::UnopenedDirective
                    | Rule::DirectivePlace
                    | Rule::Attribute => How::Fence,
                    _ => How::Backslash,
                };
                places.push((error.line, error.column, how));
            }
        }
    }
    places.sort_unstable();
    places.dedup_by_key(|(line, column, how)| {
        (*line, if *how == How::Fence { 0 } else { *column }, *how)
    });
    Some(places)
}

/// Makes one place of a line harmless; the column counts characters from 0.
fn escape(line: &mut String, column: usize, how: How) {
    let at = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
    match how {
        How::Backslash => line.insert(at, '\\'),
        How::Fence => line.insert(prefix_length(line), '\\'),
        How::Character => match line[at..].chars().next() {
            Some('&') => line.insert_str(at + 1, "amp;"),
            Some(c) if is_unusable(c) => {
                line.replace_range(at..at + c.len_utf8(), REPLACEMENT.encode_utf8(&mut [0; 4]));
            }
            _ => line.insert(at, '\\'),
        },
    }
}

/// The text as a code block.
fn code_block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let text: String = text.chars().map(|c| if is_unusable(c) { REPLACEMENT } else { c }).collect();
    format!("{fence}text\n{}\n{fence}\n", text.trim_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(text: &str) -> (String, Vec<usize>) {
        let lines: Vec<_> =
            text.split('\n').zip(10..).map(|(line, n)| (line.to_owned(), n)).collect();
        let key: Key = "known".parse().unwrap();
        settle(&lines, &HashSet::from([&key]))
    }

    #[test]
    fn what_is_right_stays() {
        let text = "a [[known|b]]\n\n:::note\nx {#id}\n:::\n";
        assert_eq!(settled(text), (text.to_owned(), vec![]));
    }

    #[test]
    fn what_is_wrong_is_escaped_where_it_stands() {
        let (text, changed) =
            settled("é [[unknown]] {{v}}\n:::mystery\n:::when a=b\nx\n:::\n:::include y\n&#1;");
        assert_eq!(
            text,
            "é \\[[unknown]] \\{{v}}\n\\:::mystery\n\\:::when a=b\nx\n\\:::\n\\:::include y\n&amp;#1;"
        );
        assert!(changed.contains(&10) && changed.contains(&16), "{changed:?}");
    }

    #[test]
    fn what_cannot_be_escaped_becomes_code() {
        let deep = "- ".repeat(120) + "``` x";
        let (text, changed) = settled(&deep);
        assert!(text.starts_with("````text\n- -") && changed == [10], "{text}");
        assert_eq!(Markup::parse(&text).err(), None, "{text}");
    }
}

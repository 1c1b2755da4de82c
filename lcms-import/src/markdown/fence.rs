//! The lines of fenced directives, in the ways in which they are written elsewhere.
//!
//! ```text
//! ::::::: challenge             Pandoc's short form, of any length, perhaps closed by colons
//! ::: {.challenge #id}          its long form
//! :::note[Title]{#id}           generic directives
//! :::note Title {#id}           ours
//! ```

use super::attributes::{self, Attributes, split_off};

/// A line of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    /// Begins one.
    Open(Opening),
    /// Ends the innermost one.
    Close,
    /// Colons that are neither.
    Text,
}

/// What the line that begins a directive says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Opening {
    /// Name, in lower case.
    pub(super) name: String,
    /// Title, as Markdown.
    pub(super) title: Option<String>,
    /// Id.
    pub(super) id: Option<String>,
}

/// Length of what may stand before a directive on its line: indentation, marks of quotations and
/// of list items.
pub(super) fn prefix_length(line: &str) -> usize {
    let mut at = 0;
    loop {
        let bytes = &line.as_bytes()[at..];
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        at += match bytes {
            [b' ' | b'\t' | b'>', ..] => 1,
            [b'-' | b'+' | b'*', b' ' | b'\t', ..] => 2,
            _ if (1..=9).contains(&digits) => match bytes[digits..] {
                [b'.' | b')', b' ' | b'\t', ..] => digits + 2,
                _ => return at,
            },
            _ => return at,
        };
    }
}

/// Whether a line looks like one of a directive.
pub(super) fn is_candidate(line: &str) -> bool {
    line[prefix_length(line)..].starts_with(":::")
}

/// Reads a line, without what stands before the colons.
pub(super) fn read(line: &str) -> Fence {
    let rest = line.trim_start_matches(':').trim();
    let rest = match rest.trim_end_matches(':') {
        trimmed if rest.len() - trimmed.len() >= 3 && trimmed.ends_with([' ', '\t', '}']) => {
            trimmed.trim_end()
        }
        _ => rest,
    };
    if rest.is_empty() {
        return Fence::Close;
    }
    if let Some((found, length)) = attributes::read(rest) {
        return match (found.classes.first(), rest[length..].trim()) {
            (Some(name), title) => open(name, title, &found),
            (None, _) => Fence::Text,
        };
    }
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || !(after.is_empty() || after.starts_with([' ', '\t', '[', '{']))
    {
        return Fence::Text;
    }
    let (words, found) = split_off(after.trim());
    match words.strip_prefix('[').and_then(|words| words.strip_suffix(']')) {
        Some(title) => open(name, title, &found),
        None => match attributes::read(&format!("{{{words}}}")) {
            Some((pairs, _)) if !pairs.pairs.is_empty() => {
                open(name, "", &Attributes { pairs: pairs.pairs, ..found })
            }
            _ => open(name, words, &found),
        },
    }
}

fn open(name: &str, title: &str, attributes: &Attributes) -> Fence {
    let title = Some(title.trim()).filter(|title| !title.is_empty()).or(attributes.get("title"));
    Fence::Open(Opening {
        name: name.to_ascii_lowercase(),
        title: title.map(str::to_owned),
        id: attributes.id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(name: &str, title: Option<&str>, id: Option<&str>) -> Fence {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Fence::Open(Opening { name: name.to_owned(), title: owned(title), id: owned(id) })
    }

    #[test]
    fn every_way_of_writing_a_directive_is_read() {
        for (line, expected) in [
            (":::::::::: challenge", opening("challenge", None, None)),
            ("::: Callout :::::::", opening("callout", None, None)),
            (":::note A title {#x}", opening("note", Some("A title"), Some("x"))),
            ("::: {.solution #s}", opening("solution", None, Some("s"))),
            (":::: {.callout-note title='A b'} ::::", opening("callout-note", Some("A b"), None)),
            (":::tip[Watch `this`]{#t .wide}", opening("tip", Some("Watch `this`"), Some("t"))),
            (":::note title=\"x=1\"", opening("note", Some("x=1"), None)),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
        assert_eq!(read("::::::"), Fence::Close);
        for line in [":::!", "::: 1st", ":::{#only-id}", "::: (x)"] {
            assert_eq!(read(line), Fence::Text, "{line}");
        }
    }

    #[test]
    fn directives_stand_after_marks_of_containers() {
        for line in ["> ::: x", "1. :::", "  - > ::::"] {
            assert!(is_candidate(line), "{line}");
        }
        assert!(!is_candidate("text :::") && !is_candidate(":: x"));
    }
}

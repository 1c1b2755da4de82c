//! The line of a directive: `:::note Title words {#id}`, `:::when audience=admin`, `:::`.

use super::error::Rule;

/// A directive's line, taken apart. All parts are slices of that line.
#[derive(Debug, PartialEq)]
pub(super) struct FenceLine<'s> {
    /// How many colons it begins with, at least 3.
    pub(super) colons: usize,
    /// The directive's name; `None` closes one.
    pub(super) name: Option<&'s str>,
    /// What follows the name.
    pub(super) arguments: Arguments<'s>,
    /// The block id.
    pub(super) id: Option<&'s str>,
}

/// What follows a directive's name.
#[derive(Debug, PartialEq)]
pub(super) enum Arguments<'s> {
    None,
    /// Free words: a title, or what to include.
    Words(&'s str),
    /// `name=value name="some words"`, in order.
    Attributes(Vec<(&'s str, &'s str)>),
}

/// What is wrong with a line, and the part of it where.
pub(super) type Fault<'s> = (&'s str, Rule, String);

/// Takes a directive's line apart.
pub(super) fn read(line: &str) -> Result<FenceLine<'_>, Fault<'_>> {
    let after_colons = line.trim_start_matches(':');
    let colons = line.len() - after_colons.len();
    let rest = without_trailing_colons(after_colons.trim());
    if rest.is_empty() {
        return Ok(FenceLine { colons, name: None, arguments: Arguments::None, id: None });
    }
    let (name, rest) = rest.split_at(name_length(rest));
    if name.is_empty() || !(rest.is_empty() || rest.starts_with([' ', '\t', '{'])) {
        let message = "a directive begins with its name, as in `:::note`; \
                       put a backslash before the colons to write them as text";
        return Err((line, Rule::UnknownDirective, message.to_owned()));
    }
    let (rest, id) = split_id(rest.trim());
    let arguments = if rest.is_empty() {
        Arguments::None
    } else if begins_attribute(rest) {
        Arguments::Attributes(attributes(rest)?)
    } else {
        Arguments::Words(rest)
    };
    Ok(FenceLine { colons, name: Some(name), arguments, id })
}

/// Pandoc's habit of closing the line with colons as well is harmless.
fn without_trailing_colons(text: &str) -> &str {
    let trimmed = text.trim_end_matches(':');
    let decorated = text.len() - trimmed.len() >= 3 && trimmed.ends_with([' ', '\t']);
    if decorated { trimmed.trim_end() } else { text }
}

/// Length of the name that `text` begins with: a letter, then letters, digits, `_` and `-`.
fn name_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(text.len())
}

/// Splits a `{#id}` off the end.
fn split_id(text: &str) -> (&str, Option<&str>) {
    let Some(start) = text.rfind("{#") else { return (text, None) };
    match text[start..].strip_suffix('}') {
        Some(_) if !text[..start].ends_with('\\') => {
            (text[..start].trim_end(), Some(&text[start + 2..text.len() - 1]))
        }
        _ => (text, None),
    }
}

fn begins_attribute(text: &str) -> bool {
    let length = name_length(text);
    length > 0 && text[length..].starts_with('=')
}

fn attributes(text: &str) -> Result<Vec<(&str, &str)>, Fault<'_>> {
    let fault = |part, message: &str| Err((part, Rule::Attribute, message.to_owned()));
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if !begins_attribute(rest) {
            return fault(
                rest,
                "expected `name=value`, with quotes around a value that holds spaces",
            );
        }
        let (name, after) = rest.split_at(name_length(rest));
        let value = &after[1..];
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => match value[1..].split_once(quote) {
                Some(parts) => parts,
                None => return fault(value, "this quotation mark is not closed"),
            },
            _ => value.split_at(value.find([' ', '\t']).unwrap_or(value.len())),
        };
        if value.trim().is_empty() {
            return fault(rest, "an attribute needs a value, as in `name=value`");
        }
        if !(after.is_empty() || after.starts_with([' ', '\t'])) {
            return fault(after, "expected a space after the closing quotation mark");
        }
        if found.iter().any(|(earlier, _)| *earlier == name) {
            return fault(rest, "an attribute is given once");
        }
        found.push((name, value));
        rest = after.trim_start();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_words_and_attributes_have_values() {
        let line = read(":::: note Title words, a=b {#here}").unwrap();
        assert_eq!((line.colons, line.name, line.id), (4, Some("note"), Some("here")));
        assert_eq!(line.arguments, Arguments::Words("Title words, a=b"));
        let line = read(":::when audience=admin region=eu,uk note='two words'").unwrap();
        let expected = vec![("audience", "admin"), ("region", "eu,uk"), ("note", "two words")];
        assert_eq!(line.arguments, Arguments::Attributes(expected));
    }

    #[test]
    fn colons_alone_close_and_colons_at_the_end_are_decoration() {
        assert_eq!(read(":::::").unwrap().name, None);
        let line = read("::::::: challenge ::::::").unwrap();
        assert_eq!((line.name, line.arguments), (Some("challenge"), Arguments::None));
        assert_eq!(read(":::note a::").unwrap().arguments, Arguments::Words("a::"));
    }

    #[test]
    fn what_is_malformed_is_named() {
        for (line, part, rule) in [
            (":::{.note}", ":::{.note}", Rule::UnknownDirective),
            (":::note!", ":::note!", Rule::UnknownDirective),
            (":::note title=\"open", "\"open", Rule::Attribute),
            (":::note title=\"a\"b=c", "b=c", Rule::Attribute),
            (":::when a=1 words", "words", Rule::Attribute),
            (":::when a= b=1", "a= b=1", Rule::Attribute),
            (":::when a=1 a=2", "a=2", Rule::Attribute),
        ] {
            let (found_part, found_rule, _) = read(line).unwrap_err();
            assert_eq!((found_part, found_rule), (part, rule), "{line}");
        }
    }
}

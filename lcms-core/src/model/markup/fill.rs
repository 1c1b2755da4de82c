//! Variables in plain text: titles, summaries, alternative texts, captions.

use std::borrow::Cow;

use super::is_variable_name;

/// Replaces every `{{name}}` of a plain text by what `value` answers for the name and the column
/// (1-based, in characters) at which it stands; a variable that it answers `None` for stays as it is
/// written. A backslash before the braces writes them as text, and braces around anything but a
/// variable's name are text.
pub fn fill_plain<'t>(
    text: &'t str,
    mut value: impl FnMut(&str, usize) -> Option<String>,
) -> Cow<'t, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let column = text[..text.len() - rest.len() + before.len()].chars().count() + 1;
        if let Some(before) = before.strip_suffix('\\') {
            filled.push_str(before);
            filled.push_str("{{");
            rest = after;
            continue;
        }
        filled.push_str(before);
        let named = after
            .split_once("}}")
            .map(|(name, after)| (name.trim(), after))
            .filter(|(name, _)| is_variable_name(name));
        match named.and_then(|(name, after)| Some((value(name, column)?, after))) {
            Some((value, after)) => {
                filled.push_str(&value);
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    Cow::Owned(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_everything_else_stays() {
        let mut asked = Vec::new();
        let filled =
            fill_plain("é {{a.b}} and {{ c }}: \\{{a.b}}, {{1}}, {{ and {{c", |name, at| {
                asked.push((name.to_owned(), at));
                (name == "a.b").then(|| "{{c}}".to_owned())
            });
        assert_eq!(filled, "é {{c}} and {{ c }}: {{a.b}}, {{1}}, {{ and {{c");
        assert_eq!(asked, [("a.b".to_owned(), 3), ("c".to_owned(), 15)]);
    }
}

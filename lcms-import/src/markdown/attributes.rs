//! Attribute blocks as Pandoc writes them: `{#id .class name="value"}`.

/// What an attribute block says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    /// The `#id`.
    pub(super) id: Option<String>,
    /// The `.class`es, in order.
    pub(super) classes: Vec<String>,
    /// The `name=value` pairs, in order.
    pub(super) pairs: Vec<(String, String)>,
}

impl Attributes {
    /// The value of a pair.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Longest attribute block, in bytes.
pub(super) const MAX_LENGTH: usize = 8 << 10;

/// Reads the attribute block that `text` begins with; answers it and its length in bytes. `None`
/// when these braces are something else.
pub(super) fn read(text: &str) -> Option<(Attributes, usize)> {
    let mut attributes = Attributes::default();
    let text = &text[..text.floor_char_boundary(MAX_LENGTH)];
    let mut rest = text.strip_prefix('{')?.trim_start();
    let mut empty = true;
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return (!empty).then_some((attributes, text.len() - after.len()));
        }
        empty = false;
        if let Some(after) = rest.strip_prefix('#') {
            let (id, after) = word(after)?;
            attributes.id.get_or_insert_with(|| id.to_owned());
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            let (class, after) = word(after)?;
            attributes.classes.push(class.to_owned());
            rest = after;
        } else if let Some(after) = rest.strip_prefix('-') {
            // Pandoc's short form of `.unnumbered`.
            attributes.classes.push("unnumbered".to_owned());
            rest = after;
        } else {
            let (name, after) = rest.split_once('=')?;
            let name = name.trim_end();
            if name.is_empty()
                || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:".contains(&b))
            {
                return None;
            }
            let (value, after) = value(after)?;
            attributes.pairs.push((name.to_owned(), value));
            rest = after;
        }
        let trimmed = rest.trim_start();
        if trimmed.len() == rest.len() && !rest.starts_with('}') {
            return None;
        }
        rest = trimmed;
    }
}

/// Splits an attribute block off the end of a text.
pub(super) fn split_off(text: &str) -> (&str, Attributes) {
    let begins = text.rmatch_indices('{').take_while(|(at, _)| text.len() - at <= MAX_LENGTH);
    for (at, _) in begins {
        if let Some((found, length)) = read(&text[at..])
            && at + length == text.len()
        {
            return (text[..at].trim_end(), found);
        }
    }
    (text, Attributes::default())
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_whitespace() || "{}\"'=".contains(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn value(text: &str) -> Option<(String, &str)> {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let end = text.find(|c: char| c.is_whitespace() || c == '}')?;
        return Some((text[..end].to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, escaped)) if escaped.is_ascii_punctuation() => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => return None,
            },
            '\n' => value.push(' '),
            _ if c == quote => return Some((value, &text[1 + at + 1..])),
            _ => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_classes_and_quoted_values_are_read() {
        let text = r#"{#a .b .c alt='It\'s "x" \_' width="40%" k=v} rest"#;
        let (attributes, length) = read(text).unwrap();
        assert_eq!(&text[length..], " rest");
        assert_eq!(attributes.id.as_deref(), Some("a"));
        assert_eq!(attributes.classes, ["b", "c"]);
        assert_eq!(attributes.get("alt"), Some("It's \"x\" _"));
        assert_eq!((attributes.get("width"), attributes.get("k")), (Some("40%"), Some("v")));
    }

    #[test]
    fn values_may_go_over_lines() {
        assert_eq!(read("{alt='a\nb'}").unwrap().0.get("alt"), Some("a b"));
    }

    #[test]
    fn other_braces_are_left_alone() {
        for text in ["{}", "{ }", "{{x}}", "{some words}", "{#}", "{.a", "{a='b}", "{#a}b=}x{", "x"]
        {
            let read = read(text);
            assert!(read.is_none() || text.starts_with("{#a}"), "{text}: {read:?}");
        }
    }
}

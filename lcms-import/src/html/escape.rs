//! Text that must not be taken for markup.

/// Escapes what Markdown would take for markup inside a line.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    for (n, &c) in chars.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| chars.get(n));
        let after = chars.get(n + 1);
        let in_word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
        let needs = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '$' | '|' => true,
            '_' => !(in_word(before) && in_word(after)),
            '~' => after == Some(&'~') || before == Some(&'~'),
            '{' => after == Some(&'{'),
            '&' => after.is_some_and(|c| c.is_ascii_alphanumeric() || *c == '#'),
            '!' => after == Some(&'['),
            _ => false,
        };
        if needs {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Escapes what Markdown would take for markup at the beginning of a line.
pub(crate) fn escape_line_starts(text: &str) -> String {
    text.lines().map(escape_start).collect::<Vec<_>>().join("\n")
}

fn escape_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let after_digits = &line[digits..];
    if (1..=9).contains(&digits) && after_digits.starts_with(['.', ')']) {
        let end = after_digits.get(1..2).is_none_or(|next| next == " ");
        if end {
            return format!("{}\\{after_digits}", &line[..digits]);
        }
    }
    let is_rule = |c: char| line.len() >= 2 && line.chars().all(|it| it == c);
    let is_mark = match line.as_bytes() {
        [b'#', ..] => {
            line.trim_start_matches('#').is_empty() || line.trim_start_matches('#').starts_with(' ')
        }
        [b'-' | b'+'] => true,
        [b'-' | b'+', b' ', ..] => true,
        [b'>', ..] => true,
        [b':', b' ', ..] | [b':', b':', b':', ..] => true,
        _ => is_rule('-') || is_rule('='),
    };
    if is_mark { format!("\\{line}") } else { line.to_owned() }
}

//! Text and attribute values as HTML.

/// A text, with what HTML would read as markup escaped.
pub(crate) fn text(text: &str) -> String {
    escaped(text, false)
}

/// An attribute's value between double quotes.
pub(crate) fn value(text: &str) -> String {
    escaped(text, true)
}

fn escaped(text: &str, quotes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quotes => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

/// A path inside the package as a URL path: everything that is not plainly safe is percent-encoded.
pub(crate) fn url_path(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Writing direction of a language (the right-to-left scripts' common languages).
pub(crate) fn direction(language: &str) -> &'static str {
    match language.split('-').next() {
        Some("ar" | "fa" | "he" | "ur" | "ps" | "sd" | "ug" | "yi" | "dv") => "rtl",
        _ => "ltr",
    }
}

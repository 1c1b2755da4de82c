//! Which addresses may be published.

/// An address that may be published, ready for an attribute apart from HTML escaping.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// A page on the web.
    Web(String),
    /// A way to reach someone: mail or telephone.
    Contact(String),
    /// A place on the same page, by id without `#`.
    Fragment(String),
}

/// Judges an address as an author wrote it.
///
/// # Errors
/// Why it may not be published.
pub(super) fn judge(written: &str) -> Result<Address, &'static str> {
    // Browsers drop these before they look at an address (WHATWG URL, basic URL parser, steps 1–3).
    let cleaned: String = written
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    if let Some(id) = cleaned.strip_prefix('#') {
        return Ok(Address::Fragment(id.to_owned()));
    }
    let scheme = cleaned.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_scheme = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    };
    match scheme.as_deref().filter(|scheme| is_scheme(scheme)) {
        Some("http" | "https") => Ok(Address::Web(encode(&cleaned))),
        Some("mailto" | "tel") => Ok(Address::Contact(encode(&cleaned))),
        Some(_) => Err("only http, https, mailto and tel addresses are published"),
        None => Err(
            "a relative address leads nowhere from inside a package; refer to a component with `[[key]]` or `![[key]]`",
        ),
    }
}

/// Percent-encodes what no address may hold as it is (RFC 3986, section 2; other scripts stay readable
/// as in RFC 3987).
fn encode(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for c in address.chars() {
        if c <= ' ' || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | '\u{7f}')
        {
            encoded.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            encoded.push(c);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_addresses_pass() {
        let web = |address: &str| Ok(Address::Web(address.to_owned()));
        assert_eq!(judge("https://example.org/a?b=c&d#e"), web("https://example.org/a?b=c&d#e"));
        assert_eq!(judge(" HTTP://example.org/a b\"c "), web("HTTP://example.org/a%20b%22c"));
        assert_eq!(judge("mailto:a@b.cd"), Ok(Address::Contact("mailto:a@b.cd".to_owned())));
        assert_eq!(judge("#über"), Ok(Address::Fragment("über".to_owned())));
    }

    #[test]
    fn others_do_not() {
        for address in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//example.org",
            "page.html",
            "../a:b",
            "",
        ] {
            assert!(judge(address).is_err(), "{address:?}");
        }
    }
}

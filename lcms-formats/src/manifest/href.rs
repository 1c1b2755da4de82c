//! References to files of the package, and the few that lead out of it.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Where an `href`, an `xml:base` or an `adlcp:location` points.
///
/// In a manifest these are URI references; here a path is plain text (`bilder/größe 1.png`), which
/// is what the container and the file system know. The percent-encoding is applied on writing and
/// removed on reading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Href {
    /// A path, relative to the base that applies.
    Local {
        /// Forward slashes, not encoded.
        path: String,
        /// What follows the path, from its `?` or `#` on, encoded as in a URI; mostly empty.
        suffix: String,
    },
    /// An absolute URI, kept as it is.
    Remote(String),
}

/// What a path keeps as it is: RFC 3986 `pchar` and `/`, without the colon, which would make the
/// first segment look like a scheme.
const ENCODED_IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'@');

/// A suffix is encoded already; only what no URI may hold is encoded again.
const ENCODED_IN_SUFFIX: &AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl Href {
    /// A file of the package.
    pub fn local(path: impl Into<String>) -> Self {
        Self::Local { path: path.into(), suffix: String::new() }
    }

    /// Reads a URI reference. It cannot fail: a backslash is taken for a slash, and a `%` that
    /// starts no encoded UTF-8 stays as it is.
    pub fn from_reference(reference: &str) -> Self {
        if has_scheme(reference) || reference.starts_with("//") {
            return Self::Remote(reference.to_owned());
        }
        let end = reference.find(['?', '#']).unwrap_or(reference.len());
        let (path, suffix) = reference.split_at(end);
        let path = path.replace('\\', "/");
        let path = match percent_decode_str(&path).decode_utf8() {
            Ok(decoded) => decoded.into_owned(),
            Err(_) => path,
        };
        Self::Local { path, suffix: suffix.to_owned() }
    }

    /// The path, unless the reference leads out of the package.
    pub fn path(&self) -> Option<&str> {
        match self {
            Self::Local { path, .. } => Some(path),
            Self::Remote(_) => None,
        }
    }
}

impl fmt::Display for Href {
    /// The URI reference.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local { path, suffix } => {
                write!(f, "{}", utf8_percent_encode(path, ENCODED_IN_PATH))?;
                write!(f, "{}", utf8_percent_encode(suffix, ENCODED_IN_SUFFIX))
            }
            Self::Remote(uri) => f.write_str(uri),
        }
    }
}

impl From<&str> for Href {
    /// A file of the package, like [`Href::local`]: the text is a path, not a URI.
    fn from(path: &str) -> Self {
        Self::local(path)
    }
}

/// Whether the text begins with a URI scheme. One letter is a drive of Windows, not a scheme.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else {
        return false;
    };
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Resolves a path against a base as RFC 3986, section 5.2 does: the base up to its last slash,
/// then the path, without `.` and `..`. `None` when that leads out of the package.
pub(super) fn resolve(base: &str, path: &str) -> Option<String> {
    let folder = base.rfind('/').map_or("", |slash| &base[..slash]);
    let folder = if path.starts_with('/') { "" } else { folder };
    let mut segments: Vec<&str> = Vec::new();
    for segment in folder.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            _ => segments.push(segment),
        }
    }
    let mut resolved = segments.join("/");
    if path.ends_with('/') && !resolved.is_empty() {
        resolved.push('/');
    }
    Some(resolved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_encoded_when_written_and_decoded_when_read() {
        for (path, written) in [
            ("a/b.html", "a/b.html"),
            ("größe 1 [neu].png", "gr%C3%B6%C3%9Fe%201%20%5Bneu%5D.png"),
            ("100%.html", "100%25.html"),
            ("what?#.html", "what%3F%23.html"),
            ("a:b/日本.html", "a%3Ab/%E6%97%A5%E6%9C%AC.html"),
            ("it's (1)+2.js", "it's%20(1)+2.js"),
        ] {
            assert_eq!(Href::local(path).to_string(), written);
            assert_eq!(Href::from_reference(written), Href::local(path));
        }
    }

    #[test]
    fn what_tools_write_instead_of_a_uri_is_understood() {
        assert_eq!(Href::from_reference("a b\\c.html"), Href::local("a b/c.html"));
        assert_eq!(Href::from_reference("100%.html"), Href::local("100%.html"));
        assert_eq!(Href::from_reference("caf%E9.html"), Href::local("caf%E9.html"));
    }

    #[test]
    fn query_and_fragment_are_apart_from_the_path() {
        let href = Href::from_reference("a%20b.html?x=%26&y=1#top");
        assert_eq!(href.path(), Some("a b.html"));
        assert_eq!(href.to_string(), "a%20b.html?x=%26&y=1#top");
    }

    #[test]
    fn absolute_uris_are_not_paths() {
        for uri in ["https://example.org/a b", "//cdn.example.org/x.js", "mailto:a@example.org"] {
            assert_eq!(Href::from_reference(uri), Href::Remote(uri.into()));
        }
        assert_eq!(Href::from_reference("c:\\x.html").path(), Some("c:/x.html"));
    }

    #[test]
    fn bases_resolve_like_uris() {
        for (base, path, expected) in [
            ("", "a.html", Some("a.html")),
            ("x/", "a.html", Some("x/a.html")),
            ("x/y", "a.html", Some("x/a.html")),
            ("x/", "../a.html", Some("a.html")),
            ("x/", "./b//c/", Some("x/b/c/")),
            ("x/", "/a.html", Some("a.html")),
            ("", "../a.html", None),
        ] {
            assert_eq!(resolve(base, path).as_deref(), expected, "{base} + {path}");
        }
    }
}

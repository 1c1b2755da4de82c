//! Finding the file that a description means.

use lcms_formats::manifest::Href;

use crate::folder::Folder;

/// A file that is opened, and what is added to its address.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Launch {
    /// A file of the package; whether its name was written otherwise.
    File { path: String, parameters: String, repaired: bool },
    /// Another server.
    Elsewhere(String),
    /// No file of the package.
    Missing(String),
}

/// The file for a reference that counts from the root of the package.
pub(super) fn find(folder: &Folder, reference: &str) -> Launch {
    match Href::from_reference(reference.trim()) {
        Href::Remote(address) => Launch::Elsewhere(address),
        Href::Local { path, suffix } => find_path(folder, &path, suffix),
    }
}

/// The file at a path, or the only one that differs from it in letter case.
pub(super) fn find_path(folder: &Folder, path: &str, parameters: String) -> Launch {
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    if folder.contains(path) {
        return Launch::File { path: path.to_owned(), parameters, repaired: false };
    }
    let folded = path.to_lowercase();
    let mut alike = folder.files().keys().filter(|known| known.to_lowercase() == folded);
    match (alike.next(), alike.next()) {
        (Some(found), None) => Launch::File { path: found.clone(), parameters, repaired: true },
        _ => Launch::Missing(path.to_owned()),
    }
}

/// Puts two sets of parameters after each other, as an LMS does (SCORM 2004 CAM 3.4.1.7).
pub(super) fn join(first: &str, second: &str) -> String {
    let second = second.trim();
    match (first, second.strip_prefix(['?', '&'])) {
        (_, _) if second.is_empty() => first.to_owned(),
        ("", Some(rest)) => format!("?{rest}"),
        ("", None) if second.starts_with('#') => second.to_owned(),
        ("", None) => format!("?{second}"),
        (first, _) if second.starts_with('#') => {
            format!("{}{second}", first.split('#').next().unwrap_or_default())
        }
        (first, rest) if first.starts_with('#') => format!("?{}{first}", rest.unwrap_or(second)),
        (first, rest) => format!("{first}&{}", rest.unwrap_or(second)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_follow_each_other() {
        for (first, second, expected) in [
            ("", "", ""),
            ("?a=1", "", "?a=1"),
            ("", "a=1", "?a=1"),
            ("", "?a=1", "?a=1"),
            ("", "#x", "#x"),
            ("?a=1", "?b=2", "?a=1&b=2"),
            ("?a=1", "&b=2", "?a=1&b=2"),
            ("?a=1", "#x", "?a=1#x"),
            ("#y", "?b=2", "?b=2#y"),
        ] {
            assert_eq!(join(first, second), expected, "{first} {second}");
        }
    }
}

//! File names that mean the same on every system.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The path of a file in a package: relative, segments apart by `/`, in Unicode NFC.
///
/// No segment is empty, `.` or `..`, longer than 255 bytes, or a name that Windows reserves or
/// cannot store; no character is a control character or one that Windows forbids. So the path can
/// be joined to any folder without leaving it, and every system unpacks it to the same name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafePath(String);

/// The rule of [`SafePath`] that a path breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathRule {
    /// The path or one of its segments is empty.
    #[error("a segment of the path is empty")]
    EmptySegment,
    /// The path is absolute, with a slash or a drive.
    #[error("the path is absolute")]
    Absolute,
    /// A segment is `.` or `..`.
    #[error("the path contains {0:?}")]
    DotSegment(String),
    /// A control character, or one that Windows forbids in names.
    #[error("the path contains the character {0:?}")]
    Character(char),
    /// A segment longer than 255 bytes.
    #[error("a segment of the path has {0} bytes, more than 255")]
    SegmentTooLong(usize),
    /// The path as a whole is longer than 4 096 bytes.
    #[error("the path has {0} bytes, more than 4096")]
    TooLong(usize),
    /// A name that Windows keeps for devices, with or without an extension.
    #[error("{0:?} is a reserved name on Windows")]
    ReservedName(String),
    /// A segment that ends with a dot or a space, which Windows drops.
    #[error("the segment {0:?} ends with a dot or a space")]
    TrailingDotOrSpace(String),
    /// The path is not in Unicode normalization form C.
    #[error("the path is not in Unicode NFC")]
    NotNfc,
}

/// Bytes of one segment: what common file systems hold.
const LONGEST_SEGMENT: usize = 255;

/// Bytes of a path: what common systems hold, and well below the 65 535 of a zip archive.
const LONGEST_PATH: usize = 4096;

impl SafePath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of segments.
    pub fn depth(&self) -> usize {
        self.0.split('/').count()
    }

    /// The form in which two paths are the same file on systems that ignore case.
    pub fn folded(&self) -> String {
        self.0.to_lowercase().nfc().collect()
    }
}

impl FromStr for SafePath {
    type Err = PathRule;

    fn from_str(path: &str) -> Result<Self, Self::Err> {
        if path.len() > LONGEST_PATH {
            return Err(PathRule::TooLong(path.len()));
        }
        if path.starts_with('/') || has_drive(path) {
            return Err(PathRule::Absolute);
        }
        let forbidden = |c: char| c.is_control() || r#"\:*?"<>|"#.contains(c);
        if let Some(character) = path.chars().find(|&c| forbidden(c)) {
            return Err(PathRule::Character(character));
        }
        for segment in path.split('/') {
            check_segment(segment)?;
        }
        if !is_nfc(path) {
            return Err(PathRule::NotNfc);
        }
        Ok(Self(path.to_owned()))
    }
}

fn check_segment(segment: &str) -> Result<(), PathRule> {
    if segment.is_empty() {
        Err(PathRule::EmptySegment)
    } else if segment == "." || segment == ".." {
        Err(PathRule::DotSegment(segment.to_owned()))
    } else if segment.len() > LONGEST_SEGMENT {
        Err(PathRule::SegmentTooLong(segment.len()))
    } else if segment.ends_with(['.', ' ']) {
        Err(PathRule::TrailingDotOrSpace(segment.to_owned()))
    } else if is_reserved(segment) {
        Err(PathRule::ReservedName(segment.to_owned()))
    } else {
        Ok(())
    }
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// Whether Windows takes the name for a device: what counts is the part before the first dot.
fn is_reserved(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or(segment).trim_end();
    let stem = stem.to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

impl fmt::Display for SafePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn plain_relative_paths_are_safe() {
        for path in [
            "a",
            "a/b.html",
            ".well-known/x",
            "größe 1/日本.png",
            "a..b",
            "console.js",
            "com10",
            "[x] (1).html",
        ] {
            assert_eq!(path.parse::<SafePath>().unwrap().as_str(), path);
        }
    }

    #[test]
    fn every_rule_refuses_by_name() {
        let long = "x".repeat(256);
        let very_long = vec!["y".repeat(200); 25].join("/");
        for (path, rule) in [
            ("", PathRule::EmptySegment),
            ("a//b", PathRule::EmptySegment),
            ("a/", PathRule::EmptySegment),
            ("/etc/passwd", PathRule::Absolute),
            ("C:/x", PathRule::Absolute),
            ("a/../b", PathRule::DotSegment("..".into())),
            ("./a", PathRule::DotSegment(".".into())),
            ("a\u{0}b", PathRule::Character('\u{0}')),
            ("a\\b", PathRule::Character('\\')),
            ("ab:c", PathRule::Character(':')),
            ("a?", PathRule::Character('?')),
            ("aux", PathRule::ReservedName("aux".into())),
            ("x/Com1.tar.gz", PathRule::ReservedName("Com1.tar.gz".into())),
            ("a./b", PathRule::TrailingDotOrSpace("a.".into())),
            ("a ", PathRule::TrailingDotOrSpace("a ".into())),
            ("u\u{308}", PathRule::NotNfc),
            (&long, PathRule::SegmentTooLong(256)),
            (&very_long, PathRule::TooLong(5024)),
        ] {
            assert_eq!(path.parse::<SafePath>(), Err(rule), "{path:?}");
        }
    }

    #[test]
    fn folding_ignores_case_beyond_ascii() {
        let fold = |path: &str| path.parse::<SafePath>().unwrap().folded();
        assert_eq!(fold("Größe/A.png"), fold("GRÖSSE/a.PNG").replace("ss", "ß"));
        assert_ne!(fold("a"), fold("b"));
    }
}

//! Keys made from paths and headings.

use std::collections::{HashMap, HashSet};

use lcms_core::model::Key;
use sha2::{Digest as _, Sha256};

/// Longest key, and how much of it stays when it is cut.
const MAX: usize = 100;
const KEPT: usize = 91;

/// Gives out keys, each once in an import.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    taken: HashSet<Key>,
    /// The last number given to each name.
    numbers: HashMap<String, usize>,
}

impl Keys {
    /// The key for parts such as course, page and heading. One that would be too long is cut, and
    /// ends in eight digits of the digest of the whole.
    pub(crate) fn next(&mut self, parts: &[&str]) -> Key {
        let folded: Vec<String> =
            parts.iter().flat_map(|part| part.split('/')).filter_map(folded).collect();
        let mut base = folded.join("-");
        if base.is_empty() {
            base.push_str("part");
        }
        if base.len() > KEPT {
            let digest: [u8; 32] = Sha256::digest(base.as_bytes()).into();
            let digest: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
            base.truncate(KEPT);
            base = format!("{}-{digest}", base.trim_end_matches('-'));
        }
        let number = self.numbers.entry(base.clone()).or_insert(0);
        loop {
            *number += 1;
            let name = if *number == 1 { base.clone() } else { suffixed(&base, *number) };
            // Folded text always is a key; anything else would be counted on.
            if let Ok(key) = name.parse::<Key>()
                && self.taken.insert(key.clone())
            {
                return key;
            }
        }
    }
}

/// One part, as far as a key can hold it. Letters that it cannot hold would all fold into nothing,
/// so they are told apart by a digest.
fn folded(part: &str) -> Option<String> {
    let key = Key::from_text(&part.chars().take(2 * MAX).collect::<String>());
    if key.is_some() || !part.chars().any(char::is_alphanumeric) {
        return key.map(|key| key.to_string());
    }
    let digest: [u8; 32] = Sha256::digest(part.as_bytes()).into();
    Some(digest[..4].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn suffixed(base: &str, n: usize) -> String {
    let suffix = format!("-{n}");
    let end = base.len().min(MAX - suffix.len());
    format!("{}{suffix}", &base[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_readable_and_given_out_once() {
        let mut keys = Keys::default();
        let mut next = |parts: &[&str]| keys.next(parts).to_string();
        assert_eq!(
            next(&["git-novice", "04-changes", "What’s next?"]),
            "git-novice-04-changes-whats-next"
        );
        assert_eq!(next(&["a", "fig/b.png"]), "a-fig-b-png");
        assert_eq!(next(&["a", "b"]), "a-b");
        assert_eq!(next(&["a", "b"]), "a-b-2");
        assert_eq!(next(&["a b"]), "a-b-3");
        assert_eq!(next(&["", "…"]), "part");
    }

    #[test]
    fn long_keys_are_cut_and_told_apart() {
        let mut keys = Keys::default();
        let long = "word ".repeat(40);
        let first = keys.next(&[&long, "a"]);
        let second = keys.next(&[&long, "b"]);
        assert!(first != second && first.as_str().len() <= 100, "{first} {second}");
        for n in 2..12 {
            assert!(keys.next(&[&long, "a"]).as_str().ends_with(&format!("-{n}")));
        }
    }

    #[test]
    fn other_scripts_are_told_apart() {
        let mut keys = Keys::default();
        assert!(!keys.next(&["a", "日本"]).as_str().ends_with("-2"));
        assert!(!keys.next(&["a", "中国"]).as_str().ends_with("-2"));
    }
}

//! YAML files, and YAML at the head of a text.

use serde::de::DeserializeOwned;

use crate::error::ImportError;

/// Reads YAML that begins on line `first_line` (1-based) of a file.
pub(crate) fn read<T: DeserializeOwned>(
    file: &str,
    first_line: usize,
    text: &str,
) -> Result<T, ImportError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().and_then(|at| usize::try_from(at.line()).ok());
        let message = error.without_snippet().to_string();
        ImportError::format(
            file,
            line.filter(|line| *line > 0).map(|n| n + first_line - 1),
            message,
        )
    })
}

/// A text whose head is YAML between two lines of `---`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fronted<'t> {
    /// The YAML; it begins on line 2.
    pub(crate) yaml: &'t str,
    /// What follows.
    pub(crate) body: &'t str,
    /// How many lines stand before the body.
    pub(crate) lines: usize,
}

/// Takes the head off a text; `None` when there is none, or it is not closed.
pub(crate) fn front_matter(text: &str) -> Option<Fronted<'_>> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == "---")?;
    let mut end = first.len();
    for (n, line) in lines.enumerate() {
        if matches!(line.trim_end(), "---" | "...") {
            let body = &text[end + line.len()..];
            return Some(Fronted { yaml: &text[first.len()..end], body, lines: n + 2 });
        }
        end += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_is_split_off_with_its_line_count() {
        let fronted = front_matter("---\ntitle: A\n---\n\nText\n").unwrap();
        assert_eq!((fronted.yaml, fronted.body, fronted.lines), ("title: A\n", "\nText\n", 3));
        assert_eq!(front_matter("---\n---").unwrap().lines, 2);
        for text in ["", "text\n---\n", "---\nnever closed\n", "--- x\n---\n"] {
            assert_eq!(front_matter(text), None, "{text}");
        }
    }

    #[test]
    fn errors_name_the_line_of_the_file() {
        let error = read::<serde_json::Value>("a.md", 2, "ok: 1\nbad: [1\n").unwrap_err();
        assert!(error.to_string().starts_with("a.md:"), "{error}");
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..9 {
            let uses = vec![format!("*a{}", n - 1); 9].join(", ");
            text.push_str(&format!("a{n}: &a{n} [{uses}]\n"));
        }
        assert!(read::<serde_json::Value>("bomb.yaml", 1, &text).is_err());
    }
}

//! The learner's player: the scripts and styles of `player/`, as a package carries them.
//!
//! A package holds one script and one style sheet: a lesson asks for two files, whatever the player is
//! made of. Both are the files of `player/` one after the other, without their comment lines and
//! without indentation, else as they are.

use std::sync::LazyLock;

use crate::profile::Format;

/// Where the player stands in a package.
pub(crate) const FOLDER: &str = "player/";

/// Its script.
pub(crate) const SCRIPT: &str = "player.js";

/// Its style sheet.
pub(crate) const STYLE: &str = "player.css";

/// Names the form in which the player saves a learner's state (`VERSION` in `attempt.js`). A state of
/// another form is not read: the learner starts afresh.
pub(crate) const STATE: &str = "lcms-player/1";

/// A file that a standard adds to the player: its name in `player/` and its bytes.
pub(crate) type PlayerFile = (&'static str, &'static [u8]);

macro_rules! sources {
    ($($name:literal),+ $(,)?) => {
        &[$(include_str!(concat!("../player/", $name))),+]
    };
}

/// What the player says in a language, beside English.
const LANGUAGES: &[(&str, &str)] = &[
    ("ar", include_str!("../player/strings-ar.js")),
    ("de", include_str!("../player/strings-de.js")),
    ("es", include_str!("../player/strings-es.js")),
    ("fr", include_str!("../player/strings-fr.js")),
    ("ja", include_str!("../player/strings-ja.js")),
];

const ENGLISH: &str = include_str!("../player/strings.js");

/// Scripts in load order; the driver and the words come before them.
const SCRIPTS: &[&str] = sources![
    "numbers.js",
    "scoring.js",
    "notation.js",
    "attempt.js",
    "session.js",
    "dom.js",
    "ordering.js",
    "fields.js",
    "questions.js",
    "assessment.js",
    "content.js",
    "chrome.js",
    "player.js",
];

/// What answers imported content, for packages that hold some.
const BRIDGE: &[&str] =
    sources!["bridge-elements.js", "bridge-model.js", "bridge-answers.js", "bridge.js"];

/// Begins.
const MAIN: &str = include_str!("../player/main.js");

/// Style sheets in load order.
const STYLES: &[&str] = sources!["player.css", "content.css", "media.css"];

/// What speaks to the LMS in this format.
fn drivers(format: Format) -> impl Iterator<Item = &'static str> {
    let files = format.packaging().drivers().iter();
    // Our own sources; that they are text is tested below.
    files.map(|(_, bytes)| std::str::from_utf8(bytes).unwrap_or_default())
}

/// The script of a package in a language (a BCP 47 tag); with what answers imported content that speaks
/// another SCORM than the LMS, where it `bridges`.
pub(crate) fn script(format: Format, language: &str, bridges: bool) -> String {
    let primary = language.split('-').next().unwrap_or_default();
    let words = LANGUAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(primary));
    let drivers = drivers(format).chain([ENGLISH]).chain(words.map(|(_, words)| *words));
    let bridge = BRIDGE.iter().copied().filter(|_| bridges);
    lean(drivers.chain(SCRIPTS.iter().copied()).chain(bridge).chain([MAIN]))
}

/// The style sheet.
pub(crate) fn style() -> &'static str {
    static STYLE: LazyLock<String> = LazyLock::new(|| lean(STYLES.iter().copied()));
    &STYLE
}

/// Sources one after the other, without lines that are comment alone and without indentation. What
/// begins a line of ours is never inside a string (tested below).
fn lean<'s>(sources: impl Iterator<Item = &'s str>) -> String {
    let mut out = String::new();
    let mut in_comment = false;
    for line in sources.flat_map(str::lines).map(str::trim) {
        if in_comment || line.starts_with("/*") {
            let alone = line.ends_with("*/");
            if alone || in_comment || !line.contains("*/") {
                in_comment = !alone;
                continue;
            }
        }
        if !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_saved_state_is_named_as_the_player_names_it() {
        let (_, version) = STATE.rsplit_once('/').unwrap();
        let script = script(Format::Scorm12, "en", false);
        assert!(script.contains(&format!("const VERSION = \"{version}\";")));
    }

    #[test]
    fn comments_and_indentation_are_left_out_and_nothing_else() {
        let source = "/* a\n   b */\n\nf();\n  // c\n  /** d */\n  /** @type {X} */ (g)();\n\n  /**\n   * e\n   */\n  h(\"// i\"); // j\n";
        let expected = "f();\n/** @type {X} */ (g)();\nh(\"// i\"); // j\n";
        assert_eq!(lean([source].into_iter()), expected);
    }

    #[test]
    fn no_text_of_the_player_spans_lines() {
        let scripts = SCRIPTS
            .iter()
            .chain(BRIDGE)
            .chain([&MAIN])
            .chain(LANGUAGES.iter().map(|(_, words)| words));
        let drivers = Format::ALL.iter().flat_map(|format| drivers(*format)).collect::<Vec<_>>();
        for source in scripts.chain(&drivers).chain([&ENGLISH]) {
            let code = lean([*source].into_iter());
            for line in code.lines() {
                let marks = line.matches('`').count() - line.matches("\\`").count();
                assert_eq!(
                    marks % 2,
                    0,
                    "a template that spans lines would lose its spaces: {line}"
                );
            }
        }
    }

    #[test]
    fn a_package_speaks_english_and_its_own_language() {
        let says =
            |language: &str, word: &str| script(Format::Scorm12, language, false).contains(word);
        assert!(says("en", "Try again") && !says("en", "Noch einmal versuchen"));
        assert!(says("de-AT", "Try again") && says("de-AT", "Noch einmal versuchen"));
    }
}

//! The learner's player: what is in `player/` is what is in every package.

use crate::profile::Format;

/// A file of the player: its name in `player/` and its bytes.
pub(crate) type PlayerFile = (&'static str, &'static [u8]);

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_bytes!(concat!("../player/", $name)))),+]
    };
}

/// Scripts in load order; the driver comes before them.
const SCRIPTS: &[PlayerFile] = files![
    "dom.js",
    "strings.js",
    "scoring.js",
    "attempt.js",
    "session.js",
    "questions.js",
    "assessment.js",
    "chrome.js",
    "player.js",
    "main.js",
];

/// Style sheets in load order.
const STYLES: &[PlayerFile] = files!["player.css", "content.css", "media.css"];

fn driver(format: Format) -> PlayerFile {
    match format {
        Format::Scorm12 => ("driver-scorm12.js", include_bytes!("../player/driver-scorm12.js")),
        Format::Scorm2004Fourth => {
            ("driver-scorm2004.js", include_bytes!("../player/driver-scorm2004.js"))
        }
    }
}

/// The scripts of a package, in load order.
pub(crate) fn scripts(format: Format) -> impl Iterator<Item = PlayerFile> {
    std::iter::once(driver(format)).chain(SCRIPTS.iter().copied())
}

/// The style sheets, in load order.
pub(crate) fn styles() -> impl Iterator<Item = PlayerFile> {
    STYLES.iter().copied()
}

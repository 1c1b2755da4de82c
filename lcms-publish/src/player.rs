//! The learner's player: what is in `player/` is what is in every package.

use crate::profile::Format;

/// Where the player stands in a package.
pub(crate) const FOLDER: &str = "player/";

/// Names the form in which the player saves a learner's state (`VERSION` in `attempt.js`). A state of
/// another form is not read: the learner starts afresh.
pub(crate) const STATE: &str = "lcms-player/1";

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

/// The scripts of a package, in load order.
pub(crate) fn scripts(format: Format) -> impl Iterator<Item = PlayerFile> {
    format.packaging().drivers().iter().chain(SCRIPTS).copied()
}

/// The style sheets, in load order.
pub(crate) fn styles() -> impl Iterator<Item = PlayerFile> {
    STYLES.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::{SCRIPTS, STATE};

    #[test]
    fn the_saved_state_is_named_as_the_player_names_it() {
        let (_, script) = SCRIPTS.iter().find(|(name, _)| *name == "attempt.js").unwrap();
        let script = std::str::from_utf8(script).unwrap();
        let (_, version) = STATE.rsplit_once('/').unwrap();
        assert!(script.contains(&format!("const VERSION = \"{version}\";")));
    }
}

//! What makes a component better than another that has the same words.
//!
//! A document's score is that of its words times its *standing*, a number that follows from its
//! state, its reuse and its age, worked out when it is indexed. Age counts by a constant rate a
//! year from a fixed day: so the order of two documents does not change while time passes, and
//! neither do pages that somebody is reading.

use time::OffsetDateTime;

/// What a word weighs, by where it is found.
pub(super) const TITLE: f32 = 4.0;
pub(super) const KEY: f32 = 2.0;
pub(super) const TAGS: f32 = 2.0;
pub(super) const ABOUT: f32 = 1.5;
pub(super) const BODY: f32 = 1.0;
pub(super) const COMMENTS: f32 = 0.4;
/// The score of the component that the text names by id or key: above every sum of words.
pub(super) const REFERENCE: f32 = 1_000.0;

/// What another form of a word weighs, of the word itself.
pub(super) const STEM: f32 = 0.8;
pub(super) const SYNONYM: f32 = 0.7;
/// What a word spelled alike, a longer one, or the parts of a compound weigh.
pub(super) const ALIKE: f32 = 0.4;
/// What all words beside each other add to having them anywhere.
pub(super) const NEAR: f32 = 0.5;

/// How much each doubling of the number of uses adds, up to [`MAX_REUSE`].
const REUSE: f64 = 0.03;
const MAX_REUSE: f64 = 1.2;
/// What a year takes away.
const YEAR: f64 = 0.97;
const SECONDS_A_YEAR: f64 = 365.25 * 86_400.0;
/// 2020-01-01: where standing counts from, so that numbers stay near one.
const ZERO: i64 = 1_577_836_800;

/// The factor of a document's score.
pub(super) fn standing(state: &str, uses: u32, updated: OffsetDateTime) -> f64 {
    let approval = match state {
        "approved" => 1.15,
        "retired" => 0.4,
        _ => 1.0,
    };
    let reuse = (1.0 + REUSE * f64::from(uses.saturating_add(1)).log2()).min(MAX_REUSE);
    #[expect(clippy::cast_precision_loss, reason = "seconds since 2020 are far below 2^52")]
    let years = (updated.unix_timestamp() - ZERO) as f64 / SECONDS_A_YEAR;
    approval * reuse * YEAR.powf(-years).clamp(0.1, 10.0)
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn approved_used_and_new_is_better() {
        let day = OffsetDateTime::UNIX_EPOCH + Duration::days(19_000);
        let plain = standing("draft", 0, day);
        assert!(standing("approved", 0, day) > plain);
        assert!(standing("retired", 0, day) < plain);
        assert!(standing("draft", 3, day) > plain);
        assert!(standing("draft", u32::MAX, day) < plain * 1.21);
        let year = Duration::days(365);
        assert!(standing("draft", 0, day + year) > plain);
        // What is approved outweighs four years.
        assert!(standing("approved", 0, day) > standing("draft", 0, day + year * 4));
    }
}

//! What SCORM 1.2 adds to content packaging (content aggregation model, section 2.3.5): a few
//! elements under an item, all of them for the LMS to act on.

use std::fmt;
use std::str::FromStr;

use crate::xml::{Node, XmlWriter};

use super::{Decimal, Item, Notes, TimeLimitAction};

pub(super) const CONTENT_PACKAGING: &str = "http://www.imsproject.org/xsd/imscp_rootv1p1p2";
pub(super) const ADL_PACKAGING: &str = "http://www.adlnet.org/xsd/adlcp_rootv1p2";

/// The text of `schemaversion`.
pub(super) const SCHEMA_VERSION: &str = "1.2";

/// The attribute that tells SCOs from assets.
pub(super) const SCORM_TYPE: &str = "adlcp:scormtype";

/// The rules of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemRules {
    /// `adlcp:prerequisites`: an AICC script over item identifiers that says when the item may be
    /// launched, for instance `intro&basics`. At most 200 characters.
    pub prerequisites: Option<String>,
    /// `adlcp:maxtimeallowed`: the time a learner has for one attempt.
    pub max_time_allowed: Option<Timespan>,
    /// `adlcp:timelimitaction`: what happens when that time is up.
    pub time_limit_action: Option<TimeLimitAction>,
    /// `adlcp:datafromlms`: handed to the SCO as `cmi.launch_data`. At most 255 characters.
    pub data_from_lms: Option<String>,
    /// `adlcp:masteryscore`: from this raw score on, the LMS sets the status to passed.
    pub mastery_score: Option<MasteryScore>,
}

/// A score from 0 to 100.
pub type MasteryScore = Decimal<0, 100>;

/// A length of time, `HHHH:MM:SS.SS`: two to four digits of hours, two of minutes and seconds, and
/// up to two decimal places (CMITimespan, run-time environment section 3.4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timespan(String);

/// A text that is not a [`Timespan`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time span such as 0001:30:00")]
pub struct InvalidTimespan(pub String);

impl FromStr for Timespan {
    type Err = InvalidTimespan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |text: &str, count: std::ops::RangeInclusive<usize>| {
            count.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        let mut parts = text.split(':');
        let valid = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(hours), Some(minutes), Some(seconds), None) => {
                let seconds_valid = match seconds.split_once('.') {
                    Some((whole, fraction)) => digits(whole, 2..=2) && digits(fraction, 1..=2),
                    None => digits(seconds, 2..=2),
                };
                digits(hours, 2..=4) && digits(minutes, 2..=2) && seconds_valid
            }
            _ => false,
        };
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidTimespan(text.to_owned())) }
    }
}

impl fmt::Display for Timespan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes the rules after an item's own elements, in the order of the specification.
pub(super) fn write_item_rules(w: &mut XmlWriter, rules: &ItemRules) {
    if let Some(script) = &rules.prerequisites {
        w.text("adlcp:prerequisites", &[("type", "aicc_script".into())], script);
    }
    if let Some(time) = &rules.max_time_allowed {
        w.text("adlcp:maxtimeallowed", &[], &time.to_string());
    }
    if let Some(action) = rules.time_limit_action {
        w.text("adlcp:timelimitaction", &[], action.token());
    }
    if let Some(data) = &rules.data_from_lms {
        w.text("adlcp:datafromlms", &[], data);
    }
    if let Some(score) = rules.mastery_score {
        w.text("adlcp:masteryscore", &[], &score.to_string());
    }
}

/// Reads one element of the ADL vocabulary under an item. Some tools write the names in the case
/// that SCORM 2004 uses.
pub(super) fn read_item_rule(node: &Node, item: &mut Item, notes: &mut Notes) {
    let rules = &mut item.scorm12;
    match node.name.to_ascii_lowercase().as_str() {
        "prerequisites" => {
            notes.unknown_attributes(node, &[("", "type")]);
            rules.prerequisites = Some(node.text().to_owned()).filter(|text| !text.is_empty());
        }
        "maxtimeallowed" => rules.max_time_allowed = notes.parsed_text(node),
        "timelimitaction" => {
            rules.time_limit_action = TimeLimitAction::from_token(node.text());
            if rules.time_limit_action.is_none() {
                notes.invalid_value(node);
            }
        }
        "datafromlms" => rules.data_from_lms = Some(node.text().to_owned()),
        "masteryscore" => rules.mastery_score = notes.parsed_text(node),
        _ => notes.skipped(node),
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn time_spans_keep_to_their_format() {
        for good in ["0000:00:00", "02:30:00", "9999:59:59.99", "000:00:00.5"] {
            assert_eq!(good.parse::<Timespan>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "2:30:00",
            "02:30",
            "02:30:00.123",
            "02:3:00",
            "02:30:00:00",
            "aa:00:00",
            "PT1H",
            "00000:00:00",
        ] {
            assert_eq!(bad.parse::<Timespan>(), Err(InvalidTimespan(bad.into())));
        }
    }
}

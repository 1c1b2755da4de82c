//! Points in time as people write them.

use std::str::FromStr;

use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

/// A point in time: `2026-03-01T12:00:00Z` (RFC 3339), or a date, which means its first instant in
/// UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub OffsetDateTime);

/// A text that is no point in time.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is no point in time: write `2026-03-01T12:00:00Z`, or a date such as `2026-03-01`")]
pub struct InstantError(String);

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(time) = OffsetDateTime::parse(text, &Rfc3339) {
            return Ok(Self(time));
        }
        Date::parse(text, &Iso8601::DATE)
            .map(|date| Self(date.midnight().assume_utc()))
            .map_err(|_| InstantError(text.chars().take(60).collect()))
    }
}

impl<'de> serde::Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_and_dates_are_read() {
        for (text, time) in [
            ("2026-03-01T12:00:00Z", datetime!(2026-03-01 12:00 UTC)),
            ("2026-03-01T14:00:00+02:00", datetime!(2026-03-01 12:00 UTC)),
            ("2026-03-01", datetime!(2026-03-01 0:00 UTC)),
        ] {
            assert_eq!(text.parse::<Instant>().unwrap().0, time);
        }
        for text in ["", "yesterday", "2026-13-01", "01.03.2026", "2026-03-01 12:00"] {
            assert!(text.parse::<Instant>().is_err(), "{text}");
        }
    }
}

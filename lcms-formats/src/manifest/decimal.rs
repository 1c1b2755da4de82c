//! Bounded decimals: scores and measures, exact and written the same way every time.

use std::fmt;
use std::str::FromStr;

/// A number of at most four decimal places between two whole bounds, both included.
///
/// Four places is what SCORM asks for its measures; holding them as an integer keeps equality and
/// the written form exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal<const MIN: i64, const MAX: i64> {
    ten_thousandths: i64,
}

/// A text or number that is not a decimal within the bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} is not a number from {min} to {max} with at most four decimal places")]
pub struct InvalidDecimal {
    /// What was given.
    pub text: String,
    /// The smallest value allowed.
    pub min: i64,
    /// The largest value allowed.
    pub max: i64,
}

const SCALE: i64 = 10_000;

impl<const MIN: i64, const MAX: i64> Decimal<MIN, MAX> {
    /// The number `ten_thousandths / 10 000`.
    ///
    /// # Errors
    /// When it lies outside the bounds.
    pub fn from_ten_thousandths(ten_thousandths: i64) -> Result<Self, InvalidDecimal> {
        if (MIN * SCALE..=MAX * SCALE).contains(&ten_thousandths) {
            Ok(Self { ten_thousandths })
        } else {
            Err(Self::invalid(format!("{ten_thousandths}/{SCALE}")))
        }
    }

    /// The number of this kind that is nearest to a floating point number; `None` outside the bounds.
    pub fn nearest(value: f64) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "what is out of range is refused")]
        #[expect(clippy::cast_precision_loss, reason = "ten thousand is exact")]
        let ten_thousandths = (value * SCALE as f64).round() as i64;
        Self::from_ten_thousandths(ten_thousandths).ok().filter(|_| value.is_finite())
    }

    /// The number times 10 000, always whole.
    pub fn ten_thousandths(self) -> i64 {
        self.ten_thousandths
    }

    fn invalid(text: String) -> InvalidDecimal {
        InvalidDecimal { text, min: MIN, max: MAX }
    }
}

impl Decimal<0, 1> {
    /// Nothing.
    pub const ZERO: Self = Self { ten_thousandths: 0 };
    /// All of it.
    pub const ONE: Self = Self { ten_thousandths: SCALE };
}

impl<const MIN: i64, const MAX: i64> FromStr for Decimal<MIN, MAX> {
    type Err = InvalidDecimal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text)
            .and_then(|value| Self::from_ten_thousandths(value).ok())
            .ok_or_else(|| Self::invalid(format!("{text:?}")))
    }
}

/// The form of `xs:decimal`. Zeros beyond the fourth place are dropped, other digits refused.
fn parse(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if digits.trim_matches('.').is_empty()
        || whole.len() > 9
        || fraction.len() > 4
        || !all_digits(whole)
        || !all_digits(fraction)
    {
        return None;
    }
    let magnitude: i64 = format!("{whole}{fraction:0<4}").parse().ok()?;
    Some(if negative { -magnitude } else { magnitude })
}

impl<const MIN: i64, const MAX: i64> fmt::Display for Decimal<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.ten_thousandths.abs();
        if self.ten_thousandths < 0 {
            f.write_str("-")?;
        }
        write!(f, "{}", magnitude / SCALE)?;
        match magnitude % SCALE {
            0 => Ok(()),
            rest => write!(f, ".{}", format!("{rest:04}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    type Measure = Decimal<-1, 1>;

    #[test]
    fn numbers_are_written_in_their_shortest_form() {
        for (text, written) in [
            ("0.80000", "0.8"),
            ("1", "1"),
            ("-1.0", "-1"),
            ("+.25", "0.25"),
            ("-0.0001", "-0.0001"),
            ("-0", "0"),
            ("1.", "1"),
        ] {
            assert_eq!(text.parse::<Measure>().unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_within_the_bounds_is_refused() {
        for text in [
            "",
            ".",
            "-",
            "1.0001",
            "-1.1",
            "0.12345",
            "1e0",
            "0,5",
            "NaN",
            "--1",
            "99999999999999999999",
        ] {
            let error = text.parse::<Measure>().unwrap_err();
            assert_eq!((error.min, error.max), (-1, 1), "{text}");
        }
        assert!(Decimal::<0, 100>::from_ten_thousandths(1_000_001).is_err());
        assert_eq!(Decimal::<0, 100>::from_ten_thousandths(800_000).unwrap().to_string(), "80");
    }
}

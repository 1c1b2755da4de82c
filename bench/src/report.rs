//! The table: what was measured, beside what, and whether the target is met.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::measure::machine;
use crate::size::Size;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    /// 2^20 bytes.
    Megabytes,
    MegabytesPerSecond,
    PerSecond,
    Times,
}

impl Unit {
    fn symbol(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::Megabytes => "MB",
            Self::MegabytesPerSecond => "MB/s",
            Self::PerSecond => "/s",
            Self::Times => "",
        }
    }
}

/// A measured value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) unit: Unit,
}

impl Figure {
    pub(crate) fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }

    pub(crate) fn seconds(time: Duration) -> Self {
        Self::new(time.as_secs_f64(), Unit::Seconds)
    }

    pub(crate) fn milliseconds(time: Duration) -> Self {
        Self::new(time.as_secs_f64() * 1e3, Unit::Milliseconds)
    }

    pub(crate) fn microseconds(time: Duration) -> Self {
        Self::new(time.as_secs_f64() * 1e6, Unit::Microseconds)
    }

    /// So many bytes in that time.
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
    pub(crate) fn rate_of_bytes(bytes: u64, time: Duration) -> Self {
        Self::new(bytes as f64 / f64::from(1 << 20) / time.as_secs_f64(), Unit::MegabytesPerSecond)
    }

    /// So many things in that time.
    #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
    pub(crate) fn rate(count: usize, time: Duration) -> Self {
        Self::new(count as f64 / time.as_secs_f64(), Unit::PerSecond)
    }

    #[expect(clippy::cast_precision_loss, reason = "a rounded figure")]
    pub(crate) fn megabytes(bytes: u64) -> Self {
        Self::new(bytes as f64 / f64::from(1 << 20), Unit::Megabytes)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = match self.value {
            value if value >= 100.0 => 0,
            value if value >= 10.0 => 1,
            value if value >= 1.0 => 2,
            _ => 3,
        };
        write!(f, "{:.decimals$} {}", self.value, self.unit.symbol())
    }
}

/// What is asked of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Target {
    /// Ours must be at least so many times the other.
    RatioAtLeast(f64),
    /// Ours must be at most so many times the other.
    RatioAtMost(f64),
    /// Ours must be at least this.
    AtLeast(f64),
    /// Ours must be at most this.
    AtMost(f64),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RatioAtLeast(ratio) => write!(f, "≥ {ratio}×"),
            Self::RatioAtMost(ratio) => write!(f, "≤ {ratio}×"),
            Self::AtLeast(value) => write!(f, "≥ {value}"),
            Self::AtMost(value) => write!(f, "≤ {value}"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The peer or limit of a line.
#[derive(Clone, Debug, Serialize)]
struct Beside {
    what: String,
    #[serde(flatten)]
    figure: Figure,
}

/// One measured thing.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    name: String,
    ours: Figure,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<Beside>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Target>,
    /// Ours ÷ the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    met: Option<bool>,
}

impl Line {
    pub(crate) fn new(name: impl Into<String>, ours: Figure) -> Self {
        Self { name: name.into(), ours, beside: None, target: None, ratio: None, met: None }
    }

    /// What it is measured beside; in the same unit.
    pub(crate) fn beside(mut self, what: impl Into<String>, figure: Figure) -> Self {
        debug_assert_eq!(self.ours.unit, figure.unit);
        self.ratio = Some(self.ours.value / figure.value);
        self.beside = Some(Beside { what: what.into(), figure });
        self
    }

    /// What is asked of it. A target on the ratio comes after [`Line::beside`].
    pub(crate) fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self.met = match target {
            Target::AtLeast(least) => Some(self.ours.value >= least),
            Target::AtMost(most) => Some(self.ours.value <= most),
            Target::RatioAtLeast(least) => self.ratio.map(|ratio| ratio >= least),
            Target::RatioAtMost(most) => self.ratio.map(|ratio| ratio <= most),
        };
        self
    }

    /// What was measured.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn cells(&self) -> [String; 7] {
        let (figure, what) = match &self.beside {
            Some(beside) => (beside.figure.to_string(), beside.what.clone()),
            None => (String::new(), String::new()),
        };
        [
            self.name.clone(),
            self.ours.to_string(),
            figure,
            what,
            self.ratio.map(|ratio| format!("{ratio:.2}×")).unwrap_or_default(),
            self.target.map(|target| target.to_string()).unwrap_or_default(),
            match self.met {
                Some(true) => "yes".to_owned(),
                Some(false) => "NO".to_owned(),
                None => String::new(),
            },
        ]
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = self.cells();
        let said: Vec<_> = cells.iter().filter(|it| !it.is_empty()).map(String::as_str).collect();
        write!(f, "{}", said.join("  "))
    }
}

/// Everything that one run measured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// What it was measured on.
    pub machine: String,
    /// The size of the run.
    pub size: String,
    /// Whether the build is optimised: figures of another mean nothing.
    pub profile: &'static str,
    /// One line per figure.
    pub lines: Vec<Line>,
}

const HEADINGS: [&str; 7] = ["what", "ours", "beside", "", "ratio", "target", "met"];

impl Report {
    /// What was measured on this machine.
    #[must_use]
    pub fn of(size: Size, lines: Vec<Line>) -> Self {
        let profile = if cfg!(debug_assertions) { "debug" } else { "optimised" };
        Self { machine: machine(), size: size.name().to_owned(), profile, lines }
    }

    /// Whether no target is missed.
    #[must_use]
    pub fn meets_every_target(&self) -> bool {
        self.lines.iter().all(|line| line.met != Some(false))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![HEADINGS.map(str::to_owned)];
        rows.extend(self.lines.iter().map(Line::cells));
        let width = |n: usize| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        writeln!(f, "{} · size {} · {} build", self.machine, self.size, self.profile)?;
        for row in &rows {
            let [name, ours, beside, what, ratio, target, met] = row;
            let line = format!(
                "{name:0$}  {ours:>1$}  {beside:>2$}  {what:3$}  {ratio:>4$}  {target:5$}  {met}",
                widths[0], widths[1], widths[2], widths[3], widths[4], widths[5]
            );
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ours: f64, beside: f64, target: Target) -> Line {
        let figure = |value| Figure::new(value, Unit::Seconds);
        Line::new("work", figure(ours)).beside("peer", figure(beside)).target(target)
    }

    #[test]
    fn a_target_is_met_or_missed_on_its_own_side() {
        assert_eq!(line(1.0, 2.0, Target::RatioAtMost(0.5)).met, Some(true));
        assert_eq!(line(1.1, 2.0, Target::RatioAtMost(0.5)).met, Some(false));
        assert_eq!(line(1.6, 2.0, Target::RatioAtLeast(0.8)).met, Some(true));
        assert_eq!(line(1.5, 2.0, Target::RatioAtLeast(0.8)).met, Some(false));
        assert_eq!(line(3.0, 9.0, Target::AtMost(2.9)).met, Some(false));
        assert_eq!(line(3.0, 9.0, Target::AtLeast(3.0)).met, Some(true));
    }

    #[test]
    fn a_missed_target_is_shown_and_told() {
        let mut report =
            Report { lines: vec![line(1.0, 4.0, Target::RatioAtMost(0.5))], ..Report::default() };
        assert!(report.meets_every_target());
        report.lines.push(line(3.0, 4.0, Target::RatioAtMost(0.5)));
        assert!(!report.meets_every_target());
        let table = report.to_string();
        let last = table.lines().last().unwrap_or_default();
        assert!(last.contains("0.75×") && last.ends_with("≤ 0.5×  NO"), "{table}");
    }
}

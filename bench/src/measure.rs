//! Wall time, CPU time and memory, as Linux tells them under `/proc` (proc(5)).

use std::fs;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// A tick of the CPU times in `/proc/PID/stat`: `USER_HZ` is 100 on every architecture that Linux
/// and Rust share.
const TICK: Duration = Duration::from_millis(10);
/// Places after the command name in `/proc/PID/stat`, which may itself hold spaces.
const OWN_TICKS: [usize; 2] = [11, 12];
const CHILD_TICKS: [usize; 2] = [13, 14];

/// What something cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// Time that went by.
    pub(crate) wall: Duration,
    /// User and system time of all threads.
    pub(crate) cpu: Duration,
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu += other.cpu;
    }
}

/// A running measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    began: Instant,
    cpu: Duration,
    places: [usize; 2],
}

impl Stopwatch {
    /// Begins to measure this process.
    pub(crate) fn own() -> Result<Self> {
        Self::start(OWN_TICKS)
    }

    /// Begins to measure the programs that this process starts and waits for.
    pub(crate) fn children() -> Result<Self> {
        Self::start(CHILD_TICKS)
    }

    fn start(places: [usize; 2]) -> Result<Self> {
        Ok(Self { cpu: cpu(places)?, began: Instant::now(), places })
    }

    /// What was spent since.
    pub(crate) fn stop(self) -> Result<Cost> {
        let wall = self.began.elapsed();
        Ok(Cost { wall, cpu: cpu(self.places)?.saturating_sub(self.cpu) })
    }
}

/// CPU time of this process so far.
pub(crate) fn own_cpu() -> Result<Duration> {
    cpu(OWN_TICKS)
}

fn cpu(places: [usize; 2]) -> Result<Duration> {
    let stat = read("/proc/self/stat")?;
    ticks(&stat, places)
        .map(|ticks| TICK * ticks)
        .ok_or_else(|| Error::Unmeasurable(format!("/proc/self/stat holds `{stat}`")))
}

fn ticks(stat: &str, places: [usize; 2]) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<_> = fields.split_whitespace().collect();
    places.iter().map(|place| fields.get(*place)?.parse::<u32>().ok()).sum()
}

/// The most memory that this process has held at once, in bytes.
pub(crate) fn peak_memory() -> Result<u64> {
    let status = read("/proc/self/status")?;
    kilobytes(&status, "VmHWM:")
        .map(|kilobytes| kilobytes << 10)
        .ok_or_else(|| Error::Unmeasurable("/proc/self/status has no VmHWM".to_owned()))
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::Unmeasurable(format!("{path}: {error}")))
}

/// What kind of machine this is, in a few words.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let model = read("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let memory = read("/proc/meminfo").ok().and_then(|text| kilobytes(&text, "MemTotal:"));
    let kernel = read("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{cores} × {}, {} GB, Linux {}",
        model.as_deref().unwrap_or(std::env::consts::ARCH),
        memory.unwrap_or_default() >> 20,
        kernel.trim()
    )
}

/// The value that so many of the sorted values are not above, by nearest rank; 0 of none.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank among few values"
    )]
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// Times of many equal steps.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Median and 99th percentile.
    pub(crate) fn p50_p99(mut self) -> (Duration, Duration) {
        self.0.sort_unstable();
        (quantile(&self.0, 0.5), quantile(&self.0, 0.99))
    }
}

/// The median of several costs, wall and CPU each for itself.
pub(crate) fn median(costs: &[Cost]) -> Cost {
    let middle = |pick: fn(&Cost) -> Duration| {
        let mut values: Vec<_> = costs.iter().map(pick).collect();
        values.sort_unstable();
        quantile(&values, 0.5)
    };
    Cost { wall: middle(|cost| cost.wall), cpu: middle(|cost| cost.cpu) }
}

/// Measures ours and the other in turn, so that both meet the same disturbances.
pub(crate) async fn in_turn(
    rounds: usize,
    mut ours: impl AsyncFnMut() -> Result<Cost>,
    mut beside: impl AsyncFnMut() -> Result<Cost>,
) -> Result<(Cost, Cost)> {
    let mut costs = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        costs.0.push(ours().await?);
        costs.1.push(beside().await?);
    }
    Ok((median(&costs.0), median(&costs.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_name_with_spaces_and_brackets_does_not_shift_the_times() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 0 0 0 0 0 12 30 400 5000 20 0 1 0 9";
        assert_eq!(ticks(stat, OWN_TICKS), Some(42));
        assert_eq!(ticks(stat, CHILD_TICKS), Some(5400));
    }

    #[test]
    fn work_shows_as_cpu_time_and_memory() {
        let watch = Stopwatch::own().unwrap();
        let mut work = 0_u64;
        while watch.stop().unwrap().cpu < TICK {
            work = work.wrapping_mul(31).wrapping_add(1);
        }
        std::hint::black_box(work);
        assert!(peak_memory().unwrap() > 1 << 20);
    }

    #[test]
    fn quantiles_are_values_that_occurred() {
        let mut times = Times::default();
        (1..=200).rev().for_each(|n| times.add(Duration::from_millis(n)));
        assert_eq!(times.p50_p99(), (Duration::from_millis(100), Duration::from_millis(198)));
        assert_eq!(Times::default().p50_p99(), (Duration::ZERO, Duration::ZERO));
    }
}

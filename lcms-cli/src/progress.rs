//! Progress for people: bars on a terminal, silence elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::Output;

/// A bar over so many bytes.
pub(crate) fn bytes(output: Output, length: u64) -> ProgressBar {
    bar(output, length, "{bar:40} {bytes}/{total_bytes} {bytes_per_sec}")
}

/// A bar over so many things of a kind.
pub(crate) fn count(output: Output, what: &'static str, length: u64) -> ProgressBar {
    bar(output, length, "{msg:10} {bar:40} {human_pos}/{human_len} {per_sec}").with_message(what)
}

/// A line that says what is being done.
pub(crate) fn steps(output: Output) -> ProgressBar {
    let bar =
        if output.is_for_people() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn bar(output: Output, length: u64, template: &str) -> ProgressBar {
    if !output.is_for_people() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template);
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

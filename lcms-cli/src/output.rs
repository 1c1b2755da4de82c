//! Printing: tables and sentences for people, JSON for machines.

use std::io::{IsTerminal as _, Write as _};

use lcms_core::Error;
use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Where results go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a person is reading along and nothing else.
    pub(crate) fn is_for_people(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// Prints a value as JSON, or what `people` makes of it. A reader that has gone away, as at
    /// the head of a pipe, is no failure.
    pub(crate) fn print<T: Serialize>(self, value: &T, people: impl FnOnce(&T) -> String) {
        let text = if self.json {
            serde_json::to_string_pretty(value).unwrap_or_else(|error| error.to_string())
        } else {
            people(value)
        };
        let mut out = std::io::stdout().lock();
        let written = out.write_all(text.trim_end().as_bytes()).and_then(|()| out.write_all(b"\n"));
        drop(written);
    }

    /// Says why something was not done.
    pub(crate) fn failure(self, error: &Error) {
        if self.json {
            let problem = serde_json::json!({
                "error": error.kind().slug(),
                "message": error.message(),
                "hint": error.hint_text(),
                "violations": error.violation_list(),
            });
            eprintln!("{problem:#}");
            return;
        }
        eprintln!("error: {error}");
        let mut cause = std::error::Error::source(error);
        while let Some(reason) = cause {
            eprintln!("  because: {reason}");
            cause = reason.source();
        }
        if let Some(hint) = error.hint_text() {
            eprintln!("hint: {hint}");
        }
    }
}

/// A moment as people read it and `--at` takes it: UTC, to the second.
pub(crate) fn when(time: OffsetDateTime) -> String {
    let time = time.to_offset(UtcOffset::UTC).truncate_to_second();
    time.format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}

/// Rows of text as columns, each as wide as its widest cell.
pub(crate) fn table<const N: usize>(rows: &[[String; N]], when_empty: &str) -> String {
    if rows.is_empty() {
        return when_empty.to_owned();
    }
    let width = |n: usize| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0);
    let widths: Vec<_> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

//! Programs that people would use instead, and what they cost.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::measure::{Cost, Stopwatch};

/// Runs a program in a folder to its end.
pub(crate) fn run(program: &'static str, arguments: &[&str], folder: &Path) -> Result<Cost> {
    let watch = Stopwatch::children()?;
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::Missing { program, hint: hint(program) },
            _ => Error::Program { program: program.to_owned(), reason: error.to_string() },
        })?;
    let cost = watch.stop()?;
    if output.status.success() {
        return Ok(cost);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let reason = format!("{}: {said}", output.status);
    Err(Error::Program { program: format!("{program} {}", arguments.join(" ")), reason })
}

fn hint(program: &str) -> &'static str {
    match program {
        "zip" => "Debian and Ubuntu: `apt install zip`; Fedora: `dnf install zip`",
        "node" | "npm" => "Node.js 20 or later",
        "git" => "Debian and Ubuntu: `apt install git`; Fedora: `dnf install git`",
        _ => "it comes with every Linux system: GNU coreutils",
    }
}

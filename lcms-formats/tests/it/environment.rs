//! What tests need from outside the repository; nothing is skipped when it is missing.

use std::path::PathBuf;
use std::process::Command;

/// The official schemas, one folder per standard.
pub(crate) fn schemas() -> PathBuf {
    folder("LCMS_SCHEMAS", "the folder of the official SCORM schemas (scorm12, scorm2004-4th, …)")
}

/// Packages that other tools made.
pub(crate) fn samples() -> PathBuf {
    folder("LCMS_SAMPLES", "the folder of sample packages (packages/tools, packages/golf, …)")
}

fn folder(variable: &str, what: &str) -> PathBuf {
    match std::env::var_os(variable) {
        Some(folder) if PathBuf::from(&folder).is_dir() => folder.into(),
        Some(folder) => panic!("{variable} is {folder:?}, which is not a folder; set it to {what}"),
        None => panic!("set {variable} to {what}"),
    }
}

/// Runs a program that must succeed and returns what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?} did not start, is it installed? {error}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{command:?} failed:\n{said}");
    said
}

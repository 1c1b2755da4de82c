//! Tests that need a process of their own: the test binary runs itself again.
//!
//! A test asks [`argument`] whether it is the child; if not, it is the parent and starts itself as
//! one. So the child's work stands in the test it belongs to, and no test is there only to be
//! started by another.

use std::process::{Command, Stdio};

const ARGUMENT: &str = "LCMS_TEST_CHILD";

/// What the parent passed, when this process is a child.
pub(crate) fn argument() -> Option<String> {
    std::env::var(ARGUMENT).ok()
}

/// The test of that path (`module_path!()` and its name) as a command that runs in a child.
pub(crate) fn command(module: &str, test: &str, argument: &str) -> Command {
    let module = module.split_once("::").map_or("", |(_, rest)| rest);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([&format!("{module}::{test}"), "--exact", "--nocapture", "--test-threads=1"])
        .env(ARGUMENT, argument)
        .stdin(Stdio::null());
    command
}

/// A line of output that the parent reads; libtest's own lines have no such mark.
pub(crate) fn say(what: &str, value: impl std::fmt::Display) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n@ {what} {value}").unwrap();
    out.flush().unwrap();
}

/// What a child said in that line, if it is one that was said.
pub(crate) fn said(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("@ ")?.split_once(' ')
}

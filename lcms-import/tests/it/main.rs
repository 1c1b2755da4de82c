//! Imports into a store, end to end.
//!
//! Some tests read what others made; `LCMS_SAMPLES` names the folder that holds them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod demo;
mod documents;
mod edits;
mod hostile;
mod judged;
mod lessons;
mod packages;
mod questions;
mod reuse;
mod split;
mod support;
mod transfer;
mod translations;
mod watch;

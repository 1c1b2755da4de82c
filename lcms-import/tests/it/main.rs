//! Imports into a store, end to end.
//!
//! Two tests read real lessons; `LCMS_SAMPLES` names the folder that holds them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod demo;
mod edits;
mod lessons;
mod support;
mod transfer;
mod translations;

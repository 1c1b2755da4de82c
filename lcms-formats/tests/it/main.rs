//! The crate from outside: manifests, schemas, samples and archives.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod archive;
mod check;
mod cmi5;
mod environment;
mod fixtures;
mod golden;
mod layout;
mod questions;
mod round_trip;
mod samples;
mod schemas;

//! The publisher against real stores.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod packages;
mod refusals;
mod schemas;
mod variants;
mod world;

//! The publisher against real stores.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod compare;
mod gate;
mod imported;
mod languages;
mod packages;
mod profiles;
mod questions;
mod refusals;
mod republish;
mod schemas;
mod sequencing;
mod variants;
mod verify;
mod world;

//! The binary as people run it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod accounts;
mod branches;
mod flow;
mod imports;
mod integrity;
mod lcms;
mod metadata;
mod profiles;
mod reuse;
mod server;
mod sync;
mod updates;

//! The HTTP interface from outside: requests in, responses out, on a fresh data directory each.
//! The tree of modules mirrors the addresses.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod api;
mod harness;
mod openapi;
mod root;
mod serve;
mod webhooks;

//! The rules of the domain, proved through its public interface.
//!
//! Everything that touches a database is written once and runs on SQLite and on PostgreSQL (see
//! [`harness`]): a rule that holds on one engine only does not hold.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[macro_use]
mod harness;
mod child;
mod documents;
mod store_checks;

mod accounts;
mod bad_documents;
mod blobs;
mod canonical_form;
mod components;
mod concurrency;
mod crash;
mod digest_vectors;
mod freezing;
mod idempotency;
mod imports;
mod indexing;
mod integrity;
mod kinds;
mod link_policies;
mod memory;
mod migrations;
mod slot_ids;
mod slots;
mod states;
mod transfer;
mod writer;

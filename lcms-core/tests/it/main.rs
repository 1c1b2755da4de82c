//! The rules of the domain, proved through its public interface.
//!
//! Everything that touches a database is written once and runs on SQLite and on PostgreSQL (see
//! [`harness`]): a rule that holds on one engine only does not hold.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

#[macro_use]
mod harness;
mod child;
mod documents;
mod s3;
mod searching;
mod store_checks;

mod accounts;
mod bad_documents;
mod blobs;
mod branches;
mod bulk_edits;
mod canonical_form;
mod chain;
mod comments;
mod components;
mod concurrency;
mod concurrency_of_everything;
mod copies;
mod crash;
mod deploying;
mod digest_vectors;
mod exchange;
mod files_searched;
mod freezing;
mod freezing_again;
mod idempotency;
mod imports;
mod index_out_of_room;
mod indexing;
mod integrity;
mod kinds;
mod link_policies;
mod local;
mod log_filter;
mod memory;
mod merges;
mod migrations;
mod placements;
mod release_languages;
mod release_records;
mod replays;
mod reports;
mod reverts;
mod saved_searches;
mod schemas;
mod sign_ins;
mod slot_ids;
mod slots;
mod states;
mod transfer;
mod translations;
mod vocabularies;
mod webhooks;
mod where_used;
mod where_used_rebuild;
mod writer;

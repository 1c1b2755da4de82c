//! `/api/v1`.

mod access;
mod blobs;
mod branches;
mod changes;
mod compare;
mod components;
mod deploying;
mod events;
mod libraries;
mod packages;
mod profiles;
mod releases;
mod requests;
mod reuse;
mod search;
mod users;

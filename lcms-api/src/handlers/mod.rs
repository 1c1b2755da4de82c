//! Handlers, one module per kind of thing: one service call and one conversion each.

pub(crate) mod blobs;
pub(crate) mod branches;
pub(crate) mod bulk_edits;
pub(crate) mod channels;
pub(crate) mod compare;
pub(crate) mod components;
pub(crate) mod deployments;
pub(crate) mod events;
pub(crate) mod exchange;
pub(crate) mod gate;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod libraries;
pub(crate) mod packages;
pub(crate) mod previews;
pub(crate) mod problems;
pub(crate) mod redactions;
pub(crate) mod releases;
pub(crate) mod reports;
pub(crate) mod saved_searches;
pub(crate) mod schemas;
pub(crate) mod search;
pub(crate) mod sign_ins;
pub(crate) mod system;
pub(crate) mod targets;
pub(crate) mod users;
pub(crate) mod vocabularies;
pub(crate) mod webhooks;

use serde::Serialize;
use utoipa::ToSchema;

/// A list that is short enough to be given whole.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Items<T> {
    /// Everything there is.
    items: Vec<T>,
}

/// Where a thing lives, for `Location`.
fn address(collection: &str, id: impl std::fmt::Display) -> String {
    format!("/api/v1/{collection}/{id}")
}

//! The HTTP interface: routes, extractors, handlers, OpenAPI.
//!
//! It is thin. A request finds its route (`router` shows all of them on one page), extractors
//! turn it into who, which and how many, the handler calls one service of `lcms-core`, and the
//! value that comes back is the response. Rights are not checked here: the only handle that an
//! extractor gives out is a session, which does what its actor may do and nothing else.
//!
//! Every refusal, wherever it comes from, is a [`Problem`] and leaves through one place
//! (`observe`), as RFC 9457 `application/problem+json` with a stable `type`.
//!
//! Programs prove who they are with a bearer token in a header, people with a sign-in: a secret in
//! a cookie that no script can read. A browser adds a cookie on its own, also for a page of another
//! site; so a request with a sign-in that changes something must say that it comes from a page of
//! this server (`extract/caller`).
//!
//! Everything that is not the API is the web app (`web`), which talks to nothing but the API.

mod conditions;
mod extract;
mod handlers;
mod headers;
mod limits;
mod metrics;
mod observe;
mod openapi;
mod preview;
mod problem;
mod router;
mod serve;
mod state;
mod streaming;
mod web;
mod webhooks;

pub use openapi::openapi_json;
pub use problem::{Problem, ProblemKind};
pub use router::router;
pub use serve::{PreviewListener, serve, serve_with_previews};

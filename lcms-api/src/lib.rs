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
//! Callers prove who they are with a bearer token in a header and with nothing else. There is no
//! cookie that a browser would add on its own, so a page of another site cannot act for a person
//! here and no check of `Origin` is needed. Whoever adds cookies adds that check.

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

pub use openapi::openapi_json;
pub use problem::{Problem, ProblemKind};
pub use router::router;
pub use serve::{PreviewListener, serve, serve_with_previews};

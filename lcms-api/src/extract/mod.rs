//! From a request to who, which, how many and what: everything a handler is given.
//!
//! The names differ from axum's on purpose: these refuse with a problem, and the OpenAPI macros
//! take what a route says, not what they guess.

mod body;
mod caller;
mod path;
mod query;
mod strict;
mod viewer;

pub(crate) use body::{FileBody, JsonBody};
pub(crate) use caller::{COOKIE, Caller, Credentials, require_own_page, sign_in_secret};
pub(crate) use path::{ReferencePath, SlotPath, TargetPath, UrlPath};
pub(crate) use query::{Limit, Taken, UrlQuery, read as read_query};
pub(crate) use viewer::{MomentParameters, Viewer};

//! The domain of lcms: versioned, content-addressed learning components.
//!
//! Four layers, each allowed to use only those to its left:
//! `model` (pure data and rules) ← `store` (SQL and blobs), `index` (search) ← `service`
//! (the only way to change state, and the only place where rights are checked).

pub mod index;
pub mod model;
pub mod service;
pub mod store;

mod bounded;
mod error;

pub use bounded::Bounded;
pub use error::{Error, ErrorKind, Result};

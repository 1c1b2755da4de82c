//! Releases become packages.
//!
//! ```text
//! release → plan (every path, every source, frozen) → render pages → manifest → check → zip stream
//! ```
//!
//! The same release, profile and [`PUBLISHER_VERSION`] give the same bytes: nothing here reads a
//! clock, a key or an unordered map. Identifiers that an LMS sees come from component and
//! placement ids alone. Everything that can be refused is refused, all at once, before the first
//! byte is sent; files are then copied as they are stored.

mod archive;
mod bill;
mod fault;
mod identifiers;
mod manifest;
mod plan;
mod player;
mod profile;
mod publisher;
pub mod render;

pub use fault::Fault;
pub use plan::Plan;
pub use profile::{Assigned, Format, Matched, Profile, ProfileError};
pub use publisher::{Package, Publisher};

/// Names the rules by which packages are made; anything that changes a package's bytes changes it.
pub const PUBLISHER_VERSION: &str = concat!("lcms-publish/", env!("CARGO_PKG_VERSION"));

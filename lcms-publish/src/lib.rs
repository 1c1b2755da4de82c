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
//!
//! What an LMS tracks of a package is its [`shape`]; [`mod@compare`] says what it asks for that one
//! package takes the place of another, [`verify`] whether a file still is what was published.

mod archive;
pub mod atom;
mod bill;
mod cache;
mod check;
pub mod compare;
mod credits;
mod fault;
mod formats;
mod gate;
mod identifiers;
mod inspect;
mod make;
mod plan;
mod player;
mod preview;
mod profile;
pub mod proof;
mod publisher;
pub mod render;
pub mod shape;
mod sign;
mod theme;
pub mod verify;

pub use bill::{BILL_PATH, Bill, BilledComponent, BilledFile};
pub use check::{Rule, Waiver, WaiverError, Waivers};
pub use fault::Fault;
pub use gate::{Finding, GateReport};
pub use inspect::{Inspected, inspect};
pub use plan::Plan;
pub use preview::{Preview, PreviewFile, PreviewItem};
pub use profile::{Assigned, Format, Logo, Matched, Named, Profile, ProfileError, Settings};
pub use publisher::{GivenAgain, Order, Package, Publisher, Seal};
pub use sign::{KeyRing, PublicKey, PublicKeyError, SIGNATURE_PATH, Signature, Signer};

/// Names the rules by which packages are made; anything that changes a package's bytes changes it.
pub const PUBLISHER_VERSION: &str = concat!("lcms-publish/", env!("CARGO_PKG_VERSION"));

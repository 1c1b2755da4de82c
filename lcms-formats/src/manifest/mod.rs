//! Content packaging manifests (`imsmanifest.xml`) of SCORM 1.2 and SCORM 2004.
//!
//! One tree of types serves both, because both are IMS Content Packaging: a [`Manifest`] has
//! organizations (trees of items: what a learner sees) and resources (what is launched, and the
//! files it needs). What a standard adds lies in a module of its own, [`scorm12`] and
//! [`scorm2004`], and hangs on an item as rules.
//!
//! * [`read()`] is lenient: it accepts what tools really write and reports what it skipped or
//!   repaired. It refuses only what it cannot understand.
//! * [`check()`] is strict: every rule a valid package keeps, every breach reported at once.
//! * [`write()`] refuses what [`check()`] finds in the manifest itself, then writes the same bytes for
//!   the same value, always.

mod check;
mod decimal;
mod fault;
mod href;
mod identifier;
mod model;
mod names;
mod notes;
mod read;
pub mod scorm12;
pub mod scorm2004;
mod write;

pub use check::{check, is_control_document};
pub use decimal::{Decimal, InvalidDecimal};
pub use fault::{Fault, Faults};
pub use href::Href;
pub use identifier::{Identifier, InvalidIdentifier};
pub use model::{
    Item, Items, Manifest, Metadata, Organization, Resource, ScormType, Standard, TimeLimitAction,
};
pub use notes::{Note, NoteKind};
pub use read::{ReadError, Reading, read};
pub use write::write;

pub(crate) use notes::Notes;

/// The name of the manifest, at the root of its package.
pub const MANIFEST_FILE: &str = "imsmanifest.xml";

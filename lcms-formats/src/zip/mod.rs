//! The container: packages are zip archives.
//!
//! * [`SafePath`] is the name of a file that means the same on every system. Writing takes only
//!   such names, reading yields only such names.
//! * [`Layout`] plans an archive over data that is already compressed: every byte of it is known
//!   before any data is read, so a package has a length, can be resumed anywhere and costs a copy.
//! * [`Archive`] reads an archive that may be hostile, within [`Limits`].

mod archive;
mod directory;
mod error;
mod layout;
mod path;
mod record;

pub use archive::{Archive, ArchivedFile, Limits, Warning, WarningKind};
pub use error::{ArchiveError, EntryRule};
pub use layout::{Entry, Layout, LayoutError, Method, Piece, WriteError};
pub use path::{PathRule, SafePath};

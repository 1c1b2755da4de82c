//! Libraries with their whole history as a folder of readable files, made for version control.
//!
//! One file per object, under a name that stays; `docs/transfer-format.md` is the contract. What a
//! file holds is told by its digest or by the ids in it, never by where it stands, so a folder that
//! version control has merged is read like any other. Writing again into the same folder touches
//! only what changed.

mod layout;
mod lines;
mod read;
mod rules;
mod write;
mod zipped;

pub use layout::{MANIFEST, Manifest};
pub use read::{TransferStep, import_transfer, is_transfer};
pub use write::{ExportOptions, Exported, export_folder};
pub use zipped::export_zip;

use crate::folder::Limits;

impl Limits {
    /// For a folder that holds libraries with their whole history.
    #[must_use]
    pub fn of_transfer() -> Self {
        Self {
            files: 20_000_000,
            file_bytes: 16 << 30,
            text_bytes: 64 << 20,
            total_bytes: 4 << 40,
            ..Self::default()
        }
    }
}

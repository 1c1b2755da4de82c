//! Blobs: files stored once under their digest, in the form a zip needs.

mod adopt;
mod catalog;
mod check;
mod files;
mod folder;
mod pieces;
mod upload;

pub use adopt::Adopted;
pub use catalog::{Aged, find, find_many, forget, forget_all, hold, insert, page, renew, replace};
pub use check::{BytesDamage, StoredFile};
pub use files::{BlobStore, BlobUrl, name_of, pack, unpack};
pub use folder::STAGING;
pub use upload::{Sealed, Upload};

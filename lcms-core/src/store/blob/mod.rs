//! Blobs: files stored once under their digest, in the form a zip needs.

mod catalog;
mod files;
mod pieces;

pub use catalog::{find, insert};
pub use files::{BlobStore, BlobUrl, Upload, pack};

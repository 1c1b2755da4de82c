//! What libraries ask of metadata, edits of many components, and reports.

mod bulk;
mod reports;
mod schemas;
mod vocabularies;

pub(crate) use bulk::run as bulk;
pub(crate) use reports::{care, report, suggest};
pub(crate) use schemas::run as schema;
pub(crate) use vocabularies::run as vocabulary;

//! The database schema of lcms: one file per change, up and down, the same on SQLite and
//! PostgreSQL.
//!
//! Times are `BIGINT` microseconds since 1970-01-01 UTC; digests are their 32 raw bytes; documents
//! are canonical JSON bytes. Each change runs in a transaction on both engines.

pub use sea_orm_migration::prelude::{MigratorTrait, SchemaManager};

use sea_orm_migration::prelude::*;

mod m0001_initial;
mod m0002_reuse_and_versions;
mod m0003_blob_place;
mod m0004_people;
mod m0005_package_files;
mod m0006_synonyms;
mod m0007_rules_and_care;
mod m0008_seen_searches;
mod m0009_travelling;
mod m0010_webhooks_and_log;
mod m0011_frames;
mod table;

/// Every change, in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_initial::Initial),
            Box::new(m0002_reuse_and_versions::ReuseAndVersions),
            Box::new(m0003_blob_place::BlobPlace),
            Box::new(m0004_people::People),
            Box::new(m0005_package_files::PackageFiles),
            Box::new(m0006_synonyms::Synonyms),
            Box::new(m0007_rules_and_care::RulesAndCare),
            Box::new(m0008_seen_searches::SeenSearches),
            Box::new(m0009_travelling::Travelling),
            Box::new(m0010_webhooks_and_log::WebhooksAndLog),
            Box::new(m0011_frames::Frames),
        ]
    }
}

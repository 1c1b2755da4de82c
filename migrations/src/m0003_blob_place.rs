//! Names of blob files that are never used twice: the place is part of the name.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::uuid_null;

pub(crate) struct BlobPlace;

impl MigrationName for BlobPlace {
    fn name(&self) -> &'static str {
        "m0003_blob_place"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for BlobPlace {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("blob").add_column(uuid_null("place")).take())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("blob").drop_column("place").take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

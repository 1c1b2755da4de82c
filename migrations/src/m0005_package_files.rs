//! What a package is made of: the digest of the list of its files, so that it can be given again.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;

use crate::table::optional_digest;

pub(crate) struct PackageFiles;

impl MigrationName for PackageFiles {
    fn name(&self) -> &'static str {
        "m0005_package_files"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for PackageFiles {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter().table("package").add_column(optional_digest("files")).take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("package").drop_column("files").take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

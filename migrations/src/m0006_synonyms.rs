//! What words a library takes for others when it is searched.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, uuid};

use crate::table::table;

pub(crate) struct Synonyms;

impl MigrationName for Synonyms {
    fn name(&self) -> &'static str {
        "m0006_synonyms"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Synonyms {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let synonyms = table("library_synonyms")
            .col(uuid("library_id").primary_key())
            .col(text("body"))
            .col(big_integer("event"))
            .take();
        manager.create_table(synonyms).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("library_synonyms").take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

//! When a person last looked at a kept search.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, uuid};

use crate::table::{key, table};

pub(crate) struct SeenSearches;

impl MigrationName for SeenSearches {
    fn name(&self) -> &'static str {
        "m0008_seen_searches"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SeenSearches {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let seen = table("saved_search_seen")
            .col(uuid("user_id"))
            .col(uuid("search_id"))
            .col(big_integer("seen"))
            .primary_key(&mut key(&["user_id", "search_id"]))
            .take();
        manager.create_table(seen).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("saved_search_seen").take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

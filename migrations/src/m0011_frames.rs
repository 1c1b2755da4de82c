//! What the nodes of frozen trees share: which component holds what in which slot.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::blob;

use crate::table::{digest, optional_digest, table};

pub(crate) struct Frames;

impl MigrationName for Frames {
    fn name(&self) -> &'static str {
        "m0011_frames"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Frames {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let frame = table("frame").col(digest("digest").primary_key()).col(blob("body")).take();
        manager.create_table(frame).await?;
        // The nodes that are there have none: they are whole.
        let column = Table::alter().table("node").add_column(optional_digest("frame")).take();
        manager.alter_table(column).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("node").drop_column("frame").take()).await?;
        manager.drop_table(Table::drop().table("frame").take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

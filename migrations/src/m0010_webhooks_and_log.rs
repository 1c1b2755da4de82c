//! Webhooks of kept searches with what they have told and have yet to tell, and the change log by who
//! and what.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, string, text, uuid};

use crate::table::{key, table};

pub(crate) struct WebhooksAndLog;

impl MigrationName for WebhooksAndLog {
    fn name(&self) -> &'static str {
        "m0010_webhooks_and_log"
    }
}

const INDEXES: &[(&str, &str, &[&str])] = &[
    ("event_actor", "event", &["actor", "kind", "number"]),
    ("event_kind", "event", &["kind", "number"]),
    ("delivery_due", "delivery", &["due"]),
    ("delivery_search", "delivery", &["search_id", "created"]),
];

fn tables() -> [TableCreateStatement; 3] {
    [
        table("webhook")
            .col(uuid("search_id").primary_key())
            .col(text("url"))
            .col(text("secret"))
            .col(big_integer("seen_event"))
            .col(big_integer("created"))
            .take(),
        // What the receiver was told of, so that it hears of each thing once.
        table("webhook_match")
            .col(uuid("search_id"))
            .col(uuid("component_id"))
            .col(uuid("revision_id"))
            .primary_key(&mut key(&["search_id", "component_id"]))
            .take(),
        // Without `due` nothing is tried any more.
        table("delivery")
            .col(uuid("id").primary_key())
            .col(uuid("search_id"))
            .col(text("body"))
            .col(string("state"))
            .col(integer("attempts"))
            .col(text("outcome"))
            .col(big_integer("created"))
            .col(big_integer_null("due"))
            .col(big_integer_null("tried"))
            .take(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for WebhooksAndLog {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in INDEXES {
            let mut index = Index::create().name(*name).table(*table).to_owned();
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["event_kind", "event_actor"] {
            manager.drop_index(Index::drop().name(name).table("event").to_owned()).await?;
        }
        for table in ["delivery", "webhook_match", "webhook"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

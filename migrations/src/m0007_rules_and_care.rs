//! What a library asks of metadata, who looks after a component, edits of many at once, and
//! searches that people keep.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, string, text, text_null, uuid, uuid_null,
};

use crate::table::{optional_digest, table};

pub(crate) struct RulesAndCare;

impl MigrationName for RulesAndCare {
    fn name(&self) -> &'static str {
        "m0007_rules_and_care"
    }
}

const INDEXES: &[(&str, &str, &[&str])] = &[
    ("library_rule_library", "library_rule", &["library_id", "newest"]),
    ("saved_search_user", "saved_search", &["user_id"]),
];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        // Every state that a vocabulary or schema ever had; without a body it was taken away.
        table("library_rule")
            .col(uuid("id").primary_key())
            .col(uuid("library_id"))
            .col(string("subject"))
            .col(string("name"))
            .col(integer("number"))
            .col(text_null("body"))
            .col(boolean("newest"))
            .col(uuid("author"))
            .col(text("message"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .take(),
        table("care")
            .col(uuid("component_id").primary_key())
            .col(uuid_null("steward"))
            .col(text_null("review_by"))
            .take(),
        table("bulk_edit")
            .col(uuid("id").primary_key())
            .col(uuid("actor"))
            .col(text("message"))
            .col(text("body"))
            .col(big_integer("created"))
            .col(big_integer_null("undone"))
            .take(),
        table("saved_search")
            .col(uuid("id").primary_key())
            .col(uuid("user_id"))
            .col(text("name"))
            .col(text("body"))
            .col(boolean("shared"))
            .col(big_integer("created"))
            .col(big_integer("changed"))
            .col(optional_digest("feed").unique_key())
            .take(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for RulesAndCare {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let mut number =
            Index::create().name("library_rule_number").table("library_rule").to_owned();
        for column in ["library_id", "subject", "name", "number"] {
            number.col(column);
        }
        manager.create_index(number.unique().to_owned()).await?;
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
        for table in ["saved_search", "bulk_edit", "care", "library_rule"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

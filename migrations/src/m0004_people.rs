//! What people need to work in a browser: passwords, sign-ins, comments and drafts.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, string, text, text_null, uuid, uuid_null,
};

use crate::table::{digest, key, table};

pub(crate) struct People;

impl MigrationName for People {
    fn name(&self) -> &'static str {
        "m0004_people"
    }
}

const INDEXES: &[(&str, &str, &[&str])] = &[
    ("sign_in_user", "sign_in", &["user_id"]),
    ("comment_component", "comment", &["component_id"]),
];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("password")
            .col(uuid("user_id").primary_key())
            .col(string("hash"))
            .col(big_integer("changed"))
            .take(),
        table("sign_in")
            .col(uuid("id").primary_key())
            .col(uuid("user_id"))
            .col(digest("hash").unique_key())
            .col(text("browser"))
            .col(big_integer("created"))
            .col(big_integer("expires"))
            .col(big_integer_null("ended"))
            .take(),
        // A reply names the comment that its thread began with.
        table("comment")
            .col(uuid("id").primary_key())
            .col(uuid("component_id"))
            .col(uuid("revision_id"))
            .col(uuid_null("thread_id"))
            .col(uuid("author"))
            .col(text("body"))
            .col(text_null("anchor"))
            .col(big_integer("created"))
            .col(big_integer_null("edited"))
            .col(big_integer_null("resolved"))
            .col(uuid_null("resolved_by"))
            .take(),
        table("draft")
            .col(uuid("user_id"))
            .col(uuid("component_id"))
            .col(integer("branch_id"))
            .col(uuid("base"))
            .col(text("body"))
            .col(big_integer("saved"))
            .primary_key(&mut key(&["user_id", "component_id", "branch_id"]))
            .take(),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for People {
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
        for table in ["draft", "comment", "sign_in", "password"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

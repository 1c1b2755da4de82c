//! What libraries carry when they travel: synonyms become states like other rules, care knows when
//! it was given, and a library remembers what of other servers' logs it has.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, uuid};
use sea_orm_migration::sea_orm::DbBackend;

use crate::table::{digest, key, table};

pub(crate) struct Travelling;

impl MigrationName for Travelling {
    fn name(&self) -> &'static str {
        "m0009_travelling"
    }
}

/// The list there is becomes the first state.
const KEEP: &str = "INSERT INTO library_rule \
    (id, library_id, subject, name, number, body, newest, author, message, created, event) \
    SELECT {id}, s.library_id, 'synonyms', 'synonyms', 1, s.body, TRUE, e.actor, '', e.created, \
    s.event FROM library_synonyms s JOIN event e ON e.number = s.event";
const GIVE_BACK: &str = "INSERT INTO library_synonyms (library_id, body, event) \
    SELECT library_id, COALESCE(body, ''), event FROM library_rule \
    WHERE subject = 'synonyms' AND newest";
const WHEN_CARED: &str = "UPDATE care SET changed = COALESCE((SELECT MAX(e.created) FROM event e \
    WHERE e.component_id = care.component_id AND e.kind = 'component.care_changed'), 0)";

fn synonyms() -> TableCreateStatement {
    table("library_synonyms")
        .col(uuid("library_id").primary_key())
        .col(text("body"))
        .col(big_integer("event"))
        .take()
}

#[async_trait::async_trait]
impl MigrationTrait for Travelling {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let id = match manager.get_database_backend() {
            DbBackend::Postgres => "gen_random_uuid()",
            _ => "randomblob(16)",
        };
        db.execute_unprepared(&KEEP.replace("{id}", id)).await?;
        manager.drop_table(Table::drop().table("library_synonyms").take()).await?;
        let subject = Index::create()
            .name("library_rule_subject")
            .table("library_rule")
            .col("subject")
            .col("newest")
            .take();
        manager.create_index(subject).await?;
        let mut changed = big_integer("changed");
        changed.default(0);
        manager.alter_table(Table::alter().table("care").add_column(changed).take()).await?;
        db.execute_unprepared(WHEN_CARED).await?;
        let known = table("known_log")
            .col(uuid("library_id"))
            .col(digest("hash"))
            .col(big_integer("number"))
            .col(digest("here_hash"))
            .col(big_integer("here"))
            .col(digest("seal"))
            .primary_key(&mut key(&["library_id", "hash"]))
            .take();
        manager.create_table(known).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        manager.drop_table(Table::drop().table("known_log").take()).await?;
        manager.alter_table(Table::alter().table("care").drop_column("changed").take()).await?;
        manager
            .drop_index(Index::drop().name("library_rule_subject").table("library_rule").to_owned())
            .await?;
        manager.create_table(synonyms()).await?;
        db.execute_unprepared(GIVE_BACK).await?;
        db.execute_unprepared("DELETE FROM library_rule WHERE subject = 'synonyms'").await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

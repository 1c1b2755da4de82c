//! The first schema: libraries, components, documents, revisions, slots, reviews, blobs,
//! releases, events, users and tokens.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, blob, boolean, integer, string, string_null, text, uuid, uuid_null,
};

use crate::table::{digest, key, optional_digest, table};

pub(crate) struct Initial;

impl MigrationName for Initial {
    fn name(&self) -> &'static str {
        "m0001_initial"
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("user_account")
            .col(uuid("id").primary_key())
            .col(string("name").unique_key())
            .col(string_null("display_name"))
            .col(boolean("disabled"))
            .col(big_integer("created"))
            .take(),
        table("token")
            .col(uuid("id").primary_key())
            .col(uuid("user_id"))
            .col(digest("hash").unique_key())
            .col(string("label"))
            .col(string("scopes"))
            .col(big_integer("created"))
            .col(ColumnDef::new("expires").big_integer())
            .col(ColumnDef::new("revoked").big_integer())
            .take(),
        // A nil library means every library.
        table("role_grant")
            .col(uuid("user_id"))
            .col(uuid("library_id"))
            .col(string("role"))
            .primary_key(&mut key(&["user_id", "library_id", "role"]))
            .take(),
        table("library")
            .col(uuid("id").primary_key())
            .col(string("key").unique_key())
            .col(string("title"))
            .col(text("description"))
            .col(string("language"))
            .col(big_integer("created"))
            .take(),
        table("component")
            .col(uuid("id").primary_key())
            .col(uuid("library_id"))
            .col(string("key"))
            .col(string("kind"))
            .col(boolean("retired"))
            .col(boolean("deleted"))
            .col(big_integer("created"))
            .take(),
        // Content documents, metadata documents and the nodes of frozen trees alike.
        table("document").col(digest("digest").primary_key()).col(blob("body")).take(),
        // Slots are a function of the content document, so they are kept once per document.
        table("slot")
            .col(digest("document"))
            .col(integer("position"))
            .col(uuid("slot_id"))
            .col(string("role"))
            .col(uuid("component_id"))
            .col(text("policy"))
            .primary_key(&mut key(&["document", "position"]))
            .take(),
        // (branch, n) uses the base that was valid at event n; `main` has none.
        table("branch")
            .col(integer("id").primary_key())
            .col(string("name").unique_key())
            .col(ColumnDef::new("base_branch").integer())
            .col(ColumnDef::new("base_event").big_integer())
            .col(big_integer("created"))
            .take(),
        table("revision")
            .col(uuid("id").primary_key())
            .col(uuid("component_id"))
            .col(integer("number"))
            .col(digest("content"))
            .col(digest("metadata"))
            .col(integer("branch_id"))
            .col(string("language"))
            .col(uuid_null("parent_id"))
            .col(uuid_null("merge_parent_id"))
            .col(uuid("author"))
            .col(text("message"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .take(),
        // The newest revision per component, branch and language, with its digests so that
        // freezing and where-used need no second look.
        table("head")
            .col(uuid("component_id"))
            .col(integer("branch_id"))
            .col(string("language"))
            .col(uuid("revision_id"))
            .col(digest("content"))
            .col(digest("metadata"))
            .primary_key(&mut key(&["component_id", "branch_id", "language"]))
            .take(),
        table("review")
            .col(uuid("component_id"))
            .col(digest("content"))
            .col(digest("metadata"))
            .col(string("state"))
            .col(uuid("actor"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .primary_key(&mut key(&["component_id", "content", "metadata"]))
            .take(),
        // A blob may be packed in more than one way; each way is its own row.
        table("blob")
            .col(digest("digest"))
            .col(string("codec"))
            .col(big_integer("size"))
            .col(big_integer("crc32"))
            .col(big_integer("stored_size"))
            .col(big_integer("created"))
            .primary_key(&mut key(&["digest", "codec"]))
            .take(),
        table("release")
            .col(uuid("id").primary_key())
            .col(uuid("component_id"))
            .col(integer("number"))
            .col(digest("digest").unique_key())
            .col(digest("content_root"))
            .col(digest("metadata_root"))
            .col(string("language"))
            .col(string_null("label"))
            .col(text("notes"))
            .col(uuid("author"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .take(),
        table("event")
            .col(big_integer("number").primary_key())
            .col(string("kind"))
            .col(big_integer("created"))
            .col(uuid("actor"))
            .col(uuid_null("library_id"))
            .col(uuid_null("component_id"))
            .col(uuid_null("revision_id"))
            .col(uuid_null("release_id"))
            .col(text("detail"))
            .take(),
        // The counter's row is locked from its first use in a transaction to the commit, so
        // numbers become visible in order on every engine.
        table("counter").col(string("name").primary_key()).col(big_integer("value")).take(),
        table("idempotency")
            .col(uuid("actor"))
            .col(string("key"))
            .col(digest("request"))
            .col(text("outcome"))
            .col(big_integer("created"))
            .primary_key(&mut key(&["actor", "key"]))
            .take(),
        // What the last import of a source file made, to tell unchanged from edited since.
        table("import_source")
            .col(uuid("library_id"))
            .col(string("source"))
            .col(digest("digest"))
            .col(uuid("component_id"))
            .col(optional_digest("content"))
            .col(optional_digest("metadata"))
            .primary_key(&mut key(&["library_id", "source"]))
            .take(),
    ]
}

/// Name, table, columns, unique; and below each the question it answers.
const INDEXES: &[(&str, &str, &[&str], bool)] = &[
    // Which component has this key? Keys are reserved across branches.
    ("component_key", "component", &["library_id", "key"], true),
    // Which documents use this component?
    ("slot_component", "slot", &["component_id"], false),
    // Which revision has this number? What is the history?
    ("revision_number", "revision", &["component_id", "number"], true),
    // Which heads show this document?
    ("head_content", "head", &["content"], false),
    // What were the releases of this course?
    ("release_number", "release", &["component_id", "number"], true),
    // Whose tokens are these?
    ("token_user", "token", &["user_id"], false),
];

#[async_trait::async_trait]
impl MigrationTrait for Initial {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns, unique) in INDEXES {
            let mut index = Index::create().name(*name).table(*table).to_owned();
            for column in *columns {
                index.col(*column);
            }
            if *unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        let insert = |table: &'static str, columns: &[&'static str], values: Vec<Expr>| {
            Query::insert()
                .into_table(table)
                .columns(columns.iter().copied())
                .values_panic(values)
                .to_owned()
        };
        let main = vec![1.into(), "main".into(), 0.into()];
        manager.execute(insert("branch", &["id", "name", "created"], main)).await?;
        let events = vec!["event".into(), 0.into()];
        manager.execute(insert("counter", &["name", "value"], events)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "import_source",
            "idempotency",
            "counter",
            "event",
            "release",
            "blob",
            "review",
            "head",
            "revision",
            "branch",
            "slot",
            "document",
            "component",
            "library",
            "role_grant",
            "token",
            "user_account",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

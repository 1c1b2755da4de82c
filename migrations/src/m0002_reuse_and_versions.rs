//! Branches with a movable base, where-used as intervals, lineage, channels, deployments,
//! packages, reviews of releases and branches, redaction, and the chain over the event log.

#![expect(elided_lifetimes_in_paths, reason = "the trait's signature elides them")]

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary_null, blob, boolean, integer, integer_null, string,
    string_null, text, uuid, uuid_null,
};

use crate::table::{digest, key, optional_digest, table};

pub(crate) struct ReuseAndVersions;

impl MigrationName for ReuseAndVersions {
    fn name(&self) -> &'static str {
        "m0002_reuse_and_versions"
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        // A branch may be moved to a newer base; (branch, n) uses the base that was valid at n.
        table("branch_base")
            .col(integer("branch_id"))
            .col(big_integer("event"))
            .col(integer("base_branch"))
            .col(big_integer("base_event"))
            .primary_key(&mut key(&["branch_id", "event"]))
            .take(),
        // A review of everything that a branch changes, bound to one digest over it.
        table("branch_review")
            .col(integer("branch_id"))
            .col(digest("digest"))
            .col(string("state"))
            .col(uuid("actor"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .primary_key(&mut key(&["branch_id", "digest"]))
            .take(),
        // Which component a parent's head held in a slot, from event `since` up to but not
        // including event `until`; the greatest number means it still does. Derived from the
        // revisions: it can be dropped and made again.
        table("usage")
            .col(uuid("parent_id"))
            .col(integer("branch_id"))
            .col(string("language"))
            .col(uuid("slot_id"))
            .col(big_integer("since"))
            .col(big_integer("until"))
            .col(uuid("child_id"))
            .col(string("role"))
            .col(text("policy"))
            .col(text("overrides"))
            .primary_key(&mut key(&["parent_id", "branch_id", "language", "slot_id", "since"]))
            .take(),
        // What a copy was made from; its merges are in the revisions' second parents.
        table("lineage")
            .col(uuid("component_id").primary_key())
            .col(uuid("source_id"))
            .col(uuid("source_revision"))
            .col(big_integer("event"))
            .take(),
        // Inner nodes of frozen trees, in their compact form. Leaves follow from their parents.
        table("node").col(digest("digest").primary_key()).col(blob("body")).take(),
        table("release_review")
            .col(uuid("release_id").primary_key())
            .col(string("state"))
            .col(uuid("actor"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .take(),
        // Where a channel points; `release_id` is absent once it was closed.
        table("channel")
            .col(uuid("component_id"))
            .col(string("name"))
            .col(uuid_null("release_id"))
            .col(uuid("actor"))
            .col(big_integer("moved"))
            .col(big_integer("event"))
            .primary_key(&mut key(&["component_id", "name"]))
            .take(),
        table("channel_move")
            .col(uuid("component_id"))
            .col(string("name"))
            .col(big_integer("event"))
            .col(uuid_null("from_release"))
            .col(uuid_null("to_release"))
            .col(text("note"))
            .col(uuid("actor"))
            .col(big_integer("created"))
            .primary_key(&mut key(&["component_id", "name", "event"]))
            .take(),
        table("target")
            .col(uuid("id").primary_key())
            .col(string("key").unique_key())
            .col(string("title"))
            .col(string("platform"))
            .col(string("url"))
            .col(text("notes"))
            .col(boolean("retired"))
            .col(big_integer("created"))
            .take(),
        table("package")
            .col(digest("digest").primary_key())
            .col(uuid("release_id"))
            .col(string("format"))
            .col(text("profile"))
            .col(digest("profile_digest"))
            .col(optional_digest("shape"))
            .col(string("publisher"))
            .col(big_integer("size"))
            .col(uuid("actor"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .take(),
        table("deployment")
            .col(uuid("id").primary_key())
            .col(uuid("target_id"))
            .col(uuid("component_id"))
            .col(uuid("release_id"))
            .col(optional_digest("package"))
            .col(string_null("channel"))
            .col(text("note"))
            .col(big_integer("since"))
            .col(uuid("since_actor"))
            .col(big_integer_null("until"))
            .col(uuid_null("until_actor"))
            .col(big_integer("event"))
            .take(),
        // Bytes that were taken away; the digest and whatever names it remain.
        table("redaction")
            .col(digest("digest").primary_key())
            .col(string("subject"))
            .col(text("reason"))
            .col(uuid("actor"))
            .col(big_integer("created"))
            .col(big_integer("event"))
            .take(),
    ]
}

/// Name, table, columns; and above each the question it answers.
const INDEXES: &[(&str, &str, &[&str])] = &[
    // What uses this component, now or at an event?
    ("usage_child", "usage", &["child_id", "branch_id", "until", "since", "parent_id"]),
    // What is local to this structure?
    ("component_owner", "component", &["owner_id"]),
    // What are the copies of this component?
    ("lineage_source", "lineage", &["source_id"]),
    // What happened to this component?
    ("event_component", "event", &["component_id", "number"]),
    // Which channels point at this release?
    ("channel_release", "channel", &["release_id"]),
    // What runs in this target? Where does this course or this release run?
    ("deployment_target", "deployment", &["target_id"]),
    ("deployment_component", "deployment", &["component_id"]),
    ("deployment_release", "deployment", &["release_id"]),
    // Which packages were made of this release?
    ("package_release", "package", &["release_id"]),
    // Which components have heads of their own on this branch?
    ("head_branch", "head", &["branch_id", "component_id"]),
];

/// Table and column of what is added.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("branch", ColumnDef::new("state").string().not_null().default("open").take()),
        ("branch", uuid_null("author").take()),
        ("branch", ColumnDef::new("event").big_integer().not_null().default(0).take()),
        // The structure that a component is local to, until it is promoted.
        ("component", uuid_null("owner_id").take()),
        // Of a translation: the content digest it was made from.
        ("revision", optional_digest("source").take()),
        // Hashed with the message into the event chain, so that a message can be erased.
        ("revision", binary_null("salt").take()),
        ("head", ColumnDef::new("number").integer().not_null().default(0).take()),
        // What a release was frozen of: a branch as it stood after event `moment`; 0 when that was
        // not recorded.
        ("release", ColumnDef::new("branch_id").integer().not_null().default(1).take()),
        ("release", ColumnDef::new("moment").big_integer().not_null().default(0).take()),
        // How many slots the content has; absent when not known.
        ("head", integer_null("slots").take()),
        ("head", optional_digest("source").take()),
        ("event", optional_digest("hash").take()),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for ReuseAndVersions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        for (name, table, columns) in INDEXES {
            let mut index = Index::create().name(*name).table(*table).to_owned();
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        manager.drop_table(Table::drop().table("slot").to_owned()).await?;
        let numbers = Query::update()
            .table("head")
            .value(
                "number",
                Expr::SubQuery(
                    None,
                    Box::new(
                        Query::select()
                            .column("number")
                            .from("revision")
                            .and_where(
                                Expr::col(("revision", "id")).equals(("head", "revision_id")),
                            )
                            .to_owned()
                            .into(),
                    ),
                ),
            )
            .to_owned();
        manager.execute(numbers).await?;
        // Where-used is made from the revisions when the store is next opened.
        let usage = Query::insert()
            .into_table("counter")
            .columns(["name", "value"])
            .values_panic(["usage".into(), 0.into()])
            .to_owned();
        manager.execute(usage).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let counter = Query::delete()
            .from_table("counter")
            .and_where(Expr::col("name").eq("usage"))
            .to_owned();
        manager.execute(counter).await?;
        for (name, table, _) in INDEXES {
            manager.drop_index(Index::drop().name(*name).table(*table).to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        for table in tables() {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).to_owned()).await?;
            }
        }
        let slot = Table::create()
            .table("slot")
            .col(digest("document"))
            .col(integer("position"))
            .col(uuid("slot_id"))
            .col(string("role"))
            .col(uuid("component_id"))
            .col(text("policy"))
            .primary_key(&mut key(&["document", "position"]))
            .to_owned();
        manager.create_table(slot).await?;
        let index =
            Index::create().name("slot_component").table("slot").col("component_id").to_owned();
        manager.create_index(index).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

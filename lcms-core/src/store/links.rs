//! What rows name, and whether it is there.
//!
//! Every column that holds an id or a digest either names rows of certain tables or is listed with
//! the reason why it does not. A test holds this list against the schema, so that a new column
//! cannot be forgotten.

use sea_orm::{ConnectionTrait, Statement};

use super::fault;
use super::tables::{Row, Table};
use crate::error::Result;

/// A column whose values name rows of other tables.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// Tables and columns where the value must be, in one of them.
    pub to: &'static [(&'static str, &'static str)],
}

const COMPONENT: &[(&str, &str)] = &[("component", "id")];
const REVISION: &[(&str, &str)] = &[("revision", "id")];
const RELEASE: &[(&str, &str)] = &[("release", "id")];
const LIBRARY: &[(&str, &str)] = &[("library", "id")];
const BRANCH: &[(&str, &str)] = &[("branch", "id")];
const DOCUMENT: &[(&str, &str)] = &[("document", "digest")];
const NODE: &[(&str, &str)] = &[("document", "digest"), ("node", "digest")];
const EVENT: &[(&str, &str)] = &[("event", "number")];
const SAVED_SEARCH: &[(&str, &str)] = &[("saved_search", "id")];
const USER: &[(&str, &str)] = &[("user_account", "id")];

const fn link(
    table: &'static str,
    column: &'static str,
    to: &'static [(&'static str, &'static str)],
) -> Link {
    Link { table, column, to }
}

/// Every link there is.
pub const LINKS: &[Link] = &[
    link("branch", "base_branch", BRANCH),
    link("branch_base", "base_branch", BRANCH),
    link("branch_base", "branch_id", BRANCH),
    link("branch_review", "branch_id", BRANCH),
    link("branch_review", "event", EVENT),
    link("care", "component_id", COMPONENT),
    link("channel", "component_id", COMPONENT),
    link("channel", "event", EVENT),
    link("channel", "release_id", RELEASE),
    link("channel_move", "component_id", COMPONENT),
    link("channel_move", "event", EVENT),
    link("channel_move", "from_release", RELEASE),
    link("channel_move", "to_release", RELEASE),
    link("comment", "component_id", COMPONENT),
    link("comment", "revision_id", REVISION),
    link("comment", "thread_id", &[("comment", "id")]),
    link("component", "library_id", LIBRARY),
    link("component", "owner_id", COMPONENT),
    link("delivery", "search_id", SAVED_SEARCH),
    link("deployment", "component_id", COMPONENT),
    link("deployment", "event", EVENT),
    link("deployment", "package", &[("package", "digest")]),
    link("deployment", "release_id", RELEASE),
    link("deployment", "target_id", &[("target", "id")]),
    link("event", "component_id", COMPONENT),
    link("event", "library_id", LIBRARY),
    link("event", "release_id", RELEASE),
    link("event", "revision_id", REVISION),
    link("head", "branch_id", BRANCH),
    link("head", "component_id", COMPONENT),
    link("head", "content", DOCUMENT),
    link("head", "metadata", DOCUMENT),
    link("head", "revision_id", REVISION),
    link("import_source", "component_id", COMPONENT),
    link("import_source", "content", DOCUMENT),
    link("import_source", "library_id", LIBRARY),
    link("import_source", "metadata", DOCUMENT),
    link("known_log", "library_id", LIBRARY),
    link("library_rule", "event", EVENT),
    link("library_rule", "library_id", LIBRARY),
    link("lineage", "component_id", COMPONENT),
    link("lineage", "event", EVENT),
    link("lineage", "source_id", COMPONENT),
    link("lineage", "source_revision", REVISION),
    link("draft", "base", REVISION),
    link("draft", "branch_id", BRANCH),
    link("draft", "component_id", COMPONENT),
    link("draft", "user_id", USER),
    link("node", "frame", &[("frame", "digest")]),
    link("package", "event", EVENT),
    link("package", "files", DOCUMENT),
    link("package", "release_id", RELEASE),
    link("password", "user_id", USER),
    link("redaction", "event", EVENT),
    link("release", "branch_id", BRANCH),
    link("release", "component_id", COMPONENT),
    link("release", "content_root", NODE),
    link("release", "event", EVENT),
    link("release", "metadata_root", NODE),
    link("release_review", "event", EVENT),
    link("release_review", "release_id", RELEASE),
    link("review", "component_id", COMPONENT),
    link("review", "content", DOCUMENT),
    link("review", "event", EVENT),
    link("review", "metadata", DOCUMENT),
    link("revision", "branch_id", BRANCH),
    link("revision", "component_id", COMPONENT),
    link("revision", "content", DOCUMENT),
    link("revision", "event", EVENT),
    link("revision", "merge_parent_id", REVISION),
    link("revision", "metadata", DOCUMENT),
    link("revision", "parent_id", REVISION),
    link("role_grant", "user_id", USER),
    link("saved_search", "user_id", USER),
    link("saved_search_seen", "search_id", SAVED_SEARCH),
    link("saved_search_seen", "user_id", USER),
    link("sign_in", "user_id", USER),
    link("token", "user_id", USER),
    link("usage", "branch_id", BRANCH),
    link("usage", "child_id", COMPONENT),
    link("usage", "parent_id", COMPONENT),
    link("webhook", "search_id", SAVED_SEARCH),
    link("webhook_match", "component_id", COMPONENT),
    link("webhook_match", "revision_id", REVISION),
    link("webhook_match", "search_id", SAVED_SEARCH),
];

/// Columns of ids and digests that name no row: table (`*` for all), column, and why.
pub const FREE: &[(&str, &str, &str)] = &[
    ("*", "actor", "who acted: opaque, and the operator has no account"),
    ("*", "author", "who acted: opaque, and the operator has no account"),
    ("care", "steward", "somebody who may be a user of another server only"),
    ("comment", "resolved_by", "who acted: opaque, and the operator has no account"),
    ("deployment", "since_actor", "who acted: opaque, and the operator has no account"),
    ("deployment", "until_actor", "who acted: opaque, and the operator has no account"),
    ("*", "id", "what the row itself is"),
    ("blob", "digest", "what the row itself is; checked against the bytes"),
    ("blob", "place", "part of a file's name"),
    ("branch_review", "digest", "made from what the branch changes"),
    ("document", "body", "checked against the digest"),
    ("document", "digest", "what the row itself is"),
    ("event", "hash", "checked by walking the chain"),
    ("frame", "body", "checked with the nodes that have it"),
    ("frame", "digest", "what the row itself is"),
    ("head", "source", "a document that may be on another server only"),
    ("idempotency", "request", "a digest of what was asked"),
    ("import_source", "digest", "a digest of what was read"),
    ("known_log", "hash", "a place in another server's log"),
    ("known_log", "here_hash", "the row does not count when it is none of the log"),
    ("known_log", "seal", "the row does not count when it is not its seal"),
    ("node", "body", "checked against the digest"),
    ("node", "digest", "what the row itself is"),
    ("package", "digest", "what the row itself is"),
    ("package", "profile_digest", "made from the profile"),
    ("package", "shape", "made from the plan"),
    ("redaction", "digest", "what was taken away"),
    ("release", "digest", "made from the roots, and checked against them"),
    ("revision", "salt", "random"),
    ("revision", "source", "a document that may be on another server only"),
    ("role_grant", "library_id", "nil means every library"),
    ("saved_search", "feed", "a digest of the secret"),
    ("sign_in", "hash", "a digest of the secret"),
    ("token", "hash", "a digest of the secret"),
    ("usage", "slot_id", "checked against the content document"),
];

/// Rows, at most so many, whose column names nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn broken(
    db: &impl ConnectionTrait,
    table: &Table,
    link: &Link,
    limit: u64,
) -> Result<Vec<Row>> {
    let column = link.column;
    let nowhere: Vec<_> = link
        .to
        .iter()
        .map(|(to, key)| {
            format!("NOT EXISTS (SELECT 1 FROM \"{to}\" x WHERE x.\"{key}\" = f.\"{column}\")")
        })
        .collect();
    let condition = format!("f.\"{column}\" IS NOT NULL AND {}", nowhere.join(" AND "));
    table.select(db, &condition, limit).await
}

/// A rule between rows that a condition on one table can break.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The table whose rows break it.
    pub table: &'static str,
    /// What is wrong with such a row.
    pub fault: &'static str,
    condition: &'static str,
}

/// Rules about heads, revisions and the log.
pub const RULES: &[Rule] = &[
    Rule {
        table: "component",
        fault: "the component has no head on any branch",
        condition: "NOT EXISTS (SELECT 1 FROM head h WHERE h.component_id = f.id)",
    },
    Rule {
        table: "head",
        fault: "the head says something else than its revision",
        condition: "EXISTS (SELECT 1 FROM revision r WHERE r.id = f.revision_id AND \
                    (r.content <> f.content OR r.metadata <> f.metadata OR \
                    r.number <> f.number OR r.component_id <> f.component_id OR \
                    r.branch_id <> f.branch_id OR r.language <> f.language))",
    },
    Rule {
        table: "head",
        fault: "there is a newer revision than the head",
        condition: "EXISTS (SELECT 1 FROM revision n WHERE n.component_id = f.component_id \
                    AND n.number > f.number AND n.branch_id = f.branch_id \
                    AND n.language = f.language)",
    },
    Rule {
        table: "event",
        fault: "the event before it is missing",
        condition: "f.number > 1 AND NOT EXISTS (SELECT 1 FROM event p \
                    WHERE p.number = f.number - 1)",
    },
    Rule {
        table: "counter",
        fault: "the counter of events is not at the last event",
        condition: "f.name = 'event' AND f.value <> (SELECT COALESCE(MAX(number), 0) FROM event)",
    },
];

/// Rows, at most so many, that break a rule.
///
/// # Errors
/// When the database does not answer.
pub async fn breaking(
    db: &impl ConnectionTrait,
    table: &Table,
    rule: &Rule,
    limit: u64,
) -> Result<Vec<Row>> {
    table.select(db, rule.condition, limit).await
}

/// Numbers, keys and the like of a component: its library's key and its own.
///
/// # Errors
/// When the database does not answer.
pub async fn component_name(db: &impl ConnectionTrait, id: uuid::Uuid) -> Result<Option<String>> {
    let mark = super::tables::marks(db.get_database_backend(), 1, 1);
    let query = format!(
        "SELECT l.key || '/' || c.key FROM component c JOIN library l ON l.id = c.library_id \
         WHERE c.id = {mark}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), query, [id.into()]);
    let row = db.query_one_raw(statement).await.map_err(fault("read a component"))?;
    row.map(|row| row.try_get_by_index(0).map_err(fault("read a component"))).transpose()
}

/// Revisions, at most so many, that have this document: component, number.
///
/// # Errors
/// When the database does not answer.
pub async fn revisions_with(
    db: &impl ConnectionTrait,
    document: crate::model::Digest,
    limit: u64,
) -> Result<Vec<String>> {
    let backend = db.get_database_backend();
    let [first, second] = [1, 2].map(|n| super::tables::marks(backend, n, 1));
    let query = format!(
        "SELECT l.key || '/' || c.key || '@' || r.number FROM revision r \
         JOIN component c ON c.id = r.component_id JOIN library l ON l.id = c.library_id \
         WHERE r.content = {first} OR r.metadata = {second} ORDER BY 1 LIMIT {limit}"
    );
    let raw = document.as_bytes().to_vec();
    let statement =
        Statement::from_sql_and_values(backend, query, [raw.clone().into(), raw.into()]);
    let rows = db.query_all_raw(statement).await.map_err(fault("read revisions"))?;
    rows.iter().map(|row| row.try_get_by_index(0).map_err(fault("read revisions"))).collect()
}

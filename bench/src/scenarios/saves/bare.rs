//! The rows of a save in the bare database: the schema of the store, its engine and settings, and
//! prepared statements on one connection.

use std::path::Path;

use lcms_core::store::{DatabaseUrl, Store};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, Statement, TransactionTrait as _, Value,
};
use uuid::Uuid;

use crate::corpus::Random;
use crate::error::Result;
use crate::measure::{Cost, Stopwatch};

/// Inserts what so many saves of bodies of that length would, `each` in one commit.
pub(super) async fn insert(
    path: &Path,
    body: usize,
    transactions: usize,
    each: usize,
) -> Result<Cost> {
    drop(Store::open(&DatabaseUrl::sqlite_file(path)).await?); // makes the schema
    let database = connect(path).await?;
    let mut random = Random::new(1);
    let head = Rows::new(&mut random, body);
    let new = "INSERT INTO head (component_id, branch_id, language, revision_id, content, metadata) \
               VALUES (?, 1, 'en', ?, ?, ?)";
    let metadata = Value::from(head.metadata.clone());
    let values = [head.component.into(), head.id.into(), head.digest.clone().into(), metadata];
    database.execute_raw(statement(new, values)).await?;
    let watch = Stopwatch::own()?;
    for _ in 0..transactions {
        let transaction = database.begin().await?;
        for _ in 0..each {
            insert_one(
                &transaction,
                Rows { component: head.component, ..Rows::new(&mut random, body) },
            )
            .await?;
        }
        transaction.commit().await?;
    }
    watch.stop()
}

async fn connect(path: &Path) -> Result<DatabaseConnection> {
    let path = path.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&path)
            .in_memory(false)
            .shared_cache(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .statement_cache_capacity(256)
    });
    Ok(Database::connect(options).await?)
}

/// What a save stores.
struct Rows {
    id: Uuid,
    component: Uuid,
    digest: Vec<u8>,
    metadata: Vec<u8>,
    body: Vec<u8>,
}

impl Rows {
    fn new(random: &mut Random, body: usize) -> Self {
        let mut bytes = |length: usize| -> Vec<u8> {
            (0..length.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).collect()
        };
        Self {
            id: Uuid::now_v7(),
            component: Uuid::now_v7(),
            digest: bytes(32),
            metadata: bytes(32),
            body: bytes(body),
        }
    }
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

async fn insert_one(transaction: &DatabaseTransaction, rows: Rows) -> Result<()> {
    let Rows { id, component, digest, metadata, body } = rows;
    let document = "INSERT INTO document VALUES (?, ?)";
    let counter = "UPDATE counter SET value = value + 1 WHERE name = 'event' RETURNING value";
    let revision = "INSERT INTO revision (id, component_id, number, content, metadata, branch_id, \
                    language, author, message, created, event, salt) \
                    VALUES (?, ?, ?, ?, ?, 1, 'en', ?, '', 0, ?, ?)";
    let head = "UPDATE head SET revision_id = ?, content = ?, metadata = ? \
                WHERE component_id = ? AND branch_id = 1 AND language = 'en'";
    let event = "INSERT INTO event (number, kind, created, actor, library_id, component_id, \
                 revision_id, detail, hash) VALUES (?, 'revision_saved', 0, ?, ?, ?, ?, '{}', ?)";
    let actor = Uuid::nil();
    transaction.execute_raw(statement(document, [digest.clone().into(), body.into()])).await?;
    let row = transaction.query_one_raw(statement(counter, [])).await?;
    let number: i64 = row.map_or(Ok(0), |row| row.try_get("", "value"))?;
    let values = [
        id.into(),
        component.into(),
        number.into(),
        digest.clone().into(),
        metadata.clone().into(),
        actor.into(),
        number.into(),
        digest[..16].to_vec().into(),
    ];
    transaction.execute_raw(statement(revision, values)).await?;
    let hash = Value::from(digest.clone());
    let values = [id.into(), digest.into(), metadata.into(), component.into()];
    transaction.execute_raw(statement(head, values)).await?;
    let values = [number.into(), actor.into(), actor.into(), component.into(), id.into(), hash];
    transaction.execute_raw(statement(event, values)).await?;
    Ok(())
}

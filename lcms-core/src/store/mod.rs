//! Where state lives: SQL through sea-orm, files through object_store.
//!
//! Reads take any connection; writes are functions over a transaction that the [`Writer`] hands
//! to one command at a time, so that they compose and waiting commands share one disk flush.
//! Rows never leave this module: requests come in and model values go out.

pub mod accounts;
pub mod ancestors;
pub mod blob;
pub mod branches;
mod by_hand;
pub mod care;
pub mod chain;
pub mod channels;
pub mod comments;
pub mod components;
mod connect;
pub mod deployments;
pub mod documents;
pub mod drafts;
pub mod edits;
mod entity;
pub mod events;
pub mod heads;
mod held;
pub mod imports;
pub mod known_logs;
pub mod landing;
pub mod libraries;
pub mod library_rules;
pub mod lineage;
pub mod links;
mod log;
pub mod nodes;
pub mod packages;
pub mod redactions;
pub mod releases;
pub mod reviews;
pub mod saved_searches;
pub mod sign_ins;
pub mod standing;
pub mod status;
pub mod synonyms;
pub mod tables;
mod time;
mod transaction;
pub mod transfer;
pub mod usage;
pub mod versions;
pub mod webhooks;
mod writer;

use std::sync::Arc;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, IsolationLevel,
    Select, TransactionOptions, TransactionTrait as _,
};

pub use connect::DatabaseUrl;
/// What can be read through: the reader, a snapshot, or a transaction.
pub use sea_orm::ConnectionTrait as Connection;
/// Everything read through it is of one moment.
pub use sea_orm::DatabaseTransaction as Snapshot;
pub use time::now;
pub use transaction::Transaction;
pub use writer::{Writer, WriterCounts};

use crate::error::{Error, Result};
use crate::model::Digest;

/// A database, migrated and ready.
#[derive(Clone, Debug)]
pub struct Store {
    reader: DatabaseConnection,
    writer: Arc<Writer>,
}

impl Store {
    /// Opens the database, creating and migrating it as needed.
    ///
    /// # Errors
    /// When it cannot be opened, or was made by a newer version of the program.
    pub async fn open(url: &DatabaseUrl) -> Result<Self> {
        let (reader, held) = connect::connect(url).await?;
        let writer = Writer::start(Transaction::new(url.clone(), held))?;
        Ok(Self { reader, writer: Arc::new(writer) })
    }

    /// A connection for reading committed state.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// A snapshot: everything read through it is of one moment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let options = match self.reader.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            // A read transaction in WAL mode is a snapshot.
            _ => TransactionOptions::default(),
        };
        self.reader.begin_with_options(options).await.map_err(fault("read a snapshot"))
    }

    /// The one way to write.
    #[must_use]
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<()> {
        self.reader.execute_unprepared("SELECT 1").await.map_err(fault("reach the database"))?;
        Ok(())
    }
}

/// Reads the row that a unique key names. The query's own `one()` would bind a `LIMIT`, and SQLite
/// plans a statement anew whenever one is bound, which takes longer than reading the row.
async fn unique<E: EntityTrait>(
    query: Select<E>,
    db: &impl ConnectionTrait,
) -> std::result::Result<Option<E::Model>, DbErr> {
    Ok(query.all(db).await?.pop())
}

/// Values for an `IN` list, the last one repeated until there is a power of two of them. Lists of
/// any length so share a few statements, which the engine has prepared already: preparing one
/// takes longer than running it.
fn listed<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut listed: Vec<T> = values.into_iter().collect();
    if let Some(last) = listed.last().cloned() {
        listed.resize(listed.len().next_power_of_two(), last);
    }
    listed
}

/// Turns a database failure while doing `what` into an error.
fn fault(what: &'static str) -> impl Fn(DbErr) -> Error {
    move |error| Error::internal(format!("could not {what}"), error)
}

fn digest(raw: &[u8]) -> Result<Digest> {
    Digest::from_raw(raw).ok_or_else(|| unreadable("digest", raw.len()))
}

fn optional_digest(raw: Option<&[u8]>) -> Result<Option<Digest>> {
    raw.map(digest).transpose()
}

/// A row that this version of the program cannot read.
fn unreadable(what: &str, value: impl std::fmt::Display) -> Error {
    Error::internal(format!("the database holds an unreadable {what}"), value.to_string())
}

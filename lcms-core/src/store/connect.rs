//! Opening the two engines. One connection writes ([`Held`]), a small pool reads.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use lcms_migrations::{Migrator, MigratorTrait as _};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

use super::fault;
use super::held::Held;
use crate::error::{Error, Result};

const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const ATTEMPTS: u32 = 16;
const PAUSE: Duration = Duration::from_millis(100);
/// Primary result code; extended codes hold it in their lowest byte.
const SQLITE_BUSY: u32 = 5;

/// Where the database is: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// A SQLite file at that path.
    #[must_use]
    pub fn sqlite_file(path: &std::path::Path) -> Self {
        Self(format!("sqlite:{}", path.display()))
    }

    fn sqlite_path(&self) -> Option<&str> {
        self.0.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path))
    }

    /// The whole address, password included.
    pub(super) fn address(&self) -> &str {
        &self.0
    }

    /// How the file is opened for writing, when it is a SQLite file.
    pub(super) fn sqlite_for_writing(&self) -> Option<SqliteConnectOptions> {
        self.sqlite_path().map(|path| sqlite(SqliteConnectOptions::new(), path, Access::Write))
    }
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if ["sqlite:", "postgres://", "postgresql://"].iter().any(|s| text.starts_with(s)) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::invalid("the database address is neither `sqlite:PATH` nor `postgres://…`"))
        }
    }
}

// The address may hold a password.
impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.rsplit_once('@').map_or(self.0.as_str(), |(_, host)| host);
        write!(f, "DatabaseUrl({shown})")
    }
}

/// Opens reader and writer and brings the schema up to date.
pub(super) async fn connect(url: &DatabaseUrl) -> Result<(DatabaseConnection, Held)> {
    patiently(is_busy, || prepare(url))
        .await
        .map_err(fault("bring the database schema up to date"))?;
    let writer = patiently(is_busy, || Held::open(url))
        .await
        .map_err(fault("open the database for writing"))?;
    let reader = patiently(is_busy, || Database::connect(options(url, Access::Read)))
        .await
        .map_err(fault("open the database for reading"))?;
    Ok((reader, writer))
}

async fn prepare(url: &DatabaseUrl) -> std::result::Result<(), DbErr> {
    let schema = Database::connect(options(url, Access::Write)).await?;
    // Two processes may find an old schema at once. Each change is one transaction, so the one
    // that comes second fails as a whole, and looking again finds nothing left to do.
    patiently(|_| true, || Migrator::up(&schema, None)).await?;
    schema.close().await
}

/// SQLite refuses at once, without waiting its busy timeout, while another process gives a new
/// file its journal or takes the journal away with its last connection.
fn is_busy(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(engine))
    | DbErr::Query(RuntimeErr::SqlxError(engine))
    | DbErr::Exec(RuntimeErr::SqlxError(engine))) = error
    else {
        return false;
    };
    let code = engine.as_database_error().and_then(|error| error.code());
    let code: Option<u32> = code.and_then(|code| code.parse().ok());
    code.is_some_and(|code| code & 0xff == SQLITE_BUSY)
}

/// Tries again after a pause what may pass by itself.
async fn patiently<T, F>(
    may_pass: impl Fn(&DbErr) -> bool,
    attempt: impl Fn() -> F,
) -> std::result::Result<T, DbErr>
where
    F: Future<Output = std::result::Result<T, DbErr>>,
{
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if may_pass(&error) => tokio::time::sleep(PAUSE).await,
            outcome => return outcome,
        }
    }
    attempt().await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

fn options(url: &DatabaseUrl, access: Access) -> ConnectOptions {
    let address = match url.sqlite_path() {
        Some(_) => "sqlite::memory:".to_owned(), // replaced below: paths need no URL escaping
        None => url.0.clone(),
    };
    let mut options = ConnectOptions::new(address);
    options
        .max_connections(if access == Access::Write { 1 } else { READERS })
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(url.sqlite_path().is_none())
        .sqlx_logging(false);
    if let Some(path) = url.sqlite_path() {
        let path = path.to_owned();
        options.map_sqlx_sqlite_opts(move |given| sqlite(given, &path, access));
    }
    options
}

fn sqlite(given: SqliteConnectOptions, path: &str, access: Access) -> SqliteConnectOptions {
    let sqlite = given
        .filename(path)
        .create_if_missing(access == Access::Write)
        .shared_cache(false)
        .in_memory(false)
        .journal_mode(SqliteJournalMode::Wal)
        // A confirmed write survives power loss.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("cache_size", "-65536")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "memory")
        // Copying pages back every 16 MB instead of every 4 saves writing the same page again.
        .pragma("wal_autocheckpoint", "4000")
        .statement_cache_capacity(256);
    if access == Access::Read { sqlite.pragma("query_only", "1") } else { sqlite }
}

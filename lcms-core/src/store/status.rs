//! How large the database is, and what it holds.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{fault, unreadable};
use crate::error::Result;

/// What the database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// Bytes of the database itself.
    pub database_bytes: i64,
    /// Components, those that are deleted too.
    pub components: i64,
    /// Revisions of all components.
    pub revisions: i64,
    /// Releases.
    pub releases: i64,
    /// Packages that were published.
    pub packages: i64,
    /// Files.
    pub blobs: i64,
    /// Bytes of the files as they are stored.
    pub blob_bytes: i64,
}

/// The engine's name.
pub fn engine(db: &impl ConnectionTrait) -> &'static str {
    match db.get_database_backend() {
        DbBackend::Postgres => "PostgreSQL",
        _ => "SQLite",
    }
}

/// Counts everything.
pub async fn holdings(db: &impl ConnectionTrait) -> Result<Holdings> {
    let backend = db.get_database_backend();
    let size = match backend {
        DbBackend::Postgres => "pg_database_size(current_database())",
        _ => "(SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size())",
    };
    let columns = [
        ("database_bytes", size),
        ("components", "(SELECT COUNT(*) FROM component)"),
        ("revisions", "(SELECT COUNT(*) FROM revision)"),
        ("releases", "(SELECT COUNT(*) FROM release)"),
        ("packages", "(SELECT COUNT(*) FROM package)"),
        ("blobs", "(SELECT COUNT(*) FROM blob)"),
        ("blob_bytes", "(SELECT COALESCE(SUM(stored_size), 0) FROM blob)"),
    ];
    let selected = columns.map(|(name, value)| format!("CAST({value} AS BIGINT) AS {name}"));
    let query = Statement::from_string(backend, format!("SELECT {}", selected.join(", ")));
    let row = db.query_one_raw(query).await.map_err(fault("count what there is"))?;
    let row = row.ok_or_else(|| unreadable("counts", "there are none"))?;
    let number = |name: &str| row.try_get::<i64>("", name).map_err(|e| unreadable(name, e));
    Ok(Holdings {
        database_bytes: number("database_bytes")?,
        components: number("components")?,
        revisions: number("revisions")?,
        releases: number("releases")?,
        packages: number("packages")?,
        blobs: number("blobs")?,
        blob_bytes: number("blob_bytes")?,
    })
}

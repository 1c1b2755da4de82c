//! The texts in an FTS5 table: Porter stems, accents folded, BM25 with weights.

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
    TransactionTrait as _, Value,
};

use super::{Asked, PAGE, Text, texts};
use crate::error::{Error, Result};
use crate::scenarios::Bench;
use crate::scenarios::search::Form;

const SCHEMA: [&str; 4] = [
    "CREATE VIRTUAL TABLE text USING fts5(title, summary, body, \
     tokenize = 'porter unicode61 remove_diacritics 2', prefix = '3 4')",
    "CREATE TABLE label (number INTEGER PRIMARY KEY, library TEXT NOT NULL, kind TEXT NOT NULL)",
    "CREATE TABLE tag (number INTEGER NOT NULL, tag TEXT NOT NULL)",
    "CREATE INDEX tag_number ON tag (number)",
];
const BEST: &str = "SELECT rowid, title, snippet(text, 2, '<mark>', '</mark>', '…', 32) \
     FROM text WHERE text MATCH ? ORDER BY bm25(text, 5.0, 2.0, 1.0) LIMIT ?";
const COUNT: &str = "SELECT COUNT(*) AS total FROM text WHERE text MATCH ?";
const FACETS: [&str; 3] = [
    "SELECT kind, COUNT(*) FROM text JOIN label ON number = text.rowid WHERE text MATCH ? GROUP BY 1",
    "SELECT library, COUNT(*) FROM text JOIN label ON number = text.rowid WHERE text MATCH ? \
     GROUP BY 1",
    "SELECT tag, COUNT(*) FROM text JOIN tag ON number = text.rowid WHERE text MATCH ? GROUP BY 1",
];

/// The table.
pub(super) struct Fts {
    database: DatabaseConnection,
    /// Bytes of text in it.
    pub(super) text: u64,
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}

impl Fts {
    pub(super) async fn load(bench: &Bench) -> Result<Self> {
        let path = bench.path("texts.db");
        let mut options = ConnectOptions::new("sqlite::memory:");
        options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .in_memory(false)
                .shared_cache(false)
                .create_if_missing(true)
                .pragma("cache_size", "-65536")
                .pragma("mmap_size", "268435456")
        });
        let database = Database::connect(options).await?;
        for sql in SCHEMA {
            database.execute_unprepared(sql).await?;
        }
        let mut bytes = 0;
        let transaction = database.begin().await?;
        for text in texts(bench) {
            let Text { number, library, kind, tags, title, summary, body } = text?;
            bytes += (title.len() + summary.len() + body.len()) as u64;
            let sql = "INSERT INTO text (rowid, title, summary, body) VALUES (?, ?, ?, ?)";
            let values = [number.into(), title.into(), summary.into(), body.into()];
            transaction.execute_raw(statement(sql, values)).await?;
            let sql = "INSERT INTO label VALUES (?, ?, ?)";
            transaction
                .execute_raw(statement(sql, [number.into(), library.into(), kind.into()]))
                .await?;
            for tag in tags {
                let sql = "INSERT INTO tag VALUES (?, ?)";
                transaction.execute_raw(statement(sql, [number.into(), tag.into()])).await?;
            }
        }
        transaction.commit().await?;
        database.execute_unprepared("INSERT INTO text (text) VALUES ('optimize')").await?;
        Ok(Self { database, text: bytes })
    }

    /// The page of a search; answers how many were found.
    pub(super) async fn search(&self, asked: Asked, words: &[String]) -> Result<i64> {
        let text = match asked {
            Asked::As(Form::Phrase) => format!("\"{}\"", words.join(" ")),
            Asked::As(Form::Beginning) => format!("{}*", words.join(" ")),
            _ => words.join(" AND "),
        };
        let limit = i64::try_from(PAGE).map_err(Error::wrong)?;
        let best = statement(BEST, [text.clone().into(), limit.into()]);
        std::hint::black_box(self.database.query_all_raw(best).await?);
        if asked == Asked::As(Form::Facets) {
            for sql in FACETS {
                let counts = self.database.query_all_raw(statement(sql, [text.clone().into()]));
                std::hint::black_box(counts.await?);
            }
        }
        let row = self.database.query_one_raw(statement(COUNT, [text.into()])).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get("", "total"))?)
    }
}

//! The texts in PostgreSQL: a weighted `tsvector` with a GIN index, and `pg_trgm` over the words.

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
    TransactionTrait as _, Value,
};

use super::{Asked, PAGE, Text, texts};
use crate::error::{Error, Result};
use crate::scenarios::Bench;
use crate::scenarios::search::Form;

/// Names the server, as it does for the tests.
const SERVER: &str = "LCMS_TEST_POSTGRES";
const BEFORE: [&str; 3] = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public",
    "CREATE TABLE text (number INTEGER PRIMARY KEY, library TEXT NOT NULL, kind TEXT NOT NULL, \
     title TEXT NOT NULL, body TEXT NOT NULL, words tsvector NOT NULL)",
    "CREATE TABLE tag (number INTEGER NOT NULL, tag TEXT NOT NULL)",
];
const AFTER: [&str; 6] = [
    "CREATE INDEX text_words ON text USING gin (words)",
    "CREATE INDEX tag_number ON tag (number)",
    "CREATE TABLE word AS SELECT word FROM ts_stat('SELECT words FROM text')",
    "CREATE INDEX word_trigrams ON word USING gin (word public.gin_trgm_ops)",
    "VACUUM ANALYZE text",
    "ANALYZE",
];
const BEST: &str = "SELECT number, title, ts_headline('english', body, asked) \
     FROM (SELECT number, title, body, asked FROM text, to_tsquery('english', $1) AS asked \
           WHERE words @@ asked ORDER BY ts_rank_cd(words, asked) DESC LIMIT $2) AS best";
const COUNT: &str = "SELECT COUNT(*) AS total FROM text WHERE words @@ to_tsquery('english', $1)";
const FACETS: [&str; 3] = [
    "SELECT kind, COUNT(*) FROM text WHERE words @@ to_tsquery('english', $1) GROUP BY 1",
    "SELECT library, COUNT(*) FROM text WHERE words @@ to_tsquery('english', $1) GROUP BY 1",
    "SELECT tag, COUNT(*) FROM text JOIN tag USING (number) \
     WHERE words @@ to_tsquery('english', $1) GROUP BY 1",
];
const ALIKE: &str = "SELECT word FROM word WHERE word OPERATOR(public.%) $1 \
     ORDER BY public.similarity(word, $1) DESC LIMIT 3";

/// A schema of its own on that server.
pub(super) struct Postgres {
    database: DatabaseConnection,
    schema: String,
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

impl Postgres {
    pub(super) async fn load(bench: &Bench) -> Result<Self> {
        let server = std::env::var(SERVER).map_err(|_| {
            let how = "run it by `scripts/with-postgres cargo run …`, as `make bench` does";
            Error::Unmeasurable(format!("{SERVER} names no PostgreSQL server: {how}"))
        })?;
        let schema = format!("bench_{}", std::process::id());
        let mut options = ConnectOptions::new(server);
        options.max_connections(1).sqlx_logging(false);
        let database = Database::connect(options.clone()).await?;
        database.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await?;
        database.close().await?;
        // Of every connection: a run of hours outlives one.
        options.set_schema_search_path(format!("{schema},public"));
        let database = Database::connect(options).await?;
        for sql in BEFORE {
            database.execute_unprepared(sql).await?;
        }
        let transaction = database.begin().await?;
        for text in texts(bench) {
            let Text { number, library, kind, tags, title, summary, body } = text?;
            let sql = "INSERT INTO text VALUES ($1, $2, $3, $4, $6, \
                       setweight(to_tsvector('english', $4), 'A') || \
                       setweight(to_tsvector('english', $5), 'B') || \
                       to_tsvector('english', $6))";
            let values = [
                number.into(),
                library.into(),
                kind.into(),
                title.into(),
                summary.into(),
                body.into(),
            ];
            transaction.execute_raw(statement(sql, values)).await?;
            for tag in tags {
                let sql = "INSERT INTO tag VALUES ($1, $2)";
                transaction.execute_raw(statement(sql, [number.into(), tag.into()])).await?;
            }
        }
        transaction.commit().await?;
        for sql in AFTER {
            database.execute_unprepared(sql).await?;
        }
        Ok(Self { database, schema })
    }

    /// The page of a search; answers how many were found.
    pub(super) async fn search(&self, asked: Asked, words: &[String]) -> Result<i64> {
        let text = match asked {
            Asked::As(Form::Phrase) => words.join(" <-> "),
            Asked::As(Form::Beginning) => format!("{}:*", words.join(" & ")),
            Asked::As(_) => words.join(" & "),
            Asked::Typo => {
                let typed = words.join(" ");
                let rows = self.database.query_all_raw(statement(ALIKE, [typed.into()])).await?;
                let alike: std::result::Result<Vec<String>, _> =
                    rows.iter().map(|row| row.try_get("", "word")).collect();
                alike?.join(" | ")
            }
        };
        if text.is_empty() {
            return Ok(0);
        }
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

    /// Takes the schema away.
    pub(super) async fn remove(self) -> Result<()> {
        self.database.execute_unprepared(&format!("DROP SCHEMA {} CASCADE", self.schema)).await?;
        Ok(())
    }
}

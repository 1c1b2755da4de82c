//! One connection, held for as long as the process writes.
//!
//! On SQLite every request is two hand-offs between threads, which cost more than what most
//! statements do. Statements that are known together are therefore sent together, as one text;
//! the engine runs them in order and each keeps its own outcome. PostgreSQL gets them one by one.

use futures::TryStreamExt as _;
use sea_orm::sea_query::Values;
use sea_orm::sqlx::sqlite::SqliteConnection;
use sea_orm::sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Either, Error as EngineError,
    Executor as _, PgConnection, postgres::PgConnectOptions, query_with,
};
use sea_orm::{DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sea_query_sqlx::SqlxValues;

use super::DatabaseUrl;

/// What one statement led to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The rows it answered.
    pub(super) rows: Vec<QueryResult>,
    /// How much it changed.
    pub(super) done: Option<ExecResult>,
}

/// A statement was refused: what those before it led to, and why.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) done: Vec<Outcome>,
    pub(super) error: DbErr,
}

/// A connection of the engine's own kind.
pub(super) enum Held {
    /// To a file.
    Sqlite(Box<SqliteConnection>),
    /// To a server.
    Postgres(Box<PgConnection>),
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Held").field(&self.backend()).finish()
    }
}

fn failed(error: EngineError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

impl Held {
    /// Opens a connection for writing.
    pub(super) async fn open(url: &DatabaseUrl) -> Result<Self, DbErr> {
        match url.sqlite_for_writing() {
            Some(options) => {
                let options = options.disable_statement_logging();
                let connection = SqliteConnection::connect_with(&options).await;
                Ok(Self::Sqlite(Box::new(connection.map_err(failed)?)))
            }
            None => {
                let options: PgConnectOptions = url.address().parse().map_err(failed)?;
                let options = options.disable_statement_logging();
                let connection = PgConnection::connect_with(&options).await;
                Ok(Self::Postgres(Box::new(connection.map_err(failed)?)))
            }
        }
    }

    /// Which engine it leads to.
    pub(super) fn backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    /// Runs statements in their order, up to the first that is refused.
    pub(super) async fn run(
        &mut self,
        statements: Vec<Statement>,
    ) -> Result<Vec<Outcome>, Refused> {
        let mut outcomes = Vec::with_capacity(statements.len());
        let ran = match self {
            Self::Sqlite(connection) => together(connection, statements, &mut outcomes).await,
            Self::Postgres(connection) => in_turn(connection, statements, &mut outcomes).await,
        };
        match ran {
            Ok(()) => Ok(outcomes),
            Err(error) => Err(Refused { done: outcomes, error: failed(error) }),
        }
    }
}

async fn together(
    connection: &mut SqliteConnection,
    statements: Vec<Statement>,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), EngineError> {
    let mut text = String::with_capacity(statements.iter().map(|one| one.sql.len() + 2).sum());
    let mut values = Vec::new();
    for statement in statements {
        if !text.is_empty() {
            text.push_str("; ");
        }
        text.push_str(&statement.sql);
        values.extend(statement.values.into_iter().flat_map(|values| values.0));
    }
    let query = query_with(AssertSqlSafe(text), SqlxValues(Values(values)));
    let mut answers = connection.fetch_many(query);
    let mut outcome = Outcome::default();
    while let Some(answer) = answers.try_next().await? {
        match answer {
            Either::Right(row) => outcome.rows.push(row.into()),
            Either::Left(done) => {
                outcome.done = Some(done.into());
                outcomes.push(std::mem::take(&mut outcome));
            }
        }
    }
    Ok(())
}

async fn in_turn(
    connection: &mut PgConnection,
    statements: Vec<Statement>,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), EngineError> {
    for statement in statements {
        let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
        let query = query_with(AssertSqlSafe(statement.sql), values);
        let mut answers = connection.fetch_many(query);
        let mut outcome = Outcome::default();
        while let Some(answer) = answers.try_next().await? {
            match answer {
                Either::Right(row) => outcome.rows.push(row.into()),
                Either::Left(done) => outcome.done = Some(done.into()),
            }
        }
        outcomes.push(outcome);
    }
    Ok(())
}

//! What a command writes through: the writer's connection, inside its open transaction.
//!
//! Nothing is sent before it must be. A write whose outcome nobody waits for is queued
//! ([`Transaction::later`]), as are the beginning of the transaction and a command's savepoint;
//! they travel with the next request whose answer is needed, or with the commit. A save is two
//! requests to the engine that way: what it asks, and what it stores.
//!
//! Everything arrives in the order in which it was asked for, so a command finds what it has
//! written; and a statement that is refused refuses its command, whether it looks or not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sea_orm::prelude::async_trait;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
};

use super::held::{Held, Outcome, Refused};
use super::log::{self, Log};
use super::{DatabaseUrl, fault};
use crate::error::{Error, Result};

/// Most writes that wait before they are sent on their own.
const QUEUE: usize = 24;

/// The transaction a command writes through; see the module.
#[derive(Debug)]
pub struct Transaction {
    url: DatabaseUrl,
    backend: DbBackend,
    held: tokio::sync::Mutex<Held>,
    state: Mutex<State>,
    commits: AtomicU64,
}

/// How the open transaction stands. Everything is empty between transactions.
#[derive(Debug, Default)]
struct State {
    open: bool,
    /// Whether commands before this one stored something that must stay.
    kept: bool,
    savepoint: Savepoint,
    queue: Vec<(Part, Statement)>,
    /// The change log as it will be when everything queued is stored.
    log: Log,
    /// The log as this command found it.
    found: Log,
    /// Whether a statement of this command was refused.
    refused: bool,
}

/// What this command can go back to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Savepoint {
    #[default]
    None,
    /// The one of a command that was confirmed.
    Earlier,
    /// Its own.
    Own,
}

/// What a statement is sent for.
#[derive(Clone, Copy, Debug)]
enum Part {
    Begin,
    Counter,
    LastHash,
    Release,
    Savepoint,
    Write(&'static str),
    Ask,
    Commit,
}

/// A request was not carried out.
enum Failure {
    /// While doing this, the engine refused a statement.
    Engine(&'static str, DbErr),
    /// The change log was not written as it must be.
    Log(Error),
}

impl Failure {
    fn into_error(self) -> Error {
        match self {
            Self::Engine(what, error) => fault(what)(error),
            Self::Log(error) => error,
        }
    }
}

impl From<Failure> for DbErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Engine(_, error) => error,
            Failure::Log(error) => Self::Exec(RuntimeErr::Internal(error.to_string())),
        }
    }
}

impl State {
    fn is_pending(&self) -> bool {
        !self.queue.is_empty() || self.log.is_pending()
    }

    /// Everything that is due, in order.
    fn due(
        &mut self,
        backend: DbBackend,
        asked: Vec<Statement>,
        commit: bool,
    ) -> Result<Vec<(Part, Statement)>> {
        let plain = |sql: &str| Statement::from_string(backend, sql);
        let mut due = Vec::with_capacity(self.queue.len() + asked.len() + 6);
        if !self.open {
            let begin = if backend == DbBackend::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
            due.push((Part::Begin, plain(begin)));
            due.push((Part::Counter, log::read_counter(backend)));
            due.push((Part::LastHash, log::read_last_hash(backend)));
        } else if self.kept && self.savepoint != Savepoint::Own {
            if self.savepoint == Savepoint::Earlier {
                due.push((Part::Release, plain("RELEASE SAVEPOINT command")));
            }
            due.push((Part::Savepoint, plain("SAVEPOINT command")));
        }
        due.append(&mut self.queue);
        let recorded = self.log.due(backend, commit)?;
        due.extend(recorded.into_iter().map(|one| (Part::Write("record an event"), one)));
        due.extend(asked.into_iter().map(|one| (Part::Ask, one)));
        if commit {
            due.push((Part::Commit, plain("COMMIT")));
        }
        Ok(due)
    }

    /// Takes note of what a statement led to; answers the outcome if it was asked for.
    fn note(&mut self, part: Part, outcome: Outcome) -> Result<Option<Outcome>> {
        match part {
            Part::Begin => self.open = true,
            Part::Counter => self.log.read_counter(&outcome.rows)?,
            Part::LastHash => {
                self.log.read_last_hash(&outcome.rows)?;
                self.found = self.log.clone();
            }
            Part::Release => self.savepoint = Savepoint::None,
            Part::Savepoint => self.savepoint = Savepoint::Own,
            Part::Write(_) => {}
            Part::Ask => return Ok(Some(outcome)),
            Part::Commit => *self = Self::default(),
        }
        Ok(None)
    }
}

impl Transaction {
    pub(super) fn new(url: DatabaseUrl, held: Held) -> Self {
        let backend = held.backend();
        Self {
            url,
            backend,
            held: tokio::sync::Mutex::new(held),
            state: Mutex::default(),
            commits: AtomicU64::new(0),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a write. `what` says what it does, for when it is refused.
    pub(super) async fn later(&self, what: &'static str, statement: Statement) -> Result<()> {
        let waiting = {
            let mut state = self.state();
            state.queue.push((Part::Write(what), statement));
            state.queue.len()
        };
        if waiting < QUEUE { Ok(()) } else { self.flush().await.map_err(Failure::into_error) }
    }

    /// Asks several things at once, after whatever is queued, and answers the rows of each. The
    /// texts of the statements should be few: each sequence of them is prepared once and kept.
    pub(super) async fn ask(
        &self,
        what: &'static str,
        asked: Vec<Statement>,
    ) -> Result<Vec<Vec<QueryResult>>> {
        let outcomes = self.send(what, asked, false).await.map_err(Failure::into_error)?;
        Ok(outcomes.into_iter().map(|outcome| outcome.rows).collect())
    }

    /// Works on the change log, which is known once the transaction is open.
    pub(super) async fn with_log<T>(&self, work: impl FnOnce(&mut Log) -> Result<T>) -> Result<T> {
        if !self.state().open {
            self.flush().await.map_err(Failure::into_error)?;
        }
        work(&mut self.state().log)
    }

    async fn flush(&self) -> std::result::Result<(), Failure> {
        self.send("store a change", Vec::new(), false).await.map(drop)
    }

    /// Sends what is due, what is asked and, if this command is the last of its transaction, the
    /// commit.
    async fn send(
        &self,
        what: &'static str,
        asked: Vec<Statement>,
        commit: bool,
    ) -> std::result::Result<Vec<Outcome>, Failure> {
        let mut held = self.held.lock().await;
        let due = {
            let mut state = self.state();
            let due = state.due(self.backend, asked, commit);
            state.refused |= due.is_err();
            due.map_err(Failure::Log)?
        };
        let (mut parts, statements): (Vec<_>, Vec<_>) = due.into_iter().unzip();
        let sent = self.run(&mut held, &parts, statements).await;
        let mut state = self.state();
        let (outcomes, refused) = match sent {
            Ok(outcomes) => (outcomes, None),
            Err(Refused { done, error }) => (done, Some(error)),
        };
        let failed_at = parts.split_off(outcomes.len().min(parts.len())).into_iter().next();
        let mut answers = Vec::with_capacity(parts.len());
        for (part, outcome) in parts.into_iter().zip(outcomes) {
            let noted = state.note(part, outcome);
            state.refused |= noted.is_err();
            answers.extend(noted.map_err(Failure::Log)?);
        }
        if let Some(error) = refused {
            state.refused = true;
            let what = match failed_at {
                Some(Part::Write(what)) => what,
                Some(Part::Begin | Part::Counter | Part::LastHash) => "begin a write",
                Some(Part::Release | Part::Savepoint) => "begin a command",
                Some(Part::Commit) => "store the change",
                Some(Part::Ask) | None => what,
            };
            return Err(Failure::Engine(what, error));
        }
        if commit {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        Ok(answers)
    }

    /// Runs statements. A transaction that cannot begin is begun once more: over a new connection
    /// if the server has ended the old one, without what a command left that went away half-way.
    async fn run(
        &self,
        held: &mut Held,
        parts: &[Part],
        statements: Vec<Statement>,
    ) -> std::result::Result<Vec<Outcome>, Refused> {
        if !matches!(parts.first(), Some(Part::Begin)) {
            return held.run(statements).await;
        }
        let refused = match held.run(statements.clone()).await {
            Err(refused) if refused.done.is_empty() => refused,
            ran => return ran,
        };
        match self.backend {
            DbBackend::Postgres => match Held::open(&self.url).await {
                Ok(opened) => *held = opened,
                Err(error) => return Err(Refused { done: Vec::new(), error }),
            },
            _ => {
                let back = Statement::from_string(self.backend, "ROLLBACK");
                if held.run(vec![back]).await.is_err() {
                    return Err(refused);
                }
            }
        }
        held.run(statements).await
    }

    /// Begins a command.
    pub(super) fn begin_command(&self) {
        let mut state = self.state();
        state.found = state.log.clone();
        state.refused = false;
    }

    /// Stores what a command has queued, and with the last one of a transaction, all of it.
    ///
    /// # Errors
    /// When a statement is or was refused: the command must be undone.
    pub(super) async fn confirm(&self, last: bool) -> Result<()> {
        let pending = {
            let state = self.state();
            if state.refused {
                let cause = "it went on after the database had refused a statement";
                return Err(Error::internal("could not carry out a write", cause));
            }
            state.log.require_complete()?;
            state.is_pending() || (last && state.open)
        };
        if pending {
            let sent = self.send("store a change", Vec::new(), last).await;
            sent.map_err(Failure::into_error)?;
        }
        let mut state = self.state();
        if state.open {
            state.kept = true;
            if state.savepoint == Savepoint::Own {
                state.savepoint = Savepoint::Earlier;
            }
        }
        Ok(())
    }

    /// Takes back whatever the command did.
    ///
    /// # Errors
    /// When that fails: then nothing of the whole transaction is stored.
    pub(super) async fn undo(&self) -> Result<()> {
        let mut held = self.held.lock().await;
        let back = {
            let mut state = self.state();
            state.queue.clear();
            match (state.open, state.kept, state.savepoint) {
                (false, ..) => None,
                (true, false, _) => Some("ROLLBACK"),
                (true, true, Savepoint::Own) => Some("ROLLBACK TO SAVEPOINT command"),
                (true, true, _) => None, // nothing was sent
            }
        };
        if let Some(back) = back {
            let undone = held.run(vec![Statement::from_string(self.backend, back)]).await;
            undone.map_err(|refused| fault("undo a refused write")(refused.error))?;
        }
        let mut state = self.state();
        if state.kept {
            state.log = state.found.clone();
        } else {
            *state = State::default();
        }
        Ok(())
    }

    /// Commits what the commands so far have stored.
    pub(super) async fn commit(&self) -> Result<()> {
        if self.is_open() {
            let sent = self.send("store the change", Vec::new(), true).await;
            sent.map_err(Failure::into_error)?;
        }
        Ok(())
    }

    /// Gives up the transaction with everything in it.
    pub(super) async fn abandon(&self) {
        let mut held = self.held.lock().await;
        let undone = held.run(vec![Statement::from_string(self.backend, "ROLLBACK")]).await;
        if undone.is_err() && self.backend == DbBackend::Postgres {
            // The connection is lost; the next transaction finds out by itself that it needs another.
            tracing::warn!("the connection to the database was lost in a transaction");
        }
        *self.state() = State::default();
    }

    /// How many transactions were committed.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Whether something was sent since the last commit.
    pub(super) fn is_open(&self) -> bool {
        self.state().open
    }

    /// Sends what is queued on its own: the text of a statement that differs from time to time
    /// shall not make the engine prepare the others again.
    async fn flush_pending(&self) -> std::result::Result<(), Failure> {
        if self.state().is_pending() { self.flush().await } else { Ok(()) }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.flush_pending().await?;
        let outcomes = self.send("store a change", vec![statement], false).await?;
        let done = outcomes.into_iter().next().and_then(|outcome| outcome.done);
        done.ok_or_else(|| DbErr::Exec(RuntimeErr::Internal("no outcome".to_owned())))
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        let values = Some(Values(Vec::new()));
        let statement = Statement { sql: sql.to_owned(), values, db_backend: self.backend };
        self.execute_raw(statement).await
    }

    async fn query_one_raw(
        &self,
        statement: Statement,
    ) -> std::result::Result<Option<QueryResult>, DbErr> {
        Ok(self.query_all_raw(statement).await?.into_iter().next())
    }

    async fn query_all_raw(
        &self,
        statement: Statement,
    ) -> std::result::Result<Vec<QueryResult>, DbErr> {
        self.flush_pending().await?;
        let outcomes = self.send("read", vec![statement], false).await?;
        Ok(outcomes.into_iter().next().map(|outcome| outcome.rows).unwrap_or_default())
    }
}

//! The one writer of a process: waiting commands share a transaction, and so a disk flush.
//!
//! Each command runs in a savepoint of its own: one that fails, or panics, is rolled back alone.
//! Nobody is answered before the transaction is committed, so a confirmed write is a durable one.
//!
//! A batch begins by keeping every other writer out, those of other nodes too. What a command
//! finds therefore stays so until it is committed: what it checks cannot be undone by another.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt as _;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait as _,
};
use tokio::sync::{mpsc, oneshot};

use super::{events, fault};
use crate::error::{Error, Result};

/// Most commands that share one transaction. Bounds how long the first of them waits.
const MAX_BATCH: usize = 256;
/// Most commands that wait; further callers wait to be let in.
const QUEUE: usize = 1024;

/// The transaction a command writes through.
pub type Transaction = DatabaseTransaction;

type Work = Box<
    dyn for<'t> FnOnce(
            &'t Transaction,
        )
            -> Pin<Box<dyn Future<Output = Result<Box<dyn Any + Send>>> + Send + 't>>
        + Send,
>;

struct Command {
    work: Work,
    answer: oneshot::Sender<Result<Box<dyn Any + Send>>>,
}

/// How much was written since the process started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterCounts {
    /// Commands that were committed or refused.
    pub commands: u64,
    /// Transactions committed; each is one disk flush.
    pub transactions: u64,
}

#[derive(Debug, Default)]
struct Counters {
    commands: AtomicU64,
    transactions: AtomicU64,
}

/// Hands commands to the writing task.
#[derive(Debug)]
pub struct Writer {
    queue: mpsc::Sender<Command>,
    counters: Arc<Counters>,
}

impl Writer {
    pub(super) fn start(connection: DatabaseConnection) -> Self {
        let (queue, commands) = mpsc::channel(QUEUE);
        let counters = Arc::new(Counters::default());
        tokio::spawn(run(connection, commands, Arc::clone(&counters)));
        Self { queue, counters }
    }

    /// How much was written so far.
    #[must_use]
    pub fn counts(&self) -> WriterCounts {
        WriterCounts {
            commands: self.counters.commands.load(Ordering::Relaxed),
            transactions: self.counters.transactions.load(Ordering::Relaxed),
        }
    }

    /// How many commands wait to be taken up.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Runs a command in the next transaction and waits until it is durable.
    ///
    /// # Errors
    /// The command's own error, or that the transaction could not be committed; in either case
    /// nothing of the command is stored.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> Pin<Box<dyn Future<Output = Result<T>> + Send + 't>>
            + Send
            + 'static,
    {
        let work: Work = Box::new(move |transaction| {
            let running = work(transaction);
            Box::pin(
                async move { running.await.map(|value| Box::new(value) as Box<dyn Any + Send>) },
            )
        });
        let (answer, answered) = oneshot::channel();
        let stopped = |_| Error::unavailable("the writer has stopped");
        self.queue.send(Command { work, answer }).await.map_err(|_| stopped(()))?;
        let value = answered.await.map_err(|_| stopped(()))??;
        value
            .downcast::<T>()
            .map(|value| *value)
            .map_err(|_| Error::internal("could not read a command's outcome", "type mismatch"))
    }
}

async fn run(
    connection: DatabaseConnection,
    mut commands: mpsc::Receiver<Command>,
    counters: Arc<Counters>,
) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while commands.recv_many(&mut batch, MAX_BATCH).await > 0 {
        run_batch(&connection, &mut batch, &mut commands, &counters).await;
    }
}

/// Runs waiting commands in one transaction.
async fn run_batch(
    connection: &DatabaseConnection,
    batch: &mut Vec<Command>,
    commands: &mut mpsc::Receiver<Command>,
    counters: &Counters,
) {
    let transaction = match begin(connection).await {
        Ok(transaction) => transaction,
        Err(error) => {
            counters.commands.fetch_add(batch.len() as u64, Ordering::Relaxed);
            return refuse_all(batch.drain(..).map(|command| command.answer), &error);
        }
    };
    let mut outcomes = Vec::with_capacity(batch.len());
    loop {
        for Command { work, answer } in batch.drain(..) {
            outcomes.push((answer, run_one(&transaction, work).await));
        }
        // Whoever arrived meanwhile joins this flush.
        while outcomes.len() + batch.len() < MAX_BATCH
            && let Ok(command) = commands.try_recv()
        {
            batch.push(command);
        }
        if batch.is_empty() {
            break;
        }
    }
    let committed = transaction.commit().await;
    counters.commands.fetch_add(outcomes.len() as u64, Ordering::Relaxed);
    match committed {
        Ok(()) => {
            counters.transactions.fetch_add(1, Ordering::Relaxed);
            for (answer, outcome) in outcomes {
                drop(answer.send(outcome)); // a caller that went away is no failure
            }
        }
        Err(error) => refuse_all(outcomes.into_iter().map(|(answer, _)| answer), &error),
    }
}

/// Begins the transaction that only one writer at a time has.
async fn begin(connection: &DatabaseConnection) -> std::result::Result<Transaction, DbErr> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = connection.begin_with_options(options).await?;
    events::lock_log(&transaction).await?;
    Ok(transaction)
}

async fn run_one(transaction: &Transaction, work: Work) -> Result<Box<dyn Any + Send>> {
    let savepoint = transaction.begin().await.map_err(fault("begin a write"))?;
    let outcome = AssertUnwindSafe(async { work(&savepoint).await }).catch_unwind().await;
    match outcome {
        Ok(Ok(value)) => {
            savepoint.commit().await.map_err(fault("finish a write"))?;
            Ok(value)
        }
        refused => {
            savepoint.rollback().await.map_err(fault("undo a refused write"))?;
            let panicked = |_| Err(Error::internal("could not carry out a write", "it panicked"));
            refused.unwrap_or_else(panicked)
        }
    }
}

fn refuse_all(
    answers: impl Iterator<Item = oneshot::Sender<Result<Box<dyn Any + Send>>>>,
    error: &sea_orm::DbErr,
) {
    let reason = error.to_string();
    tracing::error!(%reason, "a transaction was not stored");
    for answer in answers {
        let refused = Error::internal("could not store the change", reason.clone());
        drop(answer.send(Err(refused)));
    }
}

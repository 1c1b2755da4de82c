//! The one writer of a process: waiting commands share a transaction, and so a disk flush.
//!
//! A command that fails, or panics, is taken back alone: by its savepoint, or with the whole
//! transaction if nothing before it was stored. Nobody is answered before the transaction is
//! committed, so a confirmed write is a durable one.
//!
//! A transaction begins by keeping every other writer out, those of other nodes too. What a
//! command finds therefore stays so until it is committed: what it checks cannot be undone by
//! another.
//!
//! The writer has a thread of its own. Each of its requests to the database is a hand-off to
//! another thread and back, and waking one plain thread costs a fraction of waking a pool. It waits
//! by the plainest means too: the runtime's own needs a lock for each wake.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::Transaction;
use crate::error::{Error, Result};

/// Most commands that share one transaction. Bounds how long the first of them waits.
const MAX_BATCH: usize = 256;
/// Most commands that wait; further callers wait to be let in.
const QUEUE: usize = 1024;

type Answer = oneshot::Sender<Result<Box<dyn Any + Send>>>;
type Work = Box<
    dyn for<'t> FnOnce(
            &'t Transaction,
        )
            -> Pin<Box<dyn Future<Output = Result<Box<dyn Any + Send>>> + Send + 't>>
        + Send,
>;

struct Command {
    work: Work,
    answer: Answer,
}

/// A command that was run, and what it is answered when the transaction is committed.
type Run = (Answer, Result<Box<dyn Any + Send>>);

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
    /// Starts the writer on that connection. It ends with the last handle to it.
    pub(super) fn start(transaction: Transaction) -> Result<Self> {
        let (queue, commands) = mpsc::channel(QUEUE);
        let counters = Arc::new(Counters::default());
        let (runtime, counted) = (Handle::current(), Arc::clone(&counters));
        std::thread::Builder::new()
            .name("lcms-writer".to_owned())
            .spawn(move || {
                let _entered = runtime.enter();
                futures::executor::block_on(run(transaction, commands, counted));
            })
            .map_err(|error| Error::internal("could not start the writer", error))?;
        Ok(Self { queue, counters })
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
    transaction: Transaction,
    mut commands: mpsc::Receiver<Command>,
    counters: Arc<Counters>,
) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while commands.recv_many(&mut batch, MAX_BATCH).await > 0 {
        run_batch(&transaction, &mut batch, &mut commands, &counters).await;
    }
}

/// Runs waiting commands in one transaction.
async fn run_batch(
    transaction: &Transaction,
    batch: &mut Vec<Command>,
    commands: &mut mpsc::Receiver<Command>,
    counters: &Counters,
) {
    let mut done: Vec<Run> = Vec::with_capacity(batch.len());
    let mut failed = None;
    'transaction: loop {
        let mut waiting = batch.len();
        for Command { work, answer } in batch.drain(..) {
            counters.commands.fetch_add(1, Ordering::Relaxed);
            if let Some(error) = &failed {
                refuse(answer, error);
                continue;
            }
            waiting -= 1;
            let full = done.len() + 1 >= MAX_BATCH;
            let last = waiting == 0 && (full || commands.is_empty());
            match run_one(transaction, work, last).await {
                Ok(outcome) => done.push((answer, outcome)),
                Err(error) => {
                    refuse(answer, &error);
                    failed = Some(error);
                }
            }
        }
        if failed.is_some() {
            break 'transaction;
        }
        // Whoever arrived meanwhile joins this flush, unless it was made already.
        while transaction.is_open()
            && done.len() + batch.len() < MAX_BATCH
            && let Ok(command) = commands.try_recv()
        {
            batch.push(command);
        }
        if batch.is_empty() {
            failed = transaction.commit().await.err();
            break 'transaction;
        }
    }
    if let Some(error) = failed {
        tracing::error!(%error, "a transaction was not stored");
        transaction.abandon().await;
        done.into_iter().for_each(|(answer, _)| refuse(answer, &error));
        return;
    }
    counters.transactions.store(transaction.commits(), Ordering::Relaxed);
    for (answer, outcome) in done {
        drop(answer.send(outcome)); // a caller that went away is no failure
    }
}

/// Runs a command, and with the last one of a transaction commits. Its own failure is an outcome.
///
/// # Errors
/// When the whole transaction is lost.
async fn run_one(
    transaction: &Transaction,
    work: Work,
    last: bool,
) -> Result<Result<Box<dyn Any + Send>>> {
    transaction.begin_command();
    let outcome = AssertUnwindSafe(async { work(transaction).await }).catch_unwind().await;
    let panicked = |_| Err(Error::internal("could not carry out a write", "it panicked"));
    let refused = match outcome.unwrap_or_else(panicked) {
        Ok(value) => match transaction.confirm(last).await {
            Ok(()) => return Ok(Ok(value)),
            Err(error) => error,
        },
        Err(error) => error,
    };
    transaction.undo().await?;
    Ok(Err(refused))
}

/// Answers a command of which nothing is stored because its transaction was lost.
fn refuse(answer: Answer, error: &Error) {
    drop(answer.send(Err(Error::internal("could not store the change", error.to_string()))));
}

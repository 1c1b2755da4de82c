//! The writing task: commands share a transaction, and none harms another.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lcms_core::model::{Language, Library, LibraryId};
use lcms_core::store::{Store, Transaction, libraries};
use lcms_core::{Error, ErrorKind, Result};
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::harness::{Server, key};

fn library(name: &str) -> Library {
    Library {
        id: LibraryId::new(),
        key: key(name),
        title: name.to_owned(),
        description: String::new(),
        language: Language::english(),
        created: OffsetDateTime::UNIX_EPOCH,
    }
}

/// What a command does after it has stored a library.
#[derive(Clone, Copy)]
enum Then {
    Succeed,
    Fail,
    Panic,
    /// A statement that the database refuses.
    Break,
}

async fn store_library(tx: &Transaction, name: &'static str, then: Then) -> Result<()> {
    let library = library(name);
    libraries::insert(tx, &library).await?;
    match then {
        Then::Succeed => Ok(()),
        Then::Fail => Err(Error::conflict("as asked")),
        Then::Panic => panic!("as asked"),
        Then::Break => libraries::insert(tx, &library).await,
    }
}

/// Sends a command to the writer, and lets the writing task take it in before going on.
async fn send(store: &Store, name: &'static str, then: Then) -> JoinHandle<Result<()>> {
    let store = store.clone();
    let sent = tokio::spawn(async move {
        store.writer().write(move |tx| Box::pin(store_library(tx, name, then))).await
    });
    tokio::task::yield_now().await;
    sent
}

/// Holds the writer inside a command, so that what is sent meanwhile waits.
async fn hold(store: &Store) -> (oneshot::Sender<()>, JoinHandle<Result<()>>) {
    let (release, released) = oneshot::channel();
    let (entered, inside) = oneshot::channel();
    let store = store.clone();
    let held = tokio::spawn(async move {
        store
            .writer()
            .write(move |_| {
                Box::pin(async move {
                    entered.send(()).unwrap();
                    released.await.unwrap();
                    Ok(())
                })
            })
            .await
    });
    inside.await.unwrap();
    (release, held)
}

async fn stored(store: &Store) -> Vec<String> {
    let all = libraries::all(store.reader()).await.unwrap();
    let stored = all.into_iter().map(|library| library.key.to_string());
    stored.filter(|key| key != crate::harness::LIBRARY).collect()
}

on_every_engine! {
    async fn a_command_that_fails_does_not_harm_its_neighbours(server: &Server) {
        let store = server.store().await;
        let (release, held) = hold(&store).await;
        let before = send(&store, "before", Then::Succeed).await;
        let failing = send(&store, "failing", Then::Fail).await;
        let breaking = send(&store, "breaking", Then::Break).await;
        let after = send(&store, "after", Then::Succeed).await;
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        before.await.unwrap().unwrap();
        assert_eq!(failing.await.unwrap().unwrap_err().kind(), ErrorKind::Conflict);
        assert_eq!(breaking.await.unwrap().unwrap_err().kind(), ErrorKind::Internal);
        after.await.unwrap().unwrap();
        assert_eq!(stored(&store).await, ["after", "before"]);
    }

    async fn a_command_that_panics_is_refused_alone(server: &Server) {
        let store = server.store().await;
        let (release, held) = hold(&store).await;
        let before = send(&store, "before", Then::Succeed).await;
        let panicking = send(&store, "panicking", Then::Panic).await;
        let after = send(&store, "after", Then::Succeed).await;
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        before.await.unwrap().unwrap();
        assert_eq!(panicking.await.unwrap().unwrap_err().kind(), ErrorKind::Internal);
        after.await.unwrap().unwrap();
        send(&store, "later", Then::Succeed).await.await.unwrap().unwrap();
        assert_eq!(stored(&store).await, ["after", "before", "later"]);
    }

    async fn waiting_commands_share_one_transaction(server: &Server) {
        const WAITING: usize = 50;
        let store = server.store().await;
        let answered = Arc::new(AtomicUsize::new(0));
        let (release, held) = hold(&store).await;
        let commands: Vec<_> = (0..WAITING)
            .map(|_| {
                let (store, answered) = (store.clone(), Arc::clone(&answered));
                tokio::spawn(async move {
                    let counter = Arc::clone(&answered);
                    let command = store.writer().write(move |_| {
                        Box::pin(async move { Ok(counter.load(Ordering::SeqCst)) })
                    });
                    let answered_when_run = command.await.unwrap();
                    answered.fetch_add(1, Ordering::SeqCst);
                    answered_when_run
                })
            })
            .collect();
        while store.writer().waiting() < WAITING {
            tokio::task::yield_now().await;
        }
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        // Answers come after the commit: had one of them been answered when another ran, they
        // would not have shared a transaction.
        for command in commands {
            assert_eq!(command.await.unwrap(), 0);
        }
        assert_eq!(answered.load(Ordering::SeqCst), WAITING);
    }

    async fn a_caller_that_goes_away_leaves_nothing_half_done(server: &Server) {
        let store = server.store().await;
        let (release, held) = hold(&store).await;
        let gone = send(&store, "gone", Then::Succeed).await;
        while store.writer().waiting() == 0 {
            tokio::task::yield_now().await;
        }
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        send(&store, "next", Then::Succeed).await.await.unwrap().unwrap();
        assert_eq!(stored(&store).await, ["gone", "next"]);
    }
}

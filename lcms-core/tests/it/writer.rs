//! The writing task: commands share a transaction, and none harms another.

use lcms_core::model::{Digest, EventKind, Language, Library, LibraryId, UserId};
use lcms_core::store::events::{self, NewEvent};
use lcms_core::store::{Store, Transaction, documents, libraries, now};
use lcms_core::{Error, ErrorKind, Result};
use time::OffsetDateTime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

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

/// Sends a command to the writer.
fn send(store: &Store, name: &'static str, then: Then) -> JoinHandle<Result<()>> {
    let store = store.clone();
    tokio::spawn(async move {
        store.writer().write(move |tx| Box::pin(store_library(tx, name, then))).await
    })
}

/// Waits until so many commands wait for the writer, which is held.
async fn until_waiting(store: &Store, count: usize) {
    while store.writer().waiting() < count {
        tokio::task::yield_now().await;
    }
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
        let before = send(&store, "before", Then::Succeed);
        let failing = send(&store, "failing", Then::Fail);
        let breaking = send(&store, "breaking", Then::Break);
        let after = send(&store, "after", Then::Succeed);
        until_waiting(&store, 4).await;
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
        let before = send(&store, "before", Then::Succeed);
        let panicking = send(&store, "panicking", Then::Panic);
        let after = send(&store, "after", Then::Succeed);
        until_waiting(&store, 3).await;
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        before.await.unwrap().unwrap();
        assert_eq!(panicking.await.unwrap().unwrap_err().kind(), ErrorKind::Internal);
        after.await.unwrap().unwrap();
        send(&store, "later", Then::Succeed).await.unwrap().unwrap();
        assert_eq!(stored(&store).await, ["after", "before", "later"]);
    }

    async fn waiting_commands_share_one_transaction(server: &Server) {
        const WAITING: usize = 50;
        let store = server.store().await;
        let before = store.writer().counts();
        let (release, held) = hold(&store).await;
        let (failing, other) = (send(&store, "failing", Then::Fail), store.clone());
        let commands: Vec<_> = (1..WAITING)
            .map(|number| {
                let store = other.clone();
                tokio::spawn(async move {
                    let library = library(&format!("library-{number}"));
                    store
                        .writer()
                        .write(move |tx| {
                            Box::pin(async move { libraries::insert(tx, &library).await })
                        })
                        .await
                        .unwrap();
                })
            })
            .collect();
        until_waiting(&store, WAITING).await;
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        failing.await.unwrap().unwrap_err();
        futures::future::join_all(commands).await;
        let after = store.writer().counts();
        assert_eq!(after.commands - before.commands, WAITING as u64 + 1);
        assert_eq!(after.transactions - before.transactions, 1);
    }

    async fn a_caller_that_goes_away_leaves_nothing_half_done(server: &Server) {
        let store = server.store().await;
        let (release, held) = hold(&store).await;
        let gone = send(&store, "gone", Then::Succeed);
        until_waiting(&store, 1).await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        send(&store, "next", Then::Succeed).await.unwrap().unwrap();
        assert_eq!(stored(&store).await, ["gone", "next"]);
    }

    async fn a_number_without_an_event_refuses_its_command(server: &Server) {
        let store = server.store().await;
        let before = events::last_number(store.reader()).await.unwrap();
        let (release, held) = hold(&store).await;
        let first = send(&store, "first", Then::Succeed);
        let writer = store.clone();
        let careless = tokio::spawn(async move {
            writer.writer().write(|tx| Box::pin(events::next_number(tx))).await
        });
        let last = send(&store, "last", Then::Succeed);
        until_waiting(&store, 3).await;
        release.send(()).unwrap();
        held.await.unwrap().unwrap();
        first.await.unwrap().unwrap();
        assert_eq!(careless.await.unwrap().unwrap_err().kind(), ErrorKind::Internal);
        last.await.unwrap().unwrap();
        assert_eq!(stored(&store).await, ["first", "last"]);
        assert_eq!(events::last_number(store.reader()).await.unwrap(), before);
    }

    async fn a_command_cannot_go_on_over_a_refused_statement(server: &Server) {
        let store = server.store().await;
        let careless = store
            .writer()
            .write(|tx| {
                Box::pin(async move {
                    let library = library("twice");
                    libraries::insert(tx, &library).await?;
                    libraries::insert(tx, &library).await.unwrap_err();
                    Ok(())
                })
            })
            .await;
        assert_eq!(careless.unwrap_err().kind(), ErrorKind::Internal);
        assert_eq!(stored(&store).await, Vec::<String>::new());
    }

    async fn a_command_finds_what_it_has_queued(server: &Server) {
        let store = server.store().await;
        let found = store
            .writer()
            .write(|tx| {
                Box::pin(async move {
                    let digest = Digest::of_bytes(b"{}");
                    documents::put(tx, digest, b"{}".to_vec()).await?;
                    let number = events::next_number(tx).await?;
                    let new = NewEvent::new(EventKind::LibraryCreated, now(), UserId(Uuid::nil()));
                    events::insert(tx, number, new).await?;
                    let seen = events::last_number(tx).await?;
                    Ok((documents::get(tx, digest).await?, seen == number))
                })
            })
            .await
            .unwrap();
        assert_eq!(found, (b"{}".to_vec(), true));
    }
}

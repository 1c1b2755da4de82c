//! An index whose disk is full: saves and releases go on, searches say that it is behind, and it goes
//! on by itself when there is room again.
//!
//! The child process may write no file beyond a size (`RLIMIT_FSIZE`, with its signal ignored, so that
//! writing fails as on a full disk). The store keeps each of many captions in a file of its own; the
//! index puts the words of all of them into one, and so is the only one that comes to the limit.

#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};
use std::time::Duration;

use lcms_core::model::Kind;
use lcms_core::service::{Indexing, SearchQuery, Session};

use crate::child;
use crate::documents::{asset, lesson, placed, topic, with};
use crate::harness::{Engine, Server};
use crate::integrity::upload;

/// Largest file that the child may write: far more than the database and its log need here.
const LARGEST_KIB: u64 = 10 << 10;
/// Assets with captions of 250 kB, which packing shortens by a third.
const FILMS: usize = 96;

/// Captions that no packing shortens much, others for each seed.
fn noise(seed: usize) -> String {
    let mut random = seed as u64;
    let mut letter = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from_digit(u32::try_from(random >> 32).unwrap() % 36, 36).unwrap()
    };
    let mut cue = || format!("0:0 --> 0:1\n{}\n\n", (0..240).map(|_| letter()).collect::<String>());
    (0..1000).map(|_| cue()).collect()
}

async fn found(session: &Session, text: &str) -> (u64, bool) {
    let query = SearchQuery { text: text.to_owned(), limit: 20, ..SearchQuery::default() };
    let result = session.search(query).await.unwrap();
    (result.page.total, result.catching_up)
}

async fn until(session: &Session, what: &str, wanted: impl Fn((u64, bool)) -> bool) {
    for _ in 0..600 {
        if wanted(found(session, "mariner").await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: {:?}", found(session, "mariner").await);
}

/// What the child does.
async fn work(server: &Server) {
    let operator = server.operator();
    server.create("lib/before", Kind::Topic, topic("One mariner.")).await;
    server.lcms.indexing().catch_up().await.unwrap();
    assert_eq!(found(&operator, "mariner").await, (1, false), "at first there is room");

    let film = upload(&operator, "video/mp4", &[1; 40]).await;
    for n in 0..FILMS {
        let captions = upload(&operator, "text/vtt", noise(n).as_bytes()).await;
        let content = asset(&film.digest.to_string(), film.size, "a.mp4", "video/mp4");
        let track = serde_json::json!([{
            "kind": "captions", "language": "en", "file_name": "a.vtt", "blob": captions.digest,
        }]);
        server.create(&format!("lib/film{n}"), Kind::Asset, with(content, "/tracks", track)).await;
    }
    // All of them in one step of the index, and so in one file.
    let full = server.lcms.indexing().catch_up().await.unwrap_err();
    assert!(full.to_string().contains("index"), "{full}");
    let following = Indexing::follow(server.lcms.clone());
    server.create("lib/after", Kind::Topic, topic("Another mariner.")).await;
    server.save("lib/before", topic("One mariner, and no more.")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "after")])).await;
    server.release("lib/lesson").await;
    let (total, catching_up) = found(&operator, "mariner").await;
    assert!(catching_up, "a search says that it is behind");
    assert!(total <= 1, "and answers with what it has");

    let me = std::process::id().to_string();
    let room = Command::new("prlimit").args(["--pid", &me, "--fsize=unlimited"]).status().unwrap();
    assert!(room.success());
    until(&operator, "it heals", |found| found == (2, false)).await;
    assert_eq!(found(&operator, "kind:asset").await, (FILMS as u64, false));
    following.abort();
}

async fn run(engine: Engine, test: &str) {
    if child::argument().is_some() {
        let server = Server::start(engine).await;
        work(&server).await;
        return server.stop().await;
    }
    let command = child::command(module_path!(), test, "go");
    let limited = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$@\"", LARGEST_KIB * 2);
    let mut shell = Command::new("sh");
    shell.args(["-c", &limited, "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let done = tokio::task::block_in_place(|| shell.stdin(Stdio::null()).status().unwrap());
    assert!(done.success(), "what the child says stands above");
}

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn saves_and_releases_go_on_and_the_index_heals() {
        let test = "sqlite::saves_and_releases_go_on_and_the_index_heals";
        super::run(crate::harness::Engine::Sqlite, test).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn saves_and_releases_go_on_and_the_index_heals() {
        let test = "postgres::saves_and_releases_go_on_and_the_index_heals";
        super::run(crate::harness::Engine::Postgres, test).await;
    }
}

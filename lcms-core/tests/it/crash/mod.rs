//! `kill -9` at any moment: nothing that was confirmed is lost, nothing half-written is visible.
//!
//! A child process works on every path that writes, all at once and without pause, and says what
//! was confirmed. The parent kills it at moments that differ from round to round, checks
//! everything, and looks for each thing confirmed. `make soak` does it thousands of times.

mod work;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use lcms_core::model::{BranchState, Digest, Kind, ReleaseId, RevisionId, State};
use lcms_core::service::Session;
use lcms_core::store::{Store, components, documents};
use serde::{Deserialize, Serialize};

use crate::documents::{course, lesson, placed, topic};
use crate::harness::{Engine, Server, key, target};
use crate::{child, store_checks};

/// Kills of one store, which grows with each.
const ROUNDS: u64 = 20;
/// How many kills the soak mode does.
const SOAK: &str = "LCMS_SOAK_KILLS";

/// What the child needs to know.
#[derive(Serialize, Deserialize)]
struct Task {
    database: String,
    folder: std::path::PathBuf,
    round: u64,
}

/// What the child was told is done. Each is said on one line; a line cut off by the kill is none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Confirmed {
    /// A revision was saved.
    Revision(RevisionId),
    /// A file is there and named by an asset.
    File(Digest),
    /// A component has at least so many revisions.
    Revisions(String, usize),
    /// A revision arrived with a library of another server.
    Arrived(RevisionId),
    /// A branch was merged.
    Merged(String),
    /// A closure was frozen, and then approved.
    Approved(ReleaseId, Digest),
    /// A channel of the shared course was moved, for this reason.
    Moved(String),
    /// A release is in the register of the target, for this reason.
    Live(String),
    /// Blobs that nothing names were removed.
    Collected,
}

/// What every round works on.
async fn prepare(server: &Server) {
    server.create("lib/page", Kind::Topic, topic("One.")).await;
    server.create("lib/lesson", Kind::Lesson, lesson(&[placed(1, "page")])).await;
    server.create("lib/course", Kind::Course, course(&[placed(2, "lesson")])).await;
    let campus = serde_json::json!({"key": "campus", "title": "Campus"});
    server.operator().create_target(serde_json::from_value(campus).unwrap()).await.unwrap();
}

/// Every path that writes, by what is confirmed on it.
const PATHS: [&str; 9] = [
    "revisions",
    "files",
    "imports",
    "arrivals",
    "merges",
    "approved releases",
    "moves",
    "deployments",
    "collections",
];

fn confirmed(line: &str) -> Option<Confirmed> {
    let (what, value) = child::said(line)?;
    (what == "confirmed").then(|| serde_json::from_str(value).ok())?
}

/// Runs the child, kills it, and answers what it said was confirmed.
fn kill_a_writer(server: &Server, test: &str, round: u64, moment: u64) -> Vec<Confirmed> {
    let folder = server.folder.path().to_owned();
    let task = Task { database: server.database(), folder, round };
    let task = serde_json::to_string(&task).unwrap();
    let mut writer = child::command(module_path!(), test, &task)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
    // Kills fall on every part of the work: some while the store is opened, some in the first
    // transactions, the others some time after one of the paths was gone to its end.
    let mut said = Vec::new();
    if !moment.is_multiple_of(7) {
        let path = PATHS[moment as usize % PATHS.len()];
        for line in lines.by_ref() {
            said.extend(confirmed(&line));
            let is_open = child::said(&line).is_some_and(|(what, _)| what == "open");
            if (is_open && moment.is_multiple_of(5))
                || said.last().is_some_and(|last| name(last) == path)
            {
                break;
            }
        }
    }
    std::thread::sleep(Duration::from_millis(moment * moment * 7 % 211));
    writer.kill().unwrap();
    writer.wait().unwrap();
    // What was said before the kill is still in the pipe.
    said.extend(lines.filter_map(|line| confirmed(&line)));
    said
}

/// Looks for what was confirmed.
async fn require(session: &Session, store: &Store, confirmed: &Confirmed) {
    let db = store.reader();
    match confirmed {
        Confirmed::Revision(id) | Confirmed::Arrived(id) => {
            let revision = components::revision(db, *id).await.unwrap().unwrap();
            let body = documents::get(db, revision.content).await.unwrap();
            assert_eq!(Digest::of_bytes(&body), revision.content);
        }
        Confirmed::File(digest) => {
            assert_eq!(session.blob(*digest).await.unwrap().digest, *digest);
        }
        Confirmed::Revisions(at, count) => {
            let history = session.history(&target(at), None, 200).await.unwrap();
            assert!(history.items.len() >= *count.min(&200), "{at} has less than {count}");
        }
        Confirmed::Merged(name) => {
            let view = session.branch_named(&key(name)).await.unwrap();
            assert_eq!(view.branch.state, BranchState::Merged, "{name}");
        }
        Confirmed::Approved(id, digest) => {
            let view = session.release_by_id(*id).await.unwrap();
            assert_eq!(view.release.digest, *digest);
            assert_eq!(view.review.unwrap().state, State::Approved);
        }
        Confirmed::Moved(note) => {
            let course = target("lib/course");
            let moves = session.channel_history(&course, &key("stable")).await.unwrap();
            assert!(moves.iter().any(|made| made.note == *note), "{note}");
        }
        Confirmed::Live(note) => {
            let all = lcms_core::store::deployments::Filter::default();
            let register = lcms_core::store::deployments::list(db, &all, 100_000).await.unwrap();
            assert!(register.iter().any(|deployment| deployment.note == *note), "{note}");
        }
        Confirmed::Collected => {}
    }
}

fn name(confirmed: &Confirmed) -> &'static str {
    match confirmed {
        Confirmed::Revision(_) => "revisions",
        Confirmed::File(_) => "files",
        Confirmed::Revisions(..) => "imports",
        Confirmed::Arrived(_) => "arrivals",
        Confirmed::Merged(_) => "merges",
        Confirmed::Approved(..) => "approved releases",
        Confirmed::Moved(_) => "moves",
        Confirmed::Live(_) => "deployments",
        Confirmed::Collected => "collections",
    }
}

/// Of each kind, how many were confirmed.
type Tally = BTreeMap<&'static str, usize>;

/// Kills a process that works on one store so many times.
async fn nothing_confirmed_is_lost(server: &Server, test: &str, seed: u64) -> Tally {
    let mut tally = Tally::new();
    let store = server.store().await;
    prepare(server).await;
    for round in 0..ROUNDS {
        let moment = round + seed * 31;
        let killed = || kill_a_writer(server, test, round, moment);
        let confirmed = tokio::task::block_in_place(killed);
        store_checks::assert_rows_agree(&store).await;
        let report = server.operator().fsck(false, &mut |_| {}).await.unwrap();
        assert_eq!((report.damaged, report.findings), (0, vec![]), "round {round}, seed {seed}");
        for confirmed in &confirmed {
            require(&server.operator(), &store, confirmed).await;
            *tally.entry(name(confirmed)).or_default() += 1;
        }
    }
    store_checks::assert_bytes_agree(&store, &server.lcms.settings().blobs).await;
    let rebuilt = server.lcms.rebuild_where_used(|_| {}).await.unwrap();
    assert_eq!(rebuilt.differed, 0, "where-used follows from what was saved");
    // What the kills left behind can be removed, and nothing else goes.
    server.operator().gc(time::Duration::ZERO, true).await.unwrap();
    let report = server.operator().fsck(false, &mut |_| {}).await.unwrap();
    assert_eq!((report.damaged, report.findings), (0, vec![]));
    tally
}

async fn run(engine: Engine, test: &str) {
    if let Some(task) = child::argument() {
        return work::until_killed(serde_json::from_str(&task).unwrap()).await;
    }
    let soak = std::env::var(SOAK).map(|kills| kills.parse::<u64>().unwrap());
    let stores = soak.map_or(1, |kills| kills.div_ceil(ROUNDS));
    let mut all = Tally::new();
    for seed in 0..stores {
        let server = Server::start(engine).await;
        for (what, count) in nothing_confirmed_is_lost(&server, test, seed).await {
            *all.entry(what).or_default() += count;
        }
        server.stop().await;
        println!("{} kills: {all:?} confirmed, all there", (seed + 1) * ROUNDS);
    }
    for path in PATHS {
        assert!(all.contains_key(path), "no {path} among {all:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_process_that_writes_to_sqlite() {
    run(Engine::Sqlite, "of_a_process_that_writes_to_sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_process_that_writes_to_postgresql() {
    run(Engine::Postgres, "of_a_process_that_writes_to_postgresql").await;
}

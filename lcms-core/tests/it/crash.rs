//! `kill -9` at any moment: nothing that was confirmed is lost, nothing half-written is visible.
//!
//! A child process saves without pause and says what was confirmed; the parent kills it at
//! moments that differ from round to round, and looks at what is there.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use lcms_core::model::{Digest, Kind, RevisionId};
use lcms_core::service::{Lcms, Settings};
use lcms_core::store::{components, documents};
use serde::{Deserialize, Serialize};

use crate::documents::{asset, topic};
use crate::harness::{Engine, Server, new_component, target};
use crate::{child, store_checks};

const ROUNDS: u64 = 20;

/// What the child needs to know.
#[derive(Serialize, Deserialize)]
struct Task {
    database: String,
    folder: std::path::PathBuf,
    round: u64,
}

/// Writes until it is killed: an upload and the asset that names it, and a topic saved again and
/// again beside it.
async fn write_until_killed(task: Task) {
    let mut settings = Settings::in_folder(&task.folder);
    settings.database = task.database.parse().unwrap();
    let session = Lcms::open(settings).await.unwrap().operator_without_checks();
    child::say("open", task.round);
    let saving = session.clone();
    let round = task.round;
    let topics = tokio::spawn(async move {
        let at = format!("lib/topic-{round}");
        let request = new_component(&at, Kind::Topic, topic("0"));
        let mut head = saving.create(request, None).await.unwrap().revision.id;
        for n in 1.. {
            child::say("revision", head);
            let content = Some(topic(&format!("{n}")));
            let new = lcms_core::service::SaveComponent { content, ..Default::default() };
            head = saving.save(&target(&at), head, new).await.unwrap().revision.id;
        }
    });
    for n in 0_u64.. {
        let media_type = if n % 2 == 0 { "text/plain" } else { "image/png" };
        let bytes = format!("{round} {n} ").repeat(1 + (n as usize * 797) % 9000);
        let mut upload = session.upload(media_type).unwrap();
        upload.write(bytes.as_bytes()).await.unwrap();
        let blob = upload.finish(None).await.unwrap();
        child::say("blob", blob.digest);
        let document = asset(&blob.digest.to_string(), blob.size, "a", media_type);
        let request = new_component(&format!("lib/asset-{round}-{n}"), Kind::Asset, document);
        child::say("revision", session.create(request, None).await.unwrap().revision.id);
    }
    topics.await.unwrap();
}

/// Runs the child, kills it, and answers what it said was confirmed.
fn kill_a_writer(server: &Server, test: &str, round: u64) -> Vec<(String, String)> {
    let folder = server.folder.path().to_owned();
    let task = Task { database: server.database(), folder, round };
    let task = serde_json::to_string(&task).unwrap();
    let mut writer = child::command(module_path!(), test, &task)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| child::said(&line).is_some_and(|(what, _)| what == "open")));
    // Kills fall on every part of the work: early in opening transactions, and late in long runs.
    std::thread::sleep(Duration::from_millis(round * round * 7 % 211));
    writer.kill().unwrap();
    writer.wait().unwrap();
    // What was said before the kill is still in the pipe; a line cut off is no confirmation.
    let said = lines.filter_map(|line| {
        child::said(&line).map(|(what, value)| (what.to_owned(), value.to_owned()))
    });
    said.filter(|(what, value)| value.len() == if what == "blob" { 71 } else { 36 }).collect()
}

async fn nothing_confirmed_is_lost(server: &Server, test: &str) {
    let (mut revisions, mut blobs) = (0, 0);
    let store = server.store().await;
    for round in 0..ROUNDS {
        let confirmed = tokio::task::block_in_place(|| kill_a_writer(server, test, round));
        store_checks::assert_rows_agree(&store).await;
        for (what, value) in confirmed {
            if what == "blob" {
                let digest: Digest = value.parse().unwrap();
                assert_eq!(server.operator().blob(digest).await.unwrap().digest, digest);
                blobs += 1;
                continue;
            }
            let id: RevisionId = value.parse().unwrap();
            let revision = components::revision(store.reader(), id).await.unwrap().unwrap();
            let body = documents::get(store.reader(), revision.content).await.unwrap();
            assert_eq!(Digest::of_bytes(&body), revision.content);
            revisions += 1;
        }
    }
    let blob_url = &server.lcms.settings().blobs;
    let (_, files) = store_checks::assert_bytes_agree(&store, blob_url).await;
    println!("{ROUNDS} kills: {revisions} revisions and {blobs} blobs confirmed, all there");
    assert!(files >= blobs && blobs > 0 && revisions > 0);
}

async fn run(engine: Engine, test: &str) {
    if let Some(task) = child::argument() {
        return write_until_killed(serde_json::from_str(&task).unwrap()).await;
    }
    let server = Server::start(engine).await;
    nothing_confirmed_is_lost(&server, test).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_process_that_writes_to_sqlite() {
    run(Engine::Sqlite, "of_a_process_that_writes_to_sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_process_that_writes_to_postgresql() {
    run(Engine::Postgres, "of_a_process_that_writes_to_postgresql").await;
}

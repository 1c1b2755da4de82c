//! What is restored is what was there, on whichever engine, and by one digest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lcms_core::ErrorKind;
use lcms_core::model::Kind;
use lcms_core::service::BackupSummary;

use super::{assert_whole, fill, fsck};
use crate::documents::topic;
use crate::harness::{Engine, Server};

async fn backup(server: &Server) -> (Vec<u8>, BackupSummary) {
    let mut bytes = Vec::new();
    let summary = server.operator().backup(&mut bytes, &mut |_, _| {}).await.unwrap();
    (bytes, summary)
}

/// Restores on that engine and looks at everything.
async fn restore_on(engine: Engine, bytes: &[u8], expected: &BackupSummary) -> Server {
    let server = Server::start_without_library(engine).await;
    let restored = server.operator().restore_backup(bytes, &mut |_, _| {}).await.unwrap();
    assert_eq!(restored, *expected);
    let report = fsck(&server).await;
    assert_eq!((report.damaged, report.findings), (0, vec![]));
    server
}

on_every_engine! {
    async fn a_backup_restores_on_the_same_engine(server: &Server) {
        fill(server).await;
        let user = server.user("ann", &[]).await;
        let (bytes, summary) = backup(server).await;
        assert_eq!(summary.files, 3);
        assert!(summary.tables["revision"].rows >= 6 && summary.tables["event"].rows > 8);
        let other = restore_on(server.engine, &bytes, &summary).await;
        let (again, same) = backup(&other).await;
        assert_eq!(same, summary);
        assert!(again == bytes, "a backup of what was restored is the same file");
        assert_eq!(
            other.view("lib/text").await.revision,
            server.view("lib/text").await.revision
        );
        assert_eq!(user.actor().name(), "ann");
        other.save("lib/text", topic("Life goes on.")).await;
        other.release("lib/course").await;
        assert_whole(&other).await;
        other.stop().await;
    }

    async fn a_backup_of_a_live_server_is_of_one_moment(server: &Server) {
        fill(server).await;
        let stop = Arc::new(AtomicBool::new(false));
        let writing = {
            let (stop, operator) = (Arc::clone(&stop), server.operator());
            tokio::spawn(async move {
                let mut n = 0_u32;
                while !stop.load(Ordering::Relaxed) {
                    let blob = super::upload(&operator, "image/png", &n.to_le_bytes()).await;
                    let document = crate::documents::asset(
                        &blob.digest.to_string(), 4, "a.png", "image/png",
                    );
                    let at = format!("lib/live-{n}");
                    let new = crate::harness::new_component(&at, Kind::Asset, document);
                    operator.create(new, None).await.unwrap();
                    super::upload(&operator, "image/png", &(!n).to_le_bytes()).await;
                    operator.gc(time::Duration::ZERO, true).await.ok();
                    n += 1;
                }
                n
            })
        };
        for _ in 0..4 {
            let (bytes, summary) = backup(server).await;
            restore_on(Engine::Sqlite, &bytes, &summary).await.stop().await;
        }
        stop.store(true, Ordering::Relaxed);
        assert!(writing.await.unwrap() > 0);
    }

    async fn what_is_not_empty_is_not_overwritten(server: &Server) {
        let (bytes, _) = backup(server).await;
        let refused = server.operator().restore_backup(bytes.as_slice(), &mut |_, _| {}).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
        let empty = Server::start_without_library(server.engine).await;
        std::fs::create_dir_all(empty.folder.path().join("blobs/staging")).unwrap();
        std::fs::write(empty.folder.path().join("blobs/staging/x"), b"x").unwrap();
        let refused = empty.operator().restore_backup(bytes.as_slice(), &mut |_, _| {}).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
        empty.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_restores_on_the_other_engine_and_back() {
    let first = Server::start(Engine::Sqlite).await;
    fill(&first).await;
    let (bytes, summary) = backup(&first).await;
    let second = restore_on(Engine::Postgres, &bytes, &summary).await;
    let (back, same) = backup(&second).await;
    assert!(same == summary && back == bytes, "the engine leaves no trace");
    let third = restore_on(Engine::Sqlite, &back, &same).await;
    for server in [first, second, third] {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_short_or_altered_is_refused() {
    let server = Server::start(Engine::Sqlite).await;
    fill(&server).await;
    let (bytes, _) = backup(&server).await;
    let mut spoiled: Vec<Vec<u8>> =
        [0, 511, 2000, bytes.len() / 2, bytes.len() - 2000].map(|cut| bytes[..cut].to_vec()).into();
    // The file of the picture: its bytes are hashed again at the end.
    let picture = bytes.windows(64).position(|window| window == [7; 64]).unwrap();
    let mut flipped = bytes.clone();
    flipped[picture] ^= 1;
    spoiled.push(flipped);
    for bytes in spoiled {
        let empty = Server::start_without_library(Engine::Sqlite).await;
        let refused = empty.operator().restore_backup(bytes.as_slice(), &mut |_, _| {}).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Invalid);
        empty.stop().await;
    }
    server.stop().await;
}

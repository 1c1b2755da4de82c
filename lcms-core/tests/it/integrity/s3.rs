//! Check, collection, backup and restore with files behind an S3 API.

use std::path::{Path, PathBuf};

use lcms_core::model::Kind;
use lcms_core::service::Damage;
use time::Duration;

use super::{assert_whole, fill, fsck, upload};
use crate::documents::{asset, topic};
use crate::harness::{Engine, Server};
use crate::{child, s3};

/// A store whose files are under that prefix of the bucket.
async fn server_on(engine: Engine, prefix: &str) -> Server {
    let url = format!("s3://bucket/{prefix}");
    Server::start_with(engine, |settings| settings.blobs = url.parse().unwrap()).await
}

/// Every file of the folder that is no bookkeeping of the API itself.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path())),
            false if entry.file_name().to_string_lossy().starts_with('.') => {}
            false => found.push(entry.path()),
        }
    }
    found
}

async fn everything(engine: Engine, bucket: &Path) {
    let server = server_on(engine, "first").await;
    server.library(crate::harness::LIBRARY).await;
    fill(&server).await;
    assert_whole(&server).await;
    let kept = files(&bucket.join("first")).len();

    // Collection: what nothing names goes, bytes too; everything else stays.
    let operator = server.operator();
    let long = vec![3; 12 << 20]; // more than one part
    let unused = upload(&operator, "video/mp4", &long).await;
    assert_eq!(files(&bucket.join("first")).len(), kept + 1);
    let dry = operator.gc(Duration::ZERO, false).await.unwrap();
    assert_eq!((dry.blob_count, dry.bytes), (1, unused.stored_size));
    let real = operator.gc(Duration::ZERO, true).await.unwrap();
    assert_eq!((real.deleted, real.blob_count), (true, 1));
    assert_eq!(files(&bucket.join("first")).len(), kept);
    assert_whole(&server).await;
    let again = upload(&operator, "video/mp4", &long).await;
    let film = asset(&again.digest.to_string(), again.size, "a.mp4", "video/mp4");
    server.create("lib/film", Kind::Asset, film).await;
    assert_eq!(operator.gc(Duration::ZERO, true).await.unwrap().blob_count, 0);

    // Backup: restores behind the API, and from there into a folder, with the same digest.
    let mut bytes = Vec::new();
    let summary = operator.backup(&mut bytes, &mut |_, _| {}).await.unwrap();
    let second = server_on(engine, "second").await;
    let restored = second.operator().restore_backup(bytes.as_slice(), &mut |_, _| {}).await;
    assert_eq!(restored.unwrap(), summary);
    assert_whole(&second).await;
    let mut back = Vec::new();
    second.operator().backup(&mut back, &mut |_, _| {}).await.unwrap();
    assert!(back == bytes, "what is held behind the API is what was backed up");
    let third = Server::start_without_library(engine).await;
    let restored = third.operator().restore_backup(back.as_slice(), &mut |_, _| {}).await;
    assert_eq!(restored.unwrap(), summary);
    assert_whole(&third).await;
    second.save("lib/text", topic("Life goes on.")).await;
    second.release("lib/course").await;
    assert_whole(&second).await;

    // Check: what is lost and what is altered is named, and mended by the next upload.
    let objects = files(&bucket.join("first"));
    let film = objects.iter().find(|file| file.metadata().unwrap().len() == 12 << 20).unwrap();
    std::fs::remove_file(film).unwrap();
    let other = objects.iter().find(|file| *file != film).unwrap();
    let mut spoiled = std::fs::read(other).unwrap();
    spoiled[0] ^= 1;
    std::fs::write(other, spoiled).unwrap();
    let report = fsck(&server).await;
    let mut damage: Vec<_> = report.findings.iter().map(|found| found.damage).collect();
    damage.sort_by_key(|damage| damage.as_str());
    assert_eq!(damage, [Damage::Altered, Damage::Missing], "{:?}", report.findings);
    upload(&operator, "video/mp4", &long).await;
    assert_eq!(fsck(&server).await.damaged, 1);
    for server in [server, second, third] {
        server.stop().await;
    }
}

async fn run(engine: Engine, test: &str) {
    if let Some(bucket) = child::argument() {
        return everything(engine, Path::new(&bucket)).await;
    }
    s3::run_in_child(module_path!(), test, |bucket| bucket.display().to_string()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_kept_whole_beside_sqlite() {
    run(Engine::Sqlite, "everything_is_kept_whole_beside_sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_kept_whole_beside_postgresql() {
    run(Engine::Postgres, "everything_is_kept_whole_beside_postgresql").await;
}

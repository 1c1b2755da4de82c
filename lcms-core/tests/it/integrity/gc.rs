//! Collection removes what nothing needs, and nothing else, whatever happens at the same time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lcms_core::ErrorKind;
use lcms_core::model::{Digest, EventKind, EventNumber, Kind};
use lcms_core::service::{GC_GRACE, SaveComponent};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use time::Duration;

use super::{assert_whole, fill, fsck, upload};
use crate::documents::{asset, topic};
use crate::harness::{Engine, Server, new_component, target};

const NO_GRACE: Duration = Duration::ZERO;

fn picture(digest: Digest, size: u64) -> serde_json::Value {
    asset(&digest.to_string(), size, "a.png", "image/png")
}

on_every_engine! {
    async fn only_what_no_document_names_goes(server: &Server) {
        fill(server).await;
        let operator = server.operator();
        let unused = upload(&operator, "image/png", b"nobody names it").await;
        let within_grace = operator.gc(GC_GRACE, true).await.unwrap();
        assert_eq!((within_grace.blob_count, within_grace.file_count), (0, 0));

        let dry = operator.gc(NO_GRACE, false).await.unwrap();
        assert_eq!((dry.deleted, dry.blob_count, dry.bytes), (false, 1, unused.stored_size));
        assert_eq!(dry.blobs[0].digest, unused.digest);
        assert_eq!(operator.blob(unused.digest).await.unwrap(), unused, "nothing was removed");

        let real = operator.gc(NO_GRACE, true).await.unwrap();
        assert_eq!((real.deleted, real.blobs), (true, dry.blobs));
        assert_eq!(operator.blob(unused.digest).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(fsck(server).await.counts.files, 3);
        assert_whole(server).await;
        let events = operator.events(EventNumber(0), 1000).await.unwrap().items;
        let removed = events.iter().filter(|event| event.kind == EventKind::BlobsRemoved);
        assert_eq!(removed.map(|event| event.detail["blobs"].clone()).collect::<Vec<_>>(), [1]);

        let again = upload(&operator, "image/png", b"nobody names it").await;
        server.create("lib/again", Kind::Asset, picture(again.digest, again.size)).await;
        assert_eq!(operator.gc(NO_GRACE, true).await.unwrap().blob_count, 0);
        assert_whole(server).await;
    }

    async fn blobs_of_deleted_components_and_old_revisions_stay(server: &Server) {
        let operator = server.operator();
        let [old, new] = [upload(&operator, "image/png", b"old").await, upload(&operator, "image/png", b"new").await];
        server.create("lib/a", Kind::Asset, picture(old.digest, old.size)).await;
        server.save("lib/a", picture(new.digest, new.size)).await;
        operator.delete(&target("lib/a")).await.unwrap();
        assert_eq!(operator.gc(NO_GRACE, true).await.unwrap().blob_count, 0);
        assert_whole(server).await;
    }

    async fn an_upload_of_the_same_bytes_begins_the_grace_anew(server: &Server) {
        let operator = server.operator();
        let age = Duration::milliseconds(300);
        upload(&operator, "image/png", b"used now and then").await;
        tokio::time::sleep(age.unsigned_abs() * 2).await;
        upload(&operator, "image/png", b"used now and then").await;
        assert_eq!(operator.gc(age, false).await.unwrap().blob_count, 0);
        tokio::time::sleep(age.unsigned_abs() * 2).await;
        assert_eq!(operator.gc(age, false).await.unwrap().blob_count, 1);
    }

    async fn a_save_whose_blob_went_meanwhile_is_refused_and_names_it(server: &Server) {
        let operator = server.operator();
        let blob = upload(&operator, "image/png", b"bytes").await;
        operator.gc(NO_GRACE, true).await.unwrap();
        let late = server.try_create("lib/late", Kind::Asset, picture(blob.digest, blob.size)).await;
        assert!(late.unwrap_err().to_string().contains(&blob.digest.to_string()));
        assert_whole(server).await;
    }

    async fn left_over_files_go_when_they_are_old(server: &Server) {
        fill(server).await;
        let operator = server.operator();
        let blobs = server.folder.path().join("blobs");
        let hex = Digest::of_bytes(b"lost").hex();
        std::fs::create_dir_all(blobs.join("store").join(&hex[..2])).unwrap();
        let lost = blobs.join("store").join(&hex[..2]).join(&hex);
        let staged = blobs.join("staging").join("0192");
        let foreign = blobs.join("lost+found");
        let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3 * 3600);
        for file in [&lost, &staged, &foreign] {
            std::fs::write(file, b"lost").unwrap();
        }
        assert_eq!(operator.gc(NO_GRACE, true).await.unwrap().file_count, 0, "they may be at work");
        for file in [&lost, &staged, &foreign] {
            std::fs::File::options().write(true).open(file).unwrap().set_modified(old).unwrap();
        }
        assert_eq!(operator.gc(GC_GRACE, true).await.unwrap().file_count, 0, "within the grace");
        assert_eq!(operator.gc(NO_GRACE, false).await.unwrap().file_count, 2);
        assert!(lost.exists() && staged.exists());
        assert_eq!(operator.gc(NO_GRACE, true).await.unwrap().bytes, 8);
        assert!(!lost.exists() && !staged.exists() && foreign.exists());
        assert_whole(server).await;
    }

    async fn collection_races_uploads_and_saves_without_harm(server: &Server) {
        let stop = Arc::new(AtomicBool::new(false));
        let nodes = [server.lcms.clone(), server.node("other").await];
        let collecting = {
            let (stop, operator) = (Arc::clone(&stop), nodes[1].operator_without_checks());
            tokio::spawn(async move {
                let mut removed = 0;
                loop {
                    let is_last = stop.load(Ordering::Relaxed);
                    removed += operator.gc(NO_GRACE, true).await.unwrap().blob_count;
                    if is_last {
                        return removed;
                    }
                }
            })
        };
        let mut saving = tokio::task::JoinSet::new();
        for writer in 0..4 {
            let operator = nodes[writer % 2].operator_without_checks();
            saving.spawn(async move {
                let (mut saved, mut refused) = (0, 0);
                for n in 0..25 {
                    // Few different contents, so that uploads meet rows that are just removed.
                    let bytes = format!("bytes {}", (n * 7 + writer) % 9);
                    let blob = upload(&operator, "image/png", bytes.as_bytes()).await;
                    if n % 3 == 0 {
                        let unnamed = format!("left by {writer} in {n}");
                        upload(&operator, "image/png", unnamed.as_bytes()).await;
                        continue; // left for collection
                    }
                    let at = format!("lib/a-{writer}-{n}");
                    let title = serde_json::json!(format!("{writer} {n}"));
                    let document = crate::documents::with(
                        picture(blob.digest, blob.size), "/title", title,
                    );
                    match operator.create(new_component(&at, Kind::Asset, document), None).await {
                        Ok(_) => saved += 1,
                        Err(error) => {
                            assert!(error.to_string().contains("there is no blob"), "{error}");
                            refused += 1;
                        }
                    }
                }
                (saved, refused)
            });
        }
        let outcomes = saving.join_all().await;
        stop.store(true, Ordering::Relaxed);
        let removed = collecting.await.unwrap();
        println!("saved and refused {outcomes:?}, {removed} removed");
        assert!(removed > 0);
        assert_whole(server).await;
        server.operator().gc(NO_GRACE, true).await.unwrap();
        assert_whole(server).await;
    }
}

/// One step of a history.
#[derive(Clone, Debug)]
enum Step {
    Upload(u8),
    Show(u8, u8),
    Release,
    Delete(u8),
    Collect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..6_u8).prop_map(Step::Upload),
        4 => (0..3_u8, 0..6_u8).prop_map(|(component, bytes)| Step::Show(component, bytes)),
        1 => Just(Step::Release),
        1 => (0..3_u8).prop_map(Step::Delete),
        3 => Just(Step::Collect),
    ]
}

/// Plays a history; every release made on the way must be readable whole at the end.
async fn play(steps: &[Step]) {
    let server = Server::start(Engine::Sqlite).await;
    let operator = server.operator();
    server.create("lib/text", Kind::Topic, topic("Nothing yet.")).await;
    let lesson = crate::documents::lesson(&[crate::documents::placed(1, "text")]);
    server.create("lib/lesson", Kind::Lesson, lesson).await;
    let mut shown = BTreeMap::<u8, u8>::new();
    let mut releases = Vec::new();
    for step in steps {
        match step {
            Step::Upload(bytes) => drop(upload(&operator, "image/png", &[*bytes; 9]).await),
            Step::Show(component, bytes) => {
                let at = format!("lib/a{component}");
                let document = picture(Digest::of_bytes(&[*bytes; 9]), 9);
                let known = shown.contains_key(component);
                let done = if known {
                    let base = server.view(&at).await.revision.id;
                    let new = SaveComponent { content: Some(document), ..Default::default() };
                    operator.save(&target(&at), base, new).await
                } else {
                    server.try_create(&at, Kind::Asset, document).await
                };
                // A blob that was not uploaded, or was collected, is refused.
                if done.is_ok() {
                    shown.insert(*component, *bytes);
                    let all: String =
                        shown.keys().map(|component| format!("![[a{component}]]\n\n")).collect();
                    server.save("lib/text", topic(&all)).await;
                }
            }
            Step::Release => releases.push(server.release("lib/lesson").await.id),
            Step::Delete(component) => {
                // Refused while it is used; then nothing happens.
                drop(operator.delete(&target(&format!("lib/a{component}"))).await);
            }
            Step::Collect => drop(operator.gc(NO_GRACE, true).await.unwrap()),
        }
    }
    operator.gc(NO_GRACE, true).await.unwrap();
    assert_whole(&server).await;
    for release in releases {
        let frozen = operator.frozen(release).await.unwrap();
        for blob in frozen.nodes.iter().flat_map(|node| node.content.blobs()) {
            let held = operator.blob(blob).await.unwrap();
            let bytes = operator.blob_bytes(blob, 0..held.size).await.unwrap();
            let bytes: Vec<_> = futures::TryStreamExt::try_collect(bytes).await.unwrap();
            assert_eq!(Digest::of_bytes(&bytes.concat()), blob);
        }
    }
    server.stop().await;
}

#[test]
fn no_history_of_collections_breaks_a_revision_or_a_release() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    runner
        .run(&proptest::collection::vec(step(), 1..40), |steps| {
            runtime.block_on(play(&steps));
            Ok(())
        })
        .unwrap();
}

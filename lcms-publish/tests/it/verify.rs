//! Packages against their own bill of content and against the store.

use std::io::Cursor;

use lcms_core::model::Digest;
use lcms_publish::verify::{FindingKind, verify};
use lcms_publish::{Format, Publisher};
use serde_json::json;

use crate::world::{World, bytes, unpack, zip};

fn found(files: &std::collections::BTreeMap<String, Vec<u8>>) -> Vec<(FindingKind, String)> {
    let verification = verify(Cursor::new(zip(files)), None).unwrap().verification;
    assert_eq!(verification.intact, verification.findings.is_empty());
    verification.findings.into_iter().map(|finding| (finding.kind, finding.path)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_of_every_format_verify_as_published() {
    let world = World::with_sequencing().await;
    for format in Format::ALL {
        let package = world.publish("course", format).await.unwrap();
        let files = unpack(bytes(&package).await);
        assert_eq!(found(&files), [], "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_to_a_package_is_found() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let files = unpack(bytes(&package).await);
    assert_eq!(found(&files), [], "packing the same files again alters none");

    let mut altered = files.clone();
    altered.get_mut("player/player.js").unwrap().push(b'\n');
    assert_eq!(found(&altered), [(FindingKind::Altered, "player/player.js".to_owned())]);

    let mut missing = files.clone();
    missing.remove("player/player.js").unwrap();
    assert_eq!(found(&missing), [(FindingKind::Missing, "player/player.js".to_owned())]);

    let mut extra = files.clone();
    extra.insert("extra.txt".to_owned(), Vec::new());
    assert_eq!(found(&extra), [(FindingKind::Extra, "extra.txt".to_owned())]);

    // Whoever bills an altered answer key as it is now is betrayed by the shape.
    let mut forged = files.clone();
    let page = forged.keys().find(|path| path.starts_with("sco/")).unwrap().clone();
    let html = String::from_utf8(forged[&page].clone()).unwrap();
    let html = html.replace(r#""weight":"#, r#""weight":1"#);
    let mut bill: serde_json::Value =
        serde_json::from_slice(&forged["bill-of-content.json"]).unwrap();
    bill["files"][&page]["digest"] = json!(Digest::of_bytes(html.as_bytes()));
    bill["files"][&page]["size"] = json!(html.len());
    forged.insert(page, html.into_bytes());
    forged.insert("bill-of-content.json".to_owned(), serde_json::to_vec(&bill).unwrap());
    assert_eq!(found(&forged), [(FindingKind::WrongShape, "shape.json".to_owned())]);

    let mut foreign = files;
    foreign.remove("bill-of-content.json").unwrap();
    let error = verify(Cursor::new(zip(&foreign)), None).unwrap_err();
    assert!(error.message().contains("bill-of-content.json"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_knows_the_release_of_a_package() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm2004Fourth).await.unwrap();
    let file = bytes(&package).await;
    let read = verify(Cursor::new(&file), None).unwrap();
    let publisher = Publisher::new(world.lcms.clone());
    let origin = async |bytes: &[u8]| {
        publisher.origin(&world.session, &read, Digest::of_bytes(bytes)).await.unwrap().unwrap()
    };
    let known = origin(&file).await;
    assert_eq!(known.release.release.id, package.release);
    assert!(known.components_match);
    assert_eq!(known.same_bytes, Some(true));
    assert_eq!(origin(&zip(&unpack(file.clone()))).await.same_bytes, Some(false));
    let elsewhere = World::new().await;
    let publisher = Publisher::new(elsewhere.lcms.clone());
    let none = publisher.origin(&elsewhere.session, &read, read.bill.release).await.unwrap();
    assert!(none.is_none());
}

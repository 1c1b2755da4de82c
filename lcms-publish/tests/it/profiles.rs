//! Profiles that are components.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use lcms_core::model::Kind;
use lcms_formats::XmlLimits;
use lcms_formats::manifest::{Item, Manifest, read};
use lcms_publish::verify::{FindingKind, verify};
use lcms_publish::{Format, KeyRing, Order, Profile, Publisher, Seal};
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack};

type Files = BTreeMap<String, Vec<u8>>;

async fn published(world: &World, key: &str, profile: Profile) -> Files {
    unpack(bytes(&world.publish(key, profile).await.unwrap()).await)
}

fn manifest(files: &Files) -> Manifest {
    read(&files["imsmanifest.xml"], &XmlLimits::default()).unwrap().manifest
}

/// Every item below these, with the title and whether it launches something.
fn items(items: &[Item]) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for item in items {
        found.push((item.title.clone(), item.identifierref.is_some()));
        found.extend(self::items(&item.children));
    }
    found
}

fn outline(files: &Files) -> Vec<(String, bool)> {
    items(&manifest(files).organizations[0].items)
}

fn data(files: &Files, path: &str) -> Value {
    let page = String::from_utf8(files[path].clone()).unwrap();
    let (_, rest) = page.split_once("id=\"lcms-sco\">").unwrap();
    serde_json::from_str(rest.split_once("</script>").unwrap().0).unwrap()
}

fn pages(files: &Files) -> Vec<String> {
    files.keys().filter(|path| path.starts_with("sco/")).cloned().collect()
}

async fn add_profile(world: &World, key: &str, n: u32, more: Value) -> Profile {
    let mut content = json!({"title": "A profile", "format": "scorm2004-4"});
    content.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.add(Kind::Profile, key, n, content).await;
    world.profile(key).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_granularity_says_what_is_a_sco() {
    let world = World::with_course().await;
    let of = async |key: &str, n: u32| {
        let name = format!("by-{key}");
        let profile = add_profile(&world, &name, n, json!({"granularity": key})).await;
        published(&world, "course", profile).await
    };
    let named = |all: &[(&str, bool)]| {
        all.iter().map(|(title, launches)| ((*title).to_owned(), *launches)).collect::<Vec<_>>()
    };
    let lessons = of("lesson", 50).await;
    assert_eq!(outline(&lessons), named(&[("Lesson <1>", true), ("Final", true)]));

    let course = of("course", 51).await;
    assert_eq!(outline(&course), named(&[("Course", true)]));
    let [page] = pages(&course).try_into().unwrap();
    let shown = data(&course, &page);
    let groups: Vec<_> =
        shown["pages"].as_array().unwrap().iter().map(|p| p["group"].as_str()).collect();
    assert_eq!(groups, [Some("Lesson <1>"), Some("Lesson <1>"), Some("Lesson <1>"), None]);
    let questions: BTreeSet<_> = shown["questions"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(questions.len(), 4, "every question has an id of its own");

    let topics = of("topic", 52).await;
    assert_eq!(
        outline(&topics),
        named(&[
            ("Lesson <1>", false),
            ("Start", true),
            ("Next, here", true),
            ("The command", true),
            ("Final", true)
        ])
    );
    // What is a SCO in both has one identifier.
    let known: BTreeSet<_> = pages(&lessons).into_iter().collect();
    assert_eq!(pages(&topics).iter().filter(|path| known.contains(*path)).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_of_one_course_are_apart_in_an_lms_and_their_scos_are_the_same() {
    let world = World::with_course().await;
    let one = add_profile(&world, "one", 50, json!({})).await;
    let two = add_profile(&world, "two", 51, json!({"navigation": "linear"})).await;
    let (first, second) =
        (published(&world, "course", one.clone()).await, published(&world, "course", two).await);
    assert_ne!(manifest(&first).identifier, manifest(&second).identifier);
    assert_eq!(pages(&first), pages(&second));

    // Another revision of the profile is the same course to an LMS.
    world
        .save("one", json!({"title": "Renamed", "format": "scorm2004-4", "commercial": true}))
        .await;
    let later = world.profile("one").await;
    assert_ne!(later.digest(), one.digest());
    let third = published(&world, "course", later).await;
    assert_eq!(manifest(&first).identifier, manifest(&third).identifier);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_decides_when_a_learner_is_done() {
    let world = World::with_course().await;
    let timed = json!({"completion": {"rule": "time", "minutes": 3}, "navigation": "linear"});
    let files = published(&world, "course", add_profile(&world, "timed", 50, timed).await).await;
    for page in pages(&files) {
        let shown = data(&files, &page);
        assert_eq!((&shown["completion"], &shown["minutes"]), (&json!("time"), &json!(3)));
        assert_eq!(shown["linear"], json!(true));
    }
    let plain = published(&world, "course", Format::Scorm12.into()).await;
    let shown = data(&plain, &pages(&plain)[0]);
    assert_eq!((shown.get("minutes"), shown.get("linear")), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_is_a_style_sheet_and_a_logo_in_the_package() {
    let world = World::with_course().await;
    let theme = json!({"theme": {
        "colours": {"accent": "#7A1F5C"}, "fonts": {"headings": "slab"},
        "logo": {"id": id(300), "component": "picture"}, "css": "h2 { letter-spacing: .02em }"
    }});
    let profile = add_profile(&world, "branded", 50, theme).await;
    let package = world.publish("course", profile).await.unwrap();
    assert!(package.file_name.starts_with("course-1-branded"), "{}", package.file_name);
    let files = unpack(bytes(&package).await);
    let sheet = String::from_utf8(files["theme/theme.css"].clone()).unwrap();
    for part in
        ["--lcms-accent: #7a1f5c;", "--lcms-display: Rockwell", "h2 { letter-spacing: .02em }"]
    {
        assert!(sheet.contains(part), "{part} in {sheet}");
    }
    assert!(files.contains_key("theme/square (1).svg"));
    let page = String::from_utf8(files[&pages(&files)[0]].clone()).unwrap();
    assert!(page.contains("<link rel=\"stylesheet\" href=\"../theme/theme.css\">"), "{page}");
    assert!(
        page.contains("src=\"../theme/square%20%281%29.svg\" alt=\"A black square\""),
        "{page}"
    );
    let listed: Vec<_> =
        manifest(&files).resources.iter().flat_map(|resource| resource.files.clone()).collect();
    assert!(listed.iter().any(|href| href.to_string() == "theme/theme.css"));

    // The logo is where-used of the profile, like any asset.
    let usage = world
        .session
        .where_used(&"lib/picture".parse().unwrap(), &Default::default())
        .await
        .unwrap();
    assert!(
        usage.items.iter().any(|used| used.parent.component.key.as_str() == "branded"),
        "{usage:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_says_which_profile_made_it_and_can_be_made_again() {
    let world = World::with_course().await;
    let keys = KeyRing::in_folder(&world.folder().join("keys"));
    let key = keys.create(&"ops".parse().unwrap()).unwrap();
    let theme = json!({"theme": {"logo": {"id": id(300), "component": "picture"}}});
    let profile = add_profile(&world, "branded", 50, theme).await;
    let order = Order { sealed: Some(Seal::By(key.clone())), ..Order::from(profile.clone()) };
    let package = world.publish("course", order).await.unwrap();
    let file = bytes(&package).await;
    let read = verify(Cursor::new(&file), Some(key.public())).unwrap();
    assert!(read.verification.intact, "{:?}", read.verification.findings);
    assert_eq!(read.verification.signed_by, Some(key.public()));
    assert_eq!(read.verification.named, profile.named);
    assert_eq!(read.bill.profile().unwrap().digest(), profile.digest());

    // The logo changes afterwards; the package is made again from what it says itself.
    world.save("picture", json!({
        "title": "Another", "blob": world.blob("<svg xmlns=\"http://www.w3.org/2000/svg\"/>").await.digest,
        "size": 41, "file_name": "other.svg", "media_type": "image/svg+xml", "alt": "Other"
    })).await;
    let digest = lcms_core::model::Digest::of_bytes(&file);
    let publisher = Publisher::new(world.lcms.clone());
    publisher.record(&world.session, &package).await.unwrap();
    let origin = publisher.origin(&world.session, &read, digest).await.unwrap().unwrap();
    assert_eq!(origin.same_bytes, Some(true));
    assert!(origin.components_match);
    assert_eq!(origin.profile.as_deref(), Some("lib/branded"));
    assert_eq!(origin.published.len(), 1);

    let other = keys.create(&"other".parse().unwrap()).unwrap().public();
    let wrong = verify(Cursor::new(&file), Some(other)).unwrap().verification;
    assert_eq!(wrong.findings[0].kind, FindingKind::OtherSigner);
    let mut files = unpack(file);
    let plain = files.clone();
    let bill = files.get_mut("bill-of-content.json").unwrap();
    let at = bill.len() - 3;
    bill[at] ^= 1;
    let forged = verify(Cursor::new(crate::world::zip(&files)), None);
    assert!(forged.is_err() || !forged.unwrap().verification.intact);
    let mut unsigned = plain;
    unsigned.remove("bill-of-content.signature.json").unwrap();
    let found = verify(Cursor::new(crate::world::zip(&unsigned)), Some(key.public())).unwrap();
    assert_eq!(found.verification.findings[0].kind, FindingKind::Unsigned);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_profiles_can_be_published_with() {
    let world = World::with_course().await;
    let error = world.session.profile(&"lib/course".parse().unwrap()).await.unwrap_err();
    assert!(error.message().contains("is a course, not a profile"), "{error}");
    world.add(Kind::Profile, "odd", 50, json!({"title": "Odd", "format": "scorm-99"})).await;
    let odd = world.session.profile(&"lib/odd".parse().unwrap()).await.unwrap();
    assert!(Profile::of(odd).unwrap_err().message().contains("unknown format `scorm-99`"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_package_is_given_again_byte_for_byte_whatever_changes() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let first = bytes(&package).await;
    let publisher = Publisher::new(world.lcms.clone());
    let unknown = publisher.again(&world.session, package.digest).await.unwrap_err();
    assert_eq!(unknown.kind(), lcms_core::ErrorKind::NotFound);
    publisher.record(&world.session, &package).await.unwrap();

    world.save("next", json!({"title": "Changed", "body": "Changed."})).await;
    let other = world.publish("course", Format::Scorm12).await.unwrap();
    publisher.record(&world.session, &other).await.unwrap();
    assert_ne!(other.digest, package.digest);

    let nothing = world.session.gc(time::Duration::ZERO, true).await.unwrap();
    assert_eq!(nothing.blob_count, 0, "what packages are made of is needed");
    let again = publisher.again(&world.session, package.digest).await.unwrap();
    let chunks: Vec<_> =
        futures::TryStreamExt::try_collect(again.stream(0..again.length)).await.unwrap();
    let chunks: Vec<bytes::Bytes> = chunks;
    assert_eq!(chunks.concat(), first);
    assert_eq!(again.file_name, "course-1-scorm12.zip");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_in_a_file_is_the_package_that_is_sent() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let path = world.folder().join("package.zip");
    let file = || std::fs::File::create(&path).unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    package.write(file(), move |n| tell.send(n).unwrap()).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == bytes(&package).await);
    assert_eq!(told.iter().sum::<u64>(), package.length);

    let publisher = Publisher::new(world.lcms.clone());
    publisher.record(&world.session, &package).await.unwrap();
    let again = publisher.again(&world.session, package.digest).await.unwrap();
    again.write(file(), |_| {}).await.unwrap();
    assert!(std::fs::read(&path).unwrap() == bytes(&package).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_whose_files_are_damaged_is_not_silently_cut() {
    let world = World::with_course().await;
    let package = world.publish("course", Format::Scorm12).await.unwrap();
    let held = files_below(&world.folder().join("blobs"));
    assert!(!held.is_empty());
    let path = world.folder().join("package.zip");
    let write = async || package.write(std::fs::File::create(&path).unwrap(), |_| {}).await;
    for file in &held {
        let length = std::fs::metadata(file).unwrap().len();
        std::fs::File::options().write(true).open(file).unwrap().set_len(length - 1).unwrap();
    }
    let cut = write().await.unwrap_err();
    assert!(cut.message().contains("shorter than recorded"), "{cut}");
    for file in &held {
        std::fs::remove_file(file).unwrap();
    }
    let gone = write().await.unwrap_err();
    assert!(gone.message().contains("cannot be read"), "{gone}");
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

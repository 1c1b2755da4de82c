//! The main job: content in, found, released, published.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use lcms_formats::zip::{Archive, Limits};

use crate::lcms::{Lcms, fixture, sha256};

const COURSES: [&str; 3] = [
    "support/support-fundamentals",
    "support/sync-for-customers",
    "support/sync-for-administrators",
];
const FORMATS: [&str; 2] = ["scorm12", "scorm2004-4"];

#[test]
fn the_demo_library_comes_in_is_found_released_and_published() {
    let lcms = Lcms::new();
    let report = lcms.json(&["import", &fixture("demo")]);
    assert!(report["created"].as_u64().unwrap() > 60, "{report}");
    let found = lcms.json(&["search", "severity"]);
    assert!(found["total"].as_u64().unwrap() > 0);
    let release = lcms.json(&["release", COURSES[0], "--label", "2026.1"]);
    assert_eq!(release["created_now"], true);
    let again = lcms.json(&["release", COURSES[0]]);
    assert_eq!(again["created_now"], false);
    assert_eq!(again["digest"], release["digest"]);
    let zip = lcms.path("course.zip");
    let id = release["id"].as_str().unwrap();
    lcms.ok(&["publish", id, "--format", "scorm12", "-o", zip.to_str().unwrap()]);
    assert_eq!(&std::fs::read(&zip).unwrap()[..4], b"PK\x03\x04");
    let listed = lcms.json(&["where-used", "support/severity-levels"]);
    assert!(listed["total"].as_u64().unwrap() > 1, "shared topics are used more than once");
}

#[test]
fn importing_again_changes_nothing() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let before = lcms.json(&["events", "--limit", "1000"]);
    let report = lcms.json(&["import", &fixture("demo")]);
    assert_eq!((report["created"].as_u64(), report["changed"].as_u64()), (Some(0), Some(0)));
    assert_eq!(lcms.json(&["events", "--limit", "1000"]), before);
}

#[test]
fn a_folder_of_markdown_becomes_a_course() {
    let lcms = Lcms::new();
    let folder = fixture("backup-basics");
    lcms.ok(&["library", "create", "lessons"]);
    let plan = lcms.json(&["import", &folder, "--library", "lessons", "--dry-run"]);
    assert_eq!(lcms.json(&["component", "list"]).as_array().unwrap().len(), 0);
    let report = lcms.json(&["import", &folder, "--library", "lessons"]);
    assert_eq!(report["items"], plan["items"]);
    let course = format!("lessons/{}", report["courses"][0].as_str().unwrap());
    let zip = lcms.path("lesson.zip");
    lcms.ok(&["publish", &course, "--format", "scorm2004-4", "-o", zip.to_str().unwrap()]);
}

fn published(lcms: &Lcms) -> Vec<String> {
    lcms.ok(&["import", &fixture("demo")]);
    let mut digests = Vec::new();
    for course in COURSES {
        for format in FORMATS {
            let zip = lcms.path("package.zip");
            lcms.ok(&["publish", course, "--format", format, "-o", zip.to_str().unwrap()]);
            digests.push(sha256(&zip));
        }
    }
    digests
}

#[test]
fn the_same_courses_give_the_same_bytes_on_sqlite_and_postgresql() {
    let (sqlite, again) = (published(&Lcms::new()), published(&Lcms::new()));
    assert_eq!(sqlite, again);
    assert_eq!(sqlite, published(&Lcms::on_postgres()));
}

#[test]
fn refusals_say_what_to_do_and_wrong_usage_is_told_apart() {
    let lcms = Lcms::new();
    let said = lcms.refused(&["show", "nowhere/nothing"]);
    assert!(said.contains("error: ") && said.contains("hint: "), "{said}");
    let said = lcms.refused(&["import", &fixture("backup-basics"), "--library", "missing"]);
    assert!(said.contains("lcms library create missing"), "{said}");
    for wrong in [&["publish", "a/b", "--format", "pdf"][..], &["nonsense"], &["show", "A B"]] {
        assert_eq!(lcms.run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_refused_publish_leaves_no_file() {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let content = lcms.path("course.json");
    std::fs::write(&content, r#"{"title": "Empty"}"#).unwrap();
    let content = content.to_str().unwrap();
    lcms.ok(&["component", "create", "lib/empty", "--kind", "course", "--content", content]);
    let zip = lcms.path("empty.zip");
    let said =
        lcms.refused(&["publish", "lib/empty", "--format", "scorm12", "-o", zip.to_str().unwrap()]);
    assert!(said.contains("lib/empty") && said.contains("no lesson"), "{said}");
    assert!(!zip.exists());
}

#[test]
fn reindexing_finds_the_same() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let before = lcms.json(&["search", "agent", "log"]);
    std::fs::remove_dir_all(lcms.data().join("index")).unwrap();
    lcms.ok(&["reindex"]);
    let after = lcms.json(&["search", "agent", "log"]);
    let names = |found: &serde_json::Value| -> Vec<String> {
        found["hits"].as_array().unwrap().iter().map(|hit| hit["key"].to_string()).collect()
    };
    assert_eq!(names(&after), names(&before));
}

/// Every file of a package, by path.
fn files(zip: &Path) -> BTreeMap<String, String> {
    let mut archive = Archive::open(File::open(zip).unwrap(), &Limits::default()).unwrap();
    let files = archive.files().to_vec();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    files.iter().map(|f| (f.path.to_string(), text(archive.bytes(f).unwrap()))).collect()
}

#[test]
fn one_course_is_published_for_two_audiences() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let course = COURSES[1];
    let (all, partners) = (lcms.path("all.zip"), lcms.path("partners.zip"));
    let publish = |zip: &Path, chosen: &[&str]| {
        let zip = zip.to_str().unwrap();
        lcms.json(&[&["publish", course, "--format", "scorm12", "-o", zip], chosen].concat())
    };
    let plain = publish(&all, &[]);
    let notices = plain["notices"].to_string();
    assert!(notices.contains("`audience` (partners)") && notices.contains("`region`"), "{notices}");
    let chosen = ["--when", "audience=partners", "--set", "partner.name=Tarrow <Teas>"];
    let variant = publish(&partners, &chosen);
    assert_eq!(variant["digest"], plain["digest"], "it is one release");
    assert_ne!(variant["profile"], plain["profile"]);

    let (all, partners) = (files(&all), files(&partners));
    let paths = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&all), paths(&partners), "the SCOs are the same ones");
    assert_eq!(all["imsmanifest.xml"], partners["imsmanifest.xml"]);
    let differing: Vec<_> = all
        .iter()
        .filter(|(path, text)| path.starts_with("sco/") && partners[*path] != **text)
        .map(|(path, _)| path)
        .collect();
    let [lesson] = differing[..] else { panic!("{differing:?}") };
    for (shown, files, expected) in [
        ("Tarrow &lt;Teas&gt; has set up Stockwren Sync", &partners, true),
        ("You are the first contact for your customers", &partners, true),
        ("Two addresses", &partners, true),
        ("Two addresses", &all, false),
        ("A handout for your customers", &all, false),
        // Included by its block's id, with a variable in it; the rest of that page is not.
        ("Marlowick Software deletes attachments", &all, true),
        ("belong to their owners", &all, false),
        // One block overridden where it is placed.
        ("in <strong>your</strong> time zone", &all, true),
        ("time zone, under sync-support@marlowick.example", &partners, true),
        ("{{", &partners, false),
    ] {
        assert_eq!(files[lesson].contains(shown), expected, "{shown}");
    }
    let wrong = lcms.run(&["publish", course, "--format", "scorm12", "--when", "audience"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn one_course_is_published_in_german() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let release = lcms.json(&["release", COURSES[1], "--language", "de"]);
    let zip = lcms.path("de.zip");
    let id = release["id"].as_str().unwrap();
    lcms.ok(&["publish", id, "--format", "scorm12", "-o", zip.to_str().unwrap()]);
    let files = files(&zip);
    let manifest = &files["imsmanifest.xml"];
    for title in [
        "Stockwren Sync für Kunden und Partner",
        "Wie Sync arbeitet",
        "Sync einrichten",
        "Sync Tag für Tag betreiben",
        "Hilfe bekommen",
    ] {
        assert!(manifest.contains(title), "{title}: {manifest}");
    }
    let drawings = files.keys().filter(|path| path.ends_with(".svg"));
    assert!(drawings.clone().all(|path| path.ends_with(".de.svg")), "{drawings:?}");
    let pages: Vec<_> = files.iter().filter(|(path, _)| path.starts_with("sco/")).collect();
    assert_eq!(pages.len(), 4);
    for (path, page) in pages {
        assert!(page.contains("<html lang=\"de\""), "{path}");
    }
}

#[test]
fn a_release_goes_live_and_back() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let course = COURSES[0];
    lcms.ok(&["release", course, "--label", "2026.1"]);
    let named = format!("{course}@release:2026.1");
    let shown = lcms.json(&["release", "show", &named]);
    assert!(shown["links"]["total"].as_u64().unwrap() > 10, "{shown}");
    lcms.ok(&["release", "state", &named, "submit"]);
    let approved = lcms.json(&["release", "state", &named, "approve"]);
    assert_eq!(approved["review"]["state"], "approved");

    let metadata = lcms.path("metadata.json");
    std::fs::write(&metadata, r#"{"tags": ["changed"]}"#).unwrap();
    let metadata = metadata.to_str().unwrap();
    lcms.ok(&["component", "save", course, "--metadata", metadata]);
    lcms.ok(&["release", course, "--label", "2026.2"]);
    let newer = format!("{course}@release");
    let changes = lcms.json(&["release", "diff", &named, &newer]);
    assert_eq!(changes["changed"].as_array().unwrap().len(), 1, "{changes}");

    lcms.ok(&["channel", "move", course, "stable", &named]);
    lcms.ok(&["channel", "move", course, "stable", &newer]);
    let back = lcms.json(&["channel", "back", course, "stable"]);
    assert_eq!(back["release"]["label"], "2026.1");

    lcms.ok(&["target", "add", "campus", "--platform", "moodle"]);
    let zip = lcms.path("course.zip");
    lcms.ok(&["publish", &named, "--format", "scorm12", "-o", zip.to_str().unwrap()]);
    let shown = lcms.json(&["release", "show", &named]);
    let package = shown["packages"][0]["digest"].as_str().unwrap();
    let live = lcms.json(&["deploy", package, "--target", "campus"]);
    assert_eq!((&live["release"]["label"], &live["package"]), (&"2026.1".into(), &package.into()));
    lcms.ok(&["deploy", &newer, "--target", "campus"]);
    let stale = lcms.json(&["deployments", "--stale"]);
    assert_eq!(stale["items"].as_array().unwrap().len(), 0, "{stale}");
    let rolled = lcms.json(&["rollback", course, "--target", "campus"]);
    assert_eq!(rolled["package"], package);
    let then = live["since"].as_str().unwrap();
    let at = lcms.json(&["deployments", "--target", "campus", "--course", course, "--live", then]);
    assert_eq!(at["items"][0]["release"]["label"], "2026.1");
    lcms.ok(&["undeploy", rolled["id"].as_str().unwrap()]);
    assert_eq!(lcms.json(&["deployments"])["items"].as_array().unwrap().len(), 0);
    let text = lcms.ok(&["deployments", "--ended"]);
    assert!(text.contains("campus") && text.contains(course), "{text}");
}

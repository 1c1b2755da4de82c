//! Reuse from the command line: used where, touched how, placed, copied, promoted, translated.

use crate::lcms::{Lcms, fixture, sha256};

const COURSE: &str = "support/support-fundamentals";
const TOPIC: &str = "support/severity-levels";

fn published(lcms: &Lcms, course: &str) -> String {
    let zip = lcms.path("package.zip");
    lcms.ok(&["publish", course, "--format", "scorm12", "-o", zip.to_str().unwrap()]);
    sha256(&zip)
}

fn file(lcms: &Lcms, name: &str, text: &str) -> String {
    let path = lcms.path(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_shared_topic_is_found_in_its_courses_and_its_impact_told() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let used = lcms.json(&["where-used", TOPIC, "--transitive"]);
    let tops: Vec<_> = used["tops"].as_array().unwrap().iter().map(|top| &top["kind"]).collect();
    assert!(tops.iter().any(|kind| *kind == "course"), "{used:#}");
    assert!(lcms.ok(&["where-used", TOPIC, "--transitive"]).contains(&format!("{COURSE} > ")));
    assert_eq!(lcms.json(&["where-used", TOPIC, "--at", "1"])["total"], 0);
    lcms.ok(&["release", COURSE, "--label", "2026.1"]);
    let said = lcms.ok(&["impact", TOPIC]);
    assert!(said.contains("at once") && said.contains("newest release 2026.1"), "{said}");
    let rebuilt = lcms.json(&["reindex", "--where-used"]);
    assert_eq!(rebuilt["differed"], 0);
}

#[test]
fn placements_are_changed_and_what_is_written_inside_is_promoted() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let used = lcms.json(&["where-used", TOPIC]);
    let lesson = used["items"].as_array().unwrap().iter().find(|used| used["kind"] == "lesson");
    let lesson = format!("support/{}", lesson.unwrap()["key"].as_str().unwrap());
    let content = file(&lcms, "own.json", r#"{"title": "Our own page", "body": "Ours alone."}"#);
    let write =
        ["placement", "write", &lesson, "--kind", "topic", "--content", &content, "--first"];
    let slot = lcms.json(&write)["slots"][0].as_str().unwrap().to_owned();
    lcms.ok(&["placement", "override", &lesson, &slot, "title", "Begin here"]);
    lcms.ok(&["placement", "follow", &lesson, &slot, "--pin", "now"]);
    let listed = lcms.ok(&["placement", "list", &lesson]);
    assert!(listed.contains("pinned @1") && listed.contains("overrides title"), "{listed}");

    let before = published(&lcms, COURSE);
    lcms.ok(&["promote", "support/our-own-page"]);
    assert_eq!(published(&lcms, COURSE), before, "the course shows what it showed");
    lcms.ok(&["placement", "reset", &lesson, &slot]);
    assert_ne!(published(&lcms, COURSE), before);
    let wrong = ["placement", "override", &lesson, &slot, "colour", "red"];
    assert_eq!(lcms.run(&wrong).status.code(), Some(2));
}

#[test]
fn a_course_is_copied_with_everything_below_and_remembers_its_source() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    lcms.ok(&["library", "create", "partners"]);
    let copied = lcms.json(&["copy", COURSE, "--library", "partners", "--subtree", "--assets"]);
    assert!(copied["items"].as_array().unwrap().len() > 10, "{copied:#}");
    published(&lcms, "partners/support-fundamentals");
    let said = lcms.ok(&["lineage", "partners/support-fundamentals"]);
    assert!(said.contains(&format!("copy of {COURSE}")) && said.contains("not changed"), "{said}");
}

#[test]
fn translations_are_current_until_the_source_changes() {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let first = file(&lcms, "one.json", r#"{"title": "Page", "body": "One."}"#);
    let second = file(&lcms, "two.json", r#"{"title": "Page", "body": "Two."}"#);
    let german = file(&lcms, "de.json", r#"{"title": "Seite", "body": "Eins."}"#);
    lcms.ok(&["component", "create", "lib/page", "--kind", "topic", "--content", &first]);
    lcms.ok(&["translate", "save", "lib/page", "de", "--content", &german]);
    assert!(lcms.ok(&["translate", "list", "lib/page"]).contains("current"));
    lcms.ok(&["component", "save", "lib/page", "--content", &second]);
    assert!(lcms.ok(&["translate", "status", "lib/page", "de"]).contains("1 stale"));
    assert!(lcms.ok(&["translate", "show", "lib/page", "de"]).contains("Seite"));
}

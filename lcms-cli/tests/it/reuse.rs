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
    let lesson = "lesson-work-a-ticket";
    assert!(used["items"].as_array().unwrap().iter().any(|used| used["key"] == lesson));
    let lesson = format!("support/{lesson}");
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

#[test]
fn a_course_is_released_and_published_in_its_translation() {
    let lcms = Lcms::new();
    lcms.ok(&["library", "create", "lib"]);
    let page = file(&lcms, "page.json", r#"{"title": "Page", "body": "One."}"#);
    let lesson = r#"{"title": "Lesson", "placements": [{"component": "page"}]}"#;
    let lesson = file(&lcms, "lesson.json", lesson);
    lcms.ok(&["component", "create", "lib/page", "--kind", "topic", "--content", &page]);
    lcms.ok(&["component", "create", "lib/lesson", "--kind", "lesson", "--content", &lesson]);
    let strings = file(&lcms, "strings.json", r#"{"title": "Lektion"}"#);
    lcms.ok(&["translate", "save", "lib/lesson", "de", "--content", &strings]);
    let refused = lcms.refused(&["release", "lib/lesson", "--language", "de"]);
    assert!(refused.contains("`lib/page` has no translation"), "{refused}");
    assert!(refused.contains("--allow-untranslated"), "{refused}");
    let allowed = ["release", "lib/lesson", "--language", "de", "--allow-untranslated"];
    assert!(lcms.ok(&allowed).contains("missing  lib/page"));

    let german = file(&lcms, "de.json", r#"{"title": "Seite", "body": "Eins."}"#);
    lcms.ok(&["translate", "save", "lib/page", "de", "--content", &german]);
    let zip = lcms.path("de.zip").to_str().unwrap().to_owned();
    let publish = ["publish", "lib/lesson", "--language", "de", "--format", "scorm12", "-o", &zip];
    lcms.ok(&publish);
    let english = published(&lcms, "lib/lesson");
    assert_ne!(sha256(&lcms.path("de.zip")), english);
    let said = lcms.ok(&["releases", "lib/lesson"]);
    assert_eq!(said.lines().count(), 3, "{said}");
    let released = ["publish", "lib/lesson@release", "--language", "de", "--format", "scorm12"];
    assert!(lcms.refused(&released).contains("has its language already"));
}

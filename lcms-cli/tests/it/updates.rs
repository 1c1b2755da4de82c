//! Before an update goes live: what it asks for, and whether a package is what was published.

use serde_json::{Value, json};

use crate::lcms::{Lcms, fixture};

const COURSE: &str = "support/support-fundamentals";

/// Publishes what stands now; answers the file.
fn published(lcms: &Lcms, name: &str) -> String {
    let zip = lcms.path(name).to_str().unwrap().to_owned();
    lcms.ok(&["publish", COURSE, "--format", "scorm2004-4", "-o", &zip]);
    zip
}

fn content(lcms: &Lcms, key: &str) -> Value {
    lcms.json(&["show", key])["content"].clone()
}

fn save(lcms: &Lcms, key: &str, content: &Value) {
    let file = lcms.path("content.json");
    std::fs::write(&file, content.to_string()).unwrap();
    lcms.ok(&["component", "save", key, "--content", file.to_str().unwrap()]);
}

fn verdict(lcms: &Lcms, before: &str, after: &str) -> (String, Vec<String>) {
    let comparison = lcms.json(&["compare", before, after]);
    let mut rules: Vec<_> = comparison["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["rule"].as_str().unwrap().to_owned())
        .collect();
    rules.dedup();
    (comparison["verdict"].as_str().unwrap().to_owned(), rules)
}

#[test]
fn the_demo_course_is_edited_and_each_update_judged() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let first = published(&lcms, "first.zip");

    // A word in a topic.
    let topic = "support/severity-levels";
    let before = content(&lcms, topic);
    let mut edited = before.clone();
    edited["body"] = json!(format!("{}\n\nOne more word.", before["body"].as_str().unwrap()));
    save(&lcms, topic, &edited);
    let second = published(&lcms, "second.zip");
    let (found, rules) = verdict(&lcms, &first, &second);
    assert_eq!((found.as_str(), rules), ("safe_changed_pages", vec!["page_changed".to_owned()]));

    // The course is passed by another mark.
    let mut course = content(&lcms, COURSE);
    course["completion"]["pass_mark"] = json!(0.55);
    save(&lcms, COURSE, &course);
    let third = published(&lcms, "third.zip");
    let (found, rules) = verdict(&lcms, &second, &third);
    assert_eq!((found.as_str(), rules), ("restart_needed", vec!["mastery_changed".to_owned()]));

    // Its last part goes.
    let places = course["placements"].as_array_mut().unwrap();
    places.pop().unwrap();
    save(&lcms, COURSE, &course);
    let fourth = published(&lcms, "fourth.zip");
    let (found, rules) = verdict(&lcms, &third, &fourth);
    assert_eq!(found, "new_activity_needed");
    assert!(rules.contains(&"sco_removed".to_owned()), "{rules:?}");

    // Releases are named by number, and a package by file: the format is the package's.
    let (found, _) = verdict(&lcms, &first, &format!("{COURSE}@release:2"));
    assert_eq!(found, "safe_changed_pages");
    assert_eq!(verdict(&lcms, &fourth, COURSE).0, "safe_in_place");
    let said = lcms.refused(&["compare", &format!("{COURSE}@release:1"), COURSE]);
    assert!(said.contains("--format"), "{said}");
    let said = lcms.refused(&["compare", &first, &format!("{COURSE}@release:99")]);
    assert!(said.contains("no release `99`"), "{said}");

    // A pipeline asks for what it accepts.
    lcms.ok(&["compare", &first, &second, "--require", "safe"]);
    let said = lcms.refused(&["compare", &first, &second, "--require", "in-place"]);
    assert!(said.contains("safe in place") && said.contains("required"), "{said}");
    let said = lcms.ok(&["compare", &second, &third]);
    assert!(said.starts_with("restart needed") && said.contains("the LMS decides"), "{said}");
    assert_eq!(lcms.run(&["compare", "nothing here", &first]).status.code(), Some(2));
}

#[test]
fn a_change_taken_back_gives_the_same_package() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let first = published(&lcms, "first.zip");
    let topic = "support/severity-levels";
    let before = content(&lcms, topic);
    let mut edited = before.clone();
    edited["title"] = json!("Another title");
    save(&lcms, topic, &edited);
    let other = published(&lcms, "other.zip");
    save(&lcms, topic, &before);
    let again = published(&lcms, "again.zip");
    assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&again).unwrap());
    assert_eq!(lcms.json(&["compare", &first, &again])["same"], true);
    assert_eq!(lcms.json(&["compare", &first, &other])["same"], false);
    assert!(lcms.ok(&["compare", &first, &again]).contains("the same package"));
}

#[test]
fn a_package_is_verified_with_and_without_the_store() {
    let lcms = Lcms::new();
    lcms.ok(&["import", &fixture("demo")]);
    let zip = published(&lcms, "course.zip");
    let known = lcms.json(&["verify", &zip]);
    assert_eq!(known["intact"], true);
    assert_eq!(known["store"]["known"], "yes");
    assert_eq!(known["store"]["same_bytes"], true);
    assert_eq!(known["store"]["components_match"], true);

    // Elsewhere the file speaks for itself, and leaves nothing behind.
    let elsewhere = Lcms::new();
    let alone = elsewhere.json(&["verify", &zip]);
    assert_eq!(alone["release"], known["release"]);
    assert!(alone.get("store").is_none());
    elsewhere.ok(&["compare", &zip, &zip]);
    assert!(!elsewhere.data().exists());

    // A byte of a stored file is turned: the zip's own check or the bill finds it.
    let mut bytes = std::fs::read(&zip).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let broken = lcms.path("broken.zip");
    std::fs::write(&broken, bytes).unwrap();
    let said = lcms.refused(&["verify", broken.to_str().unwrap()]);
    assert!(said.contains("error: "), "{said}");
    let said = lcms.refused(&["verify", "missing.zip"]);
    assert!(said.contains("missing.zip"), "{said}");
}

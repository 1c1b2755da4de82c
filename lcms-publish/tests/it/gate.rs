//! The gate: every rule refuses what breaks it, names where, and lets through what keeps it.

use std::io::Cursor;

use lcms_core::ErrorKind;
use lcms_core::model::Kind;
use lcms_publish::verify::verify;
use lcms_publish::{Format, GateReport, Order, Profile, Publisher, Rule, Waivers};
use serde_json::{Value, json};

use crate::world::{World, bytes, id, unpack};

/// A course of one lesson with this page and these settings of its profile.
struct Course {
    world: World,
}

impl Course {
    async fn new(page: &str) -> Self {
        let world = World::new().await;
        world.add(Kind::Topic, "page", 20, json!({"title": "Page", "body": page})).await;
        let placed = json!({"title": "Only", "placements": [{"id": id(130), "component": "page"}]});
        world.add(Kind::Lesson, "only", 21, placed).await;
        let course =
            json!({"title": "Course", "placements": [{"id": id(131), "component": "only"}]});
        world.add(Kind::Course, "course", 22, course).await;
        Self { world }
    }

    /// A course whose page shows one file.
    async fn showing(media_type: &str, more: Value) -> Self {
        let world = World::new().await;
        let blob = world.blob("<svg/>").await;
        let mut asset = json!({"title": "A file", "blob": blob.digest, "size": blob.size,
            "file_name": "file", "media_type": media_type});
        asset.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.add(Kind::Asset, "file", 19, asset).await;
        let course = Self { world };
        let world = &course.world;
        world.add(Kind::Topic, "page", 20, json!({"title": "Page", "body": "![[file]]"})).await;
        let placed = json!({"title": "Only", "placements": [{"id": id(130), "component": "page"}]});
        world.add(Kind::Lesson, "only", 21, placed).await;
        let placed =
            json!({"title": "Course", "placements": [{"id": id(131), "component": "only"}]});
        world.add(Kind::Course, "course", 22, placed).await;
        course
    }

    async fn check(&self, order: impl Into<Order>) -> GateReport {
        let frozen = self.world.session.as_it_stands(&"lib/course".parse().unwrap()).await.unwrap();
        Publisher::new(self.world.lcms.clone())
            .check(&self.world.session, frozen, order)
            .await
            .unwrap()
    }

    /// Rule, component and place of everything found.
    async fn found(&self, order: impl Into<Order>) -> Vec<(String, String)> {
        let report = self.check(order).await;
        assert_eq!(report.passes, report.findings.is_empty());
        let place = |name: &str, pointer: &str| format!("{name}{pointer}");
        report.findings.iter().map(|f| (f.rule.clone(), place(&f.name, &f.pointer))).collect()
    }

    async fn with_profile(&self, more: Value) -> Profile {
        let mut content = json!({"title": "P", "format": "scorm12"});
        content.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.world.add(Kind::Profile, "profile", 40, content).await;
        self.world.profile("profile").await
    }
}

fn one(rule: &str, place: &str) -> Vec<(String, String)> {
    vec![(rule.to_owned(), place.to_owned())]
}

const PLAIN: Format = Format::Scorm12;

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_or_heard_can_be_read() {
    let track = |kind: &str, blob: &str| json!({"tracks": [{"kind": kind, "language": "en", "blob": blob, "file_name": "a.vtt"}]});
    let blob = lcms_core::model::Digest::of_bytes(b"<svg/>").to_string();
    for (media_type, more, wanted) in [
        ("image/svg+xml", json!({}), one("alternative_text", "lib/file/alt")),
        ("image/svg+xml", json!({"alt": " "}), one("alternative_text", "lib/file/alt")),
        ("image/svg+xml", json!({"alt": "A boat"}), vec![]),
        ("image/svg+xml", json!({"decorative": true}), vec![]),
        ("video/mp4", json!({"transcript": "Said."}), one("captions", "lib/file/tracks")),
        ("video/mp4", track("subtitles", &blob), one("captions", "lib/file/tracks")),
        ("video/mp4", track("captions", &blob), vec![]),
        ("audio/mpeg", json!({}), one("transcript", "lib/file/transcript")),
        ("audio/mpeg", json!({"transcript": "Said."}), vec![]),
        ("application/pdf", json!({}), vec![]),
    ] {
        let course = Course::showing(media_type, more.clone()).await;
        assert_eq!(course.found(PLAIN).await, wanted, "{media_type} {more}");
    }
    let course = Course::showing("image/svg+xml", json!({})).await;
    let said_here = json!({"title": "Page", "body": "![[file|A boat]]"});
    course.world.save("page", said_here).await;
    assert_eq!(course.found(PLAIN).await, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waived_rule_is_on_record_in_the_package_and_others_still_hold() {
    let course = Course::showing("video/mp4", json!({})).await;
    let error = course.world.publish("course", PLAIN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotPublishable);
    assert!(error.hint_text().unwrap().contains("by waiving captions"), "{error}");

    let waive = |rule: &str| Order {
        waivers: Waivers::from_iter([rule.parse().unwrap()]),
        ..Order::from(PLAIN)
    };
    assert!(course.world.publish("course", waive("alternative_text")).await.is_err());
    let report = course.check(waive("captions")).await;
    assert!(report.passes && report.findings[0].waived && report.findings[0].waivable);
    let package = course.world.publish("course", waive("captions")).await.unwrap();
    let file = bytes(&package).await;
    let read = verify(Cursor::new(&file), None).unwrap();
    let waived: Vec<_> = read.verification.waived.iter().collect();
    assert_eq!(waived.len(), 1);
    assert_eq!((waived[0].0.as_str(), waived[0].1.len()), ("captions", 1));

    let publisher = Publisher::new(course.world.lcms.clone());
    publisher.record(&course.world.session, &package).await.unwrap();
    let kept = course.world.session.packages(package.release).await.unwrap();
    assert!(kept[0].profile["waived"]["captions"].is_array(), "{:?}", kept[0].profile);
    let digest = lcms_core::model::Digest::of_bytes(&file);
    let origin = publisher.origin(&course.world.session, &read, digest).await.unwrap().unwrap();
    assert_eq!(origin.same_bytes, Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_the_profile_asks_for_must_be_there() {
    let course = Course::new("Text.").await;
    let profile = course
        .with_profile(
            json!({"required": {"course": ["description", "licence"], "topic": ["tags"]}}),
        )
        .await;
    let rule = |place: &str| ("metadata".to_owned(), place.to_owned());
    let found = course.found(profile.clone()).await;
    assert_eq!(
        found,
        [
            rule("lib/course/metadata/description"),
            rule("lib/course/metadata/licence"),
            rule("lib/page/metadata/tags")
        ]
    );
    course
        .world
        .describe("course", json!({"description": "About.", "licence": "MIT", "attribution": "Us"}))
        .await;
    course.world.describe("page", json!({"tags": ["a"]})).await;
    assert_eq!(course.found(profile).await, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_for_a_language_takes_no_other() {
    let course = Course::new("Text.").await;
    let profile = course.with_profile(json!({"language": "de"})).await;
    assert_eq!(course.found(profile.clone()).await, one("language", "lib/course"));
    let report = course.check(profile).await;
    assert!(!report.findings[0].waivable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theme_must_be_readable() {
    let course = Course::new("Text.").await;
    let faint = course.with_profile(json!({"theme": {"colours": {"accent": "#ffd400"}}})).await;
    let report = course.check(faint).await;
    assert!(!report.passes);
    let first = &report.findings[0];
    assert_eq!((first.rule.as_str(), first.name.as_str()), ("contrast", "lib/profile"));
    assert_eq!(first.pointer, "/theme/colours/accent");
    assert!(first.message.contains("it needs 4.5"), "{}", first.message);
}

#[tokio::test(flavor = "multi_thread")]
async fn licences_are_kept_to_and_makers_named() {
    let owed = |licence: &str| json!({"licence": licence, "attribution": "A maker"});
    let world = World::new().await;
    world.add(Kind::Topic, "other", 19, json!({"title": "Other", "body": "Said. {#said}\n"})).await;
    let course = Course { world };
    let world = &course.world;
    world
        .add(Kind::Topic, "page", 20, json!({"title": "Page", "body": ":::include other\n"}))
        .await;
    let placed = json!({"title": "Only", "placements": [{"id": id(130), "component": "page"}]});
    world.add(Kind::Lesson, "only", 21, placed).await;
    let placed = json!({"title": "Course", "placements": [{"id": id(131), "component": "only"}]});
    world.add(Kind::Course, "course", 22, placed).await;

    world.describe("other", json!({"licence": "CC BY 4.0"})).await;
    assert_eq!(course.found(PLAIN).await, one("attribution", "lib/other/metadata/attribution"));
    world.describe("other", owed("CC BY 4.0")).await;
    assert_eq!(course.found(PLAIN).await, vec![]);
    world.describe("other", owed("CC BY-ND 4.0")).await;
    assert_eq!(course.found(PLAIN).await, one("no_derivatives", "lib/other/metadata/licence"));
    world.describe("other", owed("CC BY-SA 4.0")).await;
    assert_eq!(course.found(PLAIN).await, one("share_alike", "lib/page/metadata/licence"));
    world.describe("page", owed("CC-BY-SA-4.0")).await;
    assert_eq!(course.found(PLAIN).await, vec![]);
    world.describe("other", owed("CC BY-NC-SA 4.0")).await;
    assert_eq!(course.found(PLAIN).await, one("share_alike", "lib/page/metadata/licence"));

    world.describe("page", owed("CC BY-NC-SA 4.0")).await;
    assert_eq!(course.found(PLAIN).await, vec![]);
    let sold = course.with_profile(json!({"commercial": true})).await;
    let rule = |place: &str| ("non_commercial".to_owned(), place.to_owned());
    let mut found = course.found(sold).await;
    found.sort();
    assert_eq!(found, [rule("lib/other/metadata/licence"), rule("lib/page/metadata/licence")]);

    let files = unpack(bytes(&course.world.publish("course", PLAIN).await.unwrap()).await);
    let credits = String::from_utf8(files["credits.html"].clone()).unwrap();
    let wanted = "<h2>A maker · CC BY-NC-SA 4.0</h2>\n<ul>\n<li>Other</li>\n<li>Page</li>\n</ul>";
    assert!(credits.contains(wanted), "{credits}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_passed_by_score_asks_something_that_counts() {
    let course = Course::new("Text.").await;
    let scored =
        course.with_profile(json!({"completion": {"rule": "score", "pass_mark": 0.5}})).await;
    assert_eq!(course.found(scored).await, one("scored", "lib/course/completion"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_learner_leaves_behind_must_fit() {
    let course = Course::new("Text.").await;
    let placements: Vec<_> =
        (0..700).map(|n| json!({"id": id(1000 + n), "component": "page"})).collect();
    course.world.save("only", json!({"title": "Only", "placements": placements})).await;
    assert_eq!(course.found(PLAIN).await, one("suspend_data", "lib/only"));
    assert_eq!(course.found(Format::Scorm2004Fourth).await, vec![]);
    let topics = course.with_profile(json!({"granularity": "topic"})).await;
    assert_eq!(course.found(topics).await, vec![]);
}

#[test]
fn every_rule_of_the_gate_is_tried_here_or_cannot_be_broken() {
    let source = include_str!("gate.rs");
    // A page's id has 18 characters; no document can make it longer.
    for rule in Rule::ALL.iter().filter(|rule| rule.id != "location") {
        assert!(source.contains(&format!("\"{}\"", rule.id)), "{} is not tried", rule.id);
    }
}

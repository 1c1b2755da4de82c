//! What is refused before any byte is made.

use lcms_core::ErrorKind;
use lcms_core::model::Kind;
use lcms_publish::{Format, Profile};
use serde_json::json;

use crate::world::{World, id};

/// Publishes a course of one lesson with this topic body; answers the rules broken.
async fn rules_of(world: &World, body: &str) -> Vec<(String, String)> {
    world.add(Kind::Topic, "page", 20, json!({"title": "Page", "body": body})).await;
    world
        .add(
            Kind::Lesson,
            "only",
            21,
            json!({
                "title": "Only", "placements": [{"id": id(130), "component": "page"}]
            }),
        )
        .await;
    let error = world.publish("only", Format::Scorm12).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotPublishable);
    error.violation_list().iter().map(|v| (v.pointer.clone(), v.rule.clone())).collect()
}

fn at_body(rule: &str) -> Vec<(String, String)> {
    vec![("lib/page/body".to_owned(), rule.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_resolved_is_named_with_its_place_all_at_once() {
    let world = World::new().await;
    let legal = "Text. {#one}\n\nBy {{company}}.\n";
    world.add(Kind::Topic, "legal", 19, json!({"title": "Legal", "body": legal})).await;
    world
        .add(
            Kind::Topic,
            "page",
            20,
            json!({"title": "Page of {{x.y}}", "body":
                "Our {{product.name}}.\n\n:::include legal#two\n\n- :::include legal\n\n`{{code}}`\n"}),
        )
        .await;
    world
        .add(
            Kind::Lesson,
            "only",
            21,
            json!({"title": "Only", "placements": [
                {"id": id(130), "component": "page", "overrides": {
                    "weight": 2, "blocks": {"intro": "{{also.unknown}}"}}},
                {"id": id(131), "component": "page"}
            ]}),
        )
        .await;
    let error = world.publish("only", Format::Scorm12).await.unwrap_err();
    let found: Vec<_> = error
        .violation_list()
        .iter()
        .map(|v| (v.pointer.as_str(), v.rule.as_str(), v.line.zip(v.column)))
        .collect();
    assert_eq!(
        found,
        [
            ("lib/only/placements/0/overrides/weight", "override", None),
            ("lib/only/placements/0/overrides/blocks/intro", "override", None),
            ("lib/page/body", "variable", Some((1, 5))),
            ("lib/page/body", "include", Some((3, 1))),
            ("lib/legal/body", "variable", Some((3, 4))),
            ("lib/page/title", "variable", Some((1, 9))),
        ],
        "{error}"
    );
    let said = error.to_string();
    assert!(said.contains("“Legal” has no block `two`"), "{said}");
    assert!(said.contains("it has `one` (`lib/legal`)"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_conditions_leave_behind_must_make_sense() {
    let world = World::new().await;
    let prompt = "Run\n\n:::when a=b\n[blank cmd]\n:::\n";
    world
        .add(
            Kind::Question,
            "ask",
            22,
            json!({"title": "Ask", "prompt": prompt,
                "interaction": {"type": "fill_in", "blanks": [{"id": "cmd", "accept": ["x"]}]}}),
        )
        .await;
    world.add(Kind::Topic, "secret", 23, json!({"title": "Secret", "body": "x"})).await;
    world.add(Kind::Topic, "page", 20, json!({"title": "Page", "body": "See [[secret]].\n"})).await;
    world
        .add(
            Kind::Lesson,
            "only",
            21,
            json!({"title": "Only", "placements": [
                {"id": id(130), "component": "ask"},
                {"id": id(131), "component": "page"},
                {"id": id(132), "component": "secret", "when": {"a": ["b"]}}
            ]}),
        )
        .await;
    let error = world.publish("only", Format::Scorm12).await.unwrap_err();
    let rules: Vec<_> = error.violation_list().iter().map(|v| v.rule.as_str()).collect();
    assert_eq!(rules, ["blank_mark", "reference"], "{error}");
    assert!(error.to_string().contains("left out here by conditions"), "{error}");
    let kept = Profile::new(Format::Scorm12).when(["a=b".parse().unwrap()]);
    world.publish("only", kept).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_course_that_conditions_empty_is_refused() {
    let world = World::new().await;
    world.add(Kind::Topic, "page", 20, json!({"title": "Page", "body": "x"})).await;
    world
        .add(
            Kind::Lesson,
            "only",
            21,
            json!({"title": "Only", "placements": [
                {"id": id(130), "component": "page", "when": {"a": ["b"]}}
            ]}),
        )
        .await;
    let error = world.publish("only", Format::Scorm12).await.unwrap_err();
    assert_eq!(error.violation_list()[0].rule, "empty");
    assert!(error.to_string().contains("nothing is left of it"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn includes_that_multiply_are_refused_and_end() {
    let world = World::new().await;
    world.add(Kind::Topic, "t0", 200, json!({"title": "T", "body": "x"})).await;
    for n in 1..12 {
        let body = format!(":::include t{}\n\n", n - 1).repeat(4);
        world
            .add(Kind::Topic, &format!("t{n}"), 200 + n, json!({"title": "T", "body": body}))
            .await;
    }
    world
        .add(
            Kind::Lesson,
            "only",
            21,
            json!({"title": "Only", "placements": [{"id": id(130), "component": "t11"}]}),
        )
        .await;
    let error = world.publish("only", Format::Scorm12).await.unwrap_err();
    assert!(error.violation_list().iter().all(|v| v.rule == "include"), "{error}");
    assert!(error.to_string().contains("more than 500 texts"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_out_of_the_release_is_refused() {
    let world = World::new().await;
    world.add(Kind::Topic, "elsewhere", 19, json!({"title": "Elsewhere", "body": "x"})).await;
    assert_eq!(rules_of(&world, "See [[elsewhere]].\n").await, at_body("reference"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_block_that_is_not_there_is_refused() {
    let world = World::new().await;
    assert_eq!(
        rules_of(&world, "Words {#words}\n\nSee [[page#word]].\n").await,
        at_body("reference")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_structures_are_released() {
    let world = World::with_course().await;
    let error = world.release("next").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

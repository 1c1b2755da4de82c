//! What is refused before any byte is made.

use lcms_core::ErrorKind;
use lcms_core::model::Kind;
use lcms_publish::Format;
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
async fn conditions_variables_and_includes_are_refused_by_name() {
    for (body, rule) in [
        (":::when audience=admin\nOnly admins.\n:::\n", "condition"),
        ("Our {{product.name}}.\n", "variable"),
    ] {
        let world = World::new().await;
        assert_eq!(rules_of(&world, body).await, at_body(rule));
    }
    let world = World::new().await;
    world.add(Kind::Topic, "legal", 19, json!({"title": "Legal", "body": "Text."})).await;
    assert_eq!(rules_of(&world, ":::include legal\n").await, at_body("include"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_out_of_the_release_is_refused() {
    let world = World::new().await;
    world.add(Kind::Topic, "elsewhere", 19, json!({"title": "Elsewhere", "body": "x"})).await;
    assert_eq!(rules_of(&world, "See [[elsewhere]].\n").await, at_body("reference"));
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_the_player_cannot_show_are_refused_with_all_other_reasons() {
    let world = World::new().await;
    world
        .add(
            Kind::Question,
            "order",
            30,
            json!({
                "title": "Order", "prompt": "Put in order.",
                "interaction": {"type": "ordering", "items": [
                    {"id": "a", "text": "One"}, {"id": "b", "text": "Two"}
                ]}
            }),
        )
        .await;
    world.add(Kind::Lesson, "empty", 31, json!({"title": "Empty"})).await;
    world
        .add(Kind::Lesson, "ask", 32, json!({
            "title": "Ask", "placements": [{"id": id(131), "component": "order", "when": {"a": ["b"]}}]
        }))
        .await;
    world
        .add(
            Kind::Course,
            "bad",
            33,
            json!({
                "title": "Bad", "placements": [
                    {"id": id(141), "component": "ask"}, {"id": id(142), "component": "empty"}
                ]
            }),
        )
        .await;
    let error = world.publish("bad", Format::Scorm2004Fourth).await.unwrap_err();
    let rules: Vec<_> = error.violation_list().iter().map(|v| v.rule.as_str()).collect();
    assert!(
        ["condition", "question_type", "empty"].iter().all(|rule| rules.contains(rule)),
        "{rules:?}"
    );
    assert!(error.to_string().contains("lib/order"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_structures_are_released() {
    let world = World::with_course().await;
    let error = world.release("next").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

//! What every route refuses alike: bodies and parameters that cannot be read.

use axum::http::Method;
use serde_json::json;

use crate::harness::Api;

const COMPONENTS: &str = "/api/v1/components";

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_with_its_place() {
    let api = Api::start().await;
    let call = api.admin.request(Method::POST, COMPONENTS);
    let call = call.header("content-type", "application/json").bytes("{\n  \"library\": oops }");
    let problem = call.send().await.problem(400, "malformed-json");
    insta::assert_json_snapshot!(problem["violations"], @r#"
    [
      {
        "column": 14,
        "line": 2,
        "message": "expected value",
        "pointer": "",
        "rule": "json"
      }
    ]
    "#);
}

#[tokio::test]
async fn a_repeated_key_is_refused() {
    let api = Api::start().await;
    let call = api.admin.request(Method::POST, "/api/v1/libraries");
    let body = r#"{"key": "a", "title": "A", "title": "B"}"#;
    let call = call.header("content-type", "application/json").bytes(body);
    let problem = call.send().await.problem(400, "malformed-json");
    let message = problem["violations"][0]["message"].as_str().unwrap();
    assert_eq!(message, "the key `title` stands twice in an object");
}

#[tokio::test]
async fn a_body_of_another_form_is_refused_with_pointer_and_rule() {
    let api = Api::start().await;
    let content = json!({"title": "T", "body": ""});
    let topic = |changed: &str, value: serde_json::Value| {
        let mut new = json!({"library": "support", "key": "k", "kind": "topic"});
        new["content"] = content.clone();
        new[changed] = value;
        new
    };
    for (body, expected) in [
        (topic("kind", json!("banana")), ("/kind", "unknown_value")),
        (topic("key", json!("Not A Key")), ("/key", "format")),
        (topic("message", json!(7)), ("/message", "type")),
        (topic("colour", json!("red")), ("/colour", "unknown_field")),
        (json!({"library": "support"}), ("/key", "required")),
        (json!([1, 2]), ("", "type")),
    ] {
        let (pointer, rule) = api.admin.post(COMPONENTS, body.clone()).await.violation();
        assert_eq!((pointer.as_str(), rule.as_str()), expected, "{body}");
    }
}

#[tokio::test]
async fn another_media_type_is_refused() {
    let api = Api::start().await;
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/xml"] {
        let call = api.admin.request(Method::POST, COMPONENTS);
        let call = call.header("content-type", media_type).bytes("{}");
        call.send().await.problem(415, "unsupported-media-type");
    }
    let call = api.admin.request(Method::POST, COMPONENTS).bytes("{}");
    call.send().await.problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let api = Api::start().await;
    let body = format!("\"{}\"", "a".repeat(5 << 20));
    let call = api.admin.request(Method::POST, COMPONENTS);
    let call = call.header("content-type", "application/json").bytes(body);
    call.send().await.problem(413, "too-large");
    let content = json!({"title": "T", "body": "a".repeat(4 << 20)});
    let new = json!({"library": "support", "key": "k", "kind": "topic", "content": content});
    api.admin.post(COMPONENTS, new).await.problem(413, "too-large");
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_refused_by_name() {
    let api = Api::start().await;
    for (query, said) in [
        ("limit=0", "`limit`"),
        ("limit=201", "`limit`"),
        ("kind=banana", "`banana`"),
        ("library=Not%20A%20Key", "`library`"),
        ("deleted=perhaps", "`deleted`"),
        ("kinds=topic", "`kinds`"),
    ] {
        let answer = api.admin.get(&format!("{COMPONENTS}?{query}")).await;
        let detail = answer.problem(400, "bad-parameter")["detail"].to_string();
        assert!(detail.contains(said), "{query}: {detail}");
    }
}

#[tokio::test]
async fn a_path_that_cannot_be_read_is_refused() {
    let api = Api::start().await;
    for path in [
        "components/install",
        "components/a%2Fb%2Fc",
        "components/support%2Finstall@0",
        "components/support%2Finstall@3/history",
        "blobs/sha256:abc",
        "blobs/md5:abc",
        "releases/banana",
        "libraries/NotAKey",
    ] {
        api.admin.get(&format!("/api/v1/{path}")).await.problem(400, "bad-parameter");
    }
}

#[tokio::test]
async fn json_nested_without_end_is_refused() {
    let api = Api::start().await;
    let call = api.admin.request(Method::POST, COMPONENTS);
    let call = call.header("content-type", "application/json").bytes("[".repeat(1 << 20));
    call.send().await.problem(400, "malformed-json");
}

#[tokio::test]
async fn many_who_read_at_once_do_not_wait_for_each_other() {
    let api = Api::start().await;
    let (page, _) = api.admin.topic("page", "Text.").await;
    let objective = api.admin.create("objective", "goal", json!({"title": "Goal"})).await.0;
    let held = json!({
        "title": "Lesson", "placements": [{"component": page}], "objectives": [{"component": objective}]
    });
    let (lesson, _) = api.admin.create("lesson", "lesson", held).await;
    // Each of these reads a snapshot: more of them than there are connections.
    let paths =
        ["placements", "impact", "lineage", "fits", "coverage", "translation-status?language=de"]
            .map(|path| format!("/api/v1/components/{lesson}/{path}"));
    let asked = paths.iter().cycle().take(48).map(|path| api.admin.get(path));
    for answer in futures::future::join_all(asked).await {
        answer.expect(200);
    }
}

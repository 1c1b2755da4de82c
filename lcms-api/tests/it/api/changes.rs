//! `/components/{reference}`: saved, steered, renamed, deleted, restored.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, each};

/// Sends a change to a component, based on `base` when there is one.
async fn change(
    api: &Api,
    method: Method,
    address: &str,
    body: Option<Value>,
    base: Option<&str>,
) -> Answer {
    let mut call = api.admin.request(method, address);
    if let Some(base) = base {
        call = call.header("if-match", base);
    }
    if let Some(body) = body {
        call = call.json(&body);
    }
    call.send().await
}

/// Every kind of change, as method, address below the component and body.
fn every_change() -> [(Method, &'static str, Option<Value>); 5] {
    let content = json!({"title": "T", "body": "Changed."});
    [
        (Method::PUT, "", Some(json!({"content": content}))),
        (Method::POST, "/transitions", Some(json!({"step": "submit"}))),
        (Method::PUT, "/key", Some(json!({"key": "renamed"}))),
        (Method::DELETE, "", None),
        (Method::POST, "/restore", None),
    ]
}

#[tokio::test]
async fn a_save_makes_a_revision_and_the_old_one_stays() {
    let api = Api::start().await;
    let (id, base) = api.admin.topic("install", "One.").await;
    let address = format!("/api/v1/components/{id}");
    let body = json!({"content": {"title": "T", "body": "Two."}, "message": "clearer"});
    let answer = api.admin.put(&address, body.clone(), &base).await.expect(200);
    assert_eq!(answer.json()["revision"]["number"], 2);
    let tag = answer.header("etag").to_owned();
    assert_ne!(tag, base);

    let same = api.admin.put(&address, body, &tag).await.expect(200);
    assert_eq!(same.json()["changed"], false);
    assert_eq!(same.header("etag"), tag);

    let old = api.admin.get(&format!("{address}@1")).await.expect(200).json();
    assert_eq!(old["content"]["body"], "One.\n");
    let metadata = json!({"metadata": {"tags": ["new"]}});
    let shown = api.admin.get(&address).await.expect(200).header("etag").to_owned();
    api.admin.put(&address, metadata, &shown).await.expect(200);
    let head = api.admin.get(&address).await.expect(200).json();
    assert_eq!(head["content"]["body"], "Two.\n");
    assert_eq!(head["metadata"]["tags"], json!(["new"]));
}

#[tokio::test]
async fn a_history_is_read_by_page() {
    let api = Api::start().await;
    let (id, mut tag) = api.admin.topic("install", "One.").await;
    let address = format!("/api/v1/components/{id}");
    for message in ["two", "three"] {
        let content = json!({"title": message, "body": ""});
        let change = json!({"content": content, "message": message});
        let answer = api.admin.put(&address, change, &tag).await.expect(200);
        tag = answer.header("etag").to_owned();
    }
    let first = api.admin.get(&format!("{address}/history?limit=2")).await.expect(200).json();
    assert_eq!(each(&first, "message"), ["three", "two"]);
    let next = format!("{address}/history?limit=2&before={}", first["next"]);
    let second = api.admin.get(&next).await.expect(200).json();
    assert_eq!(each(&second, "message"), [""]);
    assert!(second.get("next").is_none());
}

#[tokio::test]
async fn every_change_must_name_what_it_is_based_on() {
    let api = Api::start().await;
    let (id, _) = api.admin.topic("install", "One.").await;
    for (method, below, body) in every_change() {
        let address = format!("/api/v1/components/{id}{below}");
        let answer = change(&api, method.clone(), &address, body.clone(), None).await;
        answer.problem(428, "base-required");
        for vague in ["*", "W/\"a\"", "banana"] {
            let answer = change(&api, method.clone(), &address, body.clone(), Some(vague)).await;
            answer.problem(400, "bad-parameter");
        }
    }
}

#[tokio::test]
async fn no_change_is_made_to_what_was_changed_meanwhile() {
    let api = Api::start().await;
    let (id, old) = api.admin.topic("install", "One.").await;
    let component = format!("/api/v1/components/{id}");
    let content = json!({"title": "T", "body": "Two."});
    api.admin.put(&component, json!({"content": content}), &old).await.expect(200);
    let before = api.admin.get(&component).await.expect(200).json();
    for (method, below, body) in every_change() {
        let answer = change(&api, method, &format!("{component}{below}"), body, Some(&old)).await;
        let problem = answer.problem(412, "stale-base");
        assert!(problem["hint"].as_str().unwrap().contains("read the component again"));
    }
    assert_eq!(api.admin.get(&component).await.expect(200).json(), before);
}

#[tokio::test]
async fn a_component_is_reviewed_and_retired() {
    let api = Api::start().await;
    let (id, base) = api.admin.topic("install", "One.").await;
    let address = format!("/api/v1/components/{id}/transitions");
    let step =
        |step: &str| change(&api, Method::POST, &address, Some(json!({"step": step})), Some(&base));
    step("approve").await.problem(409, "conflict");
    for (name, state) in [
        ("submit", "in_review"),
        ("approve", "approved"),
        ("retire", "retired"),
        ("reinstate", "approved"),
        ("withdraw", "draft"),
    ] {
        assert_eq!(step(name).await.expect(200).json()["state"], state, "{name}");
    }
    assert_eq!(step("promote").await.violation().1, "unknown_value");
}

#[tokio::test]
async fn the_newest_approved_revision_can_be_read() {
    let api = Api::start().await;
    let (id, base) = api.admin.topic("install", "One.").await;
    let address = format!("/api/v1/components/{id}");
    for step in ["submit", "approve"] {
        let body = Some(json!({"step": step}));
        let steps = format!("{address}/transitions");
        change(&api, Method::POST, &steps, body, Some(&base)).await.expect(200);
    }
    let content = json!({"title": "T", "body": "Two."});
    api.admin.put(&address, json!({"content": content}), &base).await.expect(200);
    let approved = api.admin.get(&format!("{address}@approved")).await.expect(200).json();
    assert_eq!(approved["revision"]["number"], 1);
    assert_eq!(approved["state"], "approved");
    assert_eq!(api.admin.get(&address).await.expect(200).json()["state"], "draft");
}

#[tokio::test]
async fn a_rename_breaks_no_reference() {
    let api = Api::start().await;
    let (id, base) = api.admin.topic("install", "One.").await;
    let (other, _) = api.admin.topic("other", "See [[support/install]].").await;
    let address = format!("/api/v1/components/{id}/key");
    let rename =
        |key: &str| change(&api, Method::PUT, &address, Some(json!({"key": key})), Some(&base));
    rename("other").await.problem(409, "conflict");
    assert_eq!(rename("set-up").await.expect(200).json()["key"], "set-up");
    let shown = format!("/api/v1/components/{other}?references=keys");
    let shown = api.admin.get(&shown).await.expect(200).json();
    assert_eq!(shown["content"]["body"], "See [[support/set-up]].\n");
    api.admin.get("/api/v1/components/support%2Finstall").await.problem(404, "not-found");
}

#[tokio::test]
async fn what_is_used_is_not_deleted_and_what_is_deleted_comes_back() {
    let api = Api::start().await;
    let (id, base) = api.admin.topic("install", "One.").await;
    let content = json!({"title": "L", "placements": [{"component": "support/install"}]});
    let (lesson, lesson_base) = api.admin.create("lesson", "lesson", content).await;
    let topic = format!("/api/v1/components/{id}");
    let lesson = format!("/api/v1/components/{lesson}");
    let refused = change(&api, Method::DELETE, &topic, None, Some(&base)).await;
    let problem = refused.problem(409, "conflict");
    assert!(problem["detail"].as_str().unwrap().contains("`support/lesson`"), "{problem:#}");

    let empty = json!({"content": {"title": "L"}});
    api.admin.put(&lesson, empty, &lesson_base).await.expect(200);
    let deleted = change(&api, Method::DELETE, &topic, None, Some(&base)).await.expect(200);
    assert_eq!(deleted.json()["deleted"], true);
    let list = api.admin.get("/api/v1/components?deleted=true").await.expect(200).json();
    assert_eq!(each(&list, "key"), ["install"]);
    let restore = format!("{topic}/restore");
    let restored = change(&api, Method::POST, &restore, None, Some(&base)).await.expect(200);
    assert_eq!(restored.json()["deleted"], false);
}

//! `/releases`, and those of a component.

use serde_json::json;

use crate::harness::{Api, each};

#[tokio::test]
async fn a_closure_is_frozen_once_and_read_by_id_and_digest() {
    let api = Api::start().await;
    let (topic, base) = api.admin.topic("install", "One.").await;
    let content = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", content).await;
    let releases = "/api/v1/components/support%2Flesson/releases";

    let answer = api.admin.post(releases, json!({"label": "first"})).await.expect(201);
    let release = answer.json();
    assert_eq!(release["number"], 1);
    assert_eq!(release["key"], "lesson");
    let read = api.admin.get(answer.header("location")).await.expect(200).json();
    assert_eq!(read["digest"], release["digest"]);
    let digest = release["digest"].as_str().unwrap();
    let by_digest = api.admin.get(&format!("/api/v1/releases/{digest}")).await.expect(200).json();
    assert_eq!(by_digest, read);

    let again = api.admin.post(releases, json!({"label": "again"})).await.expect(200);
    assert_eq!(again.header("location"), answer.header("location"));

    let content = json!({"content": {"title": "T", "body": "Two."}});
    api.admin.put(&format!("/api/v1/components/{topic}"), content, &base).await.expect(200);
    let second = api.admin.post(releases, json!({"label": "2"})).await.expect(201).json();
    assert_ne!(second["digest"], release["digest"]);
    let list = api.admin.get(releases).await.expect(200).json();
    assert_eq!(each(&list, "label"), ["2", "1"]);
    let page = api.admin.get(&format!("{releases}?limit=1")).await.expect(200).json();
    let rest = format!("{releases}?limit=1&before={}", page["next"]);
    let rest = api.admin.get(&rest).await.expect(200).json();
    assert_eq!(each(&rest, "label"), ["1"]);
    assert!(rest.get("next").is_none());
}

#[tokio::test]
async fn what_is_not_a_structure_is_not_released() {
    let api = Api::start().await;
    api.admin.topic("install", "One.").await;
    let releases = "/api/v1/components/support%2Finstall/releases";
    api.admin.post(releases, json!({})).await.problem(400, "invalid");
    let missing = "/api/v1/releases/0192d3a0-0000-7000-8000-000000000001";
    api.admin.get(missing).await.problem(404, "not-found");
}

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

    let again = api.admin.post(releases, json!({})).await.expect(200);
    assert_eq!(again.header("location"), answer.header("location"));

    let content = json!({"content": {"title": "T", "body": "Two."}});
    api.admin.put(&format!("/api/v1/components/{topic}"), content, &base).await.expect(200);
    let second = api.admin.post(releases, json!({"label": "second"})).await.expect(201).json();
    assert_ne!(second["digest"], release["digest"]);
    let list = api.admin.get(releases).await.expect(200).json();
    assert_eq!(each(&list, "label"), ["second", "first"]);
    let page = api.admin.get(&format!("{releases}?limit=1")).await.expect(200).json();
    let rest = format!("{releases}?limit=1&before={}", page["next"]);
    let rest = api.admin.get(&rest).await.expect(200).json();
    assert_eq!(each(&rest, "label"), ["first"]);
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

#[tokio::test]
async fn a_label_that_was_changed_meanwhile_is_not_overwritten() {
    let api = Api::start().await;
    api.admin.topic("install", "One.").await;
    let content = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", content).await;
    let releases = "/api/v1/components/support%2Flesson/releases";
    let made = api.admin.post(releases, json!({})).await.expect(201);
    let address = made.header("location").to_owned();
    let seen = api.admin.get(&address).await.expect(200).header("etag").to_owned();
    let first = api.admin.patch(&address, json!({"label": "first"}), &seen).await.expect(200);
    assert_ne!(first.header("etag"), seen);
    api.admin.patch(&address, json!({"label": "second"}), &seen).await.problem(412, "stale-base");
    let now = first.header("etag").to_owned();
    api.admin.patch(&address, json!({"notes": "n"}), &now).await.expect(200);

    api.admin
        .post("/api/v1/targets", json!({"key": "campus", "title": "Campus"}))
        .await
        .expect(201);
    let target = "/api/v1/targets/campus";
    let seen = api.admin.get(target).await.expect(200).header("etag").to_owned();
    api.admin.patch(target, json!({"notes": "a"}), &seen).await.expect(200);
    api.admin.patch(target, json!({"notes": "b"}), &seen).await.problem(412, "stale-base");
}

#[tokio::test]
async fn what_holds_a_component_is_told_page_by_page_with_where_it_is_live() {
    let api = Api::start().await;
    let (topic, mut base) = api.admin.topic("install", "One.").await;
    let content = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", content).await;
    let releases = "/api/v1/components/support%2Flesson/releases";
    let first = api.admin.post(releases, json!({})).await.expect(201).json();
    let path = format!("/api/v1/components/{topic}");
    let content = json!({"content": {"title": "T", "body": "Two."}});
    base = api.admin.put(&path, content, &base).await.expect(200).header("etag").to_owned();
    assert!(!base.is_empty());
    api.admin.post(releases, json!({})).await.expect(201);
    api.admin
        .post("/api/v1/targets", json!({"key": "campus", "title": "Campus"}))
        .await
        .expect(201);
    let live = json!({"target": "campus", "release": first["id"]});
    api.admin.post("/api/v1/deployments", live).await.expect(201);

    let holding = format!("{path}/holding-releases?limit=1");
    let page = api.admin.get(&holding).await.expect(200).json();
    assert_eq!((&page["total"], &page["live"]), (&json!(2), &json!(1)));
    assert_eq!(page["items"][0]["live"], json!([]));
    let rest = format!("{holding}&before={}", page["next"]);
    let rest = api.admin.get(&rest).await.expect(200).json();
    assert_eq!(rest["items"][0]["live"][0]["target"], "campus");
    assert_eq!(rest["items"][0]["component"]["key"], "lesson");
    assert!(rest.get("next").is_none());
    let in_use = format!("{path}/holding-releases?in_use=true");
    assert_eq!(api.admin.get(&in_use).await.expect(200).json()["total"], 1);
    let used = api.admin.get(&format!("{path}/where-used?releases=true")).await.expect(200).json();
    assert_eq!(used["releases"]["total"], 2);
    let impact = api.admin.get(&format!("{path}/impact")).await.expect(200).json();
    assert_eq!(impact["in_use"]["items"][0]["release"]["id"], first["id"]);
}

#[tokio::test]
async fn a_release_in_another_language_names_what_is_not_translated() {
    let api = Api::start().await;
    api.admin.topic("install", "One.").await;
    let content = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", content).await;
    let translation = "/api/v1/components/support%2Flesson/translations/de";
    let call = api.admin.request(axum::http::Method::PUT, translation);
    let strings = json!({"content": {"title": "Lektion"}});
    call.header("if-none-match", "*").json(&strings).send().await.expect(200);

    let releases = "/api/v1/components/support%2Flesson/releases";
    let german = json!({"language": "de"});
    let (pointer, rule) = api.admin.post(releases, german).await.violation();
    assert_eq!((pointer.as_str(), rule.as_str()), ("/support/install", "missing"));
    let allowed = json!({"language": "de", "allow_untranslated": true});
    let made = api.admin.post(releases, allowed).await.expect(201).json();
    assert_eq!(made["language"], "de");
    assert_eq!(made["untranslated"][0]["name"], "support/install");
    assert_eq!(made["untranslated"][0]["lack"], "missing");
}

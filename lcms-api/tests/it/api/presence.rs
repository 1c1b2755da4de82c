//! Who has a component open.

use axum::http::Method;
use lcms_core::model::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, Client};

async fn open(client: &Client, path: &str, page: &str, doing: &str) -> Answer {
    let said = json!({"page": page, "doing": doing});
    client.request(Method::PUT, path).json(&said).send().await
}

async fn me(client: &Client) -> Value {
    client.get("/api/v1/me").await.expect(200).json()["id"].clone()
}

#[tokio::test]
async fn who_has_a_component_open_is_told_to_who_may_read_it() {
    let api = Api::start().await;
    let ann = api.user("ann", Role::Author, Some("support")).await;
    let rita = api.user("rita", Role::Reviewer, Some("support")).await;
    let (page, _) = api.admin.topic("page", "Text.").await;
    let path = format!("/api/v1/components/{page}/presence");
    let first = open(&ann, &path, "one", "writing").await.expect(200).json();
    assert_eq!(first, json!({"items": [], "seconds": 30}), "nobody hears of their own page");
    let seen = open(&rita, &path, "two", "reading").await.expect(200).json();
    assert_eq!(seen["items"][0]["person"], me(&ann).await);
    assert_eq!(seen["items"][0]["doing"], "writing");
    let both = api.admin.get(&path).await.expect(200).json();
    assert_eq!(both["items"].as_array().unwrap().len(), 2);
    assert_eq!(both["items"][1]["person"], me(&rita).await, "who writes comes first");

    ann.delete(&format!("{path}?page=one")).await.expect(204);
    ann.delete(&format!("{path}?page=one")).await.expect(204);
    let left = api.admin.get(&path).await.expect(200).json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(left["items"][0]["person"], me(&rita).await);
}

#[tokio::test]
async fn presence_belongs_to_a_branch() {
    let api = Api::start().await;
    let (page, _) = api.admin.topic("page", "Text.").await;
    api.admin.post("/api/v1/branches", json!({"name": "spring"})).await.expect(201);
    let path = format!("/api/v1/components/{page}/presence");
    open(&api.admin, &format!("{path}?branch=spring"), "one", "writing").await.expect(200);
    let main = api.admin.get(&path).await.expect(200).json();
    assert_eq!(main["items"], json!([]));
    let there = api.admin.get(&format!("{path}?branch=spring")).await.expect(200).json();
    assert_eq!(there["items"][0]["doing"], "writing");
}

#[tokio::test]
async fn presence_tells_nothing_of_what_may_not_be_read() {
    let api = Api::start().await;
    let (page, _) = api.admin.topic("page", "Text.").await;
    let path = format!("/api/v1/components/{page}/presence");
    let eve = api.user("eve", Role::Viewer, None).await;
    open(&eve, &path, "one", "reading").await.expect(200);
    open(&eve, &path, "one", "writing").await.problem(403, "forbidden");
    api.admin
        .post("/api/v1/libraries", json!({"key": "other", "title": "Other"}))
        .await
        .expect(201);
    let stranger = api.user("sam", Role::Author, Some("other")).await;
    open(&stranger, &path, "one", "reading").await.problem(404, "not-found");
    stranger.get(&path).await.problem(404, "not-found");
    stranger.delete(&format!("{path}?page=one")).await.problem(404, "not-found");
    api.nobody().get(&path).await.problem(401, "unauthenticated");
    for name in ["", &"x".repeat(65)] {
        open(&eve, &path, name, "reading").await.problem(400, "invalid");
    }
}

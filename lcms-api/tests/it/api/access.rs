//! Who may do what, seen from outside: tokens, scopes, roles, other libraries.

use lcms_core::model::Role;
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use crate::harness::{Api, each};

#[tokio::test]
async fn a_revoked_token_opens_nothing() {
    let api = Api::start().await;
    let new = json!({"label": "short-lived"});
    let token = api.admin.post("/api/v1/users/ada/tokens", new).await.expect(201).json();
    let client = api.with_token(token["secret"].as_str());
    client.get("/api/v1/me").await.expect(200);
    let address = format!("/api/v1/tokens/{}", token["id"].as_str().unwrap());
    api.admin.delete(&address).await.expect(204);
    let answer = client.get("/api/v1/me").await;
    assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    assert_eq!(answer.problem(401, "unauthenticated")["detail"], "the token was revoked");
}

#[tokio::test]
async fn an_expired_token_opens_nothing() {
    let api = Api::start().await;
    let new = json!({"expires_in_days": 1});
    let token = api.admin.post("/api/v1/users/ada/tokens", new).await.expect(201).json();
    let client = api.with_token(token["secret"].as_str());
    let file = api.folder.path().join("lcms.db");
    let database =
        sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
    let expire = "UPDATE token SET expires = created WHERE expires IS NOT NULL";
    assert_eq!(database.execute_unprepared(expire).await.unwrap().rows_affected(), 1);
    let problem = client.get("/api/v1/me").await.problem(401, "unauthenticated");
    assert_eq!(problem["detail"], "the token has expired");
    let alive = "UPDATE token SET expires = created + 86400000000 WHERE expires IS NOT NULL";
    assert_eq!(database.execute_unprepared(alive).await.unwrap().rows_affected(), 1);
    client.get("/api/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_header_that_carries_no_bearer_token_is_refused() {
    let api = Api::start().await;
    for value in ["Basic YTpi", "lcms_1234", "Bearer", "Bearer "] {
        let call = api.nobody().request(axum::http::Method::GET, "/api/v1/me");
        call.header("authorization", value).send().await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_token_does_only_what_its_scopes_allow() {
    let api = Api::start().await;
    let new = json!({"scopes": ["read"]});
    let token = api.admin.post("/api/v1/users/ada/tokens", new).await.expect(201).json();
    let reader = api.with_token(token["secret"].as_str());
    reader.get("/api/v1/libraries/support").await.expect(200);
    let new = json!({"key": "sales", "title": "Sales"});
    let problem = reader.post("/api/v1/libraries", new).await.problem(403, "forbidden");
    assert_eq!(problem["hint"], "create a token with that scope");
}

#[tokio::test]
async fn a_role_allows_what_it_says_and_no_more() {
    let api = Api::start().await;
    let (id, tag) = api.admin.topic("install", "Text.").await;
    let viewer = api.user("vera", Role::Viewer, Some("support")).await;
    let author = api.user("otto", Role::Author, Some("support")).await;
    let address = format!("/api/v1/components/{id}");
    viewer.get(&address).await.expect(200);
    let change = json!({"message": "no"});
    viewer.put(&address, change.clone(), &tag).await.problem(403, "forbidden");
    author.put(&address, change, &tag).await.expect(200);
    let steps = format!("{address}/transitions");
    let submit = author.request(axum::http::Method::POST, &steps).header("if-match", &tag);
    submit.json(&json!({"step": "submit"})).send().await.expect(200);
    let approve = author.request(axum::http::Method::POST, &steps).header("if-match", &tag);
    let refused = approve.json(&json!({"step": "approve"})).send().await;
    assert!(refused.problem(403, "forbidden")["hint"].as_str().unwrap().contains("`reviewer`"));
    author.post(&format!("{address}/releases"), json!({})).await.problem(403, "forbidden");
    author.get("/api/v1/users").await.problem(403, "forbidden");
    viewer
        .request(axum::http::Method::POST, "/api/v1/blobs")
        .bytes("x")
        .send()
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn another_library_is_not_there() {
    let api = Api::start().await;
    let (id, tag) = api.admin.topic("install", "Text.").await;
    let new = json!({"key": "sales", "title": "Sales"});
    api.admin.post("/api/v1/libraries", new).await.expect(201);
    let stranger = api.user("sam", Role::Admin, Some("sales")).await;

    let libraries = stranger.get("/api/v1/libraries").await.expect(200).json();
    assert_eq!(each(&libraries, "key"), ["sales"]);
    let component = format!("/api/v1/components/{id}");
    for address in [
        "/api/v1/libraries/support".to_owned(),
        "/api/v1/libraries/support/components/install".to_owned(),
        "/api/v1/components?library=support".to_owned(),
        "/api/v1/components/support%2Finstall".to_owned(),
        component.clone(),
        format!("{component}/history"),
        format!("{component}/where-used"),
        format!("{component}/impact"),
        format!("{component}/lineage"),
        format!("{component}/placements"),
        format!("{component}/translations"),
        format!("{component}/releases"),
    ] {
        stranger.get(&address).await.problem(404, "not-found");
    }
    stranger.put(&component, json!({"message": "mine"}), &tag).await.problem(404, "not-found");
    let list = stranger.get("/api/v1/components").await.expect(200).json();
    assert_eq!(each(&list, "key"), Vec::<String>::new());
    let content = json!({"title": "T", "body": "[[support/install]]"});
    let new = json!({"library": "sales", "key": "t", "kind": "topic", "content": content});
    let (pointer, rule) = stranger.post("/api/v1/components", new).await.violation();
    assert_eq!((pointer.as_str(), rule.as_str()), ("/body", "reference"));
    api.indexed().await;
    assert_eq!(stranger.get("/api/v1/search").await.expect(200).json()["total"], 0);
    let events = stranger.get("/api/v1/events").await.expect(200).json();
    assert_eq!(each(&events, "kind"), ["library.created", "user.roles_changed"]);
}

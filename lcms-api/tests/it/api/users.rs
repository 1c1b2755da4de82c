//! `/me`, `/users`, `/tokens`.

use lcms_core::model::Role;
use serde_json::json;

use crate::harness::{Api, each};

#[tokio::test]
async fn callers_learn_who_they_are() {
    let api = Api::start().await;
    let reviewer = api.user("rita", Role::Reviewer, Some("support")).await;
    let me = reviewer.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["name"], "rita");
    assert_eq!(me["grants"][0]["role"], "reviewer");
    assert_eq!(me["scopes"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn users_are_added_given_roles_and_listed() {
    let api = Api::start().await;
    let new = json!({"name": "otto", "display_name": "Otto"});
    let added = api.admin.post("/api/v1/users", new.clone()).await.expect(201).json();
    assert_eq!(added["grants"], json!([]));
    api.admin.post("/api/v1/users", new).await.problem(409, "conflict");
    let role = "/api/v1/users/otto/roles/author?library=support";
    let call = api.admin.request(axum::http::Method::PUT, role);
    let given = call.send().await.expect(200).json();
    assert_eq!(given["grants"][0]["role"], "author");
    let taken = api.admin.delete(role).await.expect(200).json();
    assert_eq!(taken["grants"], json!([]));
    let list = api.admin.get("/api/v1/users").await.expect(200).json();
    assert_eq!(each(&list, "name"), ["ada", "otto"]);
    for missing in ["/api/v1/users/nemo/roles/author", "/api/v1/users/otto/roles/author?library=x"]
    {
        api.admin.delete(missing).await.problem(404, "not-found");
    }
    api.admin.delete("/api/v1/users/otto/roles/king").await.problem(400, "bad-parameter");
}

#[tokio::test]
async fn a_secret_is_shown_once() {
    let api = Api::start().await;
    let new = json!({"label": "build", "scopes": ["read"], "expires_in_days": 30});
    let issued = api.admin.post("/api/v1/users/ada/tokens", new).await.expect(201);
    assert_eq!(issued.header("cache-control"), "no-store");
    let issued = issued.json();
    let secret = issued["secret"].as_str().unwrap();
    assert!(secret.starts_with("lcms_"));
    let list = api.admin.get("/api/v1/users/ada/tokens").await.expect(200);
    assert!(each(&list.json(), "label").contains(&"build".to_owned()));
    assert!(!list.text().contains(secret));
}

#[tokio::test]
async fn tokens_are_their_owners_affair() {
    let api = Api::start().await;
    let viewer = api.user("vera", Role::Viewer, Some("support")).await;
    viewer.get("/api/v1/users/ada/tokens").await.problem(403, "forbidden");
    viewer.post("/api/v1/users/ada/tokens", json!({})).await.problem(403, "forbidden");
    viewer.post("/api/v1/users/vera/tokens", json!({"scopes": []})).await.problem(400, "invalid");
    let own = viewer.post("/api/v1/users/vera/tokens", json!({})).await.expect(201).json();
    let list = api.admin.get("/api/v1/users/ada/tokens").await.expect(200).json();
    let of_ada = format!("/api/v1/tokens/{}", each(&list, "id")[0]);
    viewer.delete(&of_ada).await.problem(404, "not-found");
    viewer.delete(&format!("/api/v1/tokens/{}", own["id"].as_str().unwrap())).await.expect(204);
}

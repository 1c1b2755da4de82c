//! `/libraries`.

use serde_json::json;

use crate::harness::{Api, each};

#[tokio::test]
async fn libraries_are_created_listed_and_read() {
    let api = Api::start().await;
    let new = json!({"key": "sales", "title": "Sales", "language": "de"});
    let answer = api.admin.post("/api/v1/libraries", new).await.expect(201);
    assert_eq!(answer.header("location"), "/api/v1/libraries/sales");
    let read = api.admin.get("/api/v1/libraries/sales").await.expect(200).json();
    assert_eq!(read, answer.json());
    assert_eq!(read["language"], "de");
    let list = api.admin.get("/api/v1/libraries").await.expect(200).json();
    assert_eq!(each(&list, "key"), ["sales", "support"]);
}

#[tokio::test]
async fn a_key_is_taken_once() {
    let api = Api::start().await;
    let new = json!({"key": "support", "title": "Again"});
    api.admin.post("/api/v1/libraries", new).await.problem(409, "conflict");
    api.admin.get("/api/v1/libraries/sales").await.problem(404, "not-found");
}

//! `/libraries/{library}/imports`.

use axum::http::Method;
use lcms_core::model::Role;
use serde_json::{Value, json};

use crate::harness::{Api, Call, Client, MAX_UPLOAD};

const QUIZ: &str = "::Capital:: What is the capital of France? { =Paris ~London }\n";

fn import(client: &Client, query: &str) -> Call {
    client.request(Method::POST, &format!("/api/v1/libraries/support/imports?{query}"))
}

#[tokio::test]
async fn a_file_is_tried_and_then_imported() {
    let api = Api::start().await;
    let send = |query: &str| import(&api.admin, query).bytes(QUIZ).send();
    let dry = send("name=quiz.gift&dry_run=true").await.expect(200).json();
    assert_eq!((&dry["created"], &dry["dry_run"]), (&json!(1), &json!(true)), "{dry:#}");
    let done = send("name=quiz.gift").await.expect(200).json();
    assert_eq!(done["items"][0]["outcome"], "created", "{done:#}");
    let again = send("name=quiz.gift").await.expect(200).json();
    assert_eq!(again["unchanged"], 1, "{again:#}");
}

#[tokio::test]
async fn only_packages_are_split() {
    let api = Api::start().await;
    let call = import(&api.admin, "name=quiz.gift&split=true").bytes(QUIZ);
    let problem = call.send().await.problem(400, "invalid");
    assert!(problem["detail"].as_str().unwrap().contains("only packages are split"), "{problem:#}");
}

#[tokio::test]
async fn steps_are_lines_and_the_report_is_the_last() {
    let api = Api::start().await;
    let call = import(&api.admin, "name=quiz.gift").header("accept", "application/x-ndjson");
    let answer = call.bytes(QUIZ).send().await.expect(200);
    let lines: Vec<Value> =
        answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["step"], "reading");
    assert_eq!(lines.last().unwrap()["report"]["created"], 1, "{lines:?}");
    let call = import(&api.admin, "name=x.bin").header("accept", "application/x-ndjson");
    let answer = call.bytes("\u{0}\u{1}").send().await.expect(200);
    let last: Value = serde_json::from_str(answer.text().lines().last().unwrap()).unwrap();
    assert_eq!(last["problem"]["type"], "/problems/invalid", "{last:#}");
}

#[tokio::test]
async fn an_import_goes_to_the_branch_that_is_named() {
    let api = Api::start().await;
    api.admin.post("/api/v1/branches", json!({"name": "spring"})).await.expect(201);
    let call = import(&api.admin, "name=quiz.gift&branch=spring").bytes(QUIZ);
    let key = call.send().await.expect(200).json()["items"][0]["key"].clone();
    let at = format!("/api/v1/libraries/support/components/{}", key.as_str().unwrap());
    api.admin.get(&at).await.problem(404, "not-found");
    api.admin.get(&format!("{at}?branch=spring")).await.expect(200);
}

#[tokio::test]
async fn what_may_not_be_imported_is_refused_before_it_is_kept() {
    let api = Api::start().await;
    let reader = api.user("eve", Role::Viewer, None).await;
    let send = |client: &Client, query: &str| import(client, query).bytes(QUIZ).send();
    send(&reader, "name=quiz.gift").await.problem(403, "forbidden");
    send(&api.admin, "").await.problem(400, "bad-parameter");
    let large = vec![b'x'; usize::try_from(MAX_UPLOAD).unwrap() + 1];
    import(&api.admin, "name=a.gift").bytes(large).send().await.problem(413, "too-large");
    let refused = import(&api.admin, "name=a.zip").bytes("PK\u{3}\u{4}").send().await;
    let detail = refused.problem(400, "invalid")["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("a: this is not a readable zip archive"), "{detail}");
}

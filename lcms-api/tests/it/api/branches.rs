//! Branches, moments and merges over HTTP.

use axum::http::Method;
use serde_json::{Value, json};

use crate::harness::{Api, Client, each};

const BRANCHES: &str = "/api/v1/branches";

async fn branch(client: &Client, name: &str) -> Value {
    client.post(BRANCHES, json!({ "name": name })).await.expect(201).json()
}

/// Saves another body for a topic over the head on that branch.
async fn save(client: &Client, address: &str, body: &str) {
    let base = client.get(address).await.expect(200).header("etag").to_owned();
    let content = json!({"title": "T", "body": body});
    client.put(address, json!({ "content": content }), &base).await.expect(200);
}

async fn body(client: &Client, address: &str) -> String {
    let view = client.get(address).await.expect(200).json();
    view["content"]["body"].as_str().unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_branch_is_read_and_written_by_query_parameter() {
    let api = Api::start().await;
    let (id, _) = api.admin.topic("install", "One.").await;
    let main = format!("/api/v1/components/{id}");
    let spring = format!("{main}?branch=spring");
    api.admin.get(&spring).await.problem(404, "not-found");
    let made = branch(&api.admin, "spring").await;
    assert_eq!((&made["state"], &made["base_name"]), (&json!("open"), &json!("main")));
    save(&api.admin, &spring, "Two.").await;
    assert_eq!(body(&api.admin, &spring).await, "Two.");
    assert_eq!(body(&api.admin, &main).await, "One.");
    assert_eq!(body(&api.admin, &format!("{main}@branch:spring")).await, "Two.");

    let new = json!({
        "library": "support", "key": "new", "kind": "topic",
        "content": {"title": "N", "body": ""}
    });
    api.admin.post("/api/v1/components?branch=spring", new).await.expect(201);
    let listed = api.admin.get("/api/v1/components?branch=spring&limit=5").await.expect(200).json();
    assert_eq!(each(&listed, "key"), ["install", "new"]);
    let listed = api.admin.get("/api/v1/components").await.expect(200).json();
    assert_eq!(each(&listed, "key"), ["install"]);
    let changes = api.admin.get(&format!("{BRANCHES}/spring/changes")).await.expect(200).json();
    assert_eq!(each(&changes, "key"), ["install", "new"]);
    api.admin.get("/api/v1/components?brunch=spring").await.problem(400, "bad-parameter");
    api.admin.get(&format!("{main}?at=yesterday")).await.problem(400, "bad-parameter");
    let all = api.admin.get(BRANCHES).await.expect(200).json();
    assert_eq!(each(&all, "name"), ["main", "spring"]);
}

#[tokio::test]
async fn the_past_is_read_and_takes_no_edits() {
    let api = Api::start().await;
    let (id, base) = api.admin.topic("install", "One.").await;
    let address = format!("/api/v1/components/{id}");
    let view = api.admin.get(&address).await.expect(200).json();
    let then = format!("{address}?at={}", view["revision"]["event"]);
    save(&api.admin, &address, "Two.").await;
    assert_eq!(body(&api.admin, &then).await, "One.");
    let change = json!({"content": {"title": "T", "body": ""}});
    api.admin.put(&then, change, &base).await.problem(400, "invalid");
    let rename = format!("{address}/key?at={}", view["revision"]["event"]);
    api.admin.put(&rename, json!({"key": "x"}), &base).await.problem(400, "invalid");
}

#[tokio::test]
async fn a_merge_answers_its_conflicts_as_a_problem_and_takes_resolutions() {
    let api = Api::start().await;
    let (id, _) = api.admin.topic("install", "Words.").await;
    let main = format!("/api/v1/components/{id}");
    branch(&api.admin, "spring").await;
    save(&api.admin, &format!("{main}?branch=spring"), "Words of the branch.").await;
    save(&api.admin, &main, "Words of main.").await;
    let merge = format!("{BRANCHES}/spring/merge");
    api.admin.post(&merge, json!({})).await.problem(409, "conflict");
    let request = json!({"without_approval": true});
    let problem = api.admin.post(&merge, request).await.problem(409, "merge-conflict");
    let item = &problem["conflicts"][0];
    let conflict = &item["conflicts"][0];
    assert_eq!(item["component"], json!(id));
    let sides = ["base", "ours", "theirs"].map(|side| conflict[side].as_str().unwrap().trim());
    assert_eq!(sides, ["Words.", "Words of main.", "Words of the branch."]);
    let resolution =
        |choice: Value| json!({"component": id, "pointer": conflict["pointer"], "choice": choice});
    let dry = json!({
        "without_approval": true, "dry_run": true, "resolutions": [resolution(json!("theirs"))]
    });
    let preview = api.admin.post(&merge, dry).await.expect(200).json();
    assert_eq!(
        (&preview["done"], &preview["items"][0]["outcome"]),
        (&json!(false), &json!("merged"))
    );
    let both = resolution(json!({"value": "Words of both.\n"}));
    let request = json!({"without_approval": true, "resolutions": [both]});
    let report = api.admin.post(&merge, request).await.expect(200).json();
    assert_eq!(report["done"], true);
    assert_eq!(body(&api.admin, &main).await, "Words of both.");
    let view = api.admin.get(&format!("{BRANCHES}/spring")).await.expect(200).json();
    assert_eq!(view["state"], "merged");
    let events = api.admin.get("/api/v1/events?limit=1000").await.expect(200).json();
    assert!(each(&events, "kind").contains(&"branch.merged".to_owned()));
}

#[tokio::test]
async fn a_branch_is_reviewed_updated_and_closed() {
    let api = Api::start().await;
    let (id, _) = api.admin.topic("install", "One.").await;
    branch(&api.admin, "spring").await;
    let spring = format!("{BRANCHES}/spring");
    save(&api.admin, &format!("/api/v1/components/{id}?branch=spring"), "Two.").await;
    let review = format!("{spring}/review");
    for (step, standing) in [("submit", "in_review"), ("approve", "approved")] {
        let view = api.admin.post(&review, json!({ "step": step })).await.expect(200).json();
        assert_eq!(view["standing"], standing);
    }
    api.admin.post(&review, json!({"step": "retire"})).await.problem(400, "invalid");
    api.admin.topic("other", "x").await;
    let updated = api.admin.post(&format!("{spring}/update"), json!({})).await.expect(200).json();
    assert_eq!((&updated["done"], updated["items"].as_array().unwrap().len()), (&json!(true), 0));
    let view = api.admin.get(&spring).await.expect(200).json();
    assert_eq!(view["standing"], "approved", "what the branch changes is as it was");
    let close = format!("{spring}/close");
    let closed = api.admin.request(Method::POST, &close).send().await.expect(200).json();
    assert_eq!(closed["state"], "closed");
    api.admin.post(&format!("{spring}/merge"), json!({})).await.problem(409, "conflict");
    let reopen = format!("{spring}/reopen");
    api.admin.request(Method::POST, &reopen).send().await.expect(200);
    let report = api.admin.post(&format!("{spring}/merge"), json!({})).await.expect(200).json();
    assert_eq!(report["done"], true);
}

#[tokio::test]
async fn differences_and_reverts_are_served() {
    let api = Api::start().await;
    let (id, first) = api.admin.topic("install", "One two three.").await;
    let lesson = json!({"title": "L", "placements": [{"component": "support/install"}]});
    let (lesson, base) = api.admin.create("lesson", "lesson", lesson).await;
    let topic = format!("/api/v1/components/{id}");
    let lesson = format!("/api/v1/components/{lesson}");
    let view = api.admin.get(&lesson).await.expect(200).json();
    let then = view["revision"]["event"].to_string();
    save(&api.admin, &topic, "One two four.").await;

    let diff = api.admin.get(&format!("{topic}/diff?from=@1")).await.expect(200).json();
    let words = &diff["content"]["text"][0]["blocks"][0]["words"];
    assert!(words.to_string().contains("four"), "{diff:#}");
    assert_eq!(diff["before"]["revision"]["number"], 1);
    let two = "/api/v1/diff?from=support/install@1&to=support/install@2";
    assert_eq!(api.admin.get(two).await.expect(200).json()["content"], diff["content"]);
    let whole = format!("{lesson}/structure-diff?from={then}&open=true");
    let whole = api.admin.get(&whole).await.expect(200).json();
    assert_eq!(whole["tree"]["changed"][0]["path"][1]["key"], "support/install");
    assert_eq!(whole["opened"][0]["component"], json!(id));

    let revert = |address: String, base: &str, request: Value| {
        let call = api.admin.request(Method::POST, &format!("{address}/revert"));
        call.header("if-match", base).json(&request).send()
    };
    let stale = revert(topic.clone(), &first, json!({"to": "@1"})).await;
    stale.problem(412, "stale-base");
    let dry = json!({"to": then, "deep": true, "dry_run": true});
    let preview = revert(lesson.clone(), &base, dry).await.expect(200).json();
    assert_eq!(
        (&preview["done"], each(&preview, "key")),
        (&json!(false), vec!["install".to_owned()])
    );
    let report = revert(lesson.clone(), &base, json!({"to": then, "deep": true})).await;
    assert_eq!(report.expect(200).json()["done"], true);
    assert_eq!(body(&api.admin, &topic).await, "One two three.");
    let copies = api.admin.get(&format!("{topic}/copies")).await.expect(200).json();
    assert_eq!(copies["items"], json!([]));
    let pull = api.admin.post(&format!("{topic}/pull"), json!({})).await;
    pull.problem(400, "invalid");
}

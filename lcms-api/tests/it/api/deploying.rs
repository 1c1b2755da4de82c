//! Channels, targets, deployments, and what is kept about releases.

use axum::http::Method;
use lcms_core::model::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, each};

const COURSE: &str = "/api/v1/components/support%2Fcourse";

/// A course of one page, released twice: the ids of its releases.
async fn two_releases(api: &Api) -> [String; 2] {
    let (page, base) = api.admin.topic("page", "One.").await;
    let lesson = json!({"title": "L", "placements": [{"component": "support/page"}]});
    api.admin.create("lesson", "lesson", lesson).await;
    let course = json!({"title": "C", "placements": [{"component": "support/lesson"}]});
    api.admin.create("course", "course", course).await;
    let releases = format!("{COURSE}/releases");
    let release = async |label: &str| {
        let answer = api.admin.post(&releases, json!({"label": label})).await.expect(201);
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let first = release("2026.1").await;
    let content = json!({"content": {"title": "P", "body": "Two."}});
    api.admin.put(&format!("/api/v1/components/{page}"), content, &base).await.expect(200);
    [first, release("2026.2").await]
}

async fn move_channel(api: &Api, body: Value, guard: (&'static str, &str)) -> Answer {
    let call = api.admin.request(Method::PUT, &format!("{COURSE}/channels/stable"));
    call.header(guard.0, guard.1).json(&body).send().await
}

#[tokio::test]
async fn a_channel_is_moved_by_who_saw_where_it_points() {
    let api = Api::start().await;
    let [first, second] = two_releases(&api).await;
    let to = |release: &str| json!({"release": release, "note": "go"});
    let unguarded = api.admin.request(Method::PUT, &format!("{COURSE}/channels/stable"));
    unguarded.json(&to(&first)).send().await.problem(428, "base-required");
    let made = move_channel(&api, to(&first), ("if-none-match", "*")).await.expect(200);
    let tag = made.header("etag").to_owned();
    assert_eq!(tag, format!("\"{first}\""));
    move_channel(&api, to(&second), ("if-none-match", "*")).await.problem(412, "stale-base");
    let label = to("support/course@release:2026.2");
    let moved = move_channel(&api, label, ("if-match", &tag)).await.expect(200).json();
    assert_eq!(moved["release"]["id"], *second);

    let back = api.admin.request(Method::POST, &format!("{COURSE}/channels/stable/back"));
    let back = back.header("if-match", &format!("\"{second}\"")).json(&json!({}));
    assert_eq!(back.send().await.expect(200).json()["release"]["id"], *first);
    let close = api.admin.request(Method::DELETE, &format!("{COURSE}/channels/stable"));
    let closed = close.header("if-match", &tag).send().await.expect(200).json();
    assert_eq!(closed.get("release"), None);
    let history = api.admin.get(&format!("{COURSE}/channels/stable/history")).await.expect(200);
    assert_eq!(history.json()["items"].as_array().unwrap().len(), 4);
    let all = api.admin.get(&format!("{COURSE}/channels")).await.expect(200).json();
    assert_eq!(each(&all, "name"), ["stable"]);
    api.admin.get(&format!("{COURSE}/channels/canary")).await.problem(404, "not-found");
}

#[tokio::test]
async fn the_register_tells_what_was_live_when() {
    let api = Api::start().await;
    let [first, second] = two_releases(&api).await;
    let target = json!({"key": "campus", "title": "Campus", "platform": "moodle"});
    api.admin.post("/api/v1/targets", target.clone()).await.expect(201);
    api.admin.post("/api/v1/targets", target).await.problem(409, "conflict");
    let deploy = |release: &str| json!({"release": release, "target": "campus"});
    let answer = api.admin.post("/api/v1/deployments", deploy(&first)).await.expect(201);
    let since = answer.json()["since"].as_str().unwrap().to_owned();
    api.admin.get(answer.header("location")).await.expect(200);
    let live = api.admin.post("/api/v1/deployments", deploy(&second)).await.expect(201).json();
    let then = since.replace('+', "%2B");
    let asked = format!("/api/v1/deployments?target=campus&course=support%2Fcourse&at={then}");
    let shown = api.admin.get(&asked).await.expect(200).json();
    assert_eq!(shown["items"][0]["release"]["id"], *first);
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
    let holding = api.admin.get("/api/v1/deployments?component=support%2Fpage").await.expect(200);
    assert_eq!(holding.json()["items"][0]["holds"][0]["number"], 2);
    api.admin.get("/api/v1/deployments?at=soon").await.problem(400, "bad-parameter");

    let rollback = json!({"component": "support/course", "note": "blank pages"});
    let rolled = api.admin.post("/api/v1/targets/campus/rollbacks", rollback).await.expect(201);
    assert_eq!(rolled.json()["release"]["id"], *first);
    let end = format!("/api/v1/deployments/{}/end", live["id"].as_str().unwrap());
    api.admin.post(&end, json!({})).await.problem(409, "conflict");
    let request = api.admin.request(Method::PATCH, "/api/v1/targets/campus");
    let retired = request.json(&json!({"retired": true})).send().await.expect(200).json();
    assert_eq!(retired["retired"], true);
    api.admin.post("/api/v1/deployments", deploy(&second)).await.problem(409, "conflict");
}

#[tokio::test]
async fn publishing_is_not_deploying() {
    let api = Api::start().await;
    let [first, _] = two_releases(&api).await;
    let target = json!({"key": "campus", "title": "Campus"});
    api.admin.post("/api/v1/targets", target).await.expect(201);
    let publisher = api.user("paul", Role::Publisher, Some("support")).await;
    let deployer = api.user("dora", Role::Deployer, Some("support")).await;
    let new = json!({"release": first, "target": "campus"});
    publisher.post("/api/v1/deployments", new.clone()).await.problem(403, "forbidden");
    deployer.post("/api/v1/deployments", new).await.expect(201);
    let package = format!("/api/v1/releases/{first}/packages/scorm12");
    deployer.get(&package).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_release_is_named_reviewed_looked_into_and_compared() {
    let api = Api::start().await;
    let [first, second] = two_releases(&api).await;
    let named = "/api/v1/releases/support%2Fcourse@release:2026.1";
    assert_eq!(api.admin.get(named).await.expect(200).json()["id"], *first);
    let step = |step: &str| json!({"step": step});
    let transitions = format!("{named}/transitions");
    api.admin.post(&transitions, step("approve")).await.problem(409, "conflict");
    api.admin.post(&transitions, step("submit")).await.expect(200);
    let approved = api.admin.post(&transitions, step("approve")).await.expect(200).json();
    assert_eq!(approved["review"]["state"], "approved");
    let links = api.admin.get(&format!("{named}/links?limit=1")).await.expect(200).json();
    assert_eq!(links["total"], 2);
    assert_eq!(links["next"], 1);
    assert_eq!(links["items"][0]["component"]["name"], "support/lesson");
    let changes = format!("/api/v1/releases/{second}/changes?since={first}");
    let changes = api.admin.get(&changes).await.expect(200).json();
    assert_eq!(changes["changed"].as_array().unwrap().len(), 1);
    let package = api.admin.get(&format!("{named}/packages/scorm12")).await.expect(200);
    let packages = api.admin.get(&format!("{named}/packages")).await.expect(200).json();
    let digest = packages["items"][0]["digest"].as_str().unwrap().to_owned();
    assert_eq!(package.header("etag"), format!("\"{}\"", digest.trim_start_matches("sha256:")));
    let request = api.admin.request(Method::PATCH, named);
    request.json(&json!({"label": "2026.2"})).send().await.problem(409, "conflict");
    let holding = "/api/v1/components/support%2Fpage/holding-releases";
    let holding = api.admin.get(holding).await.expect(200).json();
    assert_eq!(holding["items"].as_array().unwrap().len(), 2);
}

//! Two servers exchange a library: what is offered, fetched and taken in, and what is refused.

use axum::http::Method;
use lcms_core::model::Role;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, Client};

const EXCHANGE: &str = "/api/v1/libraries/support/exchange";
/// Somebody who has nothing has one empty bucket.
fn nothing() -> Value {
    json!({"buckets": [lcms_core::model::Digest::of_bytes(b"nothing at all")]})
}

async fn offer(of: &Client) -> Value {
    of.post(EXCHANGE, nothing()).await.expect(200).json()
}

fn named(offer: &Value) -> Vec<Value> {
    let buckets = offer["differing"].as_object().unwrap().values();
    buckets.flat_map(|held| held.as_array().unwrap().clone()).collect()
}

async fn objects(of: &Client, offer: &Value) -> Vec<String> {
    let wanted = json!({"state": offer["state"], "want": named(offer)});
    let answer = of.post(&format!("{EXCHANGE}/objects"), wanted).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer.text().lines().map(str::to_owned).collect()
}

async fn send(to: &Client, more: &str, lines: &[String]) -> Answer {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let path = format!("{EXCHANGE}/arrivals{more}");
    let call = to.request(Method::POST, &path).header("content-type", "application/x-ndjson");
    call.bytes(body).send().await
}

/// Every document that the objects name, as lines.
async fn documents(of: &Client, objects: &[String]) -> Vec<String> {
    let mut want = std::collections::BTreeSet::new();
    for line in objects {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(revision) = line["object"].get("revision") {
            for part in ["content", "metadata"] {
                want.insert(revision[part].as_str().unwrap().to_owned());
            }
        }
    }
    let found = of.post("/api/v1/exchange/documents", json!({"want": want})).await.expect(200);
    let found = found.json()["documents"].as_object().unwrap().clone();
    assert_eq!(found.len(), want.len());
    found.values().map(|text| json!({"document": text}).to_string()).collect()
}

#[tokio::test]
async fn everything_that_is_offered_is_fetched_and_taken_in_elsewhere() {
    let (there, here) = (Api::start().await, Api::start_without_library().await);
    there.admin.topic("install", "One.").await;
    there.admin.topic("other", "Two.").await;
    let offered = offer(&there.admin).await;
    let objects = objects(&there.admin, &offered).await;
    // A library, two components with a revision each, and the order of these.
    assert_eq!(objects.len(), 6);
    let empty = lcms_core::service::transfer::exchange::Inventory::default();
    let first = json!({"offer": {"seen": empty.state(), "buckets": 1, "offer": offered}});
    let mut lines = vec![first.to_string()];
    lines.extend(objects.clone());
    lines.extend(documents(&there.admin, &objects).await);

    let dry = send(&here.admin, "?dry_run=true&origin=north", &lines).await.expect(200).json();
    here.admin.get("/api/v1/libraries/support").await.problem(404, "not-found");
    let real = send(&here.admin, "?origin=north", &lines).await.expect(200).json();
    assert_eq!((&real, &real["new_components"]), (&dry, &json!(2)));
    let page = here.admin.get("/api/v1/components/support%2Finstall").await.expect(200).json();
    assert_eq!(page["content"]["body"], "One.\n");
    assert_eq!(offer(&here.admin).await["state"], offered["state"], "both have the same");
    // Sent again, it was made for another state of things.
    send(&here.admin, "", &lines).await.problem(412, "stale-base");
}

#[tokio::test]
async fn what_was_taken_in_is_remembered_and_only_what_happened_since_is_named() {
    let (there, here) = (Api::start().await, Api::start_without_library().await);
    there.admin.topic("install", "One.").await;
    let (known, changes) = (format!("{EXCHANGE}/known"), format!("{EXCHANGE}/changes"));
    let since = there.admin.post(&changes, json!({"known": []})).await.expect(200).json();
    assert!(since.get("scope").is_none() && since.get("from").is_none(), "{since}");
    let offered = offer(&there.admin).await;
    let objects = objects(&there.admin, &offered).await;
    let empty = lcms_core::service::transfer::exchange::Inventory::default();
    let first = json!({"offer":
        {"seen": empty.state(), "buckets": 1, "offer": offered, "since": since}});
    let mut lines = vec![first.to_string()];
    lines.extend(objects.clone());
    lines.extend(documents(&there.admin, &objects).await);
    send(&here.admin, "?dry_run=true", &lines).await.expect(200);
    send(&here.admin, "", &lines).await.expect(200);
    let places = here.admin.get(&known).await.expect(200).json();
    assert_eq!(places["known"], json!([since["position"]]));

    let none = there.admin.post(&changes, places.clone()).await.expect(200).json();
    assert_eq!(none["scope"], json!({"components": [], "rules": false}), "nothing happened since");
    there.admin.topic("other", "Two.").await;
    let since = there.admin.post(&changes, places).await.expect(200).json();
    assert_eq!(since["scope"]["components"].as_array().unwrap().len(), 1, "{since}");
    let mut part = nothing();
    part["scope"] = since["scope"].clone();
    let part = there.admin.post(EXCHANGE, part).await.expect(200).json();
    // The library, the component, its revision and their order.
    assert_eq!((&part["compared"], named(&part).len()), (&json!(4), 4));
    let wanted = json!({"state": part["state"], "want": named(&part), "scope": since["scope"]});
    let sent = there.admin.post(&format!("{EXCHANGE}/objects"), wanted).await.expect(200);
    assert_eq!(sent.text().lines().count(), 4);

    let many = json!({"known": vec![since["position"].clone(); 1001]});
    there.admin.post(&changes, many).await.problem(400, "invalid");
    let ids: Vec<_> = (0..5001).map(|_| uuid::Uuid::now_v7()).collect();
    let mut part = nothing();
    part["scope"] = json!({"components": ids});
    there.admin.post(EXCHANGE, part).await.problem(400, "invalid");
}

#[tokio::test]
async fn what_is_not_sound_is_refused() {
    let there = Api::start().await;
    there.admin.topic("install", "One.").await;
    let three = json!({"buckets": vec![lcms_core::model::Digest::of_bytes(b"x"); 3]});
    there.admin.post(EXCHANGE, three).await.problem(400, "invalid");
    let offered = offer(&there.admin).await;
    let stale = json!({"state": lcms_core::model::Digest::of_bytes(b"old"), "want": []});
    there.admin.post(&format!("{EXCHANGE}/objects"), stale).await.problem(412, "stale-base");
    let many = json!({"want": vec![lcms_core::model::Digest::of_bytes(b"x"); 1001]});
    there.admin.post("/api/v1/exchange/documents", many).await.problem(400, "invalid");

    let seen = &offered["state"];
    let first = json!({"offer": {"seen": seen, "buckets": 1, "offer": offered}}).to_string();
    send(&there.admin, "", &[]).await.problem(400, "invalid");
    send(&there.admin, "", &["{}".to_owned()]).await.problem(400, "invalid");
    send(&there.admin, "", &[first.clone(), first.clone()]).await.problem(400, "invalid");
    let path = format!("{EXCHANGE}/arrivals");
    let cut = there.admin.request(Method::POST, &path).bytes(first.clone()).send().await;
    cut.problem(400, "truncated-upload");
    // Everything is here already.
    let known = send(&there.admin, "", &[first]).await.expect(200).json();
    assert_eq!((&known["new_revisions"], &known["known_revisions"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn readers_fetch_and_only_admins_send() {
    let there = Api::start().await;
    there.admin.topic("install", "One.").await;
    let reader = there.user("rea", Role::Viewer, Some("support")).await;
    let offered = offer(&reader).await;
    assert!(!objects(&reader, &offered).await.is_empty());
    let first = json!({"offer": {"seen": offered["state"], "buckets": 1, "offer": offered}});
    send(&reader, "", &[first.to_string()]).await.problem(403, "forbidden");
    let stranger = there.user("sam", Role::Viewer, Some("support")).await;
    stranger.post("/api/v1/libraries/nothing/exchange", nothing()).await.problem(404, "not-found");
}

//! `/components`: made, read, listed.

use axum::http::Method;
use serde_json::json;

use crate::harness::{Api, each};

const COMPONENTS: &str = "/api/v1/components";

#[tokio::test]
async fn a_component_is_created_and_read_by_every_name() {
    let api = Api::start().await;
    let new = json!({
        "library": "support", "key": "install", "kind": "topic",
        "content": {"title": "Install", "body": "Press *Add*."},
        "metadata": {"tags": ["setup"]}, "message": "first"
    });
    let answer = api.admin.post(COMPONENTS, new).await.expect(201);
    let saved = answer.json();
    let id = saved["component"]["id"].as_str().unwrap();
    let revision = saved["revision"]["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("{COMPONENTS}/{id}"));
    assert_eq!(answer.header("etag"), format!("\"{revision}\""));
    assert_eq!(saved["changed"], true);

    let by_id = api.admin.get(&format!("{COMPONENTS}/{id}")).await.expect(200);
    assert!(by_id.header("etag").starts_with(&format!("\"{revision}.")));
    let view = by_id.json();
    assert_eq!(view["content"]["body"], "Press *Add*.\n");
    assert_eq!(view["metadata"]["tags"], json!(["setup"]));
    assert_eq!(view["state"], "draft");
    for address in [
        format!("{COMPONENTS}/support%2Finstall"),
        format!("{COMPONENTS}/support%2Finstall@1"),
        format!("{COMPONENTS}/{id}@branch:main"),
        "/api/v1/libraries/support/components/install".to_owned(),
        "/api/v1/libraries/support/components/install@1".to_owned(),
    ] {
        assert_eq!(api.admin.get(&address).await.expect(200).json(), view, "{address}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let api = Api::start().await;
    let (id, _) = api.admin.topic("install", "Text.").await;
    for reference in [
        "support%2Fother".to_owned(),
        "0192d3a0-0000-7000-8000-000000000001".to_owned(),
        format!("{id}@2"),
        format!("{id}@approved"),
        format!("{id}@branch:spring"),
    ] {
        let answer = api.admin.get(&format!("{COMPONENTS}/{reference}")).await;
        answer.problem(404, "not-found");
    }
}

#[tokio::test]
async fn the_same_request_sent_again_creates_once() {
    let api = Api::start().await;
    let send = |title: &str, key: &str| {
        let content = json!({"title": title, "body": ""});
        let new = json!({"library": "support", "key": "k", "kind": "topic", "content": content});
        let call = api.admin.request(Method::POST, COMPONENTS).header("idempotency-key", key);
        call.json(&new).send()
    };
    let first = send("T", "one").await.expect(201);
    let again = send("T", "one").await.expect(201);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.json()["changed"], false);
    send("Other", "one").await.problem(409, "conflict");
    send("T", "two").await.problem(409, "conflict");
    send("T", " ").await.problem(400, "bad-parameter");
    let list = api.admin.get(COMPONENTS).await.expect(200).json();
    assert_eq!(each(&list, "key"), ["k"]);
}

#[tokio::test]
async fn a_reader_that_has_it_is_told_so_until_anything_shown_changes() {
    let api = Api::start().await;
    let (id, base) = api.admin.topic("install", "Text.").await;
    let address = format!("{COMPONENTS}/{id}");
    let tag = api.admin.get(&address).await.expect(200).header("etag").to_owned();
    let ask =
        |tag: &str| api.admin.request(Method::GET, &address).header("if-none-match", tag).send();
    let unchanged = ask(&tag).await.expect(304);
    assert_eq!(unchanged.header("etag"), tag);
    assert!(unchanged.body.is_empty());
    ask("\"other\"").await.expect(200);

    let step = api.admin.request(Method::POST, &format!("{address}/transitions"));
    let step = step.header("if-match", &base).json(&json!({"step": "submit"}));
    let submitted = step.send().await.expect(200);
    assert_eq!(ask(&tag).await.expect(200).json()["state"], "in_review");
    ask(submitted.header("etag")).await.expect(304);
}

#[tokio::test]
async fn references_are_shown_as_ids_or_as_keys() {
    let api = Api::start().await;
    let (target, _) = api.admin.topic("glossary", "Words.").await;
    let (id, _) = api.admin.topic("install", "See [[support/glossary]].").await;
    let address = format!("{COMPONENTS}/{id}");
    let ids = api.admin.get(&address).await.expect(200).json();
    assert_eq!(ids["content"]["body"], format!("See [[id:{target}]].\n"));
    let keys = api.admin.get(&format!("{address}?references=keys")).await.expect(200).json();
    assert_eq!(keys["content"]["body"], "See [[support/glossary]].\n");
    api.admin.get(&format!("{address}?references=names")).await.problem(400, "bad-parameter");
}

#[tokio::test]
async fn components_are_listed_by_page_and_filter() {
    let api = Api::start().await;
    for key in ["a", "b", "c"] {
        api.admin.topic(key, "Text.").await;
    }
    api.admin.create("objective", "o", json!({"title": "Can do"})).await;
    let get = async |query: &str| {
        api.admin.get(&format!("{COMPONENTS}?{query}")).await.expect(200).json()
    };
    let first = get("library=support&limit=3").await;
    assert_eq!(each(&first, "key"), ["a", "b", "c"]);
    assert_eq!(first["items"][0]["title"], "About a");
    let cursor = first["next"].as_str().unwrap();
    let second = get(&format!("limit=3&cursor={cursor}")).await;
    assert_eq!(each(&second, "key"), ["o"]);
    assert!(second.get("next").is_none());
    assert_eq!(each(&get("kind=objective").await, "key"), ["o"]);
    assert_eq!(each(&get("deleted=true").await, "key"), Vec::<String>::new());
}

#[tokio::test]
async fn a_cursor_that_no_list_gave_out_is_refused() {
    let api = Api::start().await;
    api.admin.get(&format!("{COMPONENTS}?cursor=banana")).await.problem(400, "invalid");
}

#[tokio::test]
async fn documents_that_break_rules_are_refused_with_their_places() {
    let api = Api::start().await;
    let content = json!({
        "title": "", "body": "![[support/nothing]]",
        "objectives": [{"component": "support/none", "overrides": {"weight": -1}}]
    });
    let new = json!({"library": "support", "key": "k", "kind": "topic", "content": content});
    let problem = api.admin.post(COMPONENTS, new).await.problem(400, "invalid");
    insta::assert_json_snapshot!(problem["violations"], @r#"
    [
      {
        "message": "a title is needed",
        "pointer": "/title",
        "rule": "required"
      },
      {
        "message": "weight must be 0 or more",
        "pointer": "/objectives/0/overrides/weight",
        "rule": "range"
      }
    ]
    "#);
}

#[tokio::test]
async fn dangling_placements_are_all_refused_at_once() {
    let api = Api::start().await;
    api.admin.topic("there", "Text.").await;
    let content = json!({"title": "L", "placements": [
        {"component": "support/there"}, {"component": "support/gone"}, {"component": "lost"}
    ]});
    let new = json!({"library": "support", "key": "l", "kind": "lesson", "content": content});
    let problem = api.admin.post(COMPONENTS, new).await.problem(400, "invalid");
    let violations = problem["violations"].as_array().unwrap();
    let places: Vec<_> = violations.iter().map(|v| (&v["pointer"], &v["rule"])).collect();
    assert_eq!(
        places,
        [
            (&json!("/placements/1/component"), &json!("reference")),
            (&json!("/placements/2/component"), &json!("reference")),
        ]
    );
}

#[tokio::test]
async fn a_cycle_is_refused() {
    let api = Api::start().await;
    let module = |inside: &[&str]| {
        let placements: Vec<_> = inside.iter().map(|key| json!({"component": key})).collect();
        json!({"title": "M", "placements": placements})
    };
    let (outer, tag) = api.admin.create("module", "outer", module(&[])).await;
    api.admin.create("module", "inner", module(&["support/outer"])).await;
    let change = json!({"content": module(&["support/inner"])});
    let answer = api.admin.put(&format!("{COMPONENTS}/{outer}"), change, &tag).await;
    assert_eq!(answer.violation().1, "cycle");
}

#[tokio::test]
async fn where_used_names_the_parents() {
    let api = Api::start().await;
    let (topic, _) = api.admin.topic("install", "Text.").await;
    let content = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", content).await;
    let parents = api.admin.get(&format!("{COMPONENTS}/{topic}/where-used")).await;
    assert_eq!(each(&parents.expect(200).json(), "key"), ["lesson"]);
}

//! Vocabularies, schemas, bulk edits, reports and kept searches over HTTP.

use axum::http::Method;
use lcms_core::model::Role;
use serde_json::json;

use crate::harness::Api;

const VOCABULARY: &str = "/api/v1/libraries/support/vocabularies/subjects";

#[tokio::test]
async fn a_term_is_renamed_in_components_and_back_again() {
    let api = Api::start().await;
    let (id, _) = api.admin.topic("page", "x").await;
    let vocabulary = json!({
        "title": "Subjects", "fields": ["tags"], "closed": true,
        "terms": [{"id": "fire", "labels": {"en": "Fire"}}],
    });
    let put = api.admin.request(Method::PUT, VOCABULARY).json(&json!({"vocabulary": vocabulary}));
    let tag = put.send().await.expect(200).header("etag").to_owned();
    let bulk = json!({
        "components": [id], "operations": [{"op": "add", "field": "tags", "value": "fire"}],
    });
    let report = api.admin.post("/api/v1/bulk-edits", bulk).await.expect(200).json();
    assert_eq!((&report["changed"], &report["done"]), (&json!(1), &json!(true)));
    let edits = json!({"edits": [{"edit": "relabel", "id": "fire", "label": "Flames"}]});
    let path = format!("{VOCABULARY}/edits");
    api.admin.post(&path, edits.clone()).await.problem(428, "base-required");
    let call = api.admin.request(Method::POST, &path).header("if-match", &tag);
    let report = call.json(&edits).send().await.expect(200).json();
    assert_eq!(report["components"], 1);
    let call = api.admin.request(Method::POST, &path).header("if-match", &tag);
    call.json(&edits).send().await.problem(412, "stale-base");
    let read = || api.admin.get("/api/v1/libraries/support/components/page");
    assert_eq!(read().await.json()["metadata"]["tags"], json!(["Flames"]));
    let undo = format!("/api/v1/bulk-edits/{}/undo", report["edit"].as_str().unwrap());
    api.admin.post(&undo, json!({})).await.expect(200);
    assert_eq!(read().await.json()["metadata"]["tags"], json!(["Fire"]));
    assert_eq!(
        api.admin.get("/api/v1/bulk-edits").await.json()["items"].as_array().unwrap().len(),
        3,
        "the vocabulary that was put in place is one"
    );
}

#[tokio::test]
async fn terms_go_out_and_come_in_as_files() {
    let api = Api::start().await;
    let terms = format!("{VOCABULARY}/terms");
    let table = "id,label:en,label:de,broader\nsafety,Safety,Sicherheit,\nfire,Fire,Feuer,safety\n";
    let preview = api.admin.request(Method::PUT, &format!("{terms}?dry_run=true")).bytes(table);
    assert_eq!(preview.send().await.expect(200).json()["done"], false);
    api.admin.get(VOCABULARY).await.problem(404, "not-found");
    let taken = api.admin.request(Method::PUT, &terms).bytes(table).send().await.expect(200);
    let tag = taken.header("etag").to_owned();
    let skos = api.admin.get(&terms).await.expect(200);
    assert_eq!(skos.header("content-type"), "application/rdf+xml");
    assert!(skos.text().contains("<skos:prefLabel xml:lang=\"de\">Feuer</skos:prefLabel>"));
    let again = api.admin.request(Method::PUT, &terms).header("if-match", &tag);
    let again = again.bytes(skos.text().to_owned()).send().await.expect(200).json();
    assert_eq!(again["changes"]["added"], json!([]));
    let csv = api.admin.get(&format!("{terms}?format=csv")).await.expect(200);
    assert!(csv.text().starts_with("id,broader,label:de"), "{}", csv.text());
}

#[tokio::test]
async fn a_schema_is_heeded_and_shown_as_json_schema() {
    let api = Api::start().await;
    let schema = json!({"fields": [{"field": "licence", "required_from": "draft"}]});
    let path = "/api/v1/libraries/support/schemas/topic";
    let put = api.admin.request(Method::PUT, path).json(&json!({"schema": schema}));
    let tag = put.send().await.expect(200).header("etag").to_owned();
    let new = json!({"library": "support", "key": "a", "kind": "topic", "content": {"title": "A", "body": ""}});
    let refused = api.admin.post("/api/v1/components", new.clone()).await;
    let refused = refused.problem(400, "invalid");
    assert_eq!(refused["violations"][0]["pointer"], "/licence");
    let shown = api.admin.get(&format!("{path}/json-schema")).await.expect(200).json();
    assert_eq!(shown["required"], json!(["licence"]));
    let anna = api.user("anna", Role::Author, Some("support")).await;
    anna.request(Method::DELETE, path)
        .header("if-match", &tag)
        .send()
        .await
        .problem(403, "forbidden");
    api.admin.request(Method::DELETE, path).header("if-match", &tag).send().await.expect(204);
    let id = api.admin.post("/api/v1/components", new).await.expect(201).json();
    let id = id["component"]["id"].as_str().unwrap().to_owned();
    let care = json!({"steward": "anna", "review_by": "2020-01-01"});
    let put = anna.request(Method::PUT, &format!("/api/v1/components/{id}/care")).json(&care);
    assert_eq!(put.send().await.expect(200).json()["stale"], true);
    let list = api.admin.get("/api/v1/libraries/support/reports/stale").await.expect(200).json();
    assert_eq!(list["items"][0]["key"], "a");
    let health = api.admin.get("/api/v1/libraries/support/reports").await.expect(200).json();
    assert_eq!(health["lists"]["stale"], 1);
    api.admin.get("/api/v1/libraries/support/reports/none").await.problem(400, "invalid");
}

#[tokio::test]
async fn the_feed_of_a_kept_search_needs_its_secret_alone() {
    let api = Api::start().await;
    api.admin.topic("page", "x").await;
    api.indexed().await;
    let new = json!({"name": "New & shiny", "search": {"kind": ["topic"]}});
    let kept = api.admin.post("/api/v1/saved-searches", new).await.expect(201);
    let at = kept.header("location").to_owned();
    let opened = api.admin.post(&format!("{at}/feed"), json!({})).await.expect(201).json();
    let path = opened["path"].as_str().unwrap();
    let feed = api.nobody().get(path).await.expect(200);
    assert!(feed.text().contains("<title>New &amp; shiny</title>"), "{}", feed.text());
    assert!(feed.text().contains("<title>About page</title>"), "{}", feed.text());
    let tag = feed.header("etag").to_owned();
    let same = api.nobody().request(Method::GET, path).header("if-none-match", &tag).send().await;
    same.expect(304);
    api.nobody()
        .get(&format!("{at}/feed.atom?secret=feed_00"))
        .await
        .problem(401, "unauthenticated");
    api.admin.delete(&format!("{at}/feed")).await.expect(200);
    api.nobody().get(path).await.problem(401, "unauthenticated");
    let anna = api.user("anna", Role::Viewer, Some("support")).await;
    anna.get(&at).await.problem(404, "not-found");
}

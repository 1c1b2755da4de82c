//! The OpenAPI document: kept, complete, and true about who may ask.

use std::path::Path;

use axum::http::Method;
use serde_json::Value;

use crate::harness::Api;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "head"];

fn operations(document: &Value) -> Vec<(String, Method, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if METHODS.contains(&method.as_str()) {
                let method = method.to_uppercase().parse().unwrap();
                operations.push((path.clone(), method, operation.clone()));
            }
        }
    }
    operations
}

fn document() -> Value {
    serde_json::from_str(&lcms_api::openapi_json().unwrap()).unwrap()
}

#[test]
fn the_kept_document_is_that_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let made = lcms_api::openapi_json().unwrap();
    if std::env::var_os("LCMS_BLESS").is_some() {
        std::fs::write(&file, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is not what the code says; if the change is meant, run \
         `LCMS_BLESS=1 cargo test -p lcms-api openapi` and commit the file"
    );
}

#[tokio::test]
async fn the_served_document_is_the_kept_one() {
    let api = Api::start().await;
    let answer = api.nobody().get("/api/v1/openapi.json").await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.text(), lcms_api::openapi_json().unwrap());
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn every_route_refuses_who_has_no_token() {
    let api = Api::start().await;
    let (free, guarded): (Vec<_>, Vec<_>) = operations(&document())
        .into_iter()
        .partition(|(_, _, operation)| operation["security"] == serde_json::json!([{}]));
    // Who signs in has nothing to show yet, who signs out may have nothing left, and who reads a
    // feed has its secret.
    let free: Vec<_> = free.iter().map(|(path, method, _)| format!("{method} {path}")).collect();
    let known = [
        "GET /api/v1/saved-searches/{search}/feed.atom",
        "POST /api/v1/sign-ins",
        "DELETE /api/v1/sign-ins/current",
    ];
    assert_eq!(free, known);
    assert!(guarded.len() > 25, "{} operations", guarded.len());
    for (path, method, _) in guarded {
        let path = path.replace(['{', '}'], "");
        let nobody = api.nobody().request(method.clone(), &path).send().await;
        assert!(nobody.header("www-authenticate").starts_with("Bearer"), "{method} {path}");
        nobody.problem(401, "unauthenticated");
        let wrong = api.with_token(Some("lcms_0123"));
        wrong.request(method, &path).send().await.problem(401, "unauthenticated");
    }
}

#[test]
fn every_operation_says_what_it_is_and_how_it_fails() {
    let document = document();
    let mut ids = std::collections::BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "{at}: operation id {id} stands twice");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{at}");
        let responses = operation["responses"].as_object().unwrap();
        for status in ["401", "500", "503"] {
            assert!(responses.contains_key(status), "{at} does not document {status}");
        }
        assert!(responses.keys().any(|status| status.starts_with('2')), "{at}");
        let variables = path.matches('{').count();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described = parameters.iter().filter(|parameter| parameter["in"] == "path").count();
        assert_eq!(described, variables, "{at}: parameters of the path");
    }
}

#[test]
fn every_reference_in_the_document_resolves() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(object) => {
                found.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

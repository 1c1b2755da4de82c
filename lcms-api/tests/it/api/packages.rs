//! `/releases/{release}/packages/{format}`.

use axum::http::Method;
use lcms_core::model::Role;
use serde_json::json;

use crate::harness::{Api, each};

/// A released course of one page; the address of its packages.
async fn released_course(api: &Api) -> String {
    api.admin.topic("install", "Press *Add*.").await;
    let lesson = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", lesson).await;
    let course = json!({"title": "C", "placements": [{"component": "support/lesson"}]});
    api.admin.create("course", "course", course).await;
    release(api, "course").await
}

async fn release(api: &Api, key: &str) -> String {
    let releases = format!("/api/v1/components/support%2F{key}/releases");
    let answer = api.admin.post(&releases, json!({})).await.expect(201);
    format!("{}/packages", answer.header("location"))
}

#[tokio::test]
async fn a_package_is_streamed_and_the_same_every_time() {
    let api = Api::start().await;
    let packages = released_course(&api).await;
    for format in ["scorm12", "scorm2004-4"] {
        let address = format!("{packages}/{format}");
        let first = api.admin.get(&address).await.expect(200);
        assert_eq!(first.header("content-type"), "application/zip");
        assert_eq!(first.header("content-length"), first.body.len().to_string());
        let name = format!("attachment; filename=\"course-1-{format}.zip\"");
        assert_eq!(first.header("content-disposition"), name);
        assert!(first.body.starts_with(b"PK\x03\x04"));
        let again = api.admin.get(&address).await.expect(200);
        assert_eq!(again.body, first.body);
        assert_eq!(again.header("etag"), first.header("etag"));
        let head = api.admin.request(Method::HEAD, &address).send().await.expect(200);
        assert_eq!(head.header("content-length"), first.header("content-length"));
    }
    let events = api.admin.get("/api/v1/events?limit=1000").await.expect(200).json();
    let published =
        each(&events, "kind").iter().filter(|kind| *kind == "package.published").count();
    assert_eq!(published, 4);
}

#[tokio::test]
async fn a_broken_off_download_is_taken_up_again() {
    let api = Api::start().await;
    let address = format!("{}/scorm12", released_course(&api).await);
    let whole = api.admin.get(&address).await.expect(200);
    let call = api.admin.request(Method::GET, &address).header("range", "bytes=100-");
    let rest = call.header("if-range", whole.header("etag")).send().await.expect(206);
    assert_eq!(rest.body, whole.body.slice(100..));
    let call = api.admin.request(Method::GET, &address);
    call.header("if-none-match", whole.header("etag")).send().await.expect(304);
    let events = api.admin.get("/api/v1/events?limit=1000").await.expect(200).json();
    let published =
        each(&events, "kind").iter().filter(|kind| *kind == "package.published").count();
    assert_eq!(published, 1);
}

#[tokio::test]
async fn what_cannot_be_published_is_refused_with_every_reason() {
    let api = Api::start().await;
    api.admin.topic("install", "{{product.name}}\n\n{{support.address}}").await;
    let lesson = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", lesson).await;
    let packages = release(&api, "lesson").await;
    let answer = api.admin.get(&format!("{packages}/scorm12")).await;
    let problem = answer.problem(422, "not-publishable");
    let violations = problem["violations"].as_array().unwrap();
    let at = |n: usize| (violations[n]["rule"].as_str(), violations[n]["line"].as_u64());
    assert_eq!((at(0), at(1)), ((Some("variable"), Some(1)), (Some("variable"), Some(3))));
    assert_eq!(violations.len(), 2, "{problem:#}");
}

#[tokio::test]
async fn conditions_and_variables_are_chosen_in_the_address() {
    let api = Api::start().await;
    api.admin
        .topic("install", "{{name}}\n\n:::when audience=admin region=eu\nSecret.\n:::\n")
        .await;
    let lesson = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", lesson).await;
    let address = format!("{}/scorm12", release(&api, "lesson").await);
    let plain = api.admin.get(&format!("{address}?set=name=x")).await.expect(200);
    let chosen = "set=name%3Dx&when=audience%3Dadmin%2Cuser&when=region%3Deu";
    let secret = api.admin.get(&format!("{address}?{chosen}")).await.expect(200);
    assert_ne!(secret.header("etag"), plain.header("etag"));
    assert!(secret.header("content-disposition").contains("lesson-1-scorm12-admin-user-eu-"));
    let other = "when=region=eu&set=name=x&when=audience=user&when=audience=admin";
    let same = api.admin.get(&format!("{address}?{other}")).await.expect(200);
    assert_eq!(same.body, secret.body);
    for wrong in ["when=audience", "when=a=,", "set=1=2", "set=name", "where=a=b"] {
        api.admin.get(&format!("{address}?{wrong}")).await.problem(400, "bad-parameter");
    }
    let events = api.admin.get("/api/v1/events?limit=1000").await.expect(200).json();
    let noted = events["items"].as_array().unwrap().iter();
    let conditions: Vec<_> = noted
        .filter(|event| event["kind"] == "package.published")
        .map(|event| event["detail"]["choices"]["conditions"].clone())
        .collect();
    assert!(conditions.contains(&json!({"audience": ["admin", "user"], "region": ["eu"]})));
}

#[tokio::test]
async fn only_publishers_are_given_packages() {
    let api = Api::start().await;
    let packages = released_course(&api).await;
    api.admin.get(&format!("{packages}/aicc")).await.problem(400, "bad-parameter");
    let viewer = api.user("vera", Role::Viewer, Some("support")).await;
    viewer.get(&format!("{packages}/scorm12")).await.problem(403, "forbidden");
    let publisher = api.user("paul", Role::Publisher, Some("support")).await;
    publisher.get(&format!("{packages}/scorm12")).await.expect(200);
}

//! `/compare`.

use lcms_core::model::Role;
use serde_json::{Value, json};

use crate::harness::Api;

/// A course of one page with two releases that differ in a word of it.
async fn two_releases(api: &Api) {
    let (id, tag) = api.admin.topic("install", "Press *Add*.").await;
    let lesson = json!({"title": "L", "placements": [{"component": "support/install"}]});
    api.admin.create("lesson", "lesson", lesson).await;
    let course = json!({"title": "C", "placements": [{"component": "support/lesson"}]});
    api.admin.create("course", "course", course).await;
    let releases = "/api/v1/components/support%2Fcourse/releases";
    api.admin.post(releases, json!({"label": "first"})).await.expect(201);
    let content = json!({"content": {"title": "About install", "body": "Press *Remove*."}});
    api.admin.put(&format!("/api/v1/components/{id}"), content, &tag).await.expect(200);
    api.admin.post(releases, json!({})).await.expect(201);
}

fn wanted(before: &str, after: &str, format: &str) -> Value {
    json!({"before": before, "after": after, "format": format})
}

#[tokio::test]
async fn two_releases_get_a_verdict_with_reasons() {
    let api = Api::start().await;
    two_releases(&api).await;
    for before in ["support/course@release:1", "support/course@release:first"] {
        let asked = wanted(before, "support/course", "scorm12");
        let verdict = api.admin.post("/api/v1/compare", asked).await.expect(200).json();
        assert_eq!(verdict["verdict"], "safe_changed_pages", "{verdict:#}");
        assert_eq!(verdict["same"], false);
        let reasons = verdict["reasons"].as_array().unwrap();
        assert_eq!(reasons.len(), 1, "{verdict:#}");
        assert_eq!(reasons[0]["rule"], "page_changed");
        assert_eq!(reasons[0]["subject"]["sco"], "L");
        assert_eq!(verdict["before"]["shape"], verdict["after"]["shape"]);
    }
    let asked = wanted("support/course@release:2", "support/course", "scorm12");
    let verdict = api.admin.post("/api/v1/compare", asked).await.expect(200).json();
    assert_eq!(verdict["same"], true);
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() {
    let api = Api::start().await;
    two_releases(&api).await;
    let refused = async |before: &str, format: &str| {
        api.admin.post("/api/v1/compare", wanted(before, "support/course", format)).await
    };
    refused("support/course@release:9", "scorm12").await.problem(404, "not-found");
    refused("support/lesson", "scorm12").await.problem(404, "not-found");
    refused("A B", "scorm12").await.problem(400, "invalid");
    refused("support/course", "aicc").await.problem(400, "invalid");
    let viewer = api.user("vera", Role::Viewer, Some("support")).await;
    let asked = wanted("support/course@release:1", "support/course", "scorm12");
    viewer.post("/api/v1/compare", asked).await.problem(403, "forbidden");
}

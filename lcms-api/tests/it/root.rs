//! `/`: documentation, problems, and what watches the server.

use axum::http::Method;
use lcms_api::ProblemKind;

use crate::harness::Api;

#[tokio::test]
async fn a_browser_gets_the_app_at_every_address_that_is_nothing_else() {
    let api = Api::start().await;
    let page = |path| api.nobody().request(Method::GET, path).header("accept", "text/html,*/*");
    for path in ["/", "/search", "/components/0192d3a0-0000-7000-8000-000000000001"] {
        let answer = page(path).send().await.expect(200);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    }
    for path in ["/api/v1/nothing", "/assets/nothing.js"] {
        page(path).send().await.problem(404, "no-such-route");
    }
    api.nobody().get("/nothing.png").await.problem(404, "no-such-route");
    api.nobody().request(Method::POST, "/search").send().await.expect(404);
}

#[tokio::test]
async fn the_documentation_runs_only_its_own_scripts() {
    let api = Api::start().await;
    let page = api.nobody().get("/docs/").await.expect(200);
    assert!(page.text().contains("swagger-ui"));
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
}

#[tokio::test]
async fn the_documentation_page_needs_nothing_from_outside() {
    let api = Api::start().await;
    let page = api.nobody().get("/docs/").await.expect(200).text();
    let attributes = page.split("src=\"").chain(page.split("href=\"")).skip(1);
    for address in attributes.filter_map(|rest| rest.split('"').next()) {
        assert!(!address.contains("//"), "{address}");
    }
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "index.css"] {
        api.nobody().get(&format!("/docs/{file}")).await.expect(200);
    }
    let initializer = api.nobody().get("/docs/swagger-initializer.js").await.expect(200).text();
    assert!(initializer.contains("/api/v1/openapi.json"), "{initializer}");
    assert!(initializer.contains("\"validatorUrl\": \"none\""), "{initializer}");
    assert!(!initializer.contains("https://"), "{initializer}");
}

#[tokio::test]
async fn every_kind_of_problem_has_a_page() {
    let api = Api::start().await;
    let list = api.nobody().get("/problems").await.expect(200).text();
    for kind in ProblemKind::ALL {
        assert!(list.contains(kind.title()));
        let page = api.nobody().get(&kind.type_uri()).await.expect(200);
        assert!(page.text().contains(kind.meaning()));
    }
    api.nobody().get("/problems/bad-luck").await.problem(404, "not-found");
}

#[tokio::test]
async fn watchers_need_no_token() {
    let api = Api::start().await;
    assert_eq!(api.nobody().get("/healthz").await.expect(200).text(), "ok\n");
    api.indexed().await;
    let ready = api.nobody().get("/readyz").await.expect(200).json();
    assert_eq!(ready["database"], "ok");
    assert_eq!(ready["index"]["state"], "current");
}

#[tokio::test]
async fn metrics_count_answers_by_route_and_tell_how_far_the_index_is() {
    let api = Api::start().await;
    api.admin.get("/api/v1/libraries/support").await.expect(200);
    api.admin.get("/api/v1/libraries/nowhere").await.expect(404);
    api.admin.get("/nowhere").await.expect(404);
    let before = api.nobody().get("/metrics").await.expect(200).text();
    let counted = |status: u16| {
        format!(
            "lcms_http_requests_total{{method=\"GET\",route=\"/api/v1/libraries/{{library}}\",status=\"{status}\"}} 1"
        )
    };
    assert!(before.contains(&counted(200)), "{before}");
    assert!(before.contains(&counted(404)), "{before}");
    assert!(before.contains("route=\"unmatched\",status=\"404\"} 1"), "{before}");
    assert!(before.contains("lcms_http_request_duration_seconds_bucket"), "{before}");
    assert!(!before.contains("lcms_index_lag_events 0"), "{before}");
    api.indexed().await;
    let after = api.nobody().get("/metrics").await.expect(200).text();
    assert!(after.contains("lcms_index_lag_events 0"), "{after}");
}

#[tokio::test]
async fn what_is_not_served_is_a_problem_too() {
    let api = Api::start().await;
    for path in ["/nowhere", "/api/v1/nowhere", "/api/v2/components"] {
        api.admin.get(path).await.problem(404, "no-such-route");
    }
    let answer = api.admin.request(Method::PATCH, "/api/v1/libraries").send().await;
    let allowed = answer.header("allow").to_owned();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    answer.problem(405, "method-not-allowed");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_an_id() {
    let api = Api::start().await;
    for path in ["/healthz", "/nowhere", "/api/v1/libraries", "/docs/"] {
        let answer = api.admin.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
    }
    let answer = api.admin.get("/api/v1/libraries").await;
    assert_eq!(answer.header("cache-control"), "private, no-cache");
}

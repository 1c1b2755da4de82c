//! The outermost layer: names each request, writes the body of a problem, completes the headers,
//! counts and logs.

use std::time::Instant;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use uuid::Uuid;

use crate::headers;
use crate::metrics::Metrics;
use crate::problem::{Problem, ProblemKind};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// See the module.
pub(crate) async fn observe(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let id = Uuid::now_v7();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |matched| matched.as_str().to_owned());

    let mut response = next.run(request).await;

    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if problem.kind() == ProblemKind::Internal {
            let error = problem.log_text();
            tracing::error!(request = %id, %method, path, error, "a request failed");
        }
        response = write_body(&problem, id, response);
    }
    headers::complete(response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }

    let took = began.elapsed();
    let status = response.status().as_u16();
    metrics.answered(&method, &route, status, took);
    let milliseconds = took.as_secs_f64() * 1000.0;
    tracing::debug!(request = %id, %method, path, status, milliseconds, "answered");
    response
}

/// The response of a problem, with its body; other headers stay.
fn write_body(problem: &Problem, id: Uuid, bare: Response) -> Response {
    let (mut parts, _) = bare.into_parts();
    let (written, body) = Json(problem.body(format!("urn:uuid:{id}"))).into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(written.headers);
    parts.headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    Response::from_parts(parts, body)
}

/// What a request that made the program panic is answered with.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the payload over")]
pub(crate) fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response {
    let said = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    Problem::new(ProblemKind::Internal, format!("a handler panicked: {said}")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    /// What a handler that fails is answered with, and which status was counted.
    async fn answered(route: axum::routing::MethodRouter) -> (u16, serde_json::Value, String) {
        let metrics = Metrics::new();
        let router = Router::new()
            .route("/", route)
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(metrics.clone(), observe));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap(), metrics.render())
    }

    fn secretive() -> Problem {
        let cause = std::io::Error::other("password is hunter2");
        lcms_core::Error::internal("could not open /srv/lcms.db", cause).into()
    }

    #[tokio::test]
    async fn the_faults_of_the_program_are_counted_and_not_shown() {
        let failing = get(|| async { Err::<(), _>(secretive()) });
        let panicking = get(|| async { panic!("hunter2") as &'static str });
        for route in [failing, panicking] {
            let (status, body, counted) = answered(route).await;
            assert_eq!(status, 500);
            assert_eq!(body["type"], "/problems/internal");
            let shown = body.to_string();
            assert!(!shown.contains("hunter2") && !shown.contains("/srv"), "{shown}");
            assert!(counted.contains("status=\"500\"} 1"), "{counted}");
        }
    }

    #[test]
    fn the_log_has_every_cause() {
        assert_eq!(secretive().log_text(), "could not open /srv/lcms.db: password is hunter2");
    }
}

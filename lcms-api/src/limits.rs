//! How much and how long.

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::{Problem, ProblemKind};

/// Largest JSON body, in bytes: the largest document and room for its envelope.
pub(crate) const JSON_BODY: usize = 5 << 20;
/// How long an answer may take to begin, where nothing large is read or made for it.
const ANSWER: Duration = Duration::from_secs(30);
/// How long an upload may pause.
pub(crate) const UPLOAD_PAUSE: Duration = Duration::from_secs(60);

/// Gives up on a request that takes too long.
pub(crate) async fn answer_in_time(request: Request, next: Next) -> Response {
    tokio::time::timeout(ANSWER, next.run(request)).await.unwrap_or_else(|_| {
        Problem::new(ProblemKind::Unavailable, format!("there was no answer after {ANSWER:?}"))
            .into_response()
    })
}

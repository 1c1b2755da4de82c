//! Whether the server is alive, ready and how it fares. For machines that watch it: open to
//! anyone who reaches the server, so nothing here tells what it holds.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use lcms_core::service::{IndexStatus, Lcms};
use serde::Serialize;

use crate::metrics::Metrics;
use crate::problem::Problem;

/// The process answers.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// What a server that can do its work says.
#[derive(Debug, Serialize)]
pub(crate) struct Ready {
    database: &'static str,
    index: Index,
}

/// The index is derived: it may be behind or broken and the server still does its work.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
enum Index {
    Current(IndexStatus),
    CatchingUp(IndexStatus),
    Failed,
}

/// The database answers.
pub(crate) async fn ready(State(lcms): State<Lcms>) -> Result<Json<Ready>, Problem> {
    lcms.ping().await.map_err(|error| {
        tracing::error!(%error, "the database does not answer");
        lcms_core::Error::unavailable("the database does not answer")
    })?;
    let index = match lcms.indexing().status().await {
        Ok(status) if status.is_current() => Index::Current(status),
        Ok(status) => Index::CatchingUp(status),
        Err(error) => {
            tracing::error!(%error, "the index cannot be read");
            Index::Failed
        }
    };
    Ok(Json(Ready { database: "ok", index }))
}

/// Everything counted, in the Prometheus text format.
pub(crate) async fn metrics(
    State(metrics): State<Metrics>,
    State(lcms): State<Lcms>,
) -> impl IntoResponse {
    if let Ok(status) = lcms.indexing().status().await {
        metrics.index(status);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render())
}

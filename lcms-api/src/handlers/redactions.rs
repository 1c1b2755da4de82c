//! Taking bytes away for good.

use axum::Json;
use lcms_core::model::Digest;
use lcms_core::service::RedactionPlan;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Caller, JsonBody};
use crate::openapi::CreateRefusals;
use crate::problem::Problem;

/// What to take away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRedaction {
    /// Digest of a document or a blob.
    digest: Digest,
    /// Why; without it nothing is done, and the answer says what would be.
    #[serde(default)]
    reason: Option<String>,
}

/// Redact a document or a blob
///
/// Its bytes go for good, its digest stays: whoever reads it is answered `410`, and the releases
/// that hold it are not published any more. Without a `reason` nothing is done: look at what it
/// affects first. Needs the role `admin` in every library.
#[utoipa::path(
    post, path = "/redactions", tag = "redactions",
    request_body(
        content = NewRedaction,
        example = json!({
            "digest": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "reason": "the licence was withdrawn"
        })
    ),
    responses((status = 200, description = "What it affects", body = RedactionPlan), CreateRefusals)
)]
pub(crate) async fn redact(
    Caller(session): Caller,
    JsonBody(NewRedaction { digest, reason }): JsonBody<NewRedaction>,
) -> Result<Json<RedactionPlan>, Problem> {
    Ok(Json(session.redact(digest, reason).await?))
}

//! Who looks after a component, and what may be missing in its metadata.

use axum::Json;
use lcms_core::service::{CareView, SetCare, Suggestions};

use crate::extract::{Caller, JsonBody, TargetPath};
use crate::openapi::{CreateRefusals, ReadRefusals};
use crate::problem::Problem;

/// Say who looks after a component
///
/// And until when somebody must have looked at it again. It belongs to the component, not to a
/// version: nothing that was approved changes.
#[utoipa::path(
    put, path = "/components/{reference}/care", tag = "metadata",
    params(("reference" = String, Path, description = "An id or `library/key`")),
    request_body(content = SetCare, example = json!({"steward": "anna", "review_by": "2027-06-30"})),
    responses((status = 200, description = "As it is now", body = CareView), CreateRefusals)
)]
pub(crate) async fn set_care(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
    JsonBody(care): JsonBody<SetCare>,
) -> Result<Json<CareView>, Problem> {
    Ok(Json(session.set_care(&target, care).await?))
}

/// Suggest tags and objectives for a component
///
/// From what stands beside it in its parents (each counts two) and what a search finds by a word
/// of its title (each counts one for each word). What reaches two is suggested, with the
/// components that are the reason.
#[utoipa::path(
    get, path = "/components/{reference}/suggestions", tag = "metadata",
    params(("reference" = String, Path, description = "An id or `library/key`")),
    responses((status = 200, description = "What it may be missing", body = Suggestions), ReadRefusals)
)]
pub(crate) async fn suggest(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
) -> Result<Json<Suggestions>, Problem> {
    Ok(Json(session.suggestions(&target).await?))
}

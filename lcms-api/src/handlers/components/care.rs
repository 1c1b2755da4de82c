//! Who looks after a component.

use axum::Json;
use lcms_core::service::{CareView, SetCare};

use crate::extract::{Caller, JsonBody, TargetPath};
use crate::openapi::CreateRefusals;
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

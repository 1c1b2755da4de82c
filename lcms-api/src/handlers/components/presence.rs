//! Who has a component open.

use axum::Json;
use axum::http::StatusCode;
use lcms_core::service::{BePresent, Presence};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{JsonBody, MomentParameters, TargetPath, UrlQuery, Viewer};
use crate::openapi::{CommentRefusals, ReadRefusals};
use crate::problem::Problem;

/// Which page is closed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParameters {
    /// The name it gave itself.
    page: String,
}

/// Read who has a component open
///
/// On the branch looked at, whoever has said so in the last `seconds`. Nothing is locked by it: a
/// save based on what was replaced meanwhile is refused, whoever is there.
#[utoipa::path(
    get, path = "/components/{reference}/presence", tag = "comments",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`"),
        MomentParameters
    ),
    responses((status = 200, description = "Who is there", body = Presence), ReadRefusals)
)]
pub(crate) async fn read_presence(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<Json<Presence>, Problem> {
    Ok(Json(session.presence(&target).await?))
}

/// Say that you have a component open
///
/// Again before `seconds` are over, for as long as the page is open; the answer says who else has
/// it open. It is kept in memory for that long and nowhere else. To be `writing` takes the right
/// to write.
#[utoipa::path(
    put, path = "/components/{reference}/presence", tag = "comments",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`"),
        MomentParameters
    ),
    request_body(content = BePresent, example = json!({"page": "7c9e6679", "doing": "writing"})),
    responses((status = 200, description = "Who else is there", body = Presence), CommentRefusals)
)]
pub(crate) async fn be_present(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    JsonBody(said): JsonBody<BePresent>,
) -> Result<Json<Presence>, Problem> {
    Ok(Json(session.be_present(&target, &said).await?))
}

/// Say that you have closed a component
///
/// So that others need not wait until its time is over.
#[utoipa::path(
    delete, path = "/components/{reference}/presence", tag = "comments",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`"),
        PageParameters, MomentParameters
    ),
    responses((status = 204, description = "That page is not there"), ReadRefusals)
)]
pub(crate) async fn leave(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    UrlQuery(PageParameters { page }): UrlQuery<PageParameters>,
) -> Result<StatusCode, Problem> {
    session.leave(&target, &page).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! What a structure comes to for one audience.

use axum::Json;
use lcms_core::service::Coverage;

use super::ShownFor;
use super::proofs::conditions;
use crate::extract::{MomentParameters, ReferencePath, UrlQuery, Viewer};
use crate::openapi::ReadRefusals;
use crate::problem::Problem;

/// Read what a structure comes to
///
/// For one audience, as everything in it stands: how long it takes, which objectives it serves and
/// measures, and what conditions leave out of it. Everything is shown when none are given.
#[utoipa::path(
    get, path = "/components/{reference}/coverage", tag = "proofs",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`, and `@3` for a revision"),
        ShownFor, MomentParameters
    ),
    responses((status = 200, description = "What it comes to", body = Coverage), ReadRefusals)
)]
pub(crate) async fn read_coverage(
    Viewer(session): Viewer,
    ReferencePath(reference): ReferencePath,
    UrlQuery(ShownFor { when }): UrlQuery<ShownFor>,
) -> Result<Json<Coverage>, Problem> {
    Ok(Json(session.coverage(&reference, &conditions(&when)?).await?))
}

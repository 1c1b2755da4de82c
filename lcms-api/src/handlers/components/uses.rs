//! What uses a component, what an edit of it would touch, and where it came from.

use axum::Json;
use lcms_core::service::{Impact, LineageView, WhereUsed, WhereUsedQuery};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Limit, MomentParameters, TargetPath, UrlQuery, Viewer};
use crate::openapi::{ListRefusals, ReadRefusals};
use crate::problem::Problem;

/// Which part of where-used is given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhereUsedParameters {
    /// Also what holds the parents in turn, up to courses, with the way down from these.
    #[param(required = false)]
    transitive: bool,
    /// With `transitive`: also uses through versions that are not heads, such as a lesson that is
    /// pinned to a version which held the component.
    #[param(required = false)]
    earlier: bool,
    /// Also the releases that hold it, the channels that point to these and where they are live.
    /// More of them than fit on the page are found under `holding-releases`.
    #[param(required = false)]
    releases: bool,
    /// `next` of the page before.
    #[param(required = false)]
    cursor: Option<String>,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 200, default = 50, required = false)]
    limit: Limit<50, 200>,
}

/// List where a component is used
///
/// Every slot that holds it, those in libraries you may not read only counted. Deleted parents
/// are left out.
#[utoipa::path(
    get, path = "/components/{reference}/where-used", tag = "reuse",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters, WhereUsedParameters),
    responses((status = 200, description = "A page", body = WhereUsed), ListRefusals)
)]
pub(crate) async fn where_used(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    UrlQuery(wanted): UrlQuery<WhereUsedParameters>,
) -> Result<Json<WhereUsed>, Problem> {
    let WhereUsedParameters { transitive, earlier, releases, cursor, limit: Limit(limit) } = wanted;
    let query = WhereUsedQuery { transitive, earlier, releases, cursor, limit };
    Ok(Json(session.where_used(&target, &query).await?))
}

/// Tell what an edit would touch
///
/// Before it is made: which courses would show it at once, which once it is approved and which
/// never, who else uses the component, and which releases with it are published or live.
#[utoipa::path(
    get, path = "/components/{reference}/impact", tag = "reuse",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters),
    responses((status = 200, description = "The impact", body = Impact), ReadRefusals)
)]
pub(crate) async fn impact(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<Json<Impact>, Problem> {
    Ok(Json(session.impact(&target).await?))
}

/// Tell where a component came from
///
/// What it is a copy of and whether that has changed since, the original, and its own copies.
#[utoipa::path(
    get, path = "/components/{reference}/lineage", tag = "reuse",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters),
    responses((status = 200, description = "The lineage", body = LineageView), ReadRefusals)
)]
pub(crate) async fn lineage(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<Json<LineageView>, Problem> {
    Ok(Json(session.lineage(&target).await?))
}

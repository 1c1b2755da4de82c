//! Releases.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::{EventNumber, PackageRecord, ReleaseId, ReleaseReference, Transition};
use lcms_core::service::{
    DescribeRelease, HoldingQuery, HoldingReleases, LockList, NewRelease, ReleaseChanges,
    ReleaseRow, ReleaseView, Session,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::components::HistoryParameters;
use super::{Items, address};
use crate::conditions::{SeenState, tagged};
use crate::extract::{
    Caller, JsonBody, Limit, MomentParameters, TargetPath, UrlPath, UrlQuery, Viewer,
};
use crate::openapi::{CreateRefusals, GuardedRefusals, ListRefusals, ReadRefusals};
use crate::problem::Problem;

/// Release a component
///
/// Freezes a course, module, lesson or assessment with everything in its slots. Freezing the
/// same closure again makes no second release: the first is answered.
#[utoipa::path(
    post, path = "/components/{reference}/releases", tag = "releases",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters),
    request_body(content = NewRelease, example = json!({"label": "2026.1", "notes": "for the spring intake"})),
    responses(
        (status = 201, description = "Frozen", body = ReleaseView, headers(("Location" = String, description = "Its address"))),
        (status = 200, description = "The same closure was frozen before", body = ReleaseView, headers(("Location" = String, description = "Its address"))),
        CreateRefusals
    )
)]
pub(crate) async fn create_release(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    JsonBody(new): JsonBody<NewRelease>,
) -> Result<impl IntoResponse, Problem> {
    let view = session.release(&target, new).await?;
    let status = if view.created_now { StatusCode::CREATED } else { StatusCode::OK };
    let location = [(header::LOCATION, address("releases", view.release.id))];
    Ok((status, location, Json(view)))
}

/// A page of releases.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReleaseList {
    /// Releases, newest first.
    items: Vec<ReleaseRow>,
    /// Pass as `before` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u32>,
}

/// List a component's releases
///
/// Newest first.
#[utoipa::path(
    get, path = "/components/{reference}/releases", tag = "releases",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        HistoryParameters
    ),
    responses((status = 200, description = "A page", body = ReleaseList), ReadRefusals)
)]
pub(crate) async fn list_releases(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
    UrlQuery(page): UrlQuery<HistoryParameters>,
) -> Result<Json<ReleaseList>, Problem> {
    let items = session.releases(&target, page.before, page.limit.0).await?;
    let is_full = items.len() as u64 == page.limit.0;
    // Numbers go down to 1, so a page that ends there is the last.
    let next = items.last().map(|row| row.release.number).filter(|number| is_full && *number > 1);
    Ok(Json(ReleaseList { items, next }))
}

/// A release as a path names it: its id, its digest, or `library%2Fkey@release:2026.1`.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct NamedRelease(ReleaseReference);

impl NamedRelease {
    /// The release of that name.
    pub(crate) async fn find(&self, session: &Session) -> Result<ReleaseView, Problem> {
        Ok(session.find_release(&self.0).await?)
    }

    async fn id(&self, session: &Session) -> Result<ReleaseId, Problem> {
        Ok(self.find(session).await?.release.id)
    }
}

/// Read a release
#[utoipa::path(
    get, path = "/releases/{release}", tag = "releases",
    params(("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`")),
    responses((status = 200, description = "The release", body = ReleaseView, headers(("ETag" = String, description = "Names label and notes as they stand"))), ReadRefusals)
)]
pub(crate) async fn read_release(
    Caller(session): Caller,
    UrlPath(name): UrlPath<NamedRelease>,
) -> Result<Response, Problem> {
    let view = name.find(&session).await?;
    tagged(view.release.description(), &view)
}

/// Describe a release
///
/// Gives it another label or other notes; its digest covers neither.
#[utoipa::path(
    patch, path = "/releases/{release}", tag = "releases",
    params(
        ("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the release; refused when label or notes are others by now")
    ),
    request_body(content = DescribeRelease, example = json!({"label": "2026.1"})),
    responses((status = 200, description = "The release", body = ReleaseView, headers(("ETag" = String, description = "Names label and notes as they stand"))), GuardedRefusals)
)]
pub(crate) async fn describe_release(
    Caller(session): Caller,
    UrlPath(name): UrlPath<NamedRelease>,
    SeenState(seen): SeenState,
    JsonBody(described): JsonBody<DescribeRelease>,
) -> Result<Response, Problem> {
    let id = name.id(&session).await?;
    let view = session.describe_release(id, DescribeRelease { seen, ..described }).await?;
    tagged(view.release.description(), &view)
}

/// A step in the review of a release.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviewRequest {
    /// `submit`, `approve` or `withdraw`.
    step: Transition,
}

/// Review a release
///
/// An approval is bound to the release's digest, and so to everything in it. `submit` needs the
/// right to publish, `approve` (and withdrawing an approval) the right to review.
#[utoipa::path(
    post, path = "/releases/{release}/transitions", tag = "releases",
    params(("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`")),
    request_body(content = ReviewRequest, example = json!({"step": "approve"})),
    responses((status = 200, description = "Where it stands now", body = ReleaseView), CreateRefusals)
)]
pub(crate) async fn review_release(
    Caller(session): Caller,
    UrlPath(name): UrlPath<NamedRelease>,
    JsonBody(ReviewRequest { step }): JsonBody<ReviewRequest>,
) -> Result<Json<ReleaseView>, Problem> {
    let id = name.id(&session).await?;
    Ok(Json(session.review_release(id, step).await?))
}

/// Which part of a lock list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct LockListParameters {
    /// Only what comes after so many links: `next` of the page before.
    #[param(required = false)]
    after: u32,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 500, default = 100, required = false)]
    limit: Limit<100, 500>,
}

/// Read a release's lock list
///
/// Every link in it with the version it was resolved to, level by level from the root. What you
/// may not read is without a name.
#[utoipa::path(
    get, path = "/releases/{release}/links", tag = "releases",
    params(
        ("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`"),
        LockListParameters
    ),
    responses((status = 200, description = "A page", body = LockList), ReadRefusals)
)]
pub(crate) async fn read_lock_list(
    Caller(session): Caller,
    UrlPath(name): UrlPath<NamedRelease>,
    UrlQuery(LockListParameters { after, limit }): UrlQuery<LockListParameters>,
) -> Result<Json<LockList>, Problem> {
    let id = name.id(&session).await?;
    let (after, limit) = (after as usize, usize::try_from(limit.0).unwrap_or(100));
    Ok(Json(session.lock_list(id, after, limit).await?))
}

/// List a release's packages
///
/// Which packages were made of it, oldest first.
#[utoipa::path(
    get, path = "/releases/{release}/packages", tag = "releases",
    params(("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`")),
    responses((status = 200, description = "The packages", body = Items<PackageRecord>), ReadRefusals)
)]
pub(crate) async fn list_packages(
    Caller(session): Caller,
    UrlPath(name): UrlPath<NamedRelease>,
) -> Result<Json<Items<PackageRecord>>, Problem> {
    let id = name.id(&session).await?;
    Ok(Json(Items { items: session.packages(id).await? }))
}

/// List the releases that hold a component
///
/// Newest first, with the versions held, the channels that point to them and where they are live.
/// Those of components you may not read are only counted.
#[utoipa::path(
    get, path = "/components/{reference}/holding-releases", tag = "releases",
    params(("reference" = String, Path, description = "An id or `library/key`"), HoldingParameters),
    responses((status = 200, description = "A page", body = HoldingReleases), ListRefusals)
)]
pub(crate) async fn list_holding_releases(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
    UrlQuery(wanted): UrlQuery<HoldingParameters>,
) -> Result<Json<HoldingReleases>, Problem> {
    let HoldingParameters { in_use, before, limit: Limit(limit) } = wanted;
    let query = HoldingQuery { in_use, before: before.map(EventNumber), limit };
    Ok(Json(session.releases_holding(&target, query).await?))
}

/// Which releases that hold a component.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct HoldingParameters {
    /// Only those that a channel points to or that are live somewhere.
    #[param(required = false)]
    in_use: bool,
    /// Only those made before this event: `next` of the page before.
    #[param(required = false)]
    before: Option<i64>,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 200, default = 50, required = false)]
    limit: Limit<50, 200>,
}

/// Which release to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesParameters {
    /// The release before: its id, digest, or `library/key@release:2026.1`.
    #[param(value_type = String)]
    since: ReleaseReference,
}

/// Compare two releases
///
/// What was added, removed, moved and changed since another release, content and metadata apart.
#[utoipa::path(
    get, path = "/releases/{release}/changes", tag = "releases",
    params(
        ("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`"),
        ChangesParameters
    ),
    responses((status = 200, description = "The differences", body = ReleaseChanges), ReadRefusals)
)]
pub(crate) async fn read_release_changes(
    Caller(session): Caller,
    UrlPath(name): UrlPath<NamedRelease>,
    UrlQuery(ChangesParameters { since }): UrlQuery<ChangesParameters>,
) -> Result<Json<ReleaseChanges>, Problem> {
    let after = name.id(&session).await?;
    let before = session.find_release(&since).await?.release.id;
    Ok(Json(session.release_changes(before, after).await?))
}

//! Releases.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::model::{Digest, Release, ReleaseId};
use lcms_core::service::{NewRelease, ReleaseView, Session};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::address;
use super::components::HistoryParameters;
use crate::extract::{Caller, JsonBody, MomentParameters, TargetPath, UrlPath, UrlQuery, Viewer};
use crate::openapi::{CreateRefusals, ReadRefusals};
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
    items: Vec<Release>,
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
    let next = items.last().map(|release| release.number).filter(|number| is_full && *number > 1);
    Ok(Json(ReleaseList { items, next }))
}

/// A release by id or by digest.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ReleaseName {
    Id(ReleaseId),
    Digest(Digest),
}

impl<'de> Deserialize<'de> for ReleaseName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let name = text.parse().map(Self::Id).or_else(|_| text.parse().map(Self::Digest));
        name.map_err(|_| D::Error::custom("a release is named by its id or its digest"))
    }
}

impl ReleaseName {
    /// The release of that name.
    pub(crate) async fn find(self, session: &Session) -> Result<ReleaseView, Problem> {
        Ok(match self {
            Self::Id(id) => session.release_by_id(id).await?,
            Self::Digest(digest) => session.release_by_digest(digest).await?,
        })
    }
}

/// Read a release
#[utoipa::path(
    get, path = "/releases/{release}", tag = "releases",
    params(("release" = String, Path, description = "The release's id or digest")),
    responses((status = 200, description = "The release", body = ReleaseView), ReadRefusals)
)]
pub(crate) async fn read_release(
    Caller(session): Caller,
    UrlPath(name): UrlPath<ReleaseName>,
) -> Result<Json<ReleaseView>, Problem> {
    Ok(Json(name.find(&session).await?))
}

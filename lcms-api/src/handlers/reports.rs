//! How libraries are, and what somebody needs to look at.

use axum::Json;
use lcms_core::model::Key;
use lcms_core::service::{LibraryHealth, ReportPage};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Caller, Limit, UrlPath, UrlQuery};
use crate::openapi::{ListRefusals, ReadRefusals};
use crate::problem::Problem;

/// Read how a library is
///
/// How complete its metadata is, how much of it is used again, and how long the lists are that
/// somebody needs to look at.
#[utoipa::path(
    get, path = "/libraries/{library}/reports", tag = "metadata",
    params(("library" = Key, Path, description = "The library's key")),
    responses((status = 200, description = "The figures", body = LibraryHealth), ReadRefusals)
)]
pub(crate) async fn read_health(
    Caller(session): Caller,
    UrlPath(library): UrlPath<Key>,
) -> Result<Json<LibraryHealth>, Problem> {
    Ok(Json(session.library_health(&library).await?))
}

/// Which part of a list is given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportParameters {
    /// `next` of the page before.
    #[param(required = false)]
    cursor: Option<String>,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 200, default = 50, required = false)]
    limit: Limit<50, 200>,
}

/// Read a list of a library's report
///
/// `stale`, `unused`, `unreleased`, `no_steward`, `incomplete`, `most_reused`, `duplicates`,
/// `stale_placements`, `objectives_without_content` or `objectives_without_question`.
#[utoipa::path(
    get, path = "/libraries/{library}/reports/{list}", tag = "metadata",
    params(
        ("library" = Key, Path, description = "The library's key"),
        ("list" = String, Path, description = "The list", example = "stale"),
        ReportParameters
    ),
    responses((status = 200, description = "A page, each component with why it is there", body = ReportPage), ListRefusals)
)]
pub(crate) async fn read_report(
    Caller(session): Caller,
    UrlPath((library, list)): UrlPath<(Key, String)>,
    UrlQuery(ReportParameters { cursor, limit }): UrlQuery<ReportParameters>,
) -> Result<Json<ReportPage>, Problem> {
    Ok(Json(session.report(&library, list.parse()?, cursor.as_deref(), limit.0).await?))
}

//! Searches that people keep, and their feeds.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::{Digest, SavedSearchId};
use lcms_core::service::{Lcms, NewSavedSearch, SavedSearch};
use lcms_publish::atom;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Items, address};
use crate::conditions::{has_already, header_value};
use crate::extract::{Caller, JsonBody, UrlPath, UrlQuery};
use crate::openapi::{AddRefusals, Bytes, CommentRefusals, EventRefusals, ReadRefusals};
use crate::problem::{Problem, ProblemKind};

/// What is told of each search.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SavedSearchParameters {
    /// Also how much is new in each.
    #[param(required = false)]
    news: bool,
}

/// List saved searches
///
/// Your own and those that others share, by name.
#[utoipa::path(
    get, path = "/saved-searches", tag = "search",
    params(SavedSearchParameters),
    responses((status = 200, description = "The searches", body = Items<SavedSearch>), EventRefusals)
)]
pub(crate) async fn list_saved_searches(
    Caller(session): Caller,
    UrlQuery(SavedSearchParameters { news }): UrlQuery<SavedSearchParameters>,
) -> Result<Json<Items<SavedSearch>>, Problem> {
    Ok(Json(Items { items: session.saved_searches(news).await? }))
}

/// See what a saved search finds
///
/// Notes that you have seen what it finds now: from then on only later revisions are new to you.
#[utoipa::path(
    post, path = "/saved-searches/{search}/seen", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search")),
    responses((status = 200, description = "The search", body = SavedSearch), ReadRefusals)
)]
pub(crate) async fn see_saved_search(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<Json<SavedSearch>, Problem> {
    Ok(Json(session.see_saved_search(id).await?))
}

/// Save a search
#[utoipa::path(
    post, path = "/saved-searches", tag = "search",
    request_body(content = NewSavedSearch, example = json!({"name": "Drafts on fire", "search": {"q": "fire", "state": ["draft"]}, "shared": false})),
    responses(
        (status = 201, description = "Kept", body = SavedSearch, headers(("Location" = String, description = "Its address"))),
        AddRefusals
    )
)]
pub(crate) async fn save_search(
    Caller(session): Caller,
    JsonBody(new): JsonBody<NewSavedSearch>,
) -> Result<impl IntoResponse, Problem> {
    let kept = session.save_search(new).await?;
    let location = [(header::LOCATION, address("saved-searches", kept.id))];
    Ok((StatusCode::CREATED, location, Json(kept)))
}

/// Read a saved search
#[utoipa::path(
    get, path = "/saved-searches/{search}", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search")),
    responses((status = 200, description = "The search", body = SavedSearch), ReadRefusals)
)]
pub(crate) async fn read_saved_search(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<Json<SavedSearch>, Problem> {
    Ok(Json(session.saved_search(id).await?))
}

/// Change a saved search
///
/// Only your own.
#[utoipa::path(
    put, path = "/saved-searches/{search}", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search")),
    request_body(content = NewSavedSearch, example = json!({"name": "Drafts", "search": {"state": ["draft"]}, "shared": true})),
    responses((status = 200, description = "As it is now", body = SavedSearch), CommentRefusals)
)]
pub(crate) async fn change_saved_search(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
    JsonBody(new): JsonBody<NewSavedSearch>,
) -> Result<Json<SavedSearch>, Problem> {
    Ok(Json(session.change_saved_search(id, new).await?))
}

/// Throw a saved search away
///
/// Only your own. Its feed ends.
#[utoipa::path(
    delete, path = "/saved-searches/{search}", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search")),
    responses((status = 204, description = "It is gone"), ReadRefusals)
)]
pub(crate) async fn delete_saved_search(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<StatusCode, Problem> {
    session.delete_saved_search(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The address of a feed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedAddress {
    /// The path of the feed on this server with its secret. It is not kept and shown only now.
    path: String,
}

/// Open the feed of a saved search
///
/// Makes a secret that opens this feed and nothing else, in place of the one before.
#[utoipa::path(
    post, path = "/saved-searches/{search}/feed", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search")),
    responses((status = 201, description = "The feed's address", body = FeedAddress), ReadRefusals)
)]
pub(crate) async fn open_feed(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<impl IntoResponse, Problem> {
    let secret = session.open_feed(id).await?;
    let path = format!("{}/feed.atom?secret={secret}", address("saved-searches", id));
    Ok((StatusCode::CREATED, Json(FeedAddress { path })))
}

/// Close the feed of a saved search
#[utoipa::path(
    delete, path = "/saved-searches/{search}/feed", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search")),
    responses((status = 200, description = "The search", body = SavedSearch), ReadRefusals)
)]
pub(crate) async fn close_feed(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<Json<SavedSearch>, Problem> {
    Ok(Json(session.close_feed(id).await?))
}

/// What opens a feed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedParameters {
    /// The secret that opening the feed gave.
    #[param(required = false)]
    secret: Option<String>,
}

/// Read the feed of a saved search
///
/// Atom (RFC 4287): what the search finds of what its owner may read now, newest change first; at
/// most 50 entries. A reader has no token, so the secret stands in the address.
#[utoipa::path(
    get, path = "/saved-searches/{search}/feed.atom", tag = "search", security(()),
    params(
        ("search" = SavedSearchId, Path, description = "The search"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have"),
        FeedParameters
    ),
    responses(
        (status = 200, description = "The feed", body = Bytes, content_type = "application/atom+xml", headers(("ETag" = String, description = "Names the feed as it stands"))),
        (status = 304, description = "It is what you have"),
        ReadRefusals
    )
)]
pub(crate) async fn read_feed(
    State(lcms): State<Lcms>,
    UrlPath(id): UrlPath<String>,
    UrlQuery(FeedParameters { secret }): UrlQuery<FeedParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let refused = || Problem::new(ProblemKind::Unauthenticated, "the feed's secret is not valid");
    // Without a secret nobody learns which searches there are.
    let secret = secret.ok_or_else(refused)?;
    let id = id.parse().map_err(|_| refused())?;
    let feed = lcms.feed(id, &secret).await?;
    let body = atom::write(&feed);
    let tag = format!("\"{}\"", Digest::of_bytes(body.as_bytes()).hex());
    let etag = [(header::ETAG, header_value(&tag)?)];
    if has_already(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/atom+xml"))];
    Ok((etag, kind, body).into_response())
}

//! Components: what is made, read and listed here, what is done to one in `changes`, what its
//! versions are to each other in `versions`.
//!
//! An address names a component as people do: by id, or by `library/key` with the slash written
//! `%2F`; where a revision is read, `@3`, `@approved` or `@branch:name` may follow.

mod care;
mod changes;
mod comments;
mod copies;
mod coverage;
mod placements;
mod presence;
mod proofs;
mod translations;
mod uses;
mod versions;

pub(crate) use care::*;
pub(crate) use changes::*;
pub(crate) use comments::*;
pub(crate) use copies::*;
pub(crate) use coverage::*;
pub(crate) use placements::*;
pub(crate) use presence::*;
pub(crate) use proofs::*;
pub(crate) use translations::*;
pub(crate) use uses::*;
pub(crate) use versions::*;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::{Key, Kind, Target};
use lcms_core::service::{
    ComponentList, ComponentView, History, ListComponents, NewComponent, Saved,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::address;
use crate::conditions::{has_already, header_value, revision_tag, shown_tag};
use crate::extract::{
    Caller, JsonBody, Limit, MomentParameters, ReferencePath, TargetPath, UrlPath, UrlQuery, Viewer,
};
use crate::openapi::{CreateRefusals, ListRefusals, ReadRefusals};
use crate::problem::{Problem, ProblemKind};

/// Which components are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Only those of this library.
    #[param(example = "support", required = false)]
    library: Option<Key>,
    /// Only those of this kind.
    #[param(required = false)]
    kind: Option<Kind>,
    /// The deleted ones instead.
    #[param(required = false)]
    deleted: bool,
    /// Also what is local to a structure.
    #[param(required = false)]
    local: bool,
    /// Only what is local to this structure: an id or `library/key`.
    #[param(required = false, value_type = Option<String>)]
    owner: Option<Target>,
    /// `next` of the page before.
    #[param(required = false)]
    cursor: Option<String>,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 200, default = 50, required = false)]
    limit: Limit<50, 200>,
}

/// List components
///
/// By library and key.
#[utoipa::path(
    get, path = "/components", tag = "components",
    params(ListParameters, MomentParameters),
    responses((status = 200, description = "A page", body = ComponentList), ListRefusals)
)]
pub(crate) async fn list_components(
    Viewer(session): Viewer,
    UrlQuery(wanted): UrlQuery<ListParameters>,
) -> Result<Json<ComponentList>, Problem> {
    let ListParameters { library, kind, deleted, local, owner, cursor, limit: Limit(limit) } =
        wanted;
    let list = ListComponents { library, kind, deleted, local, owner, cursor, limit };
    Ok(Json(session.components(&list).await?))
}

/// Create a component
///
/// With its first revision. Send an `Idempotency-Key` to be able to send the request again when
/// no answer came: it then answers what the first one did.
#[utoipa::path(
    post, path = "/components", tag = "components",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Any text of yours, unique to this request, at most 200 characters"),
        MomentParameters
    ),
    request_body(
        content = NewComponent,
        example = json!({
            "library": "support",
            "key": "install-module",
            "kind": "topic",
            "content": {"title": "Install the module", "body": "Open *Settings* and choose **Add**."},
            "metadata": {"tags": ["setup"]},
            "message": "first draft"
        })
    ),
    responses(
        (
            status = 201, description = "Created", body = Saved,
            headers(("Location" = String, description = "Its address"), ("ETag" = String, description = "Its revision"))
        ),
        CreateRefusals
    )
)]
pub(crate) async fn create_component(
    Viewer(session): Viewer,
    headers: HeaderMap,
    JsonBody(new): JsonBody<NewComponent>,
) -> Result<impl IntoResponse, Problem> {
    let key = idempotency_key(&headers)?;
    let saved = session.create(new, key).await?;
    let location = [(header::LOCATION, address("components", saved.component.id))];
    Ok((StatusCode::CREATED, location, saved_response(saved)?))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    value
        .to_str()
        .ok()
        .map(|key| key.trim().trim_matches('"'))
        .filter(|key| (1..=200).contains(&key.len()))
        .map(|key| Some(key.to_owned()))
        .ok_or_else(|| {
            let detail = "`Idempotency-Key` must be 1 to 200 printable ASCII characters";
            Problem::new(ProblemKind::BadParameter, detail)
        })
}

/// How a component is shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowParameters {
    /// How references in the content are written.
    #[param(inline, required = false)]
    references: References,
}

/// How references are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum References {
    /// As ids: what is stored.
    #[default]
    Ids,
    /// As `library/key`: what people read and write.
    Keys,
}

/// Read a component
///
/// At its head, or at the revision that the reference names after `@`.
#[utoipa::path(
    get, path = "/components/{reference}", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`, optionally followed by `@3`, `@approved` or `@branch:name`", example = "support/install-module@approved"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have"),
        ShowParameters,
        MomentParameters
    ),
    responses(
        (status = 200, description = "The component", body = ComponentView, headers(("ETag" = String, description = "Its revision, with a digest of what is shown"))),
        (status = 304, description = "It is what you have"),
        ReadRefusals
    )
)]
pub(crate) async fn read_component(
    Viewer(session): Viewer,
    ReferencePath(reference): ReferencePath,
    UrlQuery(ShowParameters { references }): UrlQuery<ShowParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut view = session.component(&reference).await?;
    if references == References::Keys {
        view.content = session.with_keys(&view.content, view.component.library).await?;
    }
    view_response(&view, &headers)
}

/// Read a component by its keys
///
/// The same as `/components/{reference}` with `library/key`, for addresses that people read.
#[utoipa::path(
    get, path = "/libraries/{library}/components/{key}", tag = "components",
    params(
        ("library" = Key, Path, description = "The library's key", example = "support"),
        ("key" = String, Path, description = "The component's key, optionally followed by `@3`, `@approved` or `@branch:name`", example = "install-module@3"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have"),
        ShowParameters,
        MomentParameters
    ),
    responses(
        (status = 200, description = "The component", body = ComponentView, headers(("ETag" = String, description = "Its revision, with a digest of what is shown"))),
        (status = 304, description = "It is what you have"),
        ReadRefusals
    )
)]
pub(crate) async fn read_component_by_key(
    viewer: Viewer,
    UrlPath((library, key)): UrlPath<(String, String)>,
    show: UrlQuery<ShowParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reference = ReferencePath::read(&format!("{library}/{key}"))?;
    read_component(viewer, reference, show, headers).await
}

/// Which part of a history is given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParameters {
    /// Only what is older than this number: `next` of the page before.
    #[param(required = false)]
    pub before: Option<u32>,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 200, default = 50, required = false)]
    pub limit: Limit<50, 200>,
}

/// Read a component's history
///
/// Newest revision first.
#[utoipa::path(
    get, path = "/components/{reference}/history", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        HistoryParameters
    ),
    responses((status = 200, description = "A page", body = History), ReadRefusals)
)]
pub(crate) async fn read_history(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
    UrlQuery(page): UrlQuery<HistoryParameters>,
) -> Result<Json<History>, Problem> {
    Ok(Json(session.history(&target, page.before, page.limit.0).await?))
}

/// A component with its tag, or that it is what the caller has.
fn view_response(view: &ComponentView, headers: &HeaderMap) -> Result<Response, Problem> {
    let body = serde_json::to_vec(view).map_err(|error| {
        Problem::from(lcms_core::Error::internal("a component cannot be written as JSON", error))
    })?;
    let tag = shown_tag(view.revision.id, &body);
    let etag = [(header::ETAG, header_value(&tag)?)];
    if has_already(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((etag, json, body).into_response())
}

/// What a save led to, with the tag of the revision that is now the head.
fn saved_response(saved: Saved) -> Result<impl IntoResponse, Problem> {
    let etag = [(header::ETAG, header_value(&revision_tag(saved.revision.id))?)];
    Ok((etag, Json(saved)))
}

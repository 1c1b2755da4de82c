//! Libraries.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::{Key, Library, SynonymList};
use lcms_core::service::{ChangeSynonyms, NewLibrary};

use super::{Items, address};
use crate::conditions::{SeenState, tagged};
use crate::extract::{Caller, JsonBody, UrlPath};
use crate::openapi::{AddRefusals, CallerRefusals, GuardedRefusals, ReadRefusals};
use crate::problem::Problem;

/// List the libraries you may read
#[utoipa::path(
    get, path = "/libraries", tag = "libraries",
    responses((status = 200, description = "The libraries, by key", body = Items<Library>), CallerRefusals)
)]
pub(crate) async fn list_libraries(
    Caller(session): Caller,
) -> Result<Json<Items<Library>>, Problem> {
    let items = session.libraries().await?;
    Ok(Json(Items { items }))
}

/// Create a library
///
/// Needs the role `admin` in every library.
#[utoipa::path(
    post, path = "/libraries", tag = "libraries",
    request_body(
        content = NewLibrary,
        example = json!({"key": "support", "title": "Support", "language": "en"})
    ),
    responses(
        (status = 201, description = "Created", body = Library, headers(("Location" = String, description = "Its address"))),
        AddRefusals
    )
)]
pub(crate) async fn create_library(
    Caller(session): Caller,
    JsonBody(new): JsonBody<NewLibrary>,
) -> Result<impl IntoResponse, Problem> {
    let library = session.create_library(new).await?;
    let location = [(header::LOCATION, address("libraries", &library.key))];
    Ok((StatusCode::CREATED, location, Json(library)))
}

/// Read a library
#[utoipa::path(
    get, path = "/libraries/{library}", tag = "libraries",
    params(("library" = Key, Path, description = "The library's key", example = "support")),
    responses((status = 200, description = "The library", body = Library), ReadRefusals)
)]
pub(crate) async fn read_library(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
) -> Result<Json<Library>, Problem> {
    Ok(Json(session.library(&key).await?))
}

/// Read a library's synonyms
#[utoipa::path(
    get, path = "/libraries/{library}/synonyms", tag = "libraries",
    params(("library" = Key, Path, description = "The library's key", example = "support")),
    responses((status = 200, description = "The list as it was written", body = SynonymList, headers(("ETag" = String, description = "Names it as it stands"))), ReadRefusals)
)]
pub(crate) async fn read_synonyms(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
) -> Result<Response, Problem> {
    let list = session.synonyms(&key).await?;
    tagged(list.state(), &list)
}

/// Replace a library's synonyms
///
/// One entry a line: `holiday, leave` (each finds the other) or `vacation => leave` (who asks for
/// the first also finds the second). What follows `#` is a remark. Searches in the library use
/// them at once. Needs the right to write.
#[utoipa::path(
    put, path = "/libraries/{library}/synonyms", tag = "libraries",
    params(
        ("library" = Key, Path, description = "The library's key", example = "support"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the list; refused when it is another by now")
    ),
    request_body(content = ChangeSynonyms, example = json!({"text": "holiday, leave\nvacation => leave"})),
    responses((status = 200, description = "Replaced", body = SynonymList, headers(("ETag" = String, description = "Names it as it stands"))), GuardedRefusals)
)]
pub(crate) async fn write_synonyms(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
    SeenState(seen): SeenState,
    JsonBody(change): JsonBody<ChangeSynonyms>,
) -> Result<Response, Problem> {
    let list = session.set_synonyms(&key, ChangeSynonyms { seen, ..change }).await?;
    tagged(list.state(), &list)
}

//! Libraries.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::model::{Key, Library};
use lcms_core::service::NewLibrary;

use super::{Items, address};
use crate::extract::{Caller, JsonBody, UrlPath};
use crate::openapi::{AddRefusals, CallerRefusals, ReadRefusals};
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

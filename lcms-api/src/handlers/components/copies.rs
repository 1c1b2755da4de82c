//! Copies, and what was written inside a structure on its way into the library.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::model::{Component, Key};
use lcms_core::service::{Copied, NewCopy};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::conditions::{Base, header_value, revision_tag};
use crate::extract::{JsonBody, MomentParameters, ReferencePath, TargetPath, Viewer};
use crate::handlers::{Items, address};
use crate::openapi::{CreateRefusals, SendChangeRefusals};
use crate::problem::Problem;

/// Copy a component
///
/// At the revision named, alone or with everything below it, into its own library or another. The
/// copy has a history of its own and remembers what it was made from.
#[utoipa::path(
    post, path = "/components/{reference}/copies", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`, optionally followed by `@3`, `@approved` or `@branch:name`"),
        MomentParameters
    ),
    request_body(content = NewCopy, example = json!({"library": "partners", "subtree": true})),
    responses(
        (
            status = 201, description = "Copied", body = Copied,
            headers(("Location" = String, description = "The copy's address"), ("ETag" = String, description = "The copy's revision"))
        ),
        CreateRefusals
    )
)]
pub(crate) async fn copy_component(
    Viewer(session): Viewer,
    ReferencePath(reference): ReferencePath,
    JsonBody(new): JsonBody<NewCopy>,
) -> Result<impl IntoResponse, Problem> {
    let copied = session.copy(&reference, new).await?;
    let headers = [
        (header::LOCATION, header_value(&address("components", copied.saved.component.id))?),
        (header::ETAG, header_value(&revision_tag(copied.saved.revision.id))?),
    ];
    Ok((StatusCode::CREATED, headers, Json(copied)))
}

/// What a promoted component is called.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PromoteRequest {
    /// Its key in the library; the one it has when left out.
    key: Option<Key>,
}

/// Promote a component to its library
///
/// What was written inside a structure becomes part of the library, with everything below it that
/// is local to the same structure. No revision, id or slot changes, so neither course nor LMS
/// sees a difference. Answers what was promoted.
#[utoipa::path(
    post, path = "/components/{reference}/promotion", tag = "reuse",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of what was looked at"),
        MomentParameters
    ),
    request_body(content = PromoteRequest, example = json!({"key": "before-you-begin"})),
    responses(
        (status = 200, description = "Promoted", body = Items<Component>),
        SendChangeRefusals
    )
)]
pub(crate) async fn promote_component(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    JsonBody(PromoteRequest { key }): JsonBody<PromoteRequest>,
) -> Result<Json<Items<Component>>, Problem> {
    let items = session.promote(&target, base, key).await?;
    Ok(Json(Items { items }))
}

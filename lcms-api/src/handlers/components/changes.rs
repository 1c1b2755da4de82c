//! What is done to a component. Every change names the revision it is based on in `If-Match`,
//! so that nobody changes what they have not seen.

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::{Component, Key, RevisionId, Transition};
use lcms_core::service::{ComponentView, SaveComponent, Saved};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{saved_response, view_response};
use crate::conditions::{Base, header_value, revision_tag};
use crate::extract::{JsonBody, MomentParameters, TargetPath, Viewer};
use crate::openapi::{ChangeRefusals, SendChangeRefusals};
use crate::problem::Problem;

/// Save a component
///
/// Content, metadata or both; what is left out stays. Saving what is there already makes no
/// revision.
#[utoipa::path(
    put, path = "/components/{reference}", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of what the change is based on"),
        MomentParameters
    ),
    request_body(
        content = SaveComponent,
        example = json!({
            "content": {"title": "Install the module", "body": "Open *Settings*, then **Add**."},
            "message": "shorter"
        })
    ),
    responses(
        (status = 200, description = "Saved", body = Saved, headers(("ETag" = String, description = "The new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn save_component(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    JsonBody(new): JsonBody<SaveComponent>,
) -> Result<impl IntoResponse, Problem> {
    saved_response(session.save(&target, base, new).await?)
}

/// A step between states.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransitionRequest {
    /// The step.
    step: Transition,
}

/// Take a component to another state
///
/// `submit` and `withdraw` need the right to write, `approve` (and withdrawing an approval) the
/// right to review, `retire` and `reinstate` the right to publish.
#[utoipa::path(
    post, path = "/components/{reference}/transitions", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of what was looked at"),
        MomentParameters
    ),
    request_body(content = TransitionRequest, example = json!({"step": "approve"})),
    responses(
        (status = 200, description = "Where it stands now", body = ComponentView, headers(("ETag" = String, description = "Its revision, with a digest of what is shown"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn change_state(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    JsonBody(TransitionRequest { step }): JsonBody<TransitionRequest>,
) -> Result<Response, Problem> {
    let view = session.having_seen(base).transition(&target, step).await?;
    view_response(&view, &HeaderMap::new())
}

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenameRequest {
    /// The key it should have, unique in its library.
    key: Key,
}

/// Rename a component
///
/// References hold ids, so none breaks.
#[utoipa::path(
    put, path = "/components/{reference}/key", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of what was looked at"),
        MomentParameters
    ),
    request_body(content = RenameRequest, example = json!({"key": "install-the-module"})),
    responses(
        (status = 200, description = "Renamed", body = Component, headers(("ETag" = String, description = "Its revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn rename_component(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    JsonBody(RenameRequest { key }): JsonBody<RenameRequest>,
) -> Result<impl IntoResponse, Problem> {
    component_response(session.having_seen(base).rename(&target, key).await?, base)
}

/// Delete a component
///
/// Only one that nothing uses. It can be restored.
#[utoipa::path(
    delete, path = "/components/{reference}", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of what was looked at"),
        MomentParameters
    ),
    responses(
        (status = 200, description = "Deleted", body = Component, headers(("ETag" = String, description = "Its revision"))),
        ChangeRefusals
    )
)]
pub(crate) async fn delete_component(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
) -> Result<impl IntoResponse, Problem> {
    component_response(session.having_seen(base).delete(&target).await?, base)
}

/// Restore a deleted component
#[utoipa::path(
    post, path = "/components/{reference}/restore", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of what was looked at"),
        MomentParameters
    ),
    responses(
        (status = 200, description = "Restored", body = Component, headers(("ETag" = String, description = "Its revision"))),
        ChangeRefusals
    )
)]
pub(crate) async fn restore_component(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
) -> Result<impl IntoResponse, Problem> {
    component_response(session.having_seen(base).restore(&target).await?, base)
}

fn component_response(
    component: Component,
    revision: RevisionId,
) -> Result<impl IntoResponse, Problem> {
    Ok(([(header::ETAG, header_value(&revision_tag(revision))?)], Json(component)))
}

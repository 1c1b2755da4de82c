//! Targets: the LMSs that receive packages.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::{Key, LmsTarget, Target};
use lcms_core::service::{ChangeTarget, DeploymentView, NewTarget};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Items, address};
use crate::conditions::{SeenState, tagged};
use crate::extract::{Caller, JsonBody, UrlPath};
use crate::openapi::{AdminRefusals, CreateRefusals, GuardedRefusals, ReadRefusals};
use crate::problem::Problem;

/// List targets
#[utoipa::path(
    get, path = "/targets", tag = "deployments",
    responses((status = 200, description = "Every target, by key", body = Items<LmsTarget>), AdminRefusals)
)]
pub(crate) async fn list_targets(
    Caller(session): Caller,
) -> Result<Json<Items<LmsTarget>>, Problem> {
    Ok(Json(Items { items: session.targets().await? }))
}

/// Add a target
///
/// Needs the right to deploy in every library.
#[utoipa::path(
    post, path = "/targets", tag = "deployments",
    request_body(content = NewTarget, example = json!({"key": "campus", "title": "Campus Moodle", "platform": "moodle", "url": "https://moodle.example"})),
    responses(
        (status = 201, description = "Added", body = LmsTarget, headers(("Location" = String, description = "Its address"))),
        CreateRefusals
    )
)]
pub(crate) async fn create_target(
    Caller(session): Caller,
    JsonBody(new): JsonBody<NewTarget>,
) -> Result<impl IntoResponse, Problem> {
    let target = session.create_target(new).await?;
    let location = [(header::LOCATION, address("targets", &target.key))];
    Ok((StatusCode::CREATED, location, Json(target)))
}

/// Read a target
#[utoipa::path(
    get, path = "/targets/{target}", tag = "deployments",
    params(("target" = Key, Path, description = "The target's key")),
    responses((status = 200, description = "The target", body = LmsTarget, headers(("ETag" = String, description = "Names it as it stands"))), ReadRefusals)
)]
pub(crate) async fn read_target(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
) -> Result<Response, Problem> {
    let target = session.target(&key).await?;
    tagged(target.state(), &target)
}

/// Change a target
///
/// What is left out stays. A retired target receives no more packages. Needs the right to deploy
/// in every library.
#[utoipa::path(
    patch, path = "/targets/{target}", tag = "deployments",
    params(
        ("target" = Key, Path, description = "The target's key"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the target; refused when it is another by now")
    ),
    request_body(content = ChangeTarget, example = json!({"retired": true})),
    responses((status = 200, description = "Changed", body = LmsTarget, headers(("ETag" = String, description = "Names it as it stands"))), GuardedRefusals)
)]
pub(crate) async fn change_target(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
    SeenState(seen): SeenState,
    JsonBody(change): JsonBody<ChangeTarget>,
) -> Result<Response, Problem> {
    let target = session.change_target(&key, ChangeTarget { seen, ..change }).await?;
    tagged(target.state(), &target)
}

/// What to roll back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RollbackRequest {
    /// The course: an id or `library/key`.
    component: Target,
    /// Why, in your words.
    #[serde(default)]
    note: String,
}

/// Roll a target back
///
/// Starts again what ran there of the component before. Doing it twice goes further back. Needs
/// the right to deploy.
#[utoipa::path(
    post, path = "/targets/{target}/rollbacks", tag = "deployments",
    params(("target" = Key, Path, description = "The target's key")),
    request_body(content = RollbackRequest, example = json!({"component": "support/course", "note": "two pages are blank"})),
    responses((status = 201, description = "What runs now", body = DeploymentView), GuardedRefusals)
)]
pub(crate) async fn roll_back(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
    JsonBody(RollbackRequest { component, note }): JsonBody<RollbackRequest>,
) -> Result<impl IntoResponse, Problem> {
    let view = session.roll_back(&component, &key, note).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

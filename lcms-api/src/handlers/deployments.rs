//! The deployment register.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::model::{DeploymentId, EventNumber, Instant, Key, Target};
use lcms_core::service::{DeploymentView, ListDeployments, NewDeployment, Register};
use serde::Deserialize;
use utoipa::IntoParams;

use super::address;
use super::channels::NoteRequest;
use crate::extract::{Caller, JsonBody, Limit, UrlPath, UrlQuery};
use crate::openapi::{CreateRefusals, GuardedRefusals, ListRefusals, ReadRefusals};
use crate::problem::Problem;

/// Which deployments.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeploymentParameters {
    /// Only in the target with this key.
    #[param(required = false)]
    target: Option<Key>,
    /// Only of this course (or other component that was released): an id or `library/key`.
    #[param(value_type = Option<String>, required = false)]
    course: Option<Target>,
    /// Only those whose release holds this component, with the versions held.
    #[param(value_type = Option<String>, required = false)]
    component: Option<Target>,
    /// Those that were live at this time instead of those that are: RFC 3339, or a date.
    #[param(value_type = Option<String>, required = false, example = "2026-03-01T12:00:00Z")]
    at: Option<Instant>,
    /// Those that have ended, too.
    #[param(required = false)]
    ended: bool,
    /// Only stale ones, with the reason: there is a newer release of the component, or it would be
    /// frozen otherwise by now.
    #[param(required = false)]
    stale: bool,
    /// Only those whose release holds something that was retired or deleted since.
    #[param(required = false)]
    withdrawn: bool,
    /// Only those started before this event: `next` of the page before.
    #[param(value_type = Option<i64>, required = false)]
    before: Option<EventNumber>,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 200, default = 50, required = false)]
    limit: Limit<50, 200>,
}

/// List deployments
///
/// What is live, the newest first; with `at`, what was live then.
#[utoipa::path(
    get, path = "/deployments", tag = "deployments",
    params(DeploymentParameters),
    responses((status = 200, description = "A page of the register", body = Register), ListRefusals)
)]
pub(crate) async fn list_deployments(
    Caller(session): Caller,
    UrlQuery(asked): UrlQuery<DeploymentParameters>,
) -> Result<Json<Register>, Problem> {
    let list = ListDeployments {
        target: asked.target,
        course: asked.course,
        holding: asked.component,
        at: asked.at.map(|at| at.0),
        ended: asked.ended,
        stale: asked.stale,
        withdrawn: asked.withdrawn,
        before: asked.before,
        limit: asked.limit.0,
    };
    Ok(Json(session.deployments(&list).await?))
}

/// Start a deployment
///
/// Records that a release is live in a target from now on. What ran there of the same component
/// ends at the same instant. Needs the right to deploy.
#[utoipa::path(
    post, path = "/deployments", tag = "deployments",
    request_body(content = NewDeployment, example = json!({"release": "support/course@release:2026.1", "target": "campus"})),
    responses(
        (status = 201, description = "Live", body = DeploymentView, headers(("Location" = String, description = "Its address"))),
        GuardedRefusals
    )
)]
pub(crate) async fn start_deployment(
    Caller(session): Caller,
    JsonBody(new): JsonBody<NewDeployment>,
) -> Result<impl IntoResponse, Problem> {
    let view = session.deploy(new).await?;
    let location = [(header::LOCATION, address("deployments", view.id))];
    Ok((StatusCode::CREATED, location, Json(view)))
}

/// Read a deployment
#[utoipa::path(
    get, path = "/deployments/{deployment}", tag = "deployments",
    params(("deployment" = DeploymentId, Path, description = "The deployment's id")),
    responses((status = 200, description = "The deployment", body = DeploymentView), ReadRefusals)
)]
pub(crate) async fn read_deployment(
    Caller(session): Caller,
    UrlPath(id): UrlPath<DeploymentId>,
) -> Result<Json<DeploymentView>, Problem> {
    Ok(Json(session.deployment(id).await?))
}

/// End a deployment
///
/// Nothing takes its place. Needs the right to deploy.
#[utoipa::path(
    post, path = "/deployments/{deployment}/end", tag = "deployments",
    params(("deployment" = DeploymentId, Path, description = "The deployment's id")),
    request_body(content = NoteRequest, example = json!({"note": "the course is over"})),
    responses((status = 200, description = "Ended", body = DeploymentView), CreateRefusals)
)]
pub(crate) async fn end_deployment(
    Caller(session): Caller,
    UrlPath(id): UrlPath<DeploymentId>,
    JsonBody(NoteRequest { note }): JsonBody<NoteRequest>,
) -> Result<Json<DeploymentView>, Problem> {
    Ok(Json(session.end_deployment(id, note).await?))
}

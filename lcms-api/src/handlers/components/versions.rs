//! Versions of a component: what is different between them, going back, and taking in what
//! changed in the source of a copy.

use axum::Json;
use lcms_core::model::{Moment, Reference, Version};
use lcms_core::service::{
    ComponentDiff, CopyStatus, MergeReport, PullSource, Revert, RevertReport, StructureDiff,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::Items;
use super::super::branches::merged;
use crate::conditions::Base;
use crate::extract::{
    Caller, JsonBody, MomentParameters, ReferencePath, TargetPath, UrlQuery, Viewer,
};
use crate::openapi::{ListRefusals, MergeRefusals, ReadRefusals, SendChangeRefusals};
use crate::problem::Problem;

/// Which versions are compared.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffParameters {
    /// The version before: `@3`, `@approved`, an event's number, a time, or a branch. The one
    /// that the version after was based on when left out.
    #[param(value_type = Option<String>, example = "@3", required = false)]
    from: Option<Version>,
    /// The version after, in the same forms; the head when left out.
    #[param(value_type = Option<String>, example = "spring", required = false)]
    to: Option<Version>,
}

/// Compare two versions of a component
///
/// Texts word by word, questions and other documents field by field, placements one by one,
/// metadata apart.
#[utoipa::path(
    get, path = "/components/{reference}/diff", tag = "components",
    params(("reference" = String, Path, description = "An id or `library/key`"), DiffParameters),
    responses((status = 200, description = "What is different", body = ComponentDiff), ListRefusals)
)]
pub(crate) async fn diff_versions(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
    UrlQuery(DiffParameters { from, to }): UrlQuery<DiffParameters>,
) -> Result<Json<ComponentDiff>, Problem> {
    let to = to.unwrap_or_default();
    Ok(Json(session.diff_versions(&target, from.as_ref(), &to).await?))
}

/// Which moments of a structure are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StructureDiffParameters {
    /// The moment before: an event's number, a time, a branch, or `branch@` and one of these.
    #[param(value_type = String, example = "120")]
    from: Moment,
    /// The moment after, in the same forms; now when left out.
    #[serde(default)]
    #[param(value_type = Option<String>, example = "spring", required = false)]
    to: Option<Moment>,
    /// Compare the documents that changed, too.
    #[serde(default)]
    #[param(required = false)]
    open: bool,
}

/// Compare a structure with everything below it at two moments
///
/// What came, went, moved and changed, each with the way to it. What may not be read is there
/// without name and text.
#[utoipa::path(
    get, path = "/components/{reference}/structure-diff", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        StructureDiffParameters
    ),
    responses((status = 200, description = "What is different", body = StructureDiff), ListRefusals)
)]
pub(crate) async fn diff_structures(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
    UrlQuery(wanted): UrlQuery<StructureDiffParameters>,
) -> Result<Json<StructureDiff>, Problem> {
    let StructureDiffParameters { from, to, open } = wanted;
    let to = to.unwrap_or_default();
    Ok(Json(session.diff_structures(&target, &from, &to, open).await?))
}

/// Which revisions are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RevisionsParameters {
    /// The revision before, as a reference.
    #[param(example = "support/install-module@3")]
    from: String,
    /// The revision after, as a reference.
    #[param(example = "support/install-module-copy")]
    to: String,
}

/// Compare two revisions
///
/// Of one component or of two of the same kind, such as a copy and its source.
#[utoipa::path(
    get, path = "/diff", tag = "components",
    params(RevisionsParameters),
    responses((status = 200, description = "What is different", body = ComponentDiff), ListRefusals)
)]
pub(crate) async fn diff_revisions(
    Caller(session): Caller,
    UrlQuery(RevisionsParameters { from, to }): UrlQuery<RevisionsParameters>,
) -> Result<Json<ComponentDiff>, Problem> {
    let read = |text: &str| -> Result<Reference, Problem> {
        ReferencePath::read(text).map(|ReferencePath(reference)| reference)
    };
    Ok(Json(session.diff(&read(&from)?, &read(&to)?).await?))
}

/// Take a component back to an earlier version
///
/// A new revision with the old documents. With `deep`, everything below it goes back to the same
/// moment in one step: only what differs gets a revision, and deletions since are undone.
#[utoipa::path(
    post, path = "/components/{reference}/revert", tag = "components",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("If-Match" = String, Header, description = "The `ETag` of what was looked at"),
        MomentParameters
    ),
    request_body(content = Revert, example = json!({"to": "2026-03-01T09:00:00Z", "deep": true, "dry_run": true})),
    responses((status = 200, description = "What was done", body = RevertReport), SendChangeRefusals)
)]
pub(crate) async fn revert_component(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    Base(base): Base,
    JsonBody(request): JsonBody<Revert>,
) -> Result<Json<RevertReport>, Problem> {
    Ok(Json(session.having_seen(base).revert(&target, request).await?))
}

/// Take what changed in its source into a copy
///
/// By the same merge as a branch's; ours is the copy.
#[utoipa::path(
    post, path = "/components/{reference}/pull", tag = "components",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters),
    request_body(content = PullSource, example = json!({"dry_run": true})),
    responses((status = 200, description = "What was done", body = MergeReport), MergeRefusals)
)]
pub(crate) async fn pull_source(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    JsonBody(request): JsonBody<PullSource>,
) -> Result<Json<MergeReport>, Problem> {
    let dry_run = request.dry_run;
    merged(session.pull(&target, request).await?, dry_run)
}

/// List a component's copies
///
/// Those you may read, and whether each has taken in what changed since.
#[utoipa::path(
    get, path = "/components/{reference}/copies", tag = "components",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters),
    responses((status = 200, description = "The copies", body = Items<CopyStatus>), ReadRefusals)
)]
pub(crate) async fn list_copies(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<Json<Items<CopyStatus>>, Problem> {
    Ok(Json(Items { items: session.copies(&target).await? }))
}

//! Branches: made, listed, reviewed, merged.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::model::{ComponentId, Key, Transition, Violation};
use lcms_core::service::{
    BranchChanges, BranchView, MergeBranch, MergeReport, NewBranch, UpdateBranch,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{Items, address};
use crate::extract::{Caller, JsonBody, Limit, UrlPath, UrlQuery};
use crate::openapi::{
    BranchRefusals, CallerRefusals, CreateRefusals, MergeRefusals, ReadRefusals, StepRefusals,
};
use crate::problem::{Problem, ProblemKind};

/// List the branches
///
/// Oldest first; `main` is the first.
#[utoipa::path(
    get, path = "/branches", tag = "branches",
    responses((status = 200, description = "The branches", body = Items<BranchView>), CallerRefusals)
)]
pub(crate) async fn list_branches(
    Caller(session): Caller,
) -> Result<Json<Items<BranchView>>, Problem> {
    Ok(Json(Items { items: session.branches().await? }))
}

/// Make a branch
///
/// It begins at any moment of any branch; nothing is copied. Look at it, and write to it, with
/// the query parameter `branch` of the other addresses.
#[utoipa::path(
    post, path = "/branches", tag = "branches",
    request_body(content = NewBranch, example = json!({"name": "spring", "from": "main@120"})),
    responses(
        (status = 201, description = "Made", body = BranchView, headers(("Location" = String, description = "Its address"))),
        CreateRefusals
    )
)]
pub(crate) async fn create_branch(
    Caller(session): Caller,
    JsonBody(new): JsonBody<NewBranch>,
) -> Result<impl IntoResponse, Problem> {
    let view = session.create_branch(new).await?;
    let location = [(header::LOCATION, address("branches", &view.branch.name))];
    Ok((StatusCode::CREATED, location, Json(view)))
}

/// Read a branch
///
/// With its base, where its review stands, and how much it changes.
#[utoipa::path(
    get, path = "/branches/{branch}", tag = "branches",
    params(("branch" = Key, Path, description = "The branch's name", example = "spring")),
    responses((status = 200, description = "The branch", body = BranchView), ReadRefusals)
)]
pub(crate) async fn read_branch(
    Caller(session): Caller,
    UrlPath(name): UrlPath<Key>,
) -> Result<Json<BranchView>, Problem> {
    Ok(Json(session.branch_named(&name).await?))
}

/// Which part of a branch's changes is given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesParameters {
    /// Only components after this one: `next` of the page before.
    #[param(required = false)]
    after: Option<ComponentId>,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 200, default = 50, required = false)]
    limit: Limit<50, 200>,
}

/// List what a branch changes
///
/// Compared with what it stands on. `GET /components/{reference}/diff` opens one of them.
#[utoipa::path(
    get, path = "/branches/{branch}/changes", tag = "branches",
    params(
        ("branch" = Key, Path, description = "The branch's name", example = "spring"),
        ChangesParameters
    ),
    responses((status = 200, description = "A page", body = BranchChanges), ReadRefusals)
)]
pub(crate) async fn list_branch_changes(
    Caller(session): Caller,
    UrlPath(name): UrlPath<Key>,
    UrlQuery(page): UrlQuery<ChangesParameters>,
) -> Result<Json<BranchChanges>, Problem> {
    Ok(Json(session.branch_changes(&name, page.after, page.limit.0).await?))
}

/// A step in the review of a branch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BranchReviewRequest)]
pub(crate) struct ReviewRequest {
    /// `submit`, `approve` or `withdraw`.
    step: Transition,
}

/// Take a step in a branch's review
///
/// Everything that the branch changes is reviewed as one. Any edit after an approval makes it
/// stale. `approve` needs the right to review in the library of every component changed, the
/// other steps the right to write.
#[utoipa::path(
    post, path = "/branches/{branch}/review", tag = "branches",
    params(("branch" = Key, Path, description = "The branch's name", example = "spring")),
    request_body(content = ReviewRequest, example = json!({"step": "approve"})),
    responses((status = 200, description = "Where it stands now", body = BranchView), StepRefusals)
)]
pub(crate) async fn review_branch(
    Caller(session): Caller,
    UrlPath(name): UrlPath<Key>,
    JsonBody(ReviewRequest { step }): JsonBody<ReviewRequest>,
) -> Result<Json<BranchView>, Problem> {
    Ok(Json(session.review_branch(&name, step).await?))
}

/// Merge a branch into what it stands on
///
/// Everything or nothing. Needs an approval of the branch as it is, or `without_approval` by an
/// admin. What is left to decide is answered as `merge-conflict`; with `dry_run` it is part of
/// the report.
#[utoipa::path(
    post, path = "/branches/{branch}/merge", tag = "branches",
    params(("branch" = Key, Path, description = "The branch's name", example = "spring")),
    request_body(content = MergeBranch, example = json!({"message": "the spring edition"})),
    responses((status = 200, description = "What was done", body = MergeReport), MergeRefusals)
)]
pub(crate) async fn merge_branch(
    Caller(session): Caller,
    UrlPath(name): UrlPath<Key>,
    JsonBody(request): JsonBody<MergeBranch>,
) -> Result<Json<MergeReport>, Problem> {
    let dry_run = request.dry_run;
    merged(session.merge_branch(&name, request).await?, dry_run)
}

/// Put a branch on a newer base
///
/// What changed below shows through; what both changed is merged into the branch.
#[utoipa::path(
    post, path = "/branches/{branch}/update", tag = "branches",
    params(("branch" = Key, Path, description = "The branch's name", example = "spring")),
    request_body(content = UpdateBranch, example = json!({"dry_run": true})),
    responses((status = 200, description = "What was done", body = MergeReport), MergeRefusals)
)]
pub(crate) async fn update_branch(
    Caller(session): Caller,
    UrlPath(name): UrlPath<Key>,
    JsonBody(request): JsonBody<UpdateBranch>,
) -> Result<Json<MergeReport>, Problem> {
    let dry_run = request.dry_run;
    merged(session.update_branch(&name, request).await?, dry_run)
}

/// Close a branch
///
/// It takes no edits any more; nothing of it is lost.
#[utoipa::path(
    post, path = "/branches/{branch}/close", tag = "branches",
    params(("branch" = Key, Path, description = "The branch's name", example = "spring")),
    responses((status = 200, description = "Closed", body = BranchView), BranchRefusals)
)]
pub(crate) async fn close_branch(
    Caller(session): Caller,
    UrlPath(name): UrlPath<Key>,
) -> Result<Json<BranchView>, Problem> {
    Ok(Json(session.close_branch(&name).await?))
}

/// Open a closed branch again
#[utoipa::path(
    post, path = "/branches/{branch}/reopen", tag = "branches",
    params(("branch" = Key, Path, description = "The branch's name", example = "spring")),
    responses((status = 200, description = "Open", body = BranchView), BranchRefusals)
)]
pub(crate) async fn reopen_branch(
    Caller(session): Caller,
    UrlPath(name): UrlPath<Key>,
) -> Result<Json<BranchView>, Problem> {
    Ok(Json(session.reopen_branch(&name).await?))
}

/// The report, or what is left to decide as a problem.
pub(crate) fn merged(report: MergeReport, dry_run: bool) -> Result<Json<MergeReport>, Problem> {
    if report.done || dry_run {
        return Ok(Json(report));
    }
    let conflicts: Vec<_> = report.conflicts().cloned().collect();
    let unused: Vec<_> = report
        .unused
        .iter()
        .map(|it| {
            let what = format!("nothing is in conflict at `{}` of {}", it.pointer, it.component);
            Violation::new("/resolutions", "unused", what)
        })
        .collect();
    let count: usize = conflicts.iter().map(|item| item.conflicts.len()).sum();
    let detail = format!("{count} conflicts are left in {} components", conflicts.len());
    Err(Problem::new(ProblemKind::MergeConflict, detail)
        .hint("send it again with a resolution for each: base, ours, theirs or a value")
        .violations(unused)
        .conflicts(conflicts))
}

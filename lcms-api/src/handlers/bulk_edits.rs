//! Many components edited in one step, and undone in one.

use axum::Json;
use lcms_core::model::EditId;
use lcms_core::service::{BulkEdit, BulkReport, EditBrief, EditView, UndoEdit, UndoReport};

use super::Items;
use crate::extract::{Caller, JsonBody, MomentParameters, UrlPath, Viewer};
use crate::openapi::{CallerRefusals, CreateRefusals, ReadRefusals};
use crate::problem::Problem;

/// Edit many components
///
/// Those that are named, and those that a search finds. With `dry_run`, only says what would
/// change; send its `plan` to carry out exactly that. Everything happens in one transaction, and
/// nothing happens when a component is refused, unless `skip_refused` says otherwise.
#[utoipa::path(
    post, path = "/bulk-edits", tag = "metadata",
    params(MomentParameters),
    request_body(content = BulkEdit, example = json!({"search": {"q": "", "library": ["support"], "tag": ["draft"]}, "operations": [{"op": "remove", "field": "tags", "value": "draft"}, {"op": "set", "field": "licence", "value": "CC-BY-4.0"}], "dry_run": true})),
    responses((status = 200, description = "What was done, or would be", body = BulkReport), CreateRefusals)
)]
pub(crate) async fn bulk_edit(
    Viewer(session): Viewer,
    JsonBody(edit): JsonBody<BulkEdit>,
) -> Result<Json<BulkReport>, Problem> {
    Ok(Json(session.bulk_edit(edit).await?))
}

/// List edits of many components
///
/// Your own, newest first; those of everybody for an admin of everything. At most 100.
#[utoipa::path(
    get, path = "/bulk-edits", tag = "metadata",
    responses((status = 200, description = "The edits", body = Items<EditBrief>), CallerRefusals)
)]
pub(crate) async fn list_bulk_edits(
    Caller(session): Caller,
) -> Result<Json<Items<EditBrief>>, Problem> {
    Ok(Json(Items { items: session.bulk_edits().await? }))
}

/// Read an edit of many components
#[utoipa::path(
    get, path = "/bulk-edits/{edit}", tag = "metadata",
    params(("edit" = EditId, Path, description = "The edit")),
    responses((status = 200, description = "The edit, with the components it changed", body = EditView), ReadRefusals)
)]
pub(crate) async fn read_bulk_edit(
    Caller(session): Caller,
    UrlPath(edit): UrlPath<EditId>,
) -> Result<Json<EditView>, Problem> {
    Ok(Json(session.bulk_edit_made(edit).await?))
}

/// Undo an edit of many components
///
/// Whatever is still as the edit left it goes back to what it was. When something was changed
/// since, nothing happens, unless `skip_changed` says to leave that as it is.
#[utoipa::path(
    post, path = "/bulk-edits/{edit}/undo", tag = "metadata",
    params(("edit" = EditId, Path, description = "The edit")),
    request_body(content = UndoEdit, example = json!({})),
    responses((status = 200, description = "What went back, or would", body = UndoReport), CreateRefusals)
)]
pub(crate) async fn undo_bulk_edit(
    Caller(session): Caller,
    UrlPath(edit): UrlPath<EditId>,
    JsonBody(how): JsonBody<UndoEdit>,
) -> Result<Json<UndoReport>, Problem> {
    Ok(Json(session.undo_edit(edit, how).await?))
}

//! What people say about a component, and what they have not saved yet.

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use lcms_core::model::{CommentId, Draft};
use lcms_core::service::{ChangeComment, CommentView, DraftView, NewComment, SaveDraft};

use crate::extract::{
    Caller, JsonBody, MomentParameters, ReferencePath, TargetPath, UrlPath, Viewer,
};
use crate::handlers::Items;
use crate::openapi::{
    CallerRefusals, ChangeCommentRefusals, CommentRefusals, ReadRefusals, UserRefusals,
};
use crate::problem::Problem;

/// List the comments on a component
///
/// Those on all its revisions, oldest first. A reply names the comment its thread began with.
#[utoipa::path(
    get, path = "/components/{reference}/comments", tag = "comments",
    params(("reference" = String, Path, description = "The component: id or `library%2Fkey`")),
    responses((status = 200, description = "The comments", body = Items<CommentView>), ReadRefusals)
)]
pub(crate) async fn list_comments(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
) -> Result<Json<Items<CommentView>>, Problem> {
    Ok(Json(Items { items: session.comments(&target).await? }))
}

/// Comment on a revision
///
/// On the head, or on the revision that the reference names (`…@3`). Needs the right to review or
/// to write.
#[utoipa::path(
    post, path = "/components/{reference}/comments", tag = "comments",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`, and `@3` for a revision"),
        MomentParameters
    ),
    request_body(content = NewComment, example = json!({
        "text": "Is this still so since the March update?",
        "anchor": {"quote": "restart the router twice"}
    })),
    responses((status = 201, description = "The comment", body = CommentView), CommentRefusals)
)]
pub(crate) async fn add_comment(
    Viewer(session): Viewer,
    ReferencePath(reference): ReferencePath,
    JsonBody(new): JsonBody<NewComment>,
) -> Result<impl IntoResponse, Problem> {
    Ok((StatusCode::CREATED, Json(session.add_comment(&reference, new).await?)))
}

/// Change a comment
///
/// Its author may edit its text; whoever may comment may resolve its thread or open it again.
#[utoipa::path(
    patch, path = "/comments/{comment}", tag = "comments",
    params(("comment" = CommentId, Path, description = "The comment's id")),
    request_body(content = ChangeComment, example = json!({"resolved": true})),
    responses((status = 200, description = "The comment as it is now", body = CommentView), ChangeCommentRefusals)
)]
pub(crate) async fn change_comment(
    Caller(session): Caller,
    UrlPath(id): UrlPath<CommentId>,
    JsonBody(change): JsonBody<ChangeComment>,
) -> Result<Json<CommentView>, Problem> {
    Ok(Json(session.change_comment(id, change).await?))
}

/// Delete a comment
///
/// One of your own, or anyone's with the role `admin` in the library. The first of a thread takes
/// its replies along.
#[utoipa::path(
    delete, path = "/comments/{comment}", tag = "comments",
    params(("comment" = CommentId, Path, description = "The comment's id")),
    responses((status = 204, description = "It is gone"), UserRefusals)
)]
pub(crate) async fn delete_comment(
    Caller(session): Caller,
    UrlPath(id): UrlPath<CommentId>,
) -> Result<StatusCode, Problem> {
    session.delete_comment(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List your drafts
///
/// On the branch looked at, newest first.
#[utoipa::path(
    get, path = "/drafts", tag = "comments",
    params(MomentParameters),
    responses((status = 200, description = "Your drafts", body = Items<DraftView>), CallerRefusals)
)]
pub(crate) async fn list_drafts(
    Viewer(session): Viewer,
) -> Result<Json<Items<DraftView>>, Problem> {
    Ok(Json(Items { items: session.drafts().await? }))
}

/// Read your draft of a component
#[utoipa::path(
    get, path = "/components/{reference}/draft", tag = "comments",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`"),
        MomentParameters
    ),
    responses((status = 200, description = "Your draft", body = Draft), ReadRefusals)
)]
pub(crate) async fn read_draft(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<Json<Draft>, Problem> {
    Ok(Json(session.draft(&target).await?))
}

/// Keep a draft of a component
///
/// One for each person, component and branch; it takes the place of the one before. Nobody else
/// sees it, and it need not be a valid document.
#[utoipa::path(
    put, path = "/components/{reference}/draft", tag = "comments",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`"),
        MomentParameters
    ),
    request_body = SaveDraft,
    responses((status = 200, description = "Kept", body = Draft), CommentRefusals)
)]
pub(crate) async fn keep_draft(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    JsonBody(new): JsonBody<SaveDraft>,
) -> Result<Json<Draft>, Problem> {
    Ok(Json(session.keep_draft(&target, new).await?))
}

/// Throw your draft of a component away
#[utoipa::path(
    delete, path = "/components/{reference}/draft", tag = "comments",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`"),
        MomentParameters
    ),
    responses((status = 204, description = "There is none"), ReadRefusals)
)]
pub(crate) async fn discard_draft(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<StatusCode, Problem> {
    session.discard_draft(&target).await?;
    Ok(StatusCode::NO_CONTENT)
}

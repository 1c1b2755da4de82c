//! Channels. Every move names in `If-Match` where the channel pointed when it was decided.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lcms_core::model::{Key, ReleaseReference};
use lcms_core::service::{ChannelMoveView, ChannelView};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Items;
use crate::conditions::{SeenRelease, channel_tag, header_value};
use crate::extract::{Caller, JsonBody, TargetPath, UrlPath};
use crate::openapi::{ChangeRefusals, ReadRefusals, SendChangeRefusals};
use crate::problem::Problem;

/// Answers a channel with its tag; one that points nowhere has none.
fn channel_response(view: ChannelView) -> Result<Response, Problem> {
    let tag = view.release.as_ref().map(|release| header_value(&channel_tag(release.id)));
    let mut response = Json(view).into_response();
    if let Some(tag) = tag {
        response.headers_mut().insert(header::ETAG, tag?);
    }
    Ok(response)
}

/// List a component's channels
///
/// By name, closed ones too.
#[utoipa::path(
    get, path = "/components/{reference}/channels", tag = "channels",
    params(("reference" = String, Path, description = "An id or `library/key`")),
    responses((status = 200, description = "The channels", body = Items<ChannelView>), ReadRefusals)
)]
pub(crate) async fn list_channels(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
) -> Result<Json<Items<ChannelView>>, Problem> {
    Ok(Json(Items { items: session.channels(&target).await? }))
}

/// Read a channel
#[utoipa::path(
    get, path = "/components/{reference}/channels/{channel}", tag = "channels",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("channel" = Key, Path, description = "The channel's name", example = "stable")
    ),
    responses(
        (status = 200, description = "The channel", body = ChannelView, headers(("ETag" = String, description = "The release it points to"))),
        ReadRefusals
    )
)]
pub(crate) async fn read_channel(
    Caller(session): Caller,
    UrlPath((reference, name)): UrlPath<(String, Key)>,
) -> Result<Response, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    channel_response(session.channel(&target, &name).await?)
}

/// Where a channel should point.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveRequest {
    /// The release: its id, digest, or `library/key@release:2026.1`.
    release: ReleaseReference,
    /// Why, in your words.
    #[serde(default)]
    note: String,
}

/// Move a channel
///
/// Makes it if there is none. Needs the right to deploy.
#[utoipa::path(
    put, path = "/components/{reference}/channels/{channel}", tag = "channels",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("channel" = Key, Path, description = "The channel's name", example = "stable"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the channel: the release it was seen to point to"),
        ("If-None-Match" = Option<String>, Header, description = "`*` if it was seen to point nowhere")
    ),
    request_body(content = MoveRequest, example = json!({"release": "support/course@release:2026.1", "note": "reviewed"})),
    responses(
        (status = 200, description = "Where it points now", body = ChannelView, headers(("ETag" = String, description = "The release it points to"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn move_channel(
    Caller(session): Caller,
    UrlPath((reference, name)): UrlPath<(String, Key)>,
    SeenRelease(seen): SeenRelease,
    JsonBody(MoveRequest { release, note }): JsonBody<MoveRequest>,
) -> Result<Response, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    channel_response(session.move_channel(&target, &name, &release, seen, note).await?)
}

/// Why something is done.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoteRequest {
    /// In your words.
    #[serde(default)]
    pub(crate) note: String,
}

/// Move a channel back
///
/// To what it pointed to before. Doing it twice goes further back, not forth again. Needs the
/// right to deploy.
#[utoipa::path(
    post, path = "/components/{reference}/channels/{channel}/back", tag = "channels",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("channel" = Key, Path, description = "The channel's name", example = "stable"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the channel: the release it was seen to point to"),
        ("If-None-Match" = Option<String>, Header, description = "`*` if it was seen to point nowhere")
    ),
    request_body(content = NoteRequest, example = json!({"note": "two pages are blank"})),
    responses(
        (status = 200, description = "Where it points now", body = ChannelView, headers(("ETag" = String, description = "The release it points to"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn move_channel_back(
    Caller(session): Caller,
    UrlPath((reference, name)): UrlPath<(String, Key)>,
    SeenRelease(seen): SeenRelease,
    JsonBody(NoteRequest { note }): JsonBody<NoteRequest>,
) -> Result<Response, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    channel_response(session.move_channel_back(&target, &name, seen, note).await?)
}

/// Close a channel
///
/// It points nowhere then; its history stays. Needs the right to deploy.
#[utoipa::path(
    delete, path = "/components/{reference}/channels/{channel}", tag = "channels",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("channel" = Key, Path, description = "The channel's name", example = "canary"),
        ("If-Match" = String, Header, description = "The `ETag` of the channel: the release it was seen to point to")
    ),
    responses((status = 200, description = "Closed", body = ChannelView), ChangeRefusals)
)]
pub(crate) async fn close_channel(
    Caller(session): Caller,
    UrlPath((reference, name)): UrlPath<(String, Key)>,
    SeenRelease(seen): SeenRelease,
) -> Result<Response, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    channel_response(session.close_channel(&target, &name, seen, String::new()).await?)
}

/// Read a channel's history
///
/// Every move with who, when and why, newest first.
#[utoipa::path(
    get, path = "/components/{reference}/channels/{channel}/history", tag = "channels",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("channel" = Key, Path, description = "The channel's name", example = "stable")
    ),
    responses((status = 200, description = "The moves", body = Items<ChannelMoveView>), ReadRefusals)
)]
pub(crate) async fn read_channel_history(
    Caller(session): Caller,
    UrlPath((reference, name)): UrlPath<(String, Key)>,
) -> Result<Json<Items<ChannelMoveView>>, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    Ok(Json(Items { items: session.channel_history(&target, &name).await? }))
}

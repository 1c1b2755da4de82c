//! Blobs: files by their digest, streamed both ways.
//!
//! What is in them was made by others and may be hostile, and a blob has no media type of its
//! own. So a download is always an attachment of unknown type in a sandboxed origin: no browser
//! shows it as a page of this server.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use lcms_core::model::{Blob, Digest};
use lcms_core::service::Lcms;
use serde::Deserialize;
use utoipa::IntoParams;

use super::address;
use crate::extract::{Caller, UrlPath, UrlQuery};
use crate::headers::SANDBOXED;
use crate::limits::UPLOAD_PAUSE;
use crate::openapi::{Bytes, DownloadRefusals, UploadRefusals};
use crate::problem::{Problem, ProblemKind};
use crate::streaming::{Download, attachment};

const UNKNOWN_TYPE: &str = "application/octet-stream";

/// What is known of an upload before it arrives.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadParameters {
    /// The digest the bytes must have; nothing is kept when they have another.
    #[param(required = false)]
    digest: Option<Digest>,
}

/// Upload a blob
///
/// The body is the bytes as they are; `Content-Type` decides how they are packed. Equal bytes
/// are stored once. A blob that no saved document names is removed after a day.
#[utoipa::path(
    post, path = "/blobs", tag = "blobs",
    params(UploadParameters),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The bytes"),
    responses(
        (status = 201, description = "Stored", body = Blob, headers(("Location" = String, description = "Its address"))),
        UploadRefusals
    )
)]
pub(crate) async fn upload_blob(
    Caller(session): Caller,
    State(lcms): State<Lcms>,
    UrlQuery(UploadParameters { digest }): UrlQuery<UploadParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<impl IntoResponse, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut upload = session.upload(media_type.unwrap_or(UNKNOWN_TYPE))?;
    let announced = announced_length(&headers)?;
    let limit = lcms.settings().max_upload;
    if announced.is_some_and(|length| length > limit) {
        let detail = format!("the upload is larger than the limit of {limit} bytes");
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let mut received = 0;
    let mut bytes = body.into_data_stream();
    while let Some(chunk) =
        tokio::time::timeout(UPLOAD_PAUSE, bytes.next()).await.map_err(stalled)?
    {
        let chunk = chunk.map_err(|error| truncated(format!("the upload broke off: {error}")))?;
        received += chunk.len() as u64;
        upload.write(&chunk).await?;
    }
    if let Some(announced) = announced.filter(|announced| *announced != received) {
        return Err(truncated(format!("{announced} bytes were announced, {received} arrived")));
    }
    let blob = upload.finish(digest).await?;
    let location = [(header::LOCATION, address("blobs", blob.digest))];
    Ok((StatusCode::CREATED, location, Json(blob)))
}

pub(super) fn announced_length(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(header::CONTENT_LENGTH) else { return Ok(None) };
    let length = value.to_str().ok().and_then(|text| text.parse().ok());
    length.map(Some).ok_or_else(|| {
        Problem::new(ProblemKind::BadParameter, "`Content-Length` is not a number of bytes")
    })
}

pub(super) fn truncated(detail: String) -> Problem {
    Problem::new(ProblemKind::TruncatedUpload, detail).hint("send the whole file again")
}

pub(super) fn stalled(_: tokio::time::error::Elapsed) -> Problem {
    Problem::new(ProblemKind::UploadStalled, format!("nothing arrived for {UPLOAD_PAUSE:?}"))
}

/// Download a blob
///
/// Whole, or one range of it. `HEAD` answers the same without the bytes.
#[utoipa::path(
    get, path = "/blobs/{digest}", tag = "blobs",
    params(
        ("digest" = Digest, Path, description = "The blob's digest"),
        ("Range" = Option<String>, Header, description = "One range of bytes", example = "bytes=0-1023"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what you have the rest of"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have")
    ),
    responses(
        (status = 200, description = "The bytes", body = Bytes, content_type = "application/octet-stream", headers(("ETag" = String, description = "The digest"))),
        (status = 206, description = "The range", body = Bytes, content_type = "application/octet-stream", headers(("Content-Range" = String, description = "Which bytes of how many"))),
        (status = 304, description = "It is what you have"),
        DownloadRefusals
    )
)]
pub(crate) async fn download_blob(
    Caller(session): Caller,
    UrlPath(digest): UrlPath<Digest>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let blob = session.blob(digest).await?;
    let download = Download::of(&headers, blob.size, &format!("\"{digest}\""))?;
    let bytes = session.blob_bytes(digest, download.range()).await?;
    let described = [
        (header::CONTENT_TYPE, HeaderValue::from_static(UNKNOWN_TYPE)),
        (header::CONTENT_DISPOSITION, attachment(&digest.hex())?),
        (header::CONTENT_SECURITY_POLICY, SANDBOXED),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    download.answer(bytes, described)
}

//! Packages: a release as the file that an LMS takes, made on the way out.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use lcms_core::service::Lcms;
use lcms_publish::{Format, Publisher};

use super::releases::ReleaseName;
use crate::extract::{Caller, UrlPath};
use crate::headers::SANDBOXED;
use crate::openapi::{Bytes, PackageRefusals};
use crate::problem::{Problem, ProblemKind};
use crate::streaming::{Download, attachment};

/// Download a package
///
/// Made of the release and streamed; the same release gives the same bytes. One that cannot be
/// made is refused before the first byte, with every reason. Needs the right to publish. The
/// change log notes each download that begins at the first byte.
#[utoipa::path(
    get, path = "/releases/{release}/packages/{format}", tag = "releases",
    params(
        ("release" = String, Path, description = "The release's id or digest"),
        ("format" = String, Path, description = "`scorm12` or `scorm2004-4`", example = "scorm2004-4"),
        ("Range" = Option<String>, Header, description = "One range of bytes", example = "bytes=1024-"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what you have the beginning of"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have")
    ),
    responses(
        (
            status = 200, description = "The package", body = Bytes, content_type = "application/zip",
            headers(
                ("ETag" = String, description = "Equal for equal bytes"),
                ("Content-Length" = u64, description = "Its size in bytes"),
                ("Content-Disposition" = String, description = "A name for the file")
            )
        ),
        (status = 206, description = "The range", body = Bytes, content_type = "application/zip", headers(("Content-Range" = String, description = "Which bytes of how many"))),
        (status = 304, description = "It is what you have"),
        PackageRefusals
    )
)]
pub(crate) async fn download_package(
    Caller(session): Caller,
    State(lcms): State<Lcms>,
    UrlPath((release, format)): UrlPath<(ReleaseName, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format: Format = format
        .parse()
        .map_err(|error| Problem::new(ProblemKind::BadParameter, format!("{error}")))?;
    let release = release.find(&session).await?.release.id;
    let publisher = Publisher::new(lcms);
    let package = publisher.publish(&session, release, format).await?;
    let download = Download::of(&headers, package.length, &format!("\"{}\"", package.etag))?;
    let range = download.range();
    // Whoever asks for the rest has been noted, whoever asks for the headers gets nothing.
    if method == Method::GET && range.start == 0 && !range.is_empty() {
        publisher.record(&session, &package).await?;
    }
    let described = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, attachment(&package.file_name)?),
        (header::CONTENT_SECURITY_POLICY, SANDBOXED),
    ];
    download.answer(package.stream(range), described)
}

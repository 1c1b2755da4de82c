//! Packages: a release as the file that an LMS takes, made on the way out.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use lcms_core::service::Lcms;
use lcms_publish::{Format, Profile, Publisher};
use serde::Deserialize;
use utoipa::IntoParams;

use super::releases::NamedRelease;
use crate::extract::{Caller, UrlPath, UrlQuery};
use crate::headers::SANDBOXED;
use crate::openapi::{Bytes, PackageRefusals};
use crate::problem::{Problem, ProblemKind};
use crate::streaming::{Download, attachment};

/// What a package shows of its release.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProfileParameters {
    /// What conditions are matched against: `name=value,value`. May be repeated. What is conditional
    /// on a name that is not given is left out.
    #[param(example = json!(["audience=admin,partner"]))]
    when: Vec<String>,
    /// The value of a variable, before that of the course's variable sets: `name=value`. May be
    /// repeated.
    #[param(example = json!(["product.name=Acme"]))]
    set: Vec<String>,
}

impl ProfileParameters {
    fn profile(&self, format: Format) -> Result<Profile, Problem> {
        Ok(Profile::new(format).when(parsed("when", &self.when)?).set(parsed("set", &self.set)?))
    }
}

fn parsed<T>(name: &str, values: &[String]) -> Result<Vec<T>, Problem>
where
    T: FromStr<Err: Display>,
{
    let read = |value: &String| {
        value.parse().map_err(|error| {
            Problem::new(ProblemKind::BadParameter, format!("query parameter `{name}`: {error}"))
        })
    };
    values.iter().map(read).collect()
}

/// Download a package
///
/// Made of the release and streamed; the same release, conditions and variables give the same bytes.
/// One that cannot be made is refused before the first byte, with every reason. Needs the right to publish. The
/// change log notes each download that begins at the first byte.
#[utoipa::path(
    get, path = "/releases/{release}/packages/{format}", tag = "releases",
    params(
        ("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`"),
        ("format" = String, Path, description = "`scorm12`, `scorm2004-2`, `scorm2004-3`, `scorm2004-4`, `cmi5` or `html`", example = "scorm2004-4"),
        ProfileParameters,
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
    UrlPath((release, format)): UrlPath<(NamedRelease, String)>,
    UrlQuery(choices): UrlQuery<ProfileParameters>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format: Format = format
        .parse()
        .map_err(|error| Problem::new(ProblemKind::BadParameter, format!("{error}")))?;
    let profile = choices.profile(format)?;
    let release = release.find(&session).await?.release.id;
    let publisher = Publisher::new(lcms);
    let package = publisher.publish(&session, release, profile).await?;
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

//! Packages: a release as the file that an LMS takes, made on the way out.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use lcms_core::model::{Digest, Key, Reference};
use lcms_core::service::{Lcms, Session};
use lcms_publish::{Format, KeyRing, Order, Profile, Publisher, Seal, Waiver};
use serde::Deserialize;
use utoipa::{IntoParams, IntoResponses};

use super::releases::NamedRelease;
use crate::extract::{Caller, UrlPath, UrlQuery};
use crate::headers::SANDBOXED;
use crate::openapi::{Bytes, PackageRefusals};
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;
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
    /// A rule of the gate that is not to be heeded this time; it is written into the package. May be
    /// repeated.
    #[param(example = json!(["captions"]))]
    waive: Vec<String>,
    /// The key of this server that signs the package.
    sign: Option<String>,
}

impl ProfileParameters {
    fn profile(&self, format: Format) -> Result<Profile, Problem> {
        Ok(Profile::new(format).when(parsed("when", &self.when)?).set(parsed("set", &self.set)?))
    }

    fn order(&self, lcms: &Lcms, profile: Profile) -> Result<Order, Problem> {
        order(lcms, profile, &self.waive, self.sign.as_deref())
    }
}

/// What a package made with a profile that is a component may be asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderParameters {
    /// A rule of the gate that is not to be heeded this time; it is written into the package. May be
    /// repeated.
    #[param(example = json!(["captions"]))]
    waive: Vec<String>,
    /// The key of this server that signs the package.
    sign: Option<String>,
}

/// Which bytes of a package are wanted; read by [`Download`].
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described")]
struct WantedPart {
    /// One range of bytes
    #[param(rename = "Range", example = "bytes=1024-")]
    range: Option<String>,
    /// The `ETag` of what you have the beginning of
    #[param(rename = "If-Range")]
    if_range: Option<String>,
    /// The `ETag` of what you have
    #[param(rename = "If-None-Match")]
    if_none_match: Option<String>,
}

/// The bytes of a package, as every download answers them.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described")]
enum PackageBytes {
    /// The package
    #[response(
        status = 200, content_type = "application/zip",
        headers(
            ("ETag" = String, description = "Equal for equal bytes"),
            ("Content-Length" = u64, description = "Its size in bytes"),
            ("Content-Disposition" = String, description = "A name for the file")
        )
    )]
    Whole(Bytes),
    /// The range
    #[response(
        status = 206, content_type = "application/zip",
        headers(("Content-Range" = String, description = "Which bytes of how many"))
    )]
    Part(Bytes),
    /// It is what you have
    #[response(status = 304)]
    Same,
}

fn order(
    lcms: &Lcms,
    profile: Profile,
    waive: &[String],
    sign: Option<&str>,
) -> Result<Order, Problem> {
    let waivers: Vec<Waiver> = parsed("waive", waive)?;
    let named = sign.map(|name| parsed_one::<Key>("sign", name)).transpose()?;
    let keys = KeyRing::in_folder(&lcms.settings().keys);
    let sealed = named.map(|name| keys.get(&name)).transpose()?.map(Seal::By);
    Ok(Order { profile, waivers: waivers.into_iter().collect(), sealed })
}

fn parsed_one<T>(name: &str, value: &str) -> Result<T, Problem>
where
    T: FromStr<Err: Display>,
{
    value.parse().map_err(|error| {
        Problem::new(ProblemKind::BadParameter, format!("query parameter `{name}`: {error}"))
    })
}

fn parsed<T>(name: &str, values: &[String]) -> Result<Vec<T>, Problem>
where
    T: FromStr<Err: Display>,
{
    values.iter().map(|value| parsed_one(name, value)).collect()
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
        WantedPart
    ),
    responses(PackageBytes, PackageRefusals)
)]
pub(crate) async fn download_package(
    Caller(session): Caller,
    State(state): State<AppState>,
    UrlPath((release, format)): UrlPath<(NamedRelease, String)>,
    UrlQuery(choices): UrlQuery<ProfileParameters>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format: Format = format
        .parse()
        .map_err(|error| Problem::new(ProblemKind::BadParameter, format!("{error}")))?;
    let order = choices.order(&state.lcms, choices.profile(format)?)?;
    made(&session, &state.publisher, &release, order, method, &headers).await
}

/// Download a package made with a profile
///
/// As with a format, but everything is as a profile of the server says. Its revision is part of its name:
/// `library%2Fkey@3`; without one it is the newest.
#[utoipa::path(
    get, path = "/releases/{release}/packages/profile/{profile}", tag = "releases",
    params(
        ("release" = String, Path, description = "The release's id, digest, or `library%2Fkey@release:2026.1`"),
        ("profile" = String, Path, description = "The profile: an id or `library%2Fkey`, and `@3` for one revision", example = "support/customers"),
        OrderParameters,
        WantedPart
    ),
    responses(PackageBytes, PackageRefusals)
)]
pub(crate) async fn download_package_of_profile(
    Caller(session): Caller,
    State(state): State<AppState>,
    UrlPath((release, profile)): UrlPath<(NamedRelease, String)>,
    UrlQuery(choices): UrlQuery<OrderParameters>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let reference: Reference = profile.parse().map_err(|error| {
        Problem::new(ProblemKind::BadParameter, format!("profile `{profile}`: {error}"))
    })?;
    let profile = Profile::of(session.profile(&reference).await?)?;
    let order = order(&state.lcms, profile, &choices.waive, choices.sign.as_deref())?;
    made(&session, &state.publisher, &release, order, method, &headers).await
}

/// Makes a package and answers with the bytes that are wanted of it.
async fn made(
    session: &Session,
    publisher: &Publisher,
    release: &NamedRelease,
    order: Order,
    method: Method,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let release = release.find(session).await?.release.id;
    let package = publisher.publish(session, release, order).await?;
    let download = Download::of(headers, package.length, &format!("\"{}\"", package.etag))?;
    let range = download.range();
    // Whoever asks for the rest has been noted, whoever asks for the headers gets nothing.
    if method == Method::GET && range.start == 0 && !range.is_empty() {
        publisher.record(session, &package).await?;
    }
    download.answer(package.stream(range), described(&package.file_name)?)
}

/// Download a package again
///
/// The bytes of a package that was published before, from what was kept of it: the same, whichever version of the
/// program made it. Its digest stands in the release's list of packages and in deployments. Needs the right to publish.
#[utoipa::path(
    get, path = "/packages/{digest}", tag = "releases",
    params(
        ("digest" = String, Path, description = "The package's digest"),
        WantedPart
    ),
    responses(PackageBytes, PackageRefusals)
)]
pub(crate) async fn download_package_again(
    Caller(session): Caller,
    State(publisher): State<Publisher>,
    UrlPath(digest): UrlPath<Digest>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let package = publisher.again(&session, digest).await?;
    let etag = format!("\"{}\"", package.record.digest.hex());
    let download = Download::of(&headers, package.length, &etag)?;
    let range = download.range();
    download.answer(package.stream(range), described(&package.file_name)?)
}

/// What is said of every package.
fn described(file_name: &str) -> Result<[(HeaderName, HeaderValue); 3], Problem> {
    Ok([
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, attachment(file_name)?),
        (header::CONTENT_SECURITY_POLICY, SANDBOXED),
    ])
}

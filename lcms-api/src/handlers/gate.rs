//! The gate: what keeps a release from being published. And the keys that packages are signed with.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use lcms_core::Error;
use lcms_core::model::{Key, Reference, ReleaseReference};
use lcms_core::service::{FrozenRelease, Lcms, Session};
use lcms_publish::{
    Assigned, Format, GateReport, KeyRing, Matched, Order, Profile, Publisher, Rule, Waiver,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Items;
use crate::extract::{Caller, JsonBody};
use crate::openapi::{CompareRefusals, ReadRefusals};
use crate::problem::Problem;

/// What is to be held against the gate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckRelease {
    /// A release: its id or digest, or `library/course@release:2026.1`.
    #[serde(default)]
    release: Option<String>,
    /// Instead of a release, a component as it stands now: `library/course`.
    #[serde(default)]
    component: Option<String>,
    /// The profile: `library/key`, or `library/key@3` for one revision.
    #[serde(default)]
    profile: Option<String>,
    /// Instead of a profile, a format: `scorm12` or `scorm2004-4`.
    #[serde(default)]
    format: Option<String>,
    /// With a format, what conditions are matched against: `name=value,value`.
    #[serde(default)]
    when: Vec<String>,
    /// With a format, values of variables: `name=value`.
    #[serde(default)]
    set: Vec<String>,
    /// Rules that are not to be heeded.
    #[serde(default)]
    waive: Vec<String>,
}

fn parsed<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|error| Error::invalid(format!("{field}: {error}")))
}

fn all<T: FromStr<Err: Display>>(field: &str, texts: &[String]) -> Result<Vec<T>, Error> {
    texts.iter().map(|text| parsed(field, text)).collect()
}

/// The profile that a request names by itself or by a format; `None` if it names neither.
pub(super) async fn named_profile(
    session: &Session,
    profile: Option<&str>,
    format: Option<&str>,
) -> Result<Option<Profile>, Error> {
    match (profile, format) {
        (Some(profile), None) => {
            let reference: Reference = parsed("profile", profile)?;
            Ok(Some(Profile::of(session.profile(&reference).await?)?))
        }
        (None, Some(format)) => Ok(Some(Profile::new(parsed::<Format>("format", format)?))),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(Error::invalid("name a `profile` or a `format`")),
    }
}

/// The profile with conditions and variables that a request gives.
pub(super) fn varied(profile: Profile, when: &[String], set: &[String]) -> Result<Profile, Error> {
    let (when, set): (Vec<Matched>, Vec<Assigned>) = (all("when", when)?, all("set", set)?);
    Ok(profile.when(when).set(set))
}

/// Everything in the release, or in the component as it stands, that a request names.
pub(super) async fn whole(
    session: &Session,
    release: Option<&str>,
    component: Option<&str>,
) -> Result<FrozenRelease, Error> {
    match (release, component) {
        (Some(release), None) => {
            let reference: ReleaseReference = parsed("release", release)?;
            let id = session.find_release(&reference).await?.release.id;
            session.frozen(id).await
        }
        (None, Some(component)) => {
            session.as_it_stands(&parsed::<Reference>("component", component)?).await
        }
        _ => Err(Error::invalid("name a `release` or a `component`")),
    }
}

/// Hold a release against the gate
///
/// Says everything that keeps a release, or a component as it stands, from being published, with the place and
/// what to do. Nothing is published. A release needs the right to publish, a component the right to read.
#[utoipa::path(
    post, path = "/check", tag = "releases",
    request_body(content = CheckRelease, example = json!({"component": "support/course", "profile": "support/customers"})),
    responses((status = 200, description = "What the gate found", body = GateReport), CompareRefusals)
)]
pub(crate) async fn check_release(
    Caller(session): Caller,
    State(publisher): State<Publisher>,
    JsonBody(wanted): JsonBody<CheckRelease>,
) -> Result<Json<GateReport>, Problem> {
    let CheckRelease { release, component, profile, format, when, set, waive } = &wanted;
    let changes = !when.is_empty() || !set.is_empty();
    let profile = match named_profile(&session, profile.as_deref(), format.as_deref()).await? {
        Some(profile) if wanted.format.is_some() || !changes => varied(profile, when, set)?,
        _ => {
            let message = "name a `profile`, or a `format` with `when` and `set`";
            return Err(Error::invalid(message).into());
        }
    };
    let waivers: Vec<Waiver> = all("waive", waive)?;
    let frozen = whole(&session, release.as_deref(), component.as_deref()).await?;
    let order = Order { waivers: waivers.into_iter().collect(), ..Order::from(profile) };
    Ok(Json(publisher.check(&session, frozen, order).await?))
}

/// A rule of the gate.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GateRule {
    /// Its stable name.
    id: &'static str,
    /// What it asks for.
    text: &'static str,
    /// Whether it can be waived by name.
    waivable: bool,
}

/// List the rules of the gate
#[utoipa::path(
    get, path = "/check/rules", tag = "releases",
    responses((status = 200, description = "All rules", body = Items<GateRule>), ReadRefusals)
)]
pub(crate) async fn list_gate_rules(_caller: Caller) -> Json<Items<GateRule>> {
    let rule = |rule: &Rule| GateRule { id: rule.id, text: rule.text, waivable: rule.waivable };
    Json(Items { items: Rule::ALL.iter().map(rule).collect() })
}

/// The public half of a key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SigningKey {
    /// Its name.
    name: Key,
    /// `ed25519:` and 64 hex digits.
    public_key: String,
}

/// List the keys that packages are signed with
///
/// Their public halves: `lcms verify FILE --key PUBLIC` checks a package with one. Keys are made on the server, by
/// `lcms key new`; their secrets never leave it.
#[utoipa::path(
    get, path = "/keys", tag = "releases",
    responses((status = 200, description = "All keys of this server", body = Items<SigningKey>), ReadRefusals)
)]
pub(crate) async fn list_keys(
    _caller: Caller,
    State(lcms): State<Lcms>,
) -> Result<Json<Items<SigningKey>>, Problem> {
    let found = KeyRing::in_folder(&lcms.settings().keys).list()?;
    let shown =
        found.into_iter().map(|(name, key)| SigningKey { name, public_key: key.to_string() });
    Ok(Json(Items { items: shown.collect() }))
}

//! The update verdict.

use std::fmt::Display;
use std::str::FromStr;

use axum::Json;
use axum::extract::State;
use lcms_core::Error;
use lcms_core::model::ReleaseReference;
use lcms_publish::compare::{Comparison, compare};
use lcms_publish::{Assigned, Format, Matched, Profile, Publisher};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{Caller, JsonBody};
use crate::openapi::CompareRefusals;
use crate::problem::Problem;

/// Two releases as packages.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareReleases {
    /// What is there: a release's id or digest, `library/course` for the newest, or
    /// `library/course@3` or `library/course@LABEL`.
    before: String,
    /// What would take its place, named in the same way.
    after: String,
    /// The format both are published in: `scorm12`, `scorm2004-2`, `scorm2004-3`, `scorm2004-4`, `cmi5` or `html`.
    format: String,
    /// What conditions are matched against: `name=value,value`.
    #[serde(default)]
    when: Vec<String>,
    /// Values of variables, before those of the course's variable sets: `name=value`.
    #[serde(default)]
    set: Vec<String>,
}

impl CompareReleases {
    fn profile(&self) -> Result<Profile, Error> {
        let format: Format = parsed("format", &self.format)?;
        let when = self.when.iter().map(|text| parsed("when", text));
        let set = self.set.iter().map(|text| parsed("set", text));
        let when: Vec<Matched> = when.collect::<Result<_, _>>()?;
        let set: Vec<Assigned> = set.collect::<Result<_, _>>()?;
        Ok(Profile::new(format).when(when).set(set))
    }
}

fn release(field: &str, text: &str) -> Result<ReleaseReference, Error> {
    ReleaseReference::or_newest(text).map_err(|error| Error::invalid(format!("{field}: {error}")))
}

fn parsed<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Error> {
    text.parse().map_err(|error| Error::invalid(format!("{field}: {error}")))
}

/// Compare two releases as packages
///
/// Says what it asks for that one takes the place of the other in an LMS: safe in place, safe but
/// learners may see changed pages, restart needed, or new activity needed, each with the reasons. The
/// verdict speaks as far as the package decides. Nothing is published. Needs the right to publish.
#[utoipa::path(
    post, path = "/compare", tag = "releases",
    request_body(content = CompareReleases, example = json!({"before": "support/course@release:3", "after": "support/course", "format": "scorm12"})),
    responses((status = 200, description = "The verdict", body = Comparison), CompareRefusals)
)]
pub(crate) async fn compare_releases(
    Caller(session): Caller,
    State(publisher): State<Publisher>,
    JsonBody(wanted): JsonBody<CompareReleases>,
) -> Result<Json<Comparison>, Problem> {
    let profile = wanted.profile()?;
    let before = release("before", &wanted.before)?;
    let after = release("after", &wanted.after)?;
    let before = session.find_release(&before).await?.release.id;
    let after = session.find_release(&after).await?.release.id;
    let before = publisher.publish(&session, before, profile.clone()).await?.contents;
    let after = publisher.publish(&session, after, profile).await?.contents;
    Ok(Json(compare(&before, &after)))
}

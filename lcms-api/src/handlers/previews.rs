//! Previews: an address under which content can be looked at, in an origin of its own.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::Error;
use lcms_core::store::now;
use lcms_publish::{Format, Profile};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::gate::{named_profile, varied, whole};
use crate::extract::{JsonBody, MomentParameters, Viewer};
use crate::openapi::CreateRefusals;
use crate::preview::LIFE;
use crate::problem::Problem;
use crate::state::AppState;

/// What is to be looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPreview {
    /// A release: its id or digest, or `library/course@release:2026.1`.
    #[serde(default)]
    release: Option<String>,
    /// Instead of a release, a course, module, lesson, assessment, topic or question as it stands:
    /// `library/key`, or `library/key@3` for one revision.
    #[serde(default)]
    component: Option<String>,
    /// The profile: `library/key`, or `library/key@3` for one revision. Without profile and format, it is
    /// shown as SCORM 2004 4th edition would show it.
    #[serde(default)]
    profile: Option<String>,
    /// Instead of a profile, a format.
    #[serde(default)]
    format: Option<String>,
    /// What conditions are matched against: `name=value,value`.
    #[serde(default)]
    when: Vec<String>,
    /// Values of variables: `name=value`.
    #[serde(default)]
    set: Vec<String>,
}

/// An address to look at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenPreview {
    /// The address. Whoever knows it may look.
    url: String,
    /// Until when it holds.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires: OffsetDateTime,
}

/// Open a preview
///
/// Makes the package that a release, or a component as it stands, would be, and answers an address under which it
/// runs in the player, with a runtime beside it that shows calls and values as they happen. The address has a host name of
/// its own, so that nothing in the content can act for whoever looks at it; nobody can guess it, and it ends after an hour. Rules of
/// the gate are not heeded. A release needs the right to publish, a component the right to read.
#[utoipa::path(
    post, path = "/previews", tag = "releases",
    params(MomentParameters),
    request_body(content = NewPreview, example = json!({"component": "support/course", "profile": "support/customers"})),
    responses((status = 201, description = "The address", body = OpenPreview, headers(("Location" = String, description = "The same"))), CreateRefusals)
)]
pub(crate) async fn open_preview(
    Viewer(session): Viewer,
    State(state): State<AppState>,
    JsonBody(wanted): JsonBody<NewPreview>,
) -> Result<impl IntoResponse, Problem> {
    let previews = state.previews.ok_or_else(|| {
        Error::unavailable("this server shows no previews")
            .hint("start it with `--preview-listen ADDRESS`")
    })?;
    let NewPreview { release, component, profile, format, when, set } = &wanted;
    let named = named_profile(&session, profile.as_deref(), format.as_deref()).await?;
    let named = named.unwrap_or_else(|| Profile::new(Format::Scorm2004Fourth));
    let profile = varied(named, when, set)?;
    let frozen = whole(&session, release.as_deref(), component.as_deref()).await?;
    let preview = state.publisher.preview(&session, frozen, profile).await?;
    let url = previews.hold(preview)?.to_string();
    let expires = now() + LIFE;
    Ok((StatusCode::CREATED, [(header::LOCATION, url.clone())], Json(OpenPreview { url, expires })))
}

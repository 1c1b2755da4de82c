//! What is looked at: a branch, and a moment of it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lcms_core::model::{At, Key, Moment};
use lcms_core::service::Session;
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::query::{Taken, read};
use crate::problem::Problem;
use crate::state::AppState;

/// Which branch, and when.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct MomentParameters {
    /// The branch to look at, or to change; `main` when left out.
    #[param(example = "spring", required = false)]
    branch: Option<Key>,
    /// What stood after this event, or at this time; now when left out. The past takes no edits.
    #[param(value_type = Option<String>, example = "2026-03-01T09:00:00Z", required = false)]
    at: Option<At>,
}

const NAMES: &[&str] = &["branch", "at"];

/// What a handler may do, as [`Caller`], looking at the branch and moment that the query names.
/// Comes before the query's other parameters.
#[derive(Clone, Debug)]
pub(crate) struct Viewer(pub Session);

impl FromRequestParts<AppState> for Viewer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let Caller(session) = Caller::from_request_parts(parts, state).await?;
        let query = parts.uri.query().unwrap_or_default();
        let MomentParameters { branch, at } = read(query, |name| NAMES.contains(&name))?;
        parts.extensions.insert(Taken(NAMES));
        Ok(Self(session.at_moment(&Moment { branch, at }).await?))
    }
}

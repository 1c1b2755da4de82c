//! Conditional requests (RFC 9110 §13): entity tags and the headers that carry them.
//!
//! The tag of a component is its revision's id. When a component is read, a digest of what is
//! shown follows after a dot, because state, key and shown references can change while the
//! revision stays: a cached copy must not hide an approval. `If-Match` looks at the revision
//! only, since that is what a change is based on, so the tag of any answer fits.

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use lcms_core::model::{Digest, ReleaseId, RevisionId, RuleVersionId};
use serde::Serialize;
use utoipa::IntoParams;

use crate::problem::{Problem, ProblemKind};

/// Hex digits of the digest in a tag: enough to tell the states of one revision apart.
const SHOWN_DIGITS: usize = 16;

/// The tag of a revision.
pub(crate) fn revision_tag(revision: RevisionId) -> String {
    format!("\"{revision}\"")
}

/// The tag of a revision as it is shown in `body`.
pub(crate) fn shown_tag(revision: RevisionId, body: &[u8]) -> String {
    let hex = Digest::of_bytes(body).hex();
    format!("\"{revision}.{}\"", &hex[..SHOWN_DIGITS])
}

/// A text of our own making as a header's value.
pub(crate) fn header_value(text: &str) -> Result<HeaderValue, Problem> {
    HeaderValue::from_str(text)
        .map_err(|_| Problem::new(ProblemKind::Internal, format!("`{text}` is no header value")))
}

/// Whether the caller has what `tag` stands for: `If-None-Match` names it, or anything.
pub(crate) fn has_already(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|given| given == "*" || given.trim_start_matches("W/") == tag)
}

/// The revision a change is based on, from `If-Match`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base(pub RevisionId);

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            let detail = "this change needs `If-Match` with the revision it is based on";
            return Err(Problem::new(ProblemKind::BaseRequired, detail)
                .hint("read the component and send its `ETag`"));
        };
        value.to_str().ok().and_then(read_revision).map(Self).ok_or_else(|| {
            let detail = "`If-Match` must be the one `ETag` of a component, such as \
                          `\"0192d3a0-0000-7000-8000-000000000001\"`";
            Problem::new(ProblemKind::BadParameter, detail)
        })
    }
}

/// The revision a change is based on, from `If-Match`; none when `If-None-Match: *` says that
/// there is nothing yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstOrBase(pub Option<RevisionId>);

impl<S: Sync> FromRequestParts<S> for FirstOrBase {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let none_yet = parts.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*");
        if none_yet && !parts.headers.contains_key(header::IF_MATCH) {
            return Ok(Self(None));
        }
        let Base(base) = Base::from_request_parts(parts, state).await?;
        Ok(Self(Some(base)))
    }
}

fn read_revision(tag: &str) -> Option<RevisionId> {
    let opaque = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    let revision = opaque.split_once('.').map_or(opaque, |(revision, _)| revision);
    revision.parse().ok()
}

/// The release that a channel was seen to point to: `If-Match` names it; `If-None-Match: *` says
/// that it pointed nowhere.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeenRelease(pub Option<ReleaseId>);

/// The tag of a channel: the release it points to. There is none while it points nowhere.
pub(crate) fn channel_tag(release: ReleaseId) -> String {
    format!("\"{release}\"")
}

impl<S: Sync> FromRequestParts<S> for SeenRelease {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = |name| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let unreadable = |detail: &str| Problem::new(ProblemKind::BadParameter, detail);
        match (text(header::IF_MATCH), text(header::IF_NONE_MATCH)) {
            (Some(tag), None) => {
                let id = tag.trim().strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
                let id = id.and_then(|id| id.parse().ok()).ok_or_else(|| {
                    unreadable("`If-Match` must be the one `ETag` of the channel: a release's id")
                })?;
                Ok(Self(Some(id)))
            }
            (None, Some("*")) => Ok(Self(None)),
            (None, None) => {
                let detail = "moving a channel needs `If-Match` with the release it points to";
                Err(Problem::new(ProblemKind::BaseRequired, detail)
                    .hint("send the channel's `ETag`, or `If-None-Match: *` if it points nowhere"))
            }
            _ => Err(unreadable("send either `If-Match` or `If-None-Match: *`")),
        }
    }
}

/// What was seen of a thing that has no revisions, from `If-Match`; nothing when it is left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeenState(pub Option<Digest>);

/// A thing that has no revisions: its tag names what can be changed of it as it stands, and after
/// a dot what is shown.
pub(crate) fn tagged<T: Serialize>(state: Digest, shown: &T) -> Result<Response, Problem> {
    let body = serde_json::to_vec(shown)
        .map_err(|error| Problem::new(ProblemKind::Internal, error.to_string()))?;
    let tag = format!("\"{}.{}\"", state.hex(), &Digest::of_bytes(&body).hex()[..SHOWN_DIGITS]);
    let json = HeaderValue::from_static("application/json");
    let headers = [(header::ETAG, header_value(&tag)?), (header::CONTENT_TYPE, json)];
    Ok((headers, body).into_response())
}

impl<S: Sync> FromRequestParts<S> for SeenState {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        value.to_str().ok().and_then(read_state).map(|state| Self(Some(state))).ok_or_else(|| {
            let detail = "`If-Match` must be the one `ETag` that was read";
            Problem::new(ProblemKind::BadParameter, detail)
        })
    }
}

fn read_state(tag: &str) -> Option<Digest> {
    let opaque = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    let state = opaque.split_once('.').map_or(opaque, |(state, _)| state);
    format!("sha256:{state}").parse().ok()
}

/// The version of a vocabulary or schema that a change is based on, from `If-Match`; none when it
/// is left out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuleBase(pub Option<RuleVersionId>);

/// How [`RuleBase`] stands in the API's document where there may be nothing yet.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described: `RuleBase` reads it")]
pub(crate) struct MayBeFirst {
    /// The `ETag` of the version that this is based on; left out for the first.
    #[param(rename = "If-Match", required = false)]
    base: Option<String>,
}

/// How [`RuleBase`] stands in the API's document where it is required.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only described: `RuleBase` reads it")]
pub(crate) struct AsSeen {
    /// The `ETag` of the version that was seen.
    #[param(rename = "If-Match")]
    base: String,
}

impl RuleBase {
    /// The version, which must be named.
    pub(crate) fn required(self) -> Result<RuleVersionId, Problem> {
        self.0.ok_or_else(|| {
            let detail = "this change needs `If-Match` with the version it is based on";
            Problem::new(ProblemKind::BaseRequired, detail).hint("read it and send its `ETag`")
        })
    }
}

impl<S: Sync> FromRequestParts<S> for RuleBase {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let id = value
            .to_str()
            .ok()
            .and_then(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        id.map(|id| Self(Some(id))).ok_or_else(|| {
            let detail = "`If-Match` must be the one `ETag` that was read";
            Problem::new(ProblemKind::BadParameter, detail)
        })
    }
}

/// What has versions like those of vocabularies and schemas, with the tag of one.
pub(crate) fn rule_tagged<T: Serialize>(
    version: Option<RuleVersionId>,
    shown: &T,
) -> Result<Response, Problem> {
    let mut response = Json(shown).into_response();
    if let Some(version) = version {
        response.headers_mut().insert(header::ETAG, header_value(&format!("\"{version}\""))?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_tag_of_a_component_names_its_revision() {
        let id = RevisionId::new();
        assert_eq!(read_revision(&revision_tag(id)), Some(id));
        assert_eq!(read_revision(&shown_tag(id, b"{}")), Some(id));
    }

    #[test]
    fn a_state_is_read_back_from_its_tag_however_it_is_shown() {
        let state = Digest::of_bytes(b"x");
        assert_eq!(read_state(&format!("\"{}.0123456789abcdef\"", state.hex())), Some(state));
        assert_eq!(read_state(&format!("\"{}\"", state.hex())), Some(state));
        assert_eq!(read_state(&state.hex()), None);
    }

    #[test]
    fn what_names_no_single_revision_is_refused() {
        let id = RevisionId::new();
        for tag in ["*", "", "\"\"", &id.to_string(), &format!("W/\"{id}\""), "\"x\", \"y\""] {
            assert_eq!(read_revision(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_same_revision_shown_otherwise_has_another_tag() {
        let id = RevisionId::new();
        assert_ne!(shown_tag(id, b"draft"), shown_tag(id, b"approved"));
    }

    #[test]
    fn if_none_match_may_list_tags_and_weak_ones() {
        let mut headers = HeaderMap::new();
        assert!(!has_already(&headers, "\"a\""));
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"b\", W/\"a\""));
        assert!(has_already(&headers, "\"a\""));
        assert!(!has_already(&headers, "\"c\""));
    }
}

//! Problems: every way a request can fail, as RFC 9457 wants it.
//!
//! [`ProblemKind`] lists them with status and meaning; the pages under `/problems`, the OpenAPI
//! document and the responses are all made from that list. [`lcms_core::Error`] is turned into a
//! problem here and nowhere else. What the program did wrong is logged, never shown.

use axum::Extension;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::Violation;
use lcms_core::service::MergeItem;
use lcms_core::{Error, ErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

macro_rules! problems {
    ($($variant:ident: $slug:literal, $status:ident, $title:literal, $meaning:literal;)+) => {
        /// The ways a request can fail. A kind's slug ends its `type` and never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemKind {
            $(#[doc = $meaning] $variant,)+
        }

        impl ProblemKind {
            /// Every kind, by status.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Stable name, the last part of the problem's `type`.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$variant => $slug,)+ }
            }

            /// The status it is answered with.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// Short text, the same for every occurrence.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// What it means and what to do about it.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

problems! {
    Invalid: "invalid", BAD_REQUEST, "A rule is broken",
        "What was sent can be read but breaks a rule; `violations` names each rule and its place.";
    MalformedJson: "malformed-json", BAD_REQUEST, "The body is not JSON",
        "The body cannot be read as JSON, or one of its objects has the same key twice.";
    BadParameter: "bad-parameter", BAD_REQUEST, "A parameter cannot be read",
        "A part of the path, a query parameter or a header has not the form it must have.";
    TruncatedUpload: "truncated-upload", BAD_REQUEST, "The upload ended early",
        "Fewer or more bytes arrived than were announced; nothing was kept. Send them again.";
    Unauthenticated: "unauthenticated", UNAUTHORIZED, "Not signed in",
        "Send `Authorization: Bearer TOKEN` with a token that has neither expired nor been revoked, or sign in.";
    Forbidden: "forbidden", FORBIDDEN, "Not allowed",
        "The token's scopes or its user's roles do not allow this.";
    NotFound: "not-found", NOT_FOUND, "Not found",
        "There is no such thing, or the caller may not know of it.";
    NoSuchRoute: "no-such-route", NOT_FOUND, "No such address",
        "Nothing is served at this path; the API's documentation lists what is.";
    MethodNotAllowed: "method-not-allowed", METHOD_NOT_ALLOWED, "No such method here",
        "The address exists, but not for this method; `Allow` lists the methods.";
    UploadStalled: "upload-stalled", REQUEST_TIMEOUT, "The upload stalled",
        "No bytes arrived for too long; nothing was kept. Send them again.";
    Conflict: "conflict", CONFLICT, "In conflict with what is there",
        "The request contradicts the present state: a key is taken, a component is in use.";
    MergeConflict: "merge-conflict", CONFLICT, "Something is left to decide",
        "Both sides changed the same thing. `conflicts` lists each with base, ours and theirs; nothing was done. Send the request again with a resolution for each.";
    Redacted: "redacted", GONE, "Redacted",
        "The bytes were taken away for good, for the reason given; their digest and what names them remain.";
    StaleBase: "stale-base", PRECONDITION_FAILED, "Changed meanwhile",
        "`If-Match` names a revision that is no longer the head. Read again, apply the change to what is there now, send it with the new `ETag`.";
    CrossSite: "cross-site", FORBIDDEN, "Sent by another site",
        "A request that changes something and is answered for by a sign-in must come from a page of this server.";
    TooManyAttempts: "too-many-attempts", TOO_MANY_REQUESTS, "Too many wrong passwords",
        "The name has to wait before its next attempt; each wrong password doubles the wait.";
    TooLarge: "too-large", PAYLOAD_TOO_LARGE, "Too large",
        "The body is larger than its limit.";
    UnsupportedMediaType: "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Wrong media type",
        "The body must be sent as `application/json`.";
    RangeNotSatisfiable: "range-not-satisfiable", RANGE_NOT_SATISFIABLE, "No such range",
        "The range begins after the last byte; `Content-Range` says how many there are.";
    NotPublishable: "not-publishable", UNPROCESSABLE_ENTITY, "Cannot be published",
        "The release cannot be made into that package; `violations` gives every reason.";
    BaseRequired: "base-required", PRECONDITION_REQUIRED, "If-Match is missing",
        "A change must name the revision it is based on: send the `ETag` that was read as `If-Match`.";
    Internal: "internal", INTERNAL_SERVER_ERROR, "The server failed",
        "A fault of the program or its storage. The server's log has more under the id in `instance`.";
    Unavailable: "unavailable", SERVICE_UNAVAILABLE, "Busy or not ready",
        "Something is busy or took too long. Try again after `Retry-After` seconds; a change may have been made all the same, so read first.";
}

impl ProblemKind {
    /// URI reference of the problem's type; a page there explains it.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("/problems/{}", self.slug())
    }
}

impl From<ErrorKind> for ProblemKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Invalid => Self::Invalid,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::Conflict => Self::Conflict,
            ErrorKind::StaleBase => Self::StaleBase,
            ErrorKind::BaseRequired => Self::BaseRequired,
            ErrorKind::Unauthenticated => Self::Unauthenticated,
            ErrorKind::Forbidden => Self::Forbidden,
            ErrorKind::Redacted => Self::Redacted,
            ErrorKind::TooManyAttempts => Self::TooManyAttempts,
            ErrorKind::TooLarge => Self::TooLarge,
            ErrorKind::NotPublishable => Self::NotPublishable,
            ErrorKind::Unavailable => Self::Unavailable,
            ErrorKind::Internal => Self::Internal,
        }
    }
}

/// One request's failure.
#[derive(Clone, Debug)]
pub struct Problem(Box<Inner>);

/// Boxed: most requests do not fail, and their results should not be large for those that do.
#[derive(Clone, Debug)]
struct Inner {
    kind: ProblemKind,
    detail: String,
    hint: Option<String>,
    violations: Vec<Violation>,
    conflicts: Vec<MergeItem>,
    headers: HeaderMap,
    /// What failed and what was behind it, for the log.
    log_text: Option<String>,
}

impl Problem {
    /// A problem of that kind; `detail` is for people and about this occurrence.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            detail: detail.into(),
            hint: None,
            violations: Vec::new(),
            conflicts: Vec::new(),
            headers: HeaderMap::new(),
            log_text: None,
        }))
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same, with the broken rules at their places.
    #[must_use]
    pub fn violations(mut self, violations: Vec<Violation>) -> Self {
        self.0.violations = violations;
        self
    }

    /// The same, with the components that are in conflict.
    #[must_use]
    pub fn conflicts(mut self, conflicts: Vec<MergeItem>) -> Self {
        self.0.conflicts = conflicts;
        self
    }

    /// The same, with a header that such a response must carry.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        self.0.kind
    }

    /// What failed and what was behind it, for the log.
    pub(crate) fn log_text(&self) -> &str {
        self.0.log_text.as_deref().unwrap_or(&self.0.detail)
    }

    /// What the caller sees. The faults of the program are not shown.
    pub(crate) fn body(&self, instance: String) -> ProblemBody {
        let Inner { kind, detail, hint, violations, conflicts, .. } = &*self.0;
        let detail = match kind {
            ProblemKind::Internal => "the server failed while answering this request",
            _ => detail,
        };
        ProblemBody {
            r#type: kind.type_uri(),
            title: kind.title().to_owned(),
            status: kind.status().as_u16(),
            detail: detail.to_owned(),
            hint: hint.clone(),
            violations: violations.clone(),
            conflicts: conflicts.clone(),
            instance,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let mut problem = Self::new(error.kind().into(), error.message())
            .violations(error.violation_list().to_vec());
        problem.0.hint = error.hint_text().map(str::to_owned);
        problem.0.log_text = Some(with_causes(&error));
        problem
    }
}

/// An error and everything behind it, in one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl IntoResponse for Problem {
    /// A response with the problem attached; `observe`, which knows the request, writes the body.
    fn into_response(mut self) -> Response {
        let required = match self.0.kind {
            ProblemKind::Unavailable => Some((header::RETRY_AFTER, "2")),
            ProblemKind::Unauthenticated => {
                Some((header::WWW_AUTHENTICATE, "Bearer realm=\"lcms\""))
            }
            _ => None,
        };
        let mut headers = std::mem::take(&mut self.0.headers);
        if let Some((name, value)) = required {
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        (self.0.kind.status(), headers, Extension(self)).into_response()
    }
}

/// A problem as RFC 9457 writes it, with our members `hint`, `violations` and `conflicts`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// URI reference that names the kind of problem; a page there explains it.
    #[schema(example = "/problems/stale-base")]
    r#type: String,
    /// Short text, the same for every problem of this type.
    #[schema(example = "Changed meanwhile")]
    title: String,
    /// The response's status.
    #[schema(example = 412)]
    status: u16,
    /// What failed this time, for people.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// Broken rules with their places in what was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Violation>,
    /// Of a merge: the components with something left to decide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<MergeItem>,
    /// This request, as the server's log names it.
    #[schema(example = "urn:uuid:0192d3a0-0000-7000-8000-000000000001")]
    instance: String,
}

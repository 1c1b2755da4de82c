//! What is sent: JSON bodies.

use axum::extract::rejection::BytesRejection;
use axum::extract::rejection::FailedToBufferBody::LengthLimitError;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use lcms_core::model::Violation;
use lcms_core::model::content::read_typed;
use serde::de::DeserializeOwned;

use super::strict::Strict;
use crate::limits::JSON_BODY;
use crate::problem::{Problem, ProblemKind};

/// A JSON body as a typed value; refused with the pointer and the rule.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "the body must be JSON and say so";
            return Err(Problem::new(ProblemKind::UnsupportedMediaType, detail)
                .hint("send `Content-Type: application/json`"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(unread)?;
        let Strict(value) = serde_json::from_slice(&bytes).map_err(|error| malformed(&error))?;
        // Left to itself, serde takes an array for an object with its fields in order.
        let read = if value.is_object() {
            read_typed(value)
        } else {
            Err(vec![Violation::new("", "type", "the body must be a JSON object")])
        };
        read.map(Self).map_err(|violations| {
            Problem::new(ProblemKind::Invalid, "the body is not of the form that is expected here")
                .violations(violations)
        })
    }
}

/// A small file as it is, whatever it says to be.
#[derive(Debug)]
pub(crate) struct FileBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for FileBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        Bytes::from_request(request, state).await.map(Self).map_err(unread)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase());
    essence.is_some_and(|essence| essence == "application/json" || essence.ends_with("+json"))
}

fn unread(rejection: BytesRejection) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(LengthLimitError(_)) => {
            let detail = format!("the body is larger than the limit of {JSON_BODY} bytes");
            Problem::new(ProblemKind::TooLarge, detail)
                .hint("upload large data as a blob and name its digest")
        }
        other => Problem::new(ProblemKind::TruncatedUpload, other.to_string()),
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let violation = Violation::new("", "json", message).at(error.line(), error.column());
    Problem::new(ProblemKind::MalformedJson, format!("the body cannot be read as JSON: {text}"))
        .violations(vec![violation])
}

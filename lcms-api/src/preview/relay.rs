//! From the content to its LMS and back.
//!
//! cmi5 content asks its LMS over HTTP, and the LMS of a preview is the page around it: what it keeps
//! never leaves the browser. So a request of the content is handed to the page as an event, and the page
//! posts the answer. Whoever has the address of the preview can do both, as it can reach into the page
//! anyway; nothing else hangs on it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::oneshot;

use super::Previews;
use super::serving::gone;

/// How long the page may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest request: documents of an LMS are small.
const MOST_BYTES: usize = 1 << 20;
/// Requests that wait at most; a page that is slower misses the oldest.
const WAITING: usize = 256;

/// The requests of one preview that are under way.
#[derive(Debug)]
pub(super) struct Relay {
    asked: broadcast::Sender<Arc<Asked>>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
    next: AtomicU64,
}

/// What the content asked.
#[derive(Debug, Serialize)]
struct Asked {
    number: u64,
    method: String,
    /// Path and query, as they were asked for.
    address: String,
    headers: HashMap<String, String>,
    body: String,
}

/// What the page answers.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    status: u16,
    #[serde(default)]
    body: String,
    #[serde(default, rename = "type")]
    media_type: Option<String>,
}

impl Default for Relay {
    fn default() -> Self {
        let (asked, _) = broadcast::channel(WAITING);
        Self { asked, waiting: Mutex::default(), next: AtomicU64::default() }
    }
}

impl Relay {
    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<u64, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a request to the page; `None` if it does not answer in time.
    async fn ask(&self, request: impl FnOnce(u64) -> Asked) -> Option<Answer> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        self.waiting().insert(number, answer);
        // Nobody listens to it where the page is closed.
        let heard = self.asked.send(Arc::new(request(number))).is_ok();
        let answer = if heard {
            tokio::time::timeout(PATIENCE, answered).await.ok().and_then(Result::ok)
        } else {
            None
        };
        self.waiting().remove(&number);
        answer
    }
}

/// A request of the content to its LMS.
pub(super) async fn ask(
    State(previews): State<Previews>,
    Path((token, _)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let Some(relay) = previews.relay(&token) else { return gone() };
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MOST_BYTES).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "the request is too long").into_response();
    };
    let Ok(body) = String::from_utf8(body.into()) else {
        return (StatusCode::BAD_REQUEST, "the preview's LMS takes text only").into_response();
    };
    let text = |(name, value): (&header::HeaderName, &HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    let headers = headers.iter().filter_map(text).collect();
    let (method, address) = (parts.method.to_string(), parts.uri.to_string());
    let asked = |number| Asked { number, method, address, headers, body };
    let Some(answer) = relay.ask(asked).await else {
        return (StatusCode::GATEWAY_TIMEOUT, "the preview's page does not answer").into_response();
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let media_type = answer.media_type.as_deref().unwrap_or("application/json");
    let media_type = HeaderValue::from_str(media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    (status, [(header::CONTENT_TYPE, media_type)], answer.body).into_response()
}

/// What the content asks, as it comes.
pub(super) async fn asked(State(previews): State<Previews>, Path(token): Path<String>) -> Response {
    let Some(relay) = previews.relay(&token) else { return gone() };
    let requests = stream::unfold(relay.asked.subscribe(), async |mut requests| {
        loop {
            match requests.recv().await {
                Ok(asked) => return Some((Event::default().json_data(&*asked), requests)),
                Err(RecvError::Lagged(_)) => {} // who asked is told that nobody answers
                Err(RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(requests).keep_alive(KeepAlive::default()).into_response()
}

/// The page's answer to a request; nobody may wait for it any more.
pub(super) async fn answered(
    State(previews): State<Previews>,
    Path((token, number)): Path<(String, u64)>,
    Json(answer): Json<Answer>,
) -> Response {
    let Some(relay) = previews.relay(&token) else { return gone() };
    let waiting = relay.waiting().remove(&number);
    drop(waiting.map(|waiting| waiting.send(answer)));
    StatusCode::NO_CONTENT.into_response()
}

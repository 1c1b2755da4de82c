//! The change log: a page of it, or a stream that follows it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use lcms_core::model::{Event, EventNumber};
use lcms_core::service::{EventPage, Session};
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::IntoParams;

use crate::extract::{Caller, Credentials, Limit, UrlQuery};
use crate::openapi::EventRefusals;
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// How often a stream looks for new events.
const POLL: Duration = Duration::from_millis(500);
/// How often a stream asks whether its caller may still see it.
const RECHECK: Duration = Duration::from_secs(30);
/// Events read at a time.
const BATCH: u64 = 200;

/// Which part of the log.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventParameters {
    /// Only events after this number: `next` of the page before. From the first when left out.
    #[param(value_type = i64, minimum = 0, default = 0, required = false)]
    after: EventNumber,
    /// Newest first instead, only events before this number: `next` of the page before, 0 for the
    /// newest of all. Of no meaning for a stream.
    #[param(value_type = i64, minimum = 0, required = false)]
    before: Option<EventNumber>,
    /// How many on a page; of no meaning for a stream.
    #[param(value_type = u64, minimum = 1, maximum = 1000, default = 100, required = false)]
    limit: Limit<100, 1000>,
}

/// Read or follow the change log
///
/// Oldest first, or newest first with `before`; events you may see. With `Accept: text/event-stream` the answer is a stream of
/// server-sent events that follows the log until either side ends it: `id` is the event's
/// number, `event` its kind, `data` the event. A client that comes back sends `Last-Event-ID`,
/// as browsers do.
#[utoipa::path(
    get, path = "/events", tag = "events",
    params(
        EventParameters,
        ("Last-Event-ID" = Option<i64>, Header, description = "For a stream: go on after this number")
    ),
    responses(
        (status = 200, description = "A page, or a stream", content(
            (EventPage = "application/json"),
            (String = "text/event-stream")
        )),
        EventRefusals
    )
)]
pub(crate) async fn read_events(
    Caller(session): Caller,
    credentials: Credentials,
    State(state): State<AppState>,
    UrlQuery(EventParameters { after, before, limit: Limit(limit) }): UrlQuery<EventParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if !wants_stream(&headers) {
        let page = match before {
            None => session.events(after, limit).await?,
            Some(before) => {
                let before = (before.0 > 0).then_some(before);
                session.events_before(before, limit).await?
            }
        };
        return Ok(Json(page).into_response());
    }
    let after = last_seen(&headers)?.unwrap_or(after);
    let follower = Follower {
        session,
        credentials,
        state,
        after,
        waiting: VecDeque::new(),
        checked: Instant::now(),
    };
    Ok(Sse::new(follower.into_stream()).keep_alive(KeepAlive::default()).into_response())
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/event-stream"))
}

fn last_seen(headers: &HeaderMap) -> Result<Option<EventNumber>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok()).map(EventNumber);
    number.map(Some).ok_or_else(|| {
        Problem::new(ProblemKind::BadParameter, "`Last-Event-ID` is not an event's number")
    })
}

/// One client that follows the log.
struct Follower {
    session: Session,
    credentials: Credentials,
    state: AppState,
    after: EventNumber,
    waiting: VecDeque<Event>,
    checked: Instant,
}

impl Follower {
    fn into_stream(self) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        stream::unfold(self, |mut follower| async move {
            let event = follower.next().await?;
            let written = sse::Event::default()
                .id(event.number.to_string())
                .event(event.kind.as_str())
                .json_data(&event);
            match written {
                Ok(written) => Some((Ok(written), follower)),
                Err(error) => {
                    tracing::error!(%error, "an event cannot be written; its stream ends");
                    None
                }
            }
        })
    }

    /// The next event that may be seen; `None` when the stream is over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.checked.elapsed() >= RECHECK {
                self.session = self.credentials.open(&self.state.lcms).await.ok()?;
                self.checked = Instant::now();
            }
            match self.session.events(self.after, BATCH).await {
                Ok(page) => {
                    self.after = page.next;
                    self.waiting = page.items.into();
                    if page.more || !self.waiting.is_empty() {
                        continue;
                    }
                }
                // The client comes back and asks from where it was.
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ends");
                    return None;
                }
            }
            tokio::select! {
                () = self.state.stopping.cancelled() => return None,
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}

//! The change log: a page of it, or a stream that follows it.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt as _};
use lcms_core::model::{ComponentId, Event, EventKind, EventNumber, Instant, LibraryId, UserId};
use lcms_core::service::{EventFilter, EventPage, Session};
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use utoipa::IntoParams;

use crate::extract::{Caller, Credentials, Limit, Taken, UrlQuery, read_query};
use crate::openapi::{Bytes, EventRefusals};
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// How often a stream looks for new events.
const POLL: Duration = Duration::from_millis(500);
/// How often a stream asks whether its caller may still see it.
const RECHECK: Duration = Duration::from_secs(30);
/// Events read at a time.
const BATCH: u64 = 200;
/// Events read at a time for a file.
const LOG_BATCH: u64 = 1000;

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

/// Which events: those that fit everything that is said.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilterParameters {
    /// Only what this user did, by id.
    #[param(required = false)]
    actor: Option<UserId>,
    /// Only what happened so; may be given several times.
    #[param(required = false)]
    kind: Vec<EventKind>,
    /// Only what happened to this component, by id.
    #[param(required = false)]
    component: Option<ComponentId>,
    /// Only what happened in this library, by id.
    #[param(required = false)]
    library: Option<LibraryId>,
    /// Not before this: `2026-03-01T12:00:00Z` or a date.
    #[param(value_type = Option<String>, required = false)]
    since: Option<Instant>,
    /// Before this: `2026-03-01T12:00:00Z` or a date.
    #[param(value_type = Option<String>, required = false)]
    until: Option<Instant>,
}

/// The filter among parameters that say something else.
pub(crate) struct BesideOthers(FilterParameters);

impl<S: Sync> FromRequestParts<S> for BesideOthers {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        const OWN: &[&str] = &["actor", "kind", "component", "library", "since", "until"];
        parts.extensions.insert(Taken(OWN));
        read_query(parts.uri.query().unwrap_or_default(), |name| OWN.contains(&name)).map(Self)
    }
}

impl FilterParameters {
    fn filter(self) -> EventFilter {
        let Self { actor, kind: kinds, component, library, since, until } = self;
        let (since, until) = (since.map(|Instant(at)| at), until.map(|Instant(at)| at));
        EventFilter { actor, kinds, component, library, since, until }
    }
}

/// Read or follow the change log
///
/// Oldest first, or newest first with `before`; events you may see. Only newest first are they
/// filtered. With `Accept: text/event-stream` the answer is a stream of
/// server-sent events that follows the log until either side ends it: `id` is the event's
/// number, `event` its kind, `data` the event. A client that comes back sends `Last-Event-ID`,
/// as browsers do.
#[utoipa::path(
    get, path = "/events", tag = "events",
    params(
        EventParameters,
        FilterParameters,
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
    BesideOthers(filter): BesideOthers,
    UrlQuery(page): UrlQuery<EventParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let EventParameters { after, before, limit: Limit(limit) } = page;
    let filter = filter.filter();
    if before.is_none() && filter != EventFilter::default() {
        let detail = "events are filtered newest first only";
        return Err(Problem::new(ProblemKind::BadParameter, detail)
            .hint("add `before=0`, and go on with `next`"));
    }
    if !wants_stream(&headers) {
        let page = match before {
            None => session.events(after, limit).await?,
            Some(before) => {
                let before = (before.0 > 0).then_some(before);
                session.events_before(before, &filter, limit).await?
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
        checked: tokio::time::Instant::now(),
    };
    Ok(Sse::new(follower.into_stream()).keep_alive(KeepAlive::default()).into_response())
}

/// Download the change log
///
/// As comma-separated values (RFC 4180), newest first: what fits and you may see, all of it.
#[utoipa::path(
    get, path = "/events/log.csv", tag = "events",
    params(FilterParameters),
    responses((status = 200, description = "A line for each event, after one with the names of the columns", body = Bytes, content_type = "text/csv"), EventRefusals)
)]
pub(crate) async fn download_log(
    Caller(session): Caller,
    UrlQuery(asked): UrlQuery<FilterParameters>,
) -> Result<Response, Problem> {
    let people = session.people().await?;
    let names = people.into_iter().map(|person| (person.id, person.shown)).collect();
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"audit-log.csv\""),
        ),
    ];
    let log = Log { session, filter: asked.filter(), names, before: None, over: false };
    Ok((headers, Body::from_stream(log.into_stream())).into_response())
}

/// The log on its way to a file.
struct Log {
    session: Session,
    filter: EventFilter,
    names: HashMap<UserId, String>,
    before: Option<EventNumber>,
    over: bool,
}

impl Log {
    fn into_stream(self) -> impl Stream<Item = lcms_core::Result<String>> {
        let titles = "number,time,who,what,library,component,revision,release,detail\r\n";
        let first = stream::once(async { Ok(titles.to_owned()) });
        first.chain(stream::try_unfold(self, |mut log| async move {
            if log.over {
                return Ok(None);
            }
            let page = log.session.events_before(log.before, &log.filter, LOG_BATCH).await?;
            log.over = !page.more;
            log.before = Some(page.next);
            let lines = page.items.iter().map(|event| log.line(event)).collect::<String>();
            Ok(Some((lines, log)))
        }))
    }

    fn line(&self, event: &Event) -> String {
        let id = |id: Option<String>| id.unwrap_or_default();
        let actor = event.actor;
        let cells = [
            event.number.to_string(),
            event.time.format(&Rfc3339).unwrap_or_default(),
            self.names.get(&actor).cloned().unwrap_or_else(|| actor.to_string()),
            event.kind.as_str().to_owned(),
            id(event.library.map(|id| id.to_string())),
            id(event.component.map(|id| id.to_string())),
            id(event.revision.map(|id| id.to_string())),
            id(event.release.map(|id| id.to_string())),
            event.detail.to_string(),
        ];
        cells.map(|text| cell(&text)).join(",") + "\r\n"
    }
}

/// A text as a cell: quoted where it must be, and never the beginning of a formula.
fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if risky { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
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
    checked: tokio::time::Instant,
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
                self.checked = tokio::time::Instant::now();
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

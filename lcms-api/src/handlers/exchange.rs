//! Two servers exchange what one of them is missing of a library.
//!
//! The other side is a program such as `lcms sync`. It sums up what it has, is told what differs,
//! and fetches or sends only that; files go by `/blobs`. See `service::transfer::exchange`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt as _;
use lcms_core::model::{Digest, Key, Mark};
use lcms_core::service::transfer::exchange::{Buckets, Inventory, Line, Object, Offer};
use lcms_core::service::transfer::{Arrival, Documents, Received, Scope, Since};
use lcms_core::service::{Lcms, Session};
use lcms_core::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::extract::{Caller, JsonBody, UrlPath, UrlQuery};
use crate::limits::UPLOAD_PAUSE;
use crate::openapi::{ArrivalRefusals, CreateRefusals, GuardedRefusals, ReadRefusals};
use crate::problem::{Problem, ProblemKind};

/// Most documents in one answer.
const DOCUMENTS: usize = 1000;
/// Most places in logs that are asked about at once.
const PLACES: usize = 1000;
/// Media type of lines of JSON.
const LINES: &str = "application/x-ndjson";

/// Places in logs up to which everything about a library is known.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownLogs {
    /// The places, each by event and hash; at most 1000.
    known: Vec<Mark>,
}

/// Say what of other servers' logs is here
///
/// Everything that a log says of the library up to its place is here. A sender who finds a place of
/// its own log needs to compare only what happened since.
#[utoipa::path(
    get, path = "/libraries/{key}/exchange/known", tag = "exchange",
    params(("key" = Key, Path, description = "The library's key")),
    responses((status = 200, description = "The places", body = KnownLogs), ReadRefusals)
)]
pub(crate) async fn known_logs(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
) -> Result<Json<KnownLogs>, Problem> {
    Ok(Json(KnownLogs { known: session.known_logs(&key).await? }))
}

/// Say what happened to a library since a place in the log
///
/// Send the places that you know; the newest that is of the log here counts. When none is, or too
/// much happened, the whole library is to be compared.
#[utoipa::path(
    post, path = "/libraries/{key}/exchange/changes", tag = "exchange",
    params(("key" = Key, Path, description = "The library's key")),
    request_body(content = KnownLogs),
    responses((status = 200, description = "What happened", body = Since), CreateRefusals)
)]
pub(crate) async fn changes(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
    JsonBody(KnownLogs { known }): JsonBody<KnownLogs>,
) -> Result<Json<Since>, Problem> {
    if known.len() > PLACES {
        return Err(Error::invalid(format!("name at most {PLACES} places")).into());
    }
    Ok(Json(session.changed_since(&key, &known).await?))
}

/// Sum up what is here of a library
///
/// Send the digests of your buckets, of the whole library or of a part; the answer names every
/// object in those that differ.
#[utoipa::path(
    post, path = "/libraries/{key}/exchange", tag = "exchange",
    params(("key" = Key, Path, description = "The library's key")),
    request_body(content = Buckets),
    responses((status = 200, description = "What differs", body = Offer), CreateRefusals)
)]
pub(crate) async fn offer_objects(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
    JsonBody(buckets): JsonBody<Buckets>,
) -> Result<Json<Offer>, Problem> {
    let inventory = session.inventory(&key, buckets.scope.as_ref()).await?;
    Ok(Json(inventory.offer(&buckets)?))
}

/// The objects that are wanted of an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedObjects {
    /// `state` of the offer.
    state: Digest,
    /// The objects.
    want: BTreeSet<Digest>,
    /// `scope` that the offer was asked for with.
    #[serde(default)]
    scope: Option<Scope>,
}

/// Fetch objects of a library
///
/// As lines of JSON, in no particular order. Refused when the library has changed since the offer.
#[utoipa::path(
    post, path = "/libraries/{key}/exchange/objects", tag = "exchange",
    params(("key" = Key, Path, description = "The library's key")),
    request_body(content = WantedObjects),
    responses(
        (status = 200, description = "The objects", body = String, content_type = "application/x-ndjson"),
        GuardedRefusals
    )
)]
pub(crate) async fn fetch_objects(
    Caller(session): Caller,
    UrlPath(key): UrlPath<Key>,
    JsonBody(WantedObjects { state, want, scope }): JsonBody<WantedObjects>,
) -> Result<Response, Problem> {
    let inventory = session.inventory(&key, scope.as_ref()).await?;
    require_same(&inventory, state)?;
    let lines = want.into_iter().filter_map(move |digest| {
        let line = Line::Object(inventory.get(digest)?.clone());
        Some(line.to_bytes().map(Bytes::from))
    });
    let body = Body::from_stream(futures::stream::iter(lines));
    Ok(([(header::CONTENT_TYPE, LINES)], body).into_response())
}

fn require_same(inventory: &Inventory, state: Digest) -> Result<(), Problem> {
    if inventory.state() == state {
        return Ok(());
    }
    let message = "the library has changed since the offer";
    Err(Error::new(ErrorKind::StaleBase, message).hint("ask for the offer again").into())
}

/// The documents that are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedDocuments {
    /// Their digests, at most 1000.
    want: Vec<Digest>,
}

/// Documents by digest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundDocuments {
    /// Each as canonical JSON; those that are not here are left out.
    documents: BTreeMap<Digest, String>,
}

/// Fetch documents
#[utoipa::path(
    post, path = "/exchange/documents", tag = "exchange",
    request_body(content = WantedDocuments),
    responses((status = 200, description = "The documents", body = FoundDocuments), CreateRefusals)
)]
pub(crate) async fn fetch_documents(
    Caller(session): Caller,
    JsonBody(WantedDocuments { want }): JsonBody<WantedDocuments>,
) -> Result<Json<FoundDocuments>, Problem> {
    if want.len() > DOCUMENTS {
        let message = format!("ask for at most {DOCUMENTS} documents at once");
        return Err(Error::invalid(message).into());
    }
    let found = session.documents(&want).await?.into_iter();
    let text = |(digest, body)| String::from_utf8(body).ok().map(|text| (digest, text));
    Ok(Json(FoundDocuments { documents: found.filter_map(text).collect() }))
}

/// How an arrival is taken in.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ArrivalParameters {
    /// Only say what would be done.
    #[param(required = false)]
    dry_run: bool,
    /// Name for where it comes from: heads that have to be merged arrive on the branch
    /// `remote.ORIGIN`. Your user name when left out.
    #[param(value_type = Option<String>, required = false)]
    origin: Option<Key>,
}

/// Send what a library is missing here
///
/// Lines of JSON: first your offer, then the objects of it that are not here, with the documents
/// that these name. Their files have to be here. Needs the role `admin`.
#[utoipa::path(
    post, path = "/libraries/{key}/exchange/arrivals", tag = "exchange",
    params(("key" = Key, Path, description = "The library's key"), ArrivalParameters),
    request_body(content = String, content_type = "application/x-ndjson", description = "The lines"),
    responses((status = 200, description = "What was done", body = Received), ArrivalRefusals)
)]
pub(crate) async fn take_in(
    Caller(session): Caller,
    State(lcms): State<Lcms>,
    UrlPath(key): UrlPath<Key>,
    UrlQuery(ArrivalParameters { dry_run, origin }): UrlQuery<ArrivalParameters>,
    body: Body,
) -> Result<Json<Received>, Problem> {
    let origin = origin.or_else(|| session.actor().name().parse().ok()).ok_or_else(|| {
        Problem::new(ProblemKind::BadParameter, "your name is no key: give `origin`")
    })?;
    let mut sent = Sent::default();
    let mut lines = Lines::new(body, lcms.settings().max_upload);
    while let Some(line) = lines.next().await? {
        sent.take(line)?;
    }
    let Some((seen, buckets, offer, since)) = sent.offer else {
        return Err(Error::invalid("the first line is not an offer").into());
    };
    let own = own_inventory(&session, &key, since.scope.as_ref()).await?;
    require_same(&own, seen)?;
    let objects = own.put_together(&offer, buckets, sent.objects)?;
    let arrival = Arc::new(Arrival { objects, documents: sent.documents, origin });
    let received = session.receive(arrival, dry_run).await?;
    if !dry_run && received.rule_conflicts.is_empty() {
        session.note_known(&key, &since).await?;
    }
    Ok(Json(received))
}

/// What is here of a library; nothing when there is none of that key.
async fn own_inventory(
    session: &Session,
    key: &Key,
    scope: Option<&Scope>,
) -> Result<Inventory, Problem> {
    match session.inventory(key, scope).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Inventory::default()),
        found => Ok(found?),
    }
}

/// What was sent so far.
#[derive(Default)]
struct Sent {
    offer: Option<(Digest, usize, Offer, Since)>,
    objects: Vec<Object>,
    documents: Documents,
}

impl Sent {
    fn take(&mut self, line: Line) -> Result<(), Problem> {
        match line {
            Line::Offer { seen, buckets, offer, since } if self.offer.is_none() => {
                self.offer = Some((seen, buckets, offer, since));
            }
            Line::Object(object) => self.objects.push(object),
            Line::Document(text) => {
                let body = text.into_bytes();
                self.documents.insert(Digest::of_bytes(&body), body);
            }
            Line::Offer { .. } => return Err(Error::invalid("there are two offers").into()),
        }
        Ok(())
    }
}

/// A body as lines, within a limit.
struct Lines {
    body: axum::body::BodyDataStream,
    waiting: Vec<u8>,
    read: u64,
    limit: u64,
    number: usize,
    ended: bool,
}

impl Lines {
    fn new(body: Body, limit: u64) -> Self {
        let body = body.into_data_stream();
        Self { body, waiting: Vec::new(), read: 0, limit, number: 0, ended: false }
    }

    async fn next(&mut self) -> Result<Option<Line>, Problem> {
        let mut looked = 0;
        loop {
            let end = self.waiting[looked..].iter().position(|byte| *byte == b'\n');
            if let Some(end) = end {
                let rest = self.waiting.split_off(looked + end + 1);
                let line = std::mem::replace(&mut self.waiting, rest);
                return self.parse(&line).map(Some);
            }
            if self.ended {
                return match self.waiting.is_empty() {
                    true => Ok(None),
                    false => {
                        let detail = "the last line is cut off: send everything again";
                        Err(Problem::new(ProblemKind::TruncatedUpload, detail))
                    }
                };
            }
            looked = self.waiting.len();
            self.more().await?;
        }
    }

    async fn more(&mut self) -> Result<(), Problem> {
        let stalled = |_| {
            let detail = format!("nothing arrived for {UPLOAD_PAUSE:?}");
            Problem::new(ProblemKind::UploadStalled, detail)
        };
        match tokio::time::timeout(UPLOAD_PAUSE, self.body.next()).await.map_err(stalled)? {
            None => self.ended = true,
            Some(Err(error)) => {
                let detail = format!("the upload broke off: {error}");
                return Err(Problem::new(ProblemKind::TruncatedUpload, detail));
            }
            Some(Ok(chunk)) => {
                self.read += chunk.len() as u64;
                if self.read > self.limit {
                    let detail = format!("more than the limit of {} bytes was sent", self.limit);
                    return Err(Problem::new(ProblemKind::TooLarge, detail));
                }
                self.waiting.extend_from_slice(&chunk);
            }
        }
        Ok(())
    }

    fn parse(&mut self, line: &[u8]) -> Result<Line, Problem> {
        self.number += 1;
        serde_json::from_slice(line).map_err(|error| {
            let detail = format!("line {} cannot be read: {error}", self.number);
            Problem::new(ProblemKind::Invalid, detail)
        })
    }
}

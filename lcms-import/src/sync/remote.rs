//! Another server, by its HTTP interface.

use std::collections::BTreeSet;

use futures::{StreamExt as _, TryStreamExt as _};
use lcms_core::model::{Digest, Key, Mark, Violation};
use lcms_core::service::Session;
use lcms_core::service::transfer::exchange::{Buckets, Line, Object, Offer};
use lcms_core::service::transfer::{Documents, Received, Scope, Since};
use lcms_core::{Error, ErrorKind, Result};
use reqwest::{Client, Method, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::SyncOptions;

/// Objects asked for at once: the other side reads its library for each request.
const BATCH: usize = 50_000;

/// Another server.
#[derive(Clone)]
pub struct Remote {
    client: Client,
    address: Url,
    token: String,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Remote({})", self.address)
    }
}

/// What of a problem (RFC 9457) is told on.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    detail: String,
    #[serde(default)]
    hint: Option<String>,
    #[serde(default)]
    violations: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    pointer: String,
    #[serde(default)]
    rule: String,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
struct Found {
    documents: std::collections::BTreeMap<Digest, String>,
}

#[derive(Deserialize)]
struct Known {
    known: Vec<Mark>,
}

impl Remote {
    /// The server at that address, asked with that token.
    ///
    /// # Errors
    /// When the address is none of a web server.
    pub fn new(address: &str, token: String) -> Result<Self> {
        let address: Url = address
            .parse()
            .map_err(|error| Error::invalid(format!("`{address}` is not an address: {error}")))?;
        if !matches!(address.scheme(), "http" | "https") || address.cannot_be_a_base() {
            return Err(Error::invalid(format!("`{address}` is not the address of a server"))
                .hint("write it as `https://lcms.example.org`"));
        }
        let client = Client::builder()
            .build()
            .map_err(|error| Error::internal("could not prepare to ask another server", error))?;
        Ok(Self { client, address, token })
    }

    /// A name for where things come from: the server's host name.
    ///
    /// # Errors
    /// When it makes no key.
    pub fn origin(&self) -> Result<Key> {
        let host = self.address.host_str().and_then(Key::from_text);
        host.ok_or_else(|| {
            Error::invalid("the host name is no name for a branch").hint("give `--origin NAME`")
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.address.clone();
        // A base address always has a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path);
        }
        url
    }

    fn request(&self, method: Method, url: Url) -> reqwest::RequestBuilder {
        self.client.request(method, url).bearer_auth(&self.token)
    }

    /// Sends a request; a refusal becomes the error that a service here would give.
    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Response> {
        let unreachable = |error| self.unreachable(error);
        let response = request.send().await.map_err(unreachable)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let refusal = response.json::<Refusal>().await.ok();
        let kind = match status {
            StatusCode::UNAUTHORIZED => ErrorKind::Unauthenticated,
            StatusCode::FORBIDDEN => ErrorKind::Forbidden,
            StatusCode::NOT_FOUND => ErrorKind::NotFound,
            StatusCode::CONFLICT => ErrorKind::Conflict,
            StatusCode::PRECONDITION_FAILED => ErrorKind::StaleBase,
            StatusCode::GONE => ErrorKind::Redacted,
            StatusCode::PAYLOAD_TOO_LARGE => ErrorKind::TooLarge,
            status if status.is_client_error() => ErrorKind::Invalid,
            _ => ErrorKind::Unavailable,
        };
        let Some(refusal) = refusal else {
            let message = format!("{} answered {status}", self.address);
            return Err(Error::new(kind, message).hint("is it the address of an lcms server?"));
        };
        let told = |told: Told| Violation::new(told.pointer, &told.rule, told.message);
        let violations = refusal.violations.into_iter().map(told).collect();
        let error = Error::new(kind, format!("{}: {}", self.address, refusal.detail));
        let error = error.with_violations(violations);
        Err(match refusal.hint {
            Some(hint) => error.hint(hint),
            None => error,
        })
    }

    fn unreachable(&self, error: impl std::error::Error + Send + Sync + 'static) -> Error {
        let mut reason: &dyn std::error::Error = &error;
        while let Some(source) = reason.source() {
            reason = source;
        }
        Error::unavailable(format!("{} could not be asked: {reason}", self.address))
    }

    /// What the other side has where its buckets differ; nothing when it has no such library.
    pub(super) async fn offer(&self, library: &Key, own: &Buckets) -> Result<Option<Offer>> {
        let url = self.url(&["libraries", library.as_str(), "exchange"]);
        match self.answer(self.request(Method::POST, url).json(own)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            answer => Ok(Some(self.json(answer?).await?)),
        }
    }

    /// What happened to a library there since one of these places; nothing when it has no such
    /// library.
    pub(super) async fn changes(&self, library: &Key, known: &[Mark]) -> Result<Option<Since>> {
        let url = self.url(&["libraries", library.as_str(), "exchange", "changes"]);
        let body = json!({ "known": known });
        match self.answer(self.request(Method::POST, url).json(&body)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            answer => Ok(Some(self.json(answer?).await?)),
        }
    }

    /// The places in other logs up to which the other side has everything about a library.
    pub(super) async fn known_logs(&self, library: &Key) -> Result<Vec<Mark>> {
        let url = self.url(&["libraries", library.as_str(), "exchange", "known"]);
        match self.answer(self.request(Method::GET, url)).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            answer => Ok(self.json::<Known>(answer?).await?.known),
        }
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, response: Response) -> Result<T> {
        response.json().await.map_err(|error| self.unreachable(error))
    }

    pub(super) async fn objects(
        &self,
        library: &Key,
        offer: &Offer,
        scope: Option<&Scope>,
        wanted: &BTreeSet<Digest>,
    ) -> Result<Vec<Object>> {
        let mut came = Vec::with_capacity(wanted.len());
        let wanted: Vec<_> = wanted.iter().collect();
        for want in wanted.chunks(BATCH) {
            let url = self.url(&["libraries", library.as_str(), "exchange", "objects"]);
            let body = json!({ "state": offer.state, "want": want, "scope": scope });
            let response = self.answer(self.request(Method::POST, url).json(&body)).await?;
            let mut chunks = response.bytes_stream();
            let mut waiting = Vec::new();
            while let Some(chunk) = chunks.next().await {
                waiting.extend_from_slice(&chunk.map_err(|error| self.unreachable(error))?);
                let whole = waiting.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                let rest = waiting.split_off(whole);
                for line in waiting.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    match serde_json::from_slice(line) {
                        Ok(Line::Object(object)) => came.push(object),
                        Ok(_) => return Err(self.unreadable("something else than an object")),
                        Err(error) => return Err(self.unreadable(&error.to_string())),
                    }
                }
                waiting = rest;
            }
        }
        Ok(came)
    }

    fn unreadable(&self, what: &str) -> Error {
        Error::invalid(format!("what {} sent cannot be read: {what}", self.address))
            .hint("both servers have to be of the same version")
    }

    /// Documents by digest; what is not what its digest says is no document.
    pub(super) async fn documents(&self, want: &[Digest]) -> Result<Documents> {
        let url = self.url(&["exchange", "documents"]);
        let body = json!({ "want": want });
        let response = self.answer(self.request(Method::POST, url).json(&body)).await?;
        let found: Found = self.json(response).await?;
        Ok(found.documents.into_iter().map(|(digest, text)| (digest, text.into_bytes())).collect())
    }

    /// Fetches a file; answers its size.
    pub(super) async fn fetch_blob(
        &self,
        session: &Session,
        digest: Digest,
        media_type: &str,
    ) -> Result<u64> {
        let url = self.url(&["blobs", &digest.to_string()]);
        let response = self.answer(self.request(Method::GET, url)).await?;
        let mut upload = session.upload(media_type)?;
        let mut bytes = response.bytes_stream();
        while let Some(chunk) = bytes.next().await {
            upload.write(&chunk.map_err(|error| self.unreachable(error))?).await?;
        }
        Ok(upload.finish(Some(digest)).await?.size)
    }

    pub(super) async fn has_blob(&self, digest: Digest) -> Result<bool> {
        let url = self.url(&["blobs", &digest.to_string()]);
        match self.answer(self.request(Method::HEAD, url)).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends a file; answers its size.
    pub(super) async fn send_blob(
        &self,
        session: &Session,
        digest: Digest,
        media_type: &str,
    ) -> Result<u64> {
        let blob = session.blob(digest).await?;
        let bytes = session.blob_bytes(digest, 0..blob.size).await?;
        let mut url = self.url(&["blobs"]);
        url.query_pairs_mut().append_pair("digest", &digest.to_string());
        let body = reqwest::Body::wrap_stream(bytes.map_err(std::io::Error::other));
        let request = self
            .request(Method::POST, url)
            .header(header::CONTENT_TYPE, media_type)
            .header(header::CONTENT_LENGTH, blob.size)
            .body(body);
        self.answer(request).await?;
        Ok(blob.size)
    }

    /// Sends what the other side is missing; answers what it did with it.
    pub(super) async fn arrive(
        &self,
        options: &SyncOptions,
        lines: impl Iterator<Item = Line> + Send + 'static,
    ) -> Result<Received> {
        let library = options.library.as_str();
        let mut url = self.url(&["libraries", library, "exchange", "arrivals"]);
        if options.dry_run {
            url.query_pairs_mut().append_pair("dry_run", "true");
        }
        if let Some(origin) = &options.origin {
            url.query_pairs_mut().append_pair("origin", origin.as_str());
        }
        let lines = lines.map(|line| line.to_bytes().map_err(std::io::Error::other));
        let body = reqwest::Body::wrap_stream(futures::stream::iter(lines));
        let request = self
            .request(Method::POST, url)
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .body(body);
        self.json(self.answer(request).await?).await
    }
}

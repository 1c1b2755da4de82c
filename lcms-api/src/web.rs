//! The web app: files that `npm run build` made in `web/dist`, embedded in the program.
//!
//! Every address that is nothing else is a page of the app, which finds out by itself what to show.
//! A debug build reads the files from the disk, so that a new build of the app shows on reload; a
//! build without them says how to make them. Files are compressed when they are built, not when
//! they are sent.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use lcms_publish::proof;
use rust_embed::{Embed, EmbeddedFile};

use crate::handlers::problems::no_such_route;
use crate::headers;

#[derive(Embed)]
#[folder = "../web/dist"]
struct Files;

const INDEX: &str = "index.html";
/// Names in this folder hold a digest of the file: they never change.
const IMMUTABLE: &str = "assets/";
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

const MISSING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>lcms</title>\
    <h1>The web app is not part of this build</h1>\
    <p>Build it with Node.js 20 or later, then build the program again:</p>\
    <pre>make web-app\ncargo build --release</pre>\
    <p>Everything else works without it: <a href=\"/docs/\">the API and its documentation</a>, and \
    the command line.</p></html>";

/// What every address without a route is answered with.
pub(crate) async fn page(uri: Uri, headers: HeaderMap, request: Request) -> Response {
    let path = uri.path().trim_start_matches('/');
    let asks_page = request.method().is_safe()
        && !path.starts_with("api/")
        && !path.starts_with(IMMUTABLE)
        && accepts(&headers, header::ACCEPT, "text/html");
    if request.method().is_safe()
        && !path.is_empty()
        && let Some(response) = file(path, &headers)
    {
        return response;
    }
    if asks_page {
        return app(&headers);
    }
    no_such_route(&uri).into_response()
}

/// The app itself.
pub(crate) fn app(headers: &HeaderMap) -> Response {
    let policy = [(header::CONTENT_SECURITY_POLICY, headers::APP)];
    match file(INDEX, headers) {
        Some(response) => (policy, response).into_response(),
        None => {
            let described = [(header::CONTENT_TYPE, HTML)];
            (StatusCode::OK, policy, described, MISSING).into_response()
        }
    }
}

/// The first page.
pub(crate) async fn home(headers: HeaderMap) -> Response {
    app(&headers)
}

fn accepts(headers: &HeaderMap, name: header::HeaderName, what: &str) -> bool {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.split(',').any(|one| one.trim().starts_with(what)))
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let plain = Files::get(path)?;
    let packed = accepts(headers, header::ACCEPT_ENCODING, "br")
        .then(|| Files::get(&format!("{path}.br")))
        .flatten();
    let tag = format!("\"{}\"", hex(&plain.metadata.sha256_hash()[..16]));
    let age = if path.starts_with(IMMUTABLE) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = if crate::conditions::has_already(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match packed {
            Some(packed) => {
                let coding = [(header::CONTENT_ENCODING, HeaderValue::from_static("br"))];
                (coding, body(packed)).into_response()
            }
            None => body(plain).into_response(),
        }
    };
    let own = response.headers_mut();
    own.insert(header::CONTENT_TYPE, media_type(path));
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
    own.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        own.insert(header::ETAG, tag);
    }
    Some(response)
}

fn body(file: EmbeddedFile) -> axum::body::Body {
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => bytes.into(),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn media_type(path: &str) -> HeaderValue {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    HeaderValue::from_static(match extension {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "webmanifest" | "json" => "application/json",
        _ => "application/octet-stream",
    })
}

/// A style sheet of proofs.
pub(crate) async fn proof_look(
    axum::extract::Path(name): axum::extract::Path<String>,
    uri: Uri,
) -> Response {
    match proof::look().find(|(found, _)| *found == name) {
        Some((_, bytes)) => {
            let described = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            ];
            (described, bytes).into_response()
        }
        None => no_such_route(&uri).into_response(),
    }
}

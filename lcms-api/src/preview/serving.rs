//! What the preview's listener answers.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{any, get, post};
use lcms_publish::{Format, Preview};

use super::{Previews, relay};
use crate::headers;
use crate::streaming::Download;

/// The page around the content: its own files, the content in a frame, and what that asks it.
const AROUND: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";
/// The content: whatever is in its package, and nothing else. Whoever shows the page around it, such as
/// the application, may frame it: it has nothing that could be clicked away.
const CONTENT: &str = "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; \
     style-src 'self' 'unsafe-inline'; connect-src 'self'; base-uri 'self'; form-action 'none'";

/// Everything under the preview's host name.
pub(crate) fn router(previews: Previews) -> Router {
    Router::new()
        .route("/{token}", get(|Path(token): Path<String>| async move {
            Redirect::permanent(&format!("/{token}/"))
        }))
        .route("/{token}/", get(page))
        .route("/{token}/around/{file}", get(around))
        .route("/{token}/asked", get(relay::asked))
        .route("/{token}/answers/{number}", post(relay::answered))
        .route("/{token}/lms/{*path}", any(relay::ask))
        .route("/{token}/content/{*path}", get(content))
        .fallback(|| async { gone() })
        .layer(from_fn_with_state(previews.clone(), under_its_own_name))
        .layer(from_fn(complete))
        .with_state(previews)
}

/// Content runs under the preview's host name and no other: under that of the application, it would
/// be the application to a browser.
async fn under_its_own_name(
    State(previews): State<Previews>,
    request: Request,
    next: Next,
) -> Response {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if named.is_some_and(|host| host.eq_ignore_ascii_case(&previews.host())) {
        return next.run(request).await;
    }
    let said = "previews are served under their own host name only";
    (StatusCode::MISDIRECTED_REQUEST, said).into_response()
}

async fn complete(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let own = response.headers_mut();
    // Nothing is kept: the address is a secret, and what it shows ends with it.
    own.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers::complete(own);
    response
}

pub(super) fn gone() -> Response {
    let said = "There is no such preview (any more). Open it again from the application.";
    (StatusCode::NOT_FOUND, said).into_response()
}

async fn page(State(previews): State<Previews>, Path(token): Path<String>) -> Response {
    let Some(preview) = previews.get(&token) else { return gone() };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, AROUND),
    ];
    (headers, page_of(&preview)).into_response()
}

fn page_of(preview: &Preview) -> String {
    let (standard, note) = runtime_of(preview);
    let data = serde_json::json!({
        "title": preview.title, "standard": standard, "note": note, "items": preview.items,
    });
    let data = data.to_string().replace('<', "\\u003c");
    include_str!("page/index.html").replace("{{data}}", &data)
}

/// The standard whose runtime stands beside the content, if one does, and what is to be said about it.
fn runtime_of(preview: &Preview) -> (Option<&'static str>, Option<&'static str>) {
    let standard = match preview.format {
        Format::Scorm12 => Some("1.2"),
        Format::Cmi5 => Some("cmi5"),
        Format::Html => return (None, Some("A web site reports to no LMS.")),
        _ => Some("2004"),
    };
    (standard, None)
}

async fn around(
    State(previews): State<Previews>,
    Path((token, file)): Path<(String, String)>,
) -> Response {
    if previews.get(&token).is_none() {
        return gone();
    }
    const SCRIPT: &str = "text/javascript; charset=utf-8";
    let (media_type, text) = match file.as_str() {
        "page.css" => ("text/css; charset=utf-8", include_str!("page/page.css")),
        "lms.js" => (SCRIPT, include_str!("page/lms.js")),
        "page.js" => (SCRIPT, include_str!("page/page.js")),
        "runtime.js" => (SCRIPT, include_str!("page/runtime.js")),
        _ => return gone(),
    };
    ([(header::CONTENT_TYPE, media_type)], text).into_response()
}

async fn content(
    State(previews): State<Previews>,
    Path((token, path)): Path<(String, String)>,
    asked: HeaderMap,
) -> Response {
    let Some(preview) = previews.get(&token) else { return gone() };
    let file = match preview.file(&path) {
        Ok(Some(file)) => file,
        Ok(None) => return gone(),
        Err(error) => {
            tracing::error!(%error, path, "a file of a preview could not be read");
            return (StatusCode::INTERNAL_SERVER_ERROR, "the file could not be read")
                .into_response();
        }
    };
    let Ok(media_type) = HeaderValue::from_str(&file.media_type) else { return gone() };
    let described = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT)),
    ];
    // Media are asked for in ranges; the address is as good a tag as any, for nothing is kept.
    let answer = Download::of(&asked, file.size, "\"preview\"").and_then(|download| {
        let range = download.range();
        download.answer(file.stream(range), described)
    });
    answer.unwrap_or_else(|_| StatusCode::RANGE_NOT_SATISFIABLE.into_response())
}

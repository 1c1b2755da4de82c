//! Headers that every response carries unless it has set its own.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// For data: nothing in it may run, load or be framed.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// For content that others made: as [`NOTHING`], and in an origin of its own.
pub(crate) const SANDBOXED: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

/// For a page that shows content others made: its styles, pictures and media load from here, no
/// script runs, and only pages of this server may frame it. It keeps the server's origin, else its
/// pictures would not be given to it; without scripts it can do nothing with that.
pub(crate) const PROOF: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin",
);

/// For the web app: its own files and the API. Pages that show content stand in frames.
pub(crate) const APP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     media-src 'self' blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; \
     manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
);

/// For the documentation page: its own files, the styles it sets itself, and the API it tries.
pub(crate) const DOCUMENTATION: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// Adds what is missing.
pub(crate) fn complete(headers: &mut HeaderMap) {
    let defaults: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, NOTHING),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        // Answers depend on who asks and may change: keep them, but ask before using them.
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

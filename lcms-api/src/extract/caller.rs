//! Who asks: a token in a header, or a sign-in in a cookie.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use lcms_core::ErrorKind;
use lcms_core::service::{Lcms, Session};

use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// The cookie that holds a sign-in's secret.
pub(crate) const COOKIE: &str = "lcms";

/// What a handler may do: what its caller may. First in every handler, so that nothing is read
/// of a request that nobody answers for.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub Session);

/// What a request says of who sent it, not checked yet.
#[derive(Clone)]
pub(crate) enum Credentials {
    /// The secret of a token.
    Token(String),
    /// The secret of a sign-in.
    SignIn(String),
}

impl Credentials {
    /// The session they open now; asked again, they may open none.
    pub(crate) async fn open(&self, lcms: &Lcms) -> Result<Session, Problem> {
        let actor = match self {
            Self::Token(secret) => lcms.authenticate(secret).await,
            Self::SignIn(secret) => lcms.signed_in(secret).await,
        };
        let actor = actor.map_err(|error| {
            let refused = error.kind() == ErrorKind::Unauthenticated;
            let problem = Problem::from(error);
            if refused {
                let challenge = "Bearer realm=\"lcms\", error=\"invalid_token\"";
                problem.header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
            } else {
                problem
            }
        })?;
        Ok(lcms.act_as(actor))
    }
}

impl<S: Sync> FromRequestParts<S> for Credentials {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let refuse = |detail: &str| {
            Problem::new(ProblemKind::Unauthenticated, detail).hint(
                "send `Authorization: Bearer TOKEN`; `lcms token create --user NAME` makes a token",
            )
        };
        let Some(value) = parts.headers.get(header::AUTHORIZATION) else {
            let secret = sign_in_secret(&parts.headers)
                .ok_or_else(|| refuse("the request carries no token and no sign-in"))?;
            if !parts.method.is_safe() {
                require_own_page(&parts.headers)?;
            }
            return Ok(Self::SignIn(secret));
        };
        let (scheme, secret) = value
            .to_str()
            .ok()
            .and_then(|text| text.split_once(' '))
            .ok_or_else(|| refuse("the `Authorization` header carries no bearer token"))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refuse("the `Authorization` header carries no bearer token"));
        }
        Ok(Self::Token(secret.trim().to_owned()))
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let credentials = Credentials::from_request_parts(parts, state).await?;
        credentials.open(&state.lcms).await.map(Self)
    }
}

/// The secret in the cookie, if there is one.
pub(crate) fn sign_in_secret(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// Refuses what a page of another site, or of another host beside this one, makes a browser send.
/// Every browser says where a request comes from when it changes something; one that says nothing
/// is refused as well.
pub(crate) fn require_own_page(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
        (None, None) => false,
    };
    if own {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::CrossSite,
        "the request does not come from a page of this server",
    )
    .hint("a program sends a token instead of a sign-in"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn only_a_page_of_this_server_may_use_a_sign_in_to_change_something() {
        let allowed = |pairs| require_own_page(&headers(pairs)).is_ok();
        assert!(allowed(&[("sec-fetch-site", "same-origin"), ("host", "x")]));
        assert!(allowed(&[("origin", "http://localhost:8080"), ("host", "localhost:8080")]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(require_own_page(&headers(&[("sec-fetch-site", site)])).is_err(), "{site}");
        }
        assert!(!allowed(&[("origin", "http://localhost:9090"), ("host", "localhost:8080")]));
        assert!(!allowed(&[("origin", "null"), ("host", "localhost:8080")]));
        assert!(!allowed(&[("host", "localhost:8080")]));
        // What the browser says itself counts more than what a page may have sent along.
        assert!(!allowed(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://x"),
            ("host", "x")
        ]));
    }

    #[test]
    fn the_sign_in_is_found_among_other_cookies() {
        let found = |cookies| sign_in_secret(&headers(&[("cookie", cookies)]));
        assert_eq!(found("theme=dark; lcms=abc; x=y").as_deref(), Some("abc"));
        assert_eq!(found("xlcms=abc; lcms="), None);
    }
}

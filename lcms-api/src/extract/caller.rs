//! Who asks.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use lcms_core::ErrorKind;
use lcms_core::service::{Lcms, Session};

use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// What a handler may do: what its caller may. First in every handler, so that nothing is read
/// of a request that nobody answers for.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub Session);

/// The bearer token of a request, not checked yet.
#[derive(Clone)]
pub(crate) struct Credentials(String);

impl Credentials {
    /// The session they open now; asked again, they may open none.
    pub(crate) async fn open(&self, lcms: &Lcms) -> Result<Session, Problem> {
        let actor = lcms.authenticate(&self.0).await.map_err(|error| {
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
        let value = parts
            .headers
            .get(header::AUTHORIZATION)
            .ok_or_else(|| refuse("the request carries no token"))?;
        let (scheme, secret) = value
            .to_str()
            .ok()
            .and_then(|text| text.split_once(' '))
            .ok_or_else(|| refuse("the `Authorization` header carries no bearer token"))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refuse("the `Authorization` header carries no bearer token"));
        }
        Ok(Self(secret.trim().to_owned()))
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let credentials = Credentials::from_request_parts(parts, state).await?;
        credentials.open(&state.lcms).await.map(Self)
    }
}

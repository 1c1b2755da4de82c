//! Signing in and out with a browser.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::model::{Key, SignIn, SignInId};
use lcms_core::service::{Lcms, SIGN_IN_DAYS, SetPassword};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Items;
use super::users::Me;
use crate::conditions::header_value;
use crate::extract::{COOKIE, Caller, JsonBody, UrlPath, require_own_page, sign_in_secret};
use crate::openapi::{CallerRefusals, PasswordRefusals, ReadRefusals, SignInRefusals};
use crate::problem::Problem;

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSignIn {
    /// The user's name.
    #[schema(example = "ada")]
    name: String,
    /// The password.
    #[schema(format = Password, example = "correct horse battery")]
    password: String,
}

/// Sign in
///
/// The answer sets a cookie that stands for the sign-in for seven days. Scripts cannot read it, and
/// a request with it that changes something must come from a page of this server. Programs use
/// tokens.
#[utoipa::path(
    post, path = "/sign-ins", tag = "users", security(()),
    request_body = NewSignIn,
    responses(
        (status = 201, description = "You are signed in", body = Me, headers(("Set-Cookie" = String, description = "The sign-in"))),
        SignInRefusals
    )
)]
pub(crate) async fn sign_in(
    State(lcms): State<Lcms>,
    headers: HeaderMap,
    JsonBody(NewSignIn { name, password }): JsonBody<NewSignIn>,
) -> Result<impl IntoResponse, Problem> {
    // Else another site could sign a person in as somebody else without their noticing.
    require_own_page(&headers)?;
    let browser = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let signed_in = lcms.sign_in(&name, password, browser.unwrap_or_default()).await?;
    let age = SIGN_IN_DAYS * 24 * 60 * 60;
    let cookie = cookie(&headers, &signed_in.secret, age)?;
    let told = [
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::CREATED, told, Json(Me::of(&signed_in.session).await?)))
}

/// The cookie, sent over encrypted connections only where the page itself came over one.
fn cookie(headers: &HeaderMap, secret: &str, age: i64) -> Result<HeaderValue, Problem> {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let secure = if origin.is_some_and(|o| o.starts_with("https://")) { "; Secure" } else { "" };
    header_value(&format!(
        "{COOKIE}={secret}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}"
    ))
}

/// Sign out
///
/// Ends the sign-in that the request carries. Without one there is nothing to end.
#[utoipa::path(
    delete, path = "/sign-ins/current", tag = "users", security(()),
    responses((status = 204, description = "You are signed out"), CallerRefusals)
)]
pub(crate) async fn sign_out(
    State(lcms): State<Lcms>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Problem> {
    if let Some(secret) = sign_in_secret(&headers) {
        require_own_page(&headers)?;
        lcms.sign_out(&secret).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(&headers, "", 0)?)]))
}

/// List your sign-ins
#[utoipa::path(
    get, path = "/sign-ins", tag = "users",
    responses((status = 200, description = "Those that have not ended, newest first", body = Items<SignIn>), CallerRefusals)
)]
pub(crate) async fn list_sign_ins(Caller(session): Caller) -> Result<Json<Items<SignIn>>, Problem> {
    Ok(Json(Items { items: session.sign_ins().await? }))
}

/// End a sign-in
///
/// One of your own, or anyone's with the role `admin` in every library.
#[utoipa::path(
    delete, path = "/sign-ins/{sign_in}", tag = "users",
    params(("sign_in" = SignInId, Path, description = "The sign-in's id")),
    responses((status = 204, description = "That browser is signed out"), ReadRefusals)
)]
pub(crate) async fn end_sign_in(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SignInId>,
) -> Result<StatusCode, Problem> {
    session.end_sign_in(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set a user's password
///
/// Your own, naming the present one, or anyone's with the role `admin` in every library. Every
/// sign-in of that user ends.
#[utoipa::path(
    put, path = "/users/{user}/password", tag = "users",
    params(("user" = Key, Path, description = "The user's name")),
    request_body = SetPassword,
    responses((status = 204, description = "The password is set"), PasswordRefusals)
)]
pub(crate) async fn set_password(
    Caller(session): Caller,
    UrlPath(user): UrlPath<Key>,
    JsonBody(new): JsonBody<SetPassword>,
) -> Result<StatusCode, Problem> {
    session.set_password(&user, new).await?;
    Ok(StatusCode::NO_CONTENT)
}

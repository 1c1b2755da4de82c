//! Users, their roles and tokens; and who the caller is.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use lcms_core::model::{Grant, Key, Right, Rights, Role, Token, TokenId, UserId};
use lcms_core::service::{NewToken, NewUser, Person, Session, UserView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Items;
use crate::extract::{Caller, JsonBody, UrlPath, UrlQuery};
use crate::openapi::{
    AddRefusals, AdminRefusals, CallerRefusals, IssueRefusals, ReadRefusals, UserRefusals,
};
use crate::problem::Problem;

/// Who asks, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The user.
    id: UserId,
    /// Its name.
    #[schema(example = "ada")]
    name: String,
    /// The name to show.
    #[schema(example = "Ada L.")]
    shown: String,
    /// What the token presented may be used for.
    #[schema(value_type = Vec<Right>)]
    scopes: Rights,
    /// The roles held. What may be done in a library is what its roles allow and the scopes
    /// contain.
    grants: Vec<Grant>,
}

/// Read who you are
#[utoipa::path(
    get, path = "/me", tag = "users",
    responses((status = 200, description = "You", body = Me), CallerRefusals)
)]
pub(crate) async fn who_am_i(Caller(session): Caller) -> Result<Json<Me>, Problem> {
    Ok(Json(Me::of(&session).await?))
}

impl Me {
    pub(crate) async fn of(session: &Session) -> Result<Self, Problem> {
        let Person { id, name, shown } = session.person().await?;
        let actor = session.actor();
        let (scopes, grants) = (actor.scopes().clone(), actor.grants().to_vec());
        Ok(Self { id, name, shown, scopes, grants })
    }
}

/// List people
///
/// Everybody's name, so that it can be shown who wrote, approved and published. Rights are not
/// told.
#[utoipa::path(
    get, path = "/people", tag = "users",
    responses((status = 200, description = "Everybody, by name", body = Items<Person>), AdminRefusals)
)]
pub(crate) async fn list_people(Caller(session): Caller) -> Result<Json<Items<Person>>, Problem> {
    let items = session.people().await?;
    Ok(Json(Items { items }))
}

/// List users
///
/// Needs the role `admin` in every library.
#[utoipa::path(
    get, path = "/users", tag = "users",
    responses((status = 200, description = "Every user, by name", body = Items<UserView>), AdminRefusals)
)]
pub(crate) async fn list_users(Caller(session): Caller) -> Result<Json<Items<UserView>>, Problem> {
    let items = session.users().await?;
    Ok(Json(Items { items }))
}

/// Add a user
///
/// Needs the role `admin` in every library.
#[utoipa::path(
    post, path = "/users", tag = "users",
    request_body(content = NewUser, example = json!({"name": "ada", "display_name": "Ada L.", "role": "author"})),
    responses((status = 201, description = "Added", body = UserView), AddRefusals)
)]
pub(crate) async fn add_user(
    Caller(session): Caller,
    JsonBody(new): JsonBody<NewUser>,
) -> Result<impl IntoResponse, Problem> {
    Ok((StatusCode::CREATED, Json(session.add_user(new).await?)))
}

/// Where a role is held.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct RoleParameters {
    /// Key of the library; every library when left out.
    #[param(example = "support", required = false)]
    library: Option<Key>,
}

/// Give a user a role
///
/// Needs the role `admin` there.
#[utoipa::path(
    put, path = "/users/{user}/roles/{role}", tag = "users",
    params(
        ("user" = Key, Path, description = "The user's name"),
        ("role" = Role, Path, description = "The role"),
        RoleParameters
    ),
    responses((status = 200, description = "The user with all roles", body = UserView), UserRefusals)
)]
pub(crate) async fn give_role(
    Caller(session): Caller,
    UrlPath((user, role)): UrlPath<(Key, Role)>,
    UrlQuery(RoleParameters { library }): UrlQuery<RoleParameters>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(session.set_role(&user, library.as_ref(), role, true).await?))
}

/// Take a role from a user
///
/// Needs the role `admin` there.
#[utoipa::path(
    delete, path = "/users/{user}/roles/{role}", tag = "users",
    params(
        ("user" = Key, Path, description = "The user's name"),
        ("role" = Role, Path, description = "The role"),
        RoleParameters
    ),
    responses((status = 200, description = "The user with the roles left", body = UserView), UserRefusals)
)]
pub(crate) async fn take_role(
    Caller(session): Caller,
    UrlPath((user, role)): UrlPath<(Key, Role)>,
    UrlQuery(RoleParameters { library }): UrlQuery<RoleParameters>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(session.set_role(&user, library.as_ref(), role, false).await?))
}

/// List a user's tokens
///
/// Without their secrets. Your own, or anyone's with the role `admin` in every library.
#[utoipa::path(
    get, path = "/users/{user}/tokens", tag = "users",
    params(("user" = Key, Path, description = "The user's name")),
    responses((status = 200, description = "The tokens", body = Items<Token>), UserRefusals)
)]
pub(crate) async fn list_tokens(
    Caller(session): Caller,
    UrlPath(user): UrlPath<Key>,
) -> Result<Json<Items<Token>>, Problem> {
    let items = session.tokens(&user).await?;
    Ok(Json(Items { items }))
}

/// A token at the one moment its secret is known.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewlyIssued {
    /// The token.
    #[serde(flatten)]
    token: Token,
    /// What to send as `Authorization: Bearer …`. It is not kept and never shown again.
    secret: String,
}

/// Issue a token
///
/// Its secret is in this answer and nowhere else. A token of your own gets no more scopes than
/// the one you are using.
#[utoipa::path(
    post, path = "/users/{user}/tokens", tag = "users",
    params(("user" = Key, Path, description = "The user's name")),
    request_body(content = NewToken, example = json!({"label": "nightly build", "scopes": ["read", "publish"], "expires_in_days": 90})),
    responses((status = 201, description = "Issued", body = NewlyIssued), IssueRefusals)
)]
pub(crate) async fn create_token(
    Caller(session): Caller,
    UrlPath(user): UrlPath<Key>,
    JsonBody(new): JsonBody<NewToken>,
) -> Result<impl IntoResponse, Problem> {
    let (token, secret) = session.create_token(&user, new).await?;
    let unkept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::CREATED, unkept, Json(NewlyIssued { token, secret })))
}

/// Revoke a token
#[utoipa::path(
    delete, path = "/tokens/{token}", tag = "users",
    params(("token" = TokenId, Path, description = "The token's id")),
    responses((status = 204, description = "It opens nothing any more"), ReadRefusals)
)]
pub(crate) async fn revoke_token(
    Caller(session): Caller,
    UrlPath(id): UrlPath<TokenId>,
) -> Result<StatusCode, Problem> {
    session.revoke_token(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

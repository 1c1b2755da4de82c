//! Users, their roles and tokens.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::entity::{idempotency, role_grant, token, user_account};
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{Digest, Grant, Key, LibraryId, Right, Token, TokenId, User, UserId};

fn read_user(row: user_account::Model) -> Result<User> {
    Ok(User {
        id: UserId(row.id),
        name: row.name.parse().map_err(|e| unreadable("user name", e))?,
        display_name: row.display_name,
        disabled: row.disabled,
        created: from_micros(row.created),
    })
}

fn read_token(row: token::Model) -> Result<Token> {
    let scopes: std::result::Result<BTreeSet<Right>, _> =
        row.scopes.split(' ').filter(|s| !s.is_empty()).map(str::parse).collect();
    Ok(Token {
        id: TokenId(row.id),
        user: UserId(row.user_id),
        label: row.label,
        scopes: scopes.map_err(|e| unreadable("token scope", e))?,
        created: from_micros(row.created),
        expires: row.expires.map(from_micros),
        revoked: row.revoked.map(from_micros),
    })
}

/// Stores a new user; the name must be free.
pub async fn insert_user(tx: &Transaction, new: &User) -> Result<()> {
    let row = user_account::ActiveModel {
        id: Set(new.id.0),
        name: Set(new.name.to_string()),
        display_name: Set(new.display_name.clone()),
        disabled: Set(new.disabled),
        created: Set(to_micros(new.created)),
    };
    user_account::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a user"))?;
    Ok(())
}

/// The user with that name.
pub async fn user_named(db: &impl ConnectionTrait, name: &Key) -> Result<Option<User>> {
    let row = unique(
        user_account::Entity::find().filter(user_account::Column::Name.eq(name.as_str())),
        db,
    )
    .await
    .map_err(fault("read a user"))?;
    row.map(read_user).transpose()
}

/// The user with that id.
pub async fn user(db: &impl ConnectionTrait, id: UserId) -> Result<Option<User>> {
    let row =
        unique(user_account::Entity::find_by_id(id.0), db).await.map_err(fault("read a user"))?;
    row.map(read_user).transpose()
}

/// Every user, by name.
pub async fn users(db: &impl ConnectionTrait) -> Result<Vec<User>> {
    let rows = user_account::Entity::find()
        .order_by_asc(user_account::Column::Name)
        .all(db)
        .await
        .map_err(fault("list users"))?;
    rows.into_iter().map(read_user).collect()
}

/// The roles of a user.
pub async fn grants(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Grant>> {
    let rows = role_grant::Entity::find()
        .filter(role_grant::Column::UserId.eq(user.0))
        .all(db)
        .await
        .map_err(fault("read a user's roles"))?;
    rows.into_iter()
        .map(|row| {
            Ok(Grant {
                library: (!row.library_id.is_nil()).then_some(LibraryId(row.library_id)),
                role: row.role.parse().map_err(|e| unreadable("role", e))?,
            })
        })
        .collect()
}

/// Gives a role; giving it twice changes nothing.
pub async fn grant(tx: &Transaction, user: UserId, grant: Grant) -> Result<()> {
    use role_grant::Column;
    let row = role_grant::ActiveModel {
        user_id: Set(user.0),
        library_id: Set(grant.library.map_or(Uuid::nil(), |id| id.0)),
        role: Set(grant.role.as_str().to_owned()),
    };
    let same = OnConflict::columns([Column::UserId, Column::LibraryId, Column::Role])
        .do_nothing()
        .to_owned();
    role_grant::Entity::insert(row)
        .on_conflict(same)
        .exec_without_returning(tx)
        .await
        .map_err(fault("give a role"))?;
    Ok(())
}

/// Takes a role away.
pub async fn revoke(tx: &Transaction, user: UserId, grant: Grant) -> Result<()> {
    role_grant::Entity::delete_many()
        .filter(role_grant::Column::UserId.eq(user.0))
        .filter(role_grant::Column::LibraryId.eq(grant.library.map_or(Uuid::nil(), |id| id.0)))
        .filter(role_grant::Column::Role.eq(grant.role.as_str()))
        .exec(tx)
        .await
        .map_err(fault("take a role away"))?;
    Ok(())
}

/// Stores a token under the digest of its secret.
pub async fn insert_token(tx: &Transaction, new: &Token, secret: Digest) -> Result<()> {
    let scopes: Vec<_> = new.scopes.iter().map(|scope| scope.as_str()).collect();
    let row = token::ActiveModel {
        id: Set(new.id.0),
        user_id: Set(new.user.0),
        hash: Set(secret.as_bytes().to_vec()),
        label: Set(new.label.clone()),
        scopes: Set(scopes.join(" ")),
        created: Set(to_micros(new.created)),
        expires: Set(new.expires.map(to_micros)),
        revoked: Set(None),
    };
    token::Entity::insert(row).exec_without_returning(tx).await.map_err(fault("store a token"))?;
    Ok(())
}

/// The token whose secret has that digest.
pub async fn token_by_secret(db: &impl ConnectionTrait, secret: Digest) -> Result<Option<Token>> {
    let row = unique(
        token::Entity::find().filter(token::Column::Hash.eq(secret.as_bytes().to_vec())),
        db,
    )
    .await
    .map_err(fault("read a token"))?;
    row.map(read_token).transpose()
}

/// The tokens of a user, oldest first.
pub async fn tokens(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Token>> {
    let rows = token::Entity::find()
        .filter(token::Column::UserId.eq(user.0))
        .order_by_asc(token::Column::Created)
        .all(db)
        .await
        .map_err(fault("list tokens"))?;
    rows.into_iter().map(read_token).collect()
}

/// The token with that id.
pub async fn token(db: &impl ConnectionTrait, id: TokenId) -> Result<Option<Token>> {
    let row = unique(token::Entity::find_by_id(id.0), db).await.map_err(fault("read a token"))?;
    row.map(read_token).transpose()
}

/// Ends a token.
pub async fn revoke_token(tx: &Transaction, id: TokenId, time: OffsetDateTime) -> Result<()> {
    token::Entity::update_many()
        .col_expr(token::Column::Revoked, Expr::value(to_micros(time)))
        .filter(token::Column::Id.eq(id.0).and(token::Column::Revoked.is_null()))
        .exec(tx)
        .await
        .map_err(fault("revoke a token"))?;
    Ok(())
}

/// What an earlier request with the same idempotency key asked for and led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierRequest {
    /// Digest of the request.
    pub request: Digest,
    /// What it led to.
    pub outcome: String,
}

/// The earlier request of this actor with that idempotency key.
pub async fn earlier_request(
    db: &impl ConnectionTrait,
    actor: UserId,
    key: &str,
) -> Result<Option<EarlierRequest>> {
    let row = unique(idempotency::Entity::find_by_id((actor.0, key.to_owned())), db)
        .await
        .map_err(fault("read an idempotency key"))?;
    row.map(|row| {
        let request = Digest::from_raw(&row.request)
            .ok_or_else(|| unreadable("digest", row.request.len()))?;
        Ok(EarlierRequest { request, outcome: row.outcome })
    })
    .transpose()
}

/// Remembers a request under its idempotency key.
pub async fn remember_request(
    tx: &Transaction,
    actor: UserId,
    key: &str,
    earlier: &EarlierRequest,
    time: OffsetDateTime,
) -> Result<()> {
    let row = idempotency::ActiveModel {
        actor: Set(actor.0),
        key: Set(key.to_owned()),
        request: Set(earlier.request.as_bytes().to_vec()),
        outcome: Set(earlier.outcome.clone()),
        created: Set(to_micros(time)),
    };
    idempotency::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("remember an idempotency key"))?;
    Ok(())
}

//! Passwords, and the sign-ins made with them.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use time::OffsetDateTime;

use super::entity::{password, sign_in};
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique};
use crate::error::Result;
use crate::model::{Digest, SignIn, SignInId, UserId};

/// Stores the hash of a user's password in place of the one before.
pub async fn set_password(
    tx: &Transaction,
    user: UserId,
    hash: &str,
    time: OffsetDateTime,
) -> Result<()> {
    use password::Column;
    let row = password::ActiveModel {
        user_id: Set(user.0),
        hash: Set(hash.to_owned()),
        changed: Set(to_micros(time)),
    };
    let same = OnConflict::column(Column::UserId)
        .update_columns([Column::Hash, Column::Changed])
        .to_owned();
    password::Entity::insert(row)
        .on_conflict(same)
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a password"))?;
    Ok(())
}

/// The hash of a user's password.
pub async fn password(db: &impl ConnectionTrait, user: UserId) -> Result<Option<String>> {
    let row =
        unique(password::Entity::find_by_id(user.0), db).await.map_err(fault("read a password"))?;
    Ok(row.map(|row| row.hash))
}

fn read(row: sign_in::Model) -> SignIn {
    SignIn {
        id: SignInId(row.id),
        user: UserId(row.user_id),
        browser: row.browser,
        created: from_micros(row.created),
        expires: from_micros(row.expires),
        ended: row.ended.map(from_micros),
    }
}

/// Stores a sign-in under the digest of its secret.
pub async fn insert(tx: &Transaction, new: &SignIn, secret: Digest) -> Result<()> {
    let row = sign_in::ActiveModel {
        id: Set(new.id.0),
        user_id: Set(new.user.0),
        hash: Set(secret.as_bytes().to_vec()),
        browser: Set(new.browser.clone()),
        created: Set(to_micros(new.created)),
        expires: Set(to_micros(new.expires)),
        ended: Set(None),
    };
    sign_in::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a sign-in"))?;
    Ok(())
}

/// The sign-in whose secret has that digest.
pub async fn by_secret(db: &impl ConnectionTrait, secret: Digest) -> Result<Option<SignIn>> {
    let query =
        sign_in::Entity::find().filter(sign_in::Column::Hash.eq(secret.as_bytes().to_vec()));
    Ok(unique(query, db).await.map_err(fault("read a sign-in"))?.map(read))
}

/// The sign-in with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: SignInId) -> Result<Option<SignIn>> {
    let row = unique(sign_in::Entity::find_by_id(id.0), db).await;
    Ok(row.map_err(fault("read a sign-in"))?.map(read))
}

/// The sign-ins of a user that have not ended by then, newest first.
pub async fn open(
    db: &impl ConnectionTrait,
    user: UserId,
    time: OffsetDateTime,
) -> Result<Vec<SignIn>> {
    use sign_in::Column;
    let rows = sign_in::Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::Ended.is_null().and(Column::Expires.gt(to_micros(time))))
        .order_by_desc(Column::Created)
        .all(db)
        .await
        .map_err(fault("list sign-ins"))?;
    Ok(rows.into_iter().map(read).collect())
}

/// Ends a sign-in.
pub async fn end(tx: &Transaction, id: SignInId, time: OffsetDateTime) -> Result<()> {
    use sign_in::Column;
    sign_in::Entity::update_many()
        .col_expr(Column::Ended, Expr::value(to_micros(time)))
        .filter(Column::Id.eq(id.0).and(Column::Ended.is_null()))
        .exec(tx)
        .await
        .map_err(fault("end a sign-in"))?;
    Ok(())
}

/// Ends every sign-in of a user.
pub async fn end_all(tx: &Transaction, user: UserId, time: OffsetDateTime) -> Result<()> {
    use sign_in::Column;
    sign_in::Entity::update_many()
        .col_expr(Column::Ended, Expr::value(to_micros(time)))
        .filter(Column::UserId.eq(user.0).and(Column::Ended.is_null()))
        .exec(tx)
        .await
        .map_err(fault("end sign-ins"))?;
    Ok(())
}

/// Forgets sign-ins that were over by then.
pub async fn forget(tx: &Transaction, before: OffsetDateTime) -> Result<()> {
    use sign_in::Column;
    let before = to_micros(before);
    sign_in::Entity::delete_many()
        .filter(Column::Expires.lt(before).or(Column::Ended.lt(before)))
        .exec(tx)
        .await
        .map_err(fault("forget sign-ins"))?;
    Ok(())
}

//! The change log and the revisions it recorded, as the chain over them sees them.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::components::read_revision;
use super::entity::{event, revision};
use super::events::read;
use super::{Transaction, digest, fault, optional_digest, unique};
use crate::error::{Error, Result};
use crate::model::chain::{SALT_BYTES, seal_message};
use crate::model::{Digest, Event, EventNumber, Revision, RevisionId};

/// An event as the chain sees it.
#[derive(Clone, Debug)]
pub struct Link {
    /// The event.
    pub event: Event,
    /// Its hash; absent from events that are older than the chain.
    pub hash: Option<Digest>,
    /// The revision that it recorded, if it did, with the seal of its message.
    pub made: Option<(Revision, Seal)>,
}

/// What of a revision's message goes into the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The message is there, and its salt.
    Salt([u8; SALT_BYTES]),
    /// Both were erased; the hash that they made is left.
    Erased(Digest),
    /// Neither: the revision is older than the chain.
    None,
}

/// Events after that number as the chain sees them, oldest first; for one that cannot be read,
/// why.
pub async fn links(
    db: &impl ConnectionTrait,
    number: EventNumber,
    limit: u64,
) -> Result<Vec<(EventNumber, Result<Link>)>> {
    let rows = event::Entity::find()
        .filter(event::Column::Number.gt(number.0))
        .order_by_asc(event::Column::Number)
        .limit(limit)
        .all(db)
        .await
        .map_err(fault("read the change log"))?;
    let ids: Vec<_> = rows.iter().filter_map(|row| row.revision_id).collect();
    let mut revisions = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let found = revision::Entity::find()
            .filter(revision::Column::Id.is_in(chunk.iter().copied()))
            .all(db)
            .await
            .map_err(fault("read revisions"))?;
        revisions.extend(found.into_iter().map(|row| ((row.id, row.event), row)));
    }
    let mut link = |row: &event::Model| -> Result<Link> {
        let made = row.revision_id.and_then(|id| revisions.remove(&(id, row.number)));
        Ok(Link {
            event: read(row)?,
            hash: optional_digest(row.hash.as_deref())?,
            made: made.map(sealed).transpose()?,
        })
    };
    Ok(rows.iter().map(|row| (EventNumber(row.number), link(row))).collect())
}

fn sealed(row: revision::Model) -> Result<(Revision, Seal)> {
    let seal = match row.salt.as_deref() {
        None => Seal::None,
        Some(bytes) => match <[u8; SALT_BYTES]>::try_from(bytes) {
            Ok(salt) => Seal::Salt(salt),
            Err(_) => Seal::Erased(digest(bytes)?),
        },
    };
    Ok((read_revision(row)?, seal))
}

/// The number of a revision's event where that event does not name the revision; the first such.
pub async fn stray_revision(
    db: &impl ConnectionTrait,
) -> Result<Option<(RevisionId, EventNumber)>> {
    let named = Expr::col((event::Entity, event::Column::Number))
        .equals((revision::Entity, revision::Column::Event))
        .and(
            Expr::col((event::Entity, event::Column::RevisionId))
                .equals((revision::Entity, revision::Column::Id)),
        );
    let mut query = revision::Entity::find()
        .filter(event::Column::Number.is_null())
        .order_by_asc(revision::Column::Event)
        .limit(1);
    sea_orm::QuerySelect::query(&mut query).join(JoinType::LeftJoin, event::Entity, named);
    let row = query.one(db).await.map_err(fault("read revisions"))?;
    Ok(row.map(|row| (RevisionId(row.id), EventNumber(row.event))))
}

/// Erases the message of a revision. What the chain needs of it stays, so the chain still holds.
pub async fn erase_message(tx: &Transaction, id: RevisionId) -> Result<()> {
    let row = unique(revision::Entity::find_by_id(id.0), tx)
        .await
        .map_err(fault("read a revision"))?
        .ok_or_else(|| Error::not_found(format!("there is no revision {id}")))?;
    let (revision, seal) = sealed(row)?;
    let left = match seal {
        Seal::Salt(salt) => Some(seal_message(&salt, &revision.message)),
        Seal::Erased(left) => Some(left),
        Seal::None => None,
    };
    revision::Entity::update_many()
        .col_expr(revision::Column::Message, Expr::value(""))
        .col_expr(revision::Column::Salt, Expr::value(left.map(|left| left.as_bytes().to_vec())))
        .filter(revision::Column::Id.eq(id.0))
        .exec(tx)
        .await
        .map_err(fault("erase a message"))?;
    Ok(())
}

//! What of the logs of other servers is here, library by library.
//!
//! Only a memory, which saves comparing: a row counts while its seal holds and the log here still
//! has the event that it was written at. Rows may be lost at any time.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::{event, known_log};
use super::{Transaction, digest, fault, optional_digest, unique};
use crate::error::Result;
use crate::model::{Digest, EventNumber, LibraryId, Mark};

/// Most logs that are remembered of a library.
const MOST: u64 = 64;

/// Everything that a log said of a library up to a place is here, since a place in the log here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownLog {
    /// The place in the other log.
    pub there: Mark,
    /// The newest event here when that was noted.
    pub here: Mark,
}

impl KnownLog {
    /// A row that anything else than [`note`] has touched does not have its seal.
    fn seal(&self, library: LibraryId) -> Digest {
        Digest::of_document(&("lcms-known-log/1", library, self.there, self.here)).0
    }
}

/// The event with that number as a place in the log; nothing when there is none, or it is older
/// than the chain.
pub async fn mark_at(db: &impl ConnectionTrait, number: EventNumber) -> Result<Option<Mark>> {
    let row = unique(event::Entity::find_by_id(number.0), db)
        .await
        .map_err(fault("read the change log"))?;
    let hash = optional_digest(row.and_then(|row| row.hash).as_deref())?;
    Ok(hash.map(|hash| Mark { number, hash }))
}

/// What is remembered of a library and still holds, newest first.
pub async fn of(db: &impl ConnectionTrait, library: LibraryId) -> Result<Vec<KnownLog>> {
    let rows = known_log::Entity::find()
        .filter(known_log::Column::LibraryId.eq(library.0))
        .order_by_desc(known_log::Column::Here)
        .limit(MOST)
        .all(db)
        .await
        .map_err(fault("read what is known of other logs"))?;
    let mut known = Vec::new();
    for row in rows {
        let (number, here) = (EventNumber(row.number), EventNumber(row.here));
        let found = KnownLog {
            there: Mark { number, hash: digest(&row.hash)? },
            here: Mark { number: here, hash: digest(&row.here_hash)? },
        };
        let holds = found.seal(library).as_bytes() == row.seal.as_slice();
        if holds && mark_at(db, here).await? == Some(found.here) {
            known.push(found);
        }
    }
    Ok(known)
}

/// Remembers a log, in place of what was remembered of it before.
pub async fn note(
    tx: &Transaction,
    library: LibraryId,
    new: &KnownLog,
    before: Option<Digest>,
) -> Result<()> {
    use known_log::Column;
    let gone = [Some(new.there.hash), before].into_iter().flatten();
    let gone: Vec<_> = gone.map(|hash| hash.as_bytes().to_vec()).collect();
    let remember = fault("remember what is known of another log");
    known_log::Entity::delete_many()
        .filter(Column::LibraryId.eq(library.0))
        .filter(Column::Hash.is_in(gone))
        .exec(tx)
        .await
        .map_err(&remember)?;
    let row = known_log::ActiveModel {
        library_id: Set(library.0),
        hash: Set(new.there.hash.as_bytes().to_vec()),
        number: Set(new.there.number.0),
        here_hash: Set(new.here.hash.as_bytes().to_vec()),
        here: Set(new.here.number.0),
        seal: Set(new.seal(library).as_bytes().to_vec()),
    };
    known_log::Entity::insert(row).exec_without_returning(tx).await.map_err(&remember)?;
    Ok(())
}

//! The synonyms of libraries, as people wrote them.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _, QueryOrder as _};

use super::entity::library_synonyms;
use super::{Transaction, fault, unique};
use crate::error::Result;
use crate::model::{EventNumber, LibraryId, SynonymList};

/// The synonyms of a library; an empty list when none were written.
pub async fn of(db: &impl ConnectionTrait, library: LibraryId) -> Result<SynonymList> {
    let row = unique(library_synonyms::Entity::find_by_id(library.0), db)
        .await
        .map_err(fault("read synonyms"))?;
    Ok(SynonymList { text: row.map(|row| row.body).unwrap_or_default() })
}

/// Every library's, each with the event that it was written by.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<(LibraryId, EventNumber, SynonymList)>> {
    let rows = library_synonyms::Entity::find()
        .order_by_asc(library_synonyms::Column::LibraryId)
        .all(db)
        .await
        .map_err(fault("read synonyms"))?;
    let read = |row: library_synonyms::Model| {
        (LibraryId(row.library_id), EventNumber(row.event), SynonymList { text: row.body })
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Keeps a library's synonyms in place of those before.
pub async fn keep(
    tx: &Transaction,
    library: LibraryId,
    list: &SynonymList,
    event: EventNumber,
) -> Result<()> {
    use library_synonyms::Column;
    let row = library_synonyms::ActiveModel {
        library_id: Set(library.0),
        body: Set(list.text.clone()),
        event: Set(event.0),
    };
    let same = OnConflict::column(Column::LibraryId)
        .update_columns([Column::Body, Column::Event])
        .to_owned();
    library_synonyms::Entity::insert(row)
        .on_conflict(same)
        .exec_without_returning(tx)
        .await
        .map_err(fault("keep synonyms"))?;
    Ok(())
}

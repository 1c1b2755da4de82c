//! Libraries.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use super::entity::library;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{Key, Library, LibraryId};

fn read(row: library::Model) -> Result<Library> {
    Ok(Library {
        id: LibraryId(row.id),
        key: row.key.parse().map_err(|e| unreadable("library key", e))?,
        title: row.title,
        description: row.description,
        language: row.language.parse().map_err(|e| unreadable("language", e))?,
        created: from_micros(row.created),
    })
}

/// Stores a new library; its key must be free.
pub async fn insert(tx: &Transaction, new: &Library) -> Result<()> {
    let row = library::ActiveModel {
        id: Set(new.id.0),
        key: Set(new.key.to_string()),
        title: Set(new.title.clone()),
        description: Set(new.description.clone()),
        language: Set(new.language.to_string()),
        created: Set(to_micros(new.created)),
    };
    library::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a library"))?;
    Ok(())
}

/// The library with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: LibraryId) -> Result<Option<Library>> {
    let row =
        unique(library::Entity::find_by_id(id.0), db).await.map_err(fault("read a library"))?;
    row.map(read).transpose()
}

/// The library with that key.
pub async fn by_key(db: &impl ConnectionTrait, key: &Key) -> Result<Option<Library>> {
    let row = unique(library::Entity::find().filter(library::Column::Key.eq(key.as_str())), db)
        .await
        .map_err(fault("read a library"))?;
    row.map(read).transpose()
}

/// Every library, by key.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Library>> {
    let rows = library::Entity::find()
        .order_by_asc(library::Column::Key)
        .all(db)
        .await
        .map_err(fault("list libraries"))?;
    rows.into_iter().map(read).collect()
}

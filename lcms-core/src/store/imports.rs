//! What the last import of each source file made.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};

use super::entity::import_source;
use super::{Transaction, fault, unreadable};
use crate::error::Result;
use crate::model::{ComponentId, Digest, LibraryId};

/// A source and what it became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportSource {
    /// Path in the imported folder, with `#part` where one file became several components.
    pub source: String,
    /// Digest of the source's documents as read, before ids were put in.
    pub digest: Digest,
    /// The component made of it.
    pub component: ComponentId,
    /// The digest pair that the import saved; nothing when it found an equal component and uses it
    /// without having made it.
    pub saved: Option<(Digest, Digest)>,
}

/// Every source imported into a library, by name.
pub async fn sources(
    db: &impl ConnectionTrait,
    library: LibraryId,
) -> Result<HashMap<String, ImportSource>> {
    let rows = import_source::Entity::find()
        .filter(import_source::Column::LibraryId.eq(library.0))
        .all(db)
        .await
        .map_err(fault("read import sources"))?;
    rows.into_iter()
        .map(|row| {
            let read =
                |raw: &[u8]| Digest::from_raw(raw).ok_or_else(|| unreadable("digest", raw.len()));
            let saved = match (&row.content, &row.metadata) {
                (Some(content), Some(metadata)) => Some((read(content)?, read(metadata)?)),
                _ => None,
            };
            let source = ImportSource {
                source: row.source.clone(),
                digest: read(&row.digest)?,
                component: ComponentId(row.component_id),
                saved,
            };
            Ok((row.source, source))
        })
        .collect()
}

/// Records what a source became, in place of what was recorded before.
pub async fn record(tx: &Transaction, library: LibraryId, source: &ImportSource) -> Result<()> {
    use import_source::Column;
    let row = import_source::ActiveModel {
        library_id: Set(library.0),
        source: Set(source.source.clone()),
        digest: Set(source.digest.as_bytes().to_vec()),
        component_id: Set(source.component.0),
        content: Set(source.saved.map(|(content, _)| content.as_bytes().to_vec())),
        metadata: Set(source.saved.map(|(_, metadata)| metadata.as_bytes().to_vec())),
    };
    let replace = OnConflict::columns([Column::LibraryId, Column::Source])
        .update_columns([Column::Digest, Column::ComponentId, Column::Content, Column::Metadata])
        .to_owned();
    import_source::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record an import source"))?;
    Ok(())
}

//! What a copy was made from. The first revision of a copy has the revision copied as its second
//! parent, so these rows follow from the revisions.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use super::entity::lineage;
use super::{Transaction, fault, unique};
use crate::error::Result;
use crate::model::{ComponentId, EventNumber, RevisionId};

/// One copy and what it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The copy.
    pub copy: ComponentId,
    /// What was copied.
    pub source: ComponentId,
    /// The revision that was copied.
    pub revision: RevisionId,
    /// The event that recorded the copy.
    pub event: EventNumber,
}

fn read(row: &lineage::Model) -> Origin {
    Origin {
        copy: ComponentId(row.component_id),
        source: ComponentId(row.source_id),
        revision: RevisionId(row.source_revision),
        event: EventNumber(row.event),
    }
}

/// Records what a new component is a copy of.
pub async fn record(tx: &Transaction, origin: &Origin) -> Result<()> {
    let row = lineage::ActiveModel {
        component_id: Set(origin.copy.0),
        source_id: Set(origin.source.0),
        source_revision: Set(origin.revision.0),
        event: Set(origin.event.0),
    };
    lineage::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record what a copy was made from"))?;
    Ok(())
}

/// What a component is a copy of; nothing when it is an original.
pub async fn of(db: &impl ConnectionTrait, copy: ComponentId) -> Result<Option<Origin>> {
    let row = unique(lineage::Entity::find_by_id(copy.0), db)
        .await
        .map_err(fault("read what a copy was made from"))?;
    Ok(row.as_ref().map(read))
}

/// What these components are copies of; originals are left out.
pub async fn of_many(db: &impl ConnectionTrait, copies: &[ComponentId]) -> Result<Vec<Origin>> {
    let mut found = Vec::new();
    for chunk in copies.chunks(500) {
        let rows = lineage::Entity::find()
            .filter(lineage::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read what copies were made from"))?;
        found.extend(rows.iter().map(read));
    }
    Ok(found)
}

/// The copies of a component, oldest first.
pub async fn copies(db: &impl ConnectionTrait, source: ComponentId) -> Result<Vec<Origin>> {
    let rows = lineage::Entity::find()
        .filter(lineage::Column::SourceId.eq(source.0))
        .order_by_asc(lineage::Column::Event)
        .order_by_asc(lineage::Column::ComponentId)
        .all(db)
        .await
        .map_err(fault("list the copies of a component"))?;
    Ok(rows.iter().map(read).collect())
}

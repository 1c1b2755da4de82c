//! Who looks after components, and until when they must be looked at again.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};
use time::OffsetDateTime;

use super::entity::care;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, listed, unique, unreadable};
use crate::error::Result;
use crate::model::{Care, ComponentId, UserId};

/// What was said last of who looks after a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who, and until when. A steward who came from another server may be no user here.
    pub care: Care,
    /// When it was said.
    pub time: OffsetDateTime,
}

fn read(row: &care::Model) -> Result<Care> {
    let day = row.review_by.as_deref().map(str::parse).transpose();
    Ok(Care {
        steward: row.steward.map(UserId),
        review_by: day.map_err(|error| unreadable("review date", error))?,
    })
}

/// The care of a component; none when nothing was ever said.
pub async fn of(db: &impl ConnectionTrait, component: ComponentId) -> Result<Care> {
    let row = unique(care::Entity::find_by_id(component.0), db).await;
    let row = row.map_err(fault("read who looks after a component"))?;
    row.as_ref().map_or(Ok(Care::default()), read)
}

/// The care of components that somebody said something of.
pub async fn of_many(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashMap<ComponentId, Care>> {
    let mut found = HashMap::new();
    for row in rows_of(db, components).await? {
        found.insert(ComponentId(row.component_id), read(&row)?);
    }
    Ok(found)
}

/// What was said last of components, of those that anything was said of.
pub async fn said_of(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashMap<ComponentId, Said>> {
    let mut found = HashMap::new();
    for row in rows_of(db, components).await? {
        let said = Said { care: read(&row)?, time: from_micros(row.changed) };
        found.insert(ComponentId(row.component_id), said);
    }
    Ok(found)
}

async fn rows_of(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<Vec<care::Model>> {
    let mut found = Vec::new();
    for chunk in components.chunks(500) {
        let rows = care::Entity::find()
            .filter(care::Column::ComponentId.is_in(listed(chunk.iter().map(|id| id.0))))
            .all(db)
            .await
            .map_err(fault("read who looks after components"))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Gives components this care in place of what they had; each is named once.
pub async fn put(tx: &Transaction, given: &[(ComponentId, Said)]) -> Result<()> {
    use care::Column;
    let replace = OnConflict::column(Column::ComponentId)
        .update_columns([Column::Steward, Column::ReviewBy, Column::Changed])
        .to_owned();
    for chunk in given.chunks(500) {
        let rows = chunk.iter().map(|(component, Said { care, time })| care::ActiveModel {
            component_id: Set(component.0),
            steward: Set(care.steward.map(|id| id.0)),
            review_by: Set(care.review_by.map(|day| day.to_string())),
            changed: Set(to_micros(*time)),
        });
        care::Entity::insert_many(rows)
            .on_conflict(replace.clone())
            .exec_without_returning(tx)
            .await
            .map_err(fault("say who looks after a component"))?;
    }
    Ok(())
}

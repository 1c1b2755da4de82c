//! Edits of many components in one step, kept so that they can be undone in one.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use time::OffsetDateTime;

use super::entity::bulk_edit;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique};
use crate::error::Result;
use crate::model::{EditId, UserId};

/// An edit as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEdit {
    /// The edit.
    pub id: EditId,
    /// Who made it.
    pub actor: UserId,
    /// Why.
    pub message: String,
    /// What it changed, as JSON.
    pub body: String,
    /// When.
    pub created: OffsetDateTime,
    /// When it was undone.
    pub undone: Option<OffsetDateTime>,
}

fn read(row: bulk_edit::Model) -> KeptEdit {
    KeptEdit {
        id: EditId(row.id),
        actor: UserId(row.actor),
        message: row.message,
        body: row.body,
        created: from_micros(row.created),
        undone: row.undone.map(from_micros),
    }
}

/// Keeps an edit.
pub async fn keep(tx: &Transaction, edit: &KeptEdit) -> Result<()> {
    let row = bulk_edit::ActiveModel {
        id: Set(edit.id.0),
        actor: Set(edit.actor.0),
        message: Set(edit.message.clone()),
        body: Set(edit.body.clone()),
        created: Set(to_micros(edit.created)),
        undone: Set(edit.undone.map(to_micros)),
    };
    let done = bulk_edit::Entity::insert(row).exec_without_returning(tx).await;
    done.map_err(fault("keep an edit"))?;
    Ok(())
}

/// The edit with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: EditId) -> Result<Option<KeptEdit>> {
    let row = unique(bulk_edit::Entity::find_by_id(id.0), db).await;
    Ok(row.map_err(fault("read an edit"))?.map(read))
}

/// Edits of that actor, or of everybody, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    actor: Option<UserId>,
    limit: u64,
) -> Result<Vec<KeptEdit>> {
    let mut query = bulk_edit::Entity::find().order_by_desc(bulk_edit::Column::Id).limit(limit);
    if let Some(actor) = actor {
        query = query.filter(bulk_edit::Column::Actor.eq(actor.0));
    }
    let rows = query.all(db).await.map_err(fault("list edits"))?;
    Ok(rows.into_iter().map(read).collect())
}

/// Notes that an edit was undone.
pub async fn note_undone(tx: &Transaction, id: EditId, time: OffsetDateTime) -> Result<()> {
    bulk_edit::Entity::update_many()
        .col_expr(bulk_edit::Column::Undone, Expr::value(to_micros(time)))
        .filter(bulk_edit::Column::Id.eq(id.0))
        .exec(tx)
        .await
        .map_err(fault("undo an edit"))?;
    Ok(())
}

//! Unsaved edits: one per person, component and branch.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use super::entity::draft;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{BranchId, ComponentId, Draft, RevisionId, UserId};

fn read(row: &draft::Model) -> Result<Draft> {
    Ok(Draft {
        component: ComponentId(row.component_id),
        base: RevisionId(row.base),
        content: serde_json::from_str(&row.body).map_err(|e| unreadable("draft", e))?,
        saved: from_micros(row.saved),
    })
}

/// Keeps a draft in place of the one before.
pub async fn keep(tx: &Transaction, user: UserId, branch: BranchId, draft: &Draft) -> Result<()> {
    use draft::Column;
    let row = draft::ActiveModel {
        user_id: Set(user.0),
        component_id: Set(draft.component.0),
        branch_id: Set(branch.0),
        base: Set(draft.base.0),
        body: Set(draft.content.to_string()),
        saved: Set(to_micros(draft.saved)),
    };
    let same = OnConflict::columns([Column::UserId, Column::ComponentId, Column::BranchId])
        .update_columns([Column::Base, Column::Body, Column::Saved])
        .to_owned();
    draft::Entity::insert(row)
        .on_conflict(same)
        .exec_without_returning(tx)
        .await
        .map_err(fault("keep a draft"))?;
    Ok(())
}

/// A person's draft of a component on a branch.
pub async fn of(
    db: &impl ConnectionTrait,
    user: UserId,
    branch: BranchId,
    component: ComponentId,
) -> Result<Option<Draft>> {
    let found = unique(draft::Entity::find_by_id((user.0, component.0, branch.0)), db).await;
    found.map_err(fault("read a draft"))?.as_ref().map(read).transpose()
}

/// Every draft of a person on a branch, newest first.
pub async fn all(db: &impl ConnectionTrait, user: UserId, branch: BranchId) -> Result<Vec<Draft>> {
    let rows = draft::Entity::find()
        .filter(draft::Column::UserId.eq(user.0))
        .filter(draft::Column::BranchId.eq(branch.0))
        .order_by_desc(draft::Column::Saved)
        .all(db)
        .await
        .map_err(fault("list drafts"))?;
    rows.iter().map(read).collect()
}

/// Throws a draft away.
pub async fn discard(
    tx: &Transaction,
    user: UserId,
    branch: BranchId,
    component: ComponentId,
) -> Result<()> {
    draft::Entity::delete_by_id((user.0, component.0, branch.0))
        .exec(tx)
        .await
        .map_err(fault("throw a draft away"))?;
    Ok(())
}

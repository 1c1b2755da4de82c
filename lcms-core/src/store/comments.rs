//! Comments on revisions.

use std::collections::HashMap;

use sea_orm::sea_query::ExprTrait as _;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use super::entity::comment;
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, listed, unique, unreadable};
use crate::error::{Error, Result};
use crate::model::{Comment, CommentId, ComponentId, RevisionId, UserId};

fn read(row: comment::Model) -> Result<Comment> {
    let anchor = row.anchor.as_deref().map(serde_json::from_str).transpose();
    Ok(Comment {
        id: CommentId(row.id),
        component: ComponentId(row.component_id),
        revision: RevisionId(row.revision_id),
        thread: row.thread_id.map(CommentId),
        author: UserId(row.author),
        text: row.body,
        anchor: anchor.map_err(|error| unreadable("anchor", error))?,
        created: from_micros(row.created),
        edited: row.edited.map(from_micros),
        resolved: row.resolved.map(from_micros),
        resolved_by: row.resolved_by.map(UserId),
    })
}

fn row(comment: &Comment) -> Result<comment::ActiveModel> {
    let anchor = comment.anchor.as_ref().map(serde_json::to_string).transpose();
    Ok(comment::ActiveModel {
        id: Set(comment.id.0),
        component_id: Set(comment.component.0),
        revision_id: Set(comment.revision.0),
        thread_id: Set(comment.thread.map(|id| id.0)),
        author: Set(comment.author.0),
        body: Set(comment.text.clone()),
        anchor: Set(anchor.map_err(|e| Error::internal("could not write an anchor", e))?),
        created: Set(to_micros(comment.created)),
        edited: Set(comment.edited.map(to_micros)),
        resolved: Set(comment.resolved.map(to_micros)),
        resolved_by: Set(comment.resolved_by.map(|id| id.0)),
    })
}

/// Stores a new comment.
pub async fn insert(tx: &Transaction, new: &Comment) -> Result<()> {
    comment::Entity::insert(row(new)?)
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a comment"))?;
    Ok(())
}

/// Stores what became of a comment.
pub async fn update(tx: &Transaction, changed: &Comment) -> Result<()> {
    comment::Entity::update_many()
        .set(row(changed)?)
        .filter(comment::Column::Id.eq(changed.id.0))
        .exec(tx)
        .await
        .map_err(fault("change a comment"))?;
    Ok(())
}

/// Removes a comment and every reply to it.
pub async fn delete(tx: &Transaction, id: CommentId) -> Result<()> {
    use comment::Column;
    comment::Entity::delete_many()
        .filter(Column::Id.eq(id.0).or(Column::ThreadId.eq(id.0)))
        .exec(tx)
        .await
        .map_err(fault("delete a comment"))?;
    Ok(())
}

/// The comment with that id.
pub async fn by_id(db: &impl ConnectionTrait, id: CommentId) -> Result<Option<Comment>> {
    let found = unique(comment::Entity::find_by_id(id.0), db).await;
    found.map_err(fault("read a comment"))?.map(read).transpose()
}

/// The comments on all revisions of a component, oldest first.
pub async fn of_component(
    db: &impl ConnectionTrait,
    component: ComponentId,
) -> Result<Vec<Comment>> {
    let rows = comment::Entity::find()
        .filter(comment::Column::ComponentId.eq(component.0))
        .order_by_asc(comment::Column::Created)
        .order_by_asc(comment::Column::Id)
        .all(db)
        .await
        .map_err(fault("list comments"))?;
    rows.into_iter().map(read).collect()
}

/// The texts of all comments on these components, oldest first.
pub async fn texts_of(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashMap<ComponentId, Vec<String>>> {
    let mut found = HashMap::<_, Vec<_>>::new();
    for chunk in components.chunks(500) {
        let rows: Vec<(uuid::Uuid, String)> = comment::Entity::find()
            .select_only()
            .column(comment::Column::ComponentId)
            .column(comment::Column::Body)
            .filter(comment::Column::ComponentId.is_in(listed(chunk.iter().map(|id| id.0))))
            .order_by_asc(comment::Column::Created)
            .order_by_asc(comment::Column::Id)
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read comments"))?;
        for (component, body) in rows {
            found.entry(ComponentId(component)).or_default().push(body);
        }
    }
    Ok(found)
}

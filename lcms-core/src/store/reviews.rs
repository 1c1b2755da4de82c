//! Review states, kept per component and (content, metadata) digest pair.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};
use time::OffsetDateTime;

use super::entity::review;
use super::time::to_micros;
use super::{Transaction, digest, fault, listed, unique, unreadable};
use crate::error::Result;
use crate::model::{ComponentId, Digest, EventNumber, Head, State, UserId};

/// A review state to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Review {
    /// The component.
    pub component: ComponentId,
    /// Digest of the content document reviewed.
    pub content: Digest,
    /// Digest of the metadata document reviewed.
    pub metadata: Digest,
    /// Draft, in review or approved.
    pub state: State,
    /// Who decided.
    pub actor: UserId,
    /// When.
    pub time: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

pub(super) fn read_state(name: &str) -> Result<State> {
    [State::Draft, State::InReview, State::Approved]
        .into_iter()
        .find(|state| state.as_str() == name)
        .ok_or_else(|| unreadable("review state", name))
}

/// Records the state of a pair, in place of the one before.
pub async fn record(tx: &Transaction, review: &Review) -> Result<()> {
    record_many(tx, std::slice::from_ref(review)).await
}

/// Records the states of different pairs, in place of those before.
pub async fn record_many(tx: &Transaction, reviews: &[Review]) -> Result<()> {
    use review::Column;
    let replace = OnConflict::columns([Column::ComponentId, Column::Content, Column::Metadata])
        .update_columns([Column::State, Column::Actor, Column::Created, Column::Event])
        .to_owned();
    for chunk in reviews.chunks(500) {
        let rows = chunk.iter().map(|review| review::ActiveModel {
            component_id: Set(review.component.0),
            content: Set(review.content.as_bytes().to_vec()),
            metadata: Set(review.metadata.as_bytes().to_vec()),
            state: Set(review.state.as_str().to_owned()),
            actor: Set(review.actor.0),
            created: Set(to_micros(review.time)),
            event: Set(review.event.0),
        });
        review::Entity::insert_many(rows)
            .on_conflict(replace.clone())
            .exec_without_returning(tx)
            .await
            .map_err(fault("record a review"))?;
    }
    Ok(())
}

/// The review state of one pair; a draft when nothing was recorded.
pub async fn state_of(
    db: &impl ConnectionTrait,
    component: ComponentId,
    content: Digest,
    metadata: Digest,
) -> Result<State> {
    let key = (component.0, content.as_bytes().to_vec(), metadata.as_bytes().to_vec());
    let row = unique(review::Entity::find_by_id(key), db).await.map_err(fault("read a review"))?;
    row.map_or(Ok(State::Draft), |row| read_state(&row.state))
}

/// The review states of many heads.
pub async fn states_of(
    db: &impl ConnectionTrait,
    heads: &HashMap<ComponentId, Head>,
) -> Result<HashMap<ComponentId, State>> {
    let mut states: HashMap<_, _> = heads.keys().map(|id| (*id, State::Draft)).collect();
    let ids: Vec<_> = heads.keys().map(|id| id.0).collect();
    for chunk in ids.chunks(500) {
        let rows = review::Entity::find()
            .filter(review::Column::ComponentId.is_in(chunk.iter().copied()))
            .all(db)
            .await
            .map_err(fault("read reviews"))?;
        for row in rows {
            let id = ComponentId(row.component_id);
            let is_head = heads.get(&id).is_some_and(|head| {
                row.content == head.content.as_bytes() && row.metadata == head.metadata.as_bytes()
            });
            if is_head {
                states.insert(id, read_state(&row.state)?);
            }
        }
    }
    Ok(states)
}

/// The recorded states of every pair of these components.
pub async fn of_pairs(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<HashMap<(ComponentId, Digest, Digest), State>> {
    let mut states = HashMap::new();
    for chunk in components.chunks(500) {
        let rows = review::Entity::find()
            .filter(review::Column::ComponentId.is_in(listed(chunk.iter().map(|id| id.0))))
            .all(db)
            .await
            .map_err(fault("read reviews"))?;
        for row in rows {
            let pair =
                (ComponentId(row.component_id), digest(&row.content)?, digest(&row.metadata)?);
            states.insert(pair, read_state(&row.state)?);
        }
    }
    Ok(states)
}

//! Channels and their moves.

use std::collections::HashMap;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use super::entity::{channel, channel_move};
use super::time::{from_micros, to_micros};
use super::{Transaction, fault, unique, unreadable};
use crate::error::Result;
use crate::model::{Channel, ChannelMove, ComponentId, EventNumber, Key, ReleaseId, UserId};

fn read(row: &channel::Model) -> Result<Channel> {
    Ok(Channel {
        component: ComponentId(row.component_id),
        name: row.name.parse().map_err(|e| unreadable("channel name", e))?,
        release: row.release_id.map(ReleaseId),
        actor: UserId(row.actor),
        moved: from_micros(row.moved),
    })
}

fn read_move(row: channel_move::Model) -> ChannelMove {
    ChannelMove {
        from: row.from_release.map(ReleaseId),
        to: row.to_release.map(ReleaseId),
        note: row.note,
        actor: UserId(row.actor),
        time: from_micros(row.created),
        event: EventNumber(row.event),
    }
}

/// Stores where a channel points now and the move that brought it there.
pub async fn record_move(tx: &Transaction, channel: &Channel, made: &ChannelMove) -> Result<()> {
    use channel::Column;
    let row = channel::ActiveModel {
        component_id: Set(channel.component.0),
        name: Set(channel.name.to_string()),
        release_id: Set(channel.release.map(|id| id.0)),
        actor: Set(channel.actor.0),
        moved: Set(to_micros(channel.moved)),
        event: Set(made.event.0),
    };
    let replace = OnConflict::columns([Column::ComponentId, Column::Name])
        .update_columns([Column::ReleaseId, Column::Actor, Column::Moved, Column::Event])
        .to_owned();
    channel::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(tx)
        .await
        .map_err(fault("move a channel"))?;
    let row = channel_move::ActiveModel {
        component_id: Set(channel.component.0),
        name: Set(channel.name.to_string()),
        event: Set(made.event.0),
        from_release: Set(made.from.map(|id| id.0)),
        to_release: Set(made.to.map(|id| id.0)),
        note: Set(made.note.clone()),
        actor: Set(made.actor.0),
        created: Set(to_micros(made.time)),
    };
    channel_move::Entity::insert(row)
        .exec_without_returning(tx)
        .await
        .map_err(fault("record a channel's move"))?;
    Ok(())
}

/// A component's channel of that name, closed or not.
pub async fn by_name(
    db: &impl ConnectionTrait,
    component: ComponentId,
    name: &Key,
) -> Result<Option<Channel>> {
    let row = unique(channel::Entity::find_by_id((component.0, name.to_string())), db)
        .await
        .map_err(fault("read a channel"))?;
    row.as_ref().map(read).transpose()
}

/// A component's channels by name, closed ones too.
pub async fn of(db: &impl ConnectionTrait, component: ComponentId) -> Result<Vec<Channel>> {
    let rows = channel::Entity::find()
        .filter(channel::Column::ComponentId.eq(component.0))
        .order_by_asc(channel::Column::Name)
        .all(db)
        .await
        .map_err(fault("list channels"))?;
    rows.iter().map(read).collect()
}

/// The names of the channels that point to each of these releases, sorted.
pub async fn pointing_to(
    db: &impl ConnectionTrait,
    releases: &[ReleaseId],
) -> Result<HashMap<ReleaseId, Vec<Key>>> {
    let mut found = HashMap::<_, Vec<Key>>::new();
    for chunk in releases.chunks(500) {
        let rows = channel::Entity::find()
            .filter(channel::Column::ReleaseId.is_in(chunk.iter().map(|id| id.0)))
            .order_by_asc(channel::Column::Name)
            .all(db)
            .await
            .map_err(fault("list channels"))?;
        for channel in rows.iter().map(read) {
            let Channel { name, release, .. } = channel?;
            if let Some(release) = release {
                found.entry(release).or_default().push(name);
            }
        }
    }
    Ok(found)
}

/// A channel's moves, oldest first.
pub async fn moves(
    db: &impl ConnectionTrait,
    component: ComponentId,
    name: &Key,
) -> Result<Vec<ChannelMove>> {
    let rows = channel_move::Entity::find()
        .filter(channel_move::Column::ComponentId.eq(component.0))
        .filter(channel_move::Column::Name.eq(name.as_str()))
        .order_by_asc(channel_move::Column::Event)
        .all(db)
        .await
        .map_err(fault("read a channel's history"))?;
    Ok(rows.into_iter().map(read_move).collect())
}

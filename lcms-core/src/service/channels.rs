//! Channels: named pointers of a component to one of its releases.
//!
//! A channel is what is published or served next, so moving it is deploying. Every move names
//! where the channel pointed when it was decided: of two people who move it at once, one is told.

use std::collections::HashMap;

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Session;
use super::releases::ReleaseBrief;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Channel, ChannelMove, Component, EventKind, EventNumber, Key, Library, ReleaseId,
    ReleaseReference, Right, Target, UserId,
};
use crate::store::events::{self, NewEvent};
use crate::store::{Connection, Transaction, channels, now, releases};

/// A channel and where it points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelView {
    /// Its name, unique for the component.
    pub name: Key,
    /// The release it points to; absent once it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseBrief>,
    /// Who moved it there.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub moved: OffsetDateTime,
}

/// One move of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelMoveView {
    /// Where it pointed before; absent when nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<ReleaseBrief>,
    /// Where it pointed after; absent when it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<ReleaseBrief>,
    /// Why, in the mover's words.
    pub note: String,
    /// Who moved it.
    pub actor: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub time: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
}

/// Where a channel is to point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    To(ReleaseId),
    Back,
    Closed,
}

impl Session {
    /// A component's channels by name, closed ones too.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn channels(&self, target: &Target) -> Result<Vec<ChannelView>> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let found = channels::of(db, component.id).await?;
        let named = briefs(db, found.iter().filter_map(|channel| channel.release)).await?;
        Ok(found.into_iter().map(|channel| view(channel, &named)).collect())
    }

    /// One channel of a component.
    ///
    /// # Errors
    /// When there is none, or the actor may not read the component.
    pub async fn channel(&self, target: &Target, name: &Key) -> Result<ChannelView> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let channel = channels::by_name(db, component.id, name)
            .await?
            .ok_or_else(|| no_channel(&library, &component, name))?;
        let named = briefs(db, channel.release).await?;
        Ok(view(channel, &named))
    }

    /// A channel's moves, newest first.
    ///
    /// # Errors
    /// When there is no such channel, or the actor may not read the component.
    pub async fn channel_history(
        &self,
        target: &Target,
        name: &Key,
    ) -> Result<Vec<ChannelMoveView>> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let moves = channels::moves(db, component.id, name).await?;
        if moves.is_empty() {
            return Err(no_channel(&library, &component, name));
        }
        let mut ids = Vec::with_capacity(2 * moves.len());
        for made in &moves {
            ids.extend(made.from);
            ids.extend(made.to);
        }
        let named = briefs(db, ids).await?;
        let brief = |id: Option<ReleaseId>| id.and_then(|id| named.get(&id).cloned());
        Ok(moves
            .into_iter()
            .rev()
            .map(|ChannelMove { from, to, note, actor, time, event }| ChannelMoveView {
                from: brief(from),
                to: brief(to),
                note,
                actor,
                time,
                event,
            })
            .collect())
    }

    /// Points a channel to a release of the component; makes the channel if there is none.
    /// `seen` is where it pointed when that was decided; nowhere when absent.
    ///
    /// # Errors
    /// [`ErrorKind::StaleBase`] when it points elsewhere by now; when the release is of another
    /// component, or the actor may not deploy.
    pub async fn move_channel(
        &self,
        target: &Target,
        name: &Key,
        to: &ReleaseReference,
        seen: Option<ReleaseId>,
        note: String,
    ) -> Result<ChannelView> {
        let release = self.find_release(to).await?;
        let (component, library) = self.component_with(target, Right::Deploy).await?;
        if release.release.component != component.id {
            return Err(Error::invalid(format!(
                "`{to}` is a release of `{}/{}`, not of `{}/{}`",
                release.library_key, release.key, library.key, component.key
            )));
        }
        let to = Move::To(release.release.id);
        self.change_channel(component, library, name.clone(), to, seen, note).await
    }

    /// Points a channel to the release before: what it pointed to before it was moved to where
    /// it points, moves back not counted. A closed channel is opened again where it was.
    ///
    /// # Errors
    /// As [`Session::move_channel`]; when there is no release before.
    pub async fn move_channel_back(
        &self,
        target: &Target,
        name: &Key,
        seen: Option<ReleaseId>,
        note: String,
    ) -> Result<ChannelView> {
        let (component, library) = self.component_with(target, Right::Deploy).await?;
        self.change_channel(component, library, name.clone(), Move::Back, seen, note).await
    }

    /// Closes a channel: it points nowhere. Its history stays, and it can be moved again.
    ///
    /// # Errors
    /// As [`Session::move_channel`].
    pub async fn close_channel(
        &self,
        target: &Target,
        name: &Key,
        seen: Option<ReleaseId>,
        note: String,
    ) -> Result<ChannelView> {
        let (component, library) = self.component_with(target, Right::Deploy).await?;
        self.change_channel(component, library, name.clone(), Move::Closed, seen, note).await
    }

    async fn change_channel(
        &self,
        component: Component,
        library: Library,
        name: Key,
        to: Move,
        seen: Option<ReleaseId>,
        note: String,
    ) -> Result<ChannelView> {
        let (actor, time) = (self.actor.id(), now());
        let channel = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let before = channels::by_name(tx, component.id, &name).await?;
                    if before.is_none() && !matches!(to, Move::To(_)) {
                        return Err(no_channel(&library, &component, &name));
                    }
                    let from = before.as_ref().and_then(|channel| channel.release);
                    if from != seen {
                        return Err(moved_meanwhile(tx, &name, from).await?);
                    }
                    let to = match to {
                        Move::To(release) => Some(release),
                        Move::Closed => None,
                        Move::Back => Some(release_before(tx, &component, &name, from).await?),
                    };
                    if let Some(before) = before
                        && before.release == to
                    {
                        return Ok(before);
                    }
                    let event = NewEvent {
                        library: Some(library.id),
                        component: Some(component.id),
                        release: to,
                        detail: serde_json::json!({
                            "channel": name, "from": from, "to": to, "note": note,
                        }),
                        ..NewEvent::new(EventKind::ChannelMoved, time, actor)
                    };
                    let event = events::append(tx, event).await?;
                    let made = ChannelMove { from, to, note, actor, time, event };
                    let component = component.id;
                    let channel = Channel { component, name, release: to, actor, moved: time };
                    channels::record_move(tx, &channel, &made).await?;
                    Ok(channel)
                })
            })
            .await?;
        let named = briefs(self.lcms.store().reader(), channel.release).await?;
        Ok(view(channel, &named))
    }
}

fn no_channel(library: &Library, component: &Component, name: &Key) -> Error {
    Error::not_found(format!("`{}/{}` has no channel `{name}`", library.key, component.key))
        .hint("moving a channel that is not there makes it")
}

async fn moved_meanwhile(tx: &Transaction, name: &Key, now: Option<ReleaseId>) -> Result<Error> {
    let place = match now {
        Some(id) => match releases::by_id(tx, id).await? {
            Some(release) => format!("points to release {} ({id})", release.number),
            None => format!("points to {id}"),
        },
        None => "points nowhere".to_owned(),
    };
    let message = format!("channel `{name}` {place}, not where you saw it");
    Ok(Error::new(ErrorKind::StaleBase, message)
        .hint("look at its history, and say again where it should point"))
}

/// Where a channel pointed before. A move to the release before the last is a move back, whoever
/// made it, so going back twice goes further back and not forth again.
async fn release_before(
    tx: &Transaction,
    component: &Component,
    name: &Key,
    from: Option<ReleaseId>,
) -> Result<ReleaseId> {
    let mut past = Vec::new();
    for made in channels::moves(tx, component.id, name).await? {
        let Some(to) = made.to else { continue };
        if past.len() > 1 && past[past.len() - 2] == to {
            past.pop();
        } else if past.last() != Some(&to) {
            past.push(to);
        }
    }
    if from.is_some() {
        past.pop();
    }
    past.pop().ok_or_else(|| {
        Error::conflict(format!("channel `{name}` pointed to no other release before"))
    })
}

fn view(channel: Channel, named: &HashMap<ReleaseId, ReleaseBrief>) -> ChannelView {
    let Channel { name, release, actor, moved, .. } = channel;
    let release = release.and_then(|id| named.get(&id).cloned());
    ChannelView { name, release, actor, moved }
}

/// What these releases are called.
pub(super) async fn briefs(
    db: &impl Connection,
    ids: impl IntoIterator<Item = ReleaseId>,
) -> Result<HashMap<ReleaseId, ReleaseBrief>> {
    let ids: Vec<_> = ids.into_iter().collect();
    let found = releases::by_ids(db, &ids).await?;
    Ok(found.iter().map(|(id, release)| (*id, release.into())).collect())
}

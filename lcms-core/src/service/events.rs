//! Reading the change log.

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use crate::error::Result;
use crate::model::{Event, EventNumber, Right};
use crate::store::events;

pub use crate::store::events::EventFilter;

/// A page of the change log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// Events the actor may see, oldest first.
    pub items: Vec<Event>,
    /// Pass as `after` to go on; grows even when nothing on this page may be seen.
    pub next: EventNumber,
    /// Whether more events are there now.
    pub more: bool,
}

impl Session {
    /// Events after that number, oldest first. Events of libraries the actor may not read are
    /// left out, and those about users unless the actor is an admin everywhere.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn events(&self, after: EventNumber, limit: u64) -> Result<EventPage> {
        let limit = limit.clamp(1, 1000);
        let read = events::after(self.lcms.store().reader(), after, limit).await?;
        let more = read.len() as u64 == limit;
        let next = read.last().map_or(after, |event| event.number);
        let items = self.seen_of(read);
        Ok(EventPage { items, next, more })
    }

    /// Events before that number that fit, newest first; the newest of all without one. As with
    /// [`Session::events`], only what the actor may see; `next` is passed as `before` to go on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn events_before(
        &self,
        before: Option<EventNumber>,
        filter: &EventFilter,
        limit: u64,
    ) -> Result<EventPage> {
        let limit = limit.clamp(1, 1000);
        let read = events::before(self.lcms.store().reader(), before, filter, limit).await?;
        let more = read.len() as u64 == limit;
        let next = read.last().map_or(before.unwrap_or(EventNumber(0)), |event| event.number);
        let items = self.seen_of(read);
        Ok(EventPage { items, next, more })
    }

    fn seen_of(&self, events: Vec<Event>) -> Vec<Event> {
        let sees_users = self.require_everywhere(Right::Administer).is_ok();
        let seen = |event: &Event| match event.library {
            Some(library) => self.may(library, Right::Read),
            None => sees_users || event.kind.is_branch(),
        };
        events.into_iter().filter(seen).collect()
    }
}

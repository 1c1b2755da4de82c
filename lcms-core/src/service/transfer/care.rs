//! Who looks after components that arrive: of two decisions the later one holds.
//!
//! As with reviews, both sides say when. A steward is an opaque id like an author; one who is no
//! user here is kept, so that nothing is lost on the way back, and reported.

use std::collections::HashMap;

use serde_json::json;

use super::CareObject;
use super::receive::{Known, Receiving};
use crate::error::Result;
use crate::model::{Care, ComponentId, EventKind, Key};
use crate::store::accounts;
use crate::store::care::{self, Said};
use crate::store::events::NewEvent;

/// What is to be stored, and what stood before.
#[derive(Debug, Default)]
pub(super) struct NewCare(Vec<(ComponentId, Said, Care)>);

/// Of two decisions, the one that holds is greater.
fn rank(said: &Said) -> impl Ord {
    (said.time, said.care.steward, said.care.review_by)
}

impl Receiving<'_> {
    /// Decides for each component, and reports it.
    pub(super) async fn decide_care(&mut self, known: &Known) -> Result<NewCare> {
        let objects = self.objects;
        let ids: Vec<_> = objects.care.keys().copied().collect();
        let here = care::said_of(self.tx, &ids).await?;
        let mut new = NewCare::default();
        let mut users = HashMap::new();
        for CareObject { component: id, steward, review_by, time } in objects.care.values() {
            let care = Care { steward: *steward, review_by: *review_by };
            // A clock that is ahead must not keep everybody here from deciding otherwise.
            let said = Said { care, time: (*time).min(self.time) };
            let before = here.get(id);
            let key = self.key_of(*id, known);
            match before {
                None => self.received.new_care += 1,
                Some(before) if rank(before) >= rank(&said) => {
                    if before.care != care {
                        self.received.care_kept.extend(key);
                    }
                    continue;
                }
                Some(before) if before.care != care => {
                    self.received.care_replaced.extend(key.clone());
                }
                Some(_) => {}
            }
            if let Some(steward) = steward {
                let is_known = match users.get(steward) {
                    Some(known) => *known,
                    None => accounts::user(self.tx, *steward).await?.is_some(),
                };
                users.insert(*steward, is_known);
                if !is_known {
                    self.received.unknown_stewards.extend(key);
                }
            }
            new.0.push((*id, said, before.map(|before| before.care).unwrap_or_default()));
        }
        let received = &mut self.received;
        for keys in
            [&mut received.care_replaced, &mut received.care_kept, &mut received.unknown_stewards]
        {
            keys.sort();
        }
        Ok(new)
    }

    fn key_of(&self, id: ComponentId, known: &Known) -> Option<Key> {
        let here = known.components.get(&id).map(|component| component.key.clone());
        here.or_else(|| self.objects.components.get(&id).map(|object| object.key.clone()))
    }

    /// The events that record what changes.
    pub(super) fn care_events(&self, new: &NewCare) -> Vec<NewEvent> {
        let changing = new.0.iter().filter(|(_, said, before)| said.care != *before);
        let event = |(id, said, before): &(ComponentId, Said, Care)| NewEvent {
            library: self.objects.components.get(id).map(|object| object.library),
            component: Some(*id),
            detail: json!({"from": before, "to": said.care}),
            ..NewEvent::new(EventKind::CareChanged, self.time, self.actor)
        };
        changing.map(event).collect()
    }

    pub(super) async fn store_care(&self, new: &NewCare) -> Result<()> {
        let given: Vec<_> = new.0.iter().map(|(id, said, _)| (*id, *said)).collect();
        care::put(self.tx, &given).await
    }
}

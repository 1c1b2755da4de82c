//! Where what arrives stands in the log of this server.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use time::OffsetDateTime;

use super::Place;
use super::care::NewCare;
use super::receive::{Known, Receiving};
use super::rules::NewRules;
use crate::error::Result;
use crate::model::{ComponentId, EventKind, EventNumber, Key, LibraryId, RevisionId};
use crate::service::rules::event_of;
use crate::store::Transaction;
use crate::store::events::{self, NewEvent};
use crate::store::reviews::Review;

/// Whether a review that arrives takes the place of the one here: the later decision holds.
pub(super) fn is_newer(time: OffsetDateTime, here: Option<&Review>) -> bool {
    here.is_none_or(|here| here.time < time)
}

/// The events of an arrival: where each object stands in the log of this server.
pub(super) struct Log {
    events: HashMap<Place, EventNumber>,
    first: EventNumber,
    new: Vec<NewEvent>,
    /// The newest event, that of the arrival itself.
    pub(super) last: EventNumber,
}

impl Log {
    /// Numbers what is new, in the order of what happened; what is known keeps its place.
    pub(super) async fn new(
        receiving: &Receiving<'_>,
        known: &Known,
        (new, care, rules): (&HashSet<RevisionId>, &NewCare, &NewRules),
        needed: &HashSet<Key>,
        before: EventNumber,
    ) -> Result<Self> {
        let objects = receiving.objects;
        let mut events = HashMap::with_capacity(objects.order.len());
        let mut log = Vec::new();
        let mut places = Vec::new();
        let library = |id: ComponentId| objects.components.get(&id).map(|it| it.library);
        let blank = |kind| NewEvent::new(kind, receiving.time, receiving.actor);
        let reviews: HashMap<_, _> = objects
            .reviews
            .iter()
            .map(|review| ((review.component, review.content, review.metadata), review))
            .collect();
        let mut created: HashSet<ComponentId> = known.components.keys().copied().collect();
        for place in &objects.order {
            let event = match place {
                Place::Branch(name) => match known.branches.get(name) {
                    Some(branch) => Err(branch.event),
                    None if !needed.contains(name) => Err(before),
                    None => Ok(NewEvent {
                        detail: json!({"branch": name}),
                        ..blank(EventKind::BranchCreated)
                    }),
                },
                Place::Revision(id) => match (known.revisions.get(id), objects.revisions.get(id)) {
                    (None, Some(object)) if new.contains(id) => Ok(NewEvent {
                        library: library(object.component),
                        component: Some(object.component),
                        revision: Some(*id),
                        ..blank(if created.insert(object.component) {
                            EventKind::ComponentCreated
                        } else {
                            EventKind::RevisionSaved
                        })
                    }),
                    (here, _) => Err(here.map_or(before, |revision| revision.event)),
                },
                Place::Rule(id) => match rules.arrived.get(id) {
                    Some(rule) => Ok(event_of(rule, receiving.time, receiving.actor)),
                    None => Err(known.rules.get(id).map_or(before, |rule| rule.event)),
                },
                Place::Release(id) => match objects.releases.get(id) {
                    Some(object) if !known.has_release(object.digest) => Ok(NewEvent {
                        library: library(object.component),
                        component: Some(object.component),
                        release: Some(*id),
                        detail: json!({"digest": object.digest}),
                        ..blank(EventKind::ReleaseCreated)
                    }),
                    object => Err(object
                        .and_then(|it| known.release_digests.get(&it.digest))
                        .copied()
                        .unwrap_or(before)),
                },
                Place::Review(component, content, metadata) => {
                    let pair = (*component, *content, *metadata);
                    let here = known.reviews.get(&pair);
                    match reviews.get(&pair) {
                        Some(object) if is_newer(object.time, here) => Ok(NewEvent {
                            library: library(*component),
                            component: Some(*component),
                            detail: json!({"state": object.state.as_str()}),
                            ..blank(EventKind::StateChanged)
                        }),
                        _ => Err(here.map_or(before, |review| review.event)),
                    }
                }
            };
            match event {
                Ok(event) => {
                    log.push(event);
                    places.push(place.clone());
                }
                Err(known) => {
                    events.insert(place.clone(), known);
                }
            }
        }
        for rule in &rules.merged {
            log.push(event_of(rule, receiving.time, receiving.actor));
            places.push(Place::Rule(rule.id));
        }
        log.extend(receiving.care_events(care));
        if log.is_empty() && receiving.received.new_redactions == 0 {
            return Ok(Self { events, first: before, new: log, last: before });
        }
        let deleted = objects.components.values().filter(|it| it.deleted);
        for object in deleted.filter(|it| !known.components.contains_key(&it.id)) {
            log.push(NewEvent {
                library: Some(object.library),
                component: Some(object.id),
                ..blank(EventKind::ComponentDeleted)
            });
        }
        let only: Vec<LibraryId> = objects.libraries.iter().map(|library| library.id).collect();
        log.push(NewEvent {
            library: only.first().copied().filter(|_| only.len() == 1),
            detail: json!({"origin": receiving.origin, "libraries": only}),
            ..blank(EventKind::LibraryReceived)
        });
        let first = events::next_numbers(receiving.tx, log.len()).await?;
        for (number, place) in (first.0..).zip(places) {
            events.insert(place, EventNumber(number));
        }
        let last = i64::try_from(log.len()).unwrap_or(i64::MAX);
        Ok(Self { events, first, new: log, last: EventNumber(first.0 + last - 1) })
    }

    pub(super) fn event_of(&self, place: &Place) -> EventNumber {
        self.events.get(place).copied().unwrap_or(self.last)
    }

    pub(super) async fn write(self, tx: &Transaction) -> Result<()> {
        events::insert_many(tx, self.first, self.new).await
    }
}

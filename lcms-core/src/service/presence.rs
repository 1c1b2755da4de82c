//! Presence: who else looks at a component now, or writes in it.
//!
//! A page that is open says so again and again; what is not said for [`PRESENT_FOR`] is over. It
//! is kept in memory only: it leaves no event, a server that starts knows of nobody, and it locks
//! nothing, since a save that meets another's is refused by its base and merged. Whoever may read
//! a component may know who has it open.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Session;
use crate::error::{Error, Result};
use crate::model::{BranchId, ComponentId, Right, Target, UserId};
use crate::store::now;

/// How long a page that said nothing more counts as open.
pub const PRESENT_FOR: Duration = Duration::from_secs(30);
/// Most bytes in the name of a page.
const MAX_PAGE: usize = 64;
/// Most pages known at once on the whole server; further ones are not told to others.
const MOST_PAGES: usize = 100_000;
/// Most pages one person has open on one component.
const MOST_OF_ONE: usize = 16;

/// What somebody does with a component.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Looks at it.
    Reading,
    /// Has it open to change it.
    Writing,
}

/// A page that is open, as it says itself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BePresent {
    /// A name for this page, which the client makes up once and keeps: 1 to 64 bytes.
    #[schema(min_length = 1, max_length = 64)]
    pub page: String,
    /// What is done on it.
    pub doing: Doing,
}

/// Somebody who has a component open.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Present {
    /// Who; also yourself, on another page.
    pub person: UserId,
    /// The most that is done on any of their pages.
    pub doing: Doing,
    /// Since when, without a break.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
}

/// Who has a component open on a branch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Presence {
    /// Everybody but the page that asks: who writes first, then by how long they have been there.
    pub items: Vec<Present>,
    /// How many seconds a page counts as open after it last said so.
    pub seconds: u64,
}

type Place = (BranchId, ComponentId);

/// One open page.
#[derive(Debug)]
struct Page {
    person: UserId,
    name: String,
    doing: Doing,
    since: OffsetDateTime,
    heard: Instant,
}

impl Page {
    fn open(&self, at: Instant) -> bool {
        at.saturating_duration_since(self.heard) < PRESENT_FOR
    }

    fn is(&self, person: UserId, name: &str) -> bool {
        self.person == person && self.name == name
    }
}

/// All open pages of this server.
#[derive(Debug, Default)]
pub(super) struct Pages {
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    pages: HashMap<Place, Vec<Page>>,
    count: usize,
    swept: Option<Instant>,
}

impl Places {
    /// Forgets what is over, at most once in the time that a page counts as open.
    fn sweep(&mut self, at: Instant) {
        if self.swept.is_some_and(|swept| at.saturating_duration_since(swept) < PRESENT_FOR) {
            return;
        }
        self.swept = Some(at);
        self.pages.retain(|_, pages| {
            pages.retain(|page| page.open(at));
            !pages.is_empty()
        });
        self.count = self.pages.values().map(Vec::len).sum();
    }

    fn others(&self, place: Place, own: Option<(UserId, &str)>, at: Instant) -> Vec<Present> {
        let mut found: Vec<Present> = Vec::new();
        for page in self.pages.get(&place).into_iter().flatten() {
            if !page.open(at) || own.is_some_and(|(person, name)| page.is(person, name)) {
                continue;
            }
            match found.iter_mut().find(|present| present.person == page.person) {
                Some(present) => {
                    present.doing = present.doing.max(page.doing);
                    present.since = present.since.min(page.since);
                }
                None => found.push(Present {
                    person: page.person,
                    doing: page.doing,
                    since: page.since,
                }),
            }
        }
        found.sort_by_key(|present| (std::cmp::Reverse(present.doing), present.since));
        found
    }
}

impl Pages {
    fn hear(&self, place: Place, person: UserId, said: &BePresent, at: Instant) -> Vec<Present> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.sweep(at);
        let room = places.count < MOST_PAGES;
        let pages = places.pages.entry(place).or_default();
        let own = pages.iter().filter(|page| page.person == person).count();
        let mut added = 0;
        if let Some(page) = pages.iter_mut().find(|page| page.is(person, &said.page)) {
            if !page.open(at) {
                page.since = now();
            }
            page.doing = said.doing;
            page.heard = at;
        } else if room && own < MOST_OF_ONE {
            let (name, doing) = (said.page.clone(), said.doing);
            pages.push(Page { person, name, doing, since: now(), heard: at });
            added = 1;
        }
        places.count += added;
        places.others(place, Some((person, &said.page)), at)
    }

    fn leave(&self, place: Place, person: UserId, name: &str) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pages) = places.pages.get_mut(&place) else { return };
        let before = pages.len();
        pages.retain(|page| !page.is(person, name));
        let gone = before - pages.len();
        if pages.is_empty() {
            places.pages.remove(&place);
        }
        places.count = places.count.saturating_sub(gone);
    }

    fn at(&self, place: Place, at: Instant) -> Vec<Present> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner).others(place, None, at)
    }
}

fn named(page: &str) -> Result<()> {
    if page.is_empty() || page.len() > MAX_PAGE {
        return Err(Error::invalid(format!("the name of a page has 1 to {MAX_PAGE} bytes")));
    }
    Ok(())
}

impl Session {
    /// Who has a component open on the branch looked at.
    ///
    /// # Errors
    /// When there is no such component that the actor may read.
    pub async fn presence(&self, target: &Target) -> Result<Presence> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let place = (self.view.branch(), component.id);
        Ok(told(self.lcms.pages().at(place, Instant::now())))
    }

    /// Says that the actor has a component open on the branch looked at, and learns who else has.
    ///
    /// # Errors
    /// When the page has no usable name, or there is no such component that the actor may read;
    /// to be writing takes the right to write.
    pub async fn be_present(&self, target: &Target, said: &BePresent) -> Result<Presence> {
        named(&said.page)?;
        let right = match said.doing {
            Doing::Reading => Right::Read,
            Doing::Writing => Right::Write,
        };
        let (component, _) = self.component_with(target, right).await?;
        let place = (self.view.branch(), component.id);
        Ok(told(self.lcms.pages().hear(place, self.actor.id(), said, Instant::now())))
    }

    /// Says that a page of the actor's is closed.
    ///
    /// # Errors
    /// When there is no such component that the actor may read.
    pub async fn leave(&self, target: &Target, page: &str) -> Result<()> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        self.lcms.pages().leave((self.view.branch(), component.id), self.actor.id(), page);
        Ok(())
    }
}

fn told(items: Vec<Present>) -> Presence {
    Presence { items, seconds: PRESENT_FOR.as_secs() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(page: &str, doing: Doing) -> BePresent {
        BePresent { page: page.to_owned(), doing }
    }

    fn people(found: &[Present]) -> Vec<(UserId, Doing)> {
        found.iter().map(|present| (present.person, present.doing)).collect()
    }

    #[test]
    fn a_page_hears_of_others_and_not_of_itself() {
        let (pages, start) = (Pages::default(), Instant::now());
        let place = (BranchId::MAIN, ComponentId::new());
        let (ann, bob) = (UserId::new(), UserId::new());
        assert!(pages.hear(place, ann, &said("a", Doing::Reading), start).is_empty());
        let found = pages.hear(place, bob, &said("b", Doing::Writing), start);
        assert_eq!(people(&found), [(ann, Doing::Reading)]);
        let found = pages.hear(place, ann, &said("a2", Doing::Writing), start);
        assert_eq!(people(&found), [(bob, Doing::Writing), (ann, Doing::Reading)]);
        let found = pages.hear(place, bob, &said("b", Doing::Writing), start);
        assert_eq!(people(&found), [(ann, Doing::Writing)], "two pages are one person");
        let elsewhere = (BranchId::MAIN, ComponentId::new());
        assert!(pages.at(elsewhere, start).is_empty());
    }

    #[test]
    fn what_is_not_said_again_is_over() {
        let (pages, start) = (Pages::default(), Instant::now());
        let place = (BranchId::MAIN, ComponentId::new());
        let (ann, bob) = (UserId::new(), UserId::new());
        pages.hear(place, ann, &said("a", Doing::Writing), start);
        pages.hear(place, bob, &said("b", Doing::Reading), start + PRESENT_FOR / 2);
        assert_eq!(pages.at(place, start + PRESENT_FOR).len(), 1);
        assert!(pages.at(place, start + PRESENT_FOR * 2).is_empty());
        // Hearing of anybody lets go of what is over.
        let other = (BranchId::MAIN, ComponentId::new());
        pages.hear(other, ann, &said("a", Doing::Reading), start + PRESENT_FOR * 3);
        let places = pages.places.lock().unwrap();
        assert_eq!((places.count, places.pages.len()), (1, 1));
    }

    #[test]
    fn a_closed_page_is_gone_at_once_and_one_person_fills_no_memory() {
        let (pages, start) = (Pages::default(), Instant::now());
        let place = (BranchId::MAIN, ComponentId::new());
        let ann = UserId::new();
        for n in 0..100 {
            pages.hear(place, ann, &said(&format!("p{n}"), Doing::Reading), start);
        }
        assert_eq!(pages.places.lock().unwrap().count, MOST_OF_ONE);
        for n in 0..100 {
            pages.leave(place, ann, &format!("p{n}"));
        }
        let places = pages.places.lock().unwrap();
        assert_eq!((places.count, places.pages.len()), (0, 0));
    }
}

//! What nearly every request asks for, kept for a moment: who a token stands for, and which
//! library a component is in.
//!
//! An actor is forgotten after one second, and at once when this process changes a token or a
//! role; so a token revoked through another process works for a second more at the most. A
//! library's row never changes once it is there, and a title never under its digest; titles are kept
//! for a minute at most, in case another process redacts one. Of a component only what it is and where it is
//! may be relied upon, and that only until its row is read in the transaction of a write. The rules
//! of a library are asked for by the event that last changed them, so they are never out of date.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::Actor;
use crate::error::Result;
use crate::model::{Component, ComponentId, Digest, EventNumber, Library, LibraryId, LibraryRules};
use crate::store::{Connection, libraries, now};

/// How long an actor is remembered.
const ACTOR: Duration = Duration::from_secs(1);
/// How long titles are remembered.
const TITLES: Duration = Duration::from_secs(60);
/// Most titles remembered; beyond that all are forgotten.
const MOST_TITLES: usize = 32_768;
/// Most actors remembered; beyond that all are forgotten.
const MOST_ACTORS: usize = 4096;
/// Most components remembered; beyond that all are forgotten.
const MOST_COMPONENTS: usize = 16_384;

#[derive(Debug)]
struct Seen {
    actor: Arc<Actor>,
    at: Instant,
    expires: Option<OffsetDateTime>,
}

/// Answers that are kept for a moment.
#[derive(Debug, Default)]
pub(super) struct Recent {
    actors: Mutex<HashMap<Digest, Seen>>,
    libraries: Mutex<HashMap<LibraryId, Library>>,
    all_libraries: Mutex<(EventNumber, Arc<[Library]>)>,
    components: Mutex<HashMap<ComponentId, Component>>,
    rules: Mutex<HashMap<LibraryId, (EventNumber, Arc<LibraryRules>)>>,
    titles: Mutex<Remembered>,
}

/// Titles by the digest of their document, and when the first of them was read.
#[derive(Debug, Default)]
struct Remembered {
    titles: HashMap<Digest, Arc<str>>,
    since: Option<Instant>,
}

impl Recent {
    /// A component as it was when it was last written, for what never or hardly ever changes: its
    /// kind and its library.
    pub(super) fn component(&self, id: ComponentId) -> Option<Component> {
        let components = self.components.lock().unwrap_or_else(PoisonError::into_inner);
        components.get(&id).cloned()
    }

    /// Remembers a component.
    pub(super) fn remember_component(&self, component: &Component) {
        let mut components = self.components.lock().unwrap_or_else(PoisonError::into_inner);
        if components.len() >= MOST_COMPONENTS {
            components.clear();
        }
        components.insert(component.id, component.clone());
    }

    /// Forgets a component, because it is not where it was.
    pub(super) fn forget_component(&self, id: ComponentId) {
        self.components.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// A library's rules as that event left them.
    pub(super) fn rules(
        &self,
        library: LibraryId,
        event: EventNumber,
    ) -> Option<Arc<LibraryRules>> {
        let rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.get(&library).filter(|(of, _)| *of == event).map(|(_, rules)| Arc::clone(rules))
    }

    /// Remembers a library's rules as a committed event left them.
    pub(super) fn remember_rules(
        &self,
        library: LibraryId,
        event: EventNumber,
        found: &Arc<LibraryRules>,
    ) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        rules.insert(library, (event, Arc::clone(found)));
    }

    /// The titles in these documents that are remembered, and the others, each once.
    pub(super) fn titles(
        &self,
        of: impl IntoIterator<Item = Digest>,
    ) -> (HashMap<Digest, Arc<str>>, Vec<Digest>) {
        let mut remembered = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.since.is_some_and(|since| since.elapsed() > TITLES) {
            *remembered = Remembered::default();
        }
        let (mut known, mut unknown) = (HashMap::new(), HashSet::new());
        for digest in of {
            match remembered.titles.get(&digest) {
                Some(title) => drop(known.insert(digest, Arc::clone(title))),
                None => drop(unknown.insert(digest)),
            }
        }
        (known, unknown.into_iter().collect())
    }

    /// Remembers the titles that documents have.
    pub(super) fn remember_titles(&self, read: &[(Digest, Arc<str>)]) {
        let mut remembered = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.titles.len() + read.len() > MOST_TITLES {
            *remembered = Remembered::default();
        }
        remembered.since.get_or_insert_with(Instant::now);
        remembered.titles.extend(read.iter().take(MOST_TITLES).cloned());
    }

    /// Forgets every title, because a document's bytes were taken away.
    pub(super) fn forget_titles(&self) {
        *self.titles.lock().unwrap_or_else(PoisonError::into_inner) = Remembered::default();
    }

    /// The actor that the token with this secret's digest stood for a moment ago.
    pub(super) fn actor(&self, secret: Digest) -> Option<Arc<Actor>> {
        let actors = self.actors.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = actors.get(&secret)?;
        let valid = seen.at.elapsed() < ACTOR && seen.expires.is_none_or(|at| at > now());
        valid.then(|| Arc::clone(&seen.actor))
    }

    /// Remembers whom a token stands for.
    pub(super) fn remember(
        &self,
        secret: Digest,
        actor: Arc<Actor>,
        expires: Option<OffsetDateTime>,
    ) {
        let mut actors = self.actors.lock().unwrap_or_else(PoisonError::into_inner);
        if actors.len() >= MOST_ACTORS {
            actors.clear();
        }
        actors.insert(secret, Seen { actor, at: Instant::now(), expires });
    }

    /// Forgets every actor, because a token or a role changed.
    pub(super) fn forget_actors(&self) {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Every library there was after the event `last`, the newest that `db` sees: a library that
    /// comes leaves an event.
    pub(super) async fn libraries(
        &self,
        db: &impl Connection,
        last: EventNumber,
    ) -> Result<Arc<[Library]>> {
        {
            let (of, all) = &*self.all_libraries.lock().unwrap_or_else(PoisonError::into_inner);
            if *of == last && last != EventNumber::default() {
                return Ok(Arc::clone(all));
            }
        }
        let all: Arc<[Library]> = libraries::all(db).await?.into();
        let mut known = self.all_libraries.lock().unwrap_or_else(PoisonError::into_inner);
        *known = (last, Arc::clone(&all));
        Ok(all)
    }

    /// The library with that id.
    pub(super) async fn library(
        &self,
        db: &impl Connection,
        id: LibraryId,
    ) -> Result<Option<Library>> {
        let known = {
            let libraries = self.libraries.lock().unwrap_or_else(PoisonError::into_inner);
            libraries.get(&id).cloned()
        };
        if known.is_some() {
            return Ok(known);
        }
        let found = libraries::by_id(db, id).await?;
        if let Some(library) = &found {
            let mut libraries = self.libraries.lock().unwrap_or_else(PoisonError::into_inner);
            libraries.insert(id, library.clone());
        }
        Ok(found)
    }
}

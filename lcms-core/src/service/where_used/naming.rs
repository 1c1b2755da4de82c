//! What holders are called, and which versions their slots show.

use std::collections::{BTreeSet, HashMap};

use super::ascent::Edge;
use super::{Named, Shown};
use crate::error::Result;
use crate::model::{
    Component, ComponentId, Head, Key, Language, LibraryId, LinkPolicy, RevisionId, Right, SlotId,
};
use crate::service::Session;
use crate::store::usage::Usage;
use crate::store::{Connection, components, heads, releases};

/// Heads by language and component.
pub(super) type Heads = HashMap<Language, HashMap<ComponentId, Head>>;

impl Session {
    /// Keys of the libraries the actor may read.
    pub(in crate::service) async fn library_keys(&self) -> Result<HashMap<LibraryId, Key>> {
        Ok(self.readable().await?.into_iter().map(|library| (library.id, library.key)).collect())
    }

    /// Keys of the libraries of what holds, those of them that may be read.
    pub(super) async fn library_keys_of(
        &self,
        db: &impl Connection,
        edges: &[Edge],
    ) -> Result<HashMap<LibraryId, Key>> {
        let mut keys = HashMap::new();
        for id in edges.iter().map(|edge| edge.parent.library).collect::<BTreeSet<_>>() {
            if self.may(id, Right::Read)
                && let Some(library) = self.lcms.recent().library(db, id).await?
            {
                keys.insert(id, library.key);
            }
        }
        Ok(keys)
    }

    /// These components with key of library and title, those of them that may be read.
    pub(in crate::service) async fn named(
        &self,
        db: &impl Connection,
        of: &[&Component],
        libraries: &HashMap<LibraryId, Key>,
    ) -> Result<HashMap<ComponentId, Named>> {
        let wanted = self.titled(db, of).await?;
        let heads = self.heads_in(db, wanted).await?;
        self.named_by(db, of, libraries, &heads).await
    }

    /// The version that each of these uses shows, by parent, language and slot.
    pub(in crate::service) async fn shown_by(
        &self,
        db: &impl Connection,
        uses: &[&Usage],
    ) -> Result<HashMap<(ComponentId, Language, SlotId), Shown>> {
        let heads = self.heads_in(db, following(uses)).await?;
        self.shown_with(db, uses, &heads).await
    }

    /// The heads that say what these components are called: those in their libraries' languages.
    pub(super) async fn titled(
        &self,
        db: &impl Connection,
        of: &[&Component],
    ) -> Result<Vec<(Language, ComponentId)>> {
        let mut titled = Vec::with_capacity(of.len());
        for component in of {
            let library = self.lcms.recent().library(db, component.library).await?;
            titled.extend(library.map(|library| (library.language, component.id)));
        }
        Ok(titled)
    }

    /// The heads of components in languages, by both.
    pub(super) async fn heads_in(
        &self,
        db: &impl Connection,
        wanted: impl IntoIterator<Item = (Language, ComponentId)>,
    ) -> Result<Heads> {
        let mut by_language: HashMap<Language, BTreeSet<ComponentId>> = HashMap::new();
        for (language, id) in wanted {
            by_language.entry(language).or_default().insert(id);
        }
        let mut heads = HashMap::with_capacity(by_language.len());
        for (language, ids) in by_language {
            let ids: Vec<_> = ids.into_iter().collect();
            let found = heads::of_many(db, &self.view, &ids, &language).await?;
            heads.insert(language, found);
        }
        Ok(heads)
    }

    pub(super) async fn named_by(
        &self,
        db: &impl Connection,
        of: &[&Component],
        libraries: &HashMap<LibraryId, Key>,
        heads: &Heads,
    ) -> Result<HashMap<ComponentId, Named>> {
        let mut contents = HashMap::with_capacity(of.len());
        for (language, id) in self.titled(db, of).await? {
            let head = heads.get(&language).and_then(|heads| heads.get(&id));
            contents.extend(head.map(|head| (id, head.content)));
        }
        let titles = self.titles(db, contents.values().copied()).await?;
        let title = |id| contents.get(&id).map(|content| titles.of(*content)).unwrap_or_default();
        let mut named = HashMap::with_capacity(of.len());
        for component in of {
            if let Some(library_key) = libraries.get(&component.library)
                && !named.contains_key(&component.id)
            {
                let component = (*component).clone();
                let (id, library_key) = (component.id, library_key.clone());
                named.insert(id, Named { title: title(id), component, library_key });
            }
        }
        Ok(named)
    }

    pub(super) async fn shown_with(
        &self,
        db: &impl Connection,
        uses: &[&Usage],
        heads: &Heads,
    ) -> Result<HashMap<(ComponentId, Language, SlotId), Shown>> {
        let mut shown = HashMap::with_capacity(uses.len());
        // Many hold one component in the same way.
        let mut known = HashMap::new();
        for used in uses {
            let asked = (used.child, &used.policy, &used.language);
            let version = match &used.policy {
                LinkPolicy::Latest => heads
                    .get(&used.language)
                    .and_then(|heads| heads.get(&used.child))
                    .map(|head| Shown::revision(head.revision, head.number)),
                policy => match known.get(&asked) {
                    Some(version) => Clone::clone(version),
                    None => {
                        let found = self.resolved(db, used.child, policy, &used.language).await?;
                        known.insert(asked, found.clone());
                        found
                    }
                },
            };
            if let Some(version) = version {
                shown.insert((used.parent, used.language.clone(), used.slot), version);
            }
        }
        Ok(shown)
    }

    /// The version of a component that a link policy resolves to here.
    pub(in crate::service) async fn resolved(
        &self,
        db: &impl Connection,
        child: ComponentId,
        policy: &LinkPolicy,
        language: &Language,
    ) -> Result<Option<Shown>> {
        let revision = match policy {
            LinkPolicy::Latest => {
                let head = heads::of(db, &self.view, child, language).await?;
                return Ok(head.map(|head| Shown::revision(head.revision, head.number)));
            }
            LinkPolicy::Approved => heads::newest_approved(db, &self.view, child, language).await?,
            LinkPolicy::Pinned { content, metadata } => {
                components::newest_with(db, child, *content, *metadata).await?
            }
            LinkPolicy::Release { release } => {
                let found = releases::by_id(db, *release).await?;
                return Ok(found.filter(|release| release.component == child).map(|release| {
                    Shown {
                        revision: None,
                        number: None,
                        release: Some(release.id),
                        release_number: Some(release.number),
                    }
                }));
            }
        };
        Ok(revision.map(|revision| Shown::revision(revision.id, revision.number)))
    }
}

/// The heads that slots which follow the newest version show.
pub(super) fn following(uses: &[&Usage]) -> Vec<(Language, ComponentId)> {
    uses.iter()
        .filter(|used| used.policy == LinkPolicy::Latest)
        .map(|used| (used.language.clone(), used.child))
        .collect()
}

impl Shown {
    fn revision(id: RevisionId, number: u32) -> Self {
        Self { revision: Some(id), number: Some(number), release: None, release_number: None }
    }
}

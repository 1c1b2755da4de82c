//! Uses through versions that are not heads.
//!
//! Where-used knows heads. A course may pin a version of a lesson that held a page which the
//! lesson's head holds no more, and shows that page all the same; so does whatever holds the course.
//! Where-used of all times says which components ever stood above; slots that lead to those of them
//! that do not by their heads are followed through the versions that they show.

use std::collections::{HashMap, HashSet};

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::UsedIn;
use super::ascent::Ascent;
use crate::error::{ErrorKind, Result};
use crate::model::{ComponentId, Digest, Language, LinkPolicy, ReleaseId, View};
use crate::service::{Session, freeze};
use crate::store::usage::{self, Usage};
use crate::store::{Connection, components, documents, events, heads, versions};

impl Session {
    /// Uses through earlier versions as they are shown, nearest first, and how many there are.
    pub(super) async fn earlier_uses(
        &self,
        db: &impl Connection,
        uses: Vec<(Usage, u32)>,
        limit: usize,
    ) -> Result<(u64, Vec<UsedIn>)> {
        if uses.is_empty() {
            return Ok((0, Vec::new()));
        }
        let libraries = self.library_keys().await?;
        let parents: Vec<_> = uses.iter().map(|(used, _)| used.parent).collect();
        let mut parents = components::by_ids(db, &parents).await?;
        parents.retain(|_, parent| libraries.contains_key(&parent.library));
        let shown: Vec<_> = parents.values().collect();
        let names = self.named(db, &shown, &libraries).await?;
        let readable: Vec<_> =
            uses.iter().filter(|(used, _)| names.contains_key(&used.parent)).collect();
        let mut versions =
            self.shown_by(db, &readable.iter().map(|(used, _)| used).collect::<Vec<_>>()).await?;
        let mut items: Vec<_> = readable
            .into_iter()
            .filter_map(|(used, depth)| {
                let shows = versions.remove(&(used.parent, used.language.clone(), used.slot));
                Some(UsedIn::new(names.get(&used.parent)?.clone(), used, *depth, shows))
            })
            .collect();
        items.sort_by(|a, b| {
            let place = |it: &UsedIn| (it.depth, it.parent.library_key.clone());
            let key = |it: &UsedIn| (it.parent.component.key.clone(), it.slot);
            place(a).cmp(&place(b)).then_with(|| key(a).cmp(&key(b)))
        });
        let total = items.len() as u64;
        items.truncate(limit);
        Ok((total, items))
    }
}

/// Every use in view that leads to a component through another version than a head, with the
/// number of slots on the shortest way down. `ascent` is everything above it by heads.
pub(super) async fn uses(
    db: &impl Connection,
    view: &View,
    component: ComponentId,
    ascent: &Ascent,
) -> Result<Vec<(Usage, u32)>> {
    let ever = versions::with_everything_above(db, HashSet::from([component]), usize::MAX).await?;
    let ever = ever.unwrap_or_default();
    let mut now = HashMap::from([(component, 0)]);
    for edge in ascent.edges() {
        now.entry(edge.parent.id).or_insert(edge.depth);
    }
    let formerly: Vec<_> = ever.iter().filter(|id| !now.contains_key(id)).copied().collect();
    if formerly.is_empty() {
        return Ok(Vec::new());
    }
    let uses = usage::of_many(db, view, &formerly).await?;
    if uses.iter().all(|used| used.policy == LinkPolicy::Latest) {
        return Ok(Vec::new()); // what follows heads all the way would be among those by heads
    }
    let concerned: HashSet<_> = uses.iter().flat_map(|used| [used.parent, used.child]).collect();
    let concerned: Vec<_> = concerned.into_iter().collect();
    let deleted: HashSet<_> = match view.layers().first().and_then(|layer| layer.as_of) {
        Some(event) => events::deleted_at(db, &concerned, event).await?,
        None => {
            let rows = components::by_ids(db, &concerned).await?;
            rows.into_values().filter(|row| row.deleted).map(|row| row.id).collect()
        }
    };
    let holding = freeze::releases_containing(db, component).await?;
    let releases = holding.iter().map(|held| held.release.id).collect();
    let mut versions = Versions { db, view, component, ever, now, releases, known: HashMap::new() };
    let mut found = Vec::new();
    for used in uses {
        if deleted.contains(&used.parent) || deleted.contains(&used.child) {
            continue;
        }
        if let Some(depth) = versions.through(used.child, &used.policy, &used.language).await? {
            found.push((used, depth + 1));
        }
    }
    Ok(found)
}

/// Looks into versions, each once.
struct Versions<'a, C> {
    db: &'a C,
    view: &'a View,
    component: ComponentId,
    /// Everything that ever stood above it.
    ever: HashSet<ComponentId>,
    /// What stands above it by heads, and how far.
    now: HashMap<ComponentId, u32>,
    /// The releases that hold it.
    releases: HashSet<ReleaseId>,
    known: HashMap<(Digest, Language), Option<u32>>,
}

impl<C: Connection> Versions<'_, C> {
    /// How many slots lead down from the version that a link shows; nothing when none does.
    fn through<'s>(
        &'s mut self,
        child: ComponentId,
        policy: &'s LinkPolicy,
        language: &'s Language,
    ) -> BoxFuture<'s, Result<Option<u32>>> {
        async move {
            if child == self.component {
                return Ok(Some(0));
            }
            if !self.ever.contains(&child) {
                return Ok(None);
            }
            let content = match policy {
                LinkPolicy::Latest => {
                    if let Some(depth) = self.now.get(&child) {
                        return Ok(Some(*depth));
                    }
                    let head = heads::of(self.db, self.view, child, language).await?;
                    head.map(|head| head.content)
                }
                LinkPolicy::Approved => {
                    let found = heads::newest_approved(self.db, self.view, child, language).await?;
                    found.map(|revision| revision.content)
                }
                LinkPolicy::Pinned { content, .. } => Some(*content),
                LinkPolicy::Release { release } => {
                    return Ok(self.releases.contains(release).then_some(1));
                }
            };
            match content {
                Some(content) => self.version(content, language).await,
                None => Ok(None),
            }
        }
        .boxed()
    }

    async fn version(&mut self, content: Digest, language: &Language) -> Result<Option<u32>> {
        let version = (content, language.clone());
        if let Some(known) = self.known.get(&version) {
            return Ok(*known);
        }
        self.known.insert(version.clone(), None); // what leads back here adds nothing
        let mut nearest: Option<u32> = None;
        let slots = match documents::slots(self.db, content).await {
            Err(error) if error.kind() == ErrorKind::Redacted => Vec::new(),
            slots => slots?,
        };
        for slot in slots {
            if let Some(below) = self.through(slot.component, &slot.policy, language).await? {
                let depth = below + 1;
                nearest = Some(nearest.map_or(depth, |nearest| nearest.min(depth)));
            }
        }
        self.known.insert(version, nearest);
        Ok(nearest)
    }
}

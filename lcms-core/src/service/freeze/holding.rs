//! Which releases hold a component.
//!
//! Where-used knows what ever stood above a component, so only releases of these are looked into,
//! and in them only nodes of these. Releases share nodes, so each is looked into once.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::build::Version;
use super::walk::{Pair, Walk};
use crate::error::Result;
use crate::model::{ComponentId, Digest, Release};
use crate::store::{Connection, releases, versions};

/// A version of a component, as a release holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct FrozenVersion {
    /// Digest of the content document.
    pub content: Digest,
    /// Digest of the metadata document.
    pub metadata: Digest,
    /// Number of the newest revision with these documents, when this server knows one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
}

/// A release that holds a component.
#[derive(Clone, Debug)]
pub(in crate::service) struct Holding {
    /// The release.
    pub release: Release,
    /// The versions of the component in it; usually one.
    pub versions: Vec<FrozenVersion>,
}

/// Every release whose tree holds the component, newest first, with the versions held. The
/// releases of the component itself are among them.
///
/// # Errors
/// When the store cannot be read, or a release is damaged.
pub(in crate::service) async fn releases_containing(
    db: &impl Connection,
    component: ComponentId,
) -> Result<Vec<Holding>> {
    let above = versions::with_everything_above(db, HashSet::from([component]), usize::MAX).await?;
    let above = above.unwrap_or_default();
    let candidates = releases::of_many(db, &above.iter().copied().collect::<Vec<_>>()).await?;
    let mut search = Search { component, above, walk: Walk::default(), found: HashMap::new() };
    let roots = candidates.iter().map(|release| Pair::of(release.roots())).collect();
    search.read(db, roots).await?;
    let mut holding = Vec::new();
    for release in candidates {
        let held = search.versions_in(Pair::of(release.roots()));
        if !held.is_empty() {
            holding.push((release, held));
        }
    }
    let all: BTreeSet<_> = holding.iter().flat_map(|(_, held)| held).copied().collect();
    let asked: Vec<_> = all.iter().map(|v| (v.component, (v.content, v.metadata))).collect();
    let numbers = versions::numbers(db, &asked).await?;
    let shown = |version: Version| FrozenVersion {
        content: version.content,
        metadata: version.metadata,
        number: numbers.get(&(version.component, (version.content, version.metadata))).copied(),
    };
    Ok(holding
        .into_iter()
        .map(|(release, held)| Holding { release, versions: held.into_iter().map(shown).collect() })
        .collect())
}

struct Search {
    component: ComponentId,
    above: HashSet<ComponentId>,
    walk: Walk,
    /// The versions found below each node that was looked into.
    found: HashMap<Pair, BTreeSet<Version>>,
}

impl Search {
    /// Whether the component can be in there.
    fn may_hold(&self, pair: &Pair) -> bool {
        pair.component().is_none_or(|component| self.above.contains(&component))
    }

    /// Reads all nodes that may lead to the component, level by level for all releases at once.
    async fn read(&mut self, db: &impl Connection, roots: Vec<Pair>) -> Result<()> {
        let mut seen = HashSet::new();
        let mut level = roots;
        while !level.is_empty() {
            level.retain(|pair| seen.insert(*pair));
            self.walk.load(db, level.iter().copied()).await?;
            let mut next = Vec::new();
            for pair in level {
                let node = self.walk.require(&pair)?;
                if node.component != self.component && self.above.contains(&node.component) {
                    let children = node.slots().map(|(_, child)| child);
                    next.extend(children.filter(|child| self.may_hold(child)));
                }
            }
            level = next;
        }
        Ok(())
    }

    fn versions_in(&mut self, pair: Pair) -> BTreeSet<Version> {
        if let Some(known) = self.found.get(&pair) {
            return known.clone();
        }
        let mut held = BTreeSet::new();
        let mut children = Vec::new();
        if let Some(node) = self.walk.node(&pair) {
            if node.component == self.component {
                held.insert(node.version());
            } else if self.above.contains(&node.component) {
                children.extend(node.slots().map(|(_, child)| child));
            }
        }
        children.retain(|child| self.may_hold(child));
        for child in children {
            held.extend(self.versions_in(child));
        }
        self.found.insert(pair, held.clone());
        held
    }
}

/// Whether a release holds one of these documents. `without` remembers the nodes of releases that
/// hold none: releases of one course share most of theirs.
///
/// # Errors
/// When a node of it is missing: the store is damaged.
pub(in crate::service) async fn holds(
    db: &impl Connection,
    release: &Release,
    wanted: &HashSet<Digest>,
    without: &mut HashSet<Pair>,
) -> Result<bool> {
    let mut seen = HashSet::new();
    let mut level = vec![Pair::of(release.roots())];
    while !level.is_empty() {
        level.retain(|pair| !without.contains(pair) && seen.insert(*pair));
        let mut walk = Walk::default();
        walk.load(db, level.iter().copied()).await?;
        let mut next = Vec::new();
        for pair in level {
            let node = walk.require(&pair)?;
            if wanted.contains(&node.content) || wanted.contains(&node.metadata) {
                return Ok(true);
            }
            next.extend(node.slots().map(|(_, child)| child));
        }
        level = next;
    }
    without.extend(seen);
    Ok(false)
}

//! Slots by their link policies, a level at a time.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::build::{Resolved, Version};
use super::walk::{Pair, Walk};
use super::{Item, unresolved};
use crate::error::Result;
use crate::model::{
    BranchId, Child, ComponentId, Digest, Head, Language, LinkPolicy, Release, ReleaseId, Roots,
    Slot, View, Violation,
};
use crate::store::versions::{self, Pair as Documents};
use crate::store::{Connection, heads, releases};

/// A version with its slots: each already resolved, or to be resolved, with what the earlier
/// release holds in the same place.
pub(super) struct Wanted {
    pub version: Version,
    pub slots: Vec<(Slot, Option<Resolved>, Option<Roots>)>,
}

/// A version with its slots resolved, and the versions found in them.
type Followed = (Version, Vec<(Slot, Resolved)>, Vec<Item>);

/// Where links are followed.
pub(super) struct Following<'a, C> {
    pub db: &'a C,
    pub view: &'a View,
    pub language: &'a Language,
}

/// What the link policies of one level lead to.
struct Answers {
    heads: HashMap<ComponentId, Head>,
    leaves: HashSet<Digest>,
    approved: HashMap<ComponentId, Documents>,
    pinned: HashMap<(ComponentId, Documents), u32>,
    released: HashMap<ReleaseId, Release>,
    roots: Walk,
}

impl<C: Connection> Following<'_, C> {
    /// Resolves every slot that is not resolved yet. Those that cannot be become violations.
    pub(super) async fn resolve(
        &self,
        wanted: Vec<Wanted>,
        violations: &mut Vec<Violation>,
    ) -> Result<Vec<Followed>> {
        let answers = self.ask(&wanted).await?;
        let mut followed = Vec::with_capacity(wanted.len());
        for Wanted { version, slots } in wanted {
            let mut resolved = Vec::with_capacity(slots.len());
            let mut next = Vec::new();
            for (slot, known, place) in slots {
                let answer = match known {
                    Some(known) => Ok(known),
                    None => answers.of(&slot, self.language),
                };
                match answer {
                    Ok(found) => {
                        if let Resolved::Version(child) = found {
                            let is_leaf = answers.is_leaf(&slot, child);
                            next.push(Item { version: child, is_leaf, place });
                        }
                        resolved.push((slot, found));
                    }
                    Err(reason) => violations.push(unresolved(version, &slot, &reason)),
                }
            }
            followed.push((version, resolved, next));
        }
        Ok(followed)
    }

    async fn ask(&self, wanted: &[Wanted]) -> Result<Answers> {
        let (mut latest, mut approved) = (BTreeSet::new(), BTreeSet::new());
        let (mut pinned, mut releases) = (BTreeSet::new(), BTreeSet::new());
        let open = wanted.iter().flat_map(|wanted| &wanted.slots);
        for (slot, ..) in open.filter(|(_, known, _)| known.is_none()) {
            match &slot.policy {
                LinkPolicy::Latest => drop(latest.insert(slot.component)),
                LinkPolicy::Approved => drop(approved.insert(slot.component)),
                LinkPolicy::Pinned { content, metadata } => {
                    pinned.insert((slot.component, (*content, *metadata)));
                }
                LinkPolicy::Release { release } => drop(releases.insert(*release)),
            }
        }
        fn list<T>(set: BTreeSet<T>) -> Vec<T> {
            set.into_iter().collect()
        }
        let (db, view, language) = (self.db, self.view, self.language);
        let heads = heads::of_many(db, view, &list(latest), language).await?;
        let leaves = self.leaves(&heads).await?;
        let approved = versions::approved(db, view, &list(approved), language).await?;
        let pinned = versions::numbers(db, &list(pinned)).await?;
        let released = releases::by_ids(db, &list(releases)).await?;
        let mut roots = Walk::default();
        roots.load(db, released.values().map(|release| Pair::of(release.roots()))).await?;
        Ok(Answers { heads, leaves, approved, pinned, released, roots })
    }

    /// Heads of the past do not say how many slots they have; a present head with the same
    /// content does.
    async fn leaves(&self, heads: &HashMap<ComponentId, Head>) -> Result<HashSet<Digest>> {
        let mut unsure = HashMap::<BranchId, Vec<ComponentId>>::new();
        for (id, head) in heads.iter().filter(|(_, head)| head.slots.is_none()) {
            unsure.entry(head.branch).or_default().push(*id);
        }
        let mut leaves = HashSet::new();
        for (branch, components) in unsure {
            leaves.extend(versions::known_leaves(self.db, branch, &components).await?);
        }
        Ok(leaves)
    }
}

impl Answers {
    fn of(&self, slot: &Slot, language: &Language) -> std::result::Result<Resolved, String> {
        let component = slot.component;
        let version =
            |(content, metadata)| Resolved::Version(Version { component, content, metadata });
        match &slot.policy {
            LinkPolicy::Latest => self
                .heads
                .get(&component)
                .map(|head| version((head.content, head.metadata)))
                .ok_or_else(|| format!("it has no version in `{language}`")),
            LinkPolicy::Approved => self
                .approved
                .get(&component)
                .map(|pair| version(*pair))
                .ok_or_else(|| "it has no approved revision".to_owned()),
            LinkPolicy::Pinned { content, metadata } => {
                let pair = (*content, *metadata);
                self.pinned
                    .contains_key(&(component, pair))
                    .then(|| version(pair))
                    .ok_or_else(|| "it never had the version this slot is pinned to".to_owned())
            }
            LinkPolicy::Release { release } => self
                .released
                .get(release)
                .filter(|release| release.component == component)
                .map(|release| Resolved::Kept(self.whole(release)))
                .ok_or_else(|| format!("it has no release {release}")),
        }
    }

    fn is_leaf(&self, slot: &Slot, version: Version) -> bool {
        let is_latest = slot.policy == LinkPolicy::Latest;
        let head = self.heads.get(&version.component).filter(|_| is_latest);
        head.is_some_and(Head::is_leaf) || self.leaves.contains(&version.content)
    }

    /// A release as a child. A root that holds nothing is a leaf here as anywhere, so that equal
    /// nodes are kept in equal bytes.
    fn whole(&self, release: &Release) -> Pair {
        let pair = Pair::of(release.roots());
        let component = release.component;
        match self.roots.node(&pair) {
            Some(node) if node.slots().len() == 0 => Pair {
                content: Child::Leaf { component, document: node.content },
                metadata: Child::Leaf { component, document: node.metadata },
            },
            _ => Pair {
                content: Child::Node { component: Some(component), digest: release.content_root },
                metadata: Child::Node { component: Some(component), digest: release.metadata_root },
            },
        }
    }
}

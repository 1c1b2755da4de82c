//! The lock list of a release: what every link in it was resolved to.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use super::freeze::{self, FrozenVersion, Version};
use super::titles::title_in;
use crate::error::{Error, Result};
use crate::model::{
    ComponentId, Conditions, Content, Digest, Kind, LinkPolicy, Overrides, ReleaseId, Right, Slot,
    SlotId, SlotRole,
};
use crate::store::{documents, versions};

/// A page of a lock list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LockList {
    /// Links, level by level from the root, in document order.
    pub items: Vec<Lock>,
    /// How many links there are altogether.
    pub total: usize,
    /// Pass as `after` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<usize>,
}

/// A link and what it was resolved to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Lock {
    /// The component that holds it.
    pub parent: LockedComponent,
    /// The slot.
    pub slot: SlotId,
    /// How the component is held.
    pub role: SlotRole,
    /// Which version was asked for.
    pub policy: LinkPolicy,
    /// The component held.
    pub component: LockedComponent,
    /// The version that this gave.
    pub version: FrozenVersion,
    /// Fields replaced here.
    #[serde(skip_serializing_if = "is_default")]
    pub overrides: Overrides,
    /// When it is published.
    #[serde(skip_serializing_if = "Conditions::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    pub conditions: Conditions,
}

fn is_default(overrides: &Overrides) -> bool {
    *overrides == Overrides::default()
}

/// A component of a release. What the reader may not read has no name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LockedComponent {
    /// Its id.
    pub id: ComponentId,
    /// `library/key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Its title in this release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// Most links on a page.
const MAX_PAGE: usize = 500;

impl Session {
    /// A page of a release's lock list, after that many links.
    ///
    /// # Errors
    /// When there is no such release or the actor may not read it.
    pub async fn lock_list(&self, id: ReleaseId, after: usize, limit: usize) -> Result<LockList> {
        let (release, ..) = self.release_with(id, Right::Read).await?;
        let db = self.lcms.store().reader();
        let freeze::Outline { nodes } = freeze::outline(db, &release).await?;
        let total = nodes.iter().map(|node| node.slots.len()).sum();
        let links = nodes.iter().flat_map(|node| {
            let numbered = node.slots.iter().enumerate();
            numbered.map(move |(place, slot)| (node, place, slot))
        });
        let page: Vec<_> = links.skip(after).take(limit.clamp(1, MAX_PAGE)).collect();
        let next = Some(after + page.len()).filter(|next| *next < total);

        let involved: BTreeSet<Version> = page
            .iter()
            .flat_map(|(node, _, slot)| [node.version, nodes[slot.node].version])
            .collect();
        let contents: Vec<_> = involved.iter().map(|version| version.content).collect();
        let bodies = documents::get_many(db, &contents).await?;
        let names = self.locked(&involved, &bodies).await?;
        let pairs: Vec<_> =
            involved.iter().map(|v| (v.component, (v.content, v.metadata))).collect();
        let numbers = versions::numbers(db, &pairs).await?;
        let mut written = HashMap::<Digest, Vec<Slot>>::new();
        let mut items = Vec::with_capacity(page.len());
        for (node, place, slot) in page {
            let digest = node.version.content;
            let slots = match written.entry(digest) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => {
                    let body = bodies.get(&digest).ok_or_else(|| documents::missing(digest))?;
                    place.insert(slots_in(digest, body)?)
                }
            };
            let held = nodes[slot.node].version;
            let damaged = || Error::internal("the release cannot be read", "a slot is missing");
            let link = slots.get(place).ok_or_else(damaged)?;
            let component = |version: Version| {
                let nameless =
                    LockedComponent { id: version.component, name: None, kind: None, title: None };
                names.get(&version).cloned().unwrap_or(nameless)
            };
            items.push(Lock {
                parent: component(node.version),
                slot: slot.id,
                role: link.role,
                policy: link.policy.clone(),
                component: component(held),
                version: FrozenVersion {
                    content: held.content,
                    metadata: held.metadata,
                    number: numbers.get(&(held.component, (held.content, held.metadata))).copied(),
                },
                overrides: slot.overrides.clone(),
                conditions: slot.conditions.clone(),
            });
        }
        Ok(LockList { items, total, next })
    }

    /// The names of those versions that the actor may read.
    async fn locked(
        &self,
        involved: &BTreeSet<Version>,
        bodies: &HashMap<Digest, Vec<u8>>,
    ) -> Result<HashMap<Version, LockedComponent>> {
        let ids: BTreeSet<_> = involved.iter().map(|version| version.component).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let readable = self.readable_among(&ids).await?;
        let named = involved.iter().filter_map(|version| {
            let (component, library) = readable.get(&version.component)?;
            let locked = LockedComponent {
                id: component.id,
                name: Some(format!("{library}/{}", component.key)),
                kind: Some(component.kind),
                title: bodies.get(&version.content).map(|body| title_in(body)),
            };
            Some((*version, locked))
        });
        Ok(named.collect())
    }
}

fn slots_in(digest: Digest, body: &[u8]) -> Result<Vec<Slot>> {
    let content = Content::from_stored(body).map_err(|violations| {
        Error::violations(format!("document {digest} cannot be read"), violations)
    })?;
    Ok(content.slots())
}

//! Everything a release holds, read back.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use super::build::Version;
use super::held::{Documents, Held};
use super::walk::{Pair, Walk};
use crate::error::{Error, Result};
use crate::model::{ComponentId, Conditions, Digest, Overrides, Release, Roots, SlotId, SlotRole};
use crate::store::Connection;

/// A component as a release holds it; its documents can be reached as its own.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenNode {
    /// The component.
    pub component: ComponentId,
    /// Digest of the content document.
    pub content_digest: Digest,
    /// Digest of the metadata document.
    pub metadata_digest: Digest,
    /// Digests of its nodes in both trees: equal for equal content and metadata of everything below.
    /// `None` where nothing stands below, and of what was made up to be looked at.
    pub roots: Option<Roots>,
    /// Its documents.
    pub documents: Arc<Documents>,
    /// Its slots, in document order.
    pub slots: Vec<FrozenSlot>,
}

impl Deref for FrozenNode {
    type Target = Documents;

    fn deref(&self) -> &Documents {
        &self.documents
    }
}

/// A slot with the version it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenSlot {
    /// The slot's id.
    pub id: SlotId,
    /// How the component is held.
    pub role: SlotRole,
    /// Fields replaced here.
    pub overrides: Overrides,
    /// When it is published.
    pub conditions: Conditions,
    /// Index of the child among the release's nodes.
    pub node: usize,
}

/// Everything a release holds.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenRelease {
    /// The release.
    pub release: Release,
    /// Every component version in it, each once; the first is the root.
    pub nodes: Vec<FrozenNode>,
}

impl FrozenRelease {
    /// The component that was released.
    ///
    /// A release always has a root: it is the first node read.
    #[must_use]
    pub fn root(&self) -> &FrozenNode {
        &self.nodes[0]
    }
}

/// The shape of a release: which versions, in which slots, without their documents.
pub(in crate::service) struct Outline {
    /// Every component version, each once; the first is the root.
    pub nodes: Vec<OutlineNode>,
}

/// A component version of a release.
pub(in crate::service) struct OutlineNode {
    pub version: Version,
    /// Digests of its nodes in both trees; a leaf may have none.
    pub roots: Option<Roots>,
    pub slots: Vec<OutlineSlot>,
}

/// A slot of a release.
pub(in crate::service) struct OutlineSlot {
    pub id: SlotId,
    pub overrides: Overrides,
    pub conditions: Conditions,
    /// Index of the child among the nodes.
    pub node: usize,
}

/// The version of the component itself that a release holds.
///
/// # Errors
/// When the root is missing or unreadable: the store is damaged.
pub(in crate::service) async fn root(db: &impl Connection, release: &Release) -> Result<Version> {
    let pair = Pair::of(release.roots());
    let mut walk = Walk::default();
    walk.load(db, [pair]).await?;
    Ok(walk.require(&pair)?.version())
}

/// Reads which versions a release holds, level by level.
///
/// # Errors
/// When a node of it is missing or unreadable: the store is damaged.
pub(in crate::service) async fn outline(
    db: &impl Connection,
    release: &Release,
) -> Result<Outline> {
    outline_from(db, Walk::default(), Pair::of(release.roots())).await
}

/// As [`outline`], of a tree whose nodes may be in the walk and not yet in the store.
///
/// # Errors
/// As [`outline`].
pub(super) async fn outline_from(
    db: &impl Connection,
    mut walk: Walk,
    root: Pair,
) -> Result<Outline> {
    let mut places = HashMap::<Pair, usize>::new();
    let mut leaves = HashMap::<Version, usize>::new();
    let mut versions = Vec::new();
    let mut held = Vec::new();
    let mut level = vec![root];
    while !level.is_empty() {
        walk.load(db, level.iter().copied()).await?;
        let mut next = Vec::new();
        for pair in level {
            if places.contains_key(&pair) {
                continue;
            }
            let node = walk.require(&pair)?;
            // One leaf may be named in two ways: by its documents, or by its node.
            if node.slots().len() == 0
                && let Some(known) = leaves.get(&node.version())
            {
                places.insert(pair, *known);
                continue;
            }
            if node.slots().len() == 0 {
                leaves.insert(node.version(), versions.len());
            }
            places.insert(pair, versions.len());
            versions.push(node.version());
            next.extend(node.slots().map(|(_, child)| child));
            held.push(pair);
        }
        level = next;
    }
    let damaged = || Error::internal("the release cannot be read", "a node was not reached");
    let mut nodes = Vec::with_capacity(versions.len());
    for (version, pair) in versions.into_iter().zip(held) {
        let mut slots = Vec::new();
        for (slot, child) in walk.require(&pair)?.slots() {
            slots.push(OutlineSlot {
                id: slot.id,
                overrides: slot.overrides.clone(),
                conditions: slot.conditions.clone(),
                node: *places.get(&child).ok_or_else(damaged)?,
            });
        }
        nodes.push(OutlineNode { version, roots: pair.roots(), slots });
    }
    Ok(Outline { nodes })
}

/// Reads everything a release holds.
///
/// # Errors
/// When something of it is missing or unreadable: the store is damaged.
pub(in crate::service) async fn read(
    db: &impl Connection,
    release: Release,
    held: &Held,
) -> Result<FrozenRelease> {
    read_from(db, release, Walk::default(), held).await
}

/// The same, where some nodes are known and need not be stored.
pub(in crate::service) async fn read_from(
    db: &impl Connection,
    release: Release,
    walk: Walk,
    held: &Held,
) -> Result<FrozenRelease> {
    let damaged = |what: String| Error::internal("the release cannot be read", what);
    let Outline { nodes } = outline_from(db, walk, Pair::of(release.roots())).await?;
    let read = held.read(db, nodes.iter().map(|node| &node.version)).await?;
    let mut frozen = Vec::with_capacity(nodes.len());
    for OutlineNode { version, roots, slots } in nodes {
        let documents = read.get(&(version.content, version.metadata));
        let documents =
            documents.ok_or_else(|| damaged(format!("{} was not read", version.content)))?;
        if documents.roles.len() != slots.len() {
            return Err(damaged(format!("{} has other slots than its node", version.content)));
        }
        let slots = slots.into_iter().zip(&documents.roles).map(|(slot, role)| FrozenSlot {
            id: slot.id,
            role: *role,
            overrides: slot.overrides,
            conditions: slot.conditions,
            node: slot.node,
        });
        frozen.push(FrozenNode {
            component: version.component,
            content_digest: version.content,
            metadata_digest: version.metadata,
            roots,
            slots: slots.collect(),
            documents: Arc::clone(documents),
        });
    }
    Ok(FrozenRelease { release, nodes: frozen })
}

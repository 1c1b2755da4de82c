//! Freezing a closure, and reading it back.
//!
//! Freezing reads one snapshot of the store: heads are followed level by level, each slot by its
//! link policy, and the two trees are built from the leaves up. Reading back walks both trees in
//! step; what a release holds is then known without asking for any head.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::model::tree::release_digest;
use crate::model::{
    ComponentId, Conditions, Content, Digest, Language, LinkPolicy, Metadata, Node, Overrides,
    Release, ReleaseId, Slot, SlotId, SlotRole, Tree, View, Violation,
};
use crate::store::{Connection, components, documents, heads, releases};

/// A component as a release holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct FrozenNode {
    /// The component.
    pub component: ComponentId,
    /// Digest of the content document.
    pub content_digest: Digest,
    /// Digest of the metadata document.
    pub metadata_digest: Digest,
    /// The content document.
    pub content: Content,
    /// The metadata document.
    pub metadata: Metadata,
    /// Its slots, in document order.
    pub slots: Vec<FrozenSlot>,
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

/// Roots of a frozen closure, with the documents of its two trees.
pub(super) struct Frozen {
    pub content_root: Digest,
    pub metadata_root: Digest,
    pub digest: Digest,
    pub documents: Vec<(Digest, Vec<u8>)>,
}

/// A component version: content and metadata digests.
type Version = (ComponentId, Digest, Digest);

/// What a slot was resolved to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Resolved {
    /// A version, whose own slots are resolved in turn.
    Version(Version),
    /// The roots of another release, taken whole.
    Roots(Digest, Digest),
}

/// Freezes the closure of a component whose head has these digests.
///
/// # Errors
/// A violation for every slot that cannot be resolved.
pub(super) async fn freeze(
    db: &impl Connection,
    view: &View,
    root: Version,
    language: &Language,
) -> Result<Frozen> {
    let mut slots = HashMap::<Version, Vec<(Slot, Resolved)>>::new();
    let mut level = vec![root];
    let mut violations = Vec::new();
    while !level.is_empty() {
        let digests: Vec<_> = level.iter().map(|version| version.1).collect();
        let bodies = documents::get_all(db, &digests).await?;
        let mut found = Vec::with_capacity(level.len());
        for version in level {
            let body = bodies.get(&version.1).ok_or_else(|| documents::missing(version.1))?;
            let content = Content::from_stored(body).map_err(|violations| {
                Error::violations(format!("component {} cannot be read", version.0), violations)
            })?;
            found.push((version, content.slots()));
        }
        level = resolve_level(db, view, found, language, &mut slots, &mut violations).await?;
    }
    if !violations.is_empty() {
        return Err(Error::violations("the course cannot be released", violations));
    }
    let mut builder = Builder { slots: &slots, done: HashMap::new(), documents: Vec::new() };
    let (content_root, metadata_root) = builder.build(Resolved::Version(root), 0)?;
    let digest = release_digest(content_root, metadata_root);
    Ok(Frozen { content_root, metadata_root, digest, documents: builder.documents })
}

/// Resolves the slots of one level and answers the versions not met before.
async fn resolve_level(
    db: &impl Connection,
    view: &View,
    found: Vec<(Version, Vec<Slot>)>,
    language: &Language,
    slots: &mut HashMap<Version, Vec<(Slot, Resolved)>>,
    violations: &mut Vec<Violation>,
) -> Result<Vec<Version>> {
    let following: Vec<_> = found
        .iter()
        .flat_map(|(_, slots)| slots)
        .filter(|slot| slot.policy == LinkPolicy::Latest)
        .map(|slot| slot.component)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let found_heads = heads::of_many(db, view, &following, language).await?;
    let mut next = Vec::new();
    let mut next_seen = HashSet::new();
    for (version, own) in found {
        let mut resolved = Vec::with_capacity(own.len());
        for slot in own {
            let child = slot.component;
            let answer = match &slot.policy {
                LinkPolicy::Latest => found_heads
                    .get(&child)
                    .map(|head| Resolved::Version((child, head.content, head.metadata)))
                    .ok_or_else(|| format!("it has no version in `{language}`")),
                LinkPolicy::Approved => heads::newest_approved(db, view, child, language)
                    .await?
                    .map(|r| Resolved::Version((child, r.content, r.metadata)))
                    .ok_or_else(|| "it has no approved revision".to_owned()),
                LinkPolicy::Pinned { content, metadata } => {
                    let pair = (child, *content, *metadata);
                    let known = components::has_version(db, child, *content, *metadata).await?;
                    if known {
                        Ok(Resolved::Version(pair))
                    } else {
                        Err("it never had the version this slot is pinned to".to_owned())
                    }
                }
                LinkPolicy::Release { release } => released(db, child, *release).await?,
            };
            match answer {
                Ok(answer) => {
                    if let Resolved::Version(child) = answer
                        && !slots.contains_key(&child)
                        && next_seen.insert(child)
                    {
                        next.push(child);
                    }
                    resolved.push((slot, answer));
                }
                Err(reason) => violations.push(Violation::new(
                    format!("/slots/{}", slot.id),
                    "unresolved",
                    format!("component {child} in a slot of component {}: {reason}", version.0),
                )),
            }
        }
        slots.insert(version, resolved);
    }
    next.retain(|version| !slots.contains_key(version));
    Ok(next)
}

async fn released(
    db: &impl Connection,
    child: ComponentId,
    release: ReleaseId,
) -> Result<Result<Resolved, String>> {
    let found = releases::by_id(db, release).await?.filter(|release| release.component == child);
    Ok(found
        .map(|release| Resolved::Roots(release.content_root, release.metadata_root))
        .ok_or_else(|| format!("it has no release {release}")))
}

struct Builder<'a> {
    slots: &'a HashMap<Version, Vec<(Slot, Resolved)>>,
    done: HashMap<Version, (Digest, Digest)>,
    documents: Vec<(Digest, Vec<u8>)>,
}

/// Deepest nesting a release may have; components cannot hold themselves, so only a very long
/// chain of modules or includes comes near.
const MAX_DEPTH: usize = 200;

impl Builder<'_> {
    fn build(&mut self, resolved: Resolved, depth: usize) -> Result<(Digest, Digest)> {
        let version = match resolved {
            Resolved::Roots(content, metadata) => return Ok((content, metadata)),
            Resolved::Version(version) => version,
        };
        if let Some(done) = self.done.get(&version) {
            return Ok(*done);
        }
        if depth > MAX_DEPTH {
            return Err(Error::invalid(format!(
                "the structure is nested more than {MAX_DEPTH} deep at component {}",
                version.0
            )));
        }
        let slots = self.slots;
        let own = slots.get(&version).map(Vec::as_slice).unwrap_or_default();
        let mut contents = Vec::with_capacity(own.len());
        let mut metadata = Vec::with_capacity(own.len());
        for (slot, child) in own {
            let (content_node, metadata_node) = self.build(*child, depth + 1)?;
            contents.push((slot, content_node));
            metadata.push((slot, metadata_node));
        }
        let (component, content_digest, metadata_digest) = version;
        let nodes = (
            self.keep(&Node::new(Tree::Content, component, content_digest, contents)),
            self.keep(&Node::new(Tree::Metadata, component, metadata_digest, metadata)),
        );
        self.done.insert(version, nodes);
        Ok(nodes)
    }

    fn keep(&mut self, node: &Node) -> Digest {
        let (digest, bytes) = Digest::of_document(node);
        self.documents.push((digest, bytes));
        digest
    }
}

/// Reads everything a release holds.
///
/// # Errors
/// When a document of it is missing or unreadable: the store is damaged.
pub(super) async fn read(db: &impl Connection, release: Release) -> Result<FrozenRelease> {
    let damaged = |what: String| Error::internal("the release cannot be read", what);
    let mut places = HashMap::<(Digest, Digest), usize>::new();
    let mut nodes = Vec::<(Node, Node)>::new();
    let mut level = vec![(release.content_root, release.metadata_root)];
    while !level.is_empty() {
        let digests: Vec<_> = level.iter().flat_map(|(c, m)| [*c, *m]).collect();
        let bodies = documents::get_all(db, &digests).await?;
        let mut next = Vec::new();
        for pair in level {
            let node = |tree, digest: Digest| {
                let body = bodies.get(&digest).ok_or_else(|| documents::missing(digest))?;
                Node::from_bytes(tree, body).ok_or_else(|| damaged(format!("{digest} is no node")))
            };
            let (content, metadata) = (node(Tree::Content, pair.0)?, node(Tree::Metadata, pair.1)?);
            let same_shape = content.component() == metadata.component()
                && content.slots().len() == metadata.slots().len();
            if !same_shape {
                return Err(damaged(format!("nodes {} and {} do not agree", pair.0, pair.1)));
            }
            next.extend(content.slots().iter().zip(metadata.slots()).map(|(c, m)| (c.3, m.3)));
            places.insert(pair, nodes.len());
            nodes.push((content, metadata));
        }
        let mut seen = HashSet::new();
        next.retain(|pair| !places.contains_key(pair) && seen.insert(*pair));
        level = next;
    }
    let digests: Vec<_> = nodes.iter().flat_map(|(c, m)| [c.document(), m.document()]).collect();
    let bodies = documents::get_all(db, &digests).await?;
    let mut frozen = Vec::with_capacity(nodes.len());
    for (content_node, metadata_node) in nodes {
        let body = |digest: Digest| bodies.get(&digest).ok_or_else(|| documents::missing(digest));
        let content = Content::from_stored(body(content_node.document())?)
            .map_err(|v| damaged(format!("{}: {v:?}", content_node.document())))?;
        let metadata: Metadata = serde_json::from_slice(body(metadata_node.document())?)
            .map_err(|error| damaged(error.to_string()))?;
        let written = content.slots();
        let mut slots = Vec::with_capacity(written.len());
        for ((frozen, described), slot) in
            content_node.slots().iter().zip(metadata_node.slots()).zip(written)
        {
            let node = *places
                .get(&(frozen.3, described.3))
                .ok_or_else(|| damaged(format!("no node {}", frozen.3)))?;
            slots.push(FrozenSlot {
                id: frozen.0,
                role: slot.role,
                overrides: frozen.1.clone(),
                conditions: frozen.2.clone(),
                node,
            });
        }
        frozen.push(FrozenNode {
            component: content_node.component(),
            content_digest: content_node.document(),
            metadata_digest: metadata_node.document(),
            content,
            metadata,
            slots,
        });
    }
    Ok(FrozenRelease { release, nodes: frozen })
}

/// Whether a release holds one of these documents. `without` remembers the nodes of releases that
/// hold none: releases of one course share most of theirs.
///
/// # Errors
/// When a node of it is missing: the store is damaged.
pub(super) async fn holds(
    db: &impl Connection,
    release: &Release,
    wanted: &HashSet<Digest>,
    without: &mut HashSet<Digest>,
) -> Result<bool> {
    let mut seen = HashSet::new();
    let mut level = vec![release.content_root, release.metadata_root];
    while !level.is_empty() {
        level.retain(|digest| !without.contains(digest) && seen.insert(*digest));
        let bodies = documents::get_many(db, &level).await?;
        let mut next = Vec::new();
        for digest in level {
            let body = bodies.get(&digest).ok_or_else(|| documents::missing(digest))?;
            let node = Node::from_bytes(Tree::Content, body)
                .or_else(|| Node::from_bytes(Tree::Metadata, body));
            let Some(node) = node else { continue };
            if wanted.contains(&node.document()) {
                return Ok(true);
            }
            next.extend(node.slots().iter().map(|slot| slot.3));
        }
        level = next;
    }
    without.extend(seen);
    Ok(false)
}

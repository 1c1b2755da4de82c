//! Frozen trees as objects, and back.
//!
//! A release is two Merkle trees of the same form. As objects they are one: each node says its
//! component, both digests and what its slots hold, and is named by the digest that a release of it
//! would have. From that, both trees follow, and so it is told whether anything was changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{TreeChild, TreeObject, TreeSlot};
use crate::error::{Error, Result};
use crate::model::tree::{NodeSlot, release_digest};
use crate::model::{Digest, Node, Release, Tree, Violation};
use crate::store::{Connection, documents};

/// Most components inside each other; as when freezing.
const MAX_DEPTH: usize = 200;

/// The digests of a node in the content and in the metadata tree.
type Pair = (Digest, Digest);

/// What these releases froze.
pub(super) async fn of_releases(
    db: &impl Connection,
    releases: &[Release],
) -> Result<BTreeMap<Digest, TreeObject>> {
    let damaged = |what: String| Error::internal("a release cannot be read", what);
    let roots: HashSet<Pair> =
        releases.iter().map(|release| (release.content_root, release.metadata_root)).collect();
    let mut nodes = HashMap::<Pair, (Node, Node)>::new();
    let mut level: Vec<Pair> = roots.iter().copied().collect();
    while !level.is_empty() {
        let digests: Vec<_> = level.iter().flat_map(|(c, m)| [*c, *m]).collect();
        let bodies = documents::get_many(db, &digests).await?;
        let mut next = HashSet::new();
        for pair in level {
            let node = |tree, digest: Digest| {
                let body = bodies.get(&digest).ok_or_else(|| documents::missing(digest))?;
                Node::from_bytes(tree, body).ok_or_else(|| damaged(format!("{digest} is no node")))
            };
            let (content, metadata) = (node(Tree::Content, pair.0)?, node(Tree::Metadata, pair.1)?);
            next.extend(content.slots().iter().zip(metadata.slots()).map(|(c, m)| (c.3, m.3)));
            nodes.insert(pair, (content, metadata));
        }
        level = next.into_iter().filter(|pair| !nodes.contains_key(pair)).collect();
    }
    let mut trees = BTreeMap::new();
    for (pair, (content, metadata)) in &nodes {
        if content.slots().is_empty() && !roots.contains(pair) {
            continue;
        }
        let mut slots = Vec::with_capacity(content.slots().len());
        for (c, m) in content.slots().iter().zip(metadata.slots()) {
            let (held, described) =
                nodes.get(&(c.3, m.3)).ok_or_else(|| documents::missing(c.3))?;
            let holds = if held.slots().is_empty() {
                TreeChild::Leaf {
                    component: held.component(),
                    content: held.document(),
                    metadata: described.document(),
                }
            } else {
                TreeChild::Tree { tree: release_digest(c.3, m.3) }
            };
            let (overrides, conditions) = (c.1.clone(), c.2.clone());
            slots.push(TreeSlot { id: c.0, overrides, conditions, holds });
        }
        let tree = TreeObject {
            component: content.component(),
            content: content.document(),
            metadata: metadata.document(),
            slots,
        };
        trees.insert(release_digest(pair.0, pair.1), tree);
    }
    Ok(trees)
}

/// The two Merkle trees that objects describe.
#[derive(Debug, Default)]
pub(super) struct Rebuilt {
    /// The nodes' digests, by the name of the object.
    pub roots: HashMap<Digest, Pair>,
    /// Every node, by its digest.
    pub nodes: HashMap<Digest, Vec<u8>>,
}

/// Works the trees out again.
///
/// # Errors
/// A violation for every object that is not what its name says, or names one that is missing.
pub(super) fn rebuild(
    trees: &BTreeMap<Digest, TreeObject>,
) -> std::result::Result<Rebuilt, Vec<Violation>> {
    let mut builder = Builder { trees, rebuilt: Rebuilt::default(), violations: Vec::new() };
    for name in trees.keys() {
        builder.build(*name, 0);
    }
    if builder.violations.is_empty() { Ok(builder.rebuilt) } else { Err(builder.violations) }
}

struct Builder<'a> {
    trees: &'a BTreeMap<Digest, TreeObject>,
    rebuilt: Rebuilt,
    violations: Vec<Violation>,
}

impl Builder<'_> {
    fn build(&mut self, name: Digest, depth: usize) -> Option<Pair> {
        if let Some(done) = self.rebuilt.roots.get(&name) {
            return Some(*done);
        }
        if !self.violations.is_empty() {
            return None; // one is enough, and a hostile folder could repeat it without end
        }
        let trees = self.trees;
        let Some(tree) = trees.get(&name) else {
            return self.refuse(name, "missing", "the tree is missing");
        };
        if depth > MAX_DEPTH {
            let message = format!("trees stand at most {MAX_DEPTH} deep");
            return self.refuse(name, "depth", &message);
        }
        let mut contents = Vec::with_capacity(tree.slots.len());
        let mut metadata = Vec::with_capacity(tree.slots.len());
        for slot in &tree.slots {
            let child = match slot.holds {
                TreeChild::Tree { tree } => self.build(tree, depth + 1)?,
                TreeChild::Leaf { component, content, metadata } => (
                    self.keep(&Node::of_slots(Tree::Content, component, content, Vec::new())),
                    self.keep(&Node::of_slots(Tree::Metadata, component, metadata, Vec::new())),
                ),
            };
            let held =
                |digest| NodeSlot(slot.id, slot.overrides.clone(), slot.conditions.clone(), digest);
            contents.push(held(child.0));
            metadata.push(held(child.1));
        }
        let pair = (
            self.keep(&Node::of_slots(Tree::Content, tree.component, tree.content, contents)),
            self.keep(&Node::of_slots(Tree::Metadata, tree.component, tree.metadata, metadata)),
        );
        if release_digest(pair.0, pair.1) != name {
            return self.refuse(name, "digest", "the tree is not what its digest says");
        }
        self.rebuilt.roots.insert(name, pair);
        Some(pair)
    }

    fn keep(&mut self, node: &Node) -> Digest {
        let (digest, bytes) = Digest::of_document(node);
        self.rebuilt.nodes.insert(digest, bytes);
        digest
    }

    fn refuse(&mut self, name: Digest, rule: &str, message: &str) -> Option<Pair> {
        self.violations.push(Violation::new(format!("tree {name}"), rule, message));
        None
    }
}

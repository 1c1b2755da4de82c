//! Frozen trees as objects, and back.
//!
//! A release is two Merkle trees of the same form. As objects they are one: each node says its
//! component, both digests and what its slots hold, and is named by the digest that a release of it
//! would have. From that, both trees follow, and so it is told whether anything was changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{TreeChild, TreeObject, TreeSlot};
use crate::error::Result;
use crate::model::tree::release_digest;
use crate::model::{
    Child, ComponentId, Digest, EncodedNode, Release, Roots, StoredNode, StoredSlot, Tree,
    Violation,
};
use crate::service::freeze::{Pair, Walk};
use crate::store::Connection;

/// Most components inside each other; as when freezing.
const MAX_DEPTH: usize = 200;

/// What these releases froze.
pub(super) async fn of_releases(
    db: &impl Connection,
    releases: &[Release],
) -> Result<BTreeMap<Digest, TreeObject>> {
    let roots: HashSet<Roots> = releases
        .iter()
        .map(|release| Roots { content: release.content_root, metadata: release.metadata_root })
        .collect();
    let mut walk = Walk::default();
    let mut found = HashMap::<Roots, Pair>::new();
    let mut level: Vec<Pair> = roots.iter().copied().map(Pair::of).collect();
    while !level.is_empty() {
        walk.load(db, level.iter().copied()).await?;
        found.extend(level.iter().map(|pair| (pair.digests(), *pair)));
        let mut next = HashMap::new();
        for pair in level {
            for (_, held) in walk.require(&pair)?.slots() {
                if held.leaf().is_none() && !found.contains_key(&held.digests()) {
                    next.insert(held.digests(), held);
                }
            }
        }
        level = next.into_values().collect();
    }
    let mut trees = BTreeMap::new();
    for (digests, pair) in found {
        let node = walk.require(&pair)?;
        if node.slots().len() == 0 && !roots.contains(&digests) {
            continue;
        }
        let mut slots = Vec::with_capacity(node.slots().len());
        for (slot, held) in node.slots() {
            // Nodes that were kept as JSON have leaves with nodes of their own.
            let leaf = match held.leaf() {
                Some(version) => Some(version),
                None => {
                    let below = walk.require(&held)?;
                    (below.slots().len() == 0).then(|| below.version())
                }
            };
            let holds = match leaf {
                Some(leaf) => TreeChild::Leaf {
                    component: leaf.component,
                    content: leaf.content,
                    metadata: leaf.metadata,
                },
                None => TreeChild::Tree { tree: name_of(held.digests()) },
            };
            let (overrides, conditions) = (slot.overrides.clone(), slot.conditions.clone());
            slots.push(TreeSlot { id: slot.id, overrides, conditions, holds });
        }
        let (component, content, metadata) = (node.component, node.content, node.metadata);
        let tree = TreeObject { component, content, metadata, slots };
        trees.insert(name_of(digests), tree);
    }
    Ok(trees)
}

fn name_of(roots: Roots) -> Digest {
    release_digest(roots.content, roots.metadata)
}

/// The two Merkle trees that objects describe.
#[derive(Debug, Default)]
pub(super) struct Rebuilt {
    /// The nodes' digests, by the name of the object.
    pub roots: HashMap<Digest, Roots>,
    /// Every node that has a row of its own, by its digest, as it is kept.
    pub nodes: HashMap<Digest, EncodedNode>,
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
    fn build(&mut self, name: Digest, depth: usize) -> Option<Roots> {
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
            let (content, described) = match slot.holds {
                TreeChild::Tree { tree } => {
                    let roots = self.build(tree, depth + 1)?;
                    let component = trees.get(&tree).map(|held| held.component);
                    (
                        Child::Node { component, digest: roots.content },
                        Child::Node { component, digest: roots.metadata },
                    )
                }
                TreeChild::Leaf { component, content, metadata } => (
                    Child::Leaf { component, document: content },
                    Child::Leaf { component, document: metadata },
                ),
            };
            contents.push(holding(slot, content));
            metadata.push(holding(slot, described));
        }
        let roots = Roots {
            content: self.keep(Tree::Content, tree.component, tree.content, contents),
            metadata: self.keep(Tree::Metadata, tree.component, tree.metadata, metadata),
        };
        if name_of(roots) != name {
            return self.refuse(name, "digest", "the tree is not what its digest says");
        }
        self.rebuilt.roots.insert(name, roots);
        Some(roots)
    }

    fn keep(
        &mut self,
        tree: Tree,
        component: ComponentId,
        document: Digest,
        slots: Vec<StoredSlot>,
    ) -> Digest {
        let node = StoredNode { component, document, slots };
        let digest = node.digest(tree);
        self.rebuilt.nodes.insert(digest, node.encode(tree));
        digest
    }

    fn refuse(&mut self, name: Digest, rule: &str, message: &str) -> Option<Roots> {
        self.violations.push(Violation::new(format!("tree {name}"), rule, message));
        None
    }
}

fn holding(slot: &TreeSlot, child: Child) -> StoredSlot {
    StoredSlot {
        id: slot.id,
        overrides: slot.overrides.clone(),
        conditions: slot.conditions.clone(),
        child,
    }
}

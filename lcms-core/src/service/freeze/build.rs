//! Both trees of a closure, from the leaves up.

use std::collections::HashMap;

use super::walk::Pair;
use crate::error::{Error, Result};
use crate::model::{
    Child, ComponentId, Digest, EncodedNode, Roots, Slot, StoredNode, StoredSlot, Tree,
};

/// One version of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::service) struct Version {
    pub component: ComponentId,
    pub content: Digest,
    pub metadata: Digest,
}

/// What a slot was resolved to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resolved {
    /// A version, whose own slots are resolved in turn.
    Version(Version),
    /// What the earlier release holds there, or another release, taken whole.
    Kept(Pair),
}

/// What is known of a version.
pub(super) enum Opened {
    /// It has no slots.
    Leaf,
    /// It and all below it is as in the earlier release.
    Kept(Roots),
    /// Its slots, resolved.
    Node(Vec<(Slot, Resolved)>),
}

/// Deepest nesting a release may have; components cannot hold themselves, so only a very long
/// chain of modules or includes comes near.
const MAX_DEPTH: usize = 200;

pub(super) struct Builder<'a> {
    opened: &'a HashMap<Version, Opened>,
    done: HashMap<Version, Pair>,
    /// What is to be stored.
    pub(super) nodes: Vec<(Digest, EncodedNode)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(opened: &'a HashMap<Version, Opened>) -> Self {
        Self { opened, done: HashMap::new(), nodes: Vec::new() }
    }

    /// Builds everything. The root is stored even when it holds nothing: it has no parent from
    /// which it would follow.
    pub(super) fn root(&mut self, root: Version) -> Result<Roots> {
        let built = self.build(root, 0)?;
        match built.roots() {
            Some(roots) => Ok(roots),
            None => Ok(self.keep(root, Vec::new(), Vec::new())),
        }
    }

    fn build(&mut self, version: Version, depth: usize) -> Result<Pair> {
        if let Some(done) = self.done.get(&version) {
            return Ok(*done);
        }
        if depth > MAX_DEPTH {
            return Err(Error::invalid(format!(
                "the structure is nested more than {MAX_DEPTH} deep at component {}",
                version.component
            )));
        }
        let opened = self.opened;
        let built = match opened.get(&version) {
            None | Some(Opened::Leaf) => leaf(version),
            Some(Opened::Node(slots)) if slots.is_empty() => leaf(version),
            Some(Opened::Kept(roots)) => pair(version, *roots),
            Some(Opened::Node(slots)) => {
                let mut contents = Vec::with_capacity(slots.len());
                let mut metadata = Vec::with_capacity(slots.len());
                for (slot, resolved) in slots {
                    let held = match resolved {
                        Resolved::Version(child) => self.build(*child, depth + 1)?,
                        Resolved::Kept(held) => *held,
                    };
                    contents.push(stored(slot, held.content));
                    metadata.push(stored(slot, held.metadata));
                }
                pair(version, self.keep(version, contents, metadata))
            }
        };
        self.done.insert(version, built);
        Ok(built)
    }

    /// Stores a version with its slots in both trees.
    pub(super) fn keep(
        &mut self,
        version: Version,
        contents: Vec<StoredSlot>,
        metadata: Vec<StoredSlot>,
    ) -> Roots {
        let component = version.component;
        let mut keep = |tree, document, slots| {
            let node = StoredNode { component, document, slots };
            let digest = node.digest(tree);
            self.nodes.push((digest, node.encode(tree)));
            digest
        };
        Roots {
            content: keep(Tree::Content, version.content, contents),
            metadata: keep(Tree::Metadata, version.metadata, metadata),
        }
    }
}

pub(super) fn leaf(Version { component, content, metadata }: Version) -> Pair {
    Pair {
        content: Child::Leaf { component, document: content },
        metadata: Child::Leaf { component, document: metadata },
    }
}

pub(super) fn pair(version: Version, roots: Roots) -> Pair {
    let component = Some(version.component);
    Pair {
        content: Child::Node { component, digest: roots.content },
        metadata: Child::Node { component, digest: roots.metadata },
    }
}

pub(super) fn stored(slot: &Slot, child: Child) -> StoredSlot {
    StoredSlot {
        id: slot.id,
        overrides: slot.overrides.clone(),
        conditions: slot.conditions.clone(),
        child,
    }
}

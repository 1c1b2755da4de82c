//! Both trees of a release in step, level by level.

use std::collections::HashMap;

use super::build::Version;
use crate::error::{Error, Result};
use crate::model::{
    Child, ComponentId, Digest, EncodedNode, Roots, SlotId, StoredNode, StoredSlot, Tree,
};
use crate::store::{Connection, nodes};

/// One child in both trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::service) struct Pair {
    pub content: Child,
    pub metadata: Child,
}

impl Pair {
    /// The pair of two nodes whose component is not known yet.
    pub(in crate::service) fn of(roots: Roots) -> Self {
        Self {
            content: Child::Node { component: None, digest: roots.content },
            metadata: Child::Node { component: None, digest: roots.metadata },
        }
    }

    /// The version, if that is known without reading it.
    pub(in crate::service) fn leaf(&self) -> Option<Version> {
        match (self.content, self.metadata) {
            (
                Child::Leaf { component, document: content },
                Child::Leaf { document: metadata, .. },
            ) => Some(Version { component, content, metadata }),
            _ => None,
        }
    }

    /// The digests of its nodes, if both are stored.
    pub(super) fn roots(&self) -> Option<Roots> {
        match (self.content, self.metadata) {
            (Child::Node { digest: content, .. }, Child::Node { digest: metadata, .. }) => {
                Some(Roots { content, metadata })
            }
            _ => None,
        }
    }

    /// The digests of its nodes, stored or not.
    pub(in crate::service) fn digests(&self) -> Roots {
        Roots {
            content: self.content.digest(Tree::Content),
            metadata: self.metadata.digest(Tree::Metadata),
        }
    }

    /// The component, if that is known without reading it.
    pub(super) fn component(&self) -> Option<ComponentId> {
        self.content.component().or_else(|| self.metadata.component())
    }
}

/// Nodes of both trees that were read.
#[derive(Debug, Default)]
pub(in crate::service) struct Walk {
    contents: HashMap<Digest, StoredNode>,
    metadata: HashMap<Digest, StoredNode>,
}

/// A node of both trees.
#[derive(Clone, Copy, Debug)]
pub(in crate::service) struct Step<'w> {
    pub component: ComponentId,
    pub content: Digest,
    pub metadata: Digest,
    content_slots: &'w [StoredSlot],
    metadata_slots: &'w [StoredSlot],
}

impl Walk {
    /// Takes in nodes that are about to be stored.
    ///
    /// # Errors
    /// When one of them is no node.
    pub(in crate::service) fn seed(&mut self, nodes: &[(Digest, EncodedNode)]) -> Result<()> {
        for (digest, EncodedNode { body, frame }) in nodes {
            let frame = frame.as_ref().map(|(_, frame)| &**frame);
            let (tree, node) = StoredNode::decode(body, frame)
                .map_err(|error| Error::internal("a node cannot be read", error))?;
            match tree {
                Tree::Content => self.contents.insert(*digest, node),
                Tree::Metadata => self.metadata.insert(*digest, node),
            };
        }
        Ok(())
    }

    /// Reads these nodes where they are not known yet: one level of a walk, with one statement
    /// for each tree and some hundred nodes.
    pub(in crate::service) async fn load(
        &mut self,
        db: &impl Connection,
        pairs: impl IntoIterator<Item = Pair>,
    ) -> Result<()> {
        let stored = |child: Child| match child {
            Child::Node { digest, .. } => Some(digest),
            Child::Leaf { .. } => None,
        };
        let (contents, metadata): (Vec<_>, Vec<_>) =
            pairs.into_iter().map(|pair| (stored(pair.content), stored(pair.metadata))).unzip();
        let new = |digests: Vec<Option<Digest>>, known: &HashMap<Digest, StoredNode>| {
            let new = digests.into_iter().flatten().filter(|digest| !known.contains_key(digest));
            new.collect::<Vec<_>>()
        };
        let contents = new(contents, &self.contents);
        let metadata = new(metadata, &self.metadata);
        self.contents.extend(nodes::get_many(db, Tree::Content, contents).await?);
        self.metadata.extend(nodes::get_many(db, Tree::Metadata, metadata).await?);
        Ok(())
    }

    /// A node that was loaded; `None` when one of its halves is not stored or they disagree.
    pub(in crate::service) fn node(&self, pair: &Pair) -> Option<Step<'_>> {
        let (component, content, content_slots) = half_of(pair.content, &self.contents)?;
        let (same, metadata, metadata_slots) = half_of(pair.metadata, &self.metadata)?;
        let agree = component == same && content_slots.len() == metadata_slots.len();
        agree.then_some(Step { component, content, metadata, content_slots, metadata_slots })
    }

    /// A node that was loaded.
    ///
    /// # Errors
    /// When it is not stored or its halves disagree: the store is damaged.
    pub(in crate::service) fn require(&self, pair: &Pair) -> Result<Step<'_>> {
        self.node(pair).ok_or_else(|| {
            let roots = pair.digests();
            for (digest, known) in
                [(roots.content, &self.contents), (roots.metadata, &self.metadata)]
            {
                if !known.contains_key(&digest) {
                    return nodes::missing(digest);
                }
            }
            Error::internal(
                "the release cannot be read",
                format!("nodes {} and {} do not agree", roots.content, roots.metadata),
            )
        })
    }
}

type Half<'w> = (ComponentId, Digest, &'w [StoredSlot]);

fn half_of(child: Child, known: &HashMap<Digest, StoredNode>) -> Option<Half<'_>> {
    match child {
        Child::Leaf { component, document } => Some((component, document, &[])),
        Child::Node { digest, .. } => {
            known.get(&digest).map(|node| (node.component, node.document, node.slots.as_slice()))
        }
    }
}

impl<'w> Step<'w> {
    pub(in crate::service) fn version(&self) -> Version {
        Version { component: self.component, content: self.content, metadata: self.metadata }
    }

    /// Its slots, in document order, each with what it holds.
    pub(in crate::service) fn slots(
        &self,
    ) -> impl ExactSizeIterator<Item = (&'w StoredSlot, Pair)> + use<'w> {
        let both = self.content_slots.iter().zip(self.metadata_slots);
        both.map(|(slot, other)| (slot, Pair { content: slot.child, metadata: other.child }))
    }

    /// What its slot in that position holds.
    pub(super) fn child(&self, position: usize) -> Option<Pair> {
        self.slots().nth(position).map(|(_, pair)| pair)
    }

    /// What its slot with that id holds.
    pub(super) fn child_in(&self, slot: SlotId) -> Option<Pair> {
        self.slots().find(|(held, _)| held.id == slot).map(|(_, pair)| pair)
    }
}

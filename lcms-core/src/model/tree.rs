//! The Merkle tree of a release.
//!
//! A node is a canonical JSON array, stored under its digest like any document:
//! `["lcms-node/1", component id, content digest, [[slot id, overrides, conditions, child], …]]`.
//! A second tree of the same form, `lcms-metadata-node/1`, carries metadata digests. The release
//! digest covers both roots. Reading a release is walking both trees in step, so a hundred
//! releases of one course share every node that did not change.
//!
//! The array is what is hashed. What is kept of it is a [`StoredNode`], a fifth of the size.

mod stored;

pub use stored::{Child, EncodedNode, StoredNode, StoredSlot, UnreadableNode};

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::ids::{ComponentId, SlotId};
use super::slot::{Conditions, Overrides, Slot};

const CONTENT_NODE: &str = "lcms-node/1";
const METADATA_NODE: &str = "lcms-metadata-node/1";
const RELEASE: &str = "lcms-release/1";

/// Which of the two trees a node belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Over content digests.
    Content,
    /// Over metadata digests.
    Metadata,
}

impl Tree {
    fn tag(self) -> &'static str {
        match self {
            Self::Content => CONTENT_NODE,
            Self::Metadata => METADATA_NODE,
        }
    }
}

/// The digests of a node in both trees of a release; those of the root make the release digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Roots {
    /// Digest of the node in the content tree.
    pub content: Digest,
    /// Digest of the node in the metadata tree.
    pub metadata: Digest,
}

/// One child of a node: `[slot id, overrides, conditions, child node digest]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeSlot(pub SlotId, pub Overrides, pub Conditions, pub Digest);

/// One node of a frozen tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node(String, ComponentId, Digest, Vec<NodeSlot>);

impl Node {
    /// The node of a component whose slots, in document order, hold these children.
    #[must_use]
    pub fn new<'a>(
        tree: Tree,
        component: ComponentId,
        document: Digest,
        children: impl IntoIterator<Item = (&'a Slot, Digest)>,
    ) -> Self {
        let slots = children
            .into_iter()
            .map(|(slot, child)| {
                NodeSlot(slot.id, slot.overrides.clone(), slot.conditions.clone(), child)
            })
            .collect();
        Self(tree.tag().to_owned(), component, document, slots)
    }

    /// Reads a stored node; `None` if the bytes are not a node of that tree.
    #[must_use]
    pub fn from_bytes(tree: Tree, bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(bytes).ok().filter(|node| node.0 == tree.tag())
    }

    /// The component frozen here.
    #[must_use]
    pub fn component(&self) -> ComponentId {
        self.1
    }

    /// Digest of the content document (or, in the metadata tree, of the metadata document).
    #[must_use]
    pub fn document(&self) -> Digest {
        self.2
    }

    /// The children, in document order.
    #[must_use]
    pub fn slots(&self) -> &[NodeSlot] {
        &self.3
    }
}

/// The digest of a release with these roots: over `["lcms-release/1", content root, metadata root]`.
#[must_use]
pub fn release_digest(content_root: Digest, metadata_root: Digest) -> Digest {
    Digest::of_document(&(RELEASE, content_root, metadata_root)).0
}

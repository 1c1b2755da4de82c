//! Nodes as they are kept: bytes instead of JSON, and no rows for leaves.
//!
//! Most nodes of a course hold nothing: topics, questions, assets. Such a leaf follows from its
//! component and document, so its parent carries these two and the leaf itself is not kept. The
//! form (numbers are LEB128, ids 16 bytes, digests 32):
//!
//! ```text
//! node  = tree (1 content, 2 metadata), component, document digest, number of slots, slots
//! slot  = slot id, flags, child component, digest, [length, overrides], [length, conditions]
//! flags = 1 the child is a leaf and `digest` that of its document, not of its node
//!       | 2 overrides follow | 4 conditions follow, each as canonical JSON
//! ```
//!
//! A body is a function of the node's digest, and the digest can be worked out from the body.

use uuid::Uuid;

use super::{Node, NodeSlot, Tree};
use crate::model::digest::{Digest, canonical_json};
use crate::model::ids::{ComponentId, SlotId};
use crate::model::slot::{Conditions, Overrides};

const LEAF: u8 = 1;
const OVERRIDES: u8 = 2;
const CONDITIONS: u8 = 4;

/// What a slot of a frozen node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Child {
    /// A component with slots of its own.
    Node {
        /// The component; not known of nodes that were kept as JSON.
        component: Option<ComponentId>,
        /// Digest of its node.
        digest: Digest,
    },
    /// A component without slots.
    Leaf {
        /// The component.
        component: ComponentId,
        /// Digest of its document.
        document: Digest,
    },
}

impl Child {
    /// Digest of the child's node, in that tree.
    #[must_use]
    pub fn digest(&self, tree: Tree) -> Digest {
        match self {
            Self::Node { digest, .. } => *digest,
            Self::Leaf { component, document } => leaf_digest(tree, *component, *document),
        }
    }

    /// The component held, when that is known without reading it.
    #[must_use]
    pub fn component(&self) -> Option<ComponentId> {
        match self {
            Self::Node { component, .. } => *component,
            Self::Leaf { component, .. } => Some(*component),
        }
    }
}

/// A slot of a frozen node.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSlot {
    /// The slot's id.
    pub id: SlotId,
    /// Fields replaced here.
    pub overrides: Overrides,
    /// When it is published.
    pub conditions: Conditions,
    /// What it holds.
    pub child: Child,
}

/// A node of one of the two trees, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredNode {
    /// The component frozen here.
    pub component: ComponentId,
    /// Digest of its content document, or of its metadata document.
    pub document: Digest,
    /// Its slots, in document order.
    pub slots: Vec<StoredSlot>,
}

/// Bytes that are no node.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the bytes are no node of a frozen tree: {0}")]
pub struct UnreadableNode(&'static str);

impl StoredNode {
    /// The node's digest in that tree: over its canonical JSON array.
    #[must_use]
    pub fn digest(&self, tree: Tree) -> Digest {
        let mut json = Json::begin(tree, self.component, self.document, self.slots.len());
        for slot in &self.slots {
            json.slot(slot, slot.child.digest(tree));
        }
        json.digest()
    }

    /// The bytes to be kept.
    #[must_use]
    pub fn encode(&self, tree: Tree) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(52 + 66 * self.slots.len());
        bytes.push(match tree {
            Tree::Content => 1,
            Tree::Metadata => 2,
        });
        bytes.extend_from_slice(self.component.0.as_bytes());
        bytes.extend_from_slice(self.document.as_bytes());
        put_number(&mut bytes, self.slots.len());
        for StoredSlot { id, overrides, conditions, child } in &self.slots {
            let (has_overrides, has_conditions) =
                (*overrides != Overrides::default(), !conditions.is_empty());
            let (leaf, component, digest) = match child {
                Child::Leaf { component, document } => (LEAF, component.0, document),
                // Only a node that is frozen anew is encoded, and freezing knows what it places.
                Child::Node { component, digest } => {
                    (0, component.map_or(Uuid::nil(), |id| id.0), digest)
                }
            };
            let flags = leaf
                | if has_overrides { OVERRIDES } else { 0 }
                | if has_conditions { CONDITIONS } else { 0 };
            bytes.extend_from_slice(id.0.as_bytes());
            bytes.push(flags);
            bytes.extend_from_slice(component.as_bytes());
            bytes.extend_from_slice(digest.as_bytes());
            if has_overrides {
                put_text(&mut bytes, &canonical_json(overrides));
            }
            if has_conditions {
                put_text(&mut bytes, &canonical_json(conditions));
            }
        }
        bytes
    }

    /// Reads what [`StoredNode::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes are anything else; nothing is assumed about them.
    pub fn decode(bytes: &[u8]) -> Result<(Tree, Self), UnreadableNode> {
        let mut rest = Reader(bytes);
        let tree = match rest.byte()? {
            1 => Tree::Content,
            2 => Tree::Metadata,
            _ => return Err(UnreadableNode("unknown form")),
        };
        let component = ComponentId(rest.uuid()?);
        let document = rest.digest()?;
        let count = rest.number()?;
        let mut slots = Vec::with_capacity(count.min(rest.0.len() / 65));
        for _ in 0..count {
            let id = SlotId(rest.uuid()?);
            let flags = rest.byte()?;
            if flags & !(LEAF | OVERRIDES | CONDITIONS) != 0 {
                return Err(UnreadableNode("unknown flags"));
            }
            let component = ComponentId(rest.uuid()?);
            let digest = rest.digest()?;
            let child = if flags & LEAF != 0 {
                Child::Leaf { component, document: digest }
            } else {
                Child::Node { component: (!component.0.is_nil()).then_some(component), digest }
            };
            let overrides =
                if flags & OVERRIDES != 0 { rest.json()? } else { Overrides::default() };
            let conditions = if flags & CONDITIONS != 0 { rest.json()? } else { Conditions::new() };
            slots.push(StoredSlot { id, overrides, conditions, child });
        }
        if rest.0.is_empty() {
            Ok((tree, Self { component, document, slots }))
        } else {
            Err(UnreadableNode("bytes are left over"))
        }
    }
}

impl From<&Node> for StoredNode {
    fn from(node: &Node) -> Self {
        let slots = node
            .slots()
            .iter()
            .map(|NodeSlot(id, overrides, conditions, digest)| StoredSlot {
                id: *id,
                overrides: overrides.clone(),
                conditions: conditions.clone(),
                child: Child::Node { component: None, digest: *digest },
            })
            .collect();
        Self { component: node.component(), document: node.document(), slots }
    }
}

fn leaf_digest(tree: Tree, component: ComponentId, document: Digest) -> Digest {
    Json::begin(tree, component, document, 0).digest()
}

/// The canonical JSON of a node, written without a detour: freezing makes it for every component
/// of a course, twice.
struct Json {
    text: Vec<u8>,
    is_first: bool,
}

impl Json {
    fn begin(tree: Tree, component: ComponentId, document: Digest, slots: usize) -> Self {
        let mut text = Vec::with_capacity(160 + 140 * slots);
        text.extend_from_slice(b"[\"");
        text.extend_from_slice(tree.tag().as_bytes());
        text.extend_from_slice(b"\",");
        let mut json = Self { text, is_first: true };
        json.uuid(component.0);
        json.text.push(b',');
        json.push_digest(document);
        json.text.extend_from_slice(b",[");
        json
    }

    fn slot(&mut self, slot: &StoredSlot, child: Digest) {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(b',');
        }
        self.text.push(b'[');
        self.uuid(slot.id.0);
        self.text.push(b',');
        if slot.overrides == Overrides::default() {
            self.text.extend_from_slice(b"{}");
        } else {
            self.text.extend_from_slice(&canonical_json(&slot.overrides));
        }
        self.text.push(b',');
        if slot.conditions.is_empty() {
            self.text.extend_from_slice(b"{}");
        } else {
            self.text.extend_from_slice(&canonical_json(&slot.conditions));
        }
        self.text.push(b',');
        self.push_digest(child);
        self.text.push(b']');
    }

    fn uuid(&mut self, id: Uuid) {
        let mut text = Uuid::encode_buffer();
        self.text.push(b'"');
        self.text.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
        self.text.push(b'"');
    }

    fn push_digest(&mut self, digest: Digest) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.text.extend_from_slice(b"\"sha256:");
        for byte in digest.as_bytes() {
            self.text.push(HEX[usize::from(byte >> 4)]);
            self.text.push(HEX[usize::from(byte & 15)]);
        }
        self.text.push(b'"');
    }

    fn digest(mut self) -> Digest {
        self.text.extend_from_slice(b"]]");
        Digest::of_bytes(&self.text)
    }
}

fn put_number(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        bytes.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_text(bytes: &mut Vec<u8>, text: &[u8]) {
    put_number(bytes, text.len());
    bytes.extend_from_slice(text);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], UnreadableNode> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(UnreadableNode("cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, UnreadableNode> {
        Ok(self.take(1)?[0])
    }

    fn uuid(&mut self) -> Result<Uuid, UnreadableNode> {
        Uuid::from_slice(self.take(16)?).map_err(|_| UnreadableNode("no id"))
    }

    fn digest(&mut self) -> Result<Digest, UnreadableNode> {
        Digest::from_raw(self.take(32)?).ok_or(UnreadableNode("no digest"))
    }

    fn number(&mut self) -> Result<usize, UnreadableNode> {
        let mut number = 0_usize;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(UnreadableNode("a number is too long"))
    }

    fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, UnreadableNode> {
        let length = self.number()?;
        serde_json::from_slice(self.take(length)?).map_err(|_| UnreadableNode("unknown overrides"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::slot::{Slot, SlotRole};
    use crate::model::{LinkPolicy, SlotId};

    fn digest() -> impl Strategy<Value = Digest> {
        any::<[u8; 32]>().prop_map(|raw| Digest::from_raw(&raw).unwrap())
    }

    fn id() -> impl Strategy<Value = Uuid> {
        any::<[u8; 15]>().prop_map(|raw| {
            let mut bytes = [1; 16];
            bytes[1..].copy_from_slice(&raw);
            Uuid::from_bytes(bytes)
        })
    }

    fn child() -> impl Strategy<Value = Child> {
        (any::<bool>(), id(), digest()).prop_map(|(is_leaf, id, digest)| {
            let component = ComponentId(id);
            if is_leaf {
                Child::Leaf { component, document: digest }
            } else {
                Child::Node { component: Some(component), digest }
            }
        })
    }

    fn slot() -> impl Strategy<Value = StoredSlot> {
        let title = proptest::option::of(".{1,12}");
        let weight = proptest::option::of(0.0..9.0_f64);
        let overrides = (title, weight).prop_map(|(title, weight)| Overrides {
            title,
            weight,
            ..Overrides::default()
        });
        let conditions = proptest::collection::btree_map(
            "[a-z]{1,6}",
            proptest::collection::vec("[^\u{0}]{1,6}", 1..3),
            0..3,
        );
        (id(), overrides, conditions, child()).prop_map(|(id, overrides, conditions, child)| {
            StoredSlot { id: SlotId(id), overrides, conditions, child }
        })
    }

    fn node() -> impl Strategy<Value = StoredNode> {
        (id(), digest(), proptest::collection::vec(slot(), 0..5)).prop_map(
            |(component, document, slots)| StoredNode {
                component: ComponentId(component),
                document,
                slots,
            },
        )
    }

    /// The digest as the rules of the canonical form give it.
    fn of_array(tree: Tree, node: &StoredNode) -> Digest {
        let slots: Vec<_> = node
            .slots
            .iter()
            .map(|stored| Slot {
                id: stored.id,
                role: SlotRole::Placement,
                component: stored.child.component().unwrap(),
                policy: LinkPolicy::Latest,
                overrides: stored.overrides.clone(),
                conditions: stored.conditions.clone(),
            })
            .collect();
        let children = node.slots.iter().map(|stored| match stored.child {
            Child::Node { digest, .. } => digest,
            Child::Leaf { component, document } => {
                Digest::of_document(&Node::new(tree, component, document, [])).0
            }
        });
        let array = Node::new(tree, node.component, node.document, slots.iter().zip(children));
        Digest::of_document(&array).0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_digest_is_that_of_the_canonical_array(node in node()) {
            for tree in [Tree::Content, Tree::Metadata] {
                prop_assert_eq!(node.digest(tree), of_array(tree, &node));
            }
        }

        #[test]
        fn what_was_kept_is_read_again(node in node()) {
            for tree in [Tree::Content, Tree::Metadata] {
                let bytes = node.encode(tree);
                prop_assert_eq!(StoredNode::decode(&bytes), Ok((tree, node.clone())));
            }
        }

        #[test]
        fn damaged_bytes_are_refused_or_make_another_node(
            node in node(), at in any::<prop::sample::Index>(), flip in 1..=255_u8
        ) {
            let mut bytes = node.encode(Tree::Content);
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            if let Ok(read) = StoredNode::decode(&bytes) {
                prop_assert_ne!(read, (Tree::Content, node));
            }
        }

        #[test]
        fn bytes_that_are_cut_short_are_refused(node in node(), at in any::<prop::sample::Index>()) {
            let bytes = node.encode(Tree::Metadata);
            prop_assert!(StoredNode::decode(&bytes[..at.index(bytes.len())]).is_err());
        }
    }

    #[test]
    fn a_leaf_costs_65_bytes() {
        let leaf = StoredSlot {
            id: SlotId::new(),
            overrides: Overrides::default(),
            conditions: Conditions::new(),
            child: Child::Leaf { component: ComponentId::new(), document: Digest::of_bytes(b"") },
        };
        let of = |slots: usize| StoredNode {
            component: ComponentId::new(),
            document: Digest::of_bytes(b""),
            slots: vec![leaf.clone(); slots],
        };
        assert_eq!(of(20).encode(Tree::Content).len(), 50 + 20 * 65);
    }
}

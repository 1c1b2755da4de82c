//! Nodes as they are kept: bytes instead of JSON, no rows for leaves, and what two nodes share once.
//!
//! Most nodes of a course hold nothing: topics, questions, assets. Such a leaf follows from its
//! component and document, so its parent carries these two and the leaf itself is not kept. What a
//! component holds where is the same in both trees and, after most edits, in the next release too:
//! it is a frame of its own, and a node has the digests to go with it. The form (numbers are
//! LEB128, ids 16 bytes, digests 32):
//!
//! ```text
//! node  = tree (3 content, 4 metadata), document digest, a digest for each slot
//! frame = component, number of slots, slots
//! slot  = slot id, flags, child component, [length, overrides], [length, conditions]
//! flags = 1 the child is a leaf and its digest that of its document, not of its node
//!       | 2 overrides follow | 4 conditions follow, each as canonical JSON
//! whole = tree (1 content, 2 metadata), component, document digest, number of slots,
//!         slots with their digests after the child component
//! ```
//!
//! A node without slots is kept whole, as are those of before there were frames. Body and frame are
//! functions of the node's digest, and the digest can be worked out from the two.

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

/// A node as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedNode {
    /// Its own bytes.
    pub body: Vec<u8>,
    /// Its frame, unless it is whole: SHA-256 and bytes.
    pub frame: Option<(Digest, Vec<u8>)>,
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

    /// What is to be kept.
    #[must_use]
    pub fn encode(&self, tree: Tree) -> EncodedNode {
        if self.slots.is_empty() {
            return EncodedNode { body: self.whole(tree), frame: None };
        }
        let mut body = Vec::with_capacity(33 + 32 * self.slots.len());
        body.push(match tree {
            Tree::Content => 3,
            Tree::Metadata => 4,
        });
        body.extend_from_slice(self.document.as_bytes());
        let mut frame = Vec::with_capacity(20 + 33 * self.slots.len());
        frame.extend_from_slice(self.component.0.as_bytes());
        put_number(&mut frame, self.slots.len());
        for slot in &self.slots {
            put_slot(&mut frame, slot, |_, digest| body.extend_from_slice(digest.as_bytes()));
        }
        EncodedNode { body, frame: Some((Digest::of_bytes(&frame), frame)) }
    }

    /// Everything in one.
    fn whole(&self, tree: Tree) -> Vec<u8> {
        let form = match tree {
            Tree::Content => 1,
            Tree::Metadata => 2,
        };
        let mut bytes = vec![form];
        bytes.extend_from_slice(self.component.0.as_bytes());
        bytes.extend_from_slice(self.document.as_bytes());
        put_number(&mut bytes, self.slots.len());
        for slot in &self.slots {
            put_slot(&mut bytes, slot, |bytes, digest| bytes.extend_from_slice(digest.as_bytes()));
        }
        bytes
    }

    /// Reads what [`StoredNode::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes are anything else, or the frame is missing; nothing is assumed about them.
    pub fn decode(body: &[u8], frame: Option<&[u8]>) -> Result<(Tree, Self), UnreadableNode> {
        let mut body = Reader(body);
        let (tree, is_framed) = match body.byte()? {
            1 => (Tree::Content, false),
            2 => (Tree::Metadata, false),
            3 => (Tree::Content, true),
            4 => (Tree::Metadata, true),
            _ => return Err(UnreadableNode("unknown form")),
        };
        let node = match (is_framed, frame) {
            (false, None) => {
                let component = ComponentId(body.uuid()?);
                let document = body.digest()?;
                let slots = read_slots(&mut body, Reader::digest)?;
                Self { component, document, slots }
            }
            (true, Some(frame)) => {
                let mut frame = Reader(frame);
                let component = ComponentId(frame.uuid()?);
                let document = body.digest()?;
                let slots = read_slots(&mut frame, |_| body.digest())?;
                frame.ends()?;
                Self { component, document, slots }
            }
            (true, None) => return Err(UnreadableNode("its frame is missing")),
            (false, Some(_)) => return Err(UnreadableNode("it has no frame")),
        };
        body.ends()?;
        Ok((tree, node))
    }
}

/// Writes a slot; `digest` puts its digest where it belongs.
fn put_slot(bytes: &mut Vec<u8>, slot: &StoredSlot, digest: impl FnOnce(&mut Vec<u8>, Digest)) {
    let StoredSlot { id, overrides, conditions, child } = slot;
    let (has_overrides, has_conditions) =
        (*overrides != Overrides::default(), !conditions.is_empty());
    let (leaf, component, held) = match child {
        Child::Leaf { component, document } => (LEAF, component.0, *document),
        // Only a node that is frozen anew is encoded, and freezing knows what it places.
        Child::Node { component, digest } => (0, component.map_or(Uuid::nil(), |id| id.0), *digest),
    };
    let flags = leaf
        | if has_overrides { OVERRIDES } else { 0 }
        | if has_conditions { CONDITIONS } else { 0 };
    bytes.extend_from_slice(id.0.as_bytes());
    bytes.push(flags);
    bytes.extend_from_slice(component.as_bytes());
    digest(bytes, held);
    if has_overrides {
        put_text(bytes, &canonical_json(overrides));
    }
    if has_conditions {
        put_text(bytes, &canonical_json(conditions));
    }
}

/// Reads slots with their number; `digest` takes the digest of each from where it is.
fn read_slots<'a>(
    rest: &mut Reader<'a>,
    mut digest: impl FnMut(&mut Reader<'a>) -> Result<Digest, UnreadableNode>,
) -> Result<Vec<StoredSlot>, UnreadableNode> {
    let count = rest.number()?;
    let mut slots = Vec::with_capacity(count.min(rest.0.len() / 33));
    for _ in 0..count {
        let id = SlotId(rest.uuid()?);
        let flags = rest.byte()?;
        if flags & !(LEAF | OVERRIDES | CONDITIONS) != 0 {
            return Err(UnreadableNode("unknown flags"));
        }
        let component = ComponentId(rest.uuid()?);
        let digest = digest(rest)?;
        let child = if flags & LEAF != 0 {
            Child::Leaf { component, document: digest }
        } else {
            Child::Node { component: (!component.0.is_nil()).then_some(component), digest }
        };
        let overrides = if flags & OVERRIDES != 0 { rest.json()? } else { Overrides::default() };
        let conditions = if flags & CONDITIONS != 0 { rest.json()? } else { Conditions::new() };
        slots.push(StoredSlot { id, overrides, conditions, child });
    }
    Ok(slots)
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

    fn ends(&self) -> Result<(), UnreadableNode> {
        if self.0.is_empty() { Ok(()) } else { Err(UnreadableNode("bytes are left over")) }
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
mod tests;

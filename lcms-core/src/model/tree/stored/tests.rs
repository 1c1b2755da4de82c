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

fn digests() -> impl Strategy<Value = [Digest; 5]> {
    prop::array::uniform5(digest())
}

fn decoded(kept: &EncodedNode) -> Result<(Tree, StoredNode), UnreadableNode> {
    StoredNode::decode(&kept.body, kept.frame.as_ref().map(|(_, frame)| &**frame))
}

/// Alters the bytes of a node or of its frame, wherever that index is.
fn damage(
    mut kept: EncodedNode,
    at: prop::sample::Index,
    alter: impl FnOnce(&mut Vec<u8>, usize),
) -> EncodedNode {
    let own = kept.body.len();
    let at = at.index(own + kept.frame.as_ref().map_or(0, |(_, frame)| frame.len()));
    match &mut kept.frame {
        Some((_, frame)) if at >= own => alter(frame, at - own),
        _ => alter(&mut kept.body, at),
    }
    kept
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
            let kept = node.encode(tree);
            prop_assert_eq!(decoded(&kept), Ok((tree, node.clone())));
            let whole = StoredNode::decode(&node.whole(tree), None);
            prop_assert_eq!(whole, Ok((tree, node.clone())), "as before there were frames");
        }
    }

    #[test]
    fn both_trees_share_a_frame_and_so_do_versions(node in node(), digests in digests()) {
        let mut other = node.clone();
        for (slot, other) in other.slots.iter_mut().zip(digests) {
            match &mut slot.child {
                Child::Node { digest, .. } | Child::Leaf { document: digest, .. } => {
                    *digest = other;
                }
            }
        }
        let frame = node.encode(Tree::Content).frame;
        prop_assert_eq!(&node.encode(Tree::Metadata).frame, &frame);
        prop_assert_eq!(&other.encode(Tree::Content).frame, &frame);
    }

    #[test]
    fn damaged_bytes_are_refused_or_make_another_node(
        node in node(), at in any::<prop::sample::Index>(), flip in 1..=255_u8
    ) {
        let damaged = damage(node.encode(Tree::Content), at, |bytes, at| bytes[at] ^= flip);
        if let Ok(read) = decoded(&damaged) {
            prop_assert_ne!(read, (Tree::Content, node));
        }
    }

    #[test]
    fn bytes_that_are_cut_short_are_refused(node in node(), at in any::<prop::sample::Index>()) {
        let cut = damage(node.encode(Tree::Metadata), at, |bytes, at| bytes.truncate(at));
        prop_assert!(decoded(&cut).is_err());
    }
}

#[test]
fn a_leaf_costs_32_bytes_where_its_frame_is_known() {
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
    let EncodedNode { body, frame } = of(20).encode(Tree::Content);
    assert_eq!((body.len(), frame.unwrap().1.len()), (33 + 20 * 32, 17 + 20 * 33));
}

#[test]
fn a_node_without_its_frame_is_refused() {
    let leaf = Child::Leaf { component: ComponentId::new(), document: Digest::of_bytes(b"") };
    let slot = StoredSlot {
        id: SlotId::new(),
        overrides: Overrides::default(),
        conditions: Conditions::new(),
        child: leaf,
    };
    let (component, document) = (ComponentId::new(), Digest::of_bytes(b""));
    let mut node = StoredNode { component, document, slots: vec![slot] };
    let mut kept = node.encode(Tree::Content);
    let (_, frame) = kept.frame.take().unwrap();
    assert!(decoded(&kept).is_err());
    node.slots.clear();
    let alone = node.encode(Tree::Content);
    assert_eq!(alone.frame, None);
    assert!(StoredNode::decode(&alone.body, Some(&frame)).is_err());
}

//! Equal meaning has equal bytes: however a document is written, its digest is the same.

use lcms_core::model::tree::release_digest;
use lcms_core::model::{
    Content, Digest, Kind, Metadata, Node, Overrides, Placement, Slot, SlotRole, Tree,
    canonical_json,
};
use proptest::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::documents::{component_id, course, placed, question, slot_id, topic, with};

fn digest(kind: Kind, document: Value) -> Digest {
    Digest::of_document(&Content::parse(kind, document).unwrap()).0
}

#[test]
fn a_number_has_one_form() {
    let written = |number: &str| {
        let text = format!(
            r#"{{"title":"Q","prompt":"P","points":{number},
                "interaction":{{"type":"numeric","answer":{number},"tolerance":{number}}}}}"#
        );
        digest(Kind::Question, serde_json::from_str(&text).unwrap())
    };
    assert_eq!(written("2"), written("2.0"));
    assert_eq!(written("2"), written("20e-1"));
    assert_ne!(written("2"), written("2.5"));
    let answer = |number: &str| {
        let text = format!(
            r#"{{"title":"Q","prompt":"P","interaction":{{"type":"numeric","answer":{number}}}}}"#
        );
        digest(Kind::Question, serde_json::from_str(&text).unwrap())
    };
    assert_eq!(answer("0"), answer("-0.0"));
}

#[test]
fn a_default_left_out_is_the_default_written() {
    let bare = json!({"type": "numeric", "answer": 3});
    let full = json!({"type": "numeric", "answer": 3, "tolerance": 0, "unit": null});
    let asked = |interaction| json!({"title": "Q", "prompt": "P", "interaction": interaction});
    let written = json!({
        "kind": "question", "title": "Q", "prompt": "P", "interaction": full, "points": 1,
        "hints": [], "feedback": {"correct": "", "incorrect": ""},
    });
    assert_eq!(digest(Kind::Question, asked(bare)), digest(Kind::Question, written));

    let placement = json!({
        "id": slot_id(1), "component": component_id(1), "policy": {"follow": "latest"},
        "overrides": {"title": null, "blocks": {}}, "when": {},
    });
    let full = json!({
        "title": "A course", "summary": null, "objectives": [], "variable_sets": [],
        "completion": {"rule": "pages", "pass_mark": null}, "placements": [placement],
    });
    let bare = course(&[placed(1, &component_id(1).to_string())]);
    assert_eq!(digest(Kind::Course, bare), digest(Kind::Course, full));

    let metadata = |value| Digest::of_document(&Metadata::parse(value).unwrap()).0;
    assert_eq!(metadata(json!({})), metadata(json!({"tags": [], "licence": null, "custom": {}})));
}

#[test]
fn lists_that_are_sets_have_one_order() {
    let metadata = |value| Digest::of_document(&Metadata::parse(value).unwrap()).0;
    assert_eq!(
        metadata(json!({"tags": ["b", " a ", "b", ""]})),
        metadata(json!({"tags": ["a", "b"]})),
    );
    let file = |path: &str| json!({"path": path, "blob": Digest::of_bytes(b""), "size": 0, "media_type": "text/css"});
    let package = |files: Value| {
        digest(Kind::WebPackage, json!({"title": "W", "launch": "a", "files": files}))
    };
    assert_eq!(package(json!([file("b"), file("a")])), package(json!([file("a"), file("b")])));
}

#[test]
fn text_has_one_form() {
    let text = |body: &str| digest(Kind::Topic, topic(body));
    assert_eq!(text("One.\r\n\r\nTwo."), text("One.\n\nTwo.\n"));
    assert_eq!(text("\u{feff}Caf\u{65}\u{301}"), text("Café\n\n"));
    assert_ne!(text("One. Two."), text("One.  Two."));
}

#[test]
fn a_stored_document_reads_back_to_the_same_bytes() {
    let written = with(question("**Yes**"), "/hints", json!(["Think.", "Think twice."]));
    let content = Content::parse(Kind::Question, written).unwrap();
    let (digest, bytes) = Digest::of_document(&content);
    let read = Content::from_stored(&bytes).unwrap();
    assert_eq!(read, content);
    assert_eq!(Digest::of_document(&read).0, digest);
}

#[test]
fn a_node_names_its_children_in_order() {
    let slot = |n| {
        Placement { id: slot_id(n), ..Placement::of(component_id(n)) }
            .slot(SlotRole::Placement)
            .unwrap()
    };
    let (first, second) = (slot(1), slot(2));
    let (a, b, own) = (Digest::of_bytes(b"a"), Digest::of_bytes(b"b"), Digest::of_bytes(b"own"));
    let node = |children: &[(&Slot, Digest)]| {
        let node = Node::new(Tree::Content, component_id(9), own, children.iter().copied());
        Digest::of_document(&node).0
    };
    let plain = node(&[(&first, a), (&second, b)]);
    assert_ne!(plain, node(&[(&second, b), (&first, a)]), "order");
    assert_ne!(plain, node(&[(&first, b), (&second, a)]), "which child");
    assert_ne!(plain, node(&[(&first, a)]), "how many");
    let overrides = Overrides { weight: Some(0.0), ..Overrides::default() };
    assert_ne!(plain, node(&[(&Slot { overrides, ..first.clone() }, a), (&second, b)]));
    let conditions = [("audience".to_owned(), vec!["admin".to_owned()])].into();
    assert_ne!(plain, node(&[(&Slot { conditions, ..first.clone() }, a), (&second, b)]));

    let of_metadata = Node::new(Tree::Metadata, component_id(9), own, [(&first, a), (&second, b)]);
    let (other, bytes) = Digest::of_document(&of_metadata);
    assert_ne!(plain, other, "the two trees have nodes of different kinds");
    assert_eq!(Node::from_bytes(Tree::Metadata, &bytes), Some(of_metadata));
    assert_eq!(Node::from_bytes(Tree::Content, &bytes), None);
    assert_ne!(release_digest(a, b), release_digest(b, a));
}

#[test]
fn the_slot_of_a_reference_in_text_keeps_its_id_when_the_text_around_it_changes() {
    let (one, two) = (component_id(1), component_id(2));
    let ids = |body: &str| {
        let content = Content::parse(Kind::Topic, topic(body)).unwrap();
        content.slots().into_iter().map(|slot| (slot.component, slot.id)).collect::<Vec<_>>()
    };
    let before = ids(&format!("![[id:{one}]]\n\n![[id:{two}]]\n\n![[id:{one}]]\n"));
    let after = ids(&format!("New.\n\n![[id:{two}|a caption]]\n\n![[id:{one}]] x ![[id:{one}]]\n"));
    assert_eq!(before.len(), 3);
    assert_ne!(before[0].1, before[2].1, "the second use is a slot of its own");
    assert_eq!(before[0], after[1]);
    assert_eq!(before[2], after[2]);
    assert_eq!(before[1], after[0]);
    let linked = ids(&format!("[[id:{one}|a link]] is no slot\n"));
    assert_eq!(linked, []);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(Value::from),
        (-(1_i64 << 53)..(1 << 53)).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

/// Writes the members of every object from last to first.
struct Backwards<'a>(&'a Value);

impl Serialize for Backwards<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Backwards)),
            Value::Object(members) => serializer
                .collect_map(members.iter().rev().map(|(name, value)| (name, Backwards(value)))),
            other => other.serialize(serializer),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn canonical_bytes_do_not_depend_on_order_or_white_space(value in any_json()) {
        let canonical = canonical_json(&value);
        prop_assert_eq!(&canonical, &canonical_json(&Backwards(&value)));
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        let read: Value = serde_json::from_str(&pretty).unwrap();
        prop_assert_eq!(&canonical, &canonical_json(&read));
    }

    #[test]
    fn canonical_bytes_are_their_own_canonical_form(value in any_json()) {
        let canonical = canonical_json(&value);
        let read: Value = serde_json::from_slice(&canonical).unwrap();
        prop_assert_eq!(canonical_json(&read), canonical);
    }

    #[test]
    fn a_topic_is_stored_in_a_form_that_does_not_change_again(
        title in "[^\u{0}-\u{1f}]{1,40}[a-z]",
        body in "([a-zA-Zé\u{301}*_#>. \r\n-]{0,80})",
    ) {
        let content = Content::parse(Kind::Topic, json!({"title": title, "body": body})).unwrap();
        let (digest, bytes) = Digest::of_document(&content);
        let again = Content::from_stored(&bytes).unwrap();
        prop_assert_eq!(Digest::of_document(&again).0, digest);
    }
}

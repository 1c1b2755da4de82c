//! The published test vectors hold: `docs/decisions/digest-vectors.json`, whose canonical forms
//! and digests were worked out by `tests/vectors.py`, not by this program.

use lcms_core::model::tree::release_digest;
use lcms_core::model::{
    ComponentId, Content, Digest, Kind, Metadata, Node, Slot, SlotRole, Tree, canonical_json,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    #[serde(rename = "about")]
    _about: String,
    canonical: Vec<Canonical>,
    contents: Vec<Document>,
    metadata: Vec<Document>,
    text_slots: Vec<TextSlot>,
    nodes: Vec<NodeVector>,
    releases: Vec<ReleaseVector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Canonical {
    input: String,
    canonical: String,
    digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    written: Vec<Value>,
    document: Value,
    canonical: String,
    digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TextSlot {
    role: SlotRole,
    component: ComponentId,
    ordinal: usize,
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeVector {
    node: Value,
    canonical: String,
    digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseVector {
    content_root: Digest,
    metadata_root: Digest,
    canonical: String,
    digest: Digest,
}

fn vectors() -> Vectors {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/decisions/digest-vectors.json");
    let vectors: Vectors = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let counts = [
        vectors.canonical.len(),
        vectors.contents.len(),
        vectors.metadata.len(),
        vectors.text_slots.len(),
        vectors.nodes.len(),
        vectors.releases.len(),
    ];
    assert!(counts.iter().all(|count| *count > 0), "a list of vectors is empty: {counts:?}");
    vectors
}

#[test]
fn canonical_json_and_its_digest() {
    for vector in vectors().canonical {
        let value: Value = serde_json::from_str(&vector.input).unwrap();
        let bytes = canonical_json(&value);
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), vector.canonical);
        assert_eq!(Digest::of_bytes(&bytes), vector.digest, "{}", vector.input);
    }
}

#[test]
fn content_documents_however_they_are_written() {
    for vector in vectors().contents {
        let kind: Kind = vector.document["kind"].as_str().unwrap().parse().unwrap();
        for written in vector.written.into_iter().chain([vector.document]) {
            let shown = written.to_string();
            let content = Content::parse(kind, written).unwrap();
            let (digest, bytes) = Digest::of_document(&content);
            assert_eq!(String::from_utf8(bytes).unwrap(), vector.canonical, "{shown}");
            assert_eq!(digest, vector.digest, "{shown}");
        }
    }
}

#[test]
fn metadata_documents_however_they_are_written() {
    for vector in vectors().metadata {
        for written in vector.written.into_iter().chain([vector.document]) {
            let (digest, bytes) = Digest::of_document(&Metadata::parse(written).unwrap());
            assert_eq!(String::from_utf8(bytes).unwrap(), vector.canonical);
            assert_eq!(digest, vector.digest);
        }
    }
}

#[test]
fn ids_of_slots_in_text() {
    for TextSlot { role, component, ordinal, id } in vectors().text_slots {
        assert_eq!(Slot::in_text(role, component, ordinal).id.to_string(), id);
    }
}

#[test]
fn nodes_of_both_trees() {
    for vector in vectors().nodes {
        let tree = match vector.node[0].as_str().unwrap() {
            "lcms-node/1" => Tree::Content,
            "lcms-metadata-node/1" => Tree::Metadata,
            other => panic!("`{other}` is no tree"),
        };
        let node = Node::from_bytes(tree, vector.node.to_string().as_bytes()).unwrap();
        let (digest, bytes) = Digest::of_document(&node);
        assert_eq!(String::from_utf8(bytes).unwrap(), vector.canonical);
        assert_eq!(digest, vector.digest);
    }
}

#[test]
fn releases() {
    for ReleaseVector { content_root, metadata_root, canonical, digest } in vectors().releases {
        assert_eq!(release_digest(content_root, metadata_root), digest);
        assert_eq!(Digest::of_bytes(canonical.as_bytes()), digest);
    }
}

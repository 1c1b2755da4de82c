//! The published test vectors hold: `docs/decisions/digest-vectors.json`, whose canonical forms
//! and digests were worked out by `tests/vectors.py`, not by this program.

use lcms_core::model::chain::{event_hash, revision_digest, seal_message};
use lcms_core::model::tree::release_digest;
use lcms_core::model::{
    BranchId, ComponentId, Content, Digest, Event, EventKind, EventNumber, Kind, LibraryId,
    Metadata, Node, ReleaseId, Revision, RevisionId, Slot, SlotRole, Tree, UserId, canonical_json,
};
use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;

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
    chain: Vec<ChainVector>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainVector {
    previous: Option<Digest>,
    event: EventFields,
    revision: Option<RevisionFields>,
    canonical: String,
    hash: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventFields {
    number: EventNumber,
    kind: EventKind,
    time: i64,
    actor: UserId,
    library: Option<LibraryId>,
    component: Option<ComponentId>,
    revision: Option<RevisionId>,
    release: Option<ReleaseId>,
    detail: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevisionFields {
    id: RevisionId,
    component: ComponentId,
    number: u32,
    content: Digest,
    metadata: Digest,
    branch: BranchId,
    language: String,
    parent: Option<RevisionId>,
    merge_parent: Option<RevisionId>,
    source: Option<Digest>,
    author: UserId,
    created: i64,
    salt: String,
    message: String,
    seal: Digest,
    digest: Digest,
}

fn at(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).unwrap()
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
        vectors.chain.len(),
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

#[test]
fn the_chain_over_events_and_their_revisions() {
    for vector in vectors().chain {
        let made = vector.revision.map(|fields| {
            let salt = <[u8; 16]>::try_from(hex(&fields.salt)).unwrap();
            assert_eq!(seal_message(&salt, &fields.message), fields.seal);
            let revision = Revision {
                id: fields.id,
                component: fields.component,
                number: fields.number,
                content: fields.content,
                metadata: fields.metadata,
                language: fields.language.parse().unwrap(),
                branch: fields.branch,
                parent: fields.parent,
                merge_parent: fields.merge_parent,
                source: fields.source,
                author: fields.author,
                message: fields.message,
                created: at(fields.created),
                event: vector.event.number,
            };
            let digest = revision_digest(&revision, fields.seal);
            assert_eq!(digest, fields.digest);
            digest
        });
        let EventFields {
            number,
            kind,
            time,
            actor,
            library,
            component,
            revision,
            release,
            detail,
        } = vector.event;
        let time = at(time);
        let event =
            Event { number, kind, time, actor, library, component, revision, release, detail };
        assert_eq!(event_hash(vector.previous, &event, made), vector.hash);
        assert_eq!(Digest::of_bytes(vector.canonical.as_bytes()), vector.hash);
    }
}

fn hex(digits: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(digit).collect()
}

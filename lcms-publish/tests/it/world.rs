//! A data directory with a small course in it.

use std::io::Cursor;

use futures::TryStreamExt as _;
use lcms_core::Result;
use lcms_core::model::{Blob, Kind, RevisionId, Target};
use lcms_core::service::{
    Lcms, NewComponent, NewLibrary, NewRelease, ReleaseView, SaveComponent, Session, Settings,
};
use lcms_formats::zip::{Archive, Entry, Layout, Limits, Method, Piece};
use lcms_publish::{Package, Profile, Publisher};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) lcms: Lcms,
    pub(crate) session: Session,
    _folder: TempDir,
}

/// A component id that is the same in every run.
pub(crate) fn id(n: u32) -> String {
    format!("01936b00-0000-7000-8000-{n:012}")
}

pub(crate) const PICTURE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>"#;

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lcms = Lcms::open(Settings::in_folder(folder.path())).await.unwrap();
        let session = lcms.operator_without_checks();
        let library: NewLibrary =
            serde_json::from_value(json!({"key": "lib", "title": "Library"})).unwrap();
        session.create_library(library).await.unwrap();
        Self { lcms, session, _folder: folder }
    }

    /// Two lessons: one with text, a picture and questions, one that is an assessment.
    pub(crate) async fn with_course() -> Self {
        let world = Self::new().await;
        let blob = world.blob(PICTURE).await;
        world
            .add(Kind::Asset, "picture", 1, json!({
                "title": "A square", "blob": blob.digest, "size": blob.size,
                "file_name": "square (1).svg", "media_type": "image/svg+xml", "alt": "A black square"
            }))
            .await;
        world
            .add(
                Kind::Question,
                "which",
                2,
                json!({
                    "title": "Which one", "prompt": "Which *one* is right?",
                    "interaction": {"type": "single_choice", "choices": [
                        {"id": "a", "text": "This", "correct": true, "feedback": "Yes."},
                        {"id": "b", "text": "That & other"}
                    ]},
                    "hints": ["Look again."],
                    "feedback": {"correct": "Well done.", "incorrect": "No."}
                }),
            )
            .await;
        world
            .add(Kind::Question, "command", 3, json!({
                "title": "The command", "prompt": "Run [blank cmd] first.",
                "interaction": {"type": "fill_in", "blanks": [{"id": "cmd", "accept": ["install"]}]}
            }))
            .await;
        world.add(Kind::Topic, "next", 5, json!({"title": "Next", "body": "More."})).await;
        world
            .add(Kind::Topic, "start", 4, json!({
                "title": "Start", "body": "Look:\n\n![[picture]]\n\nThen [[next]] <em>now</em>.\n\n![[which]]\n"
            }))
            .await;
        world
            .add(
                Kind::Lesson,
                "lesson",
                6,
                json!({
                    "title": "Lesson <1>",
                    "placements": [
                        {"id": id(101), "component": "start"},
                        {"id": id(102), "component": "next", "overrides": {"title": "Next, here"}},
                        {"id": id(103), "component": "command", "overrides": {"weight": 2}}
                    ]
                }),
            )
            .await;
        world
            .add(Kind::Assessment, "final", 7, json!({
                "title": "Final", "introduction": "Ready?", "pass_mark": 0.5,
                "sections": [{"id": "s", "draw": 1, "shuffle": true, "entries": [
                    {"id": id(111), "component": "which"}, {"id": id(112), "component": "command"}
                ]}]
            }))
            .await;
        world
            .add(Kind::Course, "course", 8, json!({
                "title": "Course", "completion": {"rule": "both", "pass_mark": 0.8},
                "placements": [
                    {"id": id(121), "component": "lesson"}, {"id": id(122), "component": "final"}
                ]
            }))
            .await;
        world
    }

    /// Stores a picture.
    pub(crate) async fn blob(&self, svg: &str) -> Blob {
        let mut upload = self.session.upload("image/svg+xml").unwrap();
        upload.write(svg.as_bytes()).await.unwrap();
        upload.finish(None).await.unwrap()
    }

    pub(crate) async fn add(&self, kind: Kind, key: &str, n: u32, content: Value) -> RevisionId {
        let new: NewComponent = serde_json::from_value(json!({
            "id": id(n), "library": "lib", "key": key, "kind": kind, "content": content
        }))
        .unwrap();
        match self.session.create(new, None).await {
            Ok(saved) => saved.revision.id,
            Err(error) => panic!("{key}: {error}"),
        }
    }

    pub(crate) async fn save(&self, key: &str, content: Value) {
        self.save_documents(
            key,
            SaveComponent { content: Some(content), ..SaveComponent::default() },
        )
        .await;
    }

    /// Gives a component other metadata.
    pub(crate) async fn describe(&self, key: &str, metadata: Value) {
        let new = SaveComponent { metadata: Some(metadata), ..SaveComponent::default() };
        self.save_documents(key, new).await;
    }

    async fn save_documents(&self, key: &str, new: SaveComponent) {
        let target: Target = format!("lib/{key}").parse().unwrap();
        let reference = target.to_string().parse().unwrap();
        let base = self.session.component(&reference).await.unwrap().revision.id;
        self.session.save(&target, base, new).await.unwrap();
    }

    pub(crate) async fn release(&self, key: &str) -> Result<ReleaseView> {
        let target = format!("lib/{key}").parse().unwrap();
        self.session.release(&target, NewRelease::default()).await
    }

    pub(crate) async fn publish(&self, key: &str, profile: impl Into<Profile>) -> Result<Package> {
        let release = self.release(key).await?.release.id;
        Publisher::new(self.lcms.clone()).publish(&self.session, release, profile).await
    }
}

/// All bytes of a package.
pub(crate) async fn bytes(package: &Package) -> Vec<u8> {
    let chunks: Vec<_> = package.stream(0..package.length).try_collect().await.unwrap();
    chunks.concat()
}

/// Every file of a zip, by path.
pub(crate) fn unpack(zip: Vec<u8>) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut archive = Archive::open(Cursor::new(zip), &Limits::default()).unwrap();
    let files = archive.files().to_vec();
    files.iter().map(|file| (file.path.to_string(), archive.bytes(file).unwrap())).collect()
}

/// A zip of these files, nothing compressed: packed by someone else.
pub(crate) fn zip(files: &std::collections::BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let entry = |(path, bytes): (&String, &Vec<u8>)| Entry {
        path: path.parse().unwrap(),
        method: Method::Stored,
        crc32: crc32fast::hash(bytes),
        size: bytes.len() as u64,
        compressed_size: bytes.len() as u64,
    };
    let entries: Vec<_> = files.iter().map(entry).collect();
    let sources: Vec<_> = files.values().collect();
    let layout = Layout::new(&entries, &[]).unwrap();
    let mut zip = Vec::new();
    for piece in layout.pieces_in(0..layout.len()) {
        match piece {
            Piece::Bytes(bytes) => zip.extend_from_slice(&bytes),
            Piece::Data { entry, range } => {
                let range =
                    usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                zip.extend_from_slice(&sources[entry][range]);
            }
        }
    }
    zip
}

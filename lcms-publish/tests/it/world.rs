//! A data directory with a small course in it.

use std::io::Cursor;

use futures::TryStreamExt as _;
use lcms_core::Result;
use lcms_core::model::{Blob, Kind, RevisionId, Target};
use lcms_core::service::{
    Lcms, NewComponent, NewLibrary, NewRelease, ReleaseView, SaveComponent, Session, Settings,
};
use lcms_formats::zip::{Archive, Entry, Layout, Limits, Method, Piece};
use lcms_publish::{Order, Package, Profile, Publisher};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) struct World {
    pub(crate) lcms: Lcms,
    pub(crate) session: Session,
    folder: TempDir,
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
        Self { lcms, session, folder }
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

    /// Every way of coming to a lesson: a test that makes another lesson needless, an order, gates by
    /// placement and by objective, a limit of attempts, weights.
    ///
    /// ```text
    /// course (free)
    ///   intro      a lesson to read
    ///   pre-test   serves the objective; counts for nothing
    ///   basics     skipped when the pre-test was passed
    ///   module (linear), requires intro
    ///     first, second    lessons to read
    ///   final      requires the objective; two attempts; weighs three times as much
    ///   quiz       a lesson with one scored question
    /// ```
    pub(crate) async fn with_sequencing() -> Self {
        let world = Self::new().await;
        world.add(Kind::Objective, "goal", 1, json!({"title": "Can do it"})).await;
        for (n, key) in
            ["intro-page", "basics-page", "first-page", "second-page"].iter().enumerate()
        {
            let n = u32::try_from(n).unwrap();
            world.add(Kind::Topic, key, 10 + n, json!({"title": key, "body": "Read this."})).await;
        }
        for (n, key) in ["pre", "final", "quiz"].iter().enumerate() {
            let n = u32::try_from(n).unwrap();
            let question = json!({
                "title": key, "prompt": "Which?", "interaction": {"type": "single_choice", "choices": [
                    {"id": "a", "text": "This", "correct": true}, {"id": "b", "text": "That"}
                ]}
            });
            world.add(Kind::Question, &format!("{key}-question"), 20 + n, question).await;
        }
        for (n, (key, page)) in [
            ("intro", "intro-page"),
            ("basics", "basics-page"),
            ("first", "first-page"),
            ("second", "second-page"),
            ("quiz", "quiz-question"),
        ]
        .into_iter()
        .enumerate()
        {
            let n = u32::try_from(n).unwrap();
            let placed = json!([{"id": id(200 + n), "component": page}]);
            world.add(Kind::Lesson, key, 30 + n, json!({"title": key, "placements": placed})).await;
        }
        for (n, key) in ["pre", "final"].into_iter().enumerate() {
            let n = u32::try_from(n).unwrap();
            let test = json!({
                "title": key,
                "objectives": [{"id": id(210 + n), "component": "goal"}],
                "sections": [{"id": "s", "entries": [
                    {"id": id(220 + n), "component": format!("{key}-question")}
                ]}]
            });
            world.add(Kind::Assessment, key, 40 + n, test).await;
        }
        let module = json!({
            "title": "module", "order": "linear", "placements": [
                {"id": id(301), "component": "first"}, {"id": id(302), "component": "second"}
            ]
        });
        world.add(Kind::Module, "module", 50, module).await;
        world.add(Kind::Course, "course", 60, Self::sequenced_course()).await;
        world
    }

    /// The course of [`World::with_sequencing`].
    pub(crate) fn sequenced_course() -> Value {
        json!({
            "title": "Course", "completion": {"rule": "both", "pass_mark": 0.5},
            "objectives": [{"id": id(300), "component": "goal"}],
            "placements": [
                {"id": id(311), "component": "intro"},
                {"id": id(312), "component": "pre", "sequencing": {
                    "counts": {"completion": false, "success": false, "weight": 0.0}
                }},
                {"id": id(313), "component": "basics", "sequencing": {
                    "skip_when": [{"slot": id(312), "status": "passed"}]
                }},
                {"id": id(314), "component": "module", "sequencing": {
                    "requires": [{"slot": id(311)}]
                }},
                {"id": id(315), "component": "final", "sequencing": {
                    "requires": [{"slot": id(300), "status": "passed"}],
                    "attempt_limit": 2, "counts": {"weight": 3.0}
                }},
                {"id": id(316), "component": "quiz"}
            ]
        })
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

    pub(crate) async fn publish(&self, key: &str, order: impl Into<Order>) -> Result<Package> {
        let release = self.release(key).await?.release.id;
        Publisher::new(self.lcms.clone()).publish(&self.session, release, order).await
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The profile with that key, at its head.
    pub(crate) async fn profile(&self, key: &str) -> Profile {
        let reference = format!("lib/{key}").parse().unwrap();
        Profile::of(self.session.profile(&reference).await.unwrap()).unwrap()
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

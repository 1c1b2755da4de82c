//! A release into a package.
//!
//! A course shows files, twenty in a topic, of which 60 % of the bytes are text and the
//! rest cannot be compressed. Beside: the same files, raw, in a folder, copied and zipped by the
//! programs that people would use. Everything has been read once before, so that no round waits
//! for the disk.

use std::path::Path;

use futures::TryStreamExt as _;
use lcms_core::model::{Kind as ComponentKind, ReleaseId};
use lcms_core::service::{Lcms, NewComponent, NewLibrary, NewRelease, Session};
use lcms_publish::{Format, Publisher};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

use super::{Bench, remove};
use crate::error::{Error, Result};
use crate::material::{Kind, Material};
use crate::measure::{Cost, Stopwatch, median};
use crate::program;
use crate::report::{Figure, Line, Target};

/// Files that one topic shows.
const FILES_IN_TOPIC: usize = 20;
/// Topics in one lesson.
const TOPICS_IN_LESSON: usize = 10;
/// Most CPU time, as a share of what `zip -0` takes.
const SHARE: f64 = 0.6;
/// What is written to a file at once.
const BUFFER: usize = 1 << 20;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let files = bench.path("files");
    std::fs::create_dir(&files).map_err(Error::file(&files))?;
    let lcms = bench.open_empty("package").await?;
    let release = prepare(bench, &lcms, &files).await?;
    let mut ours = Vec::new();
    let (mut cp, mut stored) = (Vec::new(), Vec::new());
    for _ in 0..bench.volumes.rounds {
        ours.push(publish(bench, &lcms, release).await?);
        cp.push(beside(bench, "cp", &["-r", "files", "copy"])?);
        stored.push(beside(bench, "zip", &["-0", "-q", "-r", "copy", "files"])?);
    }
    // Once is enough: it takes long, and nothing depends on its last digit.
    let deflated = beside(bench, "zip", &["-6", "-q", "-r", "copy", "files"])?;
    let [ours, cp, stored] = [ours, cp, stored].map(|costs| median(&costs));
    remove(&files)?;
    drop(lcms);
    remove(&bench.path("package"))?;
    let size = Figure::megabytes(bench.volumes.package_bytes);
    let name = |what| format!("package: {} files, {size}, {what}", bench.volumes.package_files);
    let cpu = |what: &str, other: Cost| {
        Line::new(name("CPU"), Figure::seconds(ours.cpu)).beside(what, Figure::seconds(other.cpu))
    };
    Ok(vec![
        cpu("cp -r", cp),
        cpu("zip -0", stored).target(Target::RatioAtMost(SHARE)),
        cpu("zip -6", deflated),
        Line::new(name("wall"), Figure::seconds(ours.wall))
            .beside("cp -r", Figure::seconds(cp.wall)),
    ])
}

/// Runs a program that makes `copy` or `copy.zip` of `files`, and removes what it made.
fn beside(bench: &Bench, program: &'static str, arguments: &[&str]) -> Result<Cost> {
    let cost = program::run(program, arguments, bench.folder.path())?;
    let made = ["copy", "copy.zip"].map(|name| bench.path(name));
    made.iter().filter(|path| path.exists()).try_for_each(|path| remove(path))?;
    Ok(cost)
}

/// Publishes to a file, as the command does.
async fn publish(bench: &Bench, lcms: &Lcms, release: ReleaseId) -> Result<Cost> {
    let path = bench.path("package.zip");
    let watch = Stopwatch::own()?;
    let session = lcms.operator_without_checks();
    let publisher = Publisher::new(lcms.clone());
    let package = publisher.publish(&session, release, Format::Scorm2004Fourth).await?;
    let file = tokio::fs::File::create(&path).await.map_err(Error::file(&path))?;
    let mut file = tokio::io::BufWriter::with_capacity(BUFFER, file);
    let mut bytes = package.stream(0..package.length);
    while let Some(chunk) = bytes.try_next().await? {
        file.write_all(&chunk).await.map_err(Error::file(&path))?;
    }
    file.flush().await.map_err(Error::file(&path))?;
    drop(file);
    let cost = watch.stop()?;
    let written = std::fs::metadata(&path).map_err(Error::file(&path))?.len();
    if written != package.length || written < bench.volumes.package_bytes * 2 / 5 {
        return Err(Error::Wrong(format!("a package of {written} bytes")));
    }
    remove(&path)?;
    Ok(cost)
}

/// Writes the raw files, makes the course that shows them, and releases it.
async fn prepare(bench: &Bench, lcms: &Lcms, files: &Path) -> Result<ReleaseId> {
    let session = lcms.operator_without_checks();
    let library: NewLibrary = read(json!({ "key": "bench", "title": "Bench" }))?;
    session.create_library(library).await?;
    let count = bench.volumes.package_files;
    let mean = bench.volumes.package_bytes / count as u64;
    let material = Material::new();
    for number in 0..count {
        // Three files of five are text; sizes go from a half to one and a half of the mean.
        let text = number % 5 < 3;
        let size = mean / 2 + mean * (number / 5 % 5) as u64 / 4;
        add_file(&session, files, &material, number, size, text).await?;
    }
    let topics = count.div_ceil(FILES_IN_TOPIC);
    for topic in 0..topics {
        let shown = topic * FILES_IN_TOPIC..count.min((topic + 1) * FILES_IN_TOPIC);
        let body: String = shown.map(|file| format!("![[file-{file}]]\n\n")).collect();
        let content = json!({ "title": format!("Topic {topic}"), "body": body });
        add(&session, ComponentKind::Topic, &format!("topic-{topic}"), content).await?;
    }
    let lessons = topics.div_ceil(TOPICS_IN_LESSON);
    for lesson in 0..lessons {
        let placed = lesson * TOPICS_IN_LESSON..topics.min((lesson + 1) * TOPICS_IN_LESSON);
        let placements = place(placed.map(|topic| format!("topic-{topic}")));
        let content = json!({ "title": format!("Lesson {lesson}"), "placements": placements });
        add(&session, ComponentKind::Lesson, &format!("lesson-{lesson}"), content).await?;
    }
    let placements = place((0..lessons).map(|lesson| format!("lesson-{lesson}")));
    let content = json!({ "title": "Course", "placements": placements });
    add(&session, ComponentKind::Course, "course", content).await?;
    let target = "bench/course".parse().map_err(Error::wrong)?;
    Ok(session.release(&target, NewRelease::default()).await?.release.id)
}

async fn add_file(
    session: &Session,
    files: &Path,
    material: &Material,
    number: usize,
    size: u64,
    text: bool,
) -> Result<()> {
    let (kind, media_type, name) = match text {
        true => (Kind::Text, "text/plain", format!("text-{number}.txt")),
        false => (Kind::Noise, "image/jpeg", format!("picture-{number}.jpg")),
    };
    let bytes = material.whole(kind, number as u64, size);
    let path = files.join(&name);
    std::fs::write(&path, &bytes).map_err(Error::file(&path))?;
    let mut upload = session.upload(media_type)?;
    upload.write(&bytes).await?;
    let blob = upload.finish(None).await?;
    let content = json!({
        "title": name, "file_name": name, "media_type": media_type,
        "blob": blob.digest, "size": blob.size,
    });
    add(session, ComponentKind::Asset, &format!("file-{number}"), content).await
}

fn place(keys: impl Iterator<Item = String>) -> Value {
    keys.map(|key| json!({ "component": key })).collect()
}

async fn add(session: &Session, kind: ComponentKind, key: &str, content: Value) -> Result<()> {
    let new = json!({ "library": "bench", "key": key, "kind": kind, "content": content });
    let new: NewComponent = read(new)?;
    session.create(new, None).await?;
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(Error::wrong)
}

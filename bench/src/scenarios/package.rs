//! A release into a package.
//!
//! A course shows files, twenty in a topic, of which 60 % of the bytes are text and the
//! rest cannot be compressed. Beside: the same files, raw, in a folder, copied, zipped and packed
//! by the programs that people would use. Everything has been read once before, so that no round
//! waits for the disk.

use std::path::Path;
use std::time::Instant;

use futures::TryStreamExt as _;
use lcms_core::model::{Kind as ComponentKind, ReleaseId};
use lcms_core::service::{Lcms, NewComponent, NewLibrary, NewRelease, Session};
use lcms_publish::{Format, Package, Publisher};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Bench, remove};
use crate::error::{Error, Result};
use crate::material::{Kind, Material};
use crate::measure::{Cost, Stopwatch, Times, in_turn, median};
use crate::program;
use crate::report::{Figure, Line, Target};
use crate::server::memory_of_publishing;

/// Files that one topic shows.
const FILES_IN_TOPIC: usize = 20;
/// Topics in one lesson.
const TOPICS_IN_LESSON: usize = 10;
/// Files of the small course, and the size of all of them.
const SMALL_FILES: usize = 60;
const SMALL_BYTES: u64 = 5 << 20;
/// How many publish at the same time.
const AT_ONCE: usize = 16;

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let volumes = &bench.volumes;
    let mut lines = large(bench, Course::new(volumes.package_files, volumes.package_bytes)).await?;
    lines.extend(small(bench, Course::new(SMALL_FILES, SMALL_BYTES)).await?);
    Ok(lines)
}

/// How many files a course shows, and the size of all of them.
#[derive(Clone, Copy, Debug)]
struct Course {
    files: usize,
    bytes: u64,
}

impl Course {
    fn new(files: usize, bytes: u64) -> Self {
        Self { files, bytes }
    }

    fn name(self, what: &str) -> String {
        format!("package: {} files, {}, {what}", self.files, Figure::megabytes(self.bytes))
    }
}

async fn large(bench: &Bench, course: Course) -> Result<Vec<Line>> {
    let files = bench.path("files");
    std::fs::create_dir(&files).map_err(Error::file(&files))?;
    let lcms = bench.open_empty("package").await?;
    let release = prepare(&lcms, course, &files).await?;
    let package = bench.path("package.zip");
    let mut ours = Vec::new();
    let (mut cp, mut same, mut stored) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.volumes.rounds {
        ours.push(publish(&lcms, release, &package).await?);
        let written = std::fs::metadata(&package).map_err(Error::file(&package))?.len();
        if written < course.bytes * 2 / 5 {
            return Err(Error::Wrong(format!("a package of {written} bytes")));
        }
        same.push(beside(bench, "cp", &["package.zip", "copy"])?);
        remove(&package)?;
        cp.push(beside(bench, "cp", &["-r", "files", "copy"])?);
        stored.push(beside(bench, "zip", &["-0", "-q", "-r", "copy", "files"])?);
    }
    // Once is enough: they take long, and nothing depends on their last digit.
    let deflated = beside(bench, "zip", &["-6", "-q", "-r", "copy", "files"])?;
    let packager = packager(bench)?;
    remove(&files)?;
    drop(lcms);
    let data = bench.path("package");
    let memory = memory_of_publishing(&bench.program, &data, release, &package)?;
    remove(&package)?;
    remove(&data)?;

    let [ours, cp, same, stored] = [ours, cp, same, stored].map(|costs| median(&costs));
    let cpu = |what: &str, other: Cost| {
        Line::new(course.name("CPU"), Figure::seconds(ours.cpu))
            .beside(what, Figure::seconds(other.cpu))
    };
    Ok(vec![
        cpu("cp -r", cp),
        cpu("zip -0", stored).target(Target::RatioAtMost(0.6)),
        cpu("zip -6", deflated).target(Target::RatioAtMost(1.0 / 15.0)),
        cpu("simple-scorm-packager", packager).target(Target::RatioAtMost(1.0 / 20.0)),
        Line::new(course.name("wall"), Figure::seconds(ours.wall))
            .beside("cp of the package", Figure::seconds(same.wall))
            .target(Target::RatioAtMost(1.5)),
        Line::new(course.name("memory"), Figure::megabytes(memory)).target(Target::AtMost(64.0)),
    ])
}

/// A small course: what a person waits for, and many who publish at once.
async fn small(bench: &Bench, course: Course) -> Result<Vec<Line>> {
    let files = bench.path("files");
    std::fs::create_dir(&files).map_err(Error::file(&files))?;
    let lcms = bench.open_empty("package").await?;
    let release = prepare(&lcms, course, &files).await?;
    remove(&files)?;
    let mut times = Times::default();
    for _ in 0..bench.volumes.small_publishes {
        let began = Instant::now();
        std::hint::black_box(streamed(&lcms, release).await?);
        times.add(began.elapsed());
    }
    let (in_turn, at_once) = in_turn(
        bench.volumes.rounds,
        async || {
            let watch = Stopwatch::own()?;
            let mut publishing = JoinSet::new();
            for _ in 0..AT_ONCE {
                let lcms = lcms.clone();
                publishing.spawn(async move { streamed(&lcms, release).await });
            }
            while let Some(done) = publishing.join_next().await {
                done.map_err(Error::wrong)??;
            }
            watch.stop()
        },
        async || {
            let watch = Stopwatch::own()?;
            for _ in 0..AT_ONCE {
                streamed(&lcms, release).await?;
            }
            watch.stop()
        },
    )
    .await
    .map(|(at_once, in_turn)| (in_turn, at_once))?;
    drop(lcms);
    remove(&bench.path("package"))?;
    let (p50, p99) = times.p50_p99();
    Ok(vec![
        Line::new(course.name("through the service, p50"), Figure::milliseconds(p50))
            .target(Target::AtMost(15.0)),
        Line::new(course.name("through the service, p99"), Figure::milliseconds(p99)),
        Line::new(course.name(&format!("{AT_ONCE} at once, CPU")), Figure::seconds(at_once.cpu))
            .beside(format!("{AT_ONCE} in turn"), Figure::seconds(in_turn.cpu))
            .target(Target::RatioAtMost(1.1)),
    ])
}

/// The packager of npm, installed from its lock file, on a copy of the files: it writes among them.
fn packager(bench: &Bench) -> Result<Cost> {
    let folder = bench.path("packager");
    std::fs::create_dir(&folder).map_err(Error::file(&folder))?;
    for (name, text) in [
        ("package.json", include_str!("../../peers/package.json")),
        ("package-lock.json", include_str!("../../peers/package-lock.json")),
        ("scorm-packager.js", include_str!("../../peers/scorm-packager.js")),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(Error::file(&path))?;
    }
    program::run("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"], &folder)?;
    program::run("cp", &["-r", "../files", "files"], &folder)?;
    let cost = program::run("node", &["scorm-packager.js"], &folder)?;
    remove(&folder)?;
    Ok(cost)
}

/// Runs a program that makes `copy` or `copy.zip` of `files`, and removes what it made.
fn beside(bench: &Bench, program: &'static str, arguments: &[&str]) -> Result<Cost> {
    let cost = program::run(program, arguments, bench.folder.path())?;
    let made = ["copy", "copy.zip"].map(|name| bench.path(name));
    made.iter().filter(|path| path.exists()).try_for_each(|path| remove(path))?;
    Ok(cost)
}

/// Publishes to a file, as the command does.
pub(crate) async fn publish(lcms: &Lcms, release: ReleaseId, path: &Path) -> Result<Cost> {
    let watch = Stopwatch::own()?;
    let package = plan(lcms, release).await?;
    let file = std::fs::File::create(path).map_err(Error::file(path))?;
    drop(package.write(file, |_| {}).await?);
    let cost = watch.stop()?;
    let written = std::fs::metadata(path).map_err(Error::file(path))?.len();
    if written != package.length {
        return Err(Error::Wrong(format!("{written} bytes instead of {}", package.length)));
    }
    Ok(cost)
}

/// Publishes to nobody; answers how many bytes there were.
async fn streamed(lcms: &Lcms, release: ReleaseId) -> Result<u64> {
    let package = plan(lcms, release).await?;
    let mut bytes = package.stream(0..package.length);
    let mut length = 0;
    while let Some(chunk) = bytes.try_next().await? {
        length += chunk.len() as u64;
    }
    Ok(length)
}

async fn plan(lcms: &Lcms, release: ReleaseId) -> Result<Package> {
    let session = lcms.operator_without_checks();
    let publisher = Publisher::new(lcms.clone());
    Ok(publisher.publish(&session, release, Format::Scorm2004Fourth).await?)
}

/// Writes the raw files, makes the course that shows them, and releases it.
async fn prepare(lcms: &Lcms, course: Course, files: &Path) -> Result<ReleaseId> {
    let session = lcms.operator_without_checks();
    let library: NewLibrary = read(json!({ "key": "bench", "title": "Bench" }))?;
    session.create_library(library).await?;
    let Course { files: count, bytes } = course;
    let mean = bytes / count as u64;
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
        "blob": blob.digest, "size": blob.size, "decorative": !text,
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

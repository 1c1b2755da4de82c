//! Packages of other tools into the store.
//!
//! Beside: the same archive unpacked to the disk and its files hashed, which is the least that somebody would do to
//! keep it and know it again. Then the memory of it, and what a library takes whose packages share most of
//! their files.

use std::path::{Path, PathBuf};

use lcms_core::model::Key;
use lcms_core::service::{Lcms, NewLibrary, Session, Settings};
use lcms_import::{Folder, ImportOptions, Limits, import_folder};
use serde_json::json;

use super::{Bench, remove};
use crate::error::{Error, Result};
use crate::material::{Kind, Material};
use crate::measure::{Cost, Stopwatch, in_turn};
use crate::program;
use crate::report::{Figure, Line, Target};
use crate::server::memory_of_import;

/// The least share of the other's speed.
const SHARE: f64 = 0.6;
/// The most memory, in MB.
const MEMORY: f64 = 150.0;
/// How much more than its distinct bytes a library may take.
const MORE: f64 = 1.03;
/// Largest package.
const LARGEST: u64 = 500 << 20;
/// In the library: files of a package, those of them that every package has, and their size.
const FILES: usize = 50;
const SHARED: usize = 40;
const BYTES: u64 = 100 << 10;

/// Where packages go.
const LIBRARY: &str = "bought";

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let material = Material::new();
    let mut lines = large(bench, &material).await?;
    lines.push(library(bench, &material).await?);
    Ok(lines)
}

async fn large(bench: &Bench, material: &Material) -> Result<Vec<Line>> {
    let bytes = bench.volumes.package_bytes.min(LARGEST);
    let count = bench.volumes.package_files;
    let package = bench.path("package.zip");
    let files = (0..count).map(|n| {
        let kind = if n % 5 < 3 { Kind::Text } else { Kind::Noise };
        let size = bytes / count as u64;
        let name = if kind == Kind::Text { "txt" } else { "mp4" };
        (format!("content/{n}.{name}"), material.whole(kind, n as u64, size))
    });
    pack(bench, &package, files)?;
    let (ours, bare) = in_turn(
        bench.volumes.rounds,
        async || {
            let lcms = open(bench, "imported").await?;
            let watch = Stopwatch::own()?;
            import(&lcms.operator_without_checks(), &package).await?;
            let cost = watch.stop()?;
            drop(lcms);
            remove(&bench.path("imported"))?;
            Ok(cost)
        },
        async || unpacked(bench),
    )
    .await?;
    let data = bench.path("imported");
    drop(open(bench, "imported").await?);
    let memory = memory_of_import(&bench.program, &data, &package)?;
    remove(&data)?;
    remove(&package)?;
    let name = format!("import: a package of {count} files, {}", Figure::megabytes(bytes));
    Ok(vec![
        Line::new(name.clone(), Figure::rate_of_bytes(bytes, ours.wall))
            .beside("unzip, sha256sum", Figure::rate_of_bytes(bytes, bare.wall))
            .target(Target::RatioAtLeast(SHARE)),
        Line::new(format!("{name}, memory"), Figure::megabytes(memory))
            .target(Target::AtMost(MEMORY)),
    ])
}

fn unpacked(bench: &Bench) -> Result<Cost> {
    let command = "unzip -q package.zip -d copy && find copy -type f -exec sha256sum {} + > sums";
    let cost = program::run("sh", &["-c", command], bench.folder.path())?;
    remove(&bench.path("copy"))?;
    remove(&bench.path("sums"))?;
    Ok(cost)
}

/// What a library of packages that share most of their files takes.
async fn library(bench: &Bench, material: &Material) -> Result<Line> {
    let packages = bench.volumes.packages;
    let data = bench.path("library");
    drop(open(bench, "library").await?);
    let mut distinct = SHARED as u64 * BYTES;
    for package in 0..packages {
        let own = (FILES - SHARED) * package;
        let files = (0..FILES).map(|n| {
            let number = if n < SHARED { n } else { FILES + own + n };
            (format!("content/{n}.mp4"), material.whole(Kind::Noise, number as u64, BYTES))
        });
        let path = bench.path(&format!("package {package}.zip"));
        pack(bench, &path, files)?;
        // In a process of its own, which leaves the database as it is at rest.
        memory_of_import(&bench.program, &data, &path)?;
        remove(&path)?;
        distinct += (FILES - SHARED) as u64 * BYTES;
    }
    let taken = size_of(&data)?;
    remove(&data)?;
    let name = format!("import: {packages} packages that share 80 % of their files, on disk");
    Ok(Line::new(name, Figure::megabytes(taken))
        .beside("distinct bytes", Figure::megabytes(distinct))
        .target(Target::RatioAtMost(MORE)))
}

/// An archive of a SCORM 1.2 package with these files, made by `zip`.
fn pack(
    bench: &Bench,
    archive: &Path,
    files: impl Iterator<Item = (String, Vec<u8>)>,
) -> Result<()> {
    let folder = bench.path("files");
    std::fs::create_dir_all(folder.join("content")).map_err(Error::file(&folder))?;
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(Error::file(&path))
    };
    write("index.html", b"<title>Begin</title><p>Begin here.</p>")?;
    write(
        "imsmanifest.xml",
        br#"<manifest identifier="M" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"><metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata><organizations default="O"><organization identifier="O"><title>A course</title><item identifier="I" identifierref="R"><title>All</title></item></organization></organizations><resources><resource identifier="R" type="webcontent" adlcp:scormtype="sco" href="index.html"/></resources></manifest>"#,
    )?;
    for (name, bytes) in files {
        write(&name, &bytes)?;
    }
    let archive = archive.to_string_lossy().into_owned();
    program::run("zip", &["-q", "-1", "-r", &archive, "."], &folder)?;
    remove(&folder)
}

async fn open(bench: &Bench, name: &str) -> Result<Lcms> {
    let lcms = bench.open_empty(name).await?;
    let head = json!({ "key": LIBRARY, "title": "Bought" });
    let head: NewLibrary = serde_json::from_value(head).map_err(Error::wrong)?;
    lcms.operator_without_checks().create_library(head).await?;
    Ok(lcms)
}

async fn import(session: &Session, package: &Path) -> Result<()> {
    let library: Key = LIBRARY.parse().map_err(Error::wrong)?;
    let folder = Folder::open(package, Limits::default()).map_err(Error::wrong)?;
    let options = ImportOptions::default();
    let report = import_folder(session, &library, folder, options, &mut |_| {}).await;
    let report = report.map_err(Error::wrong)?;
    if report.created == 1 { Ok(()) } else { Err(Error::wrong(report)) }
}

/// Imports into a data directory that has the library: for a process of its own.
pub(crate) async fn import_into(data: &Path, package: &Path) -> Result<()> {
    let lcms = Lcms::open(Settings::in_folder(data)).await?;
    import(&lcms.operator_without_checks(), package).await
}

/// The size of all files below a folder.
fn size_of(folder: &Path) -> Result<u64> {
    let mut total = 0;
    let mut waiting: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::file(&folder))? {
            let entry = entry.map_err(Error::file(&folder))?;
            let metadata = entry.metadata().map_err(Error::file(&entry.path()))?;
            match metadata.is_dir() {
                true => waiting.push(entry.path()),
                false => total += metadata.len(),
            }
        }
    }
    Ok(total)
}

//! Files into the store.
//!
//! Beside: the least that a durable, content-addressed store could do, which is to hash the same
//! bytes and write them to a new file that is flushed. For text, which is packed once on its way
//! in: the packing alone.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lcms_core::service::Session;
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest as _, Sha256};

use super::{Bench, remove};
use crate::error::{Error, Result};
use crate::material::{Kind, Material};
use crate::measure::{Cost, Stopwatch, in_turn};
use crate::report::{Figure, Line, Target};
use crate::server::memory_of_upload;
use crate::size::Volumes;

/// Uploads under way at once, where there are several.
const AT_ONCE: usize = 4;
/// The least share of the bare speed.
const SHARE: f64 = 0.8;
/// The most memory of an upload of any size, in MB.
const MEMORY: f64 = 64.0;

/// A number of equal files.
#[derive(Clone, Copy)]
struct Batch {
    files: usize,
    bytes: u64,
    at_once: usize,
}

impl Batch {
    fn total(self) -> u64 {
        self.files as u64 * self.bytes
    }
}

pub(super) async fn run(bench: &Bench) -> Result<Vec<Line>> {
    let Volumes { large_upload, uploads: files, upload, .. } = bench.volumes;
    let bytes = upload as u64;
    let material = Arc::new(Material::new());
    let mut lines = Vec::new();
    for (name, batch) in [
        ("one file", Batch { files: 1, bytes: large_upload, at_once: 1 }),
        ("one by one", Batch { files, bytes, at_once: 1 }),
        ("four at a time", Batch { files, bytes, at_once: AT_ONCE }),
    ] {
        lines.push(noise(bench, &material, name, batch).await?);
    }
    lines.push(text(bench, &material).await?);
    let bytes = bench.volumes.memory_upload;
    let data = bench.path("memory");
    let memory = Figure::megabytes(memory_of_upload(&bench.program, &data, bytes)?);
    remove(&data)?;
    let name = format!("ingest: memory of an upload of {}", Figure::megabytes(bytes));
    lines.push(Line::new(name, memory).target(Target::AtMost(MEMORY)));
    Ok(lines)
}

async fn noise(bench: &Bench, material: &Arc<Material>, name: &str, batch: Batch) -> Result<Line> {
    let (ours, bare) = in_turn(
        bench.volumes.rounds,
        async || {
            let lcms = bench.open_empty("ingest").await?;
            let session = lcms.operator_without_checks();
            let watch = Stopwatch::own()?;
            upload(&session, material, Kind::Noise, "video/mp4", batch).await?;
            let cost = watch.stop()?;
            drop((session, lcms));
            remove(&bench.path("ingest"))?;
            Ok(cost)
        },
        async || {
            let folder = bench.path("bare");
            std::fs::create_dir(&folder).map_err(Error::file(&folder))?;
            let cost = hash_and_write(material, batch, &folder).await?;
            remove(&folder)?;
            Ok(cost)
        },
    )
    .await?;
    let size = Figure::megabytes(batch.bytes);
    let name = format!("ingest: {} × {size} of media, {name}", batch.files);
    Ok(Line::new(name, Figure::rate_of_bytes(batch.total(), ours.wall))
        .beside("hash, write, fsync", Figure::rate_of_bytes(batch.total(), bare.wall))
        .target(Target::RatioAtLeast(SHARE)))
}

async fn upload(
    session: &Session,
    material: &Arc<Material>,
    kind: Kind,
    media_type: &'static str,
    batch: Batch,
) -> Result<()> {
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..batch.at_once {
        let (session, material) = (session.clone(), Arc::clone(material));
        workers.spawn(async move {
            for number in (worker..batch.files).step_by(batch.at_once) {
                let mut upload = session.upload(media_type)?;
                for piece in material.file(kind, number as u64, batch.bytes) {
                    upload.write(&piece).await?;
                }
                upload.finish(None).await?;
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(done) = workers.join_next().await {
        done.map_err(Error::wrong)??;
    }
    Ok(())
}

async fn hash_and_write(material: &Arc<Material>, batch: Batch, folder: &Path) -> Result<Cost> {
    let watch = Stopwatch::own()?;
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..batch.at_once {
        let (folder, material) = (folder.to_owned(), Arc::clone(material));
        workers.spawn_blocking(move || {
            for number in (worker..batch.files).step_by(batch.at_once) {
                hash_and_write_one(&material, number as u64, batch.bytes, &folder)?;
            }
            Ok::<_, Error>(())
        });
    }
    while let Some(done) = workers.join_next().await {
        done.map_err(Error::wrong)??;
    }
    watch.stop()
}

fn hash_and_write_one(material: &Material, number: u64, bytes: u64, folder: &Path) -> Result<()> {
    let path: PathBuf = folder.join(number.to_string());
    let mut file = File::create(&path).map_err(Error::file(&path))?;
    let mut hash = Sha256::new();
    for piece in material.file(Kind::Noise, number, bytes) {
        hash.update(&piece);
        file.write_all(&piece).map_err(Error::file(&path))?;
    }
    std::hint::black_box(hash.finalize());
    file.sync_all().map_err(Error::file(&path))
}

async fn text(bench: &Bench, material: &Arc<Material>) -> Result<Line> {
    let bytes = bench.volumes.upload as u64;
    let batch = Batch { files: bench.volumes.text_uploads, bytes, at_once: 1 };
    let (ours, bare) = in_turn(
        bench.volumes.rounds,
        async || {
            let lcms = bench.open_empty("ingest").await?;
            let session = lcms.operator_without_checks();
            let watch = Stopwatch::own()?;
            upload(&session, material, Kind::Text, "text/plain", batch).await?;
            let cost = watch.stop()?;
            drop((session, lcms));
            remove(&bench.path("ingest"))?;
            Ok(cost)
        },
        async || {
            let level = CompressionLvl::new(6).map_err(Error::wrong)?;
            let mut compressor = Compressor::new(level);
            let watch = Stopwatch::own()?;
            for number in 0..batch.files {
                let raw = material.whole(Kind::Text, number as u64, bytes);
                let mut packed = vec![0; compressor.deflate_compress_bound(raw.len())];
                let length =
                    compressor.deflate_compress(&raw, &mut packed).map_err(Error::wrong)?;
                std::hint::black_box(&packed[..length]);
            }
            watch.stop()
        },
    )
    .await?;
    let name =
        format!("ingest: {} × {} of text, per CPU second", batch.files, Figure::megabytes(bytes));
    Ok(Line::new(name, Figure::rate_of_bytes(batch.total(), ours.cpu))
        .beside("libdeflate 6 alone", Figure::rate_of_bytes(batch.total(), bare.cpu)))
}

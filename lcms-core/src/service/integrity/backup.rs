//! Everything of a live server in one file.
//!
//! One snapshot is written: first the files with their rows, then every other table. `gc` may take
//! away a file that the snapshot still has; nothing names such a file, so it is left out together
//! with its row.

use std::collections::BTreeMap;

use futures::TryStreamExt as _;
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWrite;

use super::archive::{FORMAT, HEAD, Head, SUMMARY, Summary, TableSummary, Writer};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{Blob, Digest, Right};
use crate::service::{Lcms, Session};
use crate::store::Connection;
use crate::store::blob::{self, BytesDamage};
use crate::store::tables::{self, Row, Table};

/// The table whose rows are written with the files.
pub(super) const FILES: &str = "blob";
const PAGE: u64 = 1000;
/// As many bytes of rows become one entry.
const CHUNK: usize = 8 << 20;
/// Rows are packed lightly: a backup should not wait for it.
const LEVEL: i32 = 3;

/// Lines of a table, hashed and packed.
struct Lines<'t> {
    table: &'t Table,
    pending: Vec<u8>,
    sha256: Sha256,
    rows: u64,
    entries: u32,
}

impl<'t> Lines<'t> {
    fn of(table: &'t Table) -> Self {
        Self { table, pending: Vec::new(), sha256: Sha256::new(), rows: 0, entries: 0 }
    }

    fn add(&mut self, row: &Row) {
        let line = format!("{}\n", self.table.to_json(row));
        self.sha256.update(line.as_bytes());
        self.pending.extend_from_slice(line.as_bytes());
        self.rows += 1;
    }

    async fn pass_on<W: AsyncWrite + Unpin>(
        &mut self,
        out: &mut Writer<W>,
        at_least: usize,
    ) -> Result<()> {
        if self.pending.len() < at_least || self.pending.is_empty() {
            return Ok(());
        }
        let lines = std::mem::take(&mut self.pending);
        let packed = tokio::task::spawn_blocking(move || gzip(&lines)).await;
        let packed = packed.map_err(|error| Error::internal("a packing task failed", error))?;
        self.entries += 1;
        let name = format!("tables/{}/{:06}.jsonl.gz", self.table.name, self.entries);
        out.entry(&name, &packed).await
    }

    fn summary(self) -> Result<TableSummary> {
        let digest = Digest::from_raw(&self.sha256.finalize())
            .ok_or_else(|| Error::internal("could not hash a table", "wrong digest length"))?;
        Ok(TableSummary { rows: self.rows, digest })
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::new(LEVEL).unwrap_or_default());
    let mut packed = vec![0; compressor.gzip_compress_bound(bytes.len())];
    // The bound is enough by its contract; an empty answer would be refused on reading.
    let length = compressor.gzip_compress(bytes, &mut packed).unwrap_or_default();
    packed.truncate(length);
    packed
}

impl Session {
    /// Writes everything to one file, of one moment, while the server goes on. Says what is in it.
    /// `progress` hears how many bytes of files, and how many rows, have been written.
    ///
    /// # Errors
    /// When the actor is not an admin of every library, bytes of a file are missing, or the
    /// file cannot be written.
    pub async fn backup(
        &self,
        out: impl AsyncWrite + Unpin + Send,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Summary> {
        self.require_everywhere(Right::Administer)?;
        let db = self.lcms.store().snapshot().await?;
        let mut out = Writer::new(out);
        let head = Head {
            format: FORMAT.to_owned(),
            schema: tables::schema_changes(&db).await?,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        };
        out.entry(HEAD, &json(&head)?).await?;
        let mut summaries = BTreeMap::new();
        let (mut files, mut bytes) = (0, 0);
        for table in tables::all(&db).await? {
            let mut lines = Lines::of(&table);
            let mut last: Option<Row> = None;
            loop {
                let page = table.page(&db, last.as_ref(), PAGE).await?;
                for row in &page {
                    if table.name == FILES {
                        let Some(size) = self.lcms.write_file(&db, &table, row, &mut out).await?
                        else {
                            continue;
                        };
                        files += 1;
                        bytes += size;
                        progress(size, 0);
                    }
                    lines.add(row);
                }
                progress(0, page.len() as u64);
                lines.pass_on(&mut out, CHUNK).await?;
                last = page.into_iter().next_back();
                if last.is_none() {
                    break;
                }
            }
            lines.pass_on(&mut out, 0).await?;
            summaries.insert(table.name.clone(), lines.summary()?);
        }
        let summary = Summary::of(summaries, files, bytes);
        out.entry(SUMMARY, &json(&summary)?).await?;
        out.finish().await?;
        Ok(summary)
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(|e| Error::internal("could not write the backup", e))
}

impl Lcms {
    /// Writes the bytes that a row names; answers how many, or none when `gc` has taken both.
    async fn write_file<W: AsyncWrite + Unpin>(
        &self,
        db: &impl Connection,
        table: &Table,
        row: &Row,
        out: &mut Writer<W>,
    ) -> Result<Option<u64>> {
        let blob = blob_of(db, table, row).await?;
        if self.blobs().damage(blob, true).await?.is_some_and(|d| d == BytesDamage::Missing) {
            if self.was_taken(blob).await? {
                return Ok(None);
            }
            let message = format!("the bytes of blob {} are missing", blob.digest);
            return Err(Error::new(ErrorKind::Internal, message)
                .hint("run `lcms fsck` to see what is damaged; nothing was backed up"));
        }
        // What is being read is read to its end, whoever takes it away.
        let mut bytes = self.blobs().stored(blob);
        let mut next = match bytes.try_next().await {
            Err(_) if self.was_taken(blob).await? => return Ok(None),
            first => first?,
        };
        out.begin(&format!("blobs/{}", blob::name_of(&blob)), blob.stored_size).await?;
        while let Some(piece) = next {
            out.bytes(&piece).await?;
            next = bytes.try_next().await?;
        }
        Ok(Some(blob.stored_size))
    }

    /// Whether `gc` has taken a blob since.
    async fn was_taken(&self, blob: Blob) -> Result<bool> {
        Ok(!blob::find(self.store().reader(), blob.digest).await?.contains(&blob))
    }

    /// What is in this store, by the same digests as in a backup.
    pub(super) async fn summary(&self) -> Result<Summary> {
        let db = self.store().snapshot().await?;
        let mut summaries = BTreeMap::new();
        for table in tables::all(&db).await? {
            let mut lines = Lines::of(&table);
            let mut last: Option<Row> = None;
            loop {
                let page = table.page(&db, last.as_ref(), PAGE).await?;
                page.iter().for_each(|row| lines.add(row));
                lines.pending.clear();
                last = page.into_iter().next_back();
                if last.is_none() {
                    break;
                }
            }
            summaries.insert(table.name.clone(), lines.summary()?);
        }
        let (mut files, mut bytes, mut last) = (0, 0, None);
        loop {
            let page = blob::page(&db, last, PAGE).await?;
            let Some(end) = page.last() else { break };
            last = Some((end.blob.digest, end.blob.codec));
            files += page.len() as u64;
            bytes += page.iter().map(|form| form.blob.stored_size).sum::<u64>();
        }
        Ok(Summary::of(summaries, files, bytes))
    }
}

async fn blob_of(db: &impl Connection, table: &Table, row: &Row) -> Result<Blob> {
    let digest = row.bytes(table, "digest").and_then(Digest::from_raw);
    let codec = row.text(table, "codec");
    let lost = || Error::internal("could not back up a file", "its row cannot be read");
    let forms = blob::find(db, digest.ok_or_else(lost)?).await?;
    let form = forms.into_iter().find(|form| Some(form.codec.as_str()) == codec);
    form.ok_or_else(lost)
}

//! A backup into an empty store.
//!
//! Files are written before the rows that name them, as always. At the end every table is hashed
//! again and every file too, and both must agree with what the backup says of itself.

use libdeflater::Decompressor;
use tokio::io::AsyncRead;

use super::archive::{FORMAT, HEAD, Head, MOST_TEXT, Reader, SUMMARY, Summary};
use crate::error::{Error, Result};
use crate::model::Right;
use crate::service::Session;
use crate::store::blob;
use crate::store::tables::{self, Row, Table};

/// What a store has when it is new.
const FROM_THE_START: [&str; 2] = ["branch", "counter"];
const CHUNK: usize = 2000;
const PAGE: u64 = 500;

impl Session {
    /// Fills this empty store with a backup, and answers what is in it then: the same digest.
    /// `progress` hears how many bytes of files, and how many rows, have been restored. The index
    /// is not part of a backup: it is made anew.
    ///
    /// # Errors
    /// When the actor is not an admin of every library, the store is not empty, the backup was
    /// made by another version's schema, was cut short or altered. A store that was filled in
    /// part is of no use: remove it.
    pub async fn restore_backup(
        &self,
        input: impl AsyncRead + Unpin + Send,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Summary> {
        self.require_everywhere(Right::Administer)?;
        let tables = self.require_empty().await?;
        let mut archive = Reader::new(input);
        let mut announced: Option<Summary> = None;
        self.read_head(&mut archive).await?;
        while let Some((name, size)) = archive.next().await? {
            if let Some(file) = name.strip_prefix("blobs/") {
                let mut adopted = self.lcms.blobs().adopt(file)?;
                while let Some(piece) = archive.piece().await? {
                    progress(piece.len() as u64, 0);
                    adopted.write(&piece).await?;
                }
                adopted.finish(size).await?;
            } else if let Some(table) = table_of(&name, &tables) {
                let rows = read_rows(table, archive.whole().await?).await?;
                progress(0, rows.len() as u64);
                self.store_rows(table, rows).await?;
            } else if name == SUMMARY {
                announced = Some(serde_json::from_slice(&archive.whole().await?).map_err(misfit)?);
            } else {
                return Err(misfit(format!("it has an entry `{name}`")));
            }
        }
        let announced = announced.ok_or_else(|| misfit("it has no summary"))?;
        self.require_whole().await?;
        let restored = self.lcms.summary().await?;
        if restored == announced {
            return Ok(restored);
        }
        let differing =
            announced.tables.iter().find(|(name, t)| restored.tables.get(*name) != Some(t));
        Err(misfit(match differing {
            Some((name, _)) => format!("the table `{name}` is not what the backup says it is"),
            None => "the number of files is not what the backup says".to_owned(),
        }))
    }

    /// Refuses unless nothing is in this store but what every store begins with.
    async fn require_empty(&self) -> Result<Vec<Table>> {
        let refuse = |what: String| {
            Err(Error::conflict(format!("the store is not empty: there {what}")).hint(
                "restore into a new data directory (or an empty database and an empty place for blobs)",
            ))
        };
        let db = self.lcms.store().reader();
        let tables = tables::all(db).await?;
        for table in tables.iter().filter(|table| !FROM_THE_START.contains(&table.name.as_str())) {
            let rows = tables::count(db, &table.name).await?;
            if rows > 0 {
                return refuse(format!("are {rows} rows in the table `{}`", table.name));
            }
        }
        let mut files = self.lcms.blobs().files();
        match futures::TryStreamExt::try_next(&mut files).await? {
            Some(file) => refuse(format!("is a file `{}` among the blobs", file.name)),
            None => Ok(tables),
        }
    }

    async fn read_head<R: AsyncRead + Unpin>(&self, archive: &mut Reader<R>) -> Result<()> {
        let first = archive.next().await?;
        if first.as_ref().map(|(name, _)| name.as_str()) != Some(HEAD) {
            return Err(misfit("it does not begin as one"));
        }
        let head: Head = serde_json::from_slice(&archive.whole().await?).map_err(misfit)?;
        if head.format != FORMAT {
            return Err(misfit(format!("its format is `{}`, not `{FORMAT}`", head.format)));
        }
        let schema = tables::schema_changes(self.lcms.store().reader()).await?;
        if head.schema == schema {
            return Ok(());
        }
        Err(misfit(format!("its schema is that of lcms {}", head.program)).hint(format!(
            "restore it with lcms {}; this version brings the schema up to date when it opens it",
            head.program
        )))
    }

    async fn store_rows(&self, table: &Table, rows: Vec<Row>) -> Result<()> {
        let from_the_start = FROM_THE_START.contains(&table.name.as_str());
        for chunk in rows.chunks(CHUNK) {
            let (table, rows) = (table.clone(), chunk.to_vec());
            let storing = self.lcms.store().writer().write(move |tx| {
                Box::pin(async move {
                    if from_the_start {
                        table.clear(tx).await?; // its few rows come in one entry
                    }
                    table.insert(tx, rows).await
                })
            });
            storing.await?;
        }
        Ok(())
    }

    /// Reads every file again.
    async fn require_whole(&self) -> Result<()> {
        let db = self.lcms.store().reader();
        let mut last = None;
        loop {
            let page = blob::page(db, last, PAGE).await?;
            let Some(end) = page.last() else { return Ok(()) };
            last = Some((end.blob.digest, end.blob.codec));
            for form in page {
                if let Some(damage) = self.lcms.blobs().damage(form.blob, false).await? {
                    return Err(misfit(format!("blob {}: {damage:?}", form.blob.digest)));
                }
            }
        }
    }
}

fn misfit(why: impl std::fmt::Display) -> Error {
    Error::invalid(format!("this is no backup that can be restored: {why}"))
}

fn table_of<'t>(name: &str, tables: &'t [Table]) -> Option<&'t Table> {
    let (table, _) = name.strip_prefix("tables/")?.split_once('/')?;
    tables.iter().find(|found| found.name == table)
}

async fn read_rows(table: &Table, packed: Vec<u8>) -> Result<Vec<Row>> {
    let unpacked = tokio::task::spawn_blocking(move || gunzip(&packed));
    let lines = unpacked.await.map_err(|e| Error::internal("an unpacking task failed", e))??;
    let text = std::str::from_utf8(&lines).map_err(misfit)?;
    text.lines().map(|line| table.from_json(serde_json::from_str(line).map_err(misfit)?)).collect()
}

fn gunzip(packed: &[u8]) -> Result<Vec<u8>> {
    // The last four bytes say how long the content is (RFC 1952, section 2.3.1).
    let length = packed.last_chunk::<4>().map(|length| u32::from_le_bytes(*length));
    let length = length.filter(|length| u64::from(*length) <= MOST_TEXT);
    let mut lines = vec![0; length.ok_or_else(|| misfit("an entry is too long"))? as usize];
    Decompressor::new().gzip_decompress(packed, &mut lines).map_err(misfit)?;
    Ok(lines)
}

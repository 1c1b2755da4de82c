//! The form of a backup: one `tar` file (POSIX ustar), so that it can be looked into with any tool.
//!
//! ```text
//! lcms-backup.json                 format and schema
//! blobs/CODEC/ab/NAME              held bytes, named as in the blob store
//! tables/TABLE/000001.jsonl.gz     rows in the order of the primary key, one JSON array a line
//! summary.json                     rows and digest of each table, and one digest over all
//! ```
//!
//! The digest of a table is SHA-256 over its lines; that over all is over the canonical JSON of
//! those digests by table. It says nothing of engine or place, so it is the same before and after.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::model::Digest;

/// What the first entry says it is.
pub(super) const FORMAT: &str = "lcms-backup/1";
pub(super) const HEAD: &str = "lcms-backup.json";
pub(super) const SUMMARY: &str = "summary.json";
/// `tar` fills up to whole blocks.
const BLOCK: usize = 512;
const BLOCK_SIZE: u64 = 512;
/// Longest text that is read as a whole.
pub(super) const MOST_TEXT: u64 = 256 << 20;

/// The first entry.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub format: String,
    /// Names of the schema changes made, in order.
    pub schema: Vec<String>,
    /// Version of the program that wrote it.
    pub program: String,
}

/// What is in one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TableSummary {
    /// Number of rows.
    pub rows: u64,
    /// Digest of its rows.
    pub digest: Digest,
}

/// What is in a backup, or in a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    /// One digest over everything: all tables, and through their rows every document and file.
    pub digest: Digest,
    /// Number of files.
    pub files: u64,
    /// Their size, as they are held.
    pub bytes: u64,
    /// Every table by name.
    pub tables: BTreeMap<String, TableSummary>,
}

impl Summary {
    pub(super) fn of(tables: BTreeMap<String, TableSummary>, files: u64, bytes: u64) -> Self {
        let digests: BTreeMap<_, _> =
            tables.iter().map(|(name, table)| (name, table.digest)).collect();
        Self { digest: Digest::of_document(&digests).0, files, bytes, tables }
    }
}

fn octal(field: &mut [u8], value: u64) {
    let width = field.len() - 1;
    let digits = format!("{value:0width$o}");
    if digits.len() == width {
        field[..width].copy_from_slice(digits.as_bytes());
    } else {
        // Larger than the digits can say: big-endian, marked by the highest bit.
        let start = field.len() - 8;
        field[start..].copy_from_slice(&value.to_be_bytes());
        field[0] |= 0x80;
    }
}

fn header(name: &str, size: u64) -> Result<[u8; BLOCK]> {
    let mut block = [0; BLOCK];
    let (prefix, file) =
        if name.len() <= 100 { ("", name) } else { name.rsplit_once('/').unwrap_or(("", name)) };
    if file.len() > 100 || prefix.len() > 155 {
        return Err(Error::internal("could not write the backup", format!("{name} is too long")));
    }
    block[..file.len()].copy_from_slice(file.as_bytes());
    octal(&mut block[100..108], 0o600);
    octal(&mut block[108..116], 0);
    octal(&mut block[116..124], 0);
    octal(&mut block[124..136], size);
    octal(&mut block[136..148], 0);
    block[156] = b'0';
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[345..345 + prefix.len()].copy_from_slice(prefix.as_bytes());
    let sum = checksum(&block);
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

/// The sum of a header's bytes, its own field read as spaces.
fn checksum(block: &[u8; BLOCK]) -> u32 {
    let at = |(n, byte): (usize, &u8)| {
        if (148..156).contains(&n) { u32::from(b' ') } else { u32::from(*byte) }
    };
    block.iter().enumerate().map(at).sum()
}

fn padding(size: u64) -> usize {
    usize::try_from(size.next_multiple_of(BLOCK_SIZE) - size).unwrap_or_default()
}

/// Writes entries one after the other.
pub(super) struct Writer<W> {
    out: W,
    left: u64,
    padding: usize,
}

fn unwritable(error: std::io::Error) -> Error {
    Error::internal("could not write the backup", error).hint("is the disk full?")
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, left: 0, padding: 0 }
    }

    /// Begins an entry of that size; its bytes follow.
    pub(super) async fn begin(&mut self, name: &str, size: u64) -> Result<()> {
        self.out.write_all(&header(name, size)?).await.map_err(unwritable)?;
        (self.left, self.padding) = (size, padding(size));
        self.end_if_whole().await
    }

    /// Bytes of the entry begun last.
    pub(super) async fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        let length = bytes.len() as u64;
        self.left = self.left.checked_sub(length).ok_or_else(|| {
            Error::internal("could not write the backup", "an entry is longer than it was said")
        })?;
        self.out.write_all(bytes).await.map_err(unwritable)?;
        self.end_if_whole().await
    }

    async fn end_if_whole(&mut self) -> Result<()> {
        if self.left == 0 {
            let padding = std::mem::take(&mut self.padding);
            self.out.write_all(&[0; BLOCK][..padding]).await.map_err(unwritable)?;
        }
        Ok(())
    }

    /// An entry at hand.
    pub(super) async fn entry(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.begin(name, bytes.len() as u64).await?;
        if bytes.is_empty() { Ok(()) } else { self.bytes(bytes).await }
    }

    /// Ends the archive.
    pub(super) async fn finish(mut self) -> Result<()> {
        self.out.write_all(&[0; 2 * BLOCK]).await.map_err(unwritable)?;
        self.out.flush().await.map_err(unwritable)
    }
}

/// Reads entries one after the other.
pub(super) struct Reader<R> {
    input: R,
    left: u64,
    padding: usize,
}

fn unreadable(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    let why = why.into();
    Error::invalid(format!("the backup cannot be read: {why}"))
        .hint("it may have been cut short or altered on its way; take another copy of it")
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, left: 0, padding: 0 }
    }

    /// Goes to the next entry: its name and size; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<(String, u64)>> {
        while self.left > 0 {
            self.piece().await?;
        }
        let mut skipped = [0; BLOCK];
        let filling = std::mem::take(&mut self.padding);
        self.input.read_exact(&mut skipped[..filling]).await.map_err(unreadable)?;
        let mut block = [0; BLOCK];
        self.input.read_exact(&mut block).await.map_err(unreadable)?;
        if block == [0; BLOCK] {
            return Ok(None);
        }
        let text = |field: &[u8]| {
            let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
            String::from_utf8(field[..end].to_vec()).map_err(unreadable)
        };
        let number = |field: &[u8]| {
            let digits = text(field)?;
            u64::from_str_radix(digits.trim(), 8).map_err(unreadable)
        };
        if u64::from(checksum(&block)) != number(&block[148..155])? {
            return Err(unreadable("an entry's header is damaged"));
        }
        let size = match block[124] & 0x80 {
            0 => number(&block[124..136])?,
            _ => {
                let mut size = [0; 8];
                size.copy_from_slice(&block[128..136]);
                u64::from_be_bytes(size)
            }
        };
        let (prefix, file) = (text(&block[345..500])?, text(&block[..100])?);
        (self.left, self.padding) = (size, padding(size));
        Ok(Some((if prefix.is_empty() { file } else { format!("{prefix}/{file}") }, size)))
    }

    /// Some more bytes of the entry; none at its end.
    pub(super) async fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        const PIECE: u64 = 256 << 10;
        if self.left == 0 {
            return Ok(None);
        }
        let length = self.left.min(PIECE);
        let mut piece = vec![0; usize::try_from(length).unwrap_or_default()];
        self.input.read_exact(&mut piece).await.map_err(unreadable)?;
        self.left -= length;
        Ok(Some(piece))
    }

    /// All bytes of an entry that is no file of somebody's.
    pub(super) async fn whole(&mut self) -> Result<Vec<u8>> {
        if self.left > MOST_TEXT {
            return Err(unreadable(format!("an entry has {} bytes", self.left)));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.left).unwrap_or_default());
        while let Some(piece) = self.piece().await? {
            bytes.extend(piece);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn entries_come_back_and_tar_reads_them() {
        let long = format!("blobs/deflate/ab/{}", "x".repeat(97));
        let entries = [("a.json", vec![b'1'; 3]), ("empty", vec![]), (&long, vec![7; 1024])];
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        for (name, content) in &entries {
            writer.entry(name, content).await.unwrap();
        }
        writer.finish().await.unwrap();
        let mut reader = Reader::new(bytes.as_slice());
        for (name, content) in &entries {
            let found = reader.next().await.unwrap().unwrap();
            assert_eq!(found, ((*name).to_owned(), content.len() as u64));
            assert_eq!(reader.whole().await.unwrap(), *content);
        }
        assert_eq!(reader.next().await.unwrap(), None);

        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("a.tar"), &bytes).unwrap();
        let tar = std::process::Command::new("tar")
            .args(["-xf", "a.tar"])
            .current_dir(folder.path())
            .status();
        assert!(tar.unwrap().success());
        for (name, content) in entries {
            assert_eq!(std::fs::read(folder.path().join(name)).unwrap(), content, "{name}");
        }
    }

    #[tokio::test]
    async fn what_was_cut_short_or_altered_is_refused() {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        writer.entry("name", b"content").await.unwrap();
        writer.finish().await.unwrap();
        for cut in [0, 100, 512, 600, 1024] {
            let mut reader = Reader::new(&bytes[..cut]);
            let read = async {
                while reader.next().await?.is_some() {}
                Ok::<_, Error>(())
            };
            assert!(read.await.is_err(), "{cut}");
        }
        bytes[2] ^= 1;
        assert!(Reader::new(bytes.as_slice()).next().await.is_err());
    }

    #[test]
    fn sizes_beyond_eleven_octal_digits_are_written_in_binary() {
        let block = header("name", 1 << 40).unwrap();
        assert_eq!(block[124], 0x80);
        assert_eq!(block[128..136], (1_u64 << 40).to_be_bytes());
    }
}

//! Reading an archive that may be hostile.
//!
//! Opening checks everything that can be known without decompressing: limits, names, overlaps,
//! headers that contradict the directory. Reading a file then checks that its data is what the
//! directory promised. Nothing is skipped: an entry is a file, a folder, or the reason to refuse.

use std::io::{self, Read, Seek, Write};

use flate2::read::DeflateDecoder;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use zip::read::{ArchiveOffset, Config, ZipReadOptions};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::directory::{declared_entries, first_duplicate};
use super::layout::{Collision, first_collision};
use super::{ArchiveError, EntryRule, Method, SafePath};

/// How much an archive may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries, folders included.
    pub entries: usize,
    /// Bytes of one file, uncompressed.
    pub entry_bytes: u64,
    /// Bytes of all files together, uncompressed.
    pub total_bytes: u64,
    /// How many times its stored size a file may expand to.
    pub ratio: u64,
    /// Files up to this size in bytes may expand more: small ones often do, and harm no one.
    pub ratio_exempt_bytes: u64,
    /// Bytes of a path.
    pub path_bytes: usize,
    /// Segments of a path.
    pub depth: usize,
}

impl Default for Limits {
    /// 50 000 entries, 4 GiB a file, 16 GiB in all; files over 16 MiB expand at most 200 times;
    /// paths of 1 024 bytes and 32 segments. Real courses stay well below; DEFLATE itself could
    /// expand about 1 000 times.
    fn default() -> Self {
        Self {
            entries: 50_000,
            entry_bytes: 4 << 30,
            total_bytes: 16 << 30,
            ratio: 200,
            ratio_exempt_bytes: 16 << 20,
            path_bytes: 1024,
            depth: 32,
        }
    }
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its path, safe to use on any system.
    pub path: SafePath,
    /// How its data is stored.
    pub method: Method,
    /// Size of the data in bytes.
    pub size: u64,
    /// Size of the data as stored, in bytes.
    pub compressed_size: u64,
    /// CRC-32 of the data.
    pub crc32: u32,
    /// Its place in the archive's directory.
    index: usize,
}

/// A name that had to be changed to make a [`SafePath`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The name as it stands in the archive.
    pub entry: String,
    /// What was changed.
    pub kind: WarningKind,
}

/// The changes that are made to names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// Backslashes were taken for slashes.
    Backslashes,
    /// The name was brought into Unicode NFC.
    Normalized,
}

/// An open archive whose entries all passed the checks.
#[derive(Debug)]
pub struct Archive<R> {
    zip: ZipArchive<R>,
    files: Vec<ArchivedFile>,
    warnings: Vec<Warning>,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens an archive and checks its directory; no data is decompressed.
    ///
    /// # Errors
    /// When reading fails, the bytes are no zip archive, it exceeds the limits, or any entry
    /// breaks one of the rules of [`EntryRule`].
    pub fn open(mut reader: R, limits: &Limits) -> Result<Self, ArchiveError> {
        match declared_entries(&mut reader)? {
            Some(found) if found > limits.entries as u64 => {
                let limit = limits.entries;
                return Err(ArchiveError::TooManyEntries { found, limit });
            }
            Some(_) => {}
            None => {
                return Err(ArchiveError::NotAnArchive {
                    reason: String::from("there is no end-of-directory record"),
                });
            }
        }
        // Offsets count from the first byte: an archive that could be read in two ways is refused.
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let zip = ZipArchive::with_config(config, reader).map_err(not_an_archive)?;
        if zip.has_duplicate_names() {
            return Err(duplicate_name(zip));
        }
        let mut archive = Self { zip, files: Vec::new(), warnings: Vec::new() };
        archive.check_entries(limits)?;
        archive.check_overlaps()?;
        archive.check_collisions()?;
        Ok(archive)
    }

    /// The files, in the order of the directory. Folders are implied by paths.
    pub fn files(&self) -> &[ArchivedFile] {
        &self.files
    }

    /// The names that had to be changed.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The file with this path.
    pub fn file(&self, path: &str) -> Option<&ArchivedFile> {
        self.files.iter().find(|file| file.path.as_str() == path)
    }

    /// Copies the data of a file of this archive to `out` and returns its size in bytes.
    ///
    /// # Errors
    /// When reading or writing fails, or the data is not what the directory says: damaged, of
    /// another size, or of another checksum. `out` may hold part of the data then.
    pub fn copy(&mut self, file: &ArchivedFile, out: &mut impl Write) -> Result<u64, ArchiveError> {
        let refuse = |rule| ArchiveError::entry(file.path.as_str(), rule);
        // Decoded here rather than by the zip crate, so that each breach has its own name.
        let raw = self
            .zip
            .by_index_raw(file.index)
            .map_err(|error| refuse(EntryRule::Damaged(error.to_string())))?;
        let mut data: Box<dyn Read + '_> = match file.method {
            Method::Stored => Box::new(raw),
            Method::Deflated => Box::new(DeflateDecoder::new(raw)),
        };
        let mut crc = crc32fast::Hasher::new();
        let mut found = 0_u64;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let count = match data.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if is_corruption(&error) => {
                    return Err(refuse(EntryRule::Damaged(error.to_string())));
                }
                Err(error) => return Err(error.into()),
            };
            found += count as u64;
            if found > file.size {
                break;
            }
            crc.update(&buffer[..count]);
            out.write_all(&buffer[..count])?;
        }
        let declared = file.size;
        if found != declared {
            let found = found.min(declared.saturating_add(1));
            return Err(refuse(EntryRule::WrongSize { declared, found }));
        }
        if crc.finalize() != file.crc32 {
            return Err(refuse(EntryRule::WrongCrc));
        }
        Ok(found)
    }

    /// The data of a file of this archive.
    ///
    /// # Errors
    /// As [`Archive::copy`].
    pub fn bytes(&mut self, file: &ArchivedFile) -> Result<Vec<u8>, ArchiveError> {
        let mut data = Vec::new();
        self.copy(file, &mut data)?;
        Ok(data)
    }

    fn check_entries(&mut self, limits: &Limits) -> Result<(), ArchiveError> {
        if self.zip.len() > limits.entries {
            return Err(ArchiveError::TooManyEntries {
                found: self.zip.len() as u64,
                limit: limits.entries,
            });
        }
        let mut total = 0_u64;
        for index in 0..self.zip.len() {
            if let Some(file) = self.check_entry(index, limits)? {
                total = total.saturating_add(file.size);
                self.files.push(file);
            }
        }
        if total > limits.total_bytes {
            return Err(ArchiveError::TooLarge { found: total, limit: limits.total_bytes });
        }
        Ok(())
    }

    /// Checks one entry; `None` for a folder.
    fn check_entry(
        &mut self,
        index: usize,
        limits: &Limits,
    ) -> Result<Option<ArchivedFile>, ArchiveError> {
        let name = self.entry_name(index)?;
        let refuse = |rule| ArchiveError::entry(name.as_str(), rule);

        let is_folder = name.ends_with(['/', '\\']);
        let path = self.safe_path(&name, limits).map_err(refuse)?;
        let data = self.zip.by_index_data(index).map_err(not_an_archive)?;
        let method = match data.compression() {
            CompressionMethod::Stored => Some(Method::Stored),
            CompressionMethod::Deflated => Some(Method::Deflated),
            _ => None,
        };
        let (size, compressed_size) = (data.size(), data.compressed_size());
        if data.is_symlink() {
            return Err(refuse(EntryRule::Symlink));
        }
        if data.encrypted() {
            return Err(refuse(EntryRule::Encrypted));
        }
        let Some(method) = method else {
            let name = data.compression().to_string();
            return Err(refuse(EntryRule::UnknownMethod(name)));
        };
        if is_folder {
            let has_data = size > 0;
            return if has_data { Err(refuse(EntryRule::FolderWithData)) } else { Ok(None) };
        }
        if size > limits.entry_bytes {
            let limit = limits.entry_bytes;
            return Err(refuse(EntryRule::TooLarge { found: size, limit }));
        }
        if size > limits.ratio_exempt_bytes && size / limits.ratio.max(1) > compressed_size {
            return Err(refuse(EntryRule::Ratio {
                compressed: compressed_size,
                size,
                limit: limits.ratio,
            }));
        }
        Ok(Some(ArchivedFile { path, method, size, compressed_size, crc32: data.crc32(), index }))
    }

    /// The name of an entry: UTF-8 if it can be, as many tools write it without saying so, or
    /// else code page 437, as the format has it.
    fn entry_name(&self, index: usize) -> Result<String, ArchiveError> {
        let data = self.zip.by_index_data(index).map_err(not_an_archive)?;
        let name = data.name().map_err(not_an_archive)?;
        Ok(name.into_owned())
    }

    /// The path for a name, repaired where that cannot change which file is meant.
    fn safe_path(&mut self, name: &str, limits: &Limits) -> Result<SafePath, EntryRule> {
        if name.len() > limits.path_bytes {
            return Err(EntryRule::PathTooLong { found: name.len(), limit: limits.path_bytes });
        }
        let mut path = name.to_owned();
        if path.contains('\\') {
            path = path.replace('\\', "/");
            self.warn(name, WarningKind::Backslashes);
        }
        if !is_nfc(&path) {
            path = path.nfc().collect();
            self.warn(name, WarningKind::Normalized);
        }
        let path: SafePath = path.strip_suffix('/').unwrap_or(&path).parse()?;
        if path.depth() > limits.depth {
            return Err(EntryRule::TooDeep { found: path.depth(), limit: limits.depth });
        }
        Ok(path)
    }

    fn warn(&mut self, name: &str, kind: WarningKind) {
        let entry = name.to_owned();
        self.warnings.push(Warning { entry, kind });
    }

    /// No byte may belong to two entries, or to an entry and the directory.
    fn check_overlaps(&mut self) -> Result<(), ArchiveError> {
        let mut spans = Vec::with_capacity(self.zip.len());
        for index in 0..self.zip.len() {
            let name = self.entry_name(index)?;
            let options = ZipReadOptions::new().enforce_header_consistency(true);
            let entry = match self.zip.by_index_with_options(index, options) {
                Ok(entry) => entry,
                Err(ZipError::Io(error)) if !is_corruption(&error) => return Err(error.into()),
                Err(error) => {
                    let rule = EntryRule::HeaderMismatch(error.to_string());
                    return Err(ArchiveError::entry(name, rule));
                }
            };
            let start = entry.header_start();
            let data_start = entry.data_start().unwrap_or(start);
            spans.push((start, data_start.saturating_add(entry.compressed_size()), name));
        }
        spans.sort_unstable();
        let directory =
            (self.zip.central_directory_start(), u64::MAX, String::from("the directory"));
        spans.push(directory);
        for pair in spans.windows(2) {
            let [(_, end, name), (next_start, _, next_name)] = pair else { continue };
            if end > next_start {
                let with = next_name.clone();
                return Err(ArchiveError::entry(name.as_str(), EntryRule::Overlap { with }));
            }
        }
        Ok(())
    }

    fn check_collisions(&self) -> Result<(), ArchiveError> {
        match first_collision(self.files.iter().map(|file| &file.path)) {
            None => Ok(()),
            Some(Collision::SameFile(with, path)) => {
                let with = with.to_string();
                Err(ArchiveError::entry(path.as_str(), EntryRule::Collision { with }))
            }
            Some(Collision::FileIsFolder { file, below }) => {
                let below = below.to_string();
                Err(ArchiveError::entry(file.as_str(), EntryRule::FileIsFolder { below }))
            }
        }
    }
}

fn duplicate_name<R: Read + Seek>(zip: ZipArchive<R>) -> ArchiveError {
    let directory_start = zip.central_directory_start();
    match first_duplicate(&mut zip.into_inner(), directory_start) {
        Ok(name) => {
            let name = name.unwrap_or_default();
            ArchiveError::entry(String::from_utf8_lossy(&name), EntryRule::Duplicate)
        }
        Err(error) => error.into(),
    }
}

fn not_an_archive(error: ZipError) -> ArchiveError {
    match error {
        ZipError::Io(error) if !is_corruption(&error) => ArchiveError::Io(error),
        error => ArchiveError::NotAnArchive { reason: error.to_string() },
    }
}

/// Whether an error is about the bytes rather than about reading them.
fn is_corruption(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof
    )
}

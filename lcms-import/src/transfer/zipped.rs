//! The folder of exported libraries in one file: a zip archive with the same paths.
//!
//! Equal folders give equal archives. Texts are packed, files that documents name are stored as
//! they are. An archive is unpacked beside the system's other temporary files and read like any
//! folder, so nothing is believed here that is not believed there.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use lcms_core::model::Codec;
use lcms_core::service::Session;
use lcms_core::service::transfer::Gathered;
use lcms_formats::zip::{Archive, Entry, Layout, Limits as ZipLimits, Method, SafePath};
use tempfile::TempDir;

use super::layout::MANIFEST;
use super::write::{ExportOptions, Exported, export_folder};
use crate::error::ImportError;
use crate::folder::{Folder, Limits};

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Writes libraries into a zip archive; one that is there is replaced when the new one is whole.
///
/// # Errors
/// When the file cannot be written.
pub async fn export_zip(
    session: &Session,
    gathered: &Gathered,
    file: &Path,
    options: &ExportOptions,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Exported, ImportError> {
    let beside = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let io = |source| ImportError::Io { path: beside.clone(), source };
    fs::create_dir_all(&beside).map_err(io)?;
    let folder = tempfile::Builder::new().prefix(".lcms-export").tempdir_in(&beside).map_err(io)?;
    let exported = export_folder(session, gathered, folder.path(), options, progress).await?;
    let file = file.to_owned();
    let zipping = tokio::task::spawn_blocking(move || zip(folder.path(), &file));
    zipping
        .await
        .map_err(|error| lcms_core::Error::internal("the export was interrupted", error))??;
    Ok(exported)
}

/// Zips a folder, packing the texts in it where they stand.
fn zip(folder: &Path, file: &Path) -> Result<(), ImportError> {
    let read = Folder::open(folder, Limits::of_transfer())?;
    let mut paths = Vec::new();
    let mut entries = Vec::new();
    for path in read.files().keys() {
        let at = folder.join(path);
        let entry = entry(path, &at).map_err(|source| ImportError::Io { path: at.clone(), source });
        entries.push(entry?);
        paths.push(at);
    }
    let refused = |why: String| ImportError::format(MANIFEST, None, why);
    let first: Vec<_> = MANIFEST.parse::<SafePath>().into_iter().collect();
    let layout = Layout::new(&entries, &first).map_err(|error| refused(error.to_string()))?;
    let unfinished = file.with_extension("part");
    let io = |source| ImportError::Io { path: unfinished.clone(), source };
    let mut out = io::BufWriter::new(File::create(&unfinished).map_err(io)?);
    layout
        .write_to(&mut out, |entry| File::open(&paths[entry]))
        .map_err(|error| io(io::Error::other(error)))?;
    let out = out.into_inner().map_err(|error| io(error.into_error()))?;
    out.sync_all().map_err(io)?;
    fs::rename(&unfinished, file).map_err(io)
}

fn entry(path: &str, at: &Path) -> io::Result<Entry> {
    let path: SafePath = path.parse().map_err(io::Error::other)?;
    if path.as_str().starts_with("blobs/") {
        let (crc32, size) = checksum(at)?;
        return Ok(Entry { path, method: Method::Stored, crc32, size, compressed_size: size });
    }
    let raw = fs::read(at)?;
    let (codec, packed) = lcms_core::service::pack("application/json", &raw);
    let method = match codec {
        Codec::Store => Method::Stored,
        Codec::Deflate => Method::Deflated,
    };
    fs::write(at, &packed)?;
    let (size, compressed_size) = (raw.len() as u64, packed.len() as u64);
    Ok(Entry { path, method, crc32: crc32fast::hash(&raw), size, compressed_size })
}

fn checksum(at: &Path) -> io::Result<(u32, u64)> {
    let mut file = File::open(at)?;
    let mut crc = crc32fast::Hasher::new();
    let mut size = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk)?;
        if count == 0 {
            return Ok((crc.finalize(), size));
        }
        crc.update(&chunk[..count]);
        size += count as u64;
    }
}

/// Whether a file is an archive of exported libraries.
pub(super) fn is_archive(file: &Path) -> bool {
    let opened = File::open(file).ok().and_then(|file| Archive::open(file, &limits()).ok());
    opened.is_some_and(|archive| archive.file(MANIFEST).is_some())
}

/// Unpacks an archive; the folder goes when what is answered is dropped.
pub(super) fn unpack(file: &Path) -> Result<TempDir, ImportError> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let io = |source| ImportError::Io { path: file.to_owned(), source };
    let refused =
        |error: &dyn std::fmt::Display| ImportError::format(&name, None, error.to_string());
    let mut archive =
        Archive::open(File::open(file).map_err(io)?, &limits()).map_err(|e| refused(&e))?;
    let folder = TempDir::new().map_err(io)?;
    for file in archive.files().to_vec() {
        let at = folder.path().join(file.path.as_str());
        if let Some(parent) = at.parent() {
            fs::create_dir_all(parent).map_err(io)?;
        }
        let mut out = io::BufWriter::new(File::create_new(&at).map_err(io)?);
        archive.copy(&file, &mut out).map_err(|error| refused(&error))?;
        out.into_inner().map_err(|error| io(error.into_error()))?;
    }
    Ok(folder)
}

fn limits() -> ZipLimits {
    let Limits { files, file_bytes, total_bytes, .. } = Limits::of_transfer();
    ZipLimits { entries: files, entry_bytes: file_bytes, total_bytes, ..ZipLimits::default() }
}

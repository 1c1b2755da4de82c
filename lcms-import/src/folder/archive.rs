//! An archive, or one file, seen as a folder.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use lcms_formats::zip::{Archive, ArchiveError, WarningKind};
use unicode_normalization::UnicodeNormalization as _;

use super::disk::Identity;
use super::{Folder, FolderFile, Limits, Place, is_hidden};
use crate::error::ImportError;
use crate::report::Remark;

/// What a ZIP archive begins with; the second is an empty one.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// A file of an archive that makes it a document rather than a container of files.
const DOCUMENTS: [&str; 1] = ["word/document.xml"];

/// A file's name without the ending that tells what it is.
pub(super) fn stem(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = if stem.is_empty() { name } else { stem };
    stem.nfc().collect()
}

impl Folder {
    /// Opens a file by what is in it: an archive is listed, anything else stands alone.
    pub(super) fn open_file_at(
        root: PathBuf,
        name: &str,
        limits: Limits,
    ) -> Result<Self, ImportError> {
        let io = |source| ImportError::Io { path: root.clone(), source };
        let mut file = File::open(&root).map_err(io)?;
        let metadata = file.metadata().map_err(io)?;
        let full_name: String = name.nfc().collect();
        if !metadata.is_file() {
            return Err(ImportError::SpecialFile(full_name));
        }
        let mut folder = Self::empty(root.clone(), stem(&full_name), limits);
        let mut magic = [0; 4];
        let read = file.read(&mut magic).map_err(io)?;
        file.seek(SeekFrom::Start(0)).map_err(io)?;
        if ZIP.contains(&&magic[..read]) {
            let archive = Archive::open(file, &limits.of_archive());
            let archive = archive.map_err(|error| folder.refused(error))?;
            if !archive.files().iter().any(|file| DOCUMENTS.contains(&file.path.as_str())) {
                folder.list(archive);
                return Ok(folder);
            }
        } else if magic.starts_with(b"\x1f\x8b") {
            return Err(ImportError::Unsupported {
                name: full_name,
                format: "a gzip archive (`.tar.gz`, or a Moodle backup `.mbz`)".to_owned(),
                hint: "unpack it and import the folder".to_owned(),
            });
        }
        if metadata.len() > limits.file_bytes {
            let rule = format!("a file has at most {} bytes", limits.file_bytes);
            return Err(ImportError::Limit { path: full_name, rule });
        }
        let at = Place::Disk(root, Identity::of(&metadata));
        let file = FolderFile { size: metadata.len(), at, written: metadata.modified().ok() };
        folder.files.insert(full_name, file);
        Ok(folder)
    }

    /// Takes the files of an archive in. When all stand in one folder, that is taken for the root.
    fn list(&mut self, archive: Archive<File>) {
        for warning in archive.warnings() {
            let done = match warning.kind {
                WarningKind::Backslashes => "backslashes in its path were taken for slashes",
                WarningKind::Normalized => "its path was brought into Unicode normal form",
            };
            self.repaired.push(Remark::file(&warning.entry, done));
        }
        let visible = archive.files().iter().filter(|file| !hides(file.path.as_str()));
        let tops: BTreeSet<Option<&str>> =
            visible.map(|file| file.path.as_str().split_once('/').map(|(top, _)| top)).collect();
        let top = match tops.iter().collect::<Vec<_>>()[..] {
            [Some(top)] => format!("{top}/"),
            _ => String::new(),
        };
        if !top.is_empty() {
            let reason = "everything stands in this folder, which was taken for the root";
            self.repaired.push(Remark::file(&top, reason));
        }
        for file in archive.files() {
            let path = file.path.as_str();
            let entry =
                FolderFile { size: file.size, at: Place::Archive(file.clone()), written: None };
            match (path.strip_prefix(&top), hides(path)) {
                (Some(inner), false) => drop(self.files.insert(inner.to_owned(), entry)),
                (Some(inner), true) => {
                    self.skipped.push(Remark::file(inner, super::HIDDEN));
                    self.hidden.insert(inner.to_owned(), entry);
                }
                (None, _) => {
                    self.skipped.push(Remark::file(path, "it stands outside the package's folder"));
                }
            }
        }
        self.archive = Some(Arc::new(Mutex::new(archive)));
    }

    /// Names the archive in what is wrong with it.
    pub(super) fn refused(&self, error: ArchiveError) -> ImportError {
        match error {
            ArchiveError::Io(source) => ImportError::Io { path: self.root.clone(), source },
            error => ImportError::Archive { name: self.name.clone(), source: Box::new(error) },
        }
    }
}

/// Whether any part of the path is hidden.
fn hides(path: &str) -> bool {
    path.split('/').any(is_hidden)
}

//! A safe view of what is imported: a directory, an archive, or one file.
//!
//! Its files are listed once, in one order on every system. What could lead elsewhere, has no readable
//! name or is beyond the limits is refused by name. Later reads go only to what was listed, and
//! notice a file that was exchanged in between.

mod archive;
mod commit;
mod disk;
mod limits;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use lcms_core::model::Digest;
use lcms_formats::zip::{Archive, ArchivedFile};
use sha2::{Digest as _, Sha256};

use crate::error::ImportError;
use crate::report::Remark;
use commit::Commit;
use disk::Identity;

pub(crate) use commit::{is_in_work_tree, last_commit};
pub use limits::Limits;

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// Folders that version control and archives leave behind without hiding them.
const MACHINERY: [&str; 5] = ["CVS", "_darcs", "__MACOSX", "node_modules", "__pycache__"];

/// Why hidden files are left out.
const HIDDEN: &str = "hidden files and folders are not imported";

/// A file of a folder.
#[derive(Clone, Debug)]
pub struct FolderFile {
    /// Size in bytes.
    pub size: u64,
    at: Place,
    /// When it was last written to, as far as the system says.
    written: Option<SystemTime>,
}

/// Where a file's bytes are.
#[derive(Clone, Debug)]
enum Place {
    Disk(PathBuf, Identity),
    Archive(ArchivedFile),
    Memory(Bytes),
}

/// Files that may be read.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    name: String,
    limits: Limits,
    files: BTreeMap<String, FolderFile>,
    hidden: BTreeMap<String, FolderFile>,
    skipped: Vec<Remark>,
    repaired: Vec<Remark>,
    archive: Option<Arc<Mutex<Archive<File>>>>,
    /// The commit that it shows.
    commit: Option<Commit>,
    /// What is known already.
    digests: Mutex<HashMap<String, Digest>>,
}

impl Folder {
    /// Lists a directory, an archive (ZIP), or a file alone.
    ///
    /// # Errors
    /// When it cannot be read, or anything in it is refused.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, ImportError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self::open_named(path, &name.unwrap_or_default(), limits)
    }

    /// As [`Folder::open`], under another name, by which its contents are known: that of an uploaded
    /// file, say.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn open_named(path: &Path, name: &str, limits: Limits) -> Result<Self, ImportError> {
        let io = |source| ImportError::Io { path: path.to_owned(), source };
        let root = std::fs::canonicalize(path).map_err(io)?;
        let given = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
        let own = || root.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = match given {
            "" | "." | ".." => own().unwrap_or_else(|| "import".to_owned()),
            given => given.to_owned(),
        };
        match root.is_dir() {
            true => Self::open_directory(root, &name, limits),
            false => Self::open_file_at(root, &name, limits),
        }
    }

    fn empty(root: PathBuf, name: String, limits: Limits) -> Self {
        Self {
            root,
            name,
            limits,
            files: BTreeMap::new(),
            hidden: BTreeMap::new(),
            skipped: Vec::new(),
            repaired: Vec::new(),
            archive: None,
            commit: None,
            digests: Mutex::default(),
        }
    }

    /// Where it is, without symbolic links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What tells two looks at a directory apart, if anything in it was written to between them. No
    /// file is opened for it.
    pub(crate) fn glance(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (path, file) in self.all_files() {
            let written = file.written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            hash.update((path.len() as u64).to_be_bytes());
            hash.update(path.as_bytes());
            hash.update(file.size.to_be_bytes());
            hash.update(written.map_or(0, |since| since.as_nanos()).to_be_bytes());
        }
        hash.finalize().into()
    }

    /// Whether it is an archive.
    #[must_use]
    pub fn is_archive(&self) -> bool {
        self.archive.is_some()
    }

    /// Its files by their paths in it, which have `/` between their parts and are in Unicode
    /// normalisation form C. Hidden ones are left out.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, FolderFile> {
        &self.files
    }

    /// Every file, hidden ones of an archive among them, sorted by path.
    #[must_use]
    pub fn all_files(&self) -> Vec<(&str, &FolderFile)> {
        let all = self.files.iter().chain(&self.hidden);
        let mut all: Vec<_> = all.map(|(path, file)| (path.as_str(), file)).collect();
        all.sort_unstable_by_key(|(path, _)| *path);
        all
    }

    /// Whether there is a file of that path.
    #[must_use]
    pub fn contains(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// What was left out while listing.
    #[must_use]
    pub fn skipped(&self) -> &[Remark] {
        &self.skipped
    }

    /// What was put right while listing.
    #[must_use]
    pub fn repaired(&self) -> &[Remark] {
        &self.repaired
    }

    /// The same folder, to which files may be added that were made of what is in it.
    pub(crate) fn overlay(&self) -> Self {
        Self {
            files: self.files.clone(),
            hidden: self.hidden.clone(),
            skipped: self.skipped.clone(),
            repaired: self.repaired.clone(),
            archive: self.archive.clone(),
            commit: self.commit.clone(),
            ..Self::empty(self.root.clone(), self.name.clone(), self.limits)
        }
    }

    /// The same under another name, by which what is made of it is known.
    pub(crate) fn called(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// Puts a file there, in the place of any of that path.
    pub(crate) fn put(&mut self, path: String, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        let file = FolderFile { size: bytes.len() as u64, at: Place::Memory(bytes), written: None };
        self.files.insert(path, file);
    }

    /// Takes a file away.
    pub(crate) fn take(&mut self, path: &str) {
        self.files.remove(path);
    }

    fn file(&self, path: &str) -> Result<&FolderFile, ImportError> {
        self.files
            .get(path)
            .or_else(|| self.hidden.get(path))
            .ok_or_else(|| ImportError::Outside { file: self.name.clone(), path: path.to_owned() })
    }

    /// Opens a file of a directory.
    ///
    /// # Errors
    /// When it was not listed, is in an archive, cannot be opened or is another file by now.
    pub(crate) fn open_file(&self, path: &str) -> Result<File, ImportError> {
        let file = self.file(path)?;
        match &file.at {
            Place::Disk(at, identity) => disk::open(path, at, file.size, *identity),
            Place::Archive(_) | Place::Memory(_) => Err(ImportError::format(
                path,
                None,
                "exported libraries are imported from a folder; unpack the archive",
            )),
        }
    }

    /// Copies a file that was listed.
    ///
    /// # Errors
    /// When it was not listed, cannot be read, is another file by now, or is not what its archive
    /// says; or when `out` refuses it.
    pub fn copy(&self, path: &str, out: &mut dyn Write) -> Result<(), ImportError> {
        let file = self.file(path)?;
        let failed = |source| ImportError::Io { path: self.root.join(path), source };
        match (&file.at, &self.archive) {
            (Place::Disk(at, identity), _) => {
                let mut input = disk::open(path, at, file.size, *identity)?;
                let mut chunk = vec![0; CHUNK];
                loop {
                    match input.read(&mut chunk) {
                        Ok(0) => return Ok(()),
                        Ok(read) => out.write_all(&chunk[..read]).map_err(failed)?,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(failed(error)),
                    }
                }
            }
            (Place::Archive(entry), Some(archive)) => {
                let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
                let mut out = out;
                archive.copy(entry, &mut out).map_err(|error| self.refused(error)).map(|_| ())
            }
            (Place::Memory(bytes), _) => out.write_all(bytes).map_err(failed),
            (Place::Archive(_), None) => Err(failed(io::Error::other("the archive is closed"))),
        }
    }

    /// The bytes of a file of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Folder::copy`], and when it is longer.
    pub fn bytes(&self, path: &str, limit: u64) -> Result<Vec<u8>, ImportError> {
        if self.file(path)?.size > limit {
            let rule = format!("a file that is read has at most {limit} bytes");
            return Err(ImportError::Limit { path: path.to_owned(), rule });
        }
        let mut bytes = Vec::new();
        self.copy(path, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads a text: without byte order mark, lines ending in LF.
    ///
    /// # Errors
    /// When it cannot be read, is too long, or is not UTF-8.
    pub fn text(&self, path: &str) -> Result<String, ImportError> {
        let limit = self.limits.text_bytes;
        if self.file(path)?.size > limit {
            let rule = format!("a text has at most {limit} bytes");
            return Err(ImportError::Limit { path: path.to_owned(), rule });
        }
        let bytes = self.bytes(path, limit)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
            ImportError::Encoding { file: path.to_owned(), line }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
    }

    /// The digest of a file's bytes, which are not held in memory.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(&self, path: &str) -> Result<Digest, ImportError> {
        if let Some(known) = self.known(path) {
            return Ok(known);
        }
        let mut hash = Hashing(Sha256::new());
        self.copy(path, &mut hash)?;
        let digest = Digest::from_raw(&hash.0.finalize())
            .ok_or_else(|| ImportError::Changed(path.to_owned()))?;
        self.learn(path, digest);
        Ok(digest)
    }

    /// The digest of a file, if it was worked out before.
    pub(crate) fn known(&self, path: &str) -> Option<Digest> {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied()
    }

    /// Remembers a digest.
    pub(crate) fn learn(&self, path: &str, digest: Digest) {
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        digests.insert(path.to_owned(), digest);
    }

    /// What names this state of it for ever: the commit it shows, or the digest of the archive or
    /// file itself; nothing of a directory.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn state(&self) -> Result<Option<String>, ImportError> {
        match &self.commit {
            Some(commit) => Ok(Some(format!("commit {}", commit.id))),
            None => Ok(self.own_digest()?.map(|digest| digest.to_string())),
        }
    }

    fn own_digest(&self) -> Result<Option<Digest>, ImportError> {
        if self.root.is_dir() {
            return Ok(None);
        }
        let failed = |source| ImportError::Io { path: self.root.clone(), source };
        let mut hash = Hashing(Sha256::new());
        let mut file = File::open(&self.root).map_err(failed)?;
        io::copy(&mut file, &mut hash).map_err(failed)?;
        Ok(Digest::from_raw(&hash.0.finalize()))
    }
}

/// Whether version control, archives or systems left the file behind.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || MACHINERY.contains(&name)
}

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

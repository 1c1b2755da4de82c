//! Files into a folder, durably, at the speed of the disk.
//!
//! A file is written under `staging/` while it is still being hashed, one piece at a time on
//! another thread. Then it is moved to its name, and only then flushed, the file before its
//! folder: a journalling file system carries out everything with the first flush and has nothing
//! left to do in the second. Flushing late is safe, because names are never used twice: until the
//! flushes are done no row names the file, and nobody else looks for it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};
use uuid::Uuid;

/// Files on their way in.
pub const STAGING: &str = "staging";

/// The root folder.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Folders whose own names this process has flushed.
    durable: Mutex<HashSet<PathBuf>>,
}

impl Folder {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, durable: Mutex::default() }
    }

    /// The file of that name below the root, open for reading.
    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        File::open(self.root.join(name))
    }

    fn stage(&self) -> io::Result<Staged> {
        let folder = self.root.join(STAGING);
        let path = folder.join(Uuid::now_v7().to_string());
        let file = match File::create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&folder)?;
                File::create_new(&path)?
            }
            file => file?,
        };
        Ok(Staged { file, path: Some(path) })
    }

    /// Moves a file to its name below the root and makes both durable.
    fn place(&self, mut staged: Staged, name: &str) -> io::Result<()> {
        let place = self.root.join(name);
        let folder = place.parent().unwrap_or(&self.root);
        let Some(from) = staged.path.as_deref() else { return Ok(()) };
        match fs::rename(from, &place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                fs::rename(from, &place)?;
            }
            moved => moved?,
        }
        staged.path = Some(place.clone()); // swept away if a flush fails
        staged.file.sync_all()?;
        self.flush(folder)?;
        staged.path = None;
        Ok(())
    }

    /// Flushes a folder, and once in the life of this process the folders above it.
    fn flush(&self, folder: &Path) -> io::Result<()> {
        flush_folder(folder)?;
        let known = |path: &Path| {
            self.durable.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
        };
        for path in folder.ancestors().take_while(|path| *path != self.root && !known(path)) {
            flush_folder(path.parent().unwrap_or(&self.root))?;
        }
        if !known(folder) {
            let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
            durable.extend(
                folder.ancestors().take_while(|path| *path != self.root).map(Path::to_owned),
            );
        }
        Ok(())
    }
}

/// Makes the names in a folder durable. Where folders cannot be opened as files, the system keeps
/// names durable by itself.
fn flush_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A file that is not at its place yet; removed when it is dropped.
#[derive(Debug)]
struct Staged {
    file: File,
    path: Option<PathBuf>,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            drop(fs::remove_file(path)); // what stays behind is found by `gc`
        }
    }
}

/// A file being written, one piece at a time on a thread that may block.
#[derive(Debug)]
pub(super) struct FolderUpload {
    folder: Arc<Folder>,
    writing: JoinHandle<io::Result<Staged>>,
}

impl FolderUpload {
    /// Begins with the first piece.
    pub(super) fn begin(folder: &Arc<Folder>, piece: Bytes) -> Self {
        let home = Arc::clone(folder);
        let writing = spawn_blocking(move || {
            let mut staged = home.stage()?;
            staged.file.write_all(&piece)?;
            Ok(staged)
        });
        Self { folder: Arc::clone(folder), writing }
    }

    /// Adds a piece; waits until the one before is written.
    pub(super) async fn write(&mut self, piece: Bytes) -> io::Result<()> {
        let mut staged = (&mut self.writing).await.map_err(io::Error::other)??;
        self.writing = spawn_blocking(move || {
            staged.file.write_all(&piece)?;
            Ok(staged)
        });
        Ok(())
    }

    /// Adds the last piece and makes the file durable under its name.
    pub(super) async fn place(self, piece: Bytes, name: String) -> io::Result<()> {
        let mut staged = self.writing.await.map_err(io::Error::other)??;
        let folder = self.folder;
        let placing = spawn_blocking(move || {
            staged.file.write_all(&piece)?;
            folder.place(staged, &name)
        });
        placing.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut found: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        found.sort();
        found
    }

    #[tokio::test]
    async fn a_file_is_at_its_name_when_it_is_whole_and_nowhere_before() {
        let root = tempfile::TempDir::new().unwrap();
        let folder = Arc::new(Folder::new(root.path().to_owned()));
        for name in ["store/ab/first", "store/ab/second", "store/cd/third"] {
            let mut upload = FolderUpload::begin(&folder, Bytes::from_static(b"one "));
            upload.write(Bytes::from_static(b"two ")).await.unwrap();
            assert!(!root.path().join(name).exists());
            upload.place(Bytes::from_static(b"three"), name.to_owned()).await.unwrap();
            assert_eq!(fs::read(root.path().join(name)).unwrap(), b"one two three");
        }
        assert_eq!(names(&root.path().join(STAGING)), Vec::<String>::new());
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_placed_leaves_nothing() {
        let root = tempfile::TempDir::new().unwrap();
        let folder = Arc::new(Folder::new(root.path().to_owned()));
        fs::write(root.path().join("store"), b"a file where a folder should be").unwrap();
        let upload = FolderUpload::begin(&folder, Bytes::from_static(b"one"));
        upload.place(Bytes::new(), "store/ab/first".to_owned()).await.unwrap_err();
        assert_eq!(names(root.path()), ["staging", "store"]);
        assert_eq!(names(&root.path().join(STAGING)), Vec::<String>::new());
    }
}

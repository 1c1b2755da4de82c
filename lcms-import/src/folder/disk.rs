//! A directory.

use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

use super::{Folder, FolderFile, Limits, Place, is_hidden};
use crate::error::ImportError;
use crate::report::Remark;

impl Folder {
    /// Lists a directory.
    pub(super) fn open_directory(
        root: PathBuf,
        name: &str,
        limits: Limits,
    ) -> Result<Self, ImportError> {
        let name = name.nfc().collect();
        let mut folder = Self::empty(root.clone(), name, limits);
        let mut total = 0;
        let mut waiting = vec![(root, String::new(), 0)];
        while let Some((path, prefix, depth)) = waiting.pop() {
            let io = |source| ImportError::Io { path: path.clone(), source };
            for entry in fs::read_dir(&path).map_err(io)? {
                let entry = entry.map_err(io)?;
                if let Some(inner) = folder.add(&entry.path(), &prefix, depth, &mut total)? {
                    waiting.push((entry.path(), inner, depth + 1));
                }
            }
        }
        folder.skipped.sort_by(|a, b| a.source.cmp(&b.source));
        Ok(folder)
    }

    /// Takes one entry in; answers its path when it is a folder to be listed too.
    fn add(
        &mut self,
        path: &Path,
        prefix: &str,
        depth: usize,
        total: &mut u64,
    ) -> Result<Option<String>, ImportError> {
        let raw = path.file_name().unwrap_or_default();
        let lossy = format!("{prefix}{}", raw.to_string_lossy());
        let name = raw.to_str().filter(|name| !name.chars().any(char::is_control));
        let Some(name) = name else {
            return Err(ImportError::Name(lossy.escape_debug().to_string()));
        };
        let at: String = format!("{prefix}{name}").nfc().collect();
        if is_hidden(name) {
            self.skipped.push(Remark::file(at, super::HIDDEN));
            return Ok(None);
        }
        let io = |source| ImportError::Io { path: path.to_owned(), source };
        let limit = |path, rule| Err(ImportError::Limit { path, rule });
        let metadata = fs::symlink_metadata(path).map_err(io)?;
        if metadata.is_symlink() {
            return Err(ImportError::SymbolicLink(at));
        }
        if at.len() > self.limits.path_bytes {
            return limit(at, format!("a path has at most {} bytes", self.limits.path_bytes));
        }
        if metadata.is_dir() {
            if depth >= self.limits.depth {
                let rule = format!("folders stand at most {} deep", self.limits.depth);
                return limit(at, rule);
            }
            return Ok(Some(format!("{at}/")));
        }
        if !metadata.is_file() {
            return Err(ImportError::SpecialFile(at));
        }
        let size = metadata.len();
        if size > self.limits.file_bytes {
            return limit(at, format!("a file has at most {} bytes", self.limits.file_bytes));
        }
        *total += size;
        if *total > self.limits.total_bytes {
            return limit(at, format!("all files have at most {} bytes", self.limits.total_bytes));
        }
        if self.files.len() >= self.limits.files {
            return limit(at, format!("there are at most {} files", self.limits.files));
        }
        let at_disk = Place::Disk(path.to_owned(), Identity::of(&metadata));
        let file = FolderFile { size, at: at_disk, written: metadata.modified().ok() };
        self.files.insert(at, file);
        Ok(None)
    }
}

/// Opens a file that was listed as `path`, if it still is that file.
pub(super) fn open(
    path: &str,
    at: &Path,
    size: u64,
    identity: Identity,
) -> Result<File, ImportError> {
    let io = |source| ImportError::Io { path: at.to_owned(), source };
    let file = File::open(at).map_err(io)?;
    let found = file.metadata().map_err(io)?;
    let same = found.is_file() && found.len() == size && Identity::of(&found) == identity;
    if same { Ok(file) } else { Err(ImportError::Changed(path.to_owned())) }
}

/// Tells files apart, so that one that takes another's place is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(#[cfg(unix)] (u64, u64));

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self((metadata.dev(), metadata.ino()))
    }

    #[cfg(not(unix))]
    pub(super) fn of(_metadata: &Metadata) -> Self {
        Self()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let at = root.path().join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, bytes).unwrap();
        }
        root
    }

    fn refusal(root: &tempfile::TempDir, limits: Limits) -> String {
        Folder::open(root.path(), limits).unwrap_err().to_string()
    }

    #[test]
    fn files_are_listed_in_one_order_and_hidden_ones_reported() {
        let root = folder(&[("b.md", b""), ("a/z.md", b""), (".git/config", b""), ("a/.x", b"")]);
        let folder = Folder::open(root.path(), Limits::default()).unwrap();
        assert_eq!(folder.files().keys().collect::<Vec<_>>(), ["a/z.md", "b.md"]);
        let skipped: Vec<_> = folder.skipped().iter().map(|r| r.source.as_str()).collect();
        assert_eq!(skipped, [".git", "a/.x"]);
    }

    #[test]
    fn text_is_read_without_mark_and_carriage_returns() {
        let root = folder(&[("a.md", "\u{feff}a\r\nb\rc\n".as_bytes())]);
        let folder = Folder::open(root.path(), Limits::default()).unwrap();
        assert_eq!(folder.text("a.md").unwrap(), "a\nb\nc\n");
    }

    #[test]
    fn text_that_is_not_utf8_is_refused_with_its_line() {
        let root = folder(&[("a.md", b"fine\nalso fine\n\xff\n")]);
        let folder = Folder::open(root.path(), Limits::default()).unwrap();
        assert!(folder.text("a.md").unwrap_err().to_string().starts_with("a.md:3: "));
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_are_refused_by_name() {
        use std::os::unix::fs::symlink;
        let root = folder(&[("a/b.md", b"")]);
        symlink("/etc/passwd", root.path().join("a/link.md")).unwrap();
        assert!(refusal(&root, Limits::default()).contains("`a/link.md` is a symbolic link"));
        fs::remove_file(root.path().join("a/link.md")).unwrap();
        symlink("/etc", root.path().join("folder")).unwrap();
        assert!(refusal(&root, Limits::default()).contains("`folder` is a symbolic link"));
    }

    #[cfg(unix)]
    #[test]
    fn special_files_and_unreadable_names_are_refused_by_name() {
        use std::os::unix::ffi::OsStrExt as _;
        let root = folder(&[]);
        let socket = std::os::unix::net::UnixListener::bind(root.path().join("s")).unwrap();
        assert!(refusal(&root, Limits::default()).contains("`s` is neither a file nor a folder"));
        drop(socket);
        fs::remove_file(root.path().join("s")).unwrap();
        for name in [&b"bad\xff.md"[..], b"line\nbreak.md"] {
            let at = root.path().join(std::ffi::OsStr::from_bytes(name));
            fs::write(&at, "").unwrap();
            assert!(refusal(&root, Limits::default()).contains("is not readable text"));
            fs::remove_file(at).unwrap();
        }
    }

    #[test]
    fn every_limit_names_what_exceeds_it() {
        let root = folder(&[("one/two/three.md", b"12345"), ("x.md", b"123")]);
        let limits = Limits::default();
        for (limits, named) in [
            (Limits { files: 1, ..limits }, "at most 1 files"),
            (Limits { file_bytes: 4, ..limits }, "`one/two/three.md`"),
            (Limits { total_bytes: 7, ..limits }, "all files have at most 7"),
            (Limits { depth: 1, ..limits }, "`one/two`"),
            (Limits { path_bytes: 10, ..limits }, "`one/two/three.md`"),
        ] {
            let message = refusal(&root, limits);
            assert!(message.contains(named), "{message}");
        }
        let short = Folder::open(root.path(), Limits { text_bytes: 2, ..limits }).unwrap();
        assert!(short.text("x.md").unwrap_err().to_string().contains("`x.md`"));
    }

    #[test]
    fn only_what_was_listed_is_opened() {
        let root = folder(&[("in/a.md", b"a"), ("out.md", b"secret")]);
        let folder = Folder::open(&root.path().join("in"), Limits::default()).unwrap();
        for path in ["../out.md", "/etc/passwd", "missing.md"] {
            let error = folder.text(path).unwrap_err();
            assert!(matches!(&error, ImportError::Outside { path: p, .. } if p == path), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_was_exchanged_is_noticed() {
        let root = folder(&[("a.md", b"same"), ("b.md", b"size")]);
        let folder = Folder::open(root.path(), Limits::default()).unwrap();
        fs::remove_file(root.path().join("a.md")).unwrap();
        std::os::unix::fs::symlink(root.path().join("b.md"), root.path().join("a.md")).unwrap();
        assert!(matches!(folder.text("a.md"), Err(ImportError::Changed(path)) if path == "a.md"));
    }
}

//! A store for one test, and folders to import.

use std::fs;
use std::path::{Path, PathBuf};

use lcms_core::model::{EventNumber, Key};
use lcms_core::service::{Lcms, NewLibrary, Session, Settings};
use lcms_import::{Folder, FolderReport, ImportError, ImportOptions, Limits, import_folder};

/// An empty store with one library, `lib`.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) lcms: Lcms,
    pub(crate) session: Session,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lcms = Lcms::open(Settings::in_folder(&folder.path().join("data"))).await.unwrap();
        let session = lcms.operator_without_checks();
        let bench = Self { folder, lcms, session };
        let head = serde_json::json!({ "key": "lib", "title": "Library" });
        bench.library(serde_json::from_value(head).unwrap()).await;
        bench
    }

    pub(crate) async fn library(&self, new: NewLibrary) {
        self.session.create_library(new).await.unwrap();
    }

    pub(crate) async fn run(
        &self,
        library: &str,
        path: &Path,
        dry: bool,
    ) -> Result<FolderReport, ImportError> {
        let library: Key = library.parse().unwrap();
        let folder = Folder::open(path, Limits::default())?;
        import_folder(
            &self.session,
            &library,
            folder,
            ImportOptions { dry_run: dry, split: false },
            &mut |_| {},
        )
        .await
    }

    pub(crate) async fn import(&self, path: &Path) -> FolderReport {
        self.run("lib", path, false).await.unwrap()
    }

    /// How many events there are.
    pub(crate) async fn events(&self) -> usize {
        let mut after = EventNumber(0);
        let mut count = 0;
        loop {
            let page = self.session.events(after, 1000).await.unwrap();
            count += page.items.len();
            after = page.next;
            if !page.more {
                return count;
            }
        }
    }

    /// Writes files into a folder of that name.
    pub(crate) fn write(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let root = self.folder.path().join(name);
        for (path, text) in files {
            let at = root.join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(at, text).unwrap();
        }
        root
    }
}

/// Copies a folder into another of the same name.
pub(crate) fn copy(from: &Path, into: &Path) -> PathBuf {
    let to = into.join(from.file_name().unwrap());
    fs::create_dir_all(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    to
}

/// Changes a text file.
pub(crate) fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} in {}", path.display());
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// The keys of the components that a report says were changed or created.
pub(crate) fn touched(report: &FolderReport) -> Vec<&str> {
    use lcms_core::service::ImportOutcome::{Changed, Created};
    let items = report.items.iter().filter(|item| matches!(item.outcome, Changed | Created));
    items.map(|item| item.key.as_str()).collect()
}

/// The samples of others, which are not part of this repository.
pub(crate) fn samples() -> PathBuf {
    match std::env::var_os("LCMS_SAMPLES") {
        Some(root) => PathBuf::from(root),
        None => panic!("set LCMS_SAMPLES to the folder of samples of other tools"),
    }
}

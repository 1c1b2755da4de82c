//! A folder of a git repository, as it stood at a commit.
//!
//! What lies in the work tree may be half written; a commit is a state that somebody meant. It is read as the
//! archive that git makes of it, so the work tree is neither read nor touched.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use tempfile::TempPath;

use super::{Folder, Limits};
use crate::error::ImportError;

/// The commit that a folder shows.
#[derive(Clone, Debug)]
pub(super) struct Commit {
    pub(super) id: String,
    /// The archive that git made of it; gone with the last folder that shows it.
    _archive: Arc<TempPath>,
}

impl Folder {
    /// Lists a directory of a git work tree as it stood at `revision`: a commit, a tag, a branch.
    ///
    /// # Errors
    /// When it is in no work tree, there is no such revision, or git cannot be run; and as
    /// [`Folder::open`].
    pub fn open_commit(
        path: &Path,
        name: Option<&str>,
        revision: &str,
        limits: Limits,
    ) -> Result<Self, ImportError> {
        let io = |source| ImportError::Io { path: path.to_owned(), source };
        let root = std::fs::canonicalize(path).map_err(io)?;
        let own = || root.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.map(str::to_owned).or_else(own).unwrap_or_else(|| "import".to_owned());
        // Nothing that is asked for can be taken for an option.
        let wanted = format!("{revision}^{{commit}}");
        let id = git(&root, &["rev-parse", "--verify", "--end-of-options", &wanted])?;
        let archive = tempfile::NamedTempFile::new().map_err(io)?.into_temp_path();
        let at = archive.to_string_lossy().into_owned();
        // One folder stands over everything, so that none of the repository's is taken for it.
        let options = ["archive", "--format=zip", "-0", "--prefix=commit/", "--output", &at, &id];
        git(&root, &options)?;
        // The archive's name would lose what looks like an ending.
        let mut folder = Self::open_named(&archive, "commit.zip", limits)?;
        folder.name = name;
        folder.repaired.clear();
        folder.commit = Some(Commit { id, _archive: Arc::new(archive) });
        Ok(folder)
    }
}

/// The last commit that touched a directory; nothing when it is in no work tree, or none has.
pub(crate) fn last_commit(path: &Path) -> Result<Option<String>, ImportError> {
    if !is_in_work_tree(path) {
        return Ok(None);
    }
    // Before the first commit there is no HEAD.
    if git(path, &["rev-parse", "--verify", "--quiet", "HEAD"]).is_err() {
        return Ok(None);
    }
    let id = git(path, &["log", "-1", "--format=%H", "--", "."])?;
    Ok(Some(id).filter(|id| !id.is_empty()))
}

/// Whether a directory is in a work tree that git, if it is there, can read.
pub(crate) fn is_in_work_tree(path: &Path) -> bool {
    git(path, &["rev-parse", "--is-inside-work-tree"]).is_ok_and(|said| said == "true")
}

fn git(path: &Path, args: &[&str]) -> Result<String, ImportError> {
    let mut command = Command::new("git");
    let output = command.arg("-C").arg(path).args(args).output();
    let refused = |source| ImportError::Io { path: PathBuf::from("git"), source };
    let Output { status, stdout, stderr } = output.map_err(refused)?;
    if !status.success() {
        let said = String::from_utf8_lossy(&stderr);
        let message = format!("git {}: {}", args.first().unwrap_or(&""), said.trim());
        return Err(ImportError::format(&path.to_string_lossy(), None, message));
    }
    Ok(String::from_utf8_lossy(&stdout).trim().to_owned())
}

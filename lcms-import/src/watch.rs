//! A folder kept in step: looked at again and again, and given out whenever it stands at something new.
//!
//! Looking means listing: no file is opened. A folder counts as changed when two looks in a row agree with each
//! other and not with what was given out last, so nobody sees a save that is half done. In a git work tree the
//! last commit decides, and the folder is given out as it stood there. Notices of the operating system are not
//! used: they do not cross network drives and container mounts, and come before a save is complete.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::ImportError;
use crate::folder::{Folder, Limits, is_in_work_tree, last_commit};

/// Looks at a folder, and waits for it to change.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    name: Option<String>,
    limits: Limits,
    every: Duration,
    /// What was given out last, or was wrong.
    known: Option<State>,
}

/// What a folder stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Commit(String),
    Files([u8; 32]),
    /// Something is wrong with it, which is said once.
    Trouble(String),
}

impl Watch {
    /// Watches a directory, known by that name or its own, looking at it so often.
    #[must_use]
    pub fn new(path: PathBuf, name: Option<String>, limits: Limits, every: Duration) -> Self {
        Self { path, name, limits, every, known: None }
    }

    /// Waits until the folder stands at something new, and gives it out; the first time at once.
    ///
    /// # Errors
    /// When it cannot be looked at or is refused. Each reason is given once, and a later call goes on
    /// watching.
    pub async fn next(&mut self) -> Result<Folder, ImportError> {
        loop {
            let first = self.known.is_none();
            let state = self.look().await?;
            if Some(&state) == self.known.as_ref() {
                tokio::time::sleep(self.every).await;
                continue;
            }
            if matches!(state, State::Files(_)) && !first {
                tokio::time::sleep(self.every).await;
                if self.look().await? != state {
                    continue;
                }
            }
            let opened = self.open(&state).await;
            self.known = Some(match &opened {
                Ok(_) => state,
                Err(error) => State::Trouble(error.to_string()),
            });
            return opened;
        }
    }

    /// What it stands at. Trouble that is known already is a state like any other.
    async fn look(&mut self) -> Result<State, ImportError> {
        let (path, limits) = (self.path.clone(), self.limits);
        let look = move || -> Result<State, ImportError> {
            if is_in_work_tree(&path) {
                return match last_commit(&path)? {
                    Some(commit) => Ok(State::Commit(commit)),
                    None => Err(ImportError::format(
                        &path.to_string_lossy(),
                        None,
                        "nothing in it is committed yet; it is imported with the first commit",
                    )),
                };
            }
            Ok(State::Files(Folder::open(&path, limits)?.glance()))
        };
        match blocking(look).await {
            Ok(state) => Ok(state),
            Err(error) => {
                let trouble = State::Trouble(error.to_string());
                if self.known.as_ref() == Some(&trouble) {
                    return Ok(trouble);
                }
                self.known = Some(trouble);
                Err(error)
            }
        }
    }

    async fn open(&self, state: &State) -> Result<Folder, ImportError> {
        let (path, name, limits) = (self.path.clone(), self.name.clone(), self.limits);
        let commit = match state {
            State::Commit(commit) => Some(commit.clone()),
            State::Files(_) | State::Trouble(_) => None,
        };
        blocking(move || match (commit, name) {
            (Some(commit), name) => Folder::open_commit(&path, name.as_deref(), &commit, limits),
            (None, Some(name)) => Folder::open_named(&path, &name, limits),
            (None, None) => Folder::open(&path, limits),
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImportError> + Send + 'static,
) -> Result<T, ImportError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| lcms_core::Error::internal("the watch was interrupted", error))?
}

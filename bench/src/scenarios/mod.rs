//! What is measured.

mod course;
mod discovery;
mod fsck;
mod history;
pub(crate) mod imports;
mod index;
mod ingest;
pub(crate) mod package;
mod reads;
mod releases;
mod republish;
mod saves;
mod search;
mod uses;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lcms_core::model::Role;
use lcms_core::service::{Lcms, NewToken, NewUser, Session, Settings};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::corpus::{self, Corpus, SEED};
use crate::error::{Error, Result};
use crate::report::Line;
use crate::size::Volumes;

/// A group of measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Files into the store, beside hashing and writing the same bytes.
    Ingest,
    /// Packages of other tools into the store, beside `unzip` and `sha256sum`.
    Import,
    /// A release into a package, beside `cp` and `zip` of the same files.
    Package,
    /// The index built from the store, beside the engine given prepared documents.
    Index,
    /// Everything checked, beside `git fsck` of the same documents.
    Fsck,
    /// Searches, beside the engine's own on the same index.
    Search,
    /// Components read by id, beside a select of the same document.
    Reads,
    /// What holds a component, beside the bare recursive query.
    Uses,
    /// A large course released, again after edits, compared; and what a hundred releases cost.
    Releases,
    /// A large course published, and again after an edit of one page.
    Republish,
    /// Branches, merges and going back on a large course, beside one durable insert.
    History,
    /// Searches over HTTP while somebody saves, beside FTS5 and PostgreSQL with the same texts.
    Discovery,
    /// Durable saves over HTTP, beside the disk's flush and the same rows inserted.
    Saves,
}

impl Scenario {
    /// Every scenario, in the order in which they run: those that change the corpus are last.
    pub const ALL: &[Self] = &[
        Self::Ingest,
        Self::Import,
        Self::Package,
        Self::Index,
        Self::Fsck,
        Self::Search,
        Self::Reads,
        Self::Uses,
        Self::Releases,
        Self::Republish,
        Self::History,
        Self::Discovery,
        Self::Saves,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Import => "import",
            Self::Package => "package",
            Self::Index => "index",
            Self::Fsck => "fsck",
            Self::Search => "search",
            Self::Reads => "reads",
            Self::Uses => "uses",
            Self::Releases => "releases",
            Self::Republish => "republish",
            Self::History => "history",
            Self::Discovery => "discovery",
            Self::Saves => "saves",
        }
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|scenario| scenario.name() == text);
        let names = || Self::ALL.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| format!("expected one of {}", names()))
    }
}

/// Everything that the scenarios share.
#[derive(Debug)]
pub struct Bench {
    volumes: Volumes,
    program: PathBuf,
    folder: TempDir,
    corpus: Corpus,
    loaded: OnceCell<PathBuf>,
}

impl Bench {
    /// A bench that works in a new folder inside `folder`; it is removed in the end. `program` is
    /// the binary of this crate, to be started again where a process of its own is measured.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(volumes: Volumes, program: PathBuf, folder: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("lcms-bench-")
            .tempdir_in(folder)
            .map_err(Error::io(format!("make a folder in {}", folder.display())))?;
        let corpus = Corpus::new(volumes.components, SEED);
        Ok(Self { volumes, program, folder, corpus, loaded: OnceCell::new() })
    }

    /// Runs scenarios, always in the order of [`Scenario::ALL`]. `progress` is told what begins.
    ///
    /// # Errors
    /// When something cannot be measured.
    pub async fn run(&self, chosen: &[Scenario], progress: impl Fn(&str)) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for scenario in Scenario::ALL.iter().copied().filter(|one| chosen.contains(one)) {
            let own = [Scenario::Ingest, Scenario::Import, Scenario::Package, Scenario::Republish];
            if !own.contains(&scenario) {
                self.data(&progress).await?;
            }
            progress(scenario.name());
            let measured = match scenario {
                Scenario::Ingest => ingest::run(self).await?,
                Scenario::Import => imports::run(self).await?,
                Scenario::Package => package::run(self).await?,
                Scenario::Index => index::run(self).await?,
                Scenario::Fsck => fsck::run(self).await?,
                Scenario::Search => search::run(self).await?,
                Scenario::Reads => reads::run(self).await?,
                Scenario::Uses => uses::run(self).await?,
                Scenario::Releases => releases::run(self).await?,
                Scenario::Republish => republish::run(self).await?,
                Scenario::History => history::run(self).await?,
                Scenario::Discovery => discovery::run(self).await?,
                Scenario::Saves => saves::run(self).await?,
            };
            // What took an hour is not lost with what comes after it.
            for line in &measured {
                progress(&line.to_string());
            }
            lines.extend(measured);
        }
        Ok(lines)
    }

    /// A path in the folder of this run.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data directory with the corpus in it and its index built; loaded when first asked for.
    async fn data(&self, progress: impl Fn(&str)) -> Result<&Path> {
        let load = || async {
            let data = self.path("corpus");
            let lcms = Lcms::open(Settings::in_folder(&data)).await?;
            let total = self.corpus.len();
            let mut said = 0;
            progress(&format!("loading a corpus of {total} components"));
            corpus::load(&self.corpus, &lcms.operator_without_checks(), |done| {
                if done * 10 / total > said {
                    said = done * 10 / total;
                    progress(&format!("{done} of {total} components"));
                }
            })
            .await?;
            let status = lcms.indexing().catch_up().await?;
            if !status.is_current() {
                return Err(Error::wrong(status));
            }
            Ok(data)
        };
        self.loaded.get_or_try_init(load).await.map(PathBuf::as_path)
    }

    /// The services over the corpus.
    async fn open(&self) -> Result<Lcms> {
        let data = self.data(|_| {}).await?;
        Ok(Lcms::open(Settings::in_folder(data)).await?)
    }

    /// The services over an empty data directory of that name.
    async fn open_empty(&self, name: &str) -> Result<Lcms> {
        Ok(Lcms::open(Settings::in_folder(&self.path(name))).await?)
    }
}

/// A token that may read and write everywhere.
async fn token(session: &Session, user: &str) -> Result<String> {
    let name = user.parse().map_err(Error::wrong)?;
    let new = NewUser { name, display_name: None, role: Some(Role::Author) };
    let name = session.add_user(new).await?.user.name;
    let new = NewToken { label: String::new(), scopes: None, expires_in_days: None };
    Ok(session.create_token(&name, new).await?.1)
}

/// Removes what a round has written, so that the disk does not fill and the next begins alike.
fn remove(path: &Path) -> Result<()> {
    let removed =
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    removed.map_err(Error::file(path))
}

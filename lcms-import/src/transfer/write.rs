//! Libraries out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use futures::TryStreamExt as _;
use lcms_core::model::{Digest, UserId};
use lcms_core::service::Session;
use lcms_core::service::transfer::{Gathered, Objects};
use serde::Serialize;

use super::layout::{self, FOLDERS, MANIFEST, Manifest, ORDER, PEOPLE};
use super::{lines, rules};
use crate::error::ImportError;
use crate::folder::{Folder, Limits};

/// Documents read at a time.
const BATCH: usize = 500;

/// How to export.
#[derive(Clone, Debug, Default)]
pub struct ExportOptions {
    /// Leave out the files that documents name.
    pub without_blobs: bool,
    /// Names of people, for readers; nothing reads them back.
    pub names: Option<BTreeMap<UserId, String>>,
}

/// What an export did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Files of the folder.
    pub files: usize,
    /// Files that were written, since they were not there or were different.
    pub written: usize,
    /// Files that were removed, since what they held stands elsewhere now.
    pub removed: usize,
}

/// Writes libraries into a folder: a new one, or one that holds an earlier export.
///
/// # Errors
/// When the folder holds something else, or cannot be written.
pub async fn export_folder(
    session: &Session,
    gathered: &Gathered,
    root: &Path,
    options: &ExportOptions,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<Exported, ImportError> {
    let mut target = Target::open(root)?;
    let objects = &gathered.objects;
    let blobs: &BTreeSet<Digest> =
        if options.without_blobs { &BTreeSet::new() } else { &gathered.blobs };
    let mut places = document_places(objects);
    let plain = rows(objects, !options.without_blobs, options.names.as_ref());
    let of = plain.len() + places.values().map(Vec::len).sum::<usize>() + blobs.len();
    let mut done = 0;
    for (path, bytes) in plain {
        target.put(&path, &bytes)?;
        done += 1;
    }
    progress(done, of);
    let digests: Vec<_> = places.keys().copied().collect();
    for batch in digests.chunks(BATCH) {
        let bodies = session.documents(batch).await?;
        for digest in batch {
            let body = bodies.get(digest).ok_or_else(|| {
                lcms_core::Error::internal(
                    format!("document {digest} is missing from the store"),
                    "dangling digest",
                )
            })?;
            let written = lines::encode(body);
            for path in places.remove(digest).unwrap_or_default() {
                target.put(&path, &written)?;
                done += 1;
            }
        }
        progress(done, of);
    }
    for digest in blobs {
        target.put_blob(session, *digest).await?;
        done += 1;
        progress(done, of);
    }
    target.finish()
}

/// Where each document stands: that of a head beside its component, every other under its digest.
fn document_places(objects: &Objects) -> HashMap<Digest, Vec<String>> {
    let mut places = HashMap::<Digest, Vec<String>>::new();
    for ((id, branch, language), head) in objects.heads() {
        let (Some(folder), Some(revision)) =
            (component_folder(objects, id), objects.revisions.get(&head))
        else {
            continue;
        };
        let folder = layout::head(&folder, &branch, &language);
        places.entry(revision.content).or_default().push(format!("{folder}content.json"));
        places.entry(revision.metadata).or_default().push(format!("{folder}metadata.json"));
    }
    let (contents, metadata) = objects.named_documents();
    for digest in contents.into_iter().chain(metadata) {
        places.entry(digest).or_insert_with(|| vec![layout::document(digest)]);
    }
    places.retain(|digest, _| !objects.redactions.contains_key(digest));
    places
}

fn component_folder(objects: &Objects, id: lcms_core::model::ComponentId) -> Option<String> {
    let component = objects.components.get(&id)?;
    let library = objects.libraries.iter().find(|library| library.id == component.library)?;
    Some(layout::component(&library.key, &component.key))
}

/// Everything but documents and blobs, by path.
fn rows(
    objects: &Objects,
    blobs: bool,
    names: Option<&BTreeMap<UserId, String>>,
) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let manifest = Manifest {
        format: layout::FORMAT.to_owned(),
        libraries: objects.libraries.iter().map(|library| library.key.clone()).collect(),
        blobs,
        externals: objects.externals.clone(),
    };
    files.insert(MANIFEST.to_owned(), lines::pretty(&manifest));
    let order: String = objects.order.iter().map(|place| format!("{place}\n")).collect();
    files.insert(ORDER.to_owned(), order.into_bytes());
    if let Some(names) = names {
        files.insert(PEOPLE.to_owned(), lines::pretty(names));
    }
    for library in &objects.libraries {
        files.insert(layout::library(&library.key), lines::pretty(library));
    }
    files.extend(rules::files(objects));
    for (name, branch) in &objects.branches {
        files.insert(layout::branch(name), lines::pretty(branch));
    }
    let folders: HashMap<_, _> = objects
        .components
        .keys()
        .filter_map(|id| Some((*id, component_folder(objects, *id)?)))
        .collect();
    for (id, component) in &objects.components {
        if let Some(folder) = folders.get(id) {
            files.insert(format!("{folder}component.json"), lines::pretty(component));
        }
    }
    for (id, care) in &objects.care {
        if let Some(folder) = folders.get(id) {
            files.insert(format!("{folder}care.json"), lines::pretty(care));
        }
    }
    for (id, revision) in &objects.revisions {
        if let Some(folder) = folders.get(&revision.component) {
            files.insert(layout::revision(folder, *id), lines::pretty(revision));
        }
    }
    let mut reviews = BTreeMap::<_, Vec<_>>::new();
    for review in &objects.reviews {
        reviews.entry(review.component).or_default().push(review);
    }
    for (id, reviews) in reviews {
        if let Some(folder) = folders.get(&id) {
            files.insert(format!("{folder}reviews.json"), lines::pretty(&reviews));
        }
    }
    for (id, release) in &objects.releases {
        if let Some(folder) = folders.get(&release.component) {
            files.insert(layout::release(folder, *id), lines::pretty(release));
        }
    }
    for (digest, tree) in &objects.trees {
        files.insert(layout::tree(*digest), lines::pretty(tree));
    }
    for (digest, redaction) in &objects.redactions {
        files.insert(layout::redaction(*digest), lines::pretty(redaction));
    }
    files
}

/// The folder written to.
struct Target {
    root: PathBuf,
    /// Files of the format that were there before and are not confirmed yet.
    stale: HashSet<String>,
    made: HashSet<PathBuf>,
    exported: Exported,
}

impl Target {
    fn open(root: &Path) -> Result<Self, ImportError> {
        let io = |source| ImportError::Io { path: root.to_owned(), source };
        fs::create_dir_all(root).map_err(io)?;
        let earlier = Folder::open(root, Limits::of_transfer())?;
        if !earlier.files().is_empty() && !earlier.contains(MANIFEST) {
            let message =
                "the folder holds something else; name an empty one, or an earlier export";
            return Err(ImportError::format(earlier.name(), None, message));
        }
        let stale = earlier
            .files()
            .keys()
            .filter(|path| {
                FOLDERS.iter().any(|folder| path.starts_with(folder)) || path.as_str() == PEOPLE
            })
            .cloned()
            .collect();
        let (made, exported) = (HashSet::new(), Exported::default());
        Ok(Self { root: earlier.root().to_owned(), stale, made, exported })
    }

    /// The place of a file, in a folder that is there.
    fn place(&mut self, path: &str) -> Result<PathBuf, ImportError> {
        let at = self.root.join(path);
        if let Some(folder) = at.parent()
            && !self.made.contains(folder)
        {
            let io = |source| ImportError::Io { path: folder.to_owned(), source };
            fs::create_dir_all(folder).map_err(io)?;
            self.made.insert(folder.to_owned());
        }
        Ok(at)
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), ImportError> {
        self.exported.files += 1;
        self.stale.remove(path);
        let at = self.place(path)?;
        let io = |source| ImportError::Io { path: at.clone(), source };
        if fs::read(&at).is_ok_and(|there| there == bytes) {
            return Ok(());
        }
        let unfinished = at.with_extension("part");
        fs::write(&unfinished, bytes).map_err(io)?;
        fs::rename(&unfinished, &at).map_err(io)?;
        self.exported.written += 1;
        Ok(())
    }

    /// Writes a file's bytes, unless one of its size stands under its digest already.
    async fn put_blob(&mut self, session: &Session, digest: Digest) -> Result<(), ImportError> {
        let path = layout::blob(digest);
        self.exported.files += 1;
        self.stale.remove(&path);
        let at = self.place(&path)?;
        let io = |source| ImportError::Io { path: at.clone(), source };
        let blob = session.blob(digest).await?;
        if fs::metadata(&at).is_ok_and(|there| there.len() == blob.size) {
            return Ok(());
        }
        let unfinished = at.with_extension("part");
        let mut file = std::io::BufWriter::new(fs::File::create(&unfinished).map_err(io)?);
        let mut bytes = session.blob_bytes(digest, 0..blob.size).await?;
        while let Some(chunk) = bytes.try_next().await? {
            file.write_all(&chunk).map_err(io)?;
        }
        file.flush().map_err(io)?;
        fs::rename(&unfinished, &at).map_err(io)?;
        self.exported.written += 1;
        Ok(())
    }

    /// Removes what the export does not hold any more.
    fn finish(mut self) -> Result<Exported, ImportError> {
        for path in &self.stale {
            let at = self.root.join(path);
            fs::remove_file(&at).map_err(|source| ImportError::Io { path: at.clone(), source })?;
            self.exported.removed += 1;
            // Folders that are empty now; one that is not stays, which is no failure.
            let mut folder = at.parent();
            while let Some(empty) = folder.filter(|f| *f != self.root && fs::remove_dir(f).is_ok())
            {
                folder = empty.parent();
            }
        }
        Ok(self.exported)
    }
}

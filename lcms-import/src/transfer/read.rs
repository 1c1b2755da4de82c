//! Libraries in.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use lcms_core::model::{Digest, Key, Violation};
use lcms_core::service::Session;
use lcms_core::service::transfer::{
    Arrival, CareObject, Documents, Objects, Received, ReviewObject,
};
use serde::de::DeserializeOwned;
use tokio::io::AsyncReadExt as _;

use super::layout::{self, FORMAT, MANIFEST, Manifest, ORDER};
use super::{lines, rules, zipped};
use crate::error::ImportError;
use crate::folder::{Folder, Limits};

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// What an import of libraries is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransferStep {
    /// The folder is read.
    Reading,
    /// A file is taken in.
    Blob {
        /// Which one of them it is, from 1.
        number: usize,
        /// How many there are.
        of: usize,
    },
    /// Everything is checked and stored.
    Storing {
        /// How many revisions arrive.
        revisions: usize,
    },
}

/// Whether a folder, or a zip archive of one, holds exported libraries with their history.
#[must_use]
pub fn is_transfer(path: &Path) -> bool {
    path.join(MANIFEST).is_file() || (path.is_file() && zipped::is_archive(path))
}

/// Takes in the libraries that a folder or an archive holds, or with `dry_run` only reports what
/// that would do. `origin` names the branches of heads that have to be merged; the name of the
/// folder or the archive when left out.
///
/// # Errors
/// When the folder is refused, or anything in it. Nothing is imported then; files that nothing
/// names are collected as garbage later.
pub async fn import_transfer(
    session: &Session,
    path: &Path,
    limits: Limits,
    origin: Option<Key>,
    dry_run: bool,
    progress: &mut (dyn FnMut(TransferStep) + Send),
) -> Result<Received, ImportError> {
    progress(TransferStep::Reading);
    let root = path.to_owned();
    let work = tokio::task::spawn_blocking(move || {
        let unpacked = if root.is_file() { Some(zipped::unpack(&root)?) } else { None };
        let at = unpacked.as_ref().map_or(root.as_path(), |folder| folder.path());
        let folder = Folder::open(at, limits)?;
        let (objects, documents) = read(&folder)?;
        Ok::<_, ImportError>((unpacked, folder, objects, documents))
    });
    // The unpacked folder has to stay until its files are taken in.
    let (unpacked, folder, objects, documents) = work
        .await
        .map_err(|error| lcms_core::Error::internal("the import was interrupted", error))??;
    let name = match unpacked {
        Some(_) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        None => folder.name().to_owned(),
    };
    let origin = origin
        .or_else(|| Key::from_text(&name))
        .map_or_else(|| "import".parse().map_err(|_| ImportError::Name(name)), Ok)?;
    let revisions = objects.revisions.len();
    let arrival = Arc::new(Arrival { objects, documents, origin });
    let wanted = session.wanted_blobs(&arrival).await?;
    require_files(&folder, &wanted)?;
    let of = wanted.len();
    for (n, (digest, media_types)) in wanted.iter().enumerate() {
        progress(TransferStep::Blob { number: n + 1, of });
        if dry_run {
            if folder.digest(&layout::blob(*digest))? != *digest {
                return Err(not_its_name(&layout::blob(*digest)));
            }
        } else if let Some(media_type) = media_types.first() {
            upload(session, &folder, *digest, media_type).await?;
        }
    }
    progress(TransferStep::Storing { revisions });
    Ok(session.receive(arrival, dry_run).await?)
}

fn require_files(
    folder: &Folder,
    wanted: &BTreeMap<Digest, BTreeSet<String>>,
) -> Result<(), ImportError> {
    let missing: Vec<_> = wanted
        .keys()
        .map(|digest| layout::blob(*digest))
        .filter(|path| !folder.contains(path))
        .map(|path| {
            let message = "the file is missing: neither the folder nor this server has its bytes";
            Violation::new(path, "missing", message)
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ImportError::document(MANIFEST, missing))
}

async fn upload(
    session: &Session,
    folder: &Folder,
    digest: Digest,
    media_type: &str,
) -> Result<(), ImportError> {
    let path = layout::blob(digest);
    let mut upload = session.upload(media_type)?;
    let mut input = tokio::fs::File::from_std(folder.open_file(&path)?);
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input
            .read(&mut chunk)
            .await
            .map_err(|source| ImportError::Io { path: folder.root().join(&path), source })?;
        if read == 0 {
            break;
        }
        upload.write(&chunk[..read]).await?;
    }
    match upload.finish(Some(digest)).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == lcms_core::ErrorKind::Invalid => Err(not_its_name(&path)),
        Err(error) => Err(error.into()),
    }
}

fn not_its_name(path: &str) -> ImportError {
    ImportError::format(
        path,
        None,
        "its bytes are not what its name says; it was changed or damaged",
    )
}

/// Reads every file of the format.
fn read(folder: &Folder) -> Result<(Objects, Documents), ImportError> {
    let manifest: Manifest = typed(folder, MANIFEST)?;
    if manifest.format != FORMAT {
        let message = format!(
            "the format is `{}`; this version reads `{FORMAT}`",
            manifest.format.chars().take(60).collect::<String>()
        );
        return Err(ImportError::format(MANIFEST, None, message));
    }
    let mut objects = Objects { externals: manifest.externals, ..Objects::default() };
    let mut documents = Documents::new();
    let mut of_heads = HashMap::<Digest, String>::new();
    let mut of_rules = HashMap::<Digest, String>::new();
    let mut states = rules::Read::default();
    for path in folder.files().keys() {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["libraries", _, "library.json"] => objects.libraries.push(typed(folder, path)?),
            ["libraries", _, "components", _, inside @ ..] => match inside {
                ["component.json"] => {
                    let object: lcms_core::service::transfer::ComponentObject =
                        typed(folder, path)?;
                    once(path, objects.components.insert(object.id, object))?;
                }
                ["care.json"] => {
                    let object: CareObject = typed(folder, path)?;
                    once(path, objects.care.insert(object.component, object))?;
                }
                ["reviews.json"] => {
                    objects.reviews.extend(typed::<Vec<ReviewObject>>(folder, path)?);
                }
                ["revisions", _] => {
                    let object: lcms_core::service::transfer::RevisionObject = typed(folder, path)?;
                    once(path, objects.revisions.insert(object.id, object))?;
                }
                ["releases", _] => {
                    let object: lcms_core::service::transfer::ReleaseObject = typed(folder, path)?;
                    once(path, objects.releases.insert(object.id, object))?;
                }
                ["heads", _, _, "content.json" | "metadata.json"] => {
                    let (digest, body) = document(folder, path)?;
                    of_heads.insert(digest, path.clone());
                    documents.insert(digest, body);
                }
                _ => return Err(unexpected(path)),
            },
            ["libraries", _, "vocabularies" | "schemas", _, "states", _]
            | ["libraries", _, "synonyms", "states", _] => states.add(path, typed(folder, path)?),
            ["libraries", _, "vocabularies", _, "vocabulary.json"]
            | ["libraries", _, "schemas", _, "schema.json"]
            | ["libraries", _, "synonyms", "synonyms.json"] => {
                let (digest, body) = document(folder, path)?;
                of_rules.insert(digest, path.clone());
                documents.insert(digest, body);
            }
            ["branches", _] => {
                let object: lcms_core::service::transfer::BranchObject = typed(folder, path)?;
                once(path, objects.branches.insert(object.name.clone(), object))?;
            }
            ["documents", _, _] => {
                let (digest, body) = document(folder, path)?;
                if layout::document(digest) != *path {
                    return Err(not_its_name(path));
                }
                documents.insert(digest, body);
            }
            ["trees", _, name] => {
                let name = name.strip_suffix(".json").unwrap_or_default();
                let digest: Digest =
                    format!("sha256:{name}").parse().map_err(|_| unexpected(path))?;
                once(path, objects.trees.insert(digest, typed(folder, path)?))?;
            }
            ["redactions", _] => {
                let object: lcms_core::service::transfer::RedactionObject = typed(folder, path)?;
                once(path, objects.redactions.insert(object.digest, object))?;
            }
            ["blobs", _, _] => {} // read when it is wanted
            ["libraries" | "branches" | "documents" | "trees" | "redactions" | "blobs", ..] => {
                return Err(unexpected(path));
            }
            _ => {} // what people keep beside it
        }
    }
    objects.libraries.sort_by(|a, b| a.key.cmp(&b.key));
    objects.reviews.sort_by_key(|review| (review.component, review.content, review.metadata));
    read_order(folder, &mut objects)?;
    states.finish(&mut objects, &mut documents, &of_rules)?;
    let (contents, metadata) = objects.named_documents();
    let edited = of_heads
        .iter()
        .filter(|(digest, _)| !contents.contains(digest) && !metadata.contains(digest))
        .map(|(_, path)| path)
        .min();
    if let Some(path) = edited {
        let message = "no revision has this document: files of an export are not edited by hand";
        return Err(ImportError::format(path, None, message));
    }
    Ok((objects, documents))
}

fn read_order(folder: &Folder, objects: &mut Objects) -> Result<(), ImportError> {
    for (n, line) in folder.text(ORDER)?.lines().enumerate() {
        let place = line.parse().map_err(|error: lcms_core::service::transfer::PlaceError| {
            ImportError::format(ORDER, n + 1, error.to_string())
        })?;
        objects.order.push(place);
    }
    Ok(())
}

fn typed<T: DeserializeOwned>(folder: &Folder, path: &str) -> Result<T, ImportError> {
    serde_json::from_str(&folder.text(path)?)
        .map_err(|error| ImportError::format(path, error.line(), error.to_string()))
}

fn document(folder: &Folder, path: &str) -> Result<(Digest, Vec<u8>), ImportError> {
    let body = lines::decode(folder.text(path)?.as_bytes())
        .map_err(|message| ImportError::format(path, None, message))?;
    Ok((Digest::of_bytes(&body), body))
}

fn once<T>(path: &str, before: Option<T>) -> Result<(), ImportError> {
    before.map_or(Ok(()), |_| {
        Err(ImportError::format(path, None, "another file holds the same object"))
    })
}

fn unexpected(path: &str) -> ImportError {
    ImportError::format(path, None, "the format has no such file; remove it")
}

//! Packages of ours that come back: what they were made from is known, so nothing new is made of them.
//!
//! A package says in its bill of content which release it was made from, and the digest of every
//! file. A release's digest covers everything in it, so a store that has the release has every
//! component of the package at just that version. If also no file was touched since, there
//! is nothing to import. Anything else is a package like that of any other tool, and kept whole.

use std::collections::{BTreeMap, HashSet};

use lcms_core::ErrorKind;
use lcms_core::model::{ComponentId, Digest, Key, Target};
use lcms_core::service::{ImportItem, ImportOutcome, Session};
use serde::Deserialize;

use crate::error::ImportError;
use crate::folder::Folder;
use crate::report::{FolderReport, Remark};

/// Where a package says what it was made from, and where it is signed.
const BILL: &str = "bill-of-content.json";
const SIGNATURE: &str = "bill-of-content.signature.json";
/// The version of the bill that is read here, and most bytes of it.
const VERSION: u32 = 1;
const MAX_BILL: u64 = 64 << 20;
/// What such a package is called.
const FORMAT: &str = "package published here";

/// What of a bill of content is needed to know its package again.
#[derive(Debug, Deserialize)]
pub(crate) struct Bill {
    version: u32,
    release: Digest,
    components: Vec<Billed>,
    files: BTreeMap<String, BilledFile>,
}

#[derive(Debug, Deserialize)]
struct Billed {
    component: ComponentId,
    content: Digest,
    metadata: Digest,
}

#[derive(Debug, Deserialize)]
struct BilledFile {
    digest: Digest,
    size: u64,
}

/// What became of a package that says where it is from.
#[derive(Debug)]
pub(crate) enum Return {
    /// All of it is here already.
    Known(Box<FolderReport>),
    /// It is a package like any other, for this reason.
    Foreign(Remark),
}

/// The bill of a folder that is a package of ours.
pub(crate) fn bill(folder: &Folder) -> Option<Bill> {
    let bytes = folder.contains(BILL).then(|| folder.bytes(BILL, MAX_BILL))?.ok()?;
    serde_json::from_slice(&bytes).ok().filter(|bill: &Bill| bill.version == VERSION)
}

/// The first file that is not as billed, with what is wrong.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn altered(folder: &Folder, bill: &Bill) -> Result<Option<Remark>, ImportError> {
    let all = folder.all_files();
    let there: HashSet<&str> = all.iter().map(|(path, _)| *path).collect();
    let kept_whole = |what: &str| {
        format!("{what} since it was published, so it is kept as a package of its own")
    };
    if let Some(missing) = bill.files.keys().find(|path| !there.contains(path.as_str())) {
        return Ok(Some(Remark::file(missing, kept_whole("it was taken out"))));
    }
    for (path, file) in all.iter().filter(|(path, _)| ![BILL, SIGNATURE].contains(path)) {
        let what = match bill.files.get(*path) {
            None => "it was added",
            Some(billed) if billed.size != file.size => "it was changed",
            Some(billed) if billed.digest != folder.digest(path)? => "it was changed",
            Some(_) => continue,
        };
        return Ok(Some(Remark::file(*path, kept_whole(what))));
    }
    Ok(None)
}

/// Finds what an unaltered package was made from.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn find(
    session: &Session,
    library: &Key,
    bill: &Bill,
    dry_run: bool,
) -> Result<Return, ImportError> {
    let release = match session.release_by_digest(bill.release).await {
        Ok(release) => release,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let reason = format!(
                "it was published from release {}, which is not in this store or not for you, so it \
                 is kept as a package; its components come with `lcms export` from where it was made",
                bill.release
            );
            return Ok(Return::Foreign(Remark::file(BILL, reason)));
        }
        Err(error) => return Err(error.into()),
    };
    let frozen = session.frozen(release.release.id).await?;
    let billed: HashSet<_> =
        bill.components.iter().map(|it| (it.component, it.content, it.metadata)).collect();
    let mut items = Vec::new();
    for node in &frozen.nodes {
        // What the profile's conditions left out is not in the package.
        if !billed.contains(&(node.component, node.content_digest, node.metadata_digest)) {
            continue;
        }
        // A component that was deleted since, or is not for this reader, stays as it is, too.
        let name = match session.name(&Target::Id(node.component)).await {
            Ok(name) => name,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        let Some(key) = name.rsplit_once('/').and_then(|(_, key)| key.parse().ok()) else {
            continue;
        };
        items.push(ImportItem {
            source: name,
            line: None,
            key,
            kind: node.content.kind(),
            language: None,
            outcome: ImportOutcome::Unchanged,
        });
    }
    // Courses are named by their keys in the library that is imported into.
    let courses = Some(release.key).filter(|_| release.library_key == *library);
    let courses = courses.into_iter().collect();
    let report = FolderReport { courses, ..FolderReport::new(FORMAT, dry_run, items) };
    Ok(Return::Known(Box::new(report)))
}

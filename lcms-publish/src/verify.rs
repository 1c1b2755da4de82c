//! Whether a package file still is what was published: its files against its own bill of content,
//! and, where there is a store, against the release it names.

use std::fmt;
use std::io::{Read, Seek};

use futures::TryStreamExt as _;
use lcms_core::model::{ComponentId, Digest};
use lcms_core::service::{ReleaseView, Session};
use lcms_core::{Error, ErrorKind, Result};
use serde::Serialize;

use crate::bill::{BILL_PATH, Bill};
use crate::inspect::{Hasher, Inspected, inspect};
use crate::shape::SHAPE_PATH;
use crate::{PUBLISHER_VERSION, Publisher};

/// What a package file says of itself, and whether it is so.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verification {
    /// Whether every file is there, as billed, and nothing else.
    pub intact: bool,
    /// What is not as billed.
    pub findings: Vec<Finding>,
    /// How many files it has.
    pub files: usize,
    /// The component it was made from.
    pub course: ComponentId,
    /// Digest of the release it was made from.
    pub release: Digest,
    /// The format.
    pub format: String,
    /// What made it.
    pub publisher: String,
    /// Digest of what an LMS tracks.
    pub shape: Digest,
}

/// One thing that is not as billed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// Its path.
    pub path: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self.kind {
            FindingKind::Missing => "is missing",
            FindingKind::Extra => "is not in the bill of content",
            FindingKind::Altered => "is not the file that was published",
            FindingKind::WrongShape => "does not say what manifest and lessons say",
        };
        write!(f, "{} {said}", self.path)
    }
}

/// What can be wrong with a file of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// It is billed and not there.
    Missing,
    /// It is there and not billed.
    Extra,
    /// Its bytes are others.
    Altered,
    /// The shape is not that of manifest and lessons, or not the one billed.
    WrongShape,
}

/// Checks a package file against its own bill of content: every path and digest, nothing missing,
/// nothing more, and the shape against manifest and lessons.
///
/// # Errors
/// When it is no package, or has no bill of content.
pub fn verify(reader: impl Read + Seek) -> Result<(Verification, Bill)> {
    let Inspected { contents, sizes, derived } = inspect(reader)?;
    let bill = contents.bill.ok_or_else(|| {
        Error::invalid(format!("the package has no {BILL_PATH} that can be read"))
            .hint("only packages published here can be verified")
    })?;
    let mut findings = Vec::new();
    let mut found = |kind, path: &str| findings.push(Finding { kind, path: path.to_owned() });
    for (path, billed) in &bill.files {
        match contents.files.get(path) {
            None => found(FindingKind::Missing, path),
            Some(digest) if *digest != billed.digest => found(FindingKind::Altered, path),
            Some(_) if sizes.get(path) != Some(&billed.size) => found(FindingKind::Altered, path),
            Some(_) => {}
        }
    }
    for path in contents.files.keys() {
        if path != BILL_PATH && !bill.files.contains_key(path) {
            found(FindingKind::Extra, path);
        }
    }
    if derived != contents.shape || derived.digest() != bill.shape {
        found(FindingKind::WrongShape, SHAPE_PATH);
    }
    let verification = Verification {
        intact: findings.is_empty(),
        findings,
        files: contents.files.len(),
        course: bill.course,
        release: bill.release,
        format: bill.format.clone(),
        publisher: bill.publisher.clone(),
        shape: bill.shape,
    };
    Ok((verification, bill))
}

/// The digest over the bytes of a package file.
///
/// # Errors
/// When it cannot be read.
pub fn file_digest(mut reader: impl Read) -> Result<Digest> {
    let mut hasher = Hasher::new();
    std::io::copy(&mut reader, &mut hasher)
        .map_err(|error| Error::invalid(format!("the package cannot be read: {error}")))?;
    hasher.digest()
}

/// What a store says of a package.
#[derive(Clone, Debug, Serialize)]
pub struct Origin {
    /// The release that the bill names.
    pub release: ReleaseView,
    /// Whether every component version that the bill names is in that release.
    pub components_match: bool,
    /// Whether publishing the release gives the same bytes; `None` where another publisher version
    /// made the package.
    pub same_bytes: Option<bool>,
}

impl Publisher {
    /// Finds the release that a package's bill names, and compares. `None` when the store has no such
    /// release. `package` is the digest over the file's bytes.
    ///
    /// # Errors
    /// When the store cannot be read, or the actor may not publish the release.
    pub async fn origin(
        &self,
        session: &Session,
        bill: &Bill,
        package: Digest,
    ) -> Result<Option<Origin>> {
        let release = match session.release_by_digest(bill.release).await {
            Ok(view) => view,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let frozen = session.frozen(release.release.id).await?;
        let components_match = bill.components.iter().all(|billed| {
            frozen.nodes.iter().any(|node| {
                (node.component, node.content_digest, node.metadata_digest)
                    == (billed.component, billed.content, billed.metadata)
            })
        });
        let same_bytes = if bill.publisher == PUBLISHER_VERSION {
            let made = self.publish(session, release.release.id, bill.profile()?).await?;
            let mut hasher = Hasher::new();
            let mut bytes = made.stream(0..made.length);
            while let Some(chunk) = bytes.try_next().await? {
                hasher.update(&chunk);
            }
            Some(hasher.digest()? == package)
        } else {
            None
        };
        Ok(Some(Origin { release, components_match, same_bytes }))
    }
}

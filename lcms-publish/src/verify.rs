//! Whether a package file still is what was published: its files against its own bill of content,
//! and, where there is a store, against the release it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read, Seek};

use futures::TryStreamExt as _;
use lcms_core::model::{ComponentId, Digest, PackageRecord, Target};
use lcms_core::service::{ReleaseView, Session};
use lcms_core::{Error, ErrorKind, Result};
use serde::Serialize;

use crate::bill::{BILL_PATH, Bill};
use crate::check::Waiver;
use crate::inspect::{Hasher, Inspected, inspect};
use crate::profile::Named;
use crate::publisher::{Order, Seal};
use crate::shape::SHAPE_PATH;
use crate::sign::{PublicKey, SIGNATURE_PATH, Signature};
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
    /// Digest of everything that its profile decided.
    pub profile: Digest,
    /// The profile, where it was a component.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named: Option<Named>,
    /// Rules of the gate that were waived, each with the components it would have refused.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub waived: BTreeMap<String, BTreeSet<ComponentId>>,
    /// Whose signature it bears; absent when it bears none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<PublicKey>,
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
            FindingKind::BadSignature => "is no signature of this bill of content",
            FindingKind::OtherSigner => "is not of the key that was asked for",
            FindingKind::Unsigned => "is missing: nobody signed it",
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
    /// The signature is not one of the bill.
    BadSignature,
    /// The signature is of another key than the one asked for.
    OtherSigner,
    /// There is no signature, and one was asked for.
    Unsigned,
}

/// Checks a package file against its own bill of content: every path and digest, nothing missing,
/// nothing more, the shape against manifest and lessons, and the signature if it bears one. With
/// `key`, it must be that key's.
///
/// # Errors
/// When it is no package, or has no bill of content.
pub fn verify(reader: impl Read + Seek, key: Option<PublicKey>) -> Result<Verified> {
    let Inspected { contents, sizes, signature, derived } = inspect(reader)?;
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
        let beside = [BILL_PATH, SIGNATURE_PATH].contains(&path.as_str());
        if !beside && !bill.files.contains_key(path) {
            found(FindingKind::Extra, path);
        }
    }
    if derived != contents.shape || derived.digest() != bill.shape {
        found(FindingKind::WrongShape, SHAPE_PATH);
    }
    let is_there = contents.files.contains_key(SIGNATURE_PATH);
    match &signature {
        Some((_, false)) => found(FindingKind::BadSignature, SIGNATURE_PATH),
        None if is_there => found(FindingKind::BadSignature, SIGNATURE_PATH),
        None if key.is_some() => found(FindingKind::Unsigned, SIGNATURE_PATH),
        Some((signature, _)) if key.is_some_and(|key| key != signature.key) => {
            found(FindingKind::OtherSigner, SIGNATURE_PATH);
        }
        _ => {}
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
        profile: bill.profile,
        named: bill.named,
        waived: bill.waived.clone(),
        signed_by: signature.as_ref().map(|(signature, _)| signature.key),
    };
    let signature = signature.map(|(signature, _)| signature);
    Ok(Verified { verification, bill, signature })
}

/// A package file that was checked.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What was found.
    pub verification: Verification,
    /// Its bill of content.
    pub bill: Bill,
    /// The signature it bears, whether it holds or not.
    pub signature: Option<Signature>,
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
    /// `library/key` of the profile, where it is a component of this store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The packages of this release with this profile that were handed out, oldest first.
    pub published: Vec<PackageRecord>,
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
        verified: &Verified,
        package: Digest,
    ) -> Result<Option<Origin>> {
        let bill = &verified.bill;
        let release = match session.release_by_digest(bill.release).await {
            Ok(view) => view,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let frozen = session.frozen(release.release.id).await?;
        let components_match = bill.components.iter().all(|billed| {
            bill.of_profile(billed)
                || frozen.nodes.iter().any(|node| {
                    (node.component, node.content_digest, node.metadata_digest)
                        == (billed.component, billed.content, billed.metadata)
                })
        });
        let same_bytes = if bill.publisher == PUBLISHER_VERSION {
            let order = Order {
                profile: bill.profile()?,
                waivers: bill
                    .waived
                    .keys()
                    .filter_map(|rule| rule.parse::<Waiver>().ok())
                    .collect(),
                sealed: verified.signature.clone().map(|signature| Seal::As(Box::new(signature))),
            };
            let made = self.publish(session, release.release.id, order).await?;
            let mut hasher = Hasher::new();
            let mut bytes = made.stream(0..made.length);
            while let Some(chunk) = bytes.try_next().await? {
                hasher.update(&chunk);
            }
            Some(hasher.digest()? == package)
        } else {
            None
        };
        let named = bill.named.map(|named| Target::Id(named.component));
        let profile = match named {
            Some(target) => session.name(&target).await.ok(),
            None => None,
        };
        let mut published = session.packages(release.release.id).await?;
        published.retain(|package| package.profile_digest == bill.profile);
        Ok(Some(Origin { release, components_match, profile, published, same_bytes }))
    }
}

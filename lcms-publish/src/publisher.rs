//! From a release to a package: every stage in its order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use lcms_core::model::{ComponentId, Digest, PackageRecord, ReleaseId};
use lcms_core::service::{FrozenRelease, KeptPackage, Lcms, NewPackage, Session};
use lcms_core::{Error, Result};
use tokio::runtime::Handle;

use crate::PUBLISHER_VERSION;
use crate::archive::Archive;
use crate::cache::Cache;
use crate::check::Waivers;
use crate::compare::Contents;
use crate::gate::{self, GateReport};
use crate::make::{Held, Made, Making, Refusal, Workshop, hold, make};
use crate::plan::Plan;
use crate::profile::{Format, Profile};
use crate::sign::{Signature, Signer};

/// Makes packages of releases. Copies of one publisher remember together what was planned and rendered,
/// so that a course that is published again costs what was changed in it.
#[derive(Clone, Debug)]
pub struct Publisher {
    lcms: Lcms,
    cache: Arc<Cache>,
}

/// What is wanted of a release.
#[derive(Clone, Debug)]
pub struct Order {
    /// How it is published.
    pub profile: Profile,
    /// Rules of the gate that are not to be heeded.
    pub waivers: Waivers,
    /// Who vouches for the package.
    pub sealed: Option<Seal>,
}

/// How the bill of a package is signed.
#[derive(Clone, Debug)]
pub enum Seal {
    /// With this key.
    By(Signer),
    /// As it was: a signature that was read from a package.
    As(Box<Signature>),
}

impl<P: Into<Profile>> From<P> for Order {
    fn from(profile: P) -> Self {
        Self { profile: profile.into(), waivers: Waivers::default(), sealed: None }
    }
}

/// A package that is ready to be sent: checked, with every byte known.
#[derive(Clone)]
pub struct Package {
    /// The release it was made of.
    pub release: ReleaseId,
    /// Digest of that release.
    pub release_digest: Digest,
    /// The format.
    pub format: Format,
    /// How it was published; the format is its.
    pub profile: Profile,
    /// What whoever publishes should know, though nothing is wrong: conditions that were given no
    /// value, values that nothing uses.
    pub notices: Vec<String>,
    /// Rules of the gate that were waived, each with the components that it would have refused.
    pub waived: BTreeMap<String, BTreeSet<ComponentId>>,
    /// A name for the file: course, release number, format, and what sets the profile apart.
    pub file_name: String,
    /// Exact length in bytes.
    pub length: u64,
    /// A digest that is equal for equal bytes.
    pub digest: Digest,
    /// The same as an entity tag, without quotation marks.
    pub etag: String,
    /// What is in it, for comparing it with another.
    pub contents: Arc<Contents>,
    archive: Archive,
    lcms: Lcms,
}

impl fmt::Debug for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Package")
            .field("file_name", &self.file_name)
            .field("length", &self.length)
            .field("etag", &self.etag)
            .finish_non_exhaustive()
    }
}

impl Package {
    /// A part of the package's bytes; `0..length` for all of them.
    #[must_use]
    pub fn stream(&self, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        self.archive.stream(&self.lcms, range)
    }

    /// Writes all of the package to a file and gives the file back; `written` hears how much was added.
    ///
    /// # Errors
    /// When a stored file is missing or cut, or the file cannot be written.
    pub async fn write(
        &self,
        file: File,
        written: impl FnMut(u64) + Send + 'static,
    ) -> Result<File> {
        self.archive.write(&self.lcms, file, written).await
    }
}

impl Publisher {
    /// A publisher over these stores.
    #[must_use]
    pub fn new(lcms: Lcms) -> Self {
        Self { lcms, cache: Arc::default() }
    }

    pub(crate) fn lcms(&self) -> &Lcms {
        &self.lcms
    }

    /// What it makes packages with; asked for inside the runtime.
    pub(crate) fn workshop(&self) -> Workshop {
        let (lcms, cache) = (self.lcms.clone(), Arc::clone(&self.cache));
        Workshop { lcms, cache, runtime: Handle::current() }
    }

    /// Makes a package of a release. Nothing is sent yet; nothing will be refused any more.
    ///
    /// # Errors
    /// [`lcms_core::ErrorKind::NotPublishable`] with every reason, or when the actor may not publish.
    pub async fn publish(
        &self,
        session: &Session,
        release: ReleaseId,
        order: impl Into<Order>,
    ) -> Result<Package> {
        let order = order.into();
        let view = session.release_by_id(release).await?;
        let frozen = session.frozen(release).await?;
        let workshop = self.workshop();
        let making = Making { order, elsewhere: None };
        let making = tokio::task::spawn_blocking(move || make(&frozen, making, &workshop));
        let made = making.await.map_err(|error| Error::internal("the publisher failed", error))?;
        let Made { archive, contents, profile, notices, waived, .. } = match made {
            Ok(made) => made,
            Err(Refusal::Faults(faults)) => {
                return Err(gate::refusal(session, view.key.as_str(), "published", faults).await);
            }
            Err(Refusal::Error(error)) => return Err(error),
        };
        let number = view.release.number;
        Ok(Package {
            release,
            release_digest: view.release.digest,
            format: profile.format,
            file_name: format!("{}-{number}-{}.zip", view.key, profile.file_label()),
            profile,
            notices,
            waived,
            length: archive.length(),
            digest: archive.identity(),
            etag: archive.identity().hex(),
            contents: Arc::new(contents),
            archive,
            lcms: self.lcms.clone(),
        })
    }

    /// Holds a release, or what would be one, against the gate and makes nothing.
    ///
    /// # Errors
    /// When the store cannot be read. What is wrong with the release is no error here.
    pub async fn check(
        &self,
        session: &Session,
        frozen: FrozenRelease,
        order: impl Into<Order>,
    ) -> Result<GateReport> {
        let Order { profile, waivers, .. } = order.into();
        let release = frozen.release.digest;
        let cache = Arc::clone(&self.cache);
        let checking = tokio::task::spawn_blocking(move || {
            let (plan, faults) = Plan::work_out(&frozen, profile, &cache);
            let Held { refused, waived, .. } = hold(&plan, faults, &waivers, &cache);
            (refused, waived, plan.notices)
        });
        let found =
            checking.await.map_err(|error| Error::internal("the publisher failed", error))?;
        let (refused, waived, notices) = found;
        Ok(gate::report(session, release, refused, waived, notices).await)
    }

    /// Records that a package was made and handed out.
    ///
    /// # Errors
    /// When the actor may not publish, or the store cannot be written.
    pub async fn record(&self, session: &Session, package: &Package) -> Result<()> {
        let new = NewPackage {
            digest: package.digest,
            format: package.format.as_str().to_owned(),
            profile: choices(package),
            profile_digest: package.profile.digest(),
            shape: Some(package.contents.shape.digest()),
            publisher: PUBLISHER_VERSION.to_string(),
            size: package.length,
            files: package.archive.files(),
            made: package.archive.made(),
        };
        session.record_package(package.release, new).await?;
        Ok(())
    }
}

/// A package that was made before, given again: the same bytes, whatever version of the program made it.
#[derive(Clone)]
pub struct GivenAgain {
    /// What is known of it.
    pub record: PackageRecord,
    /// A name for the file.
    pub file_name: String,
    /// Exact length in bytes.
    pub length: u64,
    archive: Archive,
    lcms: Lcms,
}

impl fmt::Debug for GivenAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GivenAgain").field("record", &self.record).finish_non_exhaustive()
    }
}

impl GivenAgain {
    /// A part of the package's bytes; `0..length` for all of them.
    #[must_use]
    pub fn stream(&self, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
        self.archive.stream(&self.lcms, range)
    }

    /// Writes all of the package to a file and gives the file back; `written` hears how much was added.
    ///
    /// # Errors
    /// When a stored file is missing or cut, or the file cannot be written.
    pub async fn write(
        &self,
        file: File,
        written: impl FnMut(u64) + Send + 'static,
    ) -> Result<File> {
        self.archive.write(&self.lcms, file, written).await
    }
}

impl Publisher {
    /// Gives a package again that was handed out before, from what was kept of it. Nothing is planned,
    /// rendered or checked.
    ///
    /// # Errors
    /// When there is none, its files were not kept or are not what they were, or the actor may not
    /// publish its release.
    pub async fn again(&self, session: &Session, digest: Digest) -> Result<GivenAgain> {
        let KeptPackage { record, files } = session.kept_package(digest).await?;
        let view = session.release_by_id(record.release).await?;
        let archive = Archive::of(files)?;
        if archive.identity() != digest || archive.length() != record.size {
            let what = format!("package {digest} cannot be given again as it was");
            return Err(Error::internal(what, "its files were packed anew")
                .hint("`lcms fsck` says what is damaged"));
        }
        let file_name = format!("{}-{}-{}.zip", view.key, view.release.number, record.format);
        let length = archive.length();
        Ok(GivenAgain { record, file_name, length, archive, lcms: self.lcms.clone() })
    }
}

/// What was decided, for the register.
fn choices(package: &Package) -> serde_json::Value {
    let profile = &package.profile;
    let mut choices = serde_json::json!({
        "format": package.format.as_str(),
        "conditions": profile.conditions,
        "variables": profile.variables,
    });
    if profile.settings != crate::profile::Settings::default() {
        choices["settings"] = serde_json::json!(profile.settings);
    }
    if let Some(named) = profile.named {
        choices["profile"] = serde_json::json!(named);
    }
    if !package.waived.is_empty() {
        choices["waived"] = serde_json::json!(package.waived);
    }
    choices
}

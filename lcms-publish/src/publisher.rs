//! From a release to a package: every stage in its order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use lcms_core::model::{Blob, Codec, ComponentId, Digest, Key, ReleaseId, Target, Violation};
use lcms_core::service::{FrozenRelease, Lcms, NewPackage, Session};
use lcms_core::{Error, ErrorKind, Result};
use tokio::runtime::Handle;

use crate::archive::{Archive, Files};
use crate::bill::{BILL_PATH, Bill, BilledFile};
use crate::compare::Contents;
use crate::fault::{Fault, Faults};
use crate::formats::Listed;
use crate::plan::{Plan, Sco};
use crate::profile::{Format, Profile};
use crate::render::{RenderedSco, render_sco};
use crate::shape::{Lesson, SHAPE_PATH};
use crate::{PUBLISHER_VERSION, player};

/// Makes packages of releases.
#[derive(Clone, Debug)]
pub struct Publisher {
    lcms: Lcms,
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
}

/// Everything about a package that needs no store: the files made here and those to be copied.
struct Assembled {
    files: Files,
    /// Path, blob, media type and component of every file to be copied.
    copied: Vec<(String, Digest, String, ComponentId)>,
    by_sco: Vec<Vec<String>>,
    shared: Vec<String>,
    /// The data of every lesson, by the path of its page.
    lessons: BTreeMap<String, Lesson>,
}

impl Publisher {
    /// A publisher over these stores.
    #[must_use]
    pub fn new(lcms: Lcms) -> Self {
        Self { lcms }
    }

    /// Makes a package of a release. Nothing is sent yet; nothing will be refused any more.
    ///
    /// # Errors
    /// [`ErrorKind::NotPublishable`] with every reason, or when the actor may not publish.
    pub async fn publish(
        &self,
        session: &Session,
        release: ReleaseId,
        profile: impl Into<Profile>,
    ) -> Result<Package> {
        let profile = profile.into();
        let view = session.release_by_id(release).await?;
        let frozen = session.frozen(release).await?;
        let (lcms, runtime) = (self.lcms.clone(), Handle::current());
        let making = tokio::task::spawn_blocking(move || make(&frozen, profile, &lcms, &runtime));
        let made = making.await.map_err(|error| Error::internal("the publisher failed", error))?;
        let Made { archive, contents, profile, notices } = match made {
            Ok(made) => made,
            Err(Refusal::Faults(faults)) => return Err(refused(session, &view.key, faults).await),
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
            length: archive.length(),
            digest: archive.identity(),
            etag: archive.identity().hex(),
            contents: Arc::new(contents),
            archive,
            lcms: self.lcms.clone(),
        })
    }

    /// Records that a package was made and handed out.
    ///
    /// # Errors
    /// When the actor may not publish, or the store cannot be written.
    pub async fn record(&self, session: &Session, package: &Package) -> Result<()> {
        let new = NewPackage {
            digest: package.digest,
            format: package.format.as_str().to_owned(),
            profile: serde_json::json!({
                "format": package.format.as_str(),
                "conditions": package.profile.conditions,
                "variables": package.profile.variables,
            }),
            profile_digest: package.profile.digest(),
            shape: Some(package.contents.shape.digest()),
            publisher: PUBLISHER_VERSION.to_string(),
            size: package.length,
        };
        session.record_package(package.release, new).await?;
        Ok(())
    }
}

/// The form of a blob that its media type wants; saving the asset has made it.
async fn packed(lcms: &Lcms, digest: Digest, media_type: &str) -> Result<Blob> {
    let forms = lcms.packed_forms(digest).await?;
    let wanted = forms.iter().find(|form| form.codec == Codec::for_file(media_type, form.size));
    wanted.copied().ok_or_else(|| {
        Error::internal(format!("blob {digest} is missing from the store"), "no packed form")
    })
}

enum Refusal {
    Faults(Vec<Fault>),
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

struct Made {
    archive: Archive,
    contents: Contents,
    profile: Profile,
    notices: Vec<String>,
}

/// Plans, renders, checks and lays out; asks the store only where files are.
fn make(
    frozen: &FrozenRelease,
    profile: Profile,
    lcms: &Lcms,
    runtime: &Handle,
) -> std::result::Result<Made, Refusal> {
    let (plan, faults) = Plan::work_out(frozen, profile);
    let Assembled { mut files, copied, by_sco, shared, lessons } = assemble(&plan, faults)?;
    let mut components = BTreeMap::new();
    for (path, digest, media_type, component) in copied {
        files.copy(&path, runtime.block_on(packed(lcms, digest, &media_type))?)?;
        components.insert(path, component);
    }
    let listed = Listed { shared, by_sco, lessons: &lessons };
    let (contents, first) = finish(&plan, &mut files, &components, listed)?;
    let archive = files.archive(first)?;
    Ok(Made { archive, contents, profile: plan.profile, notices: plan.notices })
}

/// Renders every SCO, to find all that is wrong, and gathers the files.
fn assemble(plan: &Plan<'_>, mut faults: Faults) -> std::result::Result<Assembled, Refusal> {
    let mut rendered = Vec::with_capacity(plan.scos.len());
    for sco in &plan.scos {
        match render_sco(plan, sco) {
            Ok(page) => rendered.push(page),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(Refusal::Faults(faults.into_vec()));
    }
    let mut files = Files::default();
    let mut shared = Vec::new();
    let script = player::script(plan.profile.format, plan.language());
    for (name, media_type, text) in
        [(player::STYLE, "text/css", player::style()), (player::SCRIPT, "text/javascript", &script)]
    {
        let path = format!("{}{name}", player::FOLDER);
        files.add(&path, media_type, text.as_bytes())?;
        shared.push(path);
    }
    let mut used = BTreeSet::new();
    let mut by_sco = Vec::with_capacity(plan.scos.len());
    let mut lessons = BTreeMap::new();
    for (sco, RenderedSco { html, assets }) in plan.scos.iter().zip(rendered) {
        files.add(&sco.href(), "text/html", html.as_bytes())?;
        let lesson = Lesson::read(&html).ok_or_else(|| {
            Error::internal("a lesson's page does not hold its own data", sco.href())
        })?;
        lessons.insert(sco.href(), lesson);
        by_sco.push(std::iter::once(sco.href()).chain(assets.iter().cloned()).collect());
        used.extend(assets);
    }
    let copied = used
        .into_iter()
        .filter_map(|path| {
            let file = plan.assets.get(&path)?;
            let component = plan.node(file.node).component;
            Some((path, file.blob, file.media_type.clone(), component))
        })
        .collect();
    Ok(Assembled { files, copied, by_sco, shared, lessons })
}

/// Adds what describes the package, its shape and bill, and checks the whole. Answers with the path
/// of what comes first.
fn finish(
    plan: &Plan<'_>,
    files: &mut Files,
    components: &BTreeMap<String, ComponentId>,
    mut listed: Listed<'_>,
) -> Result<(Contents, &'static str)> {
    listed.shared.extend([BILL_PATH.to_owned(), SHAPE_PATH.to_owned()]);
    let described = plan.profile.format.packaging().describe(plan, &listed)?;
    for document in &described.documents {
        files.add(document.path, document.media_type, &document.bytes)?;
    }
    let first = described.documents.first().map_or(BILL_PATH, |document| document.path);
    let shape = &described.shape;
    files.add(SHAPE_PATH, "application/json", &shape.write())?;
    let bill = {
        let owners: BTreeMap<_, _> =
            plan.scos.iter().map(|sco| (sco.href(), plan.node(sco.node).component)).collect();
        let billed = files.listing().map(|(path, digest, size)| {
            let component = components.get(path).or(owners.get(path)).copied();
            (path.to_owned(), BilledFile { digest, size, component })
        });
        Bill::new(plan, shape.digest(), questions(plan), billed.collect())
    };
    files.add(BILL_PATH, "application/json", &bill.write())?;
    let paths: BTreeSet<_> = files.listing().map(|(path, ..)| path.to_owned()).collect();
    described.check(&paths)?;
    let files = files.listing().map(|(path, digest, _)| (path.to_owned(), digest)).collect();
    let contents = Contents { shape: described.shape, bill: Some(bill), files, unread: Vec::new() };
    Ok((contents, first))
}

/// Which component each reported question id stands for.
fn questions(plan: &Plan<'_>) -> BTreeMap<String, ComponentId> {
    let asked = plan.scos.iter().flat_map(Sco::questions);
    asked.map(|question| (question.id.clone(), plan.node(question.node).component)).collect()
}

/// The refusal with every reason, each component by the key people know it by.
async fn refused(session: &Session, key: &Key, faults: Vec<Fault>) -> Error {
    let mut names = BTreeMap::new();
    let mut violations = Vec::with_capacity(faults.len());
    for fault in faults {
        let name = name_of(session, fault.component, &mut names).await;
        let pointer = format!("{name}{}", fault.pointer);
        let mut message = format!("“{}”: {}", fault.title, fault.message);
        if let Some(other) = fault.about {
            message.push_str(&format!(" (`{}`)", name_of(session, other, &mut names).await));
        }
        let violation = Violation::new(pointer, fault.rule, message);
        violations.push(match fault.place {
            Some((line, column)) => violation.at(line, column),
            None => violation,
        });
    }
    Error::new(ErrorKind::NotPublishable, format!("the release of `{key}` cannot be published"))
        .with_violations(violations)
        .hint("change the components named, make a new release and publish that")
}

/// The key by which people know a component, asked for once.
async fn name_of(
    session: &Session,
    component: ComponentId,
    names: &mut BTreeMap<ComponentId, String>,
) -> String {
    if let Some(name) = names.get(&component) {
        return name.clone();
    }
    let found = session.name(&Target::Id(component)).await;
    let name = found.unwrap_or_else(|_| component.to_string());
    names.insert(component, name.clone());
    name
}

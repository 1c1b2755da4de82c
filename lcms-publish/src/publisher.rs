//! From a release to a package: every stage in its order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use lcms_core::model::{Blob, Codec, ComponentId, Digest, PackageRecord, ReleaseId};
use lcms_core::service::{FrozenRelease, KeptPackage, Lcms, NewPackage, Session};
use lcms_core::{Error, Result};
use tokio::runtime::Handle;

use crate::archive::{Archive, Files};
use crate::bill::{BILL_PATH, Bill, BilledFile};
use crate::check::{self, Subject, Waivers};
use crate::compare::Contents;
use crate::fault::{Fault, Faults};
use crate::formats::Listed;
use crate::gate::{self, GateReport};
use crate::plan::{Plan, Sco};
use crate::profile::{Format, Profile};
use crate::render::{RenderedSco, render_sco};
use crate::shape::{Lesson, SHAPE_PATH, Shape, imported_content};
use crate::sign::{SIGNATURE_PATH, Signature, Signer};
use crate::{PUBLISHER_VERSION, credits, player, theme};

/// Makes packages of releases.
#[derive(Clone, Debug)]
pub struct Publisher {
    lcms: Lcms,
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

    pub(crate) fn lcms(&self) -> &Lcms {
        &self.lcms
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
        let (lcms, runtime) = (self.lcms.clone(), Handle::current());
        let making = Making { order, elsewhere: None };
        let making = tokio::task::spawn_blocking(move || make(&frozen, making, &lcms, &runtime));
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
        let checking = tokio::task::spawn_blocking(move || {
            let (plan, faults) = Plan::work_out(&frozen, profile);
            let Held { refused, waived, .. } = hold(&plan, faults, &waivers);
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

/// The form of a blob that its media type wants; saving the asset has made it.
async fn packed(lcms: &Lcms, digest: Digest, media_type: &str) -> Result<Blob> {
    let forms = lcms.packed_forms(digest).await?;
    let wanted = forms.iter().find(|form| form.codec == Codec::for_file(media_type, form.size));
    wanted.copied().ok_or_else(|| {
        Error::internal(format!("blob {digest} is missing from the store"), "no packed form")
    })
}

pub(crate) enum Refusal {
    Faults(Vec<Fault>),
    Error(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What is to be made.
pub(crate) struct Making {
    pub(crate) order: Order,
    /// Titles of what is linked to and not shown, where such links are no fault.
    pub(crate) elsewhere: Option<HashMap<ComponentId, String>>,
}

pub(crate) struct Made {
    pub(crate) archive: Archive,
    pub(crate) contents: Contents,
    pub(crate) profile: Profile,
    notices: Vec<String>,
    waived: BTreeMap<String, BTreeSet<ComponentId>>,
    /// Path and media type of every file that is copied.
    pub(crate) copied: Vec<(String, String)>,
}

/// Plans, renders, checks and lays out; asks the store only where files are.
pub(crate) fn make(
    frozen: &FrozenRelease,
    making: Making,
    lcms: &Lcms,
    runtime: &Handle,
) -> std::result::Result<Made, Refusal> {
    let Order { profile, waivers, sealed } = making.order;
    let (mut plan, faults) = Plan::work_out(frozen, profile);
    plan.elsewhere = making.elsewhere;
    let Held { rendered, refused, waived } = hold(&plan, faults, &waivers);
    if !refused.is_empty() {
        return Err(Refusal::Faults(refused));
    }
    let Assembled { mut files, copied, by_sco, shared, lessons } = assemble(&plan, rendered)?;
    let mut components = BTreeMap::new();
    let mut media_types = Vec::with_capacity(copied.len());
    for (path, digest, media_type, component) in copied {
        files.copy(&path, runtime.block_on(packed(lcms, digest, &media_type))?)?;
        components.insert(path.clone(), component);
        media_types.push((path, media_type));
    }
    let listed = Listed { shared, by_sco, lessons: &lessons };
    let mut by_rule = BTreeMap::<String, BTreeSet<ComponentId>>::new();
    for fault in waived {
        by_rule.entry(fault.rule.to_owned()).or_default().insert(fault.component);
    }
    let made = Finishing { listed, components: &components, waived: &by_rule };
    let (contents, first) = made.finish(&plan, &mut files, sealed.as_ref())?;
    let archive = files.archive(first)?;
    let (profile, notices) = (plan.profile, plan.notices);
    Ok(Made { archive, contents, profile, notices, waived: by_rule, copied: media_types })
}

/// What the gate made of a plan.
struct Held {
    /// The page of each SCO; none of imported content.
    rendered: Vec<Option<RenderedSco>>,
    /// Why it cannot be published.
    refused: Vec<Fault>,
    /// What was waived.
    waived: Vec<Fault>,
}

/// Renders every SCO, to find all that is wrong, and holds the plan against the gate.
fn hold(plan: &Plan<'_>, mut faults: Faults, waivers: &Waivers) -> Held {
    let mut rendered = Vec::with_capacity(plan.scos.len());
    for sco in &plan.scos {
        if sco.package.is_some() {
            rendered.push(None);
            continue;
        }
        match render_sco(plan, sco) {
            Ok(page) => rendered.push(Some(page)),
            Err(found) => faults.extend(found),
        }
    }
    // Of a page that cannot be rendered there is nothing to measure.
    let scos: Vec<_> = if rendered.len() == plan.scos.len() {
        rendered.iter().flatten().map(|page| &page.data).collect()
    } else {
        Vec::new()
    };
    let found = check::check(&Subject { plan, scos: &scos });
    faults.extend(found.into_vec());
    let (refused, waived) = waivers.part(faults);
    Held { rendered, refused, waived }
}

/// Gathers the files of what was rendered.
fn assemble(
    plan: &Plan<'_>,
    rendered: Vec<Option<RenderedSco>>,
) -> std::result::Result<Assembled, Refusal> {
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
    let settings = &plan.profile.settings;
    let sheet = theme::style_sheet(settings).map(|sheet| (theme::THEME_PATH, "text/css", sheet));
    let credits = credits::page(plan).map(|page| (credits::CREDITS_PATH, "text/html", page));
    for (path, media_type, text) in sheet.into_iter().chain(credits) {
        files.add(path, media_type, text.as_bytes())?;
        shared.push(path.to_owned());
    }
    let mut used = BTreeSet::new();
    let mut by_sco = Vec::with_capacity(plan.scos.len());
    let mut lessons = BTreeMap::new();
    for (sco, rendered) in plan.scos.iter().zip(rendered) {
        let Some(RenderedSco { html, assets, .. }) = rendered else {
            let package = sco.package.iter();
            let of = package.flat_map(|package| plan.assets.of_package(package.node));
            let all: Vec<String> = of.map(str::to_owned).collect();
            let others = all.iter().filter(|path| **path != sco.href()).cloned();
            by_sco.push(std::iter::once(sco.href()).chain(others).collect());
            used.extend(all);
            continue;
        };
        files.add(&sco.href(), "text/html", html.as_bytes())?;
        let lesson = Lesson::read(&html).ok_or_else(|| {
            Error::internal("a lesson's page does not hold its own data", sco.href())
        })?;
        lessons.insert(sco.href(), lesson);
        by_sco.push(std::iter::once(sco.href()).chain(assets.iter().cloned()).collect());
        used.extend(assets);
    }
    let logo = settings.logo.as_ref().map(|logo| {
        let path = theme::logo_path(logo);
        shared.push(path.clone());
        (path, logo.asset.blob, logo.asset.media_type.clone(), logo.component)
    });
    let copied = used
        .into_iter()
        .filter_map(|path| {
            let file = plan.assets.get(&path)?;
            let component = plan.node(file.node).component;
            Some((path, file.blob, file.media_type.clone(), component))
        })
        .chain(logo)
        .collect();
    Ok(Assembled { files, copied, by_sco, shared, lessons })
}

/// What the last step needs to know.
struct Finishing<'a> {
    listed: Listed<'a>,
    /// Which component each copied file is of.
    components: &'a BTreeMap<String, ComponentId>,
    waived: &'a BTreeMap<String, BTreeSet<ComponentId>>,
}

impl Finishing<'_> {
    /// Adds what describes the package, its shape, bill and signature, and checks the whole. Answers
    /// with the path of what comes first.
    fn finish(
        mut self,
        plan: &Plan<'_>,
        files: &mut Files,
        sealed: Option<&Seal>,
    ) -> Result<(Contents, &'static str)> {
        self.listed.shared.extend([BILL_PATH.to_owned(), SHAPE_PATH.to_owned()]);
        self.listed.shared.extend(sealed.map(|_| SIGNATURE_PATH.to_owned()));
        let mut described = plan.profile.format.packaging().describe(plan, &self.listed)?;
        for document in &described.documents {
            files.add(document.path, document.media_type, &document.bytes)?;
        }
        let first = described.documents.first().map_or(BILL_PATH, |document| document.path);
        described.shape.tracked.content =
            imported_content(files.listing().map(|(path, digest, _)| (path, digest)));
        files.add(SHAPE_PATH, "application/json", &described.shape.write())?;
        let bill = self.bill(plan, files, &described.shape);
        let written = bill.write();
        files.add(BILL_PATH, "application/json", &written)?;
        let signature = sealed.map(|seal| match seal {
            Seal::By(signer) => signer.sign(&written),
            Seal::As(signature) => (**signature).clone(),
        });
        if let Some(signature) = &signature {
            files.add(SIGNATURE_PATH, "application/json", &signature.write())?;
        }
        let paths: BTreeSet<_> = files.listing().map(|(path, ..)| path.to_owned()).collect();
        described.check(&paths)?;
        let files = files.listing().map(|(path, digest, _)| (path.to_owned(), digest)).collect();
        let shape = described.shape;
        Ok((Contents { shape, bill: Some(bill), files, unread: Vec::new() }, first))
    }

    fn bill(&self, plan: &Plan<'_>, files: &Files, shape: &Shape) -> Bill {
        let owners: BTreeMap<_, _> =
            plan.scos.iter().map(|sco| (sco.href(), plan.node(sco.node).component)).collect();
        let billed = files.listing().map(|(path, digest, size)| {
            let component = self.components.get(path).or(owners.get(path)).copied();
            (path.to_owned(), BilledFile { digest, size, component })
        });
        Bill::new(plan, shape.digest(), questions(plan), billed.collect(), self.waived.clone())
    }
}

/// Which component each reported question id stands for.
fn questions(plan: &Plan<'_>) -> BTreeMap<String, ComponentId> {
    let asked = plan.scos.iter().flat_map(Sco::questions);
    asked.map(|question| (question.id.clone(), plan.node(question.node).component)).collect()
}

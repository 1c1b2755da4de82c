//! A release made into a package: planned, rendered, held against the gate, described and laid out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use lcms_core::model::{Blob, Codec, ComponentId, Digest};
use lcms_core::service::{FrozenRelease, Lcms};
use lcms_core::{Error, Result};
use tokio::runtime::Handle;

use crate::archive::{Archive, Files};
use crate::bill::{BILL_PATH, Bill, BilledFile};
use crate::cache::Cache;
use crate::check::{self, Subject, Waivers};
use crate::compare::Contents;
use crate::fault::{Fault, Faults};
use crate::formats::Listed;
use crate::plan::{Plan, Sco};
use crate::preview::{PreviewItem, outline};
use crate::profile::Profile;
use crate::publisher::{Order, Seal};
use crate::render::{Decided, RenderedSco, rendered};
use crate::shape::{Lesson, SHAPE_PATH, Shape, imported_content};
use crate::sign::SIGNATURE_PATH;
use crate::{credits, player, theme};

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

/// What packages are made with.
pub(crate) struct Workshop {
    pub(crate) lcms: Lcms,
    pub(crate) cache: Arc<Cache>,
    pub(crate) runtime: Handle,
}

pub(crate) struct Made {
    pub(crate) archive: Archive,
    pub(crate) contents: Contents,
    pub(crate) profile: Profile,
    pub(crate) notices: Vec<String>,
    pub(crate) waived: BTreeMap<String, BTreeSet<ComponentId>>,
    /// The outline, from the top down.
    pub(crate) items: Vec<PreviewItem>,
    /// Path and media type of every file that is copied.
    pub(crate) copied: Vec<(String, String)>,
}

/// Plans, renders, checks and lays out; asks the store only where files are.
pub(crate) fn make(
    frozen: &FrozenRelease,
    making: Making,
    with: &Workshop,
) -> std::result::Result<Made, Refusal> {
    let Order { profile, waivers, sealed } = making.order;
    let (mut plan, faults) = Plan::work_out(frozen, profile, &with.cache);
    plan.elsewhere = making.elsewhere;
    let Held { rendered, refused, waived } = hold(&plan, faults, &waivers, &with.cache);
    if !refused.is_empty() {
        return Err(Refusal::Faults(refused));
    }
    let Assembled { mut files, copied, by_sco, shared, lessons } = assemble(&plan, rendered)?;
    let mut components = BTreeMap::new();
    let mut media_types = Vec::with_capacity(copied.len());
    for (path, digest, media_type, component) in copied {
        files.copy(&path, with.runtime.block_on(packed(&with.lcms, digest, &media_type))?)?;
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
    let items = outline(&plan);
    let (profile, notices) = (plan.profile, plan.notices);
    Ok(Made { archive, contents, profile, notices, waived: by_rule, items, copied: media_types })
}

/// What the gate made of a plan.
pub(crate) struct Held {
    /// The page of each SCO; none of imported content.
    rendered: Vec<Option<Arc<RenderedSco>>>,
    /// Why it cannot be published.
    pub(crate) refused: Vec<Fault>,
    /// What was waived.
    pub(crate) waived: Vec<Fault>,
}

/// Renders every SCO, to find all that is wrong, and holds the plan against the gate.
pub(crate) fn hold(plan: &Plan<'_>, mut faults: Faults, waivers: &Waivers, cache: &Cache) -> Held {
    let decided = Decided::by(plan);
    let mut pages = Vec::with_capacity(plan.scos.len());
    for (number, sco) in plan.scos.iter().enumerate() {
        if sco.package.is_some() {
            pages.push(None);
            continue;
        }
        match rendered(plan, number, &decided, cache) {
            Ok(page) => pages.push(Some(page)),
            Err(found) => faults.extend(found),
        }
    }
    // Of a page that cannot be rendered there is nothing to measure.
    let scos: Vec<_> = if pages.len() == plan.scos.len() {
        pages.iter().flatten().map(|page| &page.data).collect()
    } else {
        Vec::new()
    };
    let found = check::check(&Subject { plan, scos: &scos });
    faults.extend(found.into_vec());
    let (refused, waived) = waivers.part(faults);
    Held { rendered: pages, refused, waived }
}

/// Everything about a package that needs no store: the files made here and those to be copied.
struct Assembled {
    files: Files,
    /// Path, blob, media type and component of every file to be copied.
    copied: Vec<(String, Digest, String, ComponentId)>,
    by_sco: Vec<Vec<String>>,
    shared: Vec<String>,
    /// The data of every lesson, by the path of its page.
    lessons: BTreeMap<String, Arc<Lesson>>,
}

/// The form of a blob that its media type wants; saving the asset has made it.
async fn packed(lcms: &Lcms, digest: Digest, media_type: &str) -> Result<Blob> {
    let forms = lcms.packed_forms(digest).await?;
    let wanted = forms.iter().find(|form| form.codec == Codec::for_file(media_type, form.size));
    wanted.copied().ok_or_else(|| {
        Error::internal(format!("blob {digest} is missing from the store"), "no packed form")
    })
}

/// Gathers the files of what was rendered.
fn assemble(
    plan: &Plan<'_>,
    rendered: Vec<Option<Arc<RenderedSco>>>,
) -> std::result::Result<Assembled, Refusal> {
    let mut files = Files::default();
    let mut shared = Vec::new();
    let bridges = rendered.iter().flatten().any(|page| page.data.is_bridged());
    let script = player::script(plan.profile.format, plan.language(), bridges);
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
        let Some(rendered) = rendered else {
            let package = sco.package.iter();
            let of = package.flat_map(|package| plan.assets.of_package(package.node));
            let all: Vec<String> = of.map(str::to_owned).collect();
            let others = all.iter().filter(|path| **path != sco.href()).cloned();
            by_sco.push(std::iter::once(sco.href()).chain(others).collect());
            used.extend(all);
            continue;
        };
        let assets = rendered.assets.iter();
        files.add_packed(&sco.href(), &rendered.page)?;
        by_sco.push(std::iter::once(sco.href()).chain(assets.clone().cloned()).collect());
        used.extend(assets.cloned());
        lessons.insert(sco.href(), Arc::clone(&rendered.lesson));
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

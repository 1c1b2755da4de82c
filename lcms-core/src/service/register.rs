//! Questions to the deployment register: what runs where, what ran when, and what is out of date.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Session;
use super::deployments::DeploymentView;
use super::freeze::{self, Earlier, FrozenVersion};
use super::releases::ReleaseBrief;
use super::targets::no_target;
use crate::error::Result;
use crate::model::{
    BranchId, ComponentId, Deployment, Digest, EventNumber, Key, Language, Release, ReleaseId,
    Right, Target,
};
use crate::store::deployments::{self, Filter};
use crate::store::{Connection, branches, components, heads, libraries, releases};

/// Which deployments to list.
#[derive(Clone, Debug, Default)]
pub struct ListDeployments {
    /// Only in this target.
    pub target: Option<Key>,
    /// Only of this course (or other component that was released).
    pub course: Option<Target>,
    /// Only those whose release holds this component.
    pub holding: Option<Target>,
    /// Those that were live then, instead of those that are.
    pub at: Option<OffsetDateTime>,
    /// Those that have ended, too.
    pub ended: bool,
    /// Only stale ones: the component has a newer release, or would be frozen otherwise by now.
    pub stale: bool,
    /// Only those whose release holds something that was retired or deleted since.
    pub withdrawn: bool,
    /// Only those started before this event: where the page before ended.
    pub before: Option<EventNumber>,
    /// At most so many; 1 to 200.
    pub limit: u64,
}

/// A page of the register.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Register {
    /// Deployments, the newest first.
    pub items: Vec<RegisterRow>,
    /// Pass as `before` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<EventNumber>,
}

/// A deployment in the register, with what was asked about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RegisterRow {
    /// The deployment.
    #[serde(flatten)]
    pub deployment: DeploymentView,
    /// The versions of the component asked for that it holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<FrozenVersion>,
    /// Why it is stale, when that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Staleness>,
    /// What it holds that was retired or deleted since, by `library/key`, when that was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<String>,
}

/// Why a deployment is stale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Staleness {
    /// The newest release of the component, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newest: Option<ReleaseBrief>,
    /// Whether the component would be frozen otherwise as it stands now.
    pub changed: bool,
}

/// Deployments looked at in one go.
const BATCH: u64 = 200;

impl Session {
    /// A page of the deployment register.
    ///
    /// # Errors
    /// When target, course or component do not exist or may not be read.
    pub async fn deployments(&self, list: &ListDeployments) -> Result<Register> {
        self.require_somewhere(Right::Read)?;
        let db = self.lcms.store().reader();
        let limit = usize::try_from(list.limit.clamp(1, 200)).unwrap_or(200);
        let mut holds = HashMap::new();
        let mut filter = Filter {
            at: list.at,
            live: list.at.is_none() && !list.ended,
            before: list.before,
            ..Filter::default()
        };
        if let Some(key) = &list.target {
            let target = deployments::target(db, key).await?.ok_or_else(|| no_target(key))?;
            filter.target = Some(target.id);
        }
        if let Some(course) = &list.course {
            filter.component = Some(self.component_with(course, Right::Read).await?.0.id);
        }
        if let Some(held) = &list.holding {
            let (component, _) = self.component_with(held, Right::Read).await?;
            let holding = freeze::releases_containing(db, component.id).await?;
            holds.extend(holding.into_iter().map(|held| (held.release.id, held.versions)));
            filter.releases = Some(holds.keys().copied().collect());
        }
        let mut asked = Asked::default();
        let mut items = Vec::new();
        loop {
            let batch = deployments::list(db, &filter, BATCH).await?;
            let is_last = (batch.len() as u64) < BATCH;
            for deployment in batch {
                filter.before = Some(deployment.event);
                let Some(row) = self.row(&mut asked, deployment, &holds, list).await? else {
                    continue;
                };
                if items.len() == limit {
                    let next = items.last().map(|row: &RegisterRow| row.deployment.event);
                    return Ok(Register { items, next });
                }
                items.push(row);
            }
            if is_last {
                return Ok(Register { items, next: None });
            }
        }
    }

    async fn row(
        &self,
        asked: &mut Asked,
        deployment: Deployment,
        holds: &HashMap<ReleaseId, Vec<FrozenVersion>>,
        list: &ListDeployments,
    ) -> Result<Option<RegisterRow>> {
        let release = deployment.release;
        let Some(view) = self.deployment_views(vec![deployment]).await?.pop() else {
            return Ok(None);
        };
        let stale = match list.stale {
            true => asked.staleness(self, release).await?,
            false => None,
        };
        let withdrawn = match list.withdrawn {
            true => asked.withdrawn(self, release).await?,
            false => Vec::new(),
        };
        if (list.stale && stale.is_none()) || (list.withdrawn && withdrawn.is_empty()) {
            return Ok(None);
        }
        let holds = holds.get(&release).cloned().unwrap_or_default();
        Ok(Some(RegisterRow { deployment: view, holds, stale, withdrawn }))
    }
}

/// What was worked out for one list: many deployments are of the same few releases.
#[derive(Default)]
struct Asked {
    stale: HashMap<ReleaseId, Option<Staleness>>,
    withdrawn: HashMap<ReleaseId, Vec<String>>,
    /// What a component would be frozen to now; absent when it cannot be frozen.
    present: BTreeMap<(ComponentId, BranchId, Language), Option<Digest>>,
}

impl Asked {
    async fn staleness(&mut self, session: &Session, id: ReleaseId) -> Result<Option<Staleness>> {
        if let Some(known) = self.stale.get(&id) {
            return Ok(known.clone());
        }
        let snapshot = session.lcms.store().snapshot().await?;
        let Some(release) = releases::by_id(&snapshot, id).await? else { return Ok(None) };
        let Release { component, branch, ref language, .. } = release;
        let newest = releases::list(&snapshot, component, None, BATCH).await?;
        let newest = newest
            .iter()
            .find(|other| other.branch == branch && other.language == *language)
            .filter(|newest| newest.number > release.number)
            .map(ReleaseBrief::from);
        let key = (component, branch, language.clone());
        let present = match self.present.get(&key) {
            Some(known) => *known,
            None => {
                let digest = frozen_now(&snapshot, component, branch, language).await?;
                self.present.insert(key, digest);
                digest
            }
        };
        let changed = present != Some(release.digest);
        let stale = (changed || newest.is_some()).then_some(Staleness { newest, changed });
        self.stale.insert(id, stale.clone());
        Ok(stale)
    }

    /// Names of what a release holds that was retired or deleted since. What the actor may not
    /// read is counted among them by its id.
    async fn withdrawn(&mut self, session: &Session, id: ReleaseId) -> Result<Vec<String>> {
        if let Some(known) = self.withdrawn.get(&id) {
            return Ok(known.clone());
        }
        let db = session.lcms.store().reader();
        let Some(release) = releases::by_id(db, id).await? else { return Ok(Vec::new()) };
        let outline = freeze::outline(db, &release).await?;
        let held: BTreeSet<_> = outline.nodes.iter().map(|node| node.version.component).collect();
        let held: Vec<_> = held.into_iter().collect();
        let gone = components::withdrawn_among(db, &held).await?;
        let gone: Vec<_> = gone.into_iter().map(|component| component.id).collect();
        let readable = session.readable_among(&gone).await?;
        let name = |id: &ComponentId| match readable.get(id) {
            Some((component, library)) => format!("{library}/{}", component.key),
            None => id.to_string(),
        };
        let mut names: Vec<_> = gone.iter().map(name).collect();
        names.sort();
        self.withdrawn.insert(id, names.clone());
        Ok(names)
    }
}

/// The digest that freezing a component now would give; `None` when it cannot be frozen.
async fn frozen_now(
    db: &impl Connection,
    component: ComponentId,
    branch: BranchId,
    language: &Language,
) -> Result<Option<Digest>> {
    let Some(branch) = branches::by_id(db, branch).await? else { return Ok(None) };
    let view = branches::view(db, &branch, None).await?;
    let Some(row) = components::by_id(db, component).await? else { return Ok(None) };
    let Some(library) = libraries::by_id(db, row.library).await? else { return Ok(None) };
    let source = &library.language;
    let Some(head) = heads::of(db, &view, component, source).await? else { return Ok(None) };
    let root = freeze::Version { component, content: head.content, metadata: head.metadata };
    let moment = freeze::moment(db, &view).await?;
    let earlier = Earlier::find(db, &view, component, source, moment).await?;
    let digest = if language == source {
        let frozen = freeze::freeze(db, &view, root, source, earlier.as_ref()).await;
        frozen.map(|frozen| frozen.digest)
    } else {
        let languages = (source, language);
        let translated = freeze::translated(db, &view, root, languages, earlier.as_ref()).await;
        translated.map(|translated| translated.frozen.digest)
    };
    match digest {
        Ok(digest) => Ok(Some(digest)),
        Err(error) if error.kind() == crate::ErrorKind::Invalid => Ok(None),
        Err(error) => Err(error),
    }
}

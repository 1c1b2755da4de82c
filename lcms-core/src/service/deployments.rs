//! The deployment register: which release was live in which LMS, from when to when, by whom.
//!
//! Of one component, at most one release is live in a target. Starting another ends it at the
//! same instant, so that for every moment the register names what learners saw. Going back is
//! starting the former again.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Session;
use super::channels::briefs;
use super::releases::ReleaseBrief;
use super::targets::no_target;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    ComponentId, Deployment, DeploymentId, Digest, EventKind, EventNumber, Key, LibraryId,
    LmsTarget, Release, ReleaseReference, Right, Target, UserId,
};
use crate::store::deployments::Filter;
use crate::store::events::{self, NewEvent};
use crate::store::{Connection, Transaction, deployments, now, releases};

/// A release that goes live in a target.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDeployment {
    /// Key of the target.
    pub target: Key,
    /// The release: its id, digest, or `library/key@release:2026.1`. That of the package when
    /// left out.
    #[serde(default)]
    pub release: Option<ReleaseReference>,
    /// The package of it, when it is known which.
    #[serde(default)]
    pub package: Option<Digest>,
    /// The channel that the target follows, if any.
    #[serde(default)]
    pub channel: Option<Key>,
    /// Why, in your words.
    #[serde(default)]
    pub note: String,
    /// The deployment that this was seen to replace. When another runs by now, nothing is done.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Uuid)]
    pub replaces: Option<DeploymentId>,
}

/// A deployment and what it is of.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DeploymentView {
    /// Id.
    pub id: DeploymentId,
    /// Key of the target.
    pub target: Key,
    /// The component released, usually a course.
    pub component: ComponentId,
    /// `library/key` of the component.
    pub name: String,
    /// The release.
    pub release: ReleaseBrief,
    /// The package, when it is known which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Digest>,
    /// The channel it follows, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Key>,
    /// Why, in the words of whoever started it.
    pub note: String,
    /// Since when it is live.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub since: OffsetDateTime,
    /// Who started it.
    pub since_actor: UserId,
    /// Until when it was live; absent while it is.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<OffsetDateTime>,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_actor: Option<UserId>,
    /// Position in the register; lists go from the newest to the oldest.
    pub event: EventNumber,
}

impl Session {
    /// Records that a release goes live in a target. What ran there of the same component ends.
    /// Recording what runs already changes nothing.
    ///
    /// # Errors
    /// When target, release or package do not exist, the target is retired, the package is of
    /// another release, another deployment runs than was seen, or the actor may not deploy.
    pub async fn deploy(&self, new: NewDeployment) -> Result<DeploymentView> {
        let package = match new.package {
            Some(digest) => Some(self.package(digest).await?),
            None => None,
        };
        let id = match (&new.release, &package) {
            (Some(reference), _) => self.find_release(reference).await?.release.id,
            (None, Some(package)) => package.release,
            (None, None) => {
                return Err(Error::invalid("a deployment needs a release or a package"));
            }
        };
        if let Some(package) = package.filter(|package| package.release != id) {
            return Err(Error::invalid(format!(
                "package {} is of another release, {}",
                package.digest, package.release
            )));
        }
        let (release, _, library) = self.release_with(id, Right::Deploy).await?;
        let started = Starting {
            target: new.target,
            release,
            package: new.package,
            channel: new.channel,
            note: new.note,
            expected: new.replaces,
        };
        self.start(started, library.id).await
    }

    /// Starts again what ran in a target before the release of a component that runs there now.
    ///
    /// # Errors
    /// When nothing ran before, the target does not exist or is retired, or the actor may not
    /// deploy.
    pub async fn roll_back(
        &self,
        component: &Target,
        target: &Key,
        note: String,
    ) -> Result<DeploymentView> {
        let (component, library) = self.component_with(component, Right::Deploy).await?;
        let db = self.lcms.store().reader();
        let place = deployments::target(db, target).await?.ok_or_else(|| no_target(target))?;
        let filter =
            Filter { target: Some(place.id), component: Some(component.id), ..Filter::default() };
        let past = deployments::list(db, &filter, u64::from(u32::MAX)).await?;
        let running = past.iter().find(|deployment| deployment.until.is_none());
        let former = former_of(&past).ok_or_else(|| {
            Error::conflict(format!(
                "nothing else of `{}/{}` ran in target `{target}` before",
                library.key, component.key
            ))
        })?;
        let missing =
            || Error::internal("a deployment names no release", former.release.to_string());
        let started = Starting {
            target: target.clone(),
            release: releases::by_id(db, former.release).await?.ok_or_else(missing)?,
            package: former.package,
            channel: former.channel.clone(),
            note,
            expected: running.map(|deployment| deployment.id),
        };
        self.start(started, library.id).await
    }

    async fn start(&self, starting: Starting, library: LibraryId) -> Result<DeploymentView> {
        let (actor, time) = (self.actor.id(), now());
        let started = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let target = open_target(tx, &starting.target).await?;
                    let running = running(tx, &target, starting.release.component).await?;
                    starting.require_seen(running.as_ref())?;
                    if let Some(same) = running.as_ref().filter(|d| starting.is_live_as(d)) {
                        return Ok(same.clone());
                    }
                    // A clock that was set back must not make two live at once.
                    let since = running.as_ref().map_or(time, |before| before.since.max(time));
                    let event = NewEvent {
                        library: Some(library),
                        component: Some(starting.release.component),
                        release: Some(starting.release.id),
                        detail: serde_json::json!({
                            "target": starting.target,
                            "package": starting.package,
                            "replaces": running.as_ref().map(|before| before.id),
                            "note": starting.note,
                        }),
                        ..NewEvent::new(EventKind::DeploymentStarted, time, actor)
                    };
                    let event = events::append(tx, event).await?;
                    if let Some(before) = running {
                        deployments::end(tx, before.id, since, actor).await?;
                    }
                    let deployment = Deployment {
                        id: DeploymentId::new(),
                        target: target.id,
                        component: starting.release.component,
                        release: starting.release.id,
                        package: starting.package,
                        channel: starting.channel,
                        note: starting.note,
                        since,
                        since_actor: actor,
                        until: None,
                        until_actor: None,
                        event,
                    };
                    deployments::insert(tx, &deployment).await?;
                    Ok(deployment)
                })
            })
            .await?;
        self.deployment(started.id).await
    }

    /// Records that a deployment is live no more, without another in its place.
    ///
    /// # Errors
    /// When there is none, it has ended already, or the actor may not deploy.
    pub async fn end_deployment(&self, id: DeploymentId, note: String) -> Result<DeploymentView> {
        let missing = move || no_deployment(id);
        let found =
            deployments::by_id(self.lcms.store().reader(), id).await?.ok_or_else(missing)?;
        let (_, _, library) = self.release_with(found.release, Right::Deploy).await?;
        let (actor, time) = (self.actor.id(), now());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let found = deployments::by_id(tx, id).await?.ok_or_else(missing)?;
                    if let Some(until) = found.until {
                        return Err(Error::conflict(format!("deployment {id} ended at {until}")));
                    }
                    let event = NewEvent {
                        library: Some(library.id),
                        component: Some(found.component),
                        release: Some(found.release),
                        detail: serde_json::json!({ "deployment": id, "note": note }),
                        ..NewEvent::new(EventKind::DeploymentEnded, time, actor)
                    };
                    events::append(tx, event).await?;
                    deployments::end(tx, id, found.since.max(time), actor).await
                })
            })
            .await?;
        self.deployment(id).await
    }

    /// One deployment.
    ///
    /// # Errors
    /// When there is none, or the actor may not read its library.
    pub async fn deployment(&self, id: DeploymentId) -> Result<DeploymentView> {
        let found = deployments::by_id(self.lcms.store().reader(), id).await?;
        let found = found.ok_or_else(|| no_deployment(id))?;
        let mut views = self.deployment_views(vec![found]).await?;
        views.pop().ok_or_else(|| no_deployment(id))
    }

    /// These deployments as they are shown; those that the actor may not read are left out.
    pub(super) async fn deployment_views(
        &self,
        found: Vec<Deployment>,
    ) -> Result<Vec<DeploymentView>> {
        let db = self.lcms.store().reader();
        let components: Vec<_> = found.iter().map(|deployment| deployment.component).collect();
        let readable = self.readable_among(&components).await?;
        let briefs = briefs(db, found.iter().map(|d| d.release)).await?;
        let targets = deployments::targets(db).await?;
        let shown = found.into_iter().filter_map(|deployment| {
            let (component, library) = readable.get(&deployment.component)?;
            let target = targets.iter().find(|target| target.id == deployment.target)?;
            Some(DeploymentView {
                id: deployment.id,
                target: target.key.clone(),
                component: component.id,
                name: format!("{library}/{}", component.key),
                release: briefs.get(&deployment.release)?.clone(),
                package: deployment.package,
                channel: deployment.channel,
                note: deployment.note,
                since: deployment.since,
                since_actor: deployment.since_actor,
                until: deployment.until,
                until_actor: deployment.until_actor,
                event: deployment.event,
            })
        });
        Ok(shown.collect())
    }
}

/// A deployment about to be started.
struct Starting {
    target: Key,
    release: Release,
    package: Option<Digest>,
    channel: Option<Key>,
    note: String,
    expected: Option<DeploymentId>,
}

impl Starting {
    fn require_seen(&self, running: Option<&Deployment>) -> Result<()> {
        let Some(expected) = self.expected else { return Ok(()) };
        match running {
            Some(running) if running.id == expected => Ok(()),
            other => {
                let now = other.map_or_else(|| "nothing".to_owned(), |d| d.id.to_string());
                let message =
                    format!("in target `{}` runs {now}, not deployment {expected}", self.target);
                Err(Error::new(ErrorKind::StaleBase, message)
                    .hint("look at what runs there, and say again what should"))
            }
        }
    }

    fn is_live_as(&self, running: &Deployment) -> bool {
        running.release == self.release.id
            && running.package == self.package
            && running.channel == self.channel
    }
}

/// What ran before the newest of these (which go from the newest to the oldest). Starting what
/// ran two before is going back, so going back twice goes further back and not forth again.
fn former_of(newest_first: &[Deployment]) -> Option<&Deployment> {
    let mut past: Vec<&Deployment> = Vec::new();
    let same = |a: &Deployment, b: &Deployment| (a.release, a.package) == (b.release, b.package);
    for deployment in newest_first.iter().rev() {
        if past.len() > 1 && same(past[past.len() - 2], deployment) {
            past.pop();
        } else if past.last().is_none_or(|last| !same(last, deployment)) {
            past.push(deployment);
        }
    }
    if newest_first.first().is_some_and(|newest| newest.until.is_none()) {
        past.pop();
    }
    past.pop()
}

async fn open_target(tx: &Transaction, key: &Key) -> Result<LmsTarget> {
    let target = deployments::target(tx, key).await?.ok_or_else(|| no_target(key))?;
    if target.retired {
        return Err(Error::conflict(format!("target `{key}` is retired"))
            .hint("reinstate it with `lcms target change`, or choose another"));
    }
    Ok(target)
}

async fn running(
    db: &impl Connection,
    target: &LmsTarget,
    component: ComponentId,
) -> Result<Option<Deployment>> {
    let filter = Filter {
        target: Some(target.id),
        component: Some(component),
        live: true,
        ..Filter::default()
    };
    Ok(deployments::list(db, &filter, 1).await?.pop())
}

fn no_deployment(id: DeploymentId) -> Error {
    Error::not_found(format!("there is no deployment {id}, or you may not read it"))
}

//! Which releases hold a component, and where these are published and live.
//!
//! Where-used says what stands above a component; this says what of it has left the house. A
//! release never changes, so an edit reaches none of these: each shows the version it froze until
//! a newer release takes its place.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Named, Session};
use crate::error::Result;
use crate::model::{
    Component, ComponentId, EventNumber, Key, Release, ReleaseId, ReleaseReview, Right, Target,
};
use crate::service::DeploymentView;
use crate::service::freeze::{self, FrozenVersion};
use crate::store::deployments::Filter;
use crate::store::{channels, components, deployments, releases};

/// Which of the releases that hold a component are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct HoldingQuery {
    /// Only those that a channel points to or that are live somewhere.
    pub in_use: bool,
    /// Only those made before this event: where the page before ended.
    pub before: Option<EventNumber>,
    /// At most so many; 1 to 200.
    pub limit: u64,
}

/// A page of the releases that hold a component.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HoldingReleases {
    /// How many there are that you may read.
    pub total: u64,
    /// How many more there are, of components you may not read.
    pub hidden: u64,
    /// How many deployments of these are live now.
    pub live: u64,
    /// The releases, newest first.
    pub items: Vec<ReleaseHolding>,
    /// Pass as `before` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<EventNumber>,
}

/// A release that holds a component.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReleaseHolding {
    /// What was released, usually a course.
    pub component: Named,
    /// The release.
    pub release: Release,
    /// Where its review stands; absent while it was not submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<ReleaseReview>,
    /// The versions of the component in it; usually one.
    pub versions: Vec<FrozenVersion>,
    /// The channels that point to it.
    pub channels: Vec<Key>,
    /// Where it is live now.
    pub live: Vec<DeploymentView>,
}

impl Session {
    /// The releases that hold a component, newest first, each with the versions held, its
    /// channels and where it is live. Of what the actor may not read there is a count.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn releases_holding(
        &self,
        target: &Target,
        query: HoldingQuery,
    ) -> Result<HoldingReleases> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        self.holding(component.id, query).await
    }

    /// As [`Session::releases_holding`], of a component that the actor may read.
    pub(in crate::service) async fn holding(
        &self,
        component: ComponentId,
        query: HoldingQuery,
    ) -> Result<HoldingReleases> {
        let db = self.lcms.store().reader();
        let mut found = freeze::releases_containing(db, component).await?;
        let ids: Vec<_> = found.iter().map(|held| held.release.id).collect();
        let mut channels = channels::pointing_to(db, &ids).await?;
        let mut live: HashMap<ReleaseId, Vec<_>> = HashMap::new();
        if !ids.is_empty() {
            let filter = Filter { releases: Some(ids), live: true, ..Filter::default() };
            for deployment in deployments::list(db, &filter, u64::from(u32::MAX)).await? {
                live.entry(deployment.release).or_default().push(deployment);
            }
        }
        if query.in_use {
            found.retain(|held| {
                let id = held.release.id;
                channels.contains_key(&id) || live.contains_key(&id)
            });
        }
        let released: Vec<_> = found.iter().map(|held| held.release.component).collect();
        let released = components::by_ids(db, &released).await?;
        let libraries = self.library_keys().await?;
        let all = found.len();
        found.retain(|held| {
            let component = released.get(&held.release.component);
            component.is_some_and(|component| libraries.contains_key(&component.library))
        });
        let (total, hidden) = (found.len() as u64, (all - found.len()) as u64);
        let of = |release: &Release| live.get(&release.id).map_or(0, Vec::len) as u64;
        let live_total = found.iter().map(|held| of(&held.release)).sum();

        let limit = usize::try_from(query.limit.clamp(1, 200)).unwrap_or(200);
        let before = |held: &freeze::Holding| query.before.is_none_or(|n| held.release.event < n);
        found.retain(before);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|held| held.release.event);

        let shown: Vec<&Component> =
            found.iter().filter_map(|held| released.get(&held.release.component)).collect();
        let names = self.named(db, &shown, &libraries).await?;
        let ids: Vec<_> = found.iter().map(|held| held.release.id).collect();
        let mut reviews = releases::reviews(db, &ids).await?;
        let on_page = ids.iter().filter_map(|id| live.remove(id)).flatten().collect();
        let mut views: HashMap<ReleaseId, Vec<_>> = HashMap::new();
        for view in self.deployment_views(on_page).await? {
            views.entry(view.release.id).or_default().push(view);
        }
        let items = found.into_iter().filter_map(|held| {
            let id = held.release.id;
            Some(ReleaseHolding {
                component: names.get(&held.release.component)?.clone(),
                review: reviews.remove(&id),
                versions: held.versions,
                channels: channels.remove(&id).unwrap_or_default(),
                live: views.remove(&id).unwrap_or_default(),
                release: held.release,
            })
        });
        Ok(HoldingReleases { total, hidden, live: live_total, items: items.collect(), next })
    }
}

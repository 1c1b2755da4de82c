//! The release that a new one can go on from.
//!
//! What a slot resolves to is decided by revisions, reviews and releases, and each of these leaves
//! an event that names its component. So between two moments of one branch only the components
//! named in the events between them can be resolved otherwise, and only they and what stands
//! above them can have other nodes. The two sets are taken wide (any event, any branch, anything
//! that was ever above): a component too many costs time, never truth.

use std::collections::HashSet;

use crate::error::Result;
use crate::model::{BranchId, ComponentId, EventNumber, Language, Roots, View};
use crate::store::{Connection, branches, events, releases, versions};

/// Most events since the earlier release: with more, following every head is as fast.
const MAX_EVENTS: u32 = 4_000;
/// Most components that may differ.
const MAX_ABOVE: usize = 20_000;

/// An earlier release of the same component in the same view, and what may differ by now.
#[derive(Debug)]
pub(in crate::service) struct Earlier {
    pub(super) roots: Roots,
    differing: HashSet<ComponentId>,
}

impl Earlier {
    /// Finds it; `None` when there is none, or so much has happened since that it is of no use.
    pub(in crate::service) async fn find(
        db: &impl Connection,
        view: &View,
        component: ComponentId,
        language: &Language,
        moment: EventNumber,
    ) -> Result<Option<Self>> {
        let branch = view.branch();
        let found = releases::newest_up_to(db, component, branch, language, moment).await?;
        let Some((release, then)) = found.and_then(|found| found.moment.map(|m| (found, m))) else {
            return Ok(None);
        };
        if !same_ground(db, view, then).await? {
            return Ok(None);
        }
        let Some(touched) = versions::touched(db, then, moment, MAX_EVENTS).await? else {
            return Ok(None);
        };
        let differing = versions::with_everything_above(db, touched, MAX_ABOVE).await?;
        Ok(differing.map(|differing| Self { roots: release.roots(), differing }))
    }

    /// Whether the component, or anything it holds, may be another than it was.
    pub(super) fn may_differ(&self, component: ComponentId) -> bool {
        self.differing.contains(&component)
    }
}

/// Whether the branch stood on the same base then.
async fn same_ground(db: &impl Connection, view: &View, then: EventNumber) -> Result<bool> {
    if view.branch() == BranchId::MAIN {
        return Ok(true);
    }
    let Some(branch) = branches::by_id(db, view.branch()).await? else { return Ok(false) };
    let before = branches::view(db, &branch, Some(then)).await?;
    Ok(before.layers().get(1..) == view.layers().get(1..))
}

/// The event after which everything in view is looked at.
pub(in crate::service) async fn moment(db: &impl Connection, view: &View) -> Result<EventNumber> {
    match view.layers().first().and_then(|layer| layer.as_of) {
        Some(event) => Ok(event),
        None => events::last_number(db).await,
    }
}

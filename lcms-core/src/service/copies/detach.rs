//! Detaching: a placement stops following its component and holds a copy of its own.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plan::{Depth, Plan};
use super::{Copied, CopiedItem, Destination};
use crate::error::{Error, Result};
use crate::model::{Component, Key, LinkPolicy, Revision, RevisionId, Right, SlotId, Target};
use crate::service::placements::{Parent, no_slot};
use crate::service::save::Saved;
use crate::service::{Session, freeze};
use crate::store::{Connection, components, now, releases};

/// What a detached placement's copy is to be.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DetachAs {
    /// Its key; made from the source's when left out.
    #[serde(default)]
    pub key: Option<Key>,
    /// Why, in the author's words.
    #[serde(default)]
    pub message: String,
}

/// What detaching led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Detached {
    /// The structure with its new revision.
    #[serde(flatten)]
    pub saved: Saved,
    /// What was copied; the component that now stands in the slot comes first.
    pub items: Vec<CopiedItem>,
}

impl Session {
    /// Puts a copy in place of the component that a slot holds: the version the slot shows, in the
    /// library of the structure. The slot keeps its id, overrides and conditions, so learners'
    /// records stay with it.
    ///
    /// # Errors
    /// As [`Session::edit_placements`] and [`Session::copy`]; also when the slot shows no version.
    pub async fn detach(
        &self,
        target: &Target,
        base: RevisionId,
        slot: SlotId,
        copy: DetachAs,
    ) -> Result<Detached> {
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let mut parent = self.parent_at(db, target, base).await?;
        let missing = no_slot(&parent, slot);
        let placement = parent.content.placement_mut(slot).ok_or(missing)?;
        let (child, _) = self.component_in(db, &placement.component, Right::Read).await?;
        let policy = placement.policy.clone();
        let shown = self.version_in(db, &parent, &child, &policy).await?;
        let revision = shown.ok_or_else(|| {
            Error::conflict(format!("slot {slot} shows no version of `{}`", child.key))
                .hint("let it follow the latest version first")
        })?;
        let plan = Plan::of(self, db, child, revision, Depth::Alone).await?;
        drop(snapshot);
        let into = Destination {
            library: parent.library.clone(),
            key: copy.key,
            message: copy.message.clone(),
            actor: self.actor.id(),
            time: now(),
        };
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let Copied { saved: copied, items } = session.copy_in(tx, plan, into).await?;
                    let missing = no_slot(&parent, slot);
                    let placement = parent.content.placement_mut(slot).ok_or(missing)?;
                    placement.component = Target::Id(copied.component.id);
                    placement.policy = LinkPolicy::Latest;
                    let draft = session.placing_draft(parent, copy.message)?;
                    let saved = session.store_revision(tx, draft).await?;
                    Ok(Detached { saved, items })
                })
            })
            .await
    }

    /// The revision that a slot of this structure shows; of a release, its root's.
    async fn version_in(
        &self,
        db: &impl Connection,
        parent: &Parent,
        child: &Component,
        policy: &LinkPolicy,
    ) -> Result<Option<Revision>> {
        let LinkPolicy::Release { release } = policy else {
            return self.version_shown(db, child, policy, &parent.library.language).await;
        };
        let Some(release) = releases::by_id(db, *release).await? else { return Ok(None) };
        let frozen = freeze::read(db, release, self.lcms.held()).await?;
        let root = frozen.root();
        components::newest_with(db, child.id, root.content_digest, root.metadata_digest).await
    }
}

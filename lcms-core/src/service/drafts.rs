//! Drafts: unsaved edits that survive a closed browser.
//!
//! A draft is its author's alone: nobody else reads it, nothing is frozen or published from it,
//! and it leaves no event. Saving the component makes it needless; throwing it away loses it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Session;
use super::where_used::Named;
use crate::error::{Error, Result};
use crate::model::{Draft, Reference, RevisionId, RevisionSelector, Right, Target};
use crate::store::{drafts, now};

/// Most bytes in a draft.
const MAX_DRAFT: usize = 4 << 20;

/// A draft to be kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// The revision being edited.
    pub base: RevisionId,
    /// What the editor holds.
    #[schema(value_type = Object)]
    pub content: Value,
}

/// A draft among others.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// The component as it stands.
    pub component: Named,
    /// The draft.
    pub draft: Draft,
    /// Whether the component changed since.
    pub behind: bool,
}

impl Session {
    /// The actor's draft of a component on the branch looked at.
    ///
    /// # Errors
    /// When there is none, or no such component that the actor may read.
    pub async fn draft(&self, target: &Target) -> Result<Draft> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let (db, user) = (self.lcms.store().reader(), self.actor.id());
        let found = drafts::of(db, user, self.view.branch(), component.id).await?;
        found.ok_or_else(|| Error::not_found(format!("you have no draft of `{target}`")))
    }

    /// The actor's drafts on the branch looked at, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn drafts(&self) -> Result<Vec<DraftView>> {
        let (db, user) = (self.lcms.store().reader(), self.actor.id());
        let mut views = Vec::new();
        for draft in drafts::all(db, user, self.view.branch()).await? {
            let target = Target::Id(draft.component);
            let reference = Reference { target, revision: RevisionSelector::Head };
            // What may not be read any more, or is gone, is not listed.
            let Ok(view) = self.component(&reference).await else { continue };
            let behind = view.revision.id != draft.base;
            let title = view.content.title().to_owned();
            let component =
                Named { component: view.component, library_key: view.library_key, title };
            views.push(DraftView { component, draft, behind });
        }
        Ok(views)
    }

    /// Keeps a draft in place of the one before.
    ///
    /// # Errors
    /// When it is too large, or the actor may not write in the component's library.
    pub async fn keep_draft(&self, target: &Target, new: SaveDraft) -> Result<Draft> {
        let (component, _) = self.component_with(target, Right::Write).await?;
        if new.content.to_string().len() > MAX_DRAFT {
            return Err(Error::too_large(format!("a draft has at most {MAX_DRAFT} bytes")));
        }
        let draft =
            Draft { component: component.id, base: new.base, content: new.content, saved: now() };
        let (user, branch, work) = (self.actor.id(), self.view.branch(), draft.clone());
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { drafts::keep(tx, user, branch, &work).await }))
            .await?;
        Ok(draft)
    }

    /// Throws the actor's draft of a component away, if there is one.
    ///
    /// # Errors
    /// When there is no such component that the actor may read.
    pub async fn discard_draft(&self, target: &Target) -> Result<()> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let (user, branch) = (self.actor.id(), self.view.branch());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move { drafts::discard(tx, user, branch, component.id).await })
            })
            .await?;
        Ok(())
    }
}

//! Branches: made, listed, closed, and what they change.
//!
//! A branch is one row. What it changes are the heads it has of its own, compared with what it
//! stands on. The rules of review, merging and new bases stand in `docs/decisions/0014-branches.md`.

mod changes;

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use changes::{BranchChange, BranchChanges, DiffSummary};
pub(super) use changes::{Change, as_head, changes_of, documents_in, heads_below, version_in};

use super::Session;
use super::session::{no_branch, takes_no_edits};
use crate::error::{Error, Result};
use crate::model::{
    Base, Branch, BranchId, BranchReview, BranchState, Component, EventKind, Key, Library,
    LibraryId, Moment, Right, State,
};
use crate::store::events::NewEvent;
use crate::store::{Connection, branches, events, libraries, now};

/// A branch to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBranch {
    /// Its name, unique on this server.
    pub name: Key,
    /// The moment it begins at; `main` as it is now when left out.
    #[serde(default)]
    pub from: Option<Moment>,
}

/// A branch with where it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BranchView {
    /// The branch.
    #[serde(flatten)]
    pub branch: Branch,
    /// Name of the branch it stands on; absent for `main`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_name: Option<Key>,
    /// The newest step of its review, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<BranchReview>,
    /// Where it stands: the review counts only while the branch is as it was reviewed.
    pub standing: State,
    /// Whether it was changed after the newest step of its review.
    pub review_is_stale: bool,
    /// How many component versions it changes. Lists leave it out for a branch that takes no
    /// edits any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<usize>,
}

impl Session {
    /// Makes a branch that begins at any moment. Nothing is copied.
    ///
    /// # Errors
    /// When the name is taken, the moment does not exist, branches would stand on each other too
    /// deep, or the actor may write nowhere.
    pub async fn create_branch(&self, new: NewBranch) -> Result<BranchView> {
        self.require_somewhere(Right::Write)?;
        let begins = self.at_moment(&new.from.unwrap_or_default()).await?;
        if begins.view.layers().len() >= branches::MAX_DEPTH {
            return Err(Error::invalid(format!(
                "branches may stand on each other at most {} deep",
                branches::MAX_DEPTH
            )));
        }
        let below = begins.view.layers().first().copied();
        let below_branch = below.map_or(BranchId::MAIN, |layer| layer.branch);
        let as_of = below.and_then(|layer| layer.as_of);
        let (name, actor, time) = (new.name, self.actor.id(), now());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let place = branches::place(tx, &name, below_branch).await?;
                    if !place.is_free {
                        return Err(Error::conflict(format!("there is a branch `{name}` already")));
                    }
                    let event = as_of.unwrap_or(place.last_event);
                    let base = Base { branch: below_branch, event };
                    let detail = serde_json::json!({
                        "branch": name, "base": base.branch, "base_event": base.event
                    });
                    let event =
                        NewEvent { detail, ..NewEvent::new(EventKind::BranchCreated, time, actor) };
                    let branch = Branch {
                        id: place.id,
                        name,
                        base: Some(base),
                        state: BranchState::Open,
                        author: Some(actor),
                        created: time,
                        event: events::append(tx, event).await?,
                    };
                    branches::insert(tx, &branch).await?;
                    Ok(BranchView {
                        branch,
                        base_name: place.below,
                        review: None,
                        standing: State::Draft,
                        review_is_stale: false,
                        changes: Some(0),
                    })
                })
            })
            .await
    }

    /// Every branch, oldest first; `main` is the first.
    ///
    /// # Errors
    /// When the actor may read nowhere.
    pub async fn branches(&self) -> Result<Vec<BranchView>> {
        self.require_somewhere(Right::Read)?;
        let all = branches::all(self.lcms.store().reader()).await?;
        let mut views = Vec::with_capacity(all.len());
        for branch in all {
            // Branches that were put away grow in number; nobody counts what they changed.
            views.push(match branch.state {
                BranchState::Open => self.branch_view(branch).await?,
                BranchState::Merged | BranchState::Closed => self.put_away(branch).await?,
            });
        }
        Ok(views)
    }

    /// One branch.
    ///
    /// # Errors
    /// When there is none of that name, or the actor may read nowhere.
    pub async fn branch_named(&self, name: &Key) -> Result<BranchView> {
        self.require_somewhere(Right::Read)?;
        let branch = branches::by_name(self.lcms.store().reader(), name).await?;
        self.branch_view(branch.ok_or_else(|| no_branch(name))?).await
    }

    async fn branch_view(&self, branch: Branch) -> Result<BranchView> {
        let db = self.lcms.store().reader();
        let changes = changes_of(db, &branch).await?;
        let mut view = self.put_away(branch).await?;
        if let Some(review) = &view.review
            && view.branch.state != BranchState::Merged
        {
            view.review_is_stale = review.digest != super::branch_reviews::digest_of(&changes);
        }
        if view.review_is_stale {
            view.standing = State::Draft;
        }
        view.changes = view.branch.base.map(|_| changes.len());
        Ok(view)
    }

    /// A branch as its review left it. A merged branch stays what it was when it was merged.
    async fn put_away(&self, branch: Branch) -> Result<BranchView> {
        let db = self.lcms.store().reader();
        let base_name = match branch.base {
            Some(base) => branches::by_id(db, base.branch).await?.map(|below| below.name),
            None => None,
        };
        let review = branches::last_review(db, branch.id).await?;
        let standing = review.as_ref().map_or(State::Draft, |review| review.state);
        Ok(BranchView {
            branch,
            base_name,
            review,
            standing,
            review_is_stale: false,
            changes: None,
        })
    }

    /// Gives a branch up; nothing of it is lost.
    ///
    /// # Errors
    /// When it is not open, or the actor neither made it nor administers every library.
    pub async fn close_branch(&self, name: &Key) -> Result<BranchView> {
        self.change_branch_state(name, BranchState::Closed).await
    }

    /// Opens a branch again that was given up.
    ///
    /// # Errors
    /// When it is not closed, or the actor neither made it nor administers every library.
    pub async fn reopen_branch(&self, name: &Key) -> Result<BranchView> {
        self.change_branch_state(name, BranchState::Open).await
    }

    async fn change_branch_state(&self, name: &Key, to: BranchState) -> Result<BranchView> {
        let (session, name, time) = (self.clone(), name.clone(), now());
        let branch = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let branch = standing_branch(tx, &name).await?;
                    if branch.author != Some(session.actor.id()) {
                        session.require_everywhere(Right::Administer)?;
                    }
                    let kind = match (branch.state, to) {
                        (BranchState::Open, BranchState::Closed) => EventKind::BranchClosed,
                        (BranchState::Closed, BranchState::Open) => EventKind::BranchReopened,
                        (BranchState::Open, _) => {
                            return Err(Error::conflict(format!("branch `{name}` is open")));
                        }
                        _ => return Err(takes_no_edits(&branch)),
                    };
                    let changed = Branch { state: to, ..branch };
                    let event = NewEvent {
                        detail: serde_json::json!({ "branch": changed.name }),
                        ..NewEvent::new(kind, time, session.actor.id())
                    };
                    let number = events::append(tx, event).await?;
                    branches::update(tx, &changed, number).await?;
                    Ok(changed)
                })
            })
            .await?;
        self.branch_view(branch).await
    }

    pub(super) async fn libraries_by_id(
        &self,
        db: &impl Connection,
    ) -> Result<HashMap<LibraryId, Library>> {
        let all = libraries::all(db).await?;
        Ok(all.into_iter().map(|library| (library.id, library)).collect())
    }

    /// Refuses unless the actor holds a right in the library of each of these components.
    pub(super) async fn require_for_all<'c>(
        &self,
        db: &impl Connection,
        components: impl Iterator<Item = &'c Component>,
        right: Right,
    ) -> Result<()> {
        let touched: BTreeSet<_> = components.map(|component| component.library).collect();
        let libraries = self.libraries_by_id(db).await?;
        let refused: Vec<_> =
            touched.into_iter().filter(|library| !self.may(*library, right)).collect();
        if refused.is_empty() {
            return Ok(());
        }
        let (named, hidden): (Vec<_>, Vec<_>) = refused
            .iter()
            .filter_map(|id| libraries.get(id))
            .partition(|library| self.may(library.id, Right::Read));
        let mut places: Vec<_> =
            named.iter().map(|library| format!("library `{}`", library.key)).collect();
        if !hidden.is_empty() {
            places.push(format!("{} that you may not read", hidden.len()));
        }
        let name = self.actor.name();
        Err(Error::forbidden(format!("`{name}` may not {right} in {}", places.join(", ")))
            .hint(format!("an admin can grant the role `{}` there", right.given_by())))
    }
}

/// A branch other than `main`, as it stands in that transaction.
pub(super) async fn standing_branch(db: &impl Connection, name: &Key) -> Result<Branch> {
    let branch = branches::by_name(db, name).await?.ok_or_else(|| no_branch(name))?;
    if branch.base.is_none() {
        return Err(Error::invalid(format!("`{name}` stands on nothing: it is always there")));
    }
    Ok(branch)
}

/// The same, if it takes edits.
pub(super) async fn open_branch(db: &impl Connection, name: &Key) -> Result<(Branch, Base)> {
    let branch = standing_branch(db, name).await?;
    match branch.base {
        Some(base) if branch.state == BranchState::Open => Ok((branch, base)),
        _ => Err(takes_no_edits(&branch)),
    }
}

//! The review of a branch: everything it changes, as one.
//!
//! A step of the review is bound to one digest over every version that the branch changes and
//! what it changes it from. Any edit on the branch makes another digest, so an approval is stale
//! by itself; undoing the edit makes it count again.

use super::Session;
use super::branches::{BranchView, Change, changes_of, open_branch};
use crate::error::{Error, Result};
use crate::model::{BranchReview, Digest, EventKind, Key, State, Transition};
use crate::store::events::NewEvent;
use crate::store::{branches, events, now};

/// What a review of these changes is bound to: SHA-256 over canonical JSON of
/// `["lcms-branch/1", [[component, language, content, metadata, source, content below, metadata
/// below], …]]`, by component and language, `null` where there is none.
pub(super) fn digest_of(changes: &[Change]) -> Digest {
    let entries: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.component.id,
                &change.language,
                change.head.content,
                change.head.metadata,
                change.head.source,
                change.below.map(|below| below.content),
                change.below.map(|below| below.metadata),
            )
        })
        .collect();
    Digest::of_document(&("lcms-branch/1", entries)).0
}

impl Session {
    /// Takes a step in the review of a branch: submit, approve or withdraw.
    ///
    /// Submitting and withdrawing from review need the right to write in the library of every
    /// component that the branch changes, approving and withdrawing an approval the right to
    /// review.
    ///
    /// # Errors
    /// When the step does not lead from where the branch stands, it changes nothing or takes no
    /// edits, or the actor lacks a right.
    pub async fn review_branch(&self, name: &Key, step: Transition) -> Result<BranchView> {
        let state = match step {
            Transition::Submit => State::InReview,
            Transition::Approve => State::Approved,
            Transition::Withdraw => State::Draft,
            Transition::Retire | Transition::Reinstate => {
                return Err(Error::invalid(format!(
                    "there is no step {} for a branch",
                    step.as_str()
                ))
                .hint("close the branch to give it up"));
            }
        };
        let (session, wanted, time) = (self.clone(), name.clone(), now());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let (branch, _) = open_branch(tx, &wanted).await?;
                    let changes = changes_of(tx, &branch).await?;
                    if changes.is_empty() {
                        return Err(Error::conflict(format!("branch `{wanted}` changes nothing")));
                    }
                    let digest = digest_of(&changes);
                    let last = branches::last_review(tx, branch.id).await?;
                    let stands = last
                        .filter(|review| review.digest == digest)
                        .map_or(State::Draft, |review| review.state);
                    let touched = changes.iter().map(|change| &change.component);
                    session.require_for_all(tx, touched, step.needs(stands)).await?;
                    if !step.leaves(stands) {
                        return Err(Error::conflict(format!(
                            "branch `{wanted}` is {stands}: {} does not lead on from there",
                            step.as_str()
                        )));
                    }
                    session.require_all_ready(tx, &changes, step).await?;
                    let actor = session.actor.id();
                    let event = NewEvent {
                        detail: serde_json::json!({
                            "branch": wanted,
                            "step": step.as_str(),
                            "from": stands.as_str(),
                            "digest": digest,
                        }),
                        ..NewEvent::new(EventKind::BranchReviewed, time, actor)
                    };
                    let event = events::append(tx, event).await?;
                    let review = BranchReview { digest, state, actor, time, event };
                    branches::record_review(tx, branch.id, &review).await
                })
            })
            .await?;
        self.branch_named(name).await
    }
}

//! Reviews of releases. A release never changes, so its approval is bound to its digest, and
//! through it to everything in it.

use super::Session;
use super::releases::ReleaseView;
use crate::error::{Error, Result};
use crate::model::{EventKind, ReleaseId, ReleaseReview, Right, State, Transition};
use crate::store::events::{self, NewEvent};
use crate::store::{Connection, now, releases};

impl Session {
    /// Takes a release a step further in its review: submit, approve or withdraw. Whoever may
    /// publish submits; whoever may review approves and takes an approval back.
    ///
    /// # Errors
    /// When there is no such release, the step does not lead on from where it stands, or the
    /// actor lacks the right for it.
    pub async fn review_release(&self, id: ReleaseId, step: Transition) -> Result<ReleaseView> {
        let (release, component, library) = self.release_with(id, Right::Read).await?;
        let name = format!("release {} of `{}/{}`", release.number, library.key, component.key);
        let state = state_of(self.lcms.store().reader(), id).await?;
        self.require(&library, right_for(step, state)?)?;
        let refuse = move |state: State| {
            Error::conflict(format!(
                "{name} is {state}: {} does not lead on from there",
                step.as_str()
            ))
        };
        let review = ReleaseReview {
            state: match step {
                Transition::Submit => State::InReview,
                Transition::Approve => State::Approved,
                _ => State::Draft,
            },
            actor: self.actor.id(),
            time: now(),
        };
        let event = NewEvent {
            library: Some(library.id),
            component: Some(component.id),
            release: Some(id),
            detail: serde_json::json!({
                "step": step.as_str(), "from": state.as_str(), "digest": release.digest,
            }),
            ..NewEvent::new(EventKind::ReleaseStateChanged, review.time, self.actor.id())
        };
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let stands = state_of(tx, id).await?;
                    if stands != state || !step.leaves(stands) {
                        return Err(refuse(stands));
                    }
                    let number = events::append(tx, event).await?;
                    releases::record_review(tx, id, &review, number).await
                })
            })
            .await?;
        self.release_by_id(id).await
    }
}

fn right_for(step: Transition, state: State) -> Result<Right> {
    match step {
        Transition::Submit => Ok(Right::Publish),
        Transition::Withdraw if state != State::Approved => Ok(Right::Publish),
        Transition::Withdraw | Transition::Approve => Ok(Right::Review),
        Transition::Retire | Transition::Reinstate => {
            Err(Error::invalid(format!("a release cannot {}", step.as_str()))
                .hint("a release is submitted, approved or withdrawn"))
        }
    }
}

async fn state_of(db: &impl Connection, id: ReleaseId) -> Result<State> {
    let review = releases::reviews(db, &[id]).await?.remove(&id);
    Ok(review.map_or(State::Draft, |review| review.state))
}

//! Sending what waits in the queue.

use time::{Duration, OffsetDateTime};

use super::address::checked;
use super::message::{self, Body, Outgoing};
use crate::error::{Error, Result};
use crate::model::{DeliveryId, Right, SavedSearchId};
use crate::service::Lcms;
use crate::store::webhooks::{self, Delivery, DeliveryState};
use crate::store::{now, saved_searches};

/// Attempts after which a message is given up.
const MOST_ATTEMPTS: u32 = 15;
/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::hours(4);
/// How long a message that never arrives is tried, about: fifteen attempts that wait 30 seconds, a
/// minute, two, and so on up to four hours.
pub const GIVEN_UP_AFTER: Duration = Duration::hours(24);
/// For how long a node has a message for itself: longer than an attempt may last.
const LEASE: Duration = Duration::minutes(2);
/// How long messages are kept that are done with.
const KEPT: Duration = Duration::days(30);

/// What became of an attempt to send a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The receiver answered with that status.
    Answered(u16),
    /// It did not; why.
    Failed(String),
}

pub(super) fn new_delivery(search: SavedSearchId, body: &Body) -> Result<Delivery> {
    let time = now();
    Ok(Delivery {
        id: DeliveryId::new(),
        search,
        body: serde_json::to_string(body)
            .map_err(|error| Error::internal("a message cannot be written", error))?,
        state: DeliveryState::Waiting,
        attempts: 0,
        outcome: String::new(),
        created: time,
        due: Some(time),
        tried: None,
    })
}

pub(super) fn body_of(delivery: &Delivery) -> Result<Body> {
    serde_json::from_str(&delivery.body).map_err(|error| {
        let message = format!("message {} cannot be read by this version", delivery.id);
        Error::internal(message, error)
    })
}

/// What is to be done with a message that is due.
enum Step {
    Send(Box<Outgoing>),
    Note(DeliveryState, String),
}

impl Lcms {
    /// Takes messages that are due, at most `limit`, for this node alone until two minutes from now:
    /// each is to be sent, and what became of it told to [`Lcms::note_attempt`].
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn take_deliveries(&self, limit: u64) -> Result<Vec<Outgoing>> {
        let mut outgoing = Vec::new();
        for due in webhooks::due(self.store().reader(), now(), limit).await? {
            let (was_due, leased) = (due.due, Delivery { due: Some(now() + LEASE), ..due });
            // Taken first: an attempt that kills the process is not made for ever without a pause.
            if !self.keep(leased.clone(), was_due).await? {
                continue;
            }
            match self.step(&leased).await? {
                Step::Send(message) => outgoing.push(*message),
                Step::Note(state, outcome) => {
                    let failed = match state {
                        DeliveryState::Waiting => self.failed(&leased, outcome),
                        state => Delivery { state, outcome, due: None, ..leased.clone() },
                    };
                    self.keep(failed, leased.due).await?;
                }
            }
        }
        Ok(outgoing)
    }

    /// Notes what became of a message that was taken.
    ///
    /// # Errors
    /// When the store cannot be written. The message is then sent again.
    pub async fn note_attempt(&self, id: DeliveryId, attempt: Attempt) -> Result<()> {
        let Some(taken) = webhooks::delivery(self.store().reader(), id).await? else {
            return Ok(()); // closed meanwhile
        };
        let was_due = taken.due;
        let done = |state, outcome: String| Delivery {
            state,
            outcome,
            attempts: taken.attempts + 1,
            due: None,
            tried: Some(now()),
            ..taken.clone()
        };
        let noted = match attempt {
            Attempt::Answered(status @ 200..=299) => {
                done(DeliveryState::Delivered, format!("the receiver answered {status}"))
            }
            Attempt::Answered(410) => {
                let outcome = "the receiver answered 410: it wants no more messages";
                done(DeliveryState::GivenUp, outcome.to_owned())
            }
            Attempt::Answered(status) => {
                self.failed(&taken, format!("the receiver answered {status}"))
            }
            Attempt::Failed(why) => self.failed(&taken, why),
        };
        self.keep(noted, was_due).await?;
        let (search, old) = (taken.search, now() - KEPT);
        let writer = self.store().writer();
        writer
            .write(move |tx| Box::pin(async move { webhooks::prune(tx, search, old).await }))
            .await
    }

    async fn keep(&self, delivery: Delivery, was_due: Option<OffsetDateTime>) -> Result<bool> {
        let writer = self.store().writer();
        writer
            .write(move |tx| {
                Box::pin(async move { webhooks::update(tx, &delivery, was_due).await })
            })
            .await
    }

    /// A message after an attempt that failed: it waits for the next, or is given up.
    fn failed(&self, taken: &Delivery, outcome: String) -> Delivery {
        let attempts = taken.attempts + 1;
        let first =
            Duration::try_from(self.settings().webhooks.first_retry).unwrap_or(LONGEST_WAIT);
        let wait = first.saturating_mul(1 << (attempts - 1).min(16)).min(LONGEST_WAIT);
        let over = attempts >= MOST_ATTEMPTS;
        Delivery {
            state: if over { DeliveryState::GivenUp } else { DeliveryState::Waiting },
            outcome,
            attempts,
            due: (!over).then(|| now() + wait),
            tried: Some(now()),
            ..taken.clone()
        }
    }

    /// What to do with a message, with what its owner may read now.
    async fn step(&self, delivery: &Delivery) -> Result<Step> {
        let db = self.store().reader();
        let kept = saved_searches::by_id(db, delivery.search).await?;
        let webhook = webhooks::of(db, delivery.search).await?;
        let Some((kept, webhook)) = kept.zip(webhook) else {
            let outcome = "the webhook was closed".to_owned();
            return Ok(Step::Note(DeliveryState::Withheld, outcome));
        };
        let Some(session) = self.reading_for(kept.user).await? else {
            let outcome = "the owner of the search may not act any more".to_owned();
            return Ok(Step::Note(DeliveryState::Withheld, outcome));
        };
        // One message that cannot be made keeps no other waiting.
        let given_up = |error: &Error| Step::Note(DeliveryState::GivenUp, error.to_string());
        let body = match body_of(delivery) {
            Err(error) => return Ok(given_up(&error)),
            Ok(Body::Test) => Body::Test,
            Ok(Body::Found(mut items)) => {
                items.retain(|item| session.may(item.library, Right::Read));
                if items.is_empty() {
                    let outcome = "the owner of the search may not read any of it any more";
                    return Ok(Step::Note(DeliveryState::Withheld, outcome.to_owned()));
                }
                Body::Found(items)
            }
        };
        let url = match checked(&webhook.url, &self.settings().webhooks.hosts) {
            Ok(url) => url,
            Err(error) => return Ok(Step::Note(DeliveryState::Waiting, error.to_string())),
        };
        let message = message::compose(
            delivery.id,
            (kept.id, &kept.name),
            delivery.created,
            &body,
            (url, &webhook.secret),
            now(),
        );
        Ok(match message {
            Ok(message) => Step::Send(Box::new(message)),
            Err(error) => given_up(&error),
        })
    }
}

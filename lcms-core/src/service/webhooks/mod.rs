//! Webhooks of kept searches: what a search comes to find is told to a receiver.
//!
//! Two things go on, each in steps that any node may do and that are done once. *Looking*: the
//! components that events happened to are searched for among what the search finds, with the rights of
//! its owner; what the receiver was not told of becomes a message in the queue, in the transaction that
//! moves the webhook past those events. *Sending*: a node takes a message that is due, for as long as an
//! attempt may last, and notes what became of it. A message whose node died is due again by itself; so
//! each arrives at least once, and carries an id by which a receiver knows it again.
//!
//! What is sent was readable to the owner when it was found and is when it is sent.

mod address;
mod message;
mod queue;
mod watch;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use address::{AllowedHost, Reach};
pub use message::{FoundItem, Outgoing, Told};
pub use queue::{Attempt, GIVEN_UP_AFTER};

use super::Session;
use crate::error::{Error, Result};
use crate::index::Sort;
use crate::model::{DeliveryId, EventNumber, Right, SavedSearchId, UserId};
use crate::store::now;
use crate::store::saved_searches::{self, KeptSearch};
use crate::store::webhooks::{self, Delivery, DeliveryState, Webhook};
use message::Body;

/// Most components that a search with a webhook finds when it is opened: each is remembered.
const MOST_FOUND: u64 = 10_000;
/// Messages that are listed.
const LISTED: u64 = 50;

/// Where messages are sent to, and how.
#[derive(Clone, Debug)]
pub struct WebhookSettings {
    /// The hosts that messages may be sent to; nothing is sent without one.
    pub hosts: Vec<AllowedHost>,
    /// How long after a failure the second attempt is made; each further one waits twice as long.
    pub first_retry: std::time::Duration,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self { hosts: Vec::new(), first_retry: std::time::Duration::from_secs(30) }
    }
}

/// A webhook to be opened.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// Where messages are sent: an `https` address of a host that the server allows.
    pub url: String,
}

/// The webhook of a saved search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhookView {
    /// The search.
    pub search: SavedSearchId,
    /// What it is called.
    pub name: String,
    /// Whose search it is.
    pub owner: UserId,
    /// Where messages are sent.
    pub url: String,
    /// What messages are signed with. It is shown only when the webhook is opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Up to which event it was looked what is found.
    pub seen: EventNumber,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// The last messages, newest first; at most 50. Those done with are kept for 30 days.
    pub deliveries: Vec<DeliveryView>,
}

/// A message of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeliveryView {
    /// The message.
    pub id: DeliveryId,
    /// How far it is.
    pub state: DeliveryState,
    /// How many components it tells of; 0 for a test.
    pub items: usize,
    /// How often it was tried.
    pub attempts: u32,
    /// What became of the last attempt; empty before the first.
    pub outcome: String,
    /// When there was something to tell.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// When it is tried next.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<OffsetDateTime>,
    /// When it was tried last.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub tried: Option<OffsetDateTime>,
}

impl DeliveryView {
    fn of(delivery: Delivery) -> Self {
        let items = match queue::body_of(&delivery) {
            Ok(Body::Found(items)) => items.len(),
            // What another version wrote is listed all the same.
            Ok(Body::Test) | Err(_) => 0,
        };
        let Delivery { id, state, attempts, outcome, created, due, tried, .. } = delivery;
        Self { id, state, items, attempts, outcome, created, due, tried }
    }
}

fn no_webhook(id: SavedSearchId) -> Error {
    Error::not_found(format!("saved search {id} has no webhook, or it is somebody else's"))
}

impl Session {
    /// Opens the webhook of a search that the actor keeps, in place of the one before: what the search
    /// comes to find from now on is sent to that address. The secret is shown only now.
    ///
    /// # Errors
    /// When the search is not the actor's, the server may not send there, or the search finds more than
    /// ten thousand components.
    pub async fn open_webhook(&self, id: SavedSearchId, new: NewWebhook) -> Result<WebhookView> {
        let kept = self.kept(id).await?.filter(|kept| kept.user == self.actor.id());
        let kept = kept.ok_or_else(|| no_webhook(id))?;
        let url = address::checked(&new.url, &self.lcms.settings().webhooks.hosts)?;
        let (bytes, shown) = message::new_secret()?;
        let (known, seen) = self.lcms.found_by(&kept).await?;
        let webhook =
            Webhook { search: id, url: url.to_string(), secret: bytes, seen, created: now() };
        let opened = webhook.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    // It may have been thrown away meanwhile.
                    saved_searches::by_id(tx, id).await?.ok_or_else(|| no_webhook(id))?;
                    webhooks::close(tx, id).await?;
                    webhooks::open(tx, &webhook).await?;
                    webhooks::note(tx, id, &known).await
                })
            })
            .await?;
        let view = self.webhook_shown(&kept, opened).await?;
        Ok(WebhookView { secret: Some(shown), ..view })
    }

    /// The webhook of a search with its last messages, for who keeps the search and for admins.
    ///
    /// # Errors
    /// When there is none, or it is somebody else's.
    pub async fn webhook(&self, id: SavedSearchId) -> Result<WebhookView> {
        let (kept, webhook) = self.own_webhook(id).await?;
        self.webhook_shown(&kept, webhook).await
    }

    /// Every webhook with its last messages.
    ///
    /// # Errors
    /// When the actor is not an admin of every library.
    pub async fn webhooks(&self) -> Result<Vec<WebhookView>> {
        self.require_everywhere(Right::Administer)?;
        let db = self.lcms.store().reader();
        let mut all = Vec::new();
        for webhook in webhooks::all(db).await? {
            if let Some(kept) = saved_searches::by_id(db, webhook.search).await? {
                all.push(self.webhook_shown(&kept, webhook).await?);
            }
        }
        Ok(all)
    }

    /// Closes the webhook of a search: nothing is sent any more, nor what waits.
    ///
    /// # Errors
    /// As [`Session::webhook`].
    pub async fn close_webhook(&self, id: SavedSearchId) -> Result<()> {
        self.own_webhook(id).await?;
        let writer = self.lcms.store().writer();
        writer.write(move |tx| Box::pin(async move { webhooks::close(tx, id).await })).await
    }

    /// Sends a message that tells nothing, to see whether messages arrive.
    ///
    /// # Errors
    /// As [`Session::webhook`].
    pub async fn test_webhook(&self, id: SavedSearchId) -> Result<DeliveryView> {
        self.own_webhook(id).await?;
        let delivery = queue::new_delivery(id, &Body::Test)?;
        let queued = delivery.clone();
        let writer = self.lcms.store().writer();
        writer
            .write(move |tx| {
                Box::pin(async move {
                    webhooks::of(tx, id).await?.ok_or_else(|| no_webhook(id))?;
                    webhooks::queue(tx, &queued).await
                })
            })
            .await?;
        Ok(DeliveryView::of(delivery))
    }

    /// Sends a message again that was given up, or the next attempt of which is to be made now. It
    /// keeps its id.
    ///
    /// # Errors
    /// When there is no such message of that search, it was delivered, or it is somebody else's.
    pub async fn retry_delivery(
        &self,
        id: SavedSearchId,
        delivery: DeliveryId,
    ) -> Result<DeliveryView> {
        self.own_webhook(id).await?;
        let writer = self.lcms.store().writer();
        let again = writer
            .write(move |tx| {
                Box::pin(async move {
                    let found = webhooks::delivery(tx, delivery).await?;
                    let found = found.filter(|found| found.search == id).ok_or_else(|| {
                        Error::not_found(format!("there is no message {delivery} of that webhook"))
                    })?;
                    if found.state == DeliveryState::Delivered {
                        return Err(Error::conflict("the receiver took that message already"));
                    }
                    let was_due = found.due;
                    let again = Delivery {
                        state: DeliveryState::Waiting,
                        attempts: 0,
                        due: Some(now()),
                        ..found
                    };
                    match webhooks::update(tx, &again, was_due).await? {
                        true => Ok(again),
                        false => Err(Error::conflict("that message is being sent just now")),
                    }
                })
            })
            .await?;
        Ok(DeliveryView::of(again))
    }

    async fn kept(&self, id: SavedSearchId) -> Result<Option<KeptSearch>> {
        self.require_somewhere(Right::Read)?;
        saved_searches::by_id(self.lcms.store().reader(), id).await
    }

    /// A webhook that is the actor's own, or any for an admin.
    async fn own_webhook(&self, id: SavedSearchId) -> Result<(KeptSearch, Webhook)> {
        let kept = self.kept(id).await?;
        let is_admin = self.require_everywhere(Right::Administer).is_ok();
        let kept = kept.filter(|kept| is_admin || kept.user == self.actor.id());
        let webhook = webhooks::of(self.lcms.store().reader(), id).await?;
        kept.zip(webhook).ok_or_else(|| no_webhook(id))
    }

    async fn webhook_shown(&self, kept: &KeptSearch, webhook: Webhook) -> Result<WebhookView> {
        let db = self.lcms.store().reader();
        let deliveries = webhooks::deliveries(db, kept.id, LISTED).await?;
        let deliveries = deliveries.into_iter().map(DeliveryView::of).collect();
        let Webhook { search, url, seen, created, .. } = webhook;
        let (name, owner) = (kept.name.clone(), kept.user);
        Ok(WebhookView { search, name, owner, url, secret: None, seen, created, deliveries })
    }
}

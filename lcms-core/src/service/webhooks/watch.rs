//! Looking what a search came to find.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::message::Body;
use super::{FoundItem, MOST_FOUND, Sort, Told, queue};
use crate::error::{Error, Result};
use crate::index::{Hit, MAX_LIMIT, Note};
use crate::model::{ComponentId, Event, EventNumber, RevisionId};
use crate::service::saved_searches::words_of;
use crate::service::search::SearchQuery;
use crate::service::{Lcms, Session};
use crate::store::events;
use crate::store::saved_searches::{self, KeptSearch};
use crate::store::webhooks::{self, Webhook};

/// Events looked at in one step.
const BATCH: u64 = 1000;

impl Lcms {
    /// Looks once what the searches with webhooks came to find, as far as the index of this node is,
    /// and queues what there is to tell. Says whether any was behind.
    ///
    /// # Errors
    /// When store or index cannot be read.
    pub async fn watch_searches(&self) -> Result<bool> {
        let db = self.store().reader();
        let all = webhooks::all(db).await?;
        if all.is_empty() {
            return Ok(false);
        }
        let indexed = self.indexing().position().await?;
        let mut logs: HashMap<EventNumber, Vec<Event>> = HashMap::new();
        let mut was_behind = false;
        for webhook in all.iter().filter(|webhook| webhook.seen < indexed) {
            was_behind = true;
            let log = match logs.entry(webhook.seen) {
                Entry::Occupied(read) => read.into_mut(),
                Entry::Vacant(unread) => {
                    let mut log = events::after(db, webhook.seen, BATCH).await?;
                    log.retain(|event| event.number <= indexed);
                    unread.insert(log)
                }
            };
            self.look(webhook, log).await?;
        }
        Ok(was_behind)
    }

    /// What of these events concerns a search becomes messages, and the webhook is past them.
    async fn look(&self, webhook: &Webhook, log: &[Event]) -> Result<()> {
        let Some(last) = log.last().map(|event| event.number) else { return Ok(()) };
        let db = self.store().reader();
        let touched: BTreeSet<ComponentId> =
            log.iter().filter_map(|event| event.component).collect();
        let touched: Vec<_> = touched.into_iter().collect();
        let known = webhooks::matches(db, webhook.search, &touched).await?;
        let Some(kept) = saved_searches::by_id(db, webhook.search).await? else { return Ok(()) };
        // Of somebody who may not act nothing is looked for: what happens meanwhile is not told later.
        let found = match self.reading_for(kept.user).await? {
            Some(session) => session.finds(&kept, &touched).await?,
            None => Vec::new(),
        };
        let standing: HashSet<_> = found.iter().map(|hit| ComponentId(hit.component)).collect();
        let gone: Vec<_> = known.keys().copied().filter(|id| !standing.contains(id)).collect();
        let mut items = Vec::new();
        let mut matches = Vec::new();
        for hit in found {
            let change = match known.get(&ComponentId(hit.component)) {
                None => Told::Found,
                Some(revision) if revision.0 != hit.revision => Told::Changed,
                Some(_) => continue,
            };
            matches.push((ComponentId(hit.component), RevisionId(hit.revision)));
            items.push(FoundItem::of(hit, change));
        }
        let messages = items
            .chunks(MAX_LIMIT)
            .map(|items| queue::new_delivery(webhook.search, &Body::Found(items.to_vec())))
            .collect::<Result<Vec<_>>>()?;
        let (search, before) = (webhook.search, webhook.seen);
        self.store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    // Another node may have been here, or the webhook be closed.
                    if !webhooks::see(tx, search, before, last).await? {
                        return Ok(());
                    }
                    webhooks::forget(tx, search, &gone).await?;
                    webhooks::note(tx, search, &matches).await?;
                    for message in &messages {
                        webhooks::queue(tx, message).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Everything that a search finds for its owner, with the event up to which this was looked.
    pub(super) async fn found_by(
        &self,
        kept: &KeptSearch,
    ) -> Result<(Vec<(ComponentId, RevisionId)>, EventNumber)> {
        let seen = self.indexing().position().await?;
        let Some(session) = self.reading_for(kept.user).await? else {
            return Ok((Vec::new(), seen));
        };
        let words = words_of(kept)?;
        let mut found = Vec::new();
        let mut cursor = None;
        loop {
            let page = session.search(words.query(Sort::Updated, MAX_LIMIT, cursor)).await?.page;
            if page.total > MOST_FOUND {
                let message = format!(
                    "the search finds {} components; one with a webhook finds at most {MOST_FOUND}",
                    page.total
                );
                return Err(
                    Error::conflict(message).hint("narrow it, by a library, a kind or a tag")
                );
            }
            if !is_exact(&page.notes) {
                return Ok((found, seen));
            }
            let hits = page.hits.iter();
            found.extend(hits.map(|hit| (ComponentId(hit.component), RevisionId(hit.revision))));
            cursor = page.next;
            if cursor.is_none() {
                return Ok((found, seen));
            }
        }
    }

    /// After the words of a search were changed: what it finds now is known, and nothing of it news.
    pub(in crate::service) async fn start_over(&self, kept: &KeptSearch) -> Result<()> {
        let db = self.store().reader();
        let Some(webhook) = webhooks::of(db, kept.id).await? else { return Ok(()) };
        let (known, seen) = self.found_by(kept).await?;
        self.store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let Some(webhook) = webhooks::of(tx, webhook.search).await? else {
                        return Ok(());
                    };
                    webhooks::see(tx, webhook.search, webhook.seen, seen).await?;
                    webhooks::forget_all(tx, webhook.search).await?;
                    webhooks::note(tx, webhook.search, &known).await
                })
            })
            .await
    }
}

impl Session {
    /// Which of these components a search finds as it was written.
    async fn finds(&self, kept: &KeptSearch, among: &[ComponentId]) -> Result<Vec<Hit>> {
        let words = words_of(kept)?;
        let mut found = Vec::new();
        for chunk in among.chunks(MAX_LIMIT) {
            let query = words.query(Sort::Updated, MAX_LIMIT, None);
            let query = SearchQuery { components: Some(chunk.to_vec()), ..query };
            let page = self.search(query).await?.page;
            if is_exact(&page.notes) {
                found.extend(page.hits);
            }
        }
        Ok(found)
    }
}

/// Whether what was found is what was asked for. A search that finds nothing looks for what is similar,
/// and among a few components it mostly finds nothing.
fn is_exact(notes: &[Note]) -> bool {
    !notes.iter().any(|note| matches!(note, Note::Similar | Note::Degraded))
}

//! Where-used: kept up by every save, and made again from the revisions when need be.

use std::collections::HashMap;

use super::Lcms;
use crate::error::Result;
use crate::model::{Content, Digest, EventNumber, Slot};
use crate::store::{Transaction, components, documents, events, usage};

/// The derived table's name among the counters.
const TABLE: &str = "usage";
/// Events read at a time.
const BATCH: u64 = 1000;

impl Lcms {
    /// Makes where-used when it is not there: after a schema change brought it.
    pub(super) async fn ensure_where_used(&self) -> Result<()> {
        if events::is_made(self.store().reader(), TABLE).await? {
            return Ok(());
        }
        self.rebuild_where_used().await
    }

    /// Makes where-used again from the revisions; every answer is as before.
    ///
    /// # Errors
    /// When a revision cannot be read; where-used is then as it was.
    pub async fn rebuild_where_used(&self) -> Result<()> {
        self.store().writer().write(|tx| Box::pin(rebuild(tx))).await
    }
}

async fn rebuild(tx: &Transaction) -> Result<()> {
    usage::clear(tx).await?;
    let mut position = EventNumber(0);
    loop {
        let log = events::after(tx, position, BATCH).await?;
        let Some(last) = log.last() else { break };
        position = last.number;
        let ids: Vec<_> =
            log.iter().filter(|e| e.kind.is_revision()).filter_map(|e| e.revision).collect();
        let mut revisions: Vec<_> = components::revisions(tx, &ids).await?.into_values().collect();
        revisions.sort_by_key(|revision| revision.event);
        let contents: Vec<_> = revisions.iter().map(|revision| revision.content).collect();
        let slots = slots_of(tx, &contents).await?;
        for revision in &revisions {
            let own = slots.get(&revision.content).map(Vec::as_slice).unwrap_or_default();
            usage::record(tx, revision, own, true).await?;
            usage::note_slots(tx, revision, u32::try_from(own.len()).unwrap_or(u32::MAX)).await?;
        }
    }
    events::note_made(tx, TABLE).await
}

async fn slots_of(tx: &Transaction, contents: &[Digest]) -> Result<HashMap<Digest, Vec<Slot>>> {
    let bodies = documents::get_many(tx, contents).await?;
    Ok(bodies
        .into_iter()
        .map(|(digest, body)| {
            let slots = Content::from_stored(&body).map(|content| content.slots());
            (digest, slots.unwrap_or_default())
        })
        .collect())
}

//! Where-used: kept up by every save, and made again from the revisions when need be.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::model::{ComponentId, Content, Digest, Revision, Slot};
use crate::service::Lcms;
use crate::store::{Transaction, components, documents, events, heads, usage};

/// The derived table's name among the counters.
const TABLE: &str = "usage";
/// Components whose rows are made again in one transaction. What a component holds follows from
/// its own revisions alone, so each batch stands for itself and saves go on between batches.
const BATCH: u64 = 500;

/// What making where-used again found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct WhereUsedRebuilt {
    /// Components looked through.
    pub components: u64,
    /// Of these, how many had entries that did not follow from their revisions; now they do.
    pub differed: u64,
}

impl Lcms {
    /// Makes where-used when it is not there: after a schema change brought it.
    pub(in crate::service) async fn ensure_where_used(&self) -> Result<()> {
        if events::is_made(self.store().reader(), TABLE).await? {
            return Ok(());
        }
        self.rebuild_where_used(|_| ()).await?;
        Ok(())
    }

    /// Makes where-used again from the revisions; every answer is as before. Saves and questions
    /// go on meanwhile. `progress` is told how many components are done.
    ///
    /// # Errors
    /// When a revision cannot be read; the components before it are done.
    pub async fn rebuild_where_used(
        &self,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<WhereUsedRebuilt> {
        let mut done = WhereUsedRebuilt::default();
        let mut last = None;
        loop {
            let batch = components::ids_after(self.store().reader(), last, BATCH).await?;
            let Some(end) = batch.last().copied() else { break };
            let rebuilt = self
                .store()
                .writer()
                .write(move |tx| Box::pin(async move { remake(tx, &batch).await }))
                .await?;
            done.components += rebuilt.parents;
            done.differed += rebuilt.differed;
            last = Some(end);
            progress(done.components);
        }
        done.differed += self
            .store()
            .writer()
            .write(|tx| {
                Box::pin(async move {
                    events::note_made(tx, TABLE).await?;
                    usage::drop_strays(tx).await
                })
            })
            .await?;
        Ok(done)
    }
}

async fn remake(tx: &Transaction, parents: &[ComponentId]) -> Result<usage::Rebuilt> {
    let revisions = components::revisions_of(tx, parents).await?;
    let slots = slots_of(tx, &revisions).await?;
    let own = |revision: &Revision| {
        slots.get(&(revision.content, revision.source.is_some())).map_or(&[][..], Vec::as_slice)
    };
    let with_slots: Vec<_> = revisions.iter().map(|revision| (revision, own(revision))).collect();
    let counts = with_slots
        .iter()
        .map(|(revision, slots)| (revision.id, u32::try_from(slots.len()).unwrap_or(u32::MAX)))
        .collect();
    heads::note_slots(tx, parents, &counts).await?;
    usage::remake(tx, parents, &with_slots).await
}

/// The slots of each content, by its digest and whether it is a translation.
async fn slots_of(
    tx: &Transaction,
    revisions: &[Revision],
) -> Result<HashMap<(Digest, bool), Vec<Slot>>> {
    let mut slots = HashMap::with_capacity(revisions.len());
    for chunk in revisions.chunks(1000) {
        let mut contents: Vec<_> = chunk.iter().map(|revision| revision.content).collect();
        contents.sort();
        contents.dedup();
        let bodies = documents::get_many(tx, &contents).await?;
        for revision in chunk {
            let key = (revision.content, revision.source.is_some());
            let Some(body) = bodies.get(&revision.content) else { continue };
            slots.entry(key).or_insert_with(|| {
                let content = Content::from_stored(body);
                match content {
                    // A translated structure is strings alone.
                    Ok(content) if key.1 && content.kind().is_structural() => Vec::new(),
                    content => content.map(|content| content.slots()).unwrap_or_default(),
                }
            });
        }
    }
    Ok(slots)
}

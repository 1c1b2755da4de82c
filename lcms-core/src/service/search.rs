//! Finding components.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use crate::error::Result;
use crate::index::{Facet, FacetCount, SearchPage, SearchRequest, Sort};
use crate::model::{ComponentId, Library, View};
use crate::store::{components, documents, events, heads};

/// How long somebody who has just saved waits for the index to contain it.
const OWN_SAVE: Duration = Duration::from_secs(1);
/// Events looked through for a save of one's own.
const RECENT_EVENTS: u64 = 500;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct SearchQuery {
    /// What the person typed.
    pub text: String,
    /// Values wanted of a facet: one of them is enough, for every facet that has any.
    pub filters: BTreeMap<Facet, Vec<String>>,
    /// Also find what is local to a structure.
    pub local: bool,
    /// The order.
    pub sort: Sort,
    /// Hits on a page, 1 to 100.
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// The person is still typing: the last word may be the beginning of one.
    pub prefix: bool,
    /// Count the values of facets.
    pub facets: bool,
}

/// What was found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SearchResult {
    /// The page.
    #[serde(flatten)]
    pub page: SearchPage,
    /// The index does not contain the newest changes yet.
    pub catching_up: bool,
}

impl Session {
    /// Finds components in the libraries the actor may read. What the actor saved is found at
    /// once; what others saved, when the index has followed.
    ///
    /// # Errors
    /// When the cursor or the limit is not valid, or the index cannot be read.
    pub async fn search(&self, query: SearchQuery) -> Result<SearchResult> {
        let readable = self.readable().await?;
        self.await_own_saves().await?;
        let indexing = self.lcms.indexing();
        let request = SearchRequest {
            text: query.text,
            libraries: Some(readable.iter().map(|library| library.id.0).collect()),
            local: query.local,
            lens: None,
            synonyms: self.lcms.synonyms().now(self.lcms.store().reader()).await?,
            filters: query.filters,
            sort: query.sort,
            limit: query.limit,
            cursor: query.cursor,
            prefix: query.prefix,
            facets: query.facets,
            highlight: true,
        };
        let mut page = indexing.read(move |index| index.search(&request)).await?;
        if let Some(objectives) = page.facets.as_mut().and_then(|f| f.get_mut(&Facet::Objective)) {
            self.label_objectives(objectives, &readable).await?;
        }
        let catching_up = !indexing.status().await?.is_current();
        Ok(SearchResult { page, catching_up })
    }

    /// Lets the index catch up, for a moment, when it lacks something that the actor did.
    async fn await_own_saves(&self) -> Result<()> {
        let indexing = self.lcms.indexing();
        let status = indexing.status().await?;
        if status.is_current() {
            return Ok(());
        }
        let db = self.lcms.store().reader();
        let recent = events::after(db, status.position, RECENT_EVENTS).await?;
        let own =
            recent.iter().any(|event| event.component.is_some() && event.actor == self.actor.id());
        if own {
            // A slow or broken index is no reason not to search what it has.
            // It goes on by itself when the time is over: half a step must not be dropped.
            let lcms = self.lcms.clone();
            let catching_up = tokio::spawn(async move { lcms.indexing().catch_up().await });
            if let Ok(Ok(Err(error))) = tokio::time::timeout(OWN_SAVE, catching_up).await {
                tracing::debug!(%error, "searching without one's own newest changes");
            }
        }
        Ok(())
    }

    /// Gives objectives their titles; those of other libraries keep their ids.
    async fn label_objectives(
        &self,
        counts: &mut [FacetCount],
        readable: &[Library],
    ) -> Result<()> {
        let db = self.lcms.store().reader();
        let ids: Vec<ComponentId> =
            counts.iter().filter_map(|count| count.value.parse().ok()).collect();
        let found = components::by_ids(db, &ids).await?;
        let languages: BTreeSet<_> = readable.iter().map(|library| &library.language).collect();
        let mut titles = BTreeMap::new();
        for language in languages {
            let own: Vec<_> = found
                .values()
                .filter(|component| {
                    readable.iter().any(|library| {
                        library.id == component.library && library.language == *language
                    })
                })
                .map(|component| component.id)
                .collect();
            for (id, head) in heads::of_many(db, &View::main(), &own, language).await? {
                titles.insert(id.to_string(), documents::content(db, head.content).await?);
            }
        }
        for count in counts {
            count.label = titles.get(&count.value).map(|content| content.title().to_owned());
        }
        Ok(())
    }
}

//! Finding components.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Session;
use super::freeze::{self, Version};
use super::indexing::pair;
use crate::error::Result;
use crate::index::{Facet, FacetCount, Index, Lens, LensLayer, SearchPage, SearchRequest, Sort};
use crate::model::{BranchId, Component, ComponentId, EventNumber, ReleaseReference, Right, View};
use crate::store::{Connection, events, versions};

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
    /// Only what has a newest revision made after this.
    pub since: Option<OffsetDateTime>,
    /// Only these components.
    pub components: Option<Vec<ComponentId>>,
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
    /// Which versions are looked at.
    pub among: Among,
}

/// Whether something holds a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// Something does.
    Used,
    /// Nothing does.
    Unused,
}

impl Usage {
    /// The value of the facet.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Unused => "unused",
        }
    }
}

/// Which versions a search looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Among {
    /// What stands on the branch and at the moment looked at.
    #[default]
    Standing,
    /// What a release froze.
    Release(ReleaseReference),
    /// What a later revision has replaced, on any branch.
    Superseded,
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
        let lens = self.lens(&query.among).await?;
        let indexing = self.lcms.indexing();
        let elsewhere = lens.is_some();
        let db = self.lcms.store().reader();
        let last = events::last_number(db).await?;
        self.await_own_saves(elsewhere, last).await?;
        let all = self.lcms.recent().libraries(db, last).await?;
        let readable = all.iter().filter(|library| self.may(library.id, Right::Read));
        let request = SearchRequest {
            text: query.text,
            libraries: Some(readable.map(|library| library.id.0).collect()),
            local: query.local,
            lens,
            since: query.since,
            components: query.components.map(|ids| ids.iter().map(|id| id.0).collect()),
            synonyms: self.lcms.synonyms().now(db, last).await?,
            filters: query.filters,
            sort: query.sort,
            limit: query.limit,
            cursor: query.cursor,
            prefix: query.prefix,
            facets: query.facets,
            highlight: true,
        };
        let search = move |index: &Index| index.search(&request);
        let (mut page, position) = if elsewhere {
            (indexing.read_versions(search).await?, indexing.position_of_versions().await?)
        } else {
            (indexing.read(search).await?, indexing.position().await?)
        };
        if let Some(objectives) = page.facets.as_mut().and_then(|f| f.get_mut(&Facet::Objective)) {
            self.label_objectives(objectives).await?;
        }
        Ok(SearchResult { page, catching_up: position < last })
    }

    /// Whether a search among these looks at the index of all versions.
    #[must_use]
    pub fn is_elsewhere(&self, among: &Among) -> bool {
        *among != Among::Standing || *self.view != View::main()
    }

    /// Which versions are looked at; `None` for `main` as it is now, which has an index of its own.
    async fn lens(&self, among: &Among) -> Result<Option<Lens>> {
        let db = self.lcms.store().reader();
        Ok(match among {
            Among::Superseded => Some(Lens::Superseded),
            Among::Release(reference) => {
                let release = self.find_release(reference).await?.release;
                let outline = freeze::outline(db, &release).await?;
                let pairs = outline.nodes.iter().map(|node| {
                    let Version { component, content, metadata } = node.version;
                    pair(component, content, metadata)
                });
                Some(Lens::Pairs(pairs.collect()))
            }
            Among::Standing if *self.view == View::main() => None,
            Among::Standing => {
                let mut layers = Vec::new();
                let mut hidden = Vec::new();
                for layer in self.view.layers() {
                    let as_of = layer.as_of.map(|event| event.0);
                    let branch = layer.branch.0;
                    layers.push(LensLayer { branch, as_of, hidden: hidden.clone() });
                    if layer.branch != BranchId::MAIN {
                        let own = versions::own_of(db, layer.branch, layer.as_of).await?;
                        let places = own.into_iter().map(|(id, in_it)| (id.0, in_it.to_string()));
                        hidden.extend(places);
                    }
                }
                Some(Lens::Layers(layers))
            }
        })
    }

    /// Lets the index catch up, for a moment, when it lacks something that the actor did.
    async fn await_own_saves(&self, versions: bool, last: EventNumber) -> Result<()> {
        let indexing = self.lcms.indexing();
        let position = match versions {
            true => indexing.position_of_versions().await?,
            false => indexing.position().await?,
        };
        if position >= last {
            return Ok(());
        }
        let db = self.lcms.store().reader();
        let recent = events::after(db, position, RECENT_EVENTS).await?;
        let own =
            recent.iter().any(|event| event.component.is_some() && event.actor == self.actor.id());
        if own {
            // A slow or broken index is no reason not to search what it has.
            // It goes on by itself when the time is over: half a step must not be dropped.
            let lcms = self.lcms.clone();
            let catching_up = tokio::spawn(async move {
                match versions {
                    true => lcms.indexing().catch_up_versions().await,
                    false => lcms.indexing().catch_up().await,
                }
            });
            if let Ok(Ok(Err(error))) = tokio::time::timeout(OWN_SAVE, catching_up).await {
                tracing::debug!(%error, "searching without one's own newest changes");
            }
        }
        Ok(())
    }

    /// Gives objectives their titles; those that the actor may not read keep their ids.
    async fn label_objectives(&self, counts: &mut [FacetCount]) -> Result<()> {
        let ids: Vec<ComponentId> =
            counts.iter().filter_map(|count| count.value.parse().ok()).collect();
        let titles = self.titles_of(self.lcms.store().reader(), &ids).await?;
        for count in counts {
            count.label = count.value.parse().ok().and_then(|id| titles.get(&id).cloned());
        }
        Ok(())
    }

    /// The titles of those of these components that the actor may read.
    pub(super) async fn titles_of(
        &self,
        db: &impl Connection,
        ids: &[ComponentId],
    ) -> Result<HashMap<ComponentId, String>> {
        let found = self.readable_in(db, ids).await?;
        let of: Vec<&Component> = found.values().map(|(component, _)| component).collect();
        let keys = found.values().map(|(component, key)| (component.library, key.clone()));
        let libraries: HashMap<_, _> = keys.collect();
        let named = self.named(db, &of, &libraries).await?;
        Ok(named.into_iter().map(|(id, named)| (id, named.title)).collect())
    }
}

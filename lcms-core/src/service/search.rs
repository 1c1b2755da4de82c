//! Finding components.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use crate::error::Result;
use crate::index::{Facet, SearchPage, SearchRequest, Sort};

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
    /// Finds components in the libraries the actor may read.
    ///
    /// # Errors
    /// When the cursor or the limit is not valid, or the index cannot be read.
    pub async fn search(&self, query: SearchQuery) -> Result<SearchResult> {
        let libraries = self.readable().await?.into_iter().map(|library| library.id.0).collect();
        let indexing = self.lcms.indexing();
        let request = SearchRequest {
            text: query.text,
            libraries: Some(libraries),
            local: query.local,
            filters: query.filters,
            sort: query.sort,
            limit: query.limit,
            cursor: query.cursor,
            prefix: query.prefix,
            facets: query.facets,
            highlight: true,
        };
        let page = indexing.read(move |index| index.search(&request)).await?;
        let catching_up = !indexing.status().await?.is_current();
        Ok(SearchResult { page, catching_up })
    }
}

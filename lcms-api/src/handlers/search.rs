//! Finding components.

use std::collections::BTreeMap;

use axum::Json;
use lcms_core::index::{Facet, Sort};
use lcms_core::model::{Key, Kind, Language, State};
use lcms_core::service::{SearchQuery, SearchResult};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::{Caller, Limit, UrlQuery};
use crate::openapi::SearchRefusals;
use crate::problem::Problem;

/// What is looked for. A filter may be given several times: one of its values is enough.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParameters {
    /// Words, `"phrases"`, `-excluded`, `beginning*`, `title:word`; everything when left out.
    #[param(example = "install module", required = false)]
    q: String,
    /// Keys of libraries.
    #[param(required = false)]
    library: Vec<Key>,
    /// Kinds.
    #[param(required = false)]
    kind: Vec<Kind>,
    /// States.
    #[param(required = false)]
    state: Vec<State>,
    /// Languages.
    #[param(required = false)]
    language: Vec<Language>,
    /// Tags.
    #[param(required = false)]
    tag: Vec<String>,
    /// Also what is local to a structure.
    #[param(required = false)]
    local: bool,
    /// The order.
    #[param(required = false)]
    sort: Sort,
    /// How many on a page.
    #[param(value_type = u64, minimum = 1, maximum = 100, default = 20, required = false)]
    limit: Limit<20, 100>,
    /// `next` of the page before; the rest must be as it was.
    #[param(required = false)]
    cursor: Option<String>,
    /// The last word may be the beginning of one, for search while typing.
    #[param(required = false)]
    prefix: bool,
    /// Count the values of each filter.
    #[param(required = false)]
    facets: bool,
}

impl From<SearchParameters> for SearchQuery {
    fn from(given: SearchParameters) -> Self {
        fn names<T>(values: &[T], name: impl Fn(&T) -> &str) -> Vec<String> {
            values.iter().map(|value| name(value).to_owned()).collect()
        }
        let filters = BTreeMap::from([
            (Facet::Library, names(&given.library, Key::as_str)),
            (Facet::Kind, names(&given.kind, |kind| kind.as_str())),
            (Facet::State, names(&given.state, |state| state.as_str())),
            (Facet::Language, names(&given.language, Language::as_str)),
            (Facet::Tag, given.tag),
        ]);
        Self {
            text: given.q,
            filters,
            local: given.local,
            sort: given.sort,
            limit: usize::try_from(given.limit.0).unwrap_or(usize::MAX),
            cursor: given.cursor,
            prefix: given.prefix,
            facets: given.facets,
        }
    }
}

/// Search
///
/// Over title, body and metadata of the newest revision of every component you may read.
/// Whatever `q` holds is a search, never an error. A change is found within a second.
#[utoipa::path(
    get, path = "/search", tag = "search",
    params(SearchParameters),
    responses((status = 200, description = "A page of hits", body = SearchResult), SearchRefusals)
)]
pub(crate) async fn search(
    Caller(session): Caller,
    UrlQuery(wanted): UrlQuery<SearchParameters>,
) -> Result<Json<SearchResult>, Problem> {
    Ok(Json(session.search(wanted.into()).await?))
}

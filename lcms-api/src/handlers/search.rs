//! Finding components.

use std::collections::BTreeMap;

use axum::Json;
use lcms_core::index::{Facet, SimilarHit, Sort};
use lcms_core::model::{
    ComponentId, Difficulty, Instant, Key, Kind, Language, ReleaseReference, State,
};
use lcms_core::service::{Among, Draught, Fit, SearchQuery, SearchResult, SimilarQuery, Usage};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Items;
use crate::extract::{Caller, JsonBody, Limit, MomentParameters, TargetPath, UrlQuery, Viewer};
use crate::openapi::{ListRefusals, SearchRefusals, TextRefusals};
use crate::problem::{Problem, ProblemKind};

/// What is looked for. A filter may be given several times: one of its values is enough.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParameters {
    /// Words, `"phrases"`, `-excluded`, `beginning*`, `a OR b`, `(groups)`, `title:word`; everything
    /// when left out.
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
    /// Tags; of `safety/fire`, `safety` is enough.
    #[param(required = false)]
    tag: Vec<String>,
    /// Terms of vocabularies with what is above them: `subjects/Safety`.
    #[param(required = false)]
    term: Vec<String>,
    /// Ids of objectives that are served.
    #[param(required = false)]
    objective: Vec<ComponentId>,
    /// Who answers for it.
    #[param(required = false)]
    steward: Vec<String>,
    /// Licences.
    #[param(required = false)]
    licence: Vec<String>,
    /// Programs that imported packages were made with.
    #[param(required = false)]
    tool: Vec<String>,
    /// How hard it is.
    #[param(required = false)]
    level: Vec<Difficulty>,
    /// How many minutes it takes: `0-5`, `6-15`, `16-30`, `31-60` or `61+`.
    #[param(required = false)]
    duration: Vec<String>,
    /// Whether something holds it.
    #[param(required = false)]
    r#use: Vec<Usage>,
    /// When it is due for review: a year, or a month as `2026/2026-11`.
    #[param(required = false)]
    review: Vec<String>,
    /// Only what has a newest revision made after this: `2026-03-01T12:00:00Z` or a date.
    #[param(value_type = Option<String>, required = false)]
    since: Option<Instant>,
    /// Only what this release froze, as it froze it: an id, a digest or `library/key@release:1`.
    #[param(value_type = Option<String>, required = false)]
    release: Option<ReleaseReference>,
    /// Only what a later revision has replaced, on any branch.
    #[param(required = false)]
    superseded: bool,
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
            (Facet::Term, given.term),
            (Facet::Objective, given.objective.iter().map(ToString::to_string).collect()),
            (Facet::Steward, given.steward),
            (Facet::Licence, given.licence),
            (Facet::Tool, given.tool),
            (Facet::Level, names(&given.level, |level| level.as_str())),
            (Facet::Duration, given.duration),
            (Facet::Use, names(&given.r#use, |usage| usage.as_str())),
            (Facet::Review, given.review),
        ]);
        let among = match given.release {
            Some(release) => Among::Release(release),
            None if given.superseded => Among::Superseded,
            None => Among::Standing,
        };
        Self {
            text: given.q,
            filters,
            since: given.since.map(|Instant(moment)| moment),
            components: None,
            local: given.local,
            sort: given.sort,
            limit: usize::try_from(given.limit.0).unwrap_or(usize::MAX),
            cursor: given.cursor,
            prefix: given.prefix,
            facets: given.facets,
            among,
        }
    }
}

/// Search
///
/// Over title, body, metadata and comments of every component you may read, in all its languages:
/// of what stands on the branch and at the moment looked at, of a release, or of what was
/// replaced. Whatever `q` holds is a search, never an error; `notes` says what was done otherwise
/// than typed. What you saved is found at once, what others saved within half a second. The first
/// search of anything but `main` as it is now has an index made for it, and says `catching_up`
/// meanwhile.
#[utoipa::path(
    get, path = "/search", tag = "search",
    params(MomentParameters, SearchParameters),
    responses((status = 200, description = "A page of hits", body = SearchResult), SearchRefusals)
)]
pub(crate) async fn search(
    Viewer(session): Viewer,
    UrlQuery(wanted): UrlQuery<SearchParameters>,
) -> Result<Json<SearchResult>, Problem> {
    if wanted.release.is_some() && wanted.superseded {
        let detail = "`release` and `superseded` exclude each other";
        return Err(Problem::new(ProblemKind::BadParameter, detail));
    }
    Ok(Json(session.search(wanted.into()).await?))
}

/// What of that is similar is given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct SimilarParameters {
    /// Kinds.
    #[param(required = false)]
    kind: Vec<Kind>,
    /// Keys of libraries.
    #[param(required = false)]
    library: Vec<Key>,
    /// Also what is local to a structure.
    #[param(required = false)]
    local: bool,
    /// At most so many.
    #[param(value_type = u64, minimum = 1, maximum = 100, default = 10, required = false)]
    limit: Limit<10, 100>,
}

impl From<SimilarParameters> for SimilarQuery {
    fn from(given: SimilarParameters) -> Self {
        Self {
            kinds: given.kind,
            libraries: given.library,
            local: given.local,
            limit: usize::try_from(given.limit.0).unwrap_or(usize::MAX),
        }
    }
}

/// Find what a text says already
///
/// For a text that is being written: components that say nearly the same, then related ones.
#[utoipa::path(
    post, path = "/search/similar", tag = "search",
    params(SimilarParameters),
    request_body(
        content = Draught,
        example = json!({"title": "Install the agent", "text": "Run the installer and pair the agent."})
    ),
    responses((status = 200, description = "Closest first", body = Items<SimilarHit>), TextRefusals)
)]
pub(crate) async fn similar_to_text(
    Caller(session): Caller,
    UrlQuery(wanted): UrlQuery<SimilarParameters>,
    JsonBody(draught): JsonBody<Draught>,
) -> Result<Json<Items<SimilarHit>>, Problem> {
    let items = session.similar_to_text(draught, wanted.into()).await?;
    Ok(Json(Items { items }))
}

/// Find what is like a component
///
/// The same by its digest, nearly the same by its text, then related by its telling words.
#[utoipa::path(
    get, path = "/components/{reference}/similar", tag = "search",
    params(("reference" = String, Path, description = "An id or `library/key`"), SimilarParameters),
    responses((status = 200, description = "Closest first", body = Items<SimilarHit>), ListRefusals)
)]
pub(crate) async fn similar(
    Caller(session): Caller,
    TargetPath(target): TargetPath,
    UrlQuery(wanted): UrlQuery<SimilarParameters>,
) -> Result<Json<Items<SimilarHit>>, Problem> {
    let items = session.similar(&target, wanted.into()).await?;
    Ok(Json(Items { items }))
}

/// How many places are given.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct FitParameters {
    /// At most so many.
    #[param(value_type = u64, minimum = 1, maximum = 100, default = 10, required = false)]
    limit: Limit<10, 100>,
}

/// Find where a component would fit
///
/// Structures that serve the same objectives, or hold components that do.
#[utoipa::path(
    get, path = "/components/{reference}/fits", tag = "search",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        MomentParameters, FitParameters
    ),
    responses((status = 200, description = "Those that serve most first", body = Items<Fit>), ListRefusals)
)]
pub(crate) async fn fits(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    UrlQuery(FitParameters { limit: Limit(limit) }): UrlQuery<FitParameters>,
) -> Result<Json<Items<Fit>>, Problem> {
    let items = session.fits(&target, usize::try_from(limit).unwrap_or(usize::MAX)).await?;
    Ok(Json(Items { items }))
}

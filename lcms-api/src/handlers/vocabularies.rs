//! Vocabularies: the words a library has agreed upon.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use lcms_core::model::{Key, Vocabulary};
use lcms_core::service::{
    EditTerms, RuleState, SaveVocabulary, VocabularyBrief, VocabularyReport, VocabularyView,
};
use lcms_core::{Error, ErrorKind};
use lcms_import::{TermsFormat, TermsRead, read_terms, write_terms};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Items;
use crate::conditions::{AsSeen, MayBeFirst, RuleBase, rule_tagged};
use crate::extract::{Caller, FileBody, JsonBody, UrlPath, UrlQuery};
use crate::openapi::{
    Bytes, DownloadRefusals, GuardedRefusals, ListRefusals, ReadRefusals, SendChangeRefusals,
};
use crate::problem::Problem;

/// Which vocabulary.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct VocabularyPath {
    /// The library's key.
    library: Key,
    /// The vocabulary's key.
    vocabulary: Key,
}

/// List vocabularies
#[utoipa::path(
    get, path = "/libraries/{library}/vocabularies", tag = "metadata",
    params(("library" = Key, Path, description = "The library's key")),
    responses((status = 200, description = "Every vocabulary, by key", body = Items<VocabularyBrief>), ListRefusals)
)]
pub(crate) async fn list_vocabularies(
    Caller(session): Caller,
    UrlPath(library): UrlPath<Key>,
) -> Result<Json<Items<VocabularyBrief>>, Problem> {
    Ok(Json(Items { items: session.vocabularies(&library).await? }))
}

/// Read a vocabulary
#[utoipa::path(
    get, path = "/libraries/{library}/vocabularies/{vocabulary}", tag = "metadata",
    params(VocabularyPath),
    responses((status = 200, description = "The vocabulary with its terms", body = VocabularyView, headers(("ETag" = String, description = "Its version"))), ReadRefusals)
)]
pub(crate) async fn read_vocabulary(
    Caller(session): Caller,
    UrlPath(VocabularyPath { library, vocabulary: key }): UrlPath<VocabularyPath>,
) -> Result<Response, Problem> {
    let view = session.vocabulary(&library, &key).await?;
    rule_tagged(Some(view.state.version), &view)
}

/// Put a vocabulary in place
///
/// What a term was called before leads to what it is called now, and every component that says the
/// old word says the new one at once: one edit, which `POST /bulk-edits/{edit}/undo` takes back.
/// With `dry_run`, only says what would change. Needs the right to administer the library.
#[utoipa::path(
    put, path = "/libraries/{library}/vocabularies/{vocabulary}", tag = "metadata",
    params(VocabularyPath, MayBeFirst),
    request_body(content = SaveVocabulary, example = json!({"vocabulary": {"title": "Subjects", "fields": ["tags"], "closed": true, "terms": [{"id": "fire", "labels": {"en": "Fire safety", "de": "Brandschutz"}}]}, "dry_run": true})),
    responses((status = 200, description = "What changed, or would", body = VocabularyReport, headers(("ETag" = String, description = "Its version"))), SendChangeRefusals)
)]
pub(crate) async fn save_vocabulary(
    Caller(session): Caller,
    UrlPath(VocabularyPath { library, vocabulary: key }): UrlPath<VocabularyPath>,
    RuleBase(base): RuleBase,
    JsonBody(new): JsonBody<SaveVocabulary>,
) -> Result<Response, Problem> {
    let report = session.save_vocabulary(&library, &key, base, new).await?;
    rule_tagged(report.version, &report)
}

/// Change terms of a vocabulary
///
/// Adds, relabels, moves, merges, deprecates or removes terms, one after the other, all or none.
/// Components follow as when a vocabulary is put in place.
#[utoipa::path(
    post, path = "/libraries/{library}/vocabularies/{vocabulary}/edits", tag = "metadata",
    params(VocabularyPath, AsSeen),
    request_body(content = EditTerms, example = json!({"edits": [{"edit": "merge", "id": "blaze", "into": "fire"}], "message": "one word for it"})),
    responses((status = 200, description = "What changed, or would", body = VocabularyReport, headers(("ETag" = String, description = "Its version"))), SendChangeRefusals)
)]
pub(crate) async fn edit_terms(
    Caller(session): Caller,
    UrlPath(VocabularyPath { library, vocabulary: key }): UrlPath<VocabularyPath>,
    base: RuleBase,
    JsonBody(steps): JsonBody<EditTerms>,
) -> Result<Response, Problem> {
    let report = session.edit_terms(&library, &key, base.required()?, steps).await?;
    rule_tagged(report.version, &report)
}

/// Take a vocabulary away
///
/// Components keep what they say.
#[utoipa::path(
    delete, path = "/libraries/{library}/vocabularies/{vocabulary}", tag = "metadata",
    params(VocabularyPath, AsSeen),
    responses((status = 204, description = "It is gone"), SendChangeRefusals)
)]
pub(crate) async fn remove_vocabulary(
    Caller(session): Caller,
    UrlPath(VocabularyPath { library, vocabulary: key }): UrlPath<VocabularyPath>,
    base: RuleBase,
) -> Result<StatusCode, Problem> {
    session.remove_vocabulary(&library, &key, base.required()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read the history of a vocabulary
#[utoipa::path(
    get, path = "/libraries/{library}/vocabularies/{vocabulary}/history", tag = "metadata",
    params(VocabularyPath),
    responses((status = 200, description = "Every state it was in, newest first", body = Items<RuleState>), ReadRefusals)
)]
pub(crate) async fn vocabulary_history(
    Caller(session): Caller,
    UrlPath(VocabularyPath { library, vocabulary: key }): UrlPath<VocabularyPath>,
) -> Result<Json<Items<RuleState>>, Problem> {
    Ok(Json(Items { items: session.vocabulary_history(&library, &key).await? }))
}

/// How terms are written.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TermsAs {
    /// SKOS in RDF/XML.
    #[default]
    Skos,
    /// SKOS in Turtle.
    Turtle,
    /// SKOS in JSON-LD.
    JsonLd,
    /// A table.
    Csv,
}

/// How terms are written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct TermsParameters {
    /// The format.
    #[param(required = false, inline)]
    format: TermsAs,
}

/// Download the terms of a vocabulary
///
/// As SKOS in RDF/XML, Turtle or JSON-LD, or as CSV.
#[utoipa::path(
    get, path = "/libraries/{library}/vocabularies/{vocabulary}/terms", tag = "metadata",
    params(
        VocabularyPath,
        TermsParameters
    ),
    responses(
        (status = 200, description = "The file", body = Bytes, content_type = "application/rdf+xml"),
        DownloadRefusals
    )
)]
pub(crate) async fn download_terms(
    Caller(session): Caller,
    UrlPath(VocabularyPath { library, vocabulary: key }): UrlPath<VocabularyPath>,
    UrlQuery(TermsParameters { format }): UrlQuery<TermsParameters>,
) -> Result<Response, Problem> {
    let language = session.library(&library).await?.language;
    let view = session.vocabulary(&library, &key).await?;
    let format = match format {
        TermsAs::Skos => TermsFormat::Skos,
        TermsAs::Turtle => TermsFormat::Turtle,
        TermsAs::JsonLd => TermsFormat::JsonLd,
        TermsAs::Csv => TermsFormat::Csv,
    };
    let bytes = write_terms(&view.vocabulary, &language, format)?;
    let media_type = HeaderValue::from_static(format.media_type());
    Ok(([(header::CONTENT_TYPE, media_type)], bytes).into_response())
}

/// How terms are taken in.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct TakeTermsParameters {
    /// Only say what would change.
    #[param(required = false)]
    dry_run: bool,
    /// Why.
    #[param(required = false)]
    message: String,
}

/// What a file of terms led to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TermsTaken {
    /// What changed, or would.
    #[serde(flatten)]
    report: VocabularyReport,
    /// What was left out of the file, or decided.
    remarks: Vec<String>,
}

/// Upload the terms of a vocabulary
///
/// SKOS in RDF/XML, Turtle or JSON-LD, or CSV with the columns `id`, `label:en`, `alternatives:en`, `definition:en`,
/// `broader`, `deprecated`, `replaced_by`, `iri`. The file holds all terms: one that it lacks is
/// removed. Title, fields and whether the vocabulary is closed stay as they are. Components follow
/// as when a vocabulary is put in place.
#[utoipa::path(
    put, path = "/libraries/{library}/vocabularies/{vocabulary}/terms", tag = "metadata",
    params(
        VocabularyPath,
        MayBeFirst,
        TakeTermsParameters
    ),
    request_body(content = Bytes, content_type = "application/octet-stream", description = "The file"),
    responses((status = 200, description = "What changed, or would", body = TermsTaken, headers(("ETag" = String, description = "Its version"))), GuardedRefusals)
)]
pub(crate) async fn upload_terms(
    Caller(session): Caller,
    UrlPath(VocabularyPath { library, vocabulary: key }): UrlPath<VocabularyPath>,
    RuleBase(base): RuleBase,
    UrlQuery(TakeTermsParameters { dry_run, message }): UrlQuery<TakeTermsParameters>,
    FileBody(bytes): FileBody,
) -> Result<Response, Problem> {
    let language = session.library(&library).await?.language;
    let present = match session.vocabulary(&library, &key).await {
        Ok(view) => view.vocabulary,
        Err(error) if error.kind() == ErrorKind::NotFound => Vocabulary::default(),
        Err(error) => return Err(error.into()),
    };
    // A thesaurus of some megabytes takes its time to read.
    let reading = tokio::task::spawn_blocking(move || read_terms(&bytes, &present, &language));
    let read =
        reading.await.map_err(|error| Error::internal("the reading was interrupted", error))?;
    let TermsRead { vocabulary, remarks } = read?;
    let new = SaveVocabulary { vocabulary, message, dry_run };
    let report = session.save_vocabulary(&library, &key, base, new).await?;
    rule_tagged(report.version, &TermsTaken { report, remarks })
}

//! A component in other languages, and how far each is.

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use lcms_core::model::Language;
use lcms_core::service::{
    ClosureTranslation, SaveTranslation, Saved, Translation, TranslationView,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::saved_response;
use crate::conditions::{FirstOrBase, header_value, revision_tag};
use crate::extract::{JsonBody, MomentParameters, TargetPath, UrlPath, UrlQuery, Viewer};
use crate::handlers::Items;
use crate::openapi::{ReadRefusals, SendChangeRefusals};
use crate::problem::Problem;

/// List a component's translations
///
/// Each with the source it was made from: while that is what the source says, it is current.
#[utoipa::path(
    get, path = "/components/{reference}/translations", tag = "translations",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters),
    responses((status = 200, description = "Its translations", body = Items<Translation>), ReadRefusals)
)]
pub(crate) async fn list_translations(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
) -> Result<Json<Items<Translation>>, Problem> {
    let items = session.translations(&target).await?;
    Ok(Json(Items { items }))
}

/// Read a translation
#[utoipa::path(
    get, path = "/components/{reference}/translations/{language}", tag = "translations",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("language" = Language, Path, description = "The language"),
        MomentParameters
    ),
    responses(
        (status = 200, description = "The translation", body = TranslationView, headers(("ETag" = String, description = "Its revision"))),
        ReadRefusals
    )
)]
pub(crate) async fn read_translation(
    Viewer(session): Viewer,
    UrlPath((reference, language)): UrlPath<(String, Language)>,
) -> Result<impl IntoResponse, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    let view = session.translation(&target, &language).await?;
    let etag = [(header::ETAG, header_value(&revision_tag(view.translation.revision))?)];
    Ok((etag, Json(view)))
}

/// Save a translation
///
/// Of a text, question or asset the whole document; of a structure only its strings. The first in
/// a language is sent with `If-None-Match: *`.
#[utoipa::path(
    put, path = "/components/{reference}/translations/{language}", tag = "translations",
    params(
        ("reference" = String, Path, description = "An id or `library/key`"),
        ("language" = Language, Path, description = "The language"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the translation the change is based on"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: there is no translation into this language yet"),
        MomentParameters
    ),
    request_body(
        content = SaveTranslation,
        example = json!({"content": {"title": "Das Modul einbauen", "body": "*Einstellungen* öffnen."}})
    ),
    responses(
        (status = 200, description = "Saved", body = Saved, headers(("ETag" = String, description = "The translation's new revision"))),
        SendChangeRefusals
    )
)]
pub(crate) async fn save_translation(
    Viewer(session): Viewer,
    UrlPath((reference, language)): UrlPath<(String, Language)>,
    FirstOrBase(base): FirstOrBase,
    JsonBody(new): JsonBody<SaveTranslation>,
) -> Result<impl IntoResponse, Problem> {
    let TargetPath(target) = TargetPath::read(&reference)?;
    saved_response(session.save_translation(&target, &language, base, new).await?)
}

/// Into which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LanguageParameter {
    /// The language.
    #[param(example = "de")]
    language: Language,
}

/// Tell how far a course is translated
///
/// The component with everything below it: what is current, and by name what is stale or missing.
#[utoipa::path(
    get, path = "/components/{reference}/translation-status", tag = "translations",
    params(("reference" = String, Path, description = "An id or `library/key`"), MomentParameters, LanguageParameter),
    responses((status = 200, description = "The status", body = ClosureTranslation), ReadRefusals)
)]
pub(crate) async fn translation_status(
    Viewer(session): Viewer,
    TargetPath(target): TargetPath,
    UrlQuery(LanguageParameter { language }): UrlQuery<LanguageParameter>,
) -> Result<Json<ClosureTranslation>, Problem> {
    Ok(Json(session.translation_of_closure(&target, &language).await?))
}

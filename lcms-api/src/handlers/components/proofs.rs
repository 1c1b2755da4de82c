//! How a component looks: its page, and its file.
//!
//! What is shown was written by others. The page holds no script, and its policy lets none run and
//! nothing load but files, styles and media of this server; a file is served under its asset's type
//! only if a browser shows that type without running anything.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use lcms_core::model::{Content, Key, Kind, Language, Target, Violation};
use lcms_core::service::Session;
use lcms_publish::proof::{Proof, Subject, proof, values_in};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::extract::{JsonBody, MomentParameters, ReferencePath, UrlQuery, Viewer};
use crate::headers::{PROOF, SANDBOXED};
use crate::openapi::{Bytes, CommentRefusals, DownloadRefusals, ReadRefusals};
use crate::problem::{Problem, ProblemKind};
use crate::streaming::{Download, attachment};

/// Whom a page is shown for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShownFor {
    /// A condition, `name=value`; several may be given. Everything is shown when there is none.
    #[param(required = false, example = json!(["audience=admin"]))]
    pub when: Vec<String>,
}

/// Whom a page is shown for, and where it stands.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShownIn {
    /// A condition, `name=value`; several may be given. Everything is shown when there is none.
    #[param(required = false, example = json!(["audience=admin"]))]
    when: Vec<String>,
    /// The course that it is shown in, by id or `library/key`: variables have the values of its
    /// variable sets. Without it they show their names.
    #[param(value_type = Option<String>, required = false, example = "support/support-fundamentals")]
    course: Option<Target>,
}

pub(super) fn conditions(given: &[String]) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let mut read = BTreeMap::<String, Vec<String>>::new();
    for condition in given {
        let (name, value) = condition.split_once('=').ok_or_else(|| {
            let detail = format!("`{condition}` is not a condition: write `name=value`");
            Problem::new(ProblemKind::BadParameter, detail)
        })?;
        read.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    Ok(read)
}

/// Read the proof of a component
///
/// A whole page of HTML without script, as learners would see it; with the key, if it is a
/// question. What it refers to shows as it stands on the branch looked at.
#[utoipa::path(
    get, path = "/components/{reference}/proof", tag = "proofs",
    params(
        ("reference" = String, Path, description = "The component: id or `library%2Fkey`, and `@3` for a revision"),
        ShownIn, MomentParameters
    ),
    responses((status = 200, description = "The page", body = String, content_type = "text/html"), ReadRefusals)
)]
pub(crate) async fn read_proof(
    Viewer(session): Viewer,
    ReferencePath(reference): ReferencePath,
    UrlQuery(ShownIn { when, course }): UrlQuery<ShownIn>,
) -> Result<Response, Problem> {
    let conditions = conditions(&when)?;
    let variables = match &course {
        Some(course) => values_in(&session, course, &conditions).await?,
        None => BTreeMap::new(),
    };
    let view = session.component(&reference).await?;
    let file = format!("/api/v1/components/{}@{}/file", view.component.id, view.revision.number);
    let subject = Subject {
        library: view.library_key,
        language: view.revision.language,
        content: view.content,
        file: Some(file),
        conditions,
        variables,
    };
    let Proof { html, .. } = proof(&session, subject).await?;
    let described = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, PROOF),
    ];
    Ok((described, html).into_response())
}

/// A document to be shown, saved or not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewProof {
    /// Key of the library it is written in.
    library: Key,
    /// Its kind.
    kind: Kind,
    /// The document.
    #[schema(value_type = Object)]
    content: Value,
    /// The language it is written in; the library's when left out.
    #[serde(default)]
    language: Option<Language>,
    /// Conditions to show it for; everything when left out.
    #[serde(default)]
    when: BTreeMap<String, Vec<String>>,
    /// Values of variables; the others show their names.
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

/// A page, and what a package would refuse.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProofPage {
    /// A whole HTML document without script.
    html: String,
    /// What a package would refuse or lose, each at its place.
    notices: Vec<Violation>,
}

/// Make a proof of a document
///
/// As it is written, without saving it. What a package would refuse is marked in the page and
/// listed. A document that breaks its own rules is refused as a save would refuse it.
#[utoipa::path(
    post, path = "/proofs", tag = "proofs",
    params(MomentParameters),
    request_body(content = NewProof, example = json!({
        "library": "support", "kind": "topic", "content": {"title": "Restarting", "body": "Switch it *off*."}
    })),
    responses((status = 200, description = "The page", body = ProofPage), CommentRefusals)
)]
pub(crate) async fn make_proof(
    Viewer(session): Viewer,
    JsonBody(new): JsonBody<NewProof>,
) -> Result<Json<ProofPage>, Problem> {
    let library = session.library(&new.library).await?;
    let content = Content::parse(new.kind, new.content).map_err(|violations| {
        lcms_core::Error::violations("the document breaks rules", violations)
    })?;
    let subject = Subject {
        library: library.key,
        language: new.language.unwrap_or(library.language),
        content,
        file: None,
        conditions: new.when,
        variables: new.variables,
    };
    let Proof { html, notices } = proof(&session, subject).await?;
    Ok(Json(ProofPage { html, notices }))
}

/// Which file of an asset.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileParameters {
    /// A track of the asset, counted from 0; its own file when left out.
    #[param(required = false)]
    track: Option<usize>,
    /// To be saved, not shown.
    #[param(required = false)]
    save: bool,
}

/// Types that a browser shows without running anything in them. SVG is one of them here because its
/// answer's policy lets no script run even if it is opened on its own.
fn shows_safely(media_type: &str) -> bool {
    matches!(
        media_type,
        "image/png"
            | "image/jpeg"
            | "image/gif"
            | "image/webp"
            | "image/avif"
            | "image/svg+xml"
            | "text/vtt"
    ) || media_type.starts_with("audio/")
        || media_type.starts_with("video/")
}

/// Download the file of an asset
///
/// Whole, or one range of it, under its own type if a browser can show that type safely.
#[utoipa::path(
    get, path = "/components/{reference}/file", tag = "proofs",
    params(
        ("reference" = String, Path, description = "The asset: id or `library%2Fkey`, and `@3` for a revision"),
        FileParameters, MomentParameters,
        ("Range" = Option<String>, Header, description = "One range of bytes", example = "bytes=0-1023"),
        ("If-Range" = Option<String>, Header, description = "The `ETag` of what you have the rest of"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of what you have")
    ),
    responses(
        (status = 200, description = "The bytes", body = Bytes, content_type = "application/octet-stream"),
        (status = 206, description = "The range", body = Bytes, content_type = "application/octet-stream"),
        (status = 304, description = "It is what you have"),
        DownloadRefusals
    )
)]
pub(crate) async fn download_file(
    Viewer(session): Viewer,
    ReferencePath(reference): ReferencePath,
    UrlQuery(FileParameters { track, save }): UrlQuery<FileParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = session.component(&reference).await?;
    let Content::Asset(asset) = view.content else {
        let detail = format!("a {} has no file", view.component.kind);
        return Err(Problem::new(ProblemKind::NotFound, detail));
    };
    let (digest, name, media_type) = match track {
        None => (asset.blob, asset.file_name, asset.media_type),
        Some(n) => {
            let track = asset.tracks.into_iter().nth(n).ok_or_else(|| {
                Problem::new(ProblemKind::NotFound, format!("the asset has no track {n}"))
            })?;
            (track.blob, track.file_name, "text/vtt".to_owned())
        }
    };
    file(&session, &headers, digest, &name, &media_type, save).await
}

async fn file(
    session: &Session,
    headers: &HeaderMap,
    digest: lcms_core::model::Digest,
    name: &str,
    media_type: &str,
    save: bool,
) -> Result<Response, Problem> {
    let blob = session.blob(digest).await?;
    let download = Download::of(headers, blob.size, &format!("\"{digest}\""))?;
    let bytes = session.blob_bytes(digest, download.range()).await?;
    let shown = !save && shows_safely(media_type);
    let media_type = if shown { media_type } else { "application/octet-stream" };
    let media_type = HeaderValue::from_str(media_type);
    let unknown = HeaderValue::from_static("application/octet-stream");
    let place = if shown { HeaderValue::from_static("inline") } else { attachment(name)? };
    let described = [
        (header::CONTENT_TYPE, media_type.unwrap_or(unknown)),
        (header::CONTENT_DISPOSITION, place),
        (header::CONTENT_SECURITY_POLICY, SANDBOXED),
    ];
    download.answer(bytes, described)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_runs_nothing_is_shown() {
        for media_type in ["image/png", "image/svg+xml", "video/mp4", "audio/ogg", "text/vtt"] {
            assert!(shows_safely(media_type), "{media_type}");
        }
        for media_type in ["text/html", "application/xhtml+xml", "application/pdf", "text/plain"] {
            assert!(!shows_safely(media_type), "{media_type}");
        }
    }

    #[test]
    fn conditions_are_names_with_values() {
        let given = ["a=1".to_owned(), "b=2".to_owned(), "a=3".to_owned()];
        let read = conditions(&given).unwrap();
        assert_eq!(read["a"], ["1", "3"]);
        assert_eq!(read["b"], ["2"]);
        assert!(conditions(&["a".to_owned()]).is_err());
    }
}

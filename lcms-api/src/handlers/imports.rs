//! Imports: a file with what somebody already has.

use axum::Json;
use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::StreamExt as _;
use lcms_core::Error;
use lcms_core::model::Key;
use lcms_core::service::{Lcms, Session};
use lcms_import::{Folder, FolderReport, ImportOptions, Limits, Progress, import_folder};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;
use utoipa::IntoParams;

use super::blobs::{announced_length, stalled, truncated};
use crate::extract::{MomentParameters, UrlPath, UrlQuery, Viewer};
use crate::limits::UPLOAD_PAUSE;
use crate::openapi::{self, ImportRefusals};
use crate::problem::{Problem, ProblemKind};

/// What an answer with progress is.
const LINES: &str = "application/x-ndjson";
/// Lines that may wait for a slow reader; beyond that, progress is left out.
const WAITING: usize = 64;

/// What is known of an import before it arrives.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportParameters {
    /// The file's name. A later import under the same name finds the components of this one again.
    #[param(example = "fire-safety.zip")]
    name: String,
    /// Only report what would be done.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
    /// Also take a package apart, where its structure is plain: pages become topics, and what they show
    /// and ask assets and questions. The package stays beside them as it came.
    #[serde(default)]
    #[param(required = false)]
    split: bool,
}

/// Import a file
///
/// The body is the file as it is: a package of SCORM, cmi5, xAPI or AICC, an H5P file, a ZIP archive of
/// Markdown or of a library's folder. What it is, is told by what is in it. Everything is
/// imported in one step, or nothing.
///
/// With `Accept: application/x-ndjson` the answer begins at once and is a line of JSON for each step:
/// `{"step": "file", "path": …, "number": 3, "of": 9}`, at last `{"report": …}` or `{"problem": …}`.
#[utoipa::path(
    post, path = "/libraries/{library}/imports", tag = "libraries",
    params(
        ("library" = Key, Path, description = "The library's key", example = "support"),
        ImportParameters, MomentParameters
    ),
    request_body(content = openapi::Bytes, content_type = "application/octet-stream", description = "The file"),
    responses(
        (status = 200, description = "What was done, or would be", body = FolderReport),
        ImportRefusals
    )
)]
pub(crate) async fn import_file(
    Viewer(session): Viewer,
    State(lcms): State<Lcms>,
    UrlPath(library): UrlPath<Key>,
    UrlQuery(parameters): UrlQuery<ImportParameters>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    session.may_import(&library).await?;
    let limit = lcms.settings().max_upload;
    let file = receive(&headers, body.into_data_stream(), limit).await?;
    let place = format!("/api/v1/libraries/{library}/imports");
    let import = Import { session, library, parameters, file, limit };
    let with_progress = headers.get(header::ACCEPT).is_some_and(|value| value == LINES);
    if !with_progress {
        return Ok(Json(import.run(&mut |_| {}).await?).into_response());
    }
    let (sender, lines) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let said = sender.clone();
        let done = import
            .run(&mut |step| {
                // Somebody who reads slowly, or not any more, misses steps; the import goes on.
                let _ = said.try_send(line(&describe(step)));
            })
            .await;
        let last = match done {
            Ok(report) => json!({ "report": report }),
            Err(problem) => json!({ "problem": problem.body(place) }),
        };
        let _ = sender.send(line(&last)).await;
    });
    let lines = futures::stream::unfold(lines, |mut lines| async move {
        let line = lines.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(line), lines))
    });
    let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static(LINES))];
    Ok((StatusCode::OK, content_type, Body::from_stream(lines)).into_response())
}

/// Takes the body into a file that is gone when it is dropped.
async fn receive(
    headers: &HeaderMap,
    mut bytes: BodyDataStream,
    limit: u64,
) -> Result<tempfile::TempPath, Problem> {
    let too_large = || {
        let detail = format!("the file is larger than the limit of {limit} bytes");
        Problem::new(ProblemKind::TooLarge, detail)
    };
    let announced = announced_length(headers)?;
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let fault = |error| Error::internal("could not keep the file while it arrives", error);
    let (file, path) = tempfile::NamedTempFile::new().map_err(fault)?.into_parts();
    let mut file = tokio::fs::File::from_std(file);
    let mut received = 0;
    while let Some(chunk) =
        tokio::time::timeout(UPLOAD_PAUSE, bytes.next()).await.map_err(stalled)?
    {
        let chunk = chunk.map_err(|error| truncated(format!("the upload broke off: {error}")))?;
        received += chunk.len() as u64;
        if received > limit {
            return Err(too_large());
        }
        file.write_all(&chunk).await.map_err(fault)?;
    }
    if let Some(announced) = announced.filter(|announced| *announced != received) {
        return Err(truncated(format!("{announced} bytes were announced, {received} arrived")));
    }
    file.flush().await.map_err(fault)?;
    Ok(path)
}

/// An import whose file has arrived.
struct Import {
    session: Session,
    library: Key,
    parameters: ImportParameters,
    file: tempfile::TempPath,
    limit: u64,
}

impl Import {
    async fn run(
        self,
        progress: &mut (dyn FnMut(Progress<'_>) + Send),
    ) -> Result<FolderReport, Problem> {
        let Self { session, library, parameters, file, limit } = self;
        let at = file.to_path_buf();
        let name = parameters.name;
        let limits = Limits { file_bytes: limit, ..Limits::default() };
        let listing = tokio::task::spawn_blocking(move || Folder::open_named(&at, &name, limits));
        let folder = listing
            .await
            .map_err(|error| Error::internal("the import was interrupted", error))?
            .map_err(Error::from)?;
        let options = ImportOptions { dry_run: parameters.dry_run, split: parameters.split };
        let report = import_folder(&session, &library, folder, options, progress).await;
        // The archive is read until here.
        drop(file);
        Ok(report.map_err(Error::from)?)
    }
}

fn describe(step: Progress<'_>) -> Value {
    match step {
        Progress::Reading => json!({ "step": "reading" }),
        Progress::Uploading { path, number, of } => {
            json!({ "step": "file", "path": path, "number": number, "of": of })
        }
        Progress::Saving { components } => json!({ "step": "saving", "components": components }),
    }
}

fn line(value: &Value) -> Bytes {
    Bytes::from(format!("{value}\n"))
}

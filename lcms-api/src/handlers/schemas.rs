//! Metadata schemas: what a library asks of the metadata of its components.

use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use lcms_core::model::{Key, State};
use lcms_core::service::{RuleState, SaveSchema, SchemaName, SchemaReport, SchemaView};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::Items;
use crate::conditions::{AsSeen, MayBeFirst, RuleBase, rule_tagged};
use crate::extract::{Caller, JsonBody, UrlPath, UrlQuery};
use crate::openapi::{ListRefusals, ReadRefusals, SendChangeRefusals};
use crate::problem::Problem;

/// Which schema.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SchemaPath {
    /// The library's key.
    library: Key,
    /// A kind of component, or `all`.
    kind: String,
}

impl SchemaPath {
    fn name(&self) -> Result<SchemaName, Problem> {
        Ok(self.kind.parse()?)
    }
}

/// List metadata schemas
#[utoipa::path(
    get, path = "/libraries/{library}/schemas", tag = "metadata",
    params(("library" = Key, Path, description = "The library's key")),
    responses((status = 200, description = "Every schema", body = Items<SchemaView>), ListRefusals)
)]
pub(crate) async fn list_schemas(
    Caller(session): Caller,
    UrlPath(library): UrlPath<Key>,
) -> Result<Json<Items<SchemaView>>, Problem> {
    Ok(Json(Items { items: session.schemas(&library).await? }))
}

/// Read a metadata schema
#[utoipa::path(
    get, path = "/libraries/{library}/schemas/{kind}", tag = "metadata",
    params(SchemaPath),
    responses((status = 200, description = "The schema", body = SchemaView, headers(("ETag" = String, description = "Its version"))), ReadRefusals)
)]
pub(crate) async fn read_schema(
    Caller(session): Caller,
    UrlPath(path): UrlPath<SchemaPath>,
) -> Result<Response, Problem> {
    let view = session.schema(&path.library, path.name()?).await?;
    rule_tagged(Some(view.state.version), &view)
}

/// Put a metadata schema in place
///
/// The rules of a kind stand instead of those for `all` about the same fields. They hold from the
/// next save of metadata or step of review on; what is there stays, and the answer names what does
/// not keep to them. Needs the right to administer the library.
#[utoipa::path(
    put, path = "/libraries/{library}/schemas/{kind}", tag = "metadata",
    params(SchemaPath, MayBeFirst),
    request_body(content = SaveSchema, example = json!({"schema": {"fields": [{"field": "licence", "required_from": "approved", "allowed": ["CC-BY-4.0", "proprietary"]}]}, "dry_run": true})),
    responses((status = 200, description = "What it means for the components that are there", body = SchemaReport, headers(("ETag" = String, description = "Its version"))), SendChangeRefusals)
)]
pub(crate) async fn save_schema(
    Caller(session): Caller,
    UrlPath(path): UrlPath<SchemaPath>,
    RuleBase(base): RuleBase,
    JsonBody(new): JsonBody<SaveSchema>,
) -> Result<Response, Problem> {
    let report = session.save_schema(&path.library, path.name()?, base, new).await?;
    rule_tagged(report.version, &report)
}

/// Take a metadata schema away
#[utoipa::path(
    delete, path = "/libraries/{library}/schemas/{kind}", tag = "metadata",
    params(SchemaPath, AsSeen),
    responses((status = 204, description = "It is gone"), SendChangeRefusals)
)]
pub(crate) async fn remove_schema(
    Caller(session): Caller,
    UrlPath(path): UrlPath<SchemaPath>,
    base: RuleBase,
) -> Result<StatusCode, Problem> {
    session.remove_schema(&path.library, path.name()?, base.required()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read the history of a metadata schema
#[utoipa::path(
    get, path = "/libraries/{library}/schemas/{kind}/history", tag = "metadata",
    params(SchemaPath),
    responses((status = 200, description = "Every state it was in, newest first", body = Items<RuleState>), ReadRefusals)
)]
pub(crate) async fn schema_history(
    Caller(session): Caller,
    UrlPath(path): UrlPath<SchemaPath>,
) -> Result<Json<Items<RuleState>>, Problem> {
    Ok(Json(Items { items: session.schema_history(&path.library, path.name()?).await? }))
}

/// For which state.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct StateParameters {
    /// The state that a document is to stand in.
    #[param(required = false)]
    state: State,
}

impl Default for StateParameters {
    fn default() -> Self {
        Self { state: State::Draft }
    }
}

/// Read a metadata schema as JSON Schema
///
/// The JSON Schema (2020-12) that the metadata document of a component in that state keeps.
#[utoipa::path(
    get, path = "/libraries/{library}/schemas/{kind}/json-schema", tag = "metadata",
    params(SchemaPath, StateParameters),
    responses((status = 200, description = "The JSON Schema", body = Object), ReadRefusals)
)]
pub(crate) async fn read_json_schema(
    Caller(session): Caller,
    UrlPath(path): UrlPath<SchemaPath>,
    UrlQuery(StateParameters { state }): UrlQuery<StateParameters>,
) -> Result<Json<Value>, Problem> {
    let view = session.schema(&path.library, path.name()?).await?;
    Ok(Json(view.schema.to_json_schema(state)))
}

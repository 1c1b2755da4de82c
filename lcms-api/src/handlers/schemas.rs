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
use crate::conditions::{RuleBase, rule_tagged};
use crate::extract::{Caller, JsonBody, UrlPath, UrlQuery};
use crate::openapi::{ListRefusals, ReadRefusals, SendChangeRefusals};
use crate::problem::Problem;

fn named(name: &str) -> Result<SchemaName, Problem> {
    Ok(name.parse()?)
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
    params(
        ("library" = Key, Path, description = "The library's key"),
        ("kind" = String, Path, description = "A kind of component, or `all`")
    ),
    responses((status = 200, description = "The schema", body = SchemaView, headers(("ETag" = String, description = "Its version"))), ReadRefusals)
)]
pub(crate) async fn read_schema(
    Caller(session): Caller,
    UrlPath((library, kind)): UrlPath<(Key, String)>,
) -> Result<Response, Problem> {
    let view = session.schema(&library, named(&kind)?).await?;
    rule_tagged(StatusCode::OK, Some(view.state.version), &view)
}

/// Put a metadata schema in place
///
/// The rules of a kind stand instead of those for `all` about the same fields. They hold from the
/// next save of metadata or step of review on; what is there stays, and the answer names what does
/// not keep to them. Needs the right to administer the library.
#[utoipa::path(
    put, path = "/libraries/{library}/schemas/{kind}", tag = "metadata",
    params(
        ("library" = Key, Path, description = "The library's key"),
        ("kind" = String, Path, description = "A kind of component, or `all`"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the schema that this is based on; left out for the first")
    ),
    request_body(content = SaveSchema, example = json!({"schema": {"fields": [{"field": "licence", "required_from": "approved", "allowed": ["CC-BY-4.0", "proprietary"]}]}, "dry_run": true})),
    responses((status = 200, description = "What it means for the components that are there", body = SchemaReport, headers(("ETag" = String, description = "Its version"))), SendChangeRefusals)
)]
pub(crate) async fn save_schema(
    Caller(session): Caller,
    UrlPath((library, kind)): UrlPath<(Key, String)>,
    RuleBase(base): RuleBase,
    JsonBody(new): JsonBody<SaveSchema>,
) -> Result<Response, Problem> {
    let report = session.save_schema(&library, named(&kind)?, base, new).await?;
    rule_tagged(StatusCode::OK, report.version, &report)
}

/// Take a metadata schema away
#[utoipa::path(
    delete, path = "/libraries/{library}/schemas/{kind}", tag = "metadata",
    params(
        ("library" = Key, Path, description = "The library's key"),
        ("kind" = String, Path, description = "A kind of component, or `all`"),
        ("If-Match" = String, Header, description = "The `ETag` of the schema as it was seen")
    ),
    responses((status = 204, description = "It is gone"), SendChangeRefusals)
)]
pub(crate) async fn remove_schema(
    Caller(session): Caller,
    UrlPath((library, kind)): UrlPath<(Key, String)>,
    base: RuleBase,
) -> Result<StatusCode, Problem> {
    session.remove_schema(&library, named(&kind)?, base.required()?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Read the history of a metadata schema
#[utoipa::path(
    get, path = "/libraries/{library}/schemas/{kind}/history", tag = "metadata",
    params(
        ("library" = Key, Path, description = "The library's key"),
        ("kind" = String, Path, description = "A kind of component, or `all`")
    ),
    responses((status = 200, description = "Every state it was in, newest first", body = Items<RuleState>), ReadRefusals)
)]
pub(crate) async fn schema_history(
    Caller(session): Caller,
    UrlPath((library, kind)): UrlPath<(Key, String)>,
) -> Result<Json<Items<RuleState>>, Problem> {
    Ok(Json(Items { items: session.schema_history(&library, named(&kind)?).await? }))
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
    params(
        ("library" = Key, Path, description = "The library's key"),
        ("kind" = String, Path, description = "A kind of component, or `all`"),
        StateParameters
    ),
    responses((status = 200, description = "The JSON Schema", body = Object), ReadRefusals)
)]
pub(crate) async fn read_json_schema(
    Caller(session): Caller,
    UrlPath((library, kind)): UrlPath<(Key, String)>,
    UrlQuery(StateParameters { state }): UrlQuery<StateParameters>,
) -> Result<Json<Value>, Problem> {
    let view = session.schema(&library, named(&kind)?).await?;
    Ok(Json(view.schema.to_json_schema(state)))
}

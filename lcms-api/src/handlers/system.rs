//! How the server fares, for admins.

use axum::Json;
use lcms_core::service::SystemStatus;

use crate::extract::Caller;
use crate::openapi::AdminRefusals;
use crate::problem::Problem;

/// Read how the server fares
///
/// Its version, how large its stores are, and how far the search index is. For admins of
/// everything.
#[utoipa::path(
    get, path = "/system", tag = "events",
    responses((status = 200, description = "How it fares", body = SystemStatus), AdminRefusals)
)]
pub(crate) async fn read_system(Caller(session): Caller) -> Result<Json<SystemStatus>, Problem> {
    Ok(Json(session.system_status().await?))
}

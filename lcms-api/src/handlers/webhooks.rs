//! Webhooks of saved searches.

use axum::Json;
use axum::http::StatusCode;
use lcms_core::model::{DeliveryId, SavedSearchId};
use lcms_core::service::{DeliveryView, NewWebhook, WebhookView};

use super::Items;
use crate::extract::{Caller, JsonBody, UrlPath};
use crate::openapi::{CommentRefusals, EventRefusals, ReadRefusals};
use crate::problem::Problem;

/// Open the webhook of a saved search
///
/// What the search comes to find from now on, as far as you may read it, is sent to that address: with
/// `POST`, as JSON, signed as [Standard Webhooks](https://www.standardwebhooks.com) say. The answer
/// holds the secret of the signature, which is shown only now; opening again replaces it. The server
/// sends to the hosts that its operator allows.
#[utoipa::path(
    put, path = "/saved-searches/{search}/webhook", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search, one of your own")),
    request_body(content = NewWebhook, example = json!({"url": "https://hooks.example.org/lcms"})),
    responses((status = 200, description = "The webhook with its secret", body = WebhookView), CommentRefusals)
)]
pub(crate) async fn open_webhook(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
    JsonBody(new): JsonBody<NewWebhook>,
) -> Result<Json<WebhookView>, Problem> {
    Ok(Json(session.open_webhook(id, new).await?))
}

/// Read the webhook of a saved search
///
/// With its last messages and what became of them.
#[utoipa::path(
    get, path = "/saved-searches/{search}/webhook", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search, one of your own")),
    responses((status = 200, description = "The webhook", body = WebhookView), ReadRefusals)
)]
pub(crate) async fn read_webhook(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<Json<WebhookView>, Problem> {
    Ok(Json(session.webhook(id).await?))
}

/// Close the webhook of a saved search
///
/// Nothing is sent any more, nor what waits.
#[utoipa::path(
    delete, path = "/saved-searches/{search}/webhook", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search, one of your own")),
    responses((status = 204, description = "It is closed"), ReadRefusals)
)]
pub(crate) async fn close_webhook(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<StatusCode, Problem> {
    session.close_webhook(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test to a webhook
///
/// A message of type `saved_search.test` that tells nothing.
#[utoipa::path(
    post, path = "/saved-searches/{search}/webhook/test", tag = "search",
    params(("search" = SavedSearchId, Path, description = "The search, one of your own")),
    responses((status = 202, description = "The message, which is sent soon", body = DeliveryView), ReadRefusals)
)]
pub(crate) async fn test_webhook(
    Caller(session): Caller,
    UrlPath(id): UrlPath<SavedSearchId>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(session.test_webhook(id).await?)))
}

/// Send a message of a webhook again
///
/// One that was given up or withheld, or whose next attempt is to be made now. It keeps its id.
#[utoipa::path(
    post, path = "/saved-searches/{search}/webhook/deliveries/{delivery}/retry", tag = "search",
    params(
        ("search" = SavedSearchId, Path, description = "The search, one of your own"),
        ("delivery" = DeliveryId, Path, description = "The message")
    ),
    responses((status = 202, description = "The message, which is sent soon", body = DeliveryView), CommentRefusals)
)]
pub(crate) async fn retry_delivery(
    Caller(session): Caller,
    UrlPath((id, delivery)): UrlPath<(SavedSearchId, DeliveryId)>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(session.retry_delivery(id, delivery).await?)))
}

/// List webhooks
///
/// Everybody's. Needs the right to administer every library.
#[utoipa::path(
    get, path = "/webhooks", tag = "search",
    responses((status = 200, description = "Every webhook with its last messages", body = Items<WebhookView>), EventRefusals)
)]
pub(crate) async fn list_webhooks(
    Caller(session): Caller,
) -> Result<Json<Items<WebhookView>>, Problem> {
    Ok(Json(Items { items: session.webhooks().await? }))
}

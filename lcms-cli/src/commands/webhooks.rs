//! Webhooks of saved searches.

use lcms_core::Result;
use lcms_core::service::{DeliveryView, Session, WebhookView};

use super::people::People;
use crate::args::Webhook;
use crate::output::{Output, table, when};

pub(crate) async fn webhook(session: &Session, command: Webhook, output: Output) -> Result<()> {
    match command {
        Webhook::List => {
            let all = session.webhooks().await?;
            let people = People::all(session).await?;
            output.print(&all, |all| {
                let row = |hook: &WebhookView| {
                    let last = hook.deliveries.first().map_or_else(String::new, told);
                    let owner = people.name(hook.owner);
                    [hook.search.to_string(), hook.name.clone(), owner, hook.url.clone(), last]
                };
                table(&all.iter().map(row).collect::<Vec<_>>(), "there is no webhook")
            });
        }
        Webhook::Show { search } => {
            let hook = session.webhook(search).await?;
            output.print(&hook, |hook| {
                let row = |delivery: &DeliveryView| {
                    let items = format!("{} found", delivery.items);
                    [delivery.id.to_string(), when(delivery.created), items, told(delivery)]
                };
                table(&hook.deliveries.iter().map(row).collect::<Vec<_>>(), "nothing was sent yet")
            });
        }
        Webhook::Retry { search, delivery } => {
            let again = session.retry_delivery(search, delivery).await?;
            output.print(&again, |again| format!("{} is sent as soon as a server runs", again.id));
        }
        Webhook::Close { search } => {
            session.close_webhook(search).await?;
            output.print(&search, |search| format!("closed the webhook of {search}"));
        }
    }
    Ok(())
}

/// How far a message is, with what became of the last attempt.
fn told(delivery: &DeliveryView) -> String {
    let state = delivery.state.as_str().replace('_', " ");
    match delivery.outcome.as_str() {
        "" => state,
        outcome => format!("{state}, {} tries: {outcome}", delivery.attempts),
    }
}

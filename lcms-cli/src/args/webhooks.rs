//! Webhooks of saved searches.

use clap::Subcommand;
use lcms_core::model::{DeliveryId, SavedSearchId};

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// List every webhook with what became of its last message.
    List,
    /// Show the last messages of a webhook.
    Show {
        /// The saved search.
        search: SavedSearchId,
    },
    /// Send a message again that was given up or withheld, or that waits.
    Retry {
        /// The saved search.
        search: SavedSearchId,
        /// The message.
        delivery: DeliveryId,
    },
    /// Close a webhook: nothing is sent any more.
    Close {
        /// The saved search.
        search: SavedSearchId,
    },
}

//! What every handler can reach.

use axum::extract::FromRef;
use lcms_core::service::Lcms;
use lcms_publish::Publisher;
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::preview::Previews;

/// Shared by all requests of one server; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    /// The services.
    pub lcms: Lcms,
    /// Makes packages, and remembers what it rendered for them.
    pub publisher: Publisher,
    /// Counts and latencies.
    pub metrics: Metrics,
    /// Where content is looked at, if this server shows previews.
    pub previews: Option<Previews>,
    /// Cancelled when the server stops: responses without an end must end then.
    pub stopping: CancellationToken,
}

impl AppState {
    pub(crate) fn new(lcms: Lcms) -> Self {
        Self {
            publisher: Publisher::new(lcms.clone()),
            lcms,
            metrics: Metrics::new(),
            previews: None,
            stopping: CancellationToken::new(),
        }
    }
}

impl FromRef<AppState> for Lcms {
    fn from_ref(state: &AppState) -> Self {
        state.lcms.clone()
    }
}

impl FromRef<AppState> for Publisher {
    fn from_ref(state: &AppState) -> Self {
        state.publisher.clone()
    }
}

impl FromRef<AppState> for Metrics {
    fn from_ref(state: &AppState) -> Self {
        state.metrics.clone()
    }
}

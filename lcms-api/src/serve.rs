//! Running a server on a socket until it is told to stop.

use std::time::Duration;

use axum::serve::ListenerExt as _;
use lcms_core::service::{Indexing, Lcms};
use tokio::net::TcpListener;
use url::Url;

use crate::preview::{self, Previews};
use crate::router;
use crate::state::AppState;
use crate::webhooks;

/// How long requests under way may take to finish after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Where previews are served: content that may hold anything, in an origin of its own.
#[derive(Debug)]
pub struct PreviewListener {
    /// The socket.
    pub listener: TcpListener,
    /// The address under which browsers reach it: scheme, host name and port. The host name must be
    /// another than the application's.
    pub base: Url,
}

/// Answers requests until `shutdown` resolves, then finishes those under way (for at most ten
/// seconds). While it runs, the index of this node follows the change log, and webhooks are sent.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    lcms: Lcms,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_with_previews(lcms, listener, None, shutdown).await
}

/// As [`serve`], with previews on a socket of their own.
///
/// # Errors
/// When a socket fails.
pub async fn serve_with_previews(
    lcms: Lcms,
    listener: TcpListener,
    previews: Option<PreviewListener>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let mut state = AppState::new(lcms.clone());
    let mut showing = None;
    if let Some(PreviewListener { listener, base }) = previews {
        let previews = Previews::at(base);
        let router = preview::router(previews.clone());
        let stopping = state.stopping.clone();
        let server = axum::serve(listener, router)
            .with_graceful_shutdown(async move { stopping.cancelled().await });
        showing = Some(tokio::spawn(async move { server.await }));
        state.previews = Some(previews);
    }
    let telling = webhooks::start(lcms.clone(), state.stopping.clone());
    let indexing = Indexing::follow(lcms);
    let upkeep = state.metrics.keep_up();
    let stopping = state.stopping.clone();
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let told_to_stop = {
        let stopping = stopping.clone();
        async move {
            shutdown.await;
            stopping.cancel();
        }
    };
    let server =
        axum::serve(listener, router::with_state(state)).with_graceful_shutdown(told_to_stop);
    let out_of_patience = async {
        stopping.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let outcome = tokio::select! {
        outcome = async { server.await } => outcome,
        () = out_of_patience => {
            tracing::warn!("stopping with requests under way: they took longer than {GRACE:?}");
            Ok(())
        }
    };
    if let Some(showing) = showing {
        showing.abort();
    }
    if let Some(telling) = telling {
        telling.abort();
    }
    indexing.abort();
    upkeep.abort();
    outcome
}

//! Running a server on a socket until it is told to stop.

use std::time::Duration;

use axum::serve::ListenerExt as _;
use lcms_core::service::{Indexing, Lcms};
use tokio::net::TcpListener;

use crate::router;
use crate::state::AppState;

/// How long requests under way may take to finish after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Answers requests until `shutdown` resolves, then finishes those under way (for at most ten
/// seconds). While it runs, the index of this node follows the change log.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    lcms: Lcms,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let state = AppState::new(lcms.clone());
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
    indexing.abort();
    upkeep.abort();
    outcome
}

//! The HTTP server.

use std::net::SocketAddr;

use lcms_core::service::Lcms;
use lcms_core::{Error, Result};
use tokio::net::TcpListener;

pub(crate) async fn serve(lcms: Lcms, address: SocketAddr) -> Result<()> {
    let listener = listen(address).await?;
    let address = listener.local_addr().unwrap_or(address);
    tracing::info!("listening on http://{address}");
    run(lcms, listener).await
}

pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Error::unavailable(format!("cannot listen on {address}: {error}"))
            .hint("another program may use the port; choose one with --listen 127.0.0.1:PORT")
    })
}

pub(super) async fn run(lcms: Lcms, listener: TcpListener) -> Result<()> {
    lcms_api::serve(lcms, listener, stopped())
        .await
        .map_err(|error| Error::internal("the server failed", error))
}

/// Ends when the process is asked to stop.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    drop(interrupt.await);
}

//! The HTTP server.

use std::net::SocketAddr;

use lcms_api::PreviewListener;
use lcms_core::service::Lcms;
use lcms_core::{Error, Result};
use tokio::net::TcpListener;
use url::Url;

use crate::args::Serve;

pub(crate) async fn serve(lcms: Lcms, args: Serve) -> Result<()> {
    let listener = listen(args.listen).await?;
    let address = listener.local_addr().unwrap_or(args.listen);
    tracing::info!("listening on http://{address}");
    let previews = previews(&args).await?;
    if let Some(previews) = &previews {
        tracing::info!("showing previews at {}", previews.base);
    }
    run(lcms, listener, previews).await
}

/// The socket of previews and its address, if they are wanted.
pub(super) async fn previews(args: &Serve) -> Result<Option<PreviewListener>> {
    let Some(address) = args.preview_listen else { return Ok(None) };
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Error::unavailable(format!("previews cannot listen on {address}: {error}")).hint(
            "another program may use the port; choose one with --preview-listen 127.0.0.1:PORT",
        )
    })?;
    let address = listener.local_addr().unwrap_or(address);
    let base = match &args.preview_url {
        Some(url) => url.clone(),
        // Browsers take every name below `localhost` for this machine, each an origin of its own.
        None if address.ip().is_loopback() => {
            let text = format!("http://preview.localhost:{}", address.port());
            Url::parse(&text).map_err(|error| Error::internal("no address for previews", error))?
        }
        None => {
            return Err(Error::invalid("it is not known where browsers reach previews").hint(
                "add `--preview-url https://NAME`, with another host name than the application's",
            ));
        }
    };
    let host = base.host_str().unwrap_or_default().to_owned();
    if !matches!(base.scheme(), "http" | "https") || host.is_empty() {
        return Err(Error::invalid(format!("`{base}` is no address for previews"))
            .hint("write it as `https://preview.example.org`"));
    }
    if host == args.listen.ip().to_string() || host == "localhost" {
        let message = format!("previews cannot have the application's host name, `{host}`");
        return Err(Error::invalid(message)
            .hint("what runs in them may be anybody's: give them a host name of their own"));
    }
    Ok(Some(PreviewListener { listener, base }))
}

pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        Error::unavailable(format!("cannot listen on {address}: {error}"))
            .hint("another program may use the port; choose one with --listen 127.0.0.1:PORT")
    })
}

pub(super) async fn run(
    lcms: Lcms,
    listener: TcpListener,
    previews: Option<PreviewListener>,
) -> Result<()> {
    lcms_api::serve_with_previews(lcms, listener, previews, stopped())
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

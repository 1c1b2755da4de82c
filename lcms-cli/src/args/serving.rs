//! Serving.

use std::net::SocketAddr;

use clap::Args;
use lcms_core::service::AllowedHost;
use url::Url;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, env = "LCMS_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Address on which previews listen; none are shown without it (the demo takes the port after its own).
    #[arg(long, env = "LCMS_PREVIEW_LISTEN", value_name = "ADDRESS")]
    pub(crate) preview_listen: Option<SocketAddr>,
    /// Where browsers reach previews, as in `https://preview.example.org`: another host name than the
    /// application's, because what runs there may be anybody's. On this machine, a name below
    /// `localhost` when left out.
    #[arg(long, env = "LCMS_PREVIEW_URL", value_name = "URL", requires = "preview_listen")]
    pub(crate) preview_url: Option<Url>,
    /// A host that webhooks of saved searches may be sent to, `hooks.example.org`, `*.example.org` or
    /// with `:PORT`; may be given several times. Without one none are sent. For a receiver on this
    /// machine, `http://127.0.0.1:PORT`.
    #[arg(long, env = "LCMS_WEBHOOK_HOSTS", value_delimiter = ',', value_name = "HOST")]
    pub(crate) webhook_host: Vec<AllowedHost>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) serve: Serve,
    /// Load the library alone: nobody has reviewed, released or deployed anything yet.
    #[arg(long)]
    pub(crate) library_only: bool,
}

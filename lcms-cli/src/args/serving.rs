//! Serving.

use std::net::SocketAddr;

use clap::Args;
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
}

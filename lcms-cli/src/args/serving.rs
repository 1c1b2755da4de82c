//! Serving.

use std::net::SocketAddr;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on.
    #[arg(long, env = "LCMS_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
}

//! Sends what webhooks have to tell, while the server runs.
//!
//! Which messages there are, where they may go and when they are tried again is decided by the services;
//! here they are put on the wire, so that nothing of a private network answers: names are resolved here
//! and every address is looked at before it is connected to, redirects are not followed, no proxy is
//! asked, an attempt has little time, and of what is answered nothing is read but the status.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use lcms_core::service::{Attempt, Lcms, Outgoing, Reach};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Host;

/// How often it is looked whether there is something to tell.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait after a failure of store or index.
const RETRY: Duration = Duration::from_secs(5);
/// Messages sent at the same time.
const AT_ONCE: u64 = 8;
/// How long an attempt may last; less than a node has a message for itself.
const ATTEMPT: Duration = Duration::from_secs(15);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(5);

/// Looks, sends and notes until the server stops. Nothing is done where no host may be sent to.
pub(crate) fn start(lcms: Lcms, stopping: CancellationToken) -> Option<JoinHandle<()>> {
    if lcms.settings().webhooks.hosts.is_empty() {
        return None;
    }
    let sender = match Sender::new(lcms) {
        Ok(sender) => sender,
        Err(error) => {
            tracing::error!(%error, "webhooks cannot be sent");
            return None;
        }
    };
    Some(tokio::spawn(async move {
        let mut said = false;
        while !stopping.is_cancelled() {
            let pause = match sender.step().await {
                Ok(busy) => {
                    said = false;
                    if busy { Duration::ZERO } else { POLL }
                }
                Err(error) => {
                    if !said {
                        tracing::warn!(%error, "webhooks wait; trying on");
                    }
                    said = true;
                    RETRY
                }
            };
            tokio::select! {
                () = stopping.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }))
}

struct Sender {
    lcms: Lcms,
    public: Client,
    this_machine: Client,
}

impl Sender {
    fn new(lcms: Lcms) -> reqwest::Result<Self> {
        let client = |reach| {
            Client::builder()
                .dns_resolver(Arc::new(Guarded(reach)))
                .redirect(redirect::Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT)
                .timeout(ATTEMPT)
                .pool_max_idle_per_host(0)
                .user_agent(concat!("lcms/", env!("CARGO_PKG_VERSION")))
                .build()
        };
        Ok(Self { lcms, public: client(Reach::Public)?, this_machine: client(Reach::ThisMachine)? })
    }

    /// Says whether there may be more to do at once.
    async fn step(&self) -> lcms_core::Result<bool> {
        let was_behind = self.lcms.watch_searches().await?;
        let messages = self.lcms.take_deliveries(AT_ONCE).await?;
        let many = messages.len() as u64 == AT_ONCE;
        let attempts = messages.into_iter().map(|message| async {
            let id = message.delivery;
            let attempt = self.send(message).await;
            tracing::debug!(%id, ?attempt, "a message of a webhook");
            self.lcms.note_attempt(id, attempt).await
        });
        for noted in join_all(attempts).await {
            noted?;
        }
        Ok(was_behind || many)
    }

    async fn send(&self, message: Outgoing) -> Attempt {
        let reach = Reach::of(&message.url);
        let literal = match message.url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        // What is an address already is never resolved.
        if literal.is_some_and(|address| !reach.allows(address)) {
            return Attempt::Failed(OUTSIDE.to_owned());
        }
        let client = match reach {
            Reach::Public => &self.public,
            Reach::ThisMachine => &self.this_machine,
        };
        let mut request = client.post(message.url).body(message.body);
        for (name, value) in message.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(answer) => Attempt::Answered(answer.status().as_u16()),
            Err(error) => Attempt::Failed(why(&error)),
        }
    }
}

/// What an address inside is refused with.
const OUTSIDE: &str = "the receiver's address is none of the public internet";

/// Why there was no answer, as much as its owner needs.
fn why(error: &reqwest::Error) -> String {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = source {
        if cause.is::<Refused>() {
            return OUTSIDE.to_owned();
        }
        source = cause.source();
    }
    match error {
        error if error.is_timeout() => format!("there was no answer after {ATTEMPT:?}"),
        error if error.is_connect() => "the receiver cannot be reached".to_owned(),
        _ => "the receiver broke off".to_owned(),
    }
}

/// Nothing that a name resolves to may be reached.
#[derive(Debug, thiserror::Error)]
#[error("{OUTSIDE}")]
struct Refused;

/// Resolves names to machines that may be reached, and to no others.
#[derive(Clone, Copy, Debug)]
struct Guarded(Reach);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let Self(reach) = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| reach.allows(address.ip())).collect();
            match allowed.is_empty() {
                true => Err(Refused.into()),
                false => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_a_machine_inside_resolves_to_nothing() {
        let resolved = async |reach| Guarded(reach).resolve("localhost".parse().unwrap()).await;
        assert!(resolved(Reach::Public).await.is_err());
        let here = resolved(Reach::ThisMachine).await.ok().unwrap();
        assert!(here.map(|address| address.ip()).all(|address| address.is_loopback()));
    }
}

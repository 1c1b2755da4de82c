//! Looking at content that may hold anything: a second listener with an origin of its own.
//!
//! What runs there is a package of ours or of somebody else, and beside it a small runtime that keeps
//! values in the browser and shows them. It has nothing to do with the application: another host
//! name (cookies ignore ports, so another port would not do), no cookies, no rights, no way to the
//! interface. Whoever may look at something gets an address from the interface that nobody can
//! guess and that ends after an hour; there is nothing else to ask for.
//!
//! SCORM content finds the runtime in the page around it; cmi5 content asks it over HTTP ([`relay`]).

mod relay;
mod serving;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lcms_core::{Error, Result};
use lcms_publish::Preview;
use url::Url;

use relay::Relay;
pub(crate) use serving::router;

/// How long an address holds.
pub(crate) const LIFE: Duration = Duration::from_secs(3600);
/// Most previews held at once; the oldest goes first. Each holds the pages of one package.
const MOST: usize = 64;

/// The previews of this process, and where they are served.
#[derive(Clone, Debug)]
pub(crate) struct Previews {
    base: Url,
    held: Arc<Mutex<HashMap<String, Held>>>,
}

#[derive(Clone, Debug)]
struct Held {
    preview: Arc<Preview>,
    relay: Arc<Relay>,
    until: Instant,
}

impl Previews {
    /// Previews at this address: scheme, host and port.
    pub(crate) fn at(base: Url) -> Self {
        Self { base, held: Arc::default() }
    }

    /// The host and port under which alone content may run.
    pub(crate) fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        self.base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Holds a preview, and answers its address.
    pub(crate) fn hold(&self, preview: Preview) -> Result<Url> {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random)
            .map_err(|error| Error::internal("the system gives no random bytes", error))?;
        let token: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let address = self
            .base
            .join(&format!("/{token}/"))
            .map_err(|error| Error::internal("the address of previews cannot be used", error))?;
        let now = Instant::now();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, held| held.until > now);
        while held.len() >= MOST {
            let oldest =
                held.iter().min_by_key(|(_, held)| held.until).map(|(token, _)| token.clone());
            let Some(oldest) = oldest else { break };
            held.remove(&oldest);
        }
        held.insert(
            token,
            Held { preview: Arc::new(preview), relay: Arc::default(), until: now + LIFE },
        );
        Ok(address)
    }

    /// What an address stands for, while it holds.
    fn held(&self, token: &str) -> Option<Held> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(token).filter(|held| held.until > Instant::now()).cloned()
    }

    fn get(&self, token: &str) -> Option<Arc<Preview>> {
        self.held(token).map(|held| held.preview)
    }

    /// The way from its content to the page around it.
    fn relay(&self, token: &str) -> Option<Arc<Relay>> {
        self.held(token).map(|held| held.relay)
    }
}

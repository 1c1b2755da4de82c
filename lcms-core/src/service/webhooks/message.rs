//! A message as it goes out: what is told, and the signature by which its receiver knows it.
//!
//! Both are those of [Standard Webhooks](https://www.standardwebhooks.com) 1.0, so that receivers can
//! use what is there for them: `webhook-signature` is HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use time::OffsetDateTime;
use url::Url;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::index::Hit;
use crate::model::{ComponentId, DeliveryId, EventNumber, LibraryId, RevisionId, SavedSearchId};

/// Bytes of a secret.
const SECRET: usize = 32;

/// Why something is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The search did not find it before.
    Found,
    /// The search found it before, in an earlier revision.
    Changed,
}

/// A component that a search came to find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundItem {
    /// Why it is told.
    pub change: Told,
    /// The component.
    pub component: ComponentId,
    /// Its library.
    pub library: LibraryId,
    /// `library/key`.
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The state of its newest revision.
    pub state: String,
    /// The language of the title.
    pub language: String,
    /// Its newest revision.
    pub revision: RevisionId,
    /// The number of that revision.
    pub number: u32,
    /// The event that made that revision: of two messages about a component, the one with the greater
    /// number is the newer.
    pub event: EventNumber,
}

impl FoundItem {
    pub(super) fn of(hit: Hit, change: Told) -> Self {
        Self {
            change,
            component: ComponentId(hit.component),
            library: LibraryId(hit.library),
            key: format!("{}/{}", hit.library_key, hit.key),
            kind: hit.kind,
            title: hit.title,
            state: hit.state,
            language: hit.language,
            revision: RevisionId(hit.revision),
            number: hit.number,
            event: EventNumber(hit.event),
        }
    }
}

/// What is told, as it waits in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Body {
    /// What a search came to find.
    Found(Vec<FoundItem>),
    /// That messages arrive.
    Test,
}

/// A message that is to be sent now, with `POST`.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Which one it is.
    pub delivery: DeliveryId,
    /// Where it goes.
    pub url: Url,
    /// Names and values of the headers that belong to it.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

#[derive(Serialize)]
struct Message<'a> {
    r#type: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    timestamp: OffsetDateTime,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    search: SavedSearchId,
    name: &'a str,
    items: &'a [FoundItem],
}

/// Makes a secret: its bytes as they are kept, and as its receiver is told them.
pub(super) fn new_secret() -> Result<(String, String)> {
    let mut random = [0; SECRET];
    getrandom::fill(&mut random)
        .map_err(|error| Error::internal("could not make a secret", error.to_string()))?;
    Ok((hex::encode(random), format!("whsec_{}", STANDARD.encode(random))))
}

/// A message, written and signed at that time.
pub(super) fn compose(
    delivery: DeliveryId,
    (search, name): (SavedSearchId, &str),
    created: OffsetDateTime,
    body: &Body,
    (url, secret): (Url, &str),
    now: OffsetDateTime,
) -> Result<Outgoing> {
    let (r#type, items) = match body {
        Body::Found(items) => ("saved_search.found", items.as_slice()),
        Body::Test => ("saved_search.test", &[][..]),
    };
    let message = Message { r#type, timestamp: created, data: Data { search, name, items } };
    let body = serde_json::to_string(&message)
        .map_err(|error| Error::internal("a message cannot be written", error))?;
    let (id, time) = (delivery.to_string(), now.unix_timestamp().to_string());
    let signature = sign(secret, &[&id, &time, &body])?;
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", id.clone()),
        ("webhook-id", id),
        ("webhook-timestamp", time),
        ("webhook-signature", format!("v1,{signature}")),
    ];
    Ok(Outgoing { delivery, url, headers, body })
}

fn sign(secret: &str, parts: &[&str]) -> Result<String> {
    let unusable = |error: &dyn std::fmt::Display| {
        Error::internal("a webhook's secret cannot be used", error.to_string())
    };
    let key = hex::decode(secret).map_err(|error| unusable(&error))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| unusable(&error))?;
    mac.update(parts.join(".").as_bytes());
    Ok(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, "Signature scheme".
    #[test]
    fn a_signature_is_that_of_the_standard() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let parts = ["msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#];
        assert_eq!(
            sign(&hex::encode(key), &parts).unwrap(),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}

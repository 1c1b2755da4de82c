//! Checking the chain over the change log: whether any past event, or the revision that it
//! recorded, was altered or taken out below the services.

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use crate::error::Result;
use crate::model::chain::{event_hash, revision_digest, seal_message};
use crate::model::{Digest, EventNumber, Right};
use crate::store::chain::{self, Link, Seal};
use crate::store::{Snapshot, events};

/// Events read at a time.
const PAGE: u64 = 2000;

/// What a look at the whole chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainReport {
    /// Events whose hash is right.
    pub events: u64,
    /// Events that are older than the chain and have no hash.
    pub unhashed: u64,
    /// Revisions whose message was erased; the chain holds without it.
    pub erased: u64,
    /// The last event looked at.
    pub last: EventNumber,
    /// Its hash. Whoever keeps a copy elsewhere can tell later that nothing up to this event was
    /// changed, even by somebody who worked out every hash anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<Digest>,
    /// The first place where the chain does not hold; what follows it was not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<BrokenChain>,
}

/// Where the chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BrokenChain {
    /// The event.
    pub event: EventNumber,
    /// What is wrong there.
    pub reason: String,
}

impl Session {
    /// Works out the hash of every event again and compares. Reads one page of the log at a time,
    /// all of one moment.
    ///
    /// # Errors
    /// When the actor is not an admin everywhere, or the store cannot be read. That the chain
    /// does not hold is no error but a finding.
    pub async fn verify_chain(&self) -> Result<ChainReport> {
        self.require_everywhere(Right::Administer)?;
        verify(&self.lcms.store().snapshot().await?).await
    }
}

/// Looks at the whole chain, through one snapshot.
pub(super) async fn verify(snapshot: &Snapshot) -> Result<ChainReport> {
    let mut report = ChainReport::default();
    loop {
        let page = chain::links(snapshot, report.last, PAGE).await?;
        let is_last = (page.len() as u64) < PAGE;
        for (number, link) in page {
            report.look_at(number, link);
            if report.broken.is_some() {
                return Ok(report);
            }
        }
        if is_last {
            break;
        }
    }
    let counted = events::last_number(snapshot).await?;
    if counted != report.last {
        let reason = format!("the log ends at {}, and {counted} were counted", report.last);
        report.breaks_at(counted.max(EventNumber(report.last.0 + 1)), reason);
    } else if let Some((revision, event)) = chain::stray_revision(snapshot).await? {
        report.breaks_at(event, format!("it did not record revision {revision}"));
    }
    Ok(report)
}

impl ChainReport {
    fn breaks_at(&mut self, event: EventNumber, reason: impl Into<String>) {
        self.broken = Some(BrokenChain { event, reason: reason.into() });
    }

    /// Goes on by one event.
    fn look_at(&mut self, number: EventNumber, link: Result<Link>) {
        let expected = EventNumber(self.last.0 + 1);
        if number != expected {
            return self.breaks_at(expected, "the event is missing");
        }
        let Link { event, hash, made } = match link {
            Ok(link) => link,
            Err(error) => return self.breaks_at(number, error.to_string()),
        };
        let Some(hash) = hash else {
            if self.hash.is_some() {
                return self.breaks_at(number, "its hash is missing");
            }
            self.unhashed += 1;
            self.last = number;
            return;
        };
        if let Some(revision) = event.revision
            && event.kind.is_revision()
            && made.is_none()
        {
            return self.breaks_at(number, format!("its revision {revision} is missing"));
        }
        let erased = made.as_ref().filter(|(_, seal)| matches!(seal, Seal::Erased(_)));
        if erased.is_some_and(|(revision, _)| !revision.message.is_empty()) {
            return self.breaks_at(number, "its message was erased, and words stand there");
        }
        let erased = erased.is_some();
        let made = made.map(|(revision, seal)| {
            let seal = match seal {
                Seal::Salt(salt) => seal_message(&salt, &revision.message),
                Seal::Erased(seal) => seal,
                Seal::None => seal_message(&[0; 16], &revision.message), // cannot be right
            };
            revision_digest(&revision, seal)
        });
        if event_hash(self.hash, &event, made) != hash {
            let what = if made.is_some() { "it, or the revision it recorded," } else { "it" };
            return self.breaks_at(number, format!("{what} was altered"));
        }
        self.events += 1;
        self.erased += u64::from(erased);
        self.last = number;
        self.hash = Some(hash);
    }
}

//! Which part of a library two servers have to compare.
//!
//! Whoever took in everything that a log says of a library up to some event has all that the other
//! server had then. So it is enough to compare the components that events since happened to, with
//! what they need. What was taken in is remembered as a [`Mark`]: the event's number and its hash
//! in the chain, which names everything before. The other server finds its own log in that, or
//! does not; a memory that is lost, or of a log that was restored to something else, makes the
//! two compare everything, and changes nothing about what is found.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, ErrorKind, Result};
use crate::model::{ComponentId, EventKind, Key, Mark, Right};
use crate::service::Session;
use crate::store::known_logs::{self, KnownLog};
use crate::store::{events, transfer};

/// Most components that are compared apart from the others.
const MOST_COMPONENTS: usize = 5_000;
/// So many events of other libraries may be looked at in vain again and again.
const FEW_EVENTS: i64 = 1_000;

/// The part of a library that is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExchangeScope)]
pub struct Scope {
    /// These components, with the structures they are local to and what their branches stand on.
    pub components: BTreeSet<ComponentId>,
    /// Whether the library's rules too.
    #[serde(default)]
    pub rules: bool,
}

impl Scope {
    /// Whether there is nothing to compare.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses a scope that is none of ours.
    pub(super) fn require_sound(&self) -> Result<()> {
        if self.components.len() > MOST_COMPONENTS {
            return Err(Error::invalid(format!(
                "at most {MOST_COMPONENTS} components are compared apart: compare the whole library"
            )));
        }
        Ok(())
    }
}

/// What happened to a library since a place in the log here that another server knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangesSince)]
pub struct Since {
    /// Which of the places it is counted from; absent when none is of the log here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Mark>,
    /// The newest event now; absent when it is older than the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Mark>,
    /// What was touched since; the whole library when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

impl Since {
    /// Whether there is nothing to compare.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.scope.as_ref().is_some_and(Scope::is_empty)
    }

    /// Whether it is worth remembering that everything up to [`Since::position`] is known.
    #[must_use]
    pub fn leads_on(&self) -> bool {
        match (self.from, self.position) {
            (Some(from), Some(position)) => {
                let few = position.number.0 - from.number.0 < FEW_EVENTS;
                from != position && !(few && self.is_nothing())
            }
            (None, position) => position.is_some(),
            (_, None) => false,
        }
    }
}

/// Whether events of this kind change nothing that travels.
fn stays_home(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ChannelMoved
            | EventKind::CommentAdded
            | EventKind::CommentChanged
            | EventKind::DeploymentEnded
            | EventKind::DeploymentStarted
            | EventKind::PackagePublished
            | EventKind::ReleaseStateChanged
    )
}

impl Session {
    /// The places in other servers' logs up to which everything about a library is here.
    ///
    /// # Errors
    /// When there is no such library, or the actor may not read it.
    pub async fn known_logs(&self, library: &Key) -> Result<Vec<Mark>> {
        let library = self.library_with(library, Right::Read).await?;
        let known = known_logs::of(self.lcms.store().reader(), library.id).await?;
        Ok(known.into_iter().map(|known| known.there).collect())
    }

    /// What happened to a library since the newest of these places that the log here has.
    ///
    /// # Errors
    /// When there is no such library, or the actor may not read it.
    pub async fn changed_since(&self, library: &Key, known: &[Mark]) -> Result<Since> {
        let library = self.library_with(library, Right::Read).await?;
        let db = self.lcms.store().snapshot().await?;
        let position = known_logs::mark_at(&db, events::last_number(&db).await?).await?;
        let mut newest_first = known.to_vec();
        newest_first.sort_by_key(|mark| std::cmp::Reverse(mark.number));
        for mark in newest_first {
            if known_logs::mark_at(&db, mark.number).await? != Some(mark) {
                continue;
            }
            let mut scope = Scope::default();
            for (kind, component) in transfer::touched(&db, library.id, mark.number).await? {
                match kind {
                    EventKind::RulesChanged | EventKind::SynonymsChanged => scope.rules = true,
                    kind if stays_home(kind) => {}
                    _ => scope.components.extend(component),
                }
            }
            let few = scope.components.len() <= MOST_COMPONENTS;
            return Ok(Since { from: Some(mark), position, scope: few.then_some(scope) });
        }
        Ok(Since { from: None, position, scope: None })
    }

    /// Remembers that everything another log says of a library up to `since.position` is here.
    /// Only a comparison that went on from a place which is remembered, or was of the whole
    /// library, counts. Does nothing for an actor who does not administer the library.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_known(&self, library: &Key, since: &Since) -> Result<()> {
        let Some(there) = since.position.filter(|_| since.leads_on()) else { return Ok(()) };
        let library = match self.library_with(library, Right::Administer).await {
            Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::NotFound) => {
                return Ok(());
            }
            library => library?,
        };
        let since = since.clone();
        let writing = self.lcms.store().writer().write(move |tx| {
            Box::pin(async move {
                if since.scope.is_some() {
                    let known = known_logs::of(tx, library.id).await?;
                    if !known.iter().any(|known| Some(known.there) == since.from) {
                        return Ok(());
                    }
                }
                let last = events::last_number(tx).await?;
                let Some(here) = known_logs::mark_at(tx, last).await? else { return Ok(()) };
                let before = since.from.map(|from| from.hash);
                known_logs::note(tx, library.id, &KnownLog { there, here }, before).await
            })
        });
        writing.await
    }
}

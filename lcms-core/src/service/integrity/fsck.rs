//! Checking everything: the bytes of documents and files against their digests, and every row
//! against what it names.
//!
//! One snapshot of the database is looked at, so that what happens meanwhile does not disturb.
//! Each check is a module of its own with a function that takes the [`Run`]: rows, files,
//! documents, nodes, and the chain over the change log. What was redacted is counted and
//! is no damage.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::{documents, files, nodes, rows};
use crate::error::Result;
use crate::model::{Digest, Right};
use crate::service::{Lcms, Session, chain};
use crate::store::{Snapshot, redactions, tables};

/// Most findings that a report keeps; all of them are counted and passed on.
const KEPT: usize = 1000;

/// In what way something is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// Its bytes are not there.
    Missing,
    /// Its bytes are not those that were stored.
    Altered,
    /// It names something that is not there.
    Dangling,
    /// It says something else than what it was made from.
    Contradiction,
}

impl Damage {
    /// The damage's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Dangling => "dangling",
            Self::Contradiction => "contradiction",
        }
    }
}

/// One thing that is not whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = IntegrityFinding)]
pub struct Finding {
    /// In what way.
    pub damage: Damage,
    /// What it is: `document sha256:…`, `blob sha256:…`, or a table and the key of a row.
    pub subject: String,
    /// What exactly is wrong.
    pub fault: String,
    /// The components and revisions it belongs to, as far as they are known; at most a few.
    pub belongs_to: Vec<String>,
}

impl Finding {
    pub(super) fn new(
        damage: Damage,
        subject: impl Into<String>,
        fault: impl Into<String>,
    ) -> Self {
        Self { damage, subject: subject.into(), fault: fault.into(), belongs_to: Vec::new() }
    }
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FsckCounts {
    /// Rows of all tables.
    pub rows: u64,
    /// Documents hashed.
    pub documents: u64,
    /// Nodes of frozen trees hashed.
    pub nodes: u64,
    /// Events whose place in the chain of hashes was made sure of.
    pub events: u64,
    /// Files looked at.
    pub files: u64,
    /// Bytes of files hashed, as they are held.
    pub bytes: u64,
    /// Releases whose digest was made again.
    pub releases: u64,
    /// Documents and files whose bytes were taken away on purpose.
    pub redacted: u64,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FsckReport {
    /// How much was looked at.
    pub counts: FsckCounts,
    /// How many things are not whole.
    pub damaged: u64,
    /// The first thousand of them.
    pub findings: Vec<Finding>,
}

/// What happens during a check.
#[derive(Clone, Copy, Debug)]
pub enum FsckUpdate<'a> {
    /// A check begins, of so many things.
    Begins(&'static str, u64),
    /// So many more are done.
    Done(u64),
    /// Something is not whole.
    Found(&'a Finding),
}

/// A check under way.
pub(super) struct Run<'w> {
    pub lcms: Lcms,
    pub db: Snapshot,
    pub quick: bool,
    pub redacted: HashSet<Digest>,
    pub report: FsckReport,
    watch: &'w mut (dyn FnMut(FsckUpdate<'_>) + Send),
}

impl Run<'_> {
    pub(super) fn begins(&mut self, what: &'static str, of: u64) {
        (self.watch)(FsckUpdate::Begins(what, of));
    }

    pub(super) fn done(&mut self, more: u64) {
        (self.watch)(FsckUpdate::Done(more));
    }

    pub(super) fn found(&mut self, finding: Finding) {
        (self.watch)(FsckUpdate::Found(&finding));
        self.report.damaged += 1;
        if self.report.findings.len() < KEPT {
            self.report.findings.push(finding);
        }
    }
}

impl Session {
    /// Checks everything and names whatever is not whole. A `quick` check compares the sizes of
    /// files, where a whole one reads and hashes them.
    ///
    /// # Errors
    /// When the actor is not an admin of every library, or a storage does not answer. Damage is no
    /// error but a finding.
    pub async fn fsck(
        &self,
        quick: bool,
        watch: &mut (dyn FnMut(FsckUpdate<'_>) + Send),
    ) -> Result<FsckReport> {
        self.require_everywhere(Right::Administer)?;
        let db = self.lcms.store().snapshot().await?;
        let redacted: HashSet<_> =
            redactions::all(&db).await?.into_iter().map(|redaction| redaction.digest).collect();
        let mut report = FsckReport::default();
        report.counts.redacted = redacted.len() as u64;
        let mut run = Run { lcms: self.lcms.clone(), db, quick, redacted, report, watch };
        rows::check(&mut run).await?;
        let files = files::check(&mut run).await?;
        let known = documents::check(&mut run, files).await?;
        nodes::check(&mut run, &known).await?;
        check_chain(&mut run).await?;
        Ok(run.report)
    }
}

async fn check_chain(run: &mut Run<'_>) -> Result<()> {
    run.begins("events", tables::count(&run.db, "event").await?);
    let chain = chain::verify(&run.db).await?;
    run.report.counts.events = chain.events;
    run.done(chain.events);
    if let Some(broken) = chain.broken {
        let fault = format!("the chain over the change log breaks here: {}", broken.reason);
        run.found(Finding::new(Damage::Altered, format!("event {}", broken.event), fault));
    }
    Ok(())
}

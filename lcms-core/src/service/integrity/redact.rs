//! Taking bytes away for good: the digest stays, and everything that names it.
//!
//! A licence was withdrawn, or somebody's personal data was written down. Removing what names the
//! bytes would rewrite history and every release that holds them; so the bytes alone go, and a row
//! says why. Whoever wants them is told; what needs them is not published any more.

use std::collections::HashSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::gc::digests_in;
use crate::error::{Error, Result};
use crate::model::{Digest, EventKind, Node, Release, Right, Tree};
use crate::service::{Session, freeze};
use crate::store::events::{self, NewEvent};
use crate::store::redactions::{self, Redaction, Subject};
use crate::store::{Connection, blob, documents, links, nodes, now, releases};

const PAGE: u64 = 2000;
/// Most revisions that are named.
const NAMED: u64 = 200;
const LONGEST_REASON: usize = 2000;

/// What has the bytes in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RedactionUse {
    /// `library/key@3`.
    pub revision: String,
}

/// What a redaction takes away, and what is affected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RedactionPlan {
    /// The digest, which stays.
    pub digest: Digest,
    /// What it is that of.
    pub subject: Subject,
    /// The revisions that have the bytes in them; at most two hundred.
    pub revisions: Vec<RedactionUse>,
    /// The releases that hold them, which cannot be published any more.
    pub releases: Vec<Release>,
    /// Whether it was done.
    pub done: bool,
}

impl Session {
    /// Finds out what a redaction would take away, or carries it out if there is a reason.
    ///
    /// # Errors
    /// When the actor is not an admin of every library, there is no document or blob with that
    /// digest, its bytes were taken away before, or it is a node of a frozen tree, which holds no
    /// text.
    pub async fn redact(&self, digest: Digest, reason: Option<String>) -> Result<RedactionPlan> {
        self.require_everywhere(Right::Administer)?;
        if let Some(reason) = &reason
            && (reason.trim().is_empty() || reason.len() > LONGEST_REASON)
        {
            return Err(Error::invalid(format!(
                "a redaction needs a reason of at most {LONGEST_REASON} bytes"
            )));
        }
        let db = self.lcms.store().snapshot().await?;
        let subject = subject(&db, digest).await?;
        let holders = match subject {
            Subject::Document => HashSet::from([digest]),
            Subject::Blob => naming(&db, digest).await?,
        };
        let mut revisions = Vec::new();
        for document in &holders {
            revisions.extend(links::revisions_with(&db, *document, NAMED).await?);
        }
        revisions.sort();
        revisions.dedup();
        revisions.truncate(usize::try_from(NAMED).unwrap_or(usize::MAX));
        let mut plan = RedactionPlan {
            digest,
            subject,
            revisions: revisions.into_iter().map(|revision| RedactionUse { revision }).collect(),
            releases: holding(&db, &holders).await?,
            done: false,
        };
        drop(db);
        if let Some(reason) = reason {
            self.take_away(digest, subject, reason).await?;
            plan.done = true;
        }
        Ok(plan)
    }

    async fn take_away(&self, digest: Digest, subject: Subject, reason: String) -> Result<()> {
        let actor = self.actor.id();
        let removing = self.lcms.store().writer().write(move |tx| {
            Box::pin(async move {
                refuse_redacted(tx, digest).await?;
                let forms = blob::find(tx, digest).await?;
                match subject {
                    Subject::Document => documents::redact(tx, digest).await?,
                    Subject::Blob => blob::forget_all(tx, digest).await?,
                }
                let time = now();
                let event = events::next_number(tx).await?;
                let redaction = Redaction { digest, subject, reason, actor, time, event };
                redactions::insert(tx, &redaction).await?;
                let detail = serde_json::json!({
                    "digest": digest, "subject": subject, "reason": redaction.reason,
                });
                let new = NewEvent::new(EventKind::Redacted, time, actor);
                events::insert(tx, event, NewEvent { detail, ..new }).await?;
                Ok(if subject == Subject::Blob { forms } else { Vec::new() })
            })
        });
        let forms = removing.await?;
        self.lcms.recent().forget_titles();
        for form in forms {
            self.lcms.blobs().remove(form).await?;
        }
        Ok(())
    }
}

async fn refuse_redacted(db: &impl Connection, digest: Digest) -> Result<()> {
    match redactions::find(db, digest).await? {
        Some(redaction) => {
            Err(Error::conflict(format!("{digest} was redacted before: {}", redaction.reason)))
        }
        None => Ok(()),
    }
}

async fn subject(db: &impl Connection, digest: Digest) -> Result<Subject> {
    refuse_redacted(db, digest).await?;
    if !blob::find(db, digest).await?.is_empty() {
        return Ok(Subject::Blob);
    }
    let node = || {
        Error::conflict(format!("{digest} is a node of a release and holds no text"))
            .hint("redact the document that holds the text")
    };
    if nodes::is_stored(db, digest).await? {
        return Err(node());
    }
    let found = documents::get_many(db, &[digest]).await?;
    let Some(body) = found.get(&digest) else {
        return Err(Error::not_found(format!("there is no document or blob {digest}"))
            .hint("`lcms show` and `lcms log` print the digests of a component's documents"));
    };
    if [Tree::Content, Tree::Metadata].iter().any(|tree| Node::from_bytes(*tree, body).is_some()) {
        return Err(node());
    }
    Ok(Subject::Document)
}

/// The documents that name a blob.
pub(in crate::service) async fn naming(
    db: &impl Connection,
    blob: Digest,
) -> Result<HashSet<Digest>> {
    let mut found = HashSet::new();
    let mut last = None;
    loop {
        let page = documents::page(db, last, PAGE).await?;
        let Some((end, _)) = page.last() else { return Ok(found) };
        last = Some(*end);
        for (digest, body) in &page {
            if digests_in(body).any(|named| named == blob) {
                found.insert(*digest);
            }
        }
    }
}

/// The releases that hold one of these documents.
async fn holding(db: &impl Connection, documents: &HashSet<Digest>) -> Result<Vec<Release>> {
    let mut holding = Vec::new();
    let mut without = HashSet::new();
    for release in releases::all(db).await? {
        if freeze::holds(db, &release, documents, &mut without).await? {
            holding.push(release);
        }
    }
    Ok(holding)
}

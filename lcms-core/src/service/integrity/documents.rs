//! Every document hashes to its digest, what it names is there, and where-used says what the
//! documents of the heads say.
//!
//! Documents come in the order of their digests, the next page is read while this one is hashed,
//! and a page is hashed on several cores. All that is kept is half of each digest.

use std::collections::{BTreeMap, HashMap};

use super::files::Files;
use super::fsck::{Damage, Finding, Run};
use crate::error::{Error, Result};
use crate::model::{ComponentId, Content, Digest, Head, Language, Node, PackageFiles, Slot, Tree};
use crate::service::save::is_strings;
use crate::store::{components, documents, heads, links, tables, usage};

const PAGE: u64 = 2000;
/// Documents hashed by one task.
const SHARE: usize = 500;
const DIGESTS: u64 = 20_000;
/// Most revisions named for one finding.
const NAMED: u64 = 5;

/// The digests that are there, shortened: 16 of their bytes, in order.
pub(super) struct Known(Vec<[u8; 16]>);

impl Known {
    /// These digests, which come in order.
    pub(super) fn of(digests: &[Digest]) -> Self {
        Self(digests.iter().map(Self::short).collect())
    }

    fn short(digest: &Digest) -> [u8; 16] {
        let mut short = [0; 16];
        short.copy_from_slice(&digest.as_bytes()[..16]);
        short
    }

    pub(super) fn has(&self, digest: &Digest) -> bool {
        self.0.binary_search(&Self::short(digest)).is_ok()
    }
}

/// What a document turned out to be.
struct Seen {
    digest: Digest,
    is_empty: bool,
    /// What it hashes to, if that is not its digest.
    altered: Option<Digest>,
    content: Option<(Vec<Slot>, Vec<Digest>)>,
    /// Documents that it names as a node of a frozen tree.
    names: Vec<Digest>,
}

/// Whether a document may hold a component or a blob. Most hold neither, and reading one takes
/// much longer than hashing it. Canonical JSON escapes none of these characters.
fn may_name(body: &[u8]) -> bool {
    let text = std::str::from_utf8(body).unwrap_or_default();
    ["[[", ":::", "sha256:", "\"component\":"].iter().any(|mark| text.contains(mark))
}

fn look(digest: Digest, body: &[u8]) -> Seen {
    let hash = Digest::of_bytes(body);
    let mut seen = Seen {
        digest,
        is_empty: body.is_empty(),
        altered: Some(hash).filter(|hash| *hash != digest),
        content: None,
        names: Vec::new(),
    };
    if seen.altered.is_none() {
        match body.first() {
            Some(b'[') => {
                let node = Node::from_bytes(Tree::Content, body)
                    .or_else(|| Node::from_bytes(Tree::Metadata, body));
                if let Some(node) = node {
                    seen.names.push(node.document());
                    seen.names.extend(node.slots().iter().map(|slot| slot.3));
                }
            }
            _ if !may_name(body) => seen.content = Some((Vec::new(), Vec::new())),
            _ => {
                if let Ok(content) = Content::from_stored(body) {
                    seen.content = Some((content.slots(), content.blobs()));
                } else if let Some(list) = PackageFiles::read(body) {
                    seen.content = Some((Vec::new(), list.blobs()));
                }
            }
        }
    }
    seen
}

/// Checks every document; answers which there are.
pub(super) async fn check(run: &mut Run<'_>, mut files: Files) -> Result<Known> {
    run.begins("documents", tables::count(&run.db, "document").await?);
    let known = known(run).await?;
    let mut page = documents::page(&run.db, None, PAGE).await?;
    while let Some((last, _)) = page.last() {
        let next = documents::page(&run.db, Some(*last), PAGE);
        let (next, seen) = futures::future::join(next, look_at_all(page)).await;
        let seen = seen?;
        for document in &seen {
            check_one(run, document, &known, &mut files).await?;
        }
        check_heads(run, &seen).await?;
        run.report.counts.documents += seen.len() as u64;
        run.done(seen.len() as u64);
        page = next?;
    }
    let mut left: Vec<_> = files.damaged.into_iter().collect();
    left.sort_by_key(|(digest, _)| *digest);
    for finding in left.into_iter().flat_map(|(_, findings)| findings) {
        run.found(finding);
    }
    Ok(known)
}

async fn known(run: &Run<'_>) -> Result<Known> {
    let mut known = Vec::new();
    let mut last = None;
    loop {
        let page = documents::digests(&run.db, last, DIGESTS).await?;
        known.extend(page.iter().map(Known::short));
        last = page.last().copied();
        if last.is_none() {
            return Ok(Known(known));
        }
    }
}

async fn look_at_all(page: Vec<(Digest, Vec<u8>)>) -> Result<Vec<Seen>> {
    let mut page = page.into_iter().peekable();
    let mut shares = Vec::new();
    while page.peek().is_some() {
        let share: Vec<_> = page.by_ref().take(SHARE).collect();
        shares.push(tokio::task::spawn_blocking(move || {
            share.iter().map(|(digest, body)| look(*digest, body)).collect::<Vec<_>>()
        }));
    }
    let mut seen = Vec::new();
    for share in shares {
        seen.extend(share.await.map_err(|e| Error::internal("a check failed", e))?);
    }
    Ok(seen)
}

async fn check_one(
    run: &mut Run<'_>,
    document: &Seen,
    known: &Known,
    files: &mut Files,
) -> Result<()> {
    let subject = || format!("document {}", document.digest);
    if document.is_empty {
        if !run.redacted.contains(&document.digest) {
            let finding = Finding::new(Damage::Missing, subject(), "its bytes are gone");
            owned(run, finding, document.digest).await?;
        }
        return Ok(());
    }
    if let Some(hash) = document.altered {
        let finding = Finding::new(Damage::Altered, subject(), format!("its bytes hash to {hash}"));
        return owned(run, finding, document.digest).await;
    }
    for name in document.names.iter().filter(|name| !known.has(name)) {
        let fault = format!("it is a node of a frozen tree and names {name}, which is not there");
        run.found(Finding::new(Damage::Dangling, subject(), fault));
    }
    for blob in document.content.iter().flat_map(|(_, blobs)| blobs) {
        if let Some(findings) = files.damaged.remove(blob) {
            let owners = links::revisions_with(&run.db, document.digest, NAMED).await?;
            for finding in findings {
                run.found(Finding { belongs_to: owners.clone(), ..finding });
            }
        }
        if files.known.binary_search(blob).is_err() && !run.redacted.contains(blob) {
            let fault = format!("it names the blob {blob}, which is not there");
            let finding = Finding::new(Damage::Dangling, subject(), fault);
            owned(run, finding, document.digest).await?;
        }
    }
    Ok(())
}

/// Reports damage to a document together with the revisions that have it.
async fn owned(run: &mut Run<'_>, mut finding: Finding, document: Digest) -> Result<()> {
    finding.belongs_to = links::revisions_with(&run.db, document, NAMED).await?;
    run.found(finding);
    Ok(())
}

/// Compares where-used with the slots of the documents that heads show.
async fn check_heads(run: &mut Run<'_>, seen: &[Seen]) -> Result<()> {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else { return Ok(()) };
    let slots: HashMap<Digest, &Vec<Slot>> = seen
        .iter()
        .filter_map(|document| Some((document.digest, &document.content.as_ref()?.0)))
        .collect();
    let shown = heads::showing(&run.db, first.digest, last.digest).await?;
    let with_slots: Vec<(ComponentId, Language, Head)> = shown
        .into_iter()
        .filter(|(_, _, head)| {
            slots.get(&head.content).is_some_and(|own| {
                !own.is_empty() || head.slots.is_some_and(|count| count as usize != own.len())
            })
        })
        .collect();
    let parents: Vec<_> = with_slots.iter().map(|(component, _, _)| *component).collect();
    let mut held = HashMap::<_, BTreeMap<_, _>>::new();
    for used in usage::held_by(&run.db, &parents).await? {
        let place = (used.parent, used.branch, used.language);
        let entry = (used.role, used.child, used.policy);
        held.entry(place).or_default().insert(used.slot, entry);
    }
    let translated = with_slots.iter().filter(|(_, _, head)| head.source.is_some());
    let translated: Vec<_> = translated.map(|(component, _, _)| *component).collect();
    let translated = components::by_ids(&run.db, &translated).await?;
    for (component, language, head) in with_slots {
        let own = match translated.get(&component) {
            Some(translated) if is_strings(translated, head.source) => &[][..],
            _ => slots.get(&head.content).copied().map_or(&[][..], Vec::as_slice),
        };
        let expected: BTreeMap<_, _> = own
            .iter()
            .map(|slot| (slot.id, (slot.role, slot.component, slot.policy.clone())))
            .collect();
        let found = held.remove(&(component, head.branch, language)).unwrap_or_default();
        let counted = head.slots.is_none_or(|count| count as usize == own.len());
        if expected != found || !counted {
            let fault = format!(
                "the head's document has {} slots, where-used has {} of it",
                expected.len(),
                found.len()
            );
            let subject = format!("where-used of component {component}");
            let mut finding = Finding::new(Damage::Contradiction, subject, fault);
            finding.belongs_to.extend(links::component_name(&run.db, component.0).await?);
            run.found(finding);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Kind, canonical_json};

    #[test]
    fn whatever_holds_something_is_read() {
        let id = uuid::Uuid::now_v7();
        let digest = Digest::of_bytes(b"file");
        for (kind, content) in [
            (Kind::Topic, json!({"title": "T", "body": format!("![[{id}]]")})),
            (Kind::Topic, json!({"title": "T", "body": format!(":::include {id}")})),
            (Kind::Lesson, json!({"title": "L", "placements": [{"component": id}]})),
            (
                Kind::Asset,
                json!({
                    "title": "A", "blob": digest, "size": 4, "file_name": "a.png",
                    "media_type": "image/png",
                }),
            ),
        ] {
            let content = Content::parse(kind, content).unwrap();
            let named = content.slots().len() + content.blobs().len();
            assert_eq!(named, 1, "{content:?}");
            assert!(may_name(&canonical_json(&content)), "{content:?}");
        }
        assert!(!may_name(br#"{"body":"Words [and](links).","kind":"topic","title":"T"}"#));
    }
}

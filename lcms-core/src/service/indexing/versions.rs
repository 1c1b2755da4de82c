//! What every version of a component looks like in the index of versions.

use std::collections::{HashMap, HashSet};

use super::Files;
use super::documents::{document, redacted};
use crate::error::Result;
use crate::index::{Change, IndexDocument, Version};
use crate::model::{
    BranchId, ComponentId, Content, Digest, Event, EventKind, EventNumber, Language, Metadata,
    Revision, State,
};
use crate::store::{Connection, components, documents, libraries, reviews};

/// Names a content with its metadata.
pub(in crate::service) fn pair(
    component: ComponentId,
    content: Digest,
    metadata: Digest,
) -> [u8; 32] {
    let mut bytes = component.0.as_bytes().to_vec();
    bytes.extend(content.as_bytes());
    bytes.extend(metadata.as_bytes());
    *Digest::of_bytes(&bytes).as_bytes()
}

/// What the versions look like now that these events, all of them after `from`, made others: the
/// new ones, those that they replaced, and every version of a component about which more than its
/// documents changed. When every document there is was written `after` all these events, none has
/// what was taken away.
pub(super) async fn changes(
    db: &impl Connection,
    files: &Files,
    from: EventNumber,
    log: &[Event],
    after: bool,
) -> Result<Vec<Change>> {
    let mut whole: HashSet<ComponentId> = log
        .iter()
        .filter(|event| {
            !matches!(event.kind, EventKind::ComponentCreated | EventKind::RevisionSaved)
        })
        .filter_map(|event| event.component)
        .collect();
    if !after {
        whole.extend(redacted(db, log).await?);
    }
    let mut ids: Vec<_> = log.iter().filter_map(|event| event.component).collect();
    ids.extend(&whole);
    ids.sort_unstable();
    ids.dedup();

    let found = components::by_ids(db, &ids).await?;
    let libraries: HashMap<_, _> =
        libraries::all(db).await?.into_iter().map(|library| (library.id, library)).collect();
    let states = reviews::of_pairs(db, &ids).await?;
    let mut changes: Vec<Change> = ids
        .iter()
        .filter(|id| whole.contains(id) || found.get(id).is_none_or(|found| found.deleted))
        .map(|id| Change::Remove(id.0))
        .collect();
    let there: Vec<_> =
        found.values().filter(|found| !found.deleted).map(|found| found.id).collect();
    let standing: Vec<_> = with_ends(components::revisions_of(db, &there).await?)
        .into_iter()
        .filter(|(revision, until)| {
            whole.contains(&revision.component)
                || revision.event > from
                || (*until != i64::MAX && *until > from.0)
        })
        .collect();
    let digests: Vec<_> =
        standing.iter().flat_map(|(revision, _)| [revision.content, revision.metadata]).collect();
    let bodies = documents::get_many(db, &digests).await?;
    let contents: HashMap<Digest, Content> = standing
        .iter()
        .filter_map(|(revision, _)| {
            let content = Content::from_stored(bodies.get(&revision.content)?).ok()?;
            Some((revision.content, content))
        })
        .collect();
    let named = standing.iter().filter_map(|(revision, _)| {
        Some((revision.language.as_str(), contents.get(&revision.content)?))
    });
    let texts = files.read(db, named).await?;
    for (revision, until) in standing {
        let component = found.get(&revision.component);
        let library = component.and_then(|component| libraries.get(&component.library));
        let content = contents.get(&revision.content);
        let metadata: Option<Metadata> =
            bodies.get(&revision.metadata).and_then(|body| serde_json::from_slice(body).ok());
        let (Some(component), Some(library), Some(content), Some(metadata)) =
            (component, library, content, metadata)
        else {
            continue; // redacted
        };
        let key = (revision.component, revision.content, revision.metadata);
        let state = states.get(&key).copied().unwrap_or(State::Draft);
        let document = document(library, component, &revision, state, content, metadata, None);
        let said = [(revision.language.as_str(), content)];
        changes.push(Change::from(IndexDocument {
            attached: texts.of(files, said.into_iter()),
            version: Some(Version {
                branch: revision.branch.0,
                since: revision.event.0,
                until,
                pair: pair(revision.component, revision.content, revision.metadata),
            }),
            ..document
        }));
    }
    Ok(changes)
}

/// Revisions, oldest first, each with the event of the next one in the same place.
fn with_ends(revisions: Vec<Revision>) -> Vec<(Revision, i64)> {
    let mut next: HashMap<(ComponentId, BranchId, Language), i64> = HashMap::new();
    let mut ended: Vec<_> = revisions
        .into_iter()
        .rev()
        .map(|revision| {
            let place = (revision.component, revision.branch, revision.language.clone());
            let until = next.insert(place, revision.event.0).unwrap_or(i64::MAX);
            (revision, until)
        })
        .collect();
    ended.reverse();
    ended
}

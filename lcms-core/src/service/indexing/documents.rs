//! What components look like in the index.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::integrity::naming;
use super::Files;
use super::terms::Terms;
use crate::error::Result;
use crate::index::{Change, Facet, IndexDocument, Text};
use crate::model::{
    BranchId, Component, ComponentId, Content, Digest, Event, EventKind, EventNumber, Head,
    Library, Metadata, Revision, SlotRole, State,
};
use crate::store::redactions::Subject;
use crate::store::{
    Connection, accounts, care, comments, components, documents, heads, libraries, reviews, usage,
    versions,
};

/// The components whose documents these events make others: those they happened to, and those
/// whose number of uses changed with them. When every document there is was written `after` all
/// these events, the latter have the right number already.
pub(super) async fn touched(
    db: &impl Connection,
    from: EventNumber,
    log: &[Event],
    after: bool,
) -> Result<Vec<ComponentId>> {
    let mut touched: BTreeSet<_> = log.iter().filter_map(|event| event.component).collect();
    if after {
        return Ok(touched.into_iter().collect());
    }
    let parents: Vec<_> = touched.iter().copied().collect();
    let came_or_went: HashSet<_> = log
        .iter()
        .filter(|event| {
            matches!(event.kind, EventKind::ComponentDeleted | EventKind::ComponentRestored)
        })
        .filter_map(|event| event.component)
        .collect();
    touched.extend(usage::children_changed(db, &parents, &came_or_went, from).await?);
    touched.extend(redacted(db, log).await?);
    for event in log.iter().filter(|event| event.kind == EventKind::RulesChanged) {
        if let Some(library) = event.library {
            touched.extend(components::ids_in(db, library).await?);
        }
    }
    Ok(touched.into_iter().collect())
}

/// The components that lost the bytes of a document, or of a file that one of theirs names.
pub(super) async fn redacted(db: &impl Connection, log: &[Event]) -> Result<Vec<ComponentId>> {
    let mut found = Vec::new();
    for event in log.iter().filter(|event| event.kind == EventKind::Redacted) {
        let digest = event.detail.get("digest").and_then(serde_json::Value::as_str);
        let Some(digest) = digest.and_then(|digest| digest.parse().ok()) else { continue };
        let subject = event.detail.get("subject").and_then(serde_json::Value::as_str);
        let documents = match subject == Some(Subject::Blob.as_str()) {
            true => naming(db, digest).await?,
            false => HashSet::from([digest]),
        };
        for document in documents {
            found.extend(versions::with_document(db, document).await?);
        }
    }
    Ok(found)
}

/// What these components look like in the index now.
pub(super) async fn changes(
    db: &impl Connection,
    files: &Files,
    ids: &[ComponentId],
) -> Result<Vec<Change>> {
    let found = components::by_ids(db, ids).await?;
    let there: Vec<_> =
        found.values().filter(|component| !component.deleted).map(|found| found.id).collect();
    let libraries: HashMap<_, _> =
        libraries::all(db).await?.into_iter().map(|library| (library.id, library)).collect();
    let mut standing = HashMap::<ComponentId, Vec<heads::OwnHead>>::new();
    for head in heads::of_branch(db, BranchId::MAIN, &there).await? {
        standing.entry(head.component).or_default().push(head);
    }
    let sources: HashMap<ComponentId, Head> = standing
        .iter()
        .filter_map(|(id, heads)| {
            let library = libraries.get(&found.get(id)?.library)?;
            let head = heads.iter().find(|head| head.language == library.language)?;
            Some((*id, head.head))
        })
        .collect();
    let states = reviews::states_of(db, &sources).await?;
    let revisions: Vec<_> = sources.values().map(|head| head.revision).collect();
    let revisions = components::revisions(db, &revisions).await?;
    let digests: Vec<Digest> = standing
        .values()
        .flatten()
        .map(|head| head.head.content)
        .chain(sources.values().map(|head| head.metadata))
        .collect();
    let bodies = documents::get_many(db, &digests).await?;
    let contents: HashMap<Digest, Content> = standing
        .values()
        .flatten()
        .filter_map(|head| {
            let content = Content::from_stored(bodies.get(&head.head.content)?).ok()?;
            Some((head.head.content, content))
        })
        .collect();
    let texts = files
        .read(db, standing.values().flatten().filter_map(|head| written(head, &contents)))
        .await?;
    let uses = usage::counts(db, BranchId::MAIN, &there).await?;
    let said = comments::texts_of(db, &there).await?;
    let cared = care::of_many(db, &there).await?;
    let mut stewards = HashMap::new();
    for id in cared.values().filter_map(|care| care.steward) {
        if let Entry::Vacant(unknown) = stewards.entry(id) {
            unknown.insert(accounts::user(db, id).await?.map(|user| user.name.to_string()));
        }
    }
    let mut terms = HashMap::new();
    for library in found.values().filter_map(|component| libraries.get(&component.library)) {
        if let Entry::Vacant(unread) = terms.entry(library.id) {
            unread.insert(Terms::of(db, library).await?);
        }
    }

    let mut changes = Vec::with_capacity(ids.len());
    for (id, head) in &sources {
        let (Some(component), Some(revision)) = (found.get(id), revisions.get(&head.revision))
        else {
            continue;
        };
        let Some(library) = libraries.get(&component.library) else { continue };
        let content = contents.get(&head.content);
        let metadata: Option<Metadata> =
            bodies.get(&head.metadata).and_then(|body| serde_json::from_slice(body).ok());
        let (Some(content), Some(metadata)) = (content, metadata) else {
            tracing::warn!(component = %id, "a document cannot be read and is not indexed");
            changes.push(Change::Remove(id.0));
            continue;
        };
        let others = standing.get(id).into_iter().flatten();
        let others: Vec<_> = others
            .filter(|other| other.head.revision != head.revision)
            .filter_map(|head| written(head, &contents))
            .collect();
        let own = std::iter::once((library.language.as_str(), content));
        let attached = texts.of(files, own.chain(others.iter().copied()));
        let translations = others.into_iter().map(|(by, other)| text_of(by, other)).collect();
        let count = uses.get(id).copied().unwrap_or(0);
        let state = states.get(id).copied().unwrap_or(State::Draft);
        let places = terms.get(&library.id).map(|terms| terms.places(&metadata));
        let mut document =
            document(library, component, revision, state, content, metadata, Some(count));
        let care = cared.get(id).copied().unwrap_or_default();
        let steward = care.steward.and_then(|id| stewards.get(&id)?.clone());
        // A year and a month, so that both can be asked for.
        let review = care.review_by.map(|day| day.to_string());
        let review = review.map(|day| format!("{}/{}", &day[..4], &day[..7]));
        document.labels.extend([
            (Facet::Term, places.unwrap_or_default()),
            (Facet::Steward, steward.into_iter().collect()),
            (Facet::Review, review.into_iter().collect()),
        ]);
        changes.push(Change::from(IndexDocument {
            translations,
            attached,
            comments: said.get(id).map(|texts| texts.join("\n")).unwrap_or_default(),
            uses: count,
            ..document
        }));
    }
    let gone = ids.iter().filter(|id| found.get(id).is_none_or(|component| component.deleted));
    changes.extend(gone.map(|id| Change::Remove(id.0)));
    Ok(changes)
}

/// A version of a component, as its documents say it.
pub(super) fn document(
    library: &Library,
    component: &Component,
    revision: &Revision,
    state: State,
    content: &Content,
    metadata: Metadata,
    uses: Option<u32>,
) -> IndexDocument {
    let state = if component.retired { State::Retired } else { state };
    IndexDocument {
        component: component.id.0,
        library: library.id.0,
        library_key: library.key.to_string(),
        kind: component.kind.as_str().to_owned(),
        state: state.as_str().to_owned(),
        key: component.key.to_string(),
        text: text_of(revision.language.as_str(), content),
        metadata_text: metadata.text(),
        labels: labels(content, &metadata, uses),
        tags: metadata.tags,
        keywords: metadata.keywords,
        content: revision.content.as_bytes().to_vec(),
        updated: revision.created,
        revision: revision.id.0,
        number: revision.number,
        event: revision.event.0,
        local: component.owner.is_some(),
        ..IndexDocument::default()
    }
}

/// What stands in a head, with its language.
fn written<'a>(
    head: &'a heads::OwnHead,
    contents: &'a HashMap<Digest, Content>,
) -> Option<(&'a str, &'a Content)> {
    Some((head.language.as_str(), contents.get(&head.head.content)?))
}

fn text_of(language: &str, content: &Content) -> Text {
    Text {
        language: language.to_owned(),
        title: content.title().to_owned(),
        summary: content.summary().unwrap_or_default().to_owned(),
        body: content.plain_text(),
    }
}

/// The values of the facets that content and metadata decide.
fn labels(
    content: &Content,
    metadata: &Metadata,
    uses: Option<u32>,
) -> BTreeMap<Facet, Vec<String>> {
    let mut labels = BTreeMap::new();
    let mut label = |facet, values: Vec<String>| {
        if !values.is_empty() {
            labels.insert(facet, values);
        }
    };
    let objectives = content.slots().into_iter().filter(|slot| slot.role == SlotRole::Objective);
    label(Facet::Objective, objectives.map(|slot| slot.component.to_string()).collect());
    label(Facet::Licence, metadata.licence.iter().cloned().collect());
    if let Content::WebPackage(package) = content {
        label(Facet::Tool, package.tool.iter().map(|tool| tool.name.clone()).collect());
    }
    let level = metadata.difficulty.map(|level| level.as_str().to_owned());
    label(Facet::Level, level.into_iter().collect());
    let duration = metadata.duration_minutes.map(|minutes| match minutes {
        0..=5 => "0-5",
        6..=15 => "6-15",
        16..=30 => "16-30",
        31..=60 => "31-60",
        61.. => "61+",
    });
    label(Facet::Duration, duration.into_iter().map(str::to_owned).collect());
    let uses = uses.map(|uses| if uses > 0 { "used" } else { "unused" });
    label(Facet::Use, uses.into_iter().map(str::to_owned).collect());
    labels
}

//! Libraries in bulk: everything they hold, deleted or not and on every branch, and what of an
//! arrival is here already.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::entity::{component, document, event, head, release, review, revision};
use super::reviews::{Review, read_state};
use super::time::from_micros;
use super::{components, digest, fault, releases, unique, unreadable};
use crate::error::Result;
use crate::model::{
    Component, ComponentId, Digest, EventKind, EventNumber, LibraryId, Release, ReleaseId,
    RevisionId, UserId,
};

/// Values asked for in one statement.
const CHUNK: usize = 500;

/// Every component of a library, deleted ones too.
pub async fn components(db: &impl ConnectionTrait, library: LibraryId) -> Result<Vec<Component>> {
    let rows = component::Entity::find()
        .filter(component::Column::LibraryId.eq(library.0))
        .all(db)
        .await
        .map_err(fault("read a library"))?;
    rows.iter().map(components::read_component).collect()
}

/// Every review of these components.
pub async fn reviews(db: &impl ConnectionTrait, of: &[ComponentId]) -> Result<Vec<Review>> {
    let mut found = Vec::new();
    for chunk in of.chunks(CHUNK) {
        let rows = review::Entity::find()
            .filter(review::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read reviews"))?;
        for row in rows {
            found.push(Review {
                component: ComponentId(row.component_id),
                content: digest(&row.content)?,
                metadata: digest(&row.metadata)?,
                state: read_state(&row.state)?,
                actor: UserId(row.actor),
                time: from_micros(row.created),
                event: EventNumber(row.event),
            });
        }
    }
    Ok(found)
}

/// Releases by id, and those with one of these digests; what does not exist is left out.
pub async fn known_releases(
    db: &impl ConnectionTrait,
    ids: &[ReleaseId],
    digests: &[Digest],
) -> Result<Vec<Release>> {
    let mut rows = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let query =
            release::Entity::find().filter(release::Column::Id.is_in(chunk.iter().map(|id| id.0)));
        rows.extend(query.all(db).await.map_err(fault("read releases"))?);
    }
    for chunk in digests.chunks(CHUNK) {
        let keys = chunk.iter().map(|digest| digest.as_bytes().to_vec());
        let query = release::Entity::find().filter(release::Column::Digest.is_in(keys));
        rows.extend(query.all(db).await.map_err(fault("read releases"))?);
    }
    rows.into_iter().map(releases::read).collect()
}

/// Which of these documents are stored.
pub async fn stored_documents(
    db: &impl ConnectionTrait,
    digests: &[Digest],
) -> Result<HashSet<Digest>> {
    let mut found = HashSet::with_capacity(digests.len());
    for chunk in digests.chunks(CHUNK) {
        let rows: Vec<Vec<u8>> = document::Entity::find()
            .select_only()
            .column(document::Column::Digest)
            .filter(document::Column::Digest.is_in(chunk.iter().map(|d| d.as_bytes().to_vec())))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read documents"))?;
        for row in rows {
            found.insert(digest(&row)?);
        }
    }
    Ok(found)
}

/// What happened to a library after that event: kinds of events with the component, each once.
pub async fn touched(
    db: &impl ConnectionTrait,
    library: LibraryId,
    after: EventNumber,
) -> Result<Vec<(EventKind, Option<ComponentId>)>> {
    let rows: Vec<(String, Option<Uuid>)> = event::Entity::find()
        .select_only()
        .column(event::Column::Kind)
        .column(event::Column::ComponentId)
        .distinct()
        .filter(event::Column::Number.gt(after.0))
        .filter(event::Column::LibraryId.eq(library.0))
        .into_tuple()
        .all(db)
        .await
        .map_err(fault("read the change log"))?;
    let read = |(kind, component): (String, Option<Uuid>)| {
        let kind = EventKind::from_name(&kind).ok_or_else(|| unreadable("event kind", &kind))?;
        Ok((kind, component.map(ComponentId)))
    };
    rows.into_iter().map(read).collect()
}

/// The component of the newest revision, release or review of a library up to that event, of those
/// that are its newest still.
pub async fn newest_placed(
    db: &impl ConnectionTrait,
    library: LibraryId,
    upto: EventNumber,
) -> Result<Option<ComponentId>> {
    const PAGE: u64 = 64;
    let mut end = upto.0;
    loop {
        let page = event::Entity::find()
            .filter(event::Column::Number.lte(end))
            .filter(event::Column::LibraryId.eq(library.0))
            .filter(event::Column::ComponentId.is_not_null())
            .order_by_desc(event::Column::Number)
            .limit(PAGE)
            .all(db)
            .await
            .map_err(fault("read the change log"))?;
        for row in &page {
            let Some(component) = row.component_id else { continue };
            if is_place(db, row, component).await? {
                return Ok(Some(ComponentId(component)));
            }
        }
        match page.last() {
            Some(last) => end = last.number - 1,
            None => return Ok(None),
        }
    }
}

/// Whether an event is the one that a revision, release or review stands at.
async fn is_place(db: &impl ConnectionTrait, row: &event::Model, component: Uuid) -> Result<bool> {
    let read = fault("read a library");
    if let Some(id) = row.revision_id {
        let made = unique(revision::Entity::find_by_id(id), db).await.map_err(&read)?;
        if made.is_some_and(|made| made.event == row.number) {
            return Ok(true);
        }
    }
    if let Some(id) = row.release_id {
        let made = unique(release::Entity::find_by_id(id), db).await.map_err(&read)?;
        if made.is_some_and(|made| made.event == row.number) {
            return Ok(true);
        }
    }
    let reviewed = review::Entity::find()
        .filter(review::Column::ComponentId.eq(component))
        .filter(review::Column::Event.eq(row.number))
        .limit(1)
        .all(db)
        .await
        .map_err(&read)?;
    Ok(!reviewed.is_empty())
}

/// Which of these components have a head of their own on which branch, in which language.
pub async fn own_heads(
    db: &impl ConnectionTrait,
    of: &[ComponentId],
) -> Result<HashMap<(ComponentId, i32, String), RevisionId>> {
    let mut found = HashMap::new();
    for chunk in of.chunks(CHUNK) {
        let rows = head::Entity::find()
            .filter(head::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(db)
            .await
            .map_err(fault("read heads"))?;
        found.extend(rows.into_iter().map(|row| {
            let key = (ComponentId(row.component_id), row.branch_id, row.language);
            (key, RevisionId(row.revision_id))
        }));
    }
    Ok(found)
}

//! What freezing asks of revisions, for many slots at once.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::entity::{event, head, review, revision, usage};
use super::{digest, fault, unreadable};
use crate::error::Result;
use crate::model::{BranchId, ComponentId, Digest, EventNumber, Language, Layer, State, View};

const CHUNK: usize = 500;

/// A version of a component: the digests of its content and metadata documents.
pub type Pair = (Digest, Digest);

/// The newest approved version in view of each of these components.
pub async fn approved(
    db: &impl ConnectionTrait,
    view: &View,
    components: &[ComponentId],
    language: &Language,
) -> Result<HashMap<ComponentId, Pair>> {
    let mut found = HashMap::with_capacity(components.len());
    let mut missing = components.to_vec();
    for layer in view.layers() {
        for chunk in missing.chunks(CHUNK) {
            approved_in(db, *layer, chunk, language, &mut found).await?;
        }
        missing.retain(|id| !found.contains_key(id));
        if missing.is_empty() {
            break;
        }
    }
    Ok(found)
}

async fn approved_in(
    db: &impl ConnectionTrait,
    layer: Layer,
    components: &[ComponentId],
    language: &Language,
    found: &mut HashMap<ComponentId, Pair>,
) -> Result<()> {
    let same = |revision: revision::Column, review: review::Column| {
        Expr::col((revision::Entity, revision)).eq(Expr::col((review::Entity, review)))
    };
    let same_pair = same(revision::Column::ComponentId, review::Column::ComponentId)
        .and(same(revision::Column::Content, review::Column::Content))
        .and(same(revision::Column::Metadata, review::Column::Metadata));
    let mut select = revision::Entity::find()
        .select_only()
        .column(revision::Column::ComponentId)
        .column(revision::Column::Event)
        .column(revision::Column::Content)
        .column(revision::Column::Metadata)
        .filter(revision::Column::ComponentId.is_in(components.iter().map(|id| id.0)))
        .filter(revision::Column::BranchId.eq(layer.branch.0))
        .filter(revision::Column::Language.eq(language.as_str()))
        .filter(review::Column::State.eq(State::Approved.as_str()));
    if let Some(event) = layer.as_of {
        select = select
            .filter(revision::Column::Event.lte(event.0))
            .filter(review::Column::Event.lte(event.0));
    }
    sea_orm::QuerySelect::query(&mut select).join(JoinType::InnerJoin, review::Entity, same_pair);
    let rows: Vec<(Uuid, i64, Vec<u8>, Vec<u8>)> =
        select.into_tuple().all(db).await.map_err(fault("read approved revisions"))?;
    let mut newest = HashMap::<Uuid, i64>::with_capacity(components.len());
    for (component, event, content, metadata) in rows {
        if newest.get(&component).is_none_or(|known| *known < event) {
            newest.insert(component, event);
            found.insert(ComponentId(component), (digest(&content)?, digest(&metadata)?));
        }
    }
    Ok(())
}

/// What a revision says in some language, and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InLanguage {
    /// Digest of the content document.
    pub content: Digest,
    /// Digest of the metadata document.
    pub metadata: Digest,
    /// Of a translation: digest of the content it was made from.
    pub source: Option<Digest>,
}

/// Every revision in view of these components in a language, the newest of the uppermost layer
/// first.
pub async fn in_language(
    db: &impl ConnectionTrait,
    view: &View,
    components: &[ComponentId],
    language: &Language,
) -> Result<HashMap<ComponentId, Vec<InLanguage>>> {
    let mut found = HashMap::<_, Vec<_>>::new();
    for layer in view.layers() {
        for chunk in components.chunks(CHUNK) {
            let mut select = revision::Entity::find()
                .select_only()
                .column(revision::Column::ComponentId)
                .column(revision::Column::Content)
                .column(revision::Column::Metadata)
                .column(revision::Column::Source)
                .filter(revision::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
                .filter(revision::Column::BranchId.eq(layer.branch.0))
                .filter(revision::Column::Language.eq(language.as_str()))
                .order_by_desc(revision::Column::Event);
            if let Some(event) = layer.as_of {
                select = select.filter(revision::Column::Event.lte(event.0));
            }
            type Row = (Uuid, Vec<u8>, Vec<u8>, Option<Vec<u8>>);
            let rows: Vec<Row> =
                select.into_tuple().all(db).await.map_err(fault("read translations"))?;
            for (component, content, metadata, source) in rows {
                found.entry(ComponentId(component)).or_default().push(InLanguage {
                    content: digest(&content)?,
                    metadata: digest(&metadata)?,
                    source: source.as_deref().map(digest).transpose()?,
                });
            }
        }
    }
    Ok(found)
}

/// Which of these versions a revision ever had, with the newest such revision's number.
pub async fn numbers(
    db: &impl ConnectionTrait,
    versions: &[(ComponentId, Pair)],
) -> Result<HashMap<(ComponentId, Pair), u32>> {
    let mut found = HashMap::<_, u32>::with_capacity(versions.len());
    for chunk in versions.chunks(CHUNK) {
        let components: HashSet<_> = chunk.iter().map(|(id, _)| id.0).collect();
        let contents: HashSet<_> =
            chunk.iter().map(|(_, pair)| pair.0.as_bytes().to_vec()).collect();
        let rows: Vec<(Uuid, Vec<u8>, Vec<u8>, i32)> = revision::Entity::find()
            .select_only()
            .column(revision::Column::ComponentId)
            .column(revision::Column::Content)
            .column(revision::Column::Metadata)
            .column(revision::Column::Number)
            .filter(revision::Column::ComponentId.is_in(components))
            .filter(revision::Column::Content.is_in(contents))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read revisions"))?;
        for (component, content, metadata, number) in rows {
            let version = (ComponentId(component), (digest(&content)?, digest(&metadata)?));
            let number = u32::try_from(number).unwrap_or(0);
            let known = found.entry(version).or_default();
            *known = Ord::max(number, *known);
        }
    }
    Ok(found)
}

/// Of these content documents, those that a head of that branch is known to have without slots.
pub async fn known_leaves(
    db: &impl ConnectionTrait,
    branch: BranchId,
    components: &[ComponentId],
) -> Result<HashSet<Digest>> {
    let mut found = HashSet::new();
    for chunk in components.chunks(CHUNK) {
        let rows: Vec<Vec<u8>> = head::Entity::find()
            .select_only()
            .column(head::Column::Content)
            .filter(head::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .filter(head::Column::BranchId.eq(branch.0))
            .filter(head::Column::Slots.eq(0))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read heads"))?;
        for content in rows {
            found.insert(digest(&content)?);
        }
    }
    Ok(found)
}

/// The components that events after `from`, up to and including `to`, happened to; `None` when
/// these are more than `most` events.
pub async fn touched(
    db: &impl ConnectionTrait,
    from: EventNumber,
    to: EventNumber,
    most: u32,
) -> Result<Option<HashSet<ComponentId>>> {
    if to.0.saturating_sub(from.0) > i64::from(most) {
        return Ok(None);
    }
    let rows: Vec<Option<Uuid>> = event::Entity::find()
        .select_only()
        .column(event::Column::ComponentId)
        .distinct()
        .filter(event::Column::Number.gt(from.0))
        .filter(event::Column::Number.lte(to.0))
        .filter(event::Column::ComponentId.is_not_null())
        .into_tuple()
        .all(db)
        .await
        .map_err(fault("read the change log"))?;
    Ok(Some(rows.into_iter().flatten().map(ComponentId).collect()))
}

/// These components and everything that ever held one of them, on any branch, in any language,
/// directly or not; `None` when that is more than `most`. What a frozen version holds was in its
/// component's head once, so nothing above it in any release is left out.
pub async fn with_everything_above(
    db: &impl ConnectionTrait,
    components: HashSet<ComponentId>,
    most: usize,
) -> Result<Option<HashSet<ComponentId>>> {
    let mut level: Vec<_> = components.iter().copied().collect();
    let mut all = components;
    while !level.is_empty() {
        let mut above = Vec::new();
        for chunk in level.chunks(CHUNK) {
            let parents: Vec<Uuid> = usage::Entity::find()
                .select_only()
                .column(usage::Column::ParentId)
                .distinct()
                .filter(usage::Column::ChildId.is_in(chunk.iter().map(|id| id.0)))
                .into_tuple()
                .all(db)
                .await
                .map_err(fault("read where components were used"))?;
            above.extend(parents.into_iter().map(ComponentId).filter(|id| all.insert(*id)));
            if all.len() > most {
                return Ok(None);
            }
        }
        level = above;
    }
    Ok(Some(all))
}

/// The components that a revision of which has this document, as content or metadata.
pub async fn with_document(
    db: &impl ConnectionTrait,
    document: Digest,
) -> Result<Vec<ComponentId>> {
    let bytes = document.as_bytes().to_vec();
    let ids: Vec<Uuid> = revision::Entity::find()
        .select_only()
        .column(revision::Column::ComponentId)
        .distinct()
        .filter(
            Condition::any()
                .add(revision::Column::Content.eq(bytes.clone()))
                .add(revision::Column::Metadata.eq(bytes)),
        )
        .into_tuple()
        .all(db)
        .await
        .map_err(fault("find a document's revisions"))?;
    Ok(ids.into_iter().map(ComponentId).collect())
}

/// The components that have revisions of their own on a branch, up to an event, each with the
/// language.
pub async fn own_of(
    db: &impl ConnectionTrait,
    branch: BranchId,
    as_of: Option<EventNumber>,
) -> Result<Vec<(ComponentId, Language)>> {
    let mut select = revision::Entity::find()
        .select_only()
        .column(revision::Column::ComponentId)
        .column(revision::Column::Language)
        .distinct()
        .filter(revision::Column::BranchId.eq(branch.0));
    if let Some(event) = as_of {
        select = select.filter(revision::Column::Event.lte(event.0));
    }
    let rows: Vec<(Uuid, String)> =
        select.into_tuple().all(db).await.map_err(fault("read what a branch holds"))?;
    rows.into_iter()
        .map(|(id, language)| {
            Ok((ComponentId(id), language.parse().map_err(|e| unreadable("language", e))?))
        })
        .collect()
}

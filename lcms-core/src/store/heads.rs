//! Heads: which revision of a component stands, seen through a [`View`].
//!
//! The table `head` holds the newest revision per component, branch and language, with its digests,
//! so that the present is one look-up. The past is read from the revisions: what stood on a branch
//! after event n is the component's newest revision there up to n.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::by_hand::{bytes, statement};
use super::components::read_revision;
use super::entity::{head, review, revision};
use super::{Transaction, digest, fault, listed, optional_digest, unique, unreadable};
use crate::error::Result;
use crate::model::{
    BranchId, ComponentId, Digest, EventNumber, Head, Language, Layer, Revision, RevisionId, State,
    View,
};

/// Components asked for in one statement.
const CHUNK: usize = 500;

pub(super) fn read(row: &head::Model) -> Result<Head> {
    Ok(Head {
        branch: BranchId(row.branch_id),
        revision: RevisionId(row.revision_id),
        number: u32::try_from(row.number).map_err(|e| unreadable("revision number", e))?,
        content: digest(&row.content)?,
        metadata: digest(&row.metadata)?,
        source: optional_digest(row.source.as_deref())?,
        slots: row.slots.and_then(|slots| u32::try_from(slots).ok()),
    })
}

fn of_revision(row: &revision::Model) -> Result<Head> {
    Ok(Head {
        branch: BranchId(row.branch_id),
        revision: RevisionId(row.id),
        number: u32::try_from(row.number).map_err(|e| unreadable("revision number", e))?,
        content: digest(&row.content)?,
        metadata: digest(&row.metadata)?,
        source: optional_digest(row.source.as_deref())?,
        slots: None,
    })
}

/// Stores the first head of a component on its branch in its language.
pub async fn insert(tx: &Transaction, revision: &Revision, slots: u32) -> Result<()> {
    let insert = head::Entity::insert(row(revision, slots)).build(tx.get_database_backend());
    tx.later("store a head", insert).await
}

pub(super) fn row(revision: &Revision, slots: u32) -> head::ActiveModel {
    head::ActiveModel {
        component_id: Set(revision.component.0),
        branch_id: Set(revision.branch.0),
        language: Set(revision.language.to_string()),
        revision_id: Set(revision.id.0),
        content: Set(revision.content.as_bytes().to_vec()),
        metadata: Set(revision.metadata.as_bytes().to_vec()),
        number: Set(i32::try_from(revision.number).unwrap_or(i32::MAX)),
        slots: Set(i32::try_from(slots).ok()),
        source: Set(revision.source.map(|digest| digest.as_bytes().to_vec())),
    }
}

/// Moves a component's head on its branch to a revision over it. The caller has found, in the
/// same transaction, that the head is the revision's parent; were it not, the statement would
/// break a constraint and refuse the command.
pub async fn advance(tx: &Transaction, revision: &Revision, slots: u32) -> Result<()> {
    let sql = "UPDATE head SET revision_id = CASE WHEN revision_id = ? THEN ? END, content = ?, \
               metadata = ?, number = ?, slots = ?, source = ? \
               WHERE component_id = ? AND branch_id = ? AND language = ?";
    let values = [
        revision.parent.map(|id| id.0).into(),
        revision.id.0.into(),
        bytes(revision.content.as_bytes()),
        bytes(revision.metadata.as_bytes()),
        i32::try_from(revision.number).unwrap_or(i32::MAX).into(),
        i32::try_from(slots).ok().into(),
        revision.source.map(|digest| digest.as_bytes().to_vec()).into(),
        revision.component.0.into(),
        revision.branch.0.into(),
        revision.language.as_str().into(),
    ];
    tx.later("move a head", statement(tx.get_database_backend(), sql, values)).await
}

/// The head of a component in that language.
pub async fn of(
    db: &impl ConnectionTrait,
    view: &View,
    component: ComponentId,
    language: &Language,
) -> Result<Option<Head>> {
    for layer in view.layers() {
        let found = match layer.as_of {
            None => {
                let key = (component.0, layer.branch.0, language.to_string());
                let row = unique(head::Entity::find_by_id(key), db)
                    .await
                    .map_err(fault("read a head"))?;
                row.as_ref().map(read).transpose()?
            }
            Some(event) => past(db, *layer, event, &[component], language)
                .await?
                .into_iter()
                .next()
                .map(|(_, head)| head),
        };
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The heads of many components in that language.
pub async fn of_many(
    db: &impl ConnectionTrait,
    view: &View,
    components: &[ComponentId],
    language: &Language,
) -> Result<HashMap<ComponentId, Head>> {
    let mut found = HashMap::with_capacity(components.len());
    let mut missing = components.to_vec();
    for layer in view.layers() {
        for chunk in missing.chunks(CHUNK) {
            match layer.as_of {
                None => found.extend(present(db, layer.branch, chunk, language).await?),
                Some(event) => found.extend(past(db, *layer, event, chunk, language).await?),
            }
        }
        missing.retain(|id| !found.contains_key(id));
        if missing.is_empty() {
            break;
        }
    }
    Ok(found)
}

/// The heads of many components in two views. Where both look at one branch on the same base, at
/// two moments, the later heads stand for the earlier ones of whatever was not saved between.
pub async fn of_both(
    db: &impl ConnectionTrait,
    later: &View,
    earlier: &View,
    components: &[ComponentId],
    language: &Language,
) -> Result<[HashMap<ComponentId, Head>; 2]> {
    let new = of_many(db, later, components, language).await?;
    let same_base =
        later.branch() == earlier.branch() && later.layers()[1..] == earlier.layers()[1..];
    let since = earlier.layers().first().and_then(|layer| layer.as_of);
    let Some(since) = since.filter(|_| same_base) else {
        return Ok([new, of_many(db, earlier, components, language).await?]);
    };
    let mut saved = Vec::new();
    for chunk in components.chunks(CHUNK) {
        let ids: Vec<uuid::Uuid> = revision::Entity::find()
            .select_only()
            .column(revision::Column::ComponentId)
            .distinct()
            .filter(revision::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .filter(revision::Column::BranchId.eq(earlier.branch().0))
            .filter(revision::Column::Language.eq(language.as_str()))
            .filter(revision::Column::Event.gt(since.0))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read what was saved since"))?;
        saved.extend(ids.into_iter().map(ComponentId));
    }
    let mut old = new.clone();
    for id in &saved {
        old.remove(id);
    }
    old.extend(of_many(db, earlier, &saved, language).await?);
    Ok([new, old])
}

async fn present(
    db: &impl ConnectionTrait,
    branch: BranchId,
    components: &[ComponentId],
    language: &Language,
) -> Result<Vec<(ComponentId, Head)>> {
    let rows = head::Entity::find()
        .filter(head::Column::ComponentId.is_in(listed(components.iter().map(|id| id.0))))
        .filter(head::Column::BranchId.eq(branch.0))
        .filter(head::Column::Language.eq(language.as_str()))
        .all(db)
        .await
        .map_err(fault("read heads"))?;
    rows.iter().map(|row| Ok((ComponentId(row.component_id), read(row)?))).collect()
}

async fn past(
    db: &impl ConnectionTrait,
    layer: Layer,
    event: EventNumber,
    components: &[ComponentId],
    language: &Language,
) -> Result<Vec<(ComponentId, Head)>> {
    let ids = listed(components.iter().map(|id| id.0));
    let newest: SelectStatement = Query::select()
        .expr(Func::max(Expr::col(revision::Column::Event)))
        .from(revision::Entity)
        .and_where(revision::Column::ComponentId.is_in(ids.clone()))
        .and_where(revision::Column::BranchId.eq(layer.branch.0))
        .and_where(revision::Column::Language.eq(language.as_str()))
        .and_where(revision::Column::Event.lte(event.0))
        .group_by_col(revision::Column::ComponentId)
        .to_owned();
    let rows = revision::Entity::find()
        .filter(revision::Column::ComponentId.is_in(ids))
        .filter(revision::Column::BranchId.eq(layer.branch.0))
        .filter(revision::Column::Language.eq(language.as_str()))
        .filter(revision::Column::Event.in_subquery(newest))
        .all(db)
        .await
        .map_err(fault("read earlier heads"))?;
    rows.iter().map(|row| Ok((ComponentId(row.component_id), of_revision(row)?))).collect()
}

/// Notes on the heads of these components how many slots their contents have, by revision.
/// Answers how many heads said otherwise before.
pub async fn note_slots(
    tx: &Transaction,
    components: &[ComponentId],
    slots: &HashMap<RevisionId, u32>,
) -> Result<u64> {
    let mut wrong = BTreeMap::<u32, Vec<(Uuid, Uuid)>>::new();
    for chunk in components.chunks(CHUNK) {
        let rows = head::Entity::find()
            .filter(head::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .all(tx)
            .await
            .map_err(fault("read heads"))?;
        for row in rows {
            let Some(count) = slots.get(&RevisionId(row.revision_id)) else { continue };
            if row.slots != i32::try_from(*count).ok() {
                wrong.entry(*count).or_default().push((row.component_id, row.revision_id));
            }
        }
    }
    let mut noted = 0;
    for (count, heads) in wrong {
        for chunk in heads.chunks(CHUNK) {
            let done = head::Entity::update_many()
                .col_expr(head::Column::Slots, Expr::value(i32::try_from(count).ok()))
                .filter(head::Column::ComponentId.is_in(chunk.iter().map(|(id, _)| *id)))
                .filter(head::Column::RevisionId.is_in(chunk.iter().map(|(_, id)| *id)))
                .exec(tx)
                .await
                .map_err(fault("note a head's slots"))?;
            noted += done.rows_affected;
        }
    }
    Ok(noted)
}

/// The newest revision in view whose digest pair is approved.
pub async fn newest_approved(
    db: &impl ConnectionTrait,
    view: &View,
    component: ComponentId,
    language: &Language,
) -> Result<Option<Revision>> {
    for layer in view.layers() {
        if let Some(found) = approved_in(db, *layer, component, language).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

async fn approved_in(
    db: &impl ConnectionTrait,
    layer: Layer,
    component: ComponentId,
    language: &Language,
) -> Result<Option<Revision>> {
    let same = |revision: revision::Column, review: review::Column| {
        Expr::col((revision::Entity, revision)).eq(Expr::col((review::Entity, review)))
    };
    let same_pair = same(revision::Column::ComponentId, review::Column::ComponentId)
        .and(same(revision::Column::Content, review::Column::Content))
        .and(same(revision::Column::Metadata, review::Column::Metadata));
    let mut select = revision::Entity::find()
        .filter(revision::Column::ComponentId.eq(component.0))
        .filter(revision::Column::BranchId.eq(layer.branch.0))
        .filter(revision::Column::Language.eq(language.as_str()))
        .filter(review::Column::State.eq(State::Approved.as_str()))
        .order_by_desc(revision::Column::Event)
        .limit(1);
    if let Some(event) = layer.as_of {
        select = select
            .filter(revision::Column::Event.lte(event.0))
            .filter(review::Column::Event.lte(event.0));
    }
    sea_orm::QuerySelect::query(&mut select).join(JoinType::InnerJoin, review::Entity, same_pair);
    let row = select.one(db).await.map_err(fault("read the approved revision"))?;
    row.map(read_revision).transpose()
}

/// The heads on any branch whose content is one of those from `first` to `last`, by content.
pub async fn showing(
    db: &impl ConnectionTrait,
    first: Digest,
    last: Digest,
) -> Result<Vec<(ComponentId, Language, Head)>> {
    let (first, last) = (first.as_bytes().to_vec(), last.as_bytes().to_vec());
    let rows = head::Entity::find()
        .filter(head::Column::Content.between(first, last))
        .order_by_asc(head::Column::Content)
        .all(db)
        .await
        .map_err(fault("read heads"))?;
    rows.iter()
        .map(|row| {
            let language = row.language.parse().map_err(|e| unreadable("language", e))?;
            Ok((ComponentId(row.component_id), language, read(row)?))
        })
        .collect()
}

/// A head that a branch has of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnHead {
    /// The component.
    pub component: ComponentId,
    /// The head's language.
    pub language: Language,
    /// The head.
    pub head: Head,
}

/// The heads that a branch has of its own, by component and language; at most `limit`, after
/// that component.
pub async fn own(
    db: &impl ConnectionTrait,
    branch: BranchId,
    after: Option<ComponentId>,
    limit: Option<u64>,
) -> Result<Vec<OwnHead>> {
    let mut query = head::Entity::find()
        .filter(head::Column::BranchId.eq(branch.0))
        .order_by_asc(head::Column::ComponentId)
        .order_by_asc(head::Column::Language)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(head::Column::ComponentId.gt(after.0));
    }
    let rows = query.all(db).await.map_err(fault("read a branch's heads"))?;
    rows.iter().map(own_head).collect()
}

/// The heads that a branch has of these components, in every language, by component and language.
pub async fn of_branch(
    db: &impl ConnectionTrait,
    branch: BranchId,
    components: &[ComponentId],
) -> Result<Vec<OwnHead>> {
    let mut found = Vec::with_capacity(components.len());
    for chunk in components.chunks(CHUNK) {
        let rows = head::Entity::find()
            .filter(head::Column::ComponentId.is_in(listed(chunk.iter().map(|id| id.0))))
            .filter(head::Column::BranchId.eq(branch.0))
            .order_by_asc(head::Column::ComponentId)
            .order_by_asc(head::Column::Language)
            .all(db)
            .await
            .map_err(fault("read heads"))?;
        for row in &rows {
            found.push(own_head(row)?);
        }
    }
    Ok(found)
}

fn own_head(row: &head::Model) -> Result<OwnHead> {
    Ok(OwnHead {
        component: ComponentId(row.component_id),
        language: row.language.parse().map_err(|e| unreadable("language", e))?,
        head: read(row)?,
    })
}

/// The languages that these components have heads in, on any branch.
pub async fn languages(
    db: &impl ConnectionTrait,
    components: &[ComponentId],
) -> Result<BTreeSet<Language>> {
    let mut found = BTreeSet::new();
    for chunk in components.chunks(CHUNK) {
        let names: Vec<String> = head::Entity::find()
            .select_only()
            .column(head::Column::Language)
            .distinct()
            .filter(head::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read the languages of components"))?;
        for name in names {
            found.insert(name.parse().map_err(|e| unreadable("language", e))?);
        }
    }
    Ok(found)
}

/// Which of these components have versions, but none in view in any language. A component that
/// has no version at all yet is being made, and is not among them.
pub async fn out_of_view(
    db: &impl ConnectionTrait,
    view: &View,
    components: &[ComponentId],
) -> Result<HashSet<ComponentId>> {
    let mut unseen = HashSet::new();
    for chunk in components.chunks(CHUNK) {
        let heads: Vec<(uuid::Uuid, i32)> = head::Entity::find()
            .select_only()
            .columns([head::Column::ComponentId, head::Column::BranchId])
            .filter(head::Column::ComponentId.is_in(chunk.iter().map(|id| id.0)))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read heads"))?;
        let present: HashSet<_> = view
            .layers()
            .iter()
            .filter(|layer| layer.as_of.is_none())
            .map(|layer| layer.branch.0)
            .collect();
        let mut hidden: HashSet<_> = heads.iter().map(|(id, _)| ComponentId(*id)).collect();
        for (id, branch) in heads {
            if present.contains(&branch) {
                hidden.remove(&ComponentId(id));
            }
        }
        for layer in view.layers() {
            let Some(event) = layer.as_of.filter(|_| !hidden.is_empty()) else { continue };
            let earlier: Vec<uuid::Uuid> = revision::Entity::find()
                .select_only()
                .column(revision::Column::ComponentId)
                .distinct()
                .filter(revision::Column::ComponentId.is_in(hidden.iter().map(|id| id.0)))
                .filter(revision::Column::BranchId.eq(layer.branch.0))
                .filter(revision::Column::Event.lte(event.0))
                .into_tuple()
                .all(db)
                .await
                .map_err(fault("read earlier heads"))?;
            for id in earlier {
                hidden.remove(&ComponentId(id));
            }
        }
        unseen.extend(hidden);
    }
    Ok(unseen)
}

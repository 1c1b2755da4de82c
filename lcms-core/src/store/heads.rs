//! Heads: which revision of a component stands, seen through a [`View`].
//!
//! The table `head` holds the newest revision per component, branch and language, with its digests,
//! so that the present is one look-up. The past is read from the revisions: what stood on a branch
//! after event n is the component's newest revision there up to n.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, Func, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use super::components::read_revision;
use super::entity::{head, review, revision};
use super::{Transaction, digest, fault, optional_digest, unique, unreadable};
use crate::error::Result;
use crate::model::{
    BranchId, ComponentId, Digest, EventNumber, Head, Language, Layer, Revision, RevisionId, State,
    View,
};

/// Components asked for in one statement.
const CHUNK: usize = 500;

fn read(row: &head::Model) -> Result<Head> {
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
    head::Entity::insert(row(revision, slots))
        .exec_without_returning(tx)
        .await
        .map_err(fault("store a head"))?;
    Ok(())
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

/// Moves the head to a revision if it still is the revision's parent; says whether it was.
/// The condition stands in the statement, so that it holds against writers on other nodes too.
pub async fn advance(tx: &Transaction, revision: &Revision, slots: u32) -> Result<bool> {
    let number = i32::try_from(revision.number).unwrap_or(i32::MAX);
    let moved = head::Entity::update_many()
        .col_expr(head::Column::RevisionId, Expr::value(revision.id.0))
        .col_expr(head::Column::Content, Expr::value(revision.content.as_bytes().to_vec()))
        .col_expr(head::Column::Metadata, Expr::value(revision.metadata.as_bytes().to_vec()))
        .col_expr(head::Column::Number, Expr::value(number))
        .col_expr(head::Column::Slots, Expr::value(i32::try_from(slots).ok()))
        .col_expr(
            head::Column::Source,
            Expr::value(revision.source.map(|digest| digest.as_bytes().to_vec())),
        )
        .filter(head::Column::ComponentId.eq(revision.component.0))
        .filter(head::Column::BranchId.eq(revision.branch.0))
        .filter(head::Column::Language.eq(revision.language.as_str()))
        .filter(head::Column::RevisionId.eq(revision.parent.map(|id| id.0)))
        .exec(tx)
        .await
        .map_err(fault("move a head"))?;
    Ok(moved.rows_affected == 1)
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

async fn present(
    db: &impl ConnectionTrait,
    branch: BranchId,
    components: &[ComponentId],
    language: &Language,
) -> Result<Vec<(ComponentId, Head)>> {
    let rows = head::Entity::find()
        .filter(head::Column::ComponentId.is_in(components.iter().map(|id| id.0)))
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
    let ids = components.iter().map(|id| id.0);
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

//! Where-used: which component a parent's head held in which slot, from event to event.
//!
//! A row is opened when a saved revision brings the slot and closed when a later one changes or
//! drops it, so a save that leaves the slots alone touches nothing, and the past is answered by
//! the same index as the present. Everything here follows from the revisions: the table can be
//! emptied and made again.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _,
    FromQueryResult as _, QueryFilter as _, QueryResult, QueryTrait as _, Statement,
};

use super::by_hand::statement;
use super::entity::{head, usage};
use super::{Transaction, fault, unreadable};
use crate::error::Result;
use crate::model::{
    BranchId, ComponentId, Language, Layer, LinkPolicy, Revision, Slot, SlotId, SlotRole, View,
};

/// Stands in `until` while the slot is still there.
pub const OPEN: i64 = i64::MAX;
const CHUNK: usize = 500;

/// One use of a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The component that holds it.
    pub parent: ComponentId,
    /// The branch whose head does.
    pub branch: BranchId,
    /// The language of that head.
    pub language: Language,
    /// The slot.
    pub slot: SlotId,
    /// How it is held.
    pub role: SlotRole,
    /// The component held.
    pub child: ComponentId,
    /// Which version of it.
    pub policy: LinkPolicy,
}

fn read(row: &usage::Model) -> Result<Usage> {
    Ok(Usage {
        parent: ComponentId(row.parent_id),
        branch: BranchId(row.branch_id),
        language: row.language.parse().map_err(|e| unreadable("language", e))?,
        slot: SlotId(row.slot_id),
        role: SlotRole::from_name(&row.role).ok_or_else(|| unreadable("slot role", &row.role))?,
        child: ComponentId(row.child_id),
        policy: serde_json::from_str(&row.policy).map_err(|e| unreadable("link policy", e))?,
    })
}

fn policy_text(policy: &LinkPolicy) -> String {
    String::from_utf8_lossy(&crate::model::canonical_json(policy)).into_owned()
}

/// The slots that a head holds, as the table has them.
#[derive(Debug, Default)]
pub struct HeldSlots(Vec<usage::Model>);

impl HeldSlots {
    pub(super) fn read(rows: &[QueryResult]) -> Result<Self> {
        let rows = rows.iter().map(|row| usage::Model::from_query_result(row, ""));
        rows.collect::<std::result::Result<_, _>>().map(Self).map_err(fault("read where-used"))
    }
}

/// Brings the table up to a new revision whose content has these slots. `had` says whether the
/// head before, on the same branch and in the same language, may have had any.
pub async fn record(
    tx: &Transaction,
    revision: &Revision,
    slots: &[Slot],
    had: bool,
) -> Result<()> {
    let held = if had { held(tx, revision).await? } else { HeldSlots::default() };
    record_over(tx, revision, slots, &held).await
}

/// Brings the table up to a new revision whose content has these slots, over what the head
/// before, on the same branch and in the same language, held.
pub async fn record_over(
    tx: &Transaction,
    revision: &Revision,
    slots: &[Slot],
    held: &HeldSlots,
) -> Result<()> {
    if held.0.is_empty() && slots.is_empty() {
        return Ok(());
    }
    let backend = tx.get_database_backend();
    let mut wanted: HashMap<_, _> = slots.iter().map(|slot| (slot.id, slot)).collect();
    let mut ended = Vec::new();
    for row in &held.0 {
        let stays = wanted.get(&SlotId(row.slot_id)).is_some_and(|slot| {
            slot.component.0 == row.child_id
                && slot.role.as_str() == row.role
                && policy_text(&slot.policy) == row.policy
        });
        if stays {
            wanted.remove(&SlotId(row.slot_id));
        } else {
            ended.push(row.slot_id);
        }
    }
    for chunk in ended.chunks(CHUNK) {
        let end = usage::Entity::update_many()
            .col_expr(usage::Column::Until, revision.event.0.into())
            .filter(usage::Column::ParentId.eq(revision.component.0))
            .filter(usage::Column::BranchId.eq(revision.branch.0))
            .filter(usage::Column::Language.eq(revision.language.as_str()))
            .filter(usage::Column::SlotId.is_in(chunk.iter().copied()))
            .filter(usage::Column::Until.eq(OPEN));
        tx.later("end where-used", end.build(backend)).await?;
    }
    let rows: Vec<_> = slots
        .iter()
        .filter(|slot| wanted.contains_key(&slot.id))
        .map(|slot| usage::ActiveModel {
            parent_id: Set(revision.component.0),
            branch_id: Set(revision.branch.0),
            language: Set(revision.language.to_string()),
            slot_id: Set(slot.id.0),
            since: Set(revision.event.0),
            until: Set(OPEN),
            child_id: Set(slot.component.0),
            role: Set(slot.role.as_str().to_owned()),
            policy: Set(policy_text(&slot.policy)),
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        let begin = usage::Entity::insert_many(chunk.to_vec());
        tx.later("record where-used", begin.build(backend)).await?;
    }
    Ok(())
}

async fn held(tx: &Transaction, revision: &Revision) -> Result<HeldSlots> {
    let backend = tx.get_database_backend();
    let ask = open_rows(backend, revision.component, revision.branch, &revision.language);
    let rows = tx.query_all_raw(ask).await.map_err(fault("read where-used"))?;
    HeldSlots::read(&rows)
}

/// Asks for the slots that a parent's head holds.
pub(super) fn open_rows(
    backend: DbBackend,
    parent: ComponentId,
    branch: BranchId,
    language: &Language,
) -> Statement {
    let sql = "SELECT * FROM usage WHERE parent_id = ? AND branch_id = ? AND language = ? \
               AND until = ?";
    let values = [parent.0.into(), branch.0.into(), language.as_str().into(), OPEN.into()];
    statement(backend, sql, values)
}

/// Empties the table, to be made again.
pub async fn clear(tx: &Transaction) -> Result<()> {
    usage::Entity::delete_many().exec(tx).await.map_err(fault("empty where-used"))?;
    Ok(())
}

/// The direct uses of a component in view, of deleted parents too.
pub async fn of(db: &impl ConnectionTrait, view: &View, child: ComponentId) -> Result<Vec<Usage>> {
    let mut uses = Vec::new();
    let mut above: Vec<Layer> = Vec::new();
    for layer in view.layers() {
        let mut query = usage::Entity::find()
            .filter(usage::Column::ChildId.eq(child.0))
            .filter(usage::Column::BranchId.eq(layer.branch.0));
        query = match layer.as_of {
            None => query.filter(usage::Column::Until.eq(OPEN)),
            Some(event) => query
                .filter(usage::Column::Since.lte(event.0))
                .filter(usage::Column::Until.gt(event.0)),
        };
        let rows = query.all(db).await.map_err(fault("read where a component is used"))?;
        let found: Vec<_> = rows.iter().map(read).collect::<Result<_>>()?;
        let hidden = hidden_by(db, &above, &found).await?;
        uses.extend(
            found.into_iter().filter(|u| !hidden.contains(&(u.parent, u.language.clone()))),
        );
        above.push(*layer);
    }
    Ok(uses)
}

/// Which of these parents have a head of their own in the layers above.
async fn hidden_by(
    db: &impl ConnectionTrait,
    above: &[Layer],
    found: &[Usage],
) -> Result<HashSet<(ComponentId, Language)>> {
    let mut hidden = HashSet::new();
    if above.is_empty() {
        return Ok(hidden);
    }
    let view = View::of_layers(above.to_vec());
    let languages: HashSet<_> = found.iter().map(|used| used.language.clone()).collect();
    for language in languages {
        let parents: HashSet<_> =
            found.iter().filter(|used| used.language == language).map(|u| u.parent).collect();
        let parents: Vec<_> = parents.into_iter().collect();
        let heads = super::heads::of_many(db, &view, &parents, &language).await?;
        hidden.extend(heads.into_keys().map(|parent| (parent, language.clone())));
    }
    Ok(hidden)
}

/// Everything that these components' heads hold now, on any branch and in any language.
pub async fn held_by(db: &impl ConnectionTrait, parents: &[ComponentId]) -> Result<Vec<Usage>> {
    let mut held = Vec::new();
    for chunk in parents.chunks(CHUNK) {
        let rows = usage::Entity::find()
            .filter(usage::Column::ParentId.is_in(chunk.iter().map(|id| id.0)))
            .filter(usage::Column::Until.eq(OPEN))
            .all(db)
            .await
            .map_err(fault("read where-used"))?;
        for row in &rows {
            held.push(read(row)?);
        }
    }
    Ok(held)
}

/// The direct uses of a component by the present heads of any branch.
pub async fn on_any_branch(db: &impl ConnectionTrait, child: ComponentId) -> Result<Vec<Usage>> {
    let rows = usage::Entity::find()
        .filter(usage::Column::ChildId.eq(child.0))
        .filter(usage::Column::Until.eq(OPEN))
        .all(db)
        .await
        .map_err(fault("read where a component is used"))?;
    rows.iter().map(read).collect()
}

/// Notes on a head how many slots its content has.
pub async fn note_slots(tx: &Transaction, revision: &Revision, slots: u32) -> Result<()> {
    head::Entity::update_many()
        .col_expr(head::Column::Slots, i32::try_from(slots).ok().into())
        .filter(head::Column::ComponentId.eq(revision.component.0))
        .filter(head::Column::BranchId.eq(revision.branch.0))
        .filter(head::Column::Language.eq(revision.language.as_str()))
        .filter(head::Column::RevisionId.eq(revision.id.0))
        .exec(tx)
        .await
        .map_err(fault("note a head's slots"))?;
    Ok(())
}

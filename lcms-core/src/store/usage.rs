//! Where-used: which component a parent's head held in which slot, from event to event.
//!
//! A row is opened when a saved revision brings the slot and closed when a later one changes or
//! drops it, so a save that leaves the slots alone touches nothing, and the past is answered by
//! the same index as the present. Everything here follows from the revisions: the table can be
//! emptied and made again.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Expr, Func, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, FromQueryResult as _,
    IntoActiveModel as _, QueryFilter as _, QueryResult, QuerySelect as _, QueryTrait as _,
    Statement,
};
use serde::Serialize;

use super::by_hand::statement;
use super::entity::{component, usage};
use super::{Transaction, fault, listed, unreadable};
use crate::error::Result;
use crate::model::{
    BranchId, ComponentId, EventNumber, Language, Layer, LinkPolicy, OverrideName, Revision, Slot,
    SlotId, SlotRole, View, canonical_json,
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
    /// Names of the fields that the slot replaces.
    pub overrides: Vec<OverrideName>,
}

pub(super) fn read(row: &usage::Model) -> Result<Usage> {
    Ok(Usage {
        parent: ComponentId(row.parent_id),
        branch: BranchId(row.branch_id),
        language: row.language.parse().map_err(|e| unreadable("language", e))?,
        slot: SlotId(row.slot_id),
        role: SlotRole::from_name(&row.role).ok_or_else(|| unreadable("slot role", &row.role))?,
        child: ComponentId(row.child_id),
        policy: serde_json::from_str(&row.policy).map_err(|e| unreadable("link policy", e))?,
        overrides: match row.overrides.as_str() {
            "" => Vec::new(),
            names => serde_json::from_str(names).map_err(|e| unreadable("override", e))?,
        },
    })
}

/// What a row says of a slot, apart from where it stands and when.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Facts {
    child: uuid::Uuid,
    role: &'static str,
    policy: String,
    overrides: String,
}

impl Facts {
    fn of(slot: &Slot) -> Self {
        let names = slot.overrides.names();
        Self {
            child: slot.component.0,
            role: slot.role.as_str(),
            policy: json_text(&slot.policy),
            overrides: if names.is_empty() { String::new() } else { json_text(&names) },
        }
    }

    fn are_in(&self, row: &usage::Model) -> bool {
        row.child_id == self.child
            && row.role == self.role
            && row.policy == self.policy
            && row.overrides == self.overrides
    }
}

fn json_text(value: &impl Serialize) -> String {
    String::from_utf8_lossy(&canonical_json(value)).into_owned()
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
        let slot = wanted.get(&SlotId(row.slot_id));
        if slot.is_some_and(|slot| Facts::of(slot).are_in(row)) {
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
        .map(|slot| row_of(revision, slot).into_active_model())
        .collect();
    for chunk in rows.chunks(CHUNK) {
        let begin = usage::Entity::insert_many(chunk.to_vec());
        tx.later("record where-used", begin.build(backend)).await?;
    }
    Ok(())
}

fn row_of(revision: &Revision, slot: &Slot) -> usage::Model {
    let facts = Facts::of(slot);
    usage::Model {
        parent_id: revision.component.0,
        branch_id: revision.branch.0,
        language: revision.language.to_string(),
        slot_id: slot.id.0,
        since: revision.event.0,
        until: OPEN,
        child_id: facts.child,
        role: facts.role.to_owned(),
        policy: facts.policy,
        overrides: facts.overrides,
    }
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

/// The direct uses of these components in view, by deleted parents too.
pub async fn of_many(
    db: &impl ConnectionTrait,
    view: &View,
    children: &[ComponentId],
) -> Result<Vec<Usage>> {
    let mut uses = Vec::new();
    let mut above: Vec<Layer> = Vec::new();
    for layer in view.layers() {
        let mut found = Vec::new();
        for chunk in children.chunks(CHUNK) {
            let mut query = usage::Entity::find()
                .filter(usage::Column::ChildId.is_in(listed(chunk.iter().map(|id| id.0))))
                .filter(usage::Column::BranchId.eq(layer.branch.0));
            query = match layer.as_of {
                None => query.filter(usage::Column::Until.eq(OPEN)),
                Some(event) => query
                    .filter(usage::Column::Since.lte(event.0))
                    .filter(usage::Column::Until.gt(event.0)),
            };
            let rows = query.all(db).await.map_err(fault("read where a component is used"))?;
            for row in &rows {
                found.push(read(row)?);
            }
        }
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

/// How many components that are not deleted hold each of these on a branch now; those that
/// nothing holds are left out.
pub async fn counts(
    db: &impl ConnectionTrait,
    branch: BranchId,
    children: &[ComponentId],
) -> Result<HashMap<ComponentId, u32>> {
    let mut found = HashMap::new();
    for chunk in children.chunks(CHUNK) {
        let deleted = Query::select()
            .column(component::Column::Id)
            .from(component::Entity)
            .and_where(component::Column::Deleted.eq(true))
            .to_owned();
        let rows: Vec<(uuid::Uuid, i64)> = usage::Entity::find()
            .select_only()
            .column(usage::Column::ChildId)
            .expr_as(Func::count_distinct(Expr::col(usage::Column::ParentId)), "parents")
            .filter(usage::Column::ChildId.is_in(listed(chunk.iter().map(|id| id.0))))
            .filter(usage::Column::BranchId.eq(branch.0))
            .filter(usage::Column::Until.eq(OPEN))
            .filter(usage::Column::ParentId.not_in_subquery(deleted))
            .group_by(usage::Column::ChildId)
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("count where components are used"))?;
        for (child, parents) in rows {
            found.insert(ComponentId(child), u32::try_from(parents).unwrap_or(u32::MAX));
        }
    }
    Ok(found)
}

/// What these parents hold now, or held, where an event after `from` changed that; of those in
/// `whole`, whatever they hold now.
pub async fn children_changed(
    db: &impl ConnectionTrait,
    parents: &[ComponentId],
    whole: &HashSet<ComponentId>,
    from: EventNumber,
) -> Result<HashSet<ComponentId>> {
    let mut found = HashSet::new();
    for chunk in parents.chunks(CHUNK) {
        let rows: Vec<(uuid::Uuid, uuid::Uuid, i64, i64)> = usage::Entity::find()
            .select_only()
            .column(usage::Column::ParentId)
            .column(usage::Column::ChildId)
            .column(usage::Column::Since)
            .column(usage::Column::Until)
            .filter(usage::Column::ParentId.is_in(listed(chunk.iter().map(|id| id.0))))
            .filter(usage::Column::Until.gt(from.0))
            .into_tuple()
            .all(db)
            .await
            .map_err(fault("read what components hold"))?;
        let changed = rows.into_iter().filter(|(parent, _, since, until)| {
            *since > from.0 || *until != OPEN || whole.contains(&ComponentId(*parent))
        });
        found.extend(changed.map(|(_, child, _, _)| ComponentId(child)));
    }
    Ok(found)
}

/// Parents whose rows were looked through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many there were.
    pub parents: u64,
    /// How many had rows that did not follow from their revisions; they do now.
    pub differed: u64,
}

/// Makes the rows of these parents again. `revisions` are all revisions of these parents, oldest
/// first, each with the slots of its content; `parents` names each once.
pub async fn remake(
    tx: &Transaction,
    parents: &[ComponentId],
    revisions: &[(&Revision, &[Slot])],
) -> Result<Rebuilt> {
    let mut wanted: HashMap<_, Vec<_>> = HashMap::new();
    for row in intervals(revisions) {
        wanted.entry(row.parent_id).or_default().push(row);
    }
    let mut there: HashMap<_, Vec<_>> = HashMap::new();
    for chunk in parents.chunks(CHUNK) {
        let rows = usage::Entity::find()
            .filter(usage::Column::ParentId.is_in(chunk.iter().map(|id| id.0)))
            .all(tx)
            .await
            .map_err(fault("read where-used"))?;
        for row in rows {
            there.entry(row.parent_id).or_default().push(row);
        }
    }
    let mut differing = Vec::new();
    let mut rows = Vec::new();
    for parent in parents {
        let (mut want, mut have) = (
            wanted.remove(&parent.0).unwrap_or_default(),
            there.remove(&parent.0).unwrap_or_default(),
        );
        want.sort_by(by_key);
        have.sort_by(by_key);
        if want != have {
            differing.push(parent.0);
            rows.append(&mut want);
        }
    }
    for chunk in differing.chunks(CHUNK) {
        usage::Entity::delete_many()
            .filter(usage::Column::ParentId.is_in(chunk.iter().copied()))
            .exec(tx)
            .await
            .map_err(fault("make where-used again"))?;
    }
    for chunk in rows.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(usage::Model::into_active_model);
        usage::Entity::insert_many(rows)
            .exec_without_returning(tx)
            .await
            .map_err(fault("make where-used again"))?;
    }
    Ok(Rebuilt { parents: parents.len() as u64, differed: differing.len() as u64 })
}

/// Takes away rows of parents that are not there at all.
pub async fn drop_strays(tx: &Transaction) -> Result<u64> {
    let known = Query::select().column(component::Column::Id).from(component::Entity).to_owned();
    let dropped = usage::Entity::delete_many()
        .filter(usage::Column::ParentId.not_in_subquery(known))
        .exec(tx)
        .await
        .map_err(fault("make where-used again"))?;
    Ok(dropped.rows_affected)
}

fn by_key(a: &usage::Model, b: &usage::Model) -> std::cmp::Ordering {
    let key = |row: &usage::Model| (row.branch_id, row.slot_id, row.since);
    key(a).cmp(&key(b)).then_with(|| a.language.cmp(&b.language))
}

/// The rows that follow from revisions, oldest first: each slot from the revision that brought it
/// to the one that changed or dropped it.
fn intervals(revisions: &[(&Revision, &[Slot])]) -> Vec<usage::Model> {
    type Line<'a> = (ComponentId, BranchId, &'a Language);
    let mut open: HashMap<Line<'_>, HashMap<SlotId, usage::Model>> = HashMap::new();
    let mut done = Vec::new();
    for (revision, slots) in revisions {
        let line = (revision.component, revision.branch, &revision.language);
        let held = open.entry(line).or_default();
        let mut now = HashMap::with_capacity(slots.len());
        for slot in *slots {
            let row = match held.remove(&slot.id) {
                Some(row) if Facts::of(slot).are_in(&row) => row,
                Some(ended) => {
                    done.push(usage::Model { until: revision.event.0, ..ended });
                    row_of(revision, slot)
                }
                None => row_of(revision, slot),
            };
            now.insert(slot.id, row);
        }
        done.extend(held.drain().map(|(_, row)| usage::Model { until: revision.event.0, ..row }));
        *held = now;
    }
    done.extend(open.into_values().flat_map(HashMap::into_values));
    done
}

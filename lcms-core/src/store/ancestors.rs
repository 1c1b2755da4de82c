//! The way up: what holds a component, directly or through others.
//!
//! On one branch it is one recursive statement over where-used, whatever the depth. Through a
//! branch that stands on another it goes level by level, because what a parent holds below is
//! hidden when the branch has a head of its own of that parent.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use super::entity::{component, usage};
use super::usage::{OPEN, Usage, of_many, read};
use super::{components, fault};
use crate::error::Result;
use crate::model::{Component, ComponentId, Layer, View};

/// How far up is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What holds the component itself.
    Direct,
    /// What holds these in turn, up to the top.
    Transitive,
}

/// One use, and the component that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The use.
    pub used: Usage,
    /// The holder's row as it is now, deleted or not.
    pub parent: Component,
}

/// Every use of a component in view, as far up as asked; by deleted parents too.
pub async fn of(
    db: &impl ConnectionTrait,
    view: &View,
    child: ComponentId,
    reach: Reach,
) -> Result<Vec<Holding>> {
    match view.layers() {
        [layer] => on_one_branch(db, *layer, child, reach).await,
        _ => through_layers(db, view, child, reach).await,
    }
}

#[derive(FromQueryResult)]
struct Row {
    parent_id: Uuid,
    branch_id: i32,
    language: String,
    slot_id: Uuid,
    since: i64,
    until: i64,
    child_id: Uuid,
    role: String,
    policy: String,
    overrides: String,
    library_id: Uuid,
    key: String,
    kind: String,
    retired: bool,
    deleted: bool,
    created: i64,
    owner_id: Option<Uuid>,
}

/// CROSS JOIN keeps SQLite to the order written: each component found is looked up by index. The
/// climb itself reads nothing but that index.
const CLIMB: &str = "WITH RECURSIVE up(id) AS (\
    SELECT $1 UNION \
    SELECT u.parent_id FROM up CROSS JOIN usage u WHERE u.child_id = up.id AND ";
const START: &str = "WITH up(id) AS (SELECT $1";
const USES: &str = ") SELECT u.parent_id, u.branch_id, u.language, u.slot_id, u.since, u.until, \
    u.child_id, u.role, u.policy, u.overrides, c.library_id, c.key, c.kind, c.retired, c.deleted, \
    c.created, c.owner_id \
    FROM up CROSS JOIN usage u CROSS JOIN component c \
    WHERE u.child_id = up.id AND c.id = u.parent_id AND ";

async fn on_one_branch(
    db: &impl ConnectionTrait,
    layer: Layer,
    child: ComponentId,
    reach: Reach,
) -> Result<Vec<Holding>> {
    let (stands, moment) = match layer.as_of {
        None => ("u.branch_id = $2 AND u.until = $3", OPEN),
        Some(event) => ("u.branch_id = $2 AND u.until > $3 AND u.since <= $3", event.0),
    };
    let sql = match reach {
        Reach::Direct => format!("{START}{USES}{stands}"),
        Reach::Transitive => format!("{CLIMB}{stands}{USES}{stands}"),
    };
    let values = [child.0.into(), layer.branch.0.into(), moment.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Row::find_by_statement(statement)
        .all(db)
        .await
        .map_err(fault("read where a component is used"))?;
    rows.into_iter().map(holding).collect()
}

fn holding(row: Row) -> Result<Holding> {
    let used = read(&usage::Model {
        parent_id: row.parent_id,
        branch_id: row.branch_id,
        language: row.language,
        slot_id: row.slot_id,
        since: row.since,
        until: row.until,
        child_id: row.child_id,
        role: row.role,
        policy: row.policy,
        overrides: row.overrides,
    })?;
    let parent = components::read_component(&component::Model {
        id: row.parent_id,
        library_id: row.library_id,
        key: row.key,
        kind: row.kind,
        retired: row.retired,
        deleted: row.deleted,
        created: row.created,
        owner_id: row.owner_id,
    })?;
    Ok(Holding { used, parent })
}

async fn through_layers(
    db: &impl ConnectionTrait,
    view: &View,
    child: ComponentId,
    reach: Reach,
) -> Result<Vec<Holding>> {
    let mut seen = HashSet::from([child]);
    let mut level = vec![child];
    let mut uses = Vec::new();
    while !level.is_empty() {
        let found = of_many(db, view, &level).await?;
        level = found.iter().map(|used| used.parent).filter(|id| seen.insert(*id)).collect();
        uses.extend(found);
        if reach == Reach::Direct {
            break;
        }
    }
    let parents: HashSet<_> = uses.iter().map(|used| used.parent).collect();
    let parents: Vec<_> = parents.into_iter().collect();
    let parents: HashMap<_, _> = components::by_ids(db, &parents).await?;
    let with_parent = |used: Usage| {
        let parent = parents.get(&used.parent)?.clone();
        Some(Holding { used, parent })
    };
    Ok(uses.into_iter().filter_map(with_parent).collect())
}

//! What a save has to know of a component, asked in one request.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait as _, DbErr, FromQueryResult, QueryResult, Value};

use super::components::read_component;
use super::entity::{component, head};
use super::usage::{self, HeldSlots};
use super::{Transaction, by_hand, fault, heads, unreadable};
use crate::error::Result;
use crate::model::{BranchId, Component, ComponentId, EventNumber, Head, Language};

/// Components whose rows one statement asks for; longer lists are asked for by
/// [`components::by_ids`](super::components::by_ids).
pub const MOST_TARGETS: usize = 64;

const READ: &str = "read a component";
/// A component, its own head on a branch in a language, and what is counted about it. One
/// statement: each answer of the engine is a hand-off between threads.
const COMPONENT: &str = "SELECT c.*, h.component_id AS head_component_id, \
    h.branch_id AS head_branch_id, h.language AS head_language, \
    h.revision_id AS head_revision_id, h.content AS head_content, h.metadata AS head_metadata, \
    h.number AS head_number, h.slots AS head_slots, h.source AS head_source, \
    (SELECT MAX(number) FROM revision WHERE component_id = ?) AS last_number, \
    (SELECT COUNT(*) FROM review WHERE component_id = ?) AS reviews, \
    (SELECT COUNT(*) FROM redaction) AS redactions, \
    (SELECT MAX(event) FROM library_rule WHERE library_id = c.library_id) AS ruled \
    FROM component c LEFT JOIN head h \
    ON h.component_id = c.id AND h.branch_id = ? AND h.language = ? WHERE c.id = ?";

/// Which component, and what of it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The component.
    pub component: ComponentId,
    /// The branch to be saved on.
    pub branch: BranchId,
    /// The language.
    pub language: &'a Language,
    /// Whether the slots that its head holds are needed.
    pub held: bool,
    /// Other components that are needed too; at most [`MOST_TARGETS`].
    pub targets: &'a [ComponentId],
}

/// A component as it stands.
#[derive(Debug)]
pub struct Standing {
    /// The component.
    pub component: Component,
    /// Its head on the branch itself, not on one below.
    pub own: Option<Head>,
    /// The highest revision number it has on any branch; 0 when it has none.
    pub last_number: u32,
    /// Whether any version of it was ever reviewed.
    pub reviewed: bool,
    /// Whether anything at all was redacted: then a document must be asked for before it is stored.
    pub redacted: bool,
    /// The event that last changed the rules of its library; absent when it never had any.
    pub ruled: Option<EventNumber>,
    /// The slots that its own head holds, if asked for.
    pub held: HeldSlots,
    /// The other components asked for; those that do not exist are left out.
    pub targets: HashMap<ComponentId, Component>,
}

/// How a component stands; `None` when there is none.
pub async fn read(tx: &Transaction, question: Question<'_>) -> Result<Option<Standing>> {
    let Question { component, branch, language, held, targets } = question;
    let backend = tx.get_database_backend();
    let ask = |sql: &str, values: Vec<Value>| by_hand::of_many(backend, sql, values);
    let id = Value::from(component.0);
    let mut asked = vec![ask(
        COMPONENT,
        vec![id.clone(), id.clone(), branch.0.into(), language.as_str().into(), id],
    )];
    if held {
        asked.push(usage::open_rows(backend, component, branch, language));
    }
    if let Some(last) = targets.last() {
        // The last is repeated, so that few texts do for any number.
        let padded = targets.len().next_power_of_two();
        let ids = targets.iter().chain(std::iter::repeat(last)).take(padded);
        let marks = vec!["?"; padded].join(", ");
        let sql = format!("SELECT * FROM component WHERE id IN ({marks})");
        asked.push(by_hand::of_many(backend, &sql, ids.map(|id| id.0.into()).collect()));
    }
    let mut answers = tx.ask(READ, asked).await?.into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let found = next();
    let held = if held { HeldSlots::read(&next())? } else { HeldSlots::default() };
    let targets: Vec<component::Model> =
        if targets.is_empty() { Vec::new() } else { models(&next())? };

    let Some(row) = found.first() else { return Ok(None) };
    let found = component::Model::from_query_result(row, "").map_err(fault(READ))?;
    let own = head::Model::from_query_result_optional(row, "head_").map_err(fault(READ))?;
    let last: Option<i32> = row.try_get("", "last_number").map_err(fault(READ))?;
    let is = |what| row.try_get::<i64>("", what).map(|count| count > 0).map_err(fault(READ));
    let ruled: Option<i64> = row.try_get("", "ruled").map_err(fault(READ))?;
    Ok(Some(Standing {
        component: read_component(&found)?,
        own: own.as_ref().map(heads::read).transpose()?,
        last_number: u32::try_from(last.unwrap_or(0))
            .map_err(|e| unreadable("revision number", e))?,
        reviewed: is("reviews")?,
        redacted: is("redactions")?,
        ruled: ruled.map(EventNumber),
        held,
        targets: targets
            .iter()
            .map(|row| Ok((ComponentId(row.id), read_component(row)?)))
            .collect::<Result<_>>()?,
    }))
}

fn models<M: FromQueryResult>(rows: &[QueryResult]) -> Result<Vec<M>> {
    let read: std::result::Result<_, DbErr> =
        rows.iter().map(|row| M::from_query_result(row, "")).collect();
    read.map_err(fault(READ))
}

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
    let mut asked = vec![
        ask("SELECT * FROM component WHERE id = ?", vec![id.clone()]),
        ask(
            "SELECT * FROM head WHERE component_id = ? AND branch_id = ? AND language = ?",
            vec![id.clone(), branch.0.into(), language.as_str().into()],
        ),
        ask(
            "SELECT (SELECT MAX(number) FROM revision WHERE component_id = ?), \
             (SELECT COUNT(*) FROM review WHERE component_id = ?), \
             (SELECT COUNT(*) FROM redaction), \
             (SELECT MAX(event) FROM library_rule WHERE library_id = \
              (SELECT library_id FROM component WHERE id = ?))",
            vec![id.clone(), id.clone(), id],
        ),
    ];
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
    let mut answers = tx.ask("read a component", asked).await?.into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let (found, own, counted) = (next(), next(), next());
    let held = if held { HeldSlots::read(&next())? } else { HeldSlots::default() };
    let targets: Vec<component::Model> =
        if targets.is_empty() { Vec::new() } else { models(&next())? };

    let Some(found) = models::<component::Model>(&found)?.into_iter().next() else {
        return Ok(None);
    };
    let own = models::<head::Model>(&own)?.into_iter().next();
    let counted = counted.first().map(|row| row.try_get_many_by_index()).transpose();
    let (last, reviews, redactions, ruled): (Option<i32>, i64, i64, Option<i64>) =
        counted.map_err(fault("read a component"))?.unwrap_or_default();
    Ok(Some(Standing {
        component: read_component(&found)?,
        own: own.as_ref().map(heads::read).transpose()?,
        last_number: u32::try_from(last.unwrap_or(0))
            .map_err(|e| unreadable("revision number", e))?,
        reviewed: reviews > 0,
        redacted: redactions > 0,
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
    read.map_err(fault("read a component"))
}

//! Why something cannot be deleted: what holds it, and every course above.

use std::collections::{BTreeSet, HashMap};

use super::Ascent;
use crate::error::{Error, Result};
use crate::model::{BranchState, Component, Key, Kind, LibraryId, Right, View};
use crate::service::Session;
use crate::store::ancestors::Reach;
use crate::store::{Transaction, branches, libraries};

/// Parents named in a refusal; courses are named all.
const NAMED: usize = 10;

impl Session {
    /// Refuses when a component is in use, on `main` or on any open branch.
    pub(in crate::service) async fn require_unused(
        &self,
        tx: &Transaction,
        component: &Component,
    ) -> Result<()> {
        let all = libraries::all(tx).await?;
        let keys: HashMap<LibraryId, Key> = all
            .into_iter()
            .filter(|library| self.may(library.id, Right::Read))
            .map(|library| (library.id, library.key))
            .collect();
        let mut found = Found::default();
        for branch in branches::all(tx).await? {
            if branch.state != BranchState::Open {
                continue;
            }
            let view = branches::view(tx, &branch, None).await?;
            found.look(tx, &view, component, &keys).await?;
        }
        if found.parents.is_empty() && found.hidden.is_empty() {
            return Ok(());
        }
        Err(found.refusal(component))
    }
}

#[derive(Default)]
struct Found {
    parents: BTreeSet<String>,
    courses: BTreeSet<String>,
    hidden: BTreeSet<crate::model::ComponentId>,
}

impl Found {
    async fn look(
        &mut self,
        tx: &Transaction,
        view: &View,
        component: &Component,
        keys: &HashMap<LibraryId, Key>,
    ) -> Result<()> {
        let ascent = Ascent::of(tx, view, component.id, Reach::Transitive).await?;
        for edge in ascent.edges() {
            let parent = &edge.parent;
            let is_course = parent.kind == Kind::Course;
            if edge.used.child != component.id && !is_course {
                continue;
            }
            let Some(library) = keys.get(&parent.library) else {
                self.hidden.insert(parent.id);
                continue;
            };
            let name = format!("`{library}/{}`", parent.key);
            if edge.used.child == component.id {
                self.parents.insert(name.clone());
            }
            if is_course {
                self.courses.insert(name);
            }
        }
        Ok(())
    }

    fn refusal(&self, component: &Component) -> Error {
        let mut message = format!("`{}` is used", component.key);
        let named: Vec<_> = self.parents.iter().take(NAMED).map(String::as_str).collect();
        if !named.is_empty() {
            message += &format!(" by {}", named.join(", "));
        }
        match self.parents.len().saturating_sub(NAMED) {
            0 => {}
            1 => message += " and one other",
            more => message += &format!(" and {more} others"),
        }
        if !self.courses.is_empty() {
            let courses: Vec<_> = self.courses.iter().map(String::as_str).collect();
            message += &format!("; courses affected: {}", courses.join(", "));
        }
        match self.hidden.len() {
            0 => {}
            1 => message += "; and by one that you may not read",
            hidden => message += &format!("; and by {hidden} that you may not read"),
        }
        Error::conflict(message).hint("take it out of these first, or retire it")
    }
}

//! Undoing an edit of many components: what it changed goes back to what it was, in one step.
//!
//! Only what is still as the edit left it goes back. What somebody changed since is named, and
//! nothing is done unless that is to be skipped. Where only the metadata was edited, a text that was
//! changed since is no hindrance: the metadata goes back and the text stays. Where the documents are what was approved before,
//! they are approved again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::EditBrief;
use super::carry::{Edit, KeptBody, KeptItem, Stepping};
use crate::error::{Error, Result};
use crate::model::{
    BranchId, Care, Component, ComponentId, EditId, EventKind, Key, Right, State, Transition,
    Violation,
};
use crate::service::Session;
use crate::service::landing::{Landing, Occasion};
use crate::service::survey::Surveyed;
use crate::store::edits::{self, KeptEdit};
use crate::store::{Connection, Transaction, branches, components, library_rules, reviews};

/// Most edits in a list.
const LISTED: u64 = 100;
/// Most components that a view names.
const NAMED: usize = 500;

/// How to undo an edit.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UndoEdit {
    /// Leave what was changed since as it is, and undo the rest.
    pub skip_changed: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What undoing did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct UndoReport {
    /// The edit.
    pub edit: EditId,
    /// Components that go back.
    pub components: usize,
    /// Vocabularies that go back.
    pub vocabularies: usize,
    /// What was changed since, each with the reason.
    pub changed_since: Vec<Violation>,
    /// Whether it was done.
    pub done: bool,
}

/// An edit and the components it changed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EditView {
    /// The edit.
    #[serde(flatten)]
    pub edit: EditBrief,
    /// `library/key` of the components it changed that the actor may read; at most 500.
    pub items: Vec<String>,
}

/// What goes back.
#[derive(Default)]
struct Back {
    edits: Vec<Edit>,
    landings: Vec<Landing>,
    cared: Vec<(Component, Care, Care)>,
    steps: Vec<Stepping>,
    /// Review states that are recorded as they were.
    restored: Vec<(Stepping, State)>,
    touched: BTreeSet<ComponentId>,
    changed_since: Vec<Violation>,
}

fn body_of(kept: &KeptEdit) -> Result<KeptBody> {
    serde_json::from_str(&kept.body)
        .map_err(|error| Error::internal("an edit cannot be read by this version", error))
}

fn brief(kept: &KeptEdit) -> Result<EditBrief> {
    let body = body_of(kept)?;
    Ok(EditBrief {
        id: kept.id,
        actor: kept.actor,
        message: kept.message.clone(),
        created: kept.created,
        undone: kept.undone,
        components: body.items.len(),
        vocabularies: body.rules.len(),
    })
}

impl Session {
    /// Edits of many components, newest first: the actor's own, or everybody's for an admin of
    /// everything. At most 100.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn bulk_edits(&self) -> Result<Vec<EditBrief>> {
        let whose = match self.require_everywhere(Right::Administer) {
            Ok(()) => None,
            Err(_) => Some(self.actor.id()),
        };
        let kept = edits::list(self.lcms.store().reader(), whose, LISTED).await?;
        kept.iter().map(brief).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none, or the actor may not see it.
    pub async fn bulk_edit_made(&self, id: EditId) -> Result<EditView> {
        let db = self.lcms.store().reader();
        let kept = self.edit_seen(db, id).await?;
        let body = body_of(&kept)?;
        let ids: Vec<_> = body.items.iter().map(|item| item.component).collect();
        let found = components::by_ids(db, &ids).await?;
        let keys: HashMap<_, Key> =
            self.readable().await?.into_iter().map(|library| (library.id, library.key)).collect();
        let mut items: Vec<_> = found
            .values()
            .filter_map(|it| Some(format!("{}/{}", keys.get(&it.library)?, it.key)))
            .collect();
        items.sort();
        items.truncate(NAMED);
        Ok(EditView { edit: brief(&kept)?, items })
    }

    async fn edit_seen(&self, db: &impl Connection, id: EditId) -> Result<KeptEdit> {
        let sees_all = self.require_everywhere(Right::Administer).is_ok();
        let kept = edits::by_id(db, id).await?;
        let kept = kept.filter(|kept| sees_all || kept.actor == self.actor.id());
        kept.ok_or_else(|| {
            Error::not_found(format!("there is no edit {id}, or it is somebody else's"))
                .hint("`lcms bulk list` shows those that can be undone")
        })
    }

    /// Undoes an edit of many components.
    ///
    /// # Errors
    /// When there is no such edit, it was undone already, something was changed since that is not
    /// to be skipped (each is named), or the actor lacks a right that the edit needed.
    pub async fn undo_edit(&self, id: EditId, how: UndoEdit) -> Result<UndoReport> {
        let kept = self.edit_seen(self.lcms.store().reader(), id).await?;
        let body = body_of(&kept)?;
        let session = self.on_branch(body.branch).await?;
        if how.dry_run {
            let snapshot = self.lcms.store().snapshot().await?;
            let mut back = session.plan_undo(&snapshot, &body).await?;
            let changed = &mut back.changed_since;
            let vocabularies = session.rules_going_back(&snapshot, &body, changed).await?;
            return Ok(UndoReport {
                edit: id,
                components: back.touched.len(),
                vocabularies: vocabularies.len(),
                changed_since: back.changed_since,
                done: false,
            });
        }
        session
            .clone()
            .lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { session.undo_in(tx, id, &body, how).await }))
            .await
    }

    async fn on_branch(&self, branch: BranchId) -> Result<Self> {
        if branch == self.view.branch() {
            return Ok(self.clone());
        }
        let found = branches::by_id(self.lcms.store().reader(), branch).await?;
        let gone = || Error::internal("the branch is gone", branch.0.to_string());
        self.at(&found.ok_or_else(gone)?.name, None).await
    }

    async fn undo_in(
        &self,
        tx: &Transaction,
        id: EditId,
        body: &KeptBody,
        how: UndoEdit,
    ) -> Result<UndoReport> {
        self.require_open(tx).await?;
        let kept = self.edit_seen(tx, id).await?;
        if kept.undone.is_some() {
            return Err(Error::conflict(format!("edit {id} was undone already")));
        }
        let mut back = self.plan_undo(tx, body).await?;
        let rules = self.rules_going_back(tx, body, &mut back.changed_since).await?;
        if !back.changed_since.is_empty() && !how.skip_changed {
            return Err(Error::conflict(format!(
                "{} of {} were changed since, so nothing was undone",
                back.changed_since.len(),
                body.items.len() + body.rules.len()
            ))
            .with_violations(back.changed_since)
            .hint("undo the rest by skipping what was changed"));
        }
        let report = UndoReport {
            edit: id,
            components: back.touched.len(),
            vocabularies: rules.len(),
            changed_since: back.changed_since,
            done: true,
        };
        let message = format!("undone: {}", kept.message);
        let occasion = Occasion::new(self, message, json!({ "undone": id }));
        self.note_edit(tx, EventKind::ComponentsEditUndone, id, &back.edits, &occasion).await?;
        for rule in rules {
            self.put_back(tx, rule.after, rule.before, &occasion.message).await?;
        }
        let landed = self.land(tx, back.landings, &occasion).await?;
        let revisions: BTreeMap<_, _> = landed.iter().map(|it| (it.component, it.id)).collect();
        self.give_care(tx, back.cared, &occasion).await?;
        self.take_steps(tx, back.steps, &revisions, &occasion).await?;
        self.restore_states(tx, back.restored, &occasion).await?;
        edits::note_undone(tx, id, occasion.time).await?;
        Ok(report)
    }

    /// The vocabularies that are still as the edit left them.
    async fn rules_going_back(
        &self,
        db: &impl Connection,
        body: &KeptBody,
        changed_since: &mut Vec<Violation>,
    ) -> Result<Vec<super::KeptRule>> {
        let libraries = self.libraries_by_id(db).await?;
        let mut back = Vec::new();
        for rule in &body.rules {
            let Some(library) = libraries.get(&rule.library) else { continue };
            self.require(library, Right::Administer)?;
            let newest = library_rules::newest(db, rule.library).await?;
            if newest.iter().any(|it| it.id == rule.after) {
                back.push(rule.clone());
            } else if let Some(it) = library_rules::by_id(db, rule.after).await? {
                let message = format!("the {} `{}` was changed since", it.subject, it.name);
                let pointer = format!("/{}/{}", library.key, it.name);
                changed_since.push(Violation::new(pointer, "changed", message));
            }
        }
        Ok(back)
    }

    async fn plan_undo(&self, db: &impl Connection, body: &KeptBody) -> Result<Back> {
        let ids: Vec<_> = body.items.iter().map(|item| item.component).collect();
        let found = components::by_ids(db, &ids).await?;
        let libraries = self.libraries_by_id(db).await?;
        let writes = body
            .items
            .iter()
            .filter(|it| it.metadata.is_some() || it.content.is_some() || it.care.is_some());
        let written = writes.filter_map(|it| found.get(&it.component));
        self.require_for_all(db, written, Right::Write).await?;
        let mut surveyed = HashMap::new();
        for library in libraries.values() {
            let own: Vec<_> =
                found.values().filter(|it| it.library == library.id).cloned().collect();
            for it in self.survey(db, library, own).await? {
                surveyed.insert(it.component.id, it);
            }
        }
        let mut back = Back::default();
        for item in &body.items {
            let Some(component) = found.get(&item.component) else { continue };
            let place = libraries.get(&component.library).map_or("", |it| it.key.as_str());
            let pointer = format!("/{place}/{}", component.key);
            match surveyed.remove(&item.component) {
                Some(it) if !component.deleted => self.go_back(&mut back, item, it, &pointer)?,
                _ => back.changed_since.push(Violation::new(
                    pointer,
                    "deleted",
                    format!("`{}` is deleted", component.key),
                )),
            }
        }
        Ok(back)
    }

    fn go_back(&self, back: &mut Back, item: &KeptItem, it: Surveyed, pointer: &str) -> Result<()> {
        let key = it.component.key.clone();
        let mut changed = |what: &str| {
            let message = format!("{what} of `{key}` was changed since");
            back.changed_since.push(Violation::new(pointer, "changed", message));
        };
        let mut touched = false;
        let mut to = it.head;
        for (what, kept, stands) in [
            ("the metadata", item.metadata, &mut to.metadata),
            ("the text", item.content, &mut to.content),
        ] {
            let Some((before, after)) = kept else { continue };
            if *stands == after {
                *stands = before;
            } else if *stands != before {
                changed(what);
            }
        }
        if (to.metadata, to.content) != (it.head.metadata, it.head.content) {
            touched = true;
            back.landings.push(Landing {
                component: it.component.clone(),
                language: it.language.clone(),
                head: Some(it.head),
                content: to.content,
                metadata: to.metadata,
                source: it.head.source,
                merge_parent: None,
                documents: Vec::new(),
            });
        }
        if let Some((before, after)) = item.care {
            if it.care == after {
                touched = true;
                back.cared.push((it.component.clone(), after, before));
            } else if it.care != before {
                changed("the steward or review date");
            }
        }
        if let Some((step, from)) = item.step {
            if !self.may(it.component.library, step.needs(from)) {
                return Err(Error::forbidden(format!(
                    "undoing this needs the right to {} in the library of `{key}`",
                    step.needs(from)
                )));
            }
            let stepping = |step| Stepping {
                component: it.component.clone(),
                head: it.head,
                step,
                from: it.state,
            };
            match step {
                Transition::Retire if it.component.retired => {
                    touched = true;
                    back.steps.push(stepping(Transition::Reinstate));
                }
                Transition::Reinstate if !it.component.retired => {
                    touched = true;
                    back.steps.push(stepping(Transition::Retire));
                }
                Transition::Retire | Transition::Reinstate => {}
                // The documents before have the state that they had.
                _ if item.metadata.is_some() || item.content.is_some() => {}
                _ if it.state == super::plan::led_to(step) => {
                    touched = true;
                    back.restored.push((stepping(step), from));
                }
                _ if it.state == from => {}
                _ => changed("the state"),
            }
        }
        if touched {
            back.touched.insert(it.component.id);
            back.edits.push(Edit::of(it));
        }
        Ok(())
    }

    async fn restore_states(
        &self,
        tx: &Transaction,
        restored: Vec<(Stepping, State)>,
        occasion: &Occasion,
    ) -> Result<()> {
        let mut reviewed = Vec::new();
        for (stepping, state) in restored {
            let undone = format!("undo {}", stepping.step.as_str());
            let event = stepping.note(tx, &undone, None, occasion).await?;
            reviewed.push(stepping.review(state, event, occasion));
        }
        reviews::record_many(tx, &reviewed).await
    }
}

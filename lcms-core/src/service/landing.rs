//! Making many versions heads in one step: what a merge and a revert do once it is decided which
//! version each component shall have.
//!
//! The documents were checked when they were saved, but what they hold may have changed since:
//! every slot is checked against what stands there now and what lands with it, and cycles are
//! refused. Everything is read and written in bulk.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Session;
use super::save::{count_of, is_strings};
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, Content, Digest, EventKind, Head, Kind, Language, LinkPolicy, Revision,
    RevisionId, Slot, UserId, View, Violation,
};
use crate::store::events::{self, NewEvent};
use crate::store::{Connection, Transaction, components, documents, heads, landing, usage};

/// A version that a component shall have.
#[derive(Clone, Debug)]
pub(super) struct Landing {
    pub component: Component,
    pub language: Language,
    /// What stands there now; the revision made is based on it.
    pub head: Option<Head>,
    pub content: Digest,
    pub metadata: Digest,
    pub source: Option<Digest>,
    /// The revision whose changes it takes in.
    pub merge_parent: Option<RevisionId>,
    /// Documents that are not stored yet.
    pub documents: Vec<(Digest, Vec<u8>)>,
}

/// Why versions land: what all their revisions and events say.
#[derive(Clone, Debug)]
pub(super) struct Occasion {
    pub actor: UserId,
    pub time: OffsetDateTime,
    pub message: String,
    /// Detail of the events.
    pub detail: Value,
}

/// A landing whose slots were read and checked.
struct Checked {
    landing: Landing,
    slots: Slots,
}

/// What is known about a version's slots.
enum Slots {
    /// The content stays as it is, with so many.
    Kept(u32),
    Read(Vec<Slot>),
}

impl Session {
    /// Refuses versions that may not land together, once the deletion of these components is
    /// undone; changes nothing.
    pub(super) async fn check_landings(
        &self,
        db: &impl Connection,
        landings: &[Landing],
        undeleted: &[ComponentId],
    ) -> Result<()> {
        checked(db, &self.view, landings.to_vec(), undeleted).await.map(drop)
    }

    /// Makes these versions heads of the branch looked at: a revision and an event each. What
    /// stands there now was read in the same transaction.
    pub(super) async fn land(
        &self,
        tx: &Transaction,
        landings: Vec<Landing>,
        occasion: &Occasion,
    ) -> Result<Vec<Revision>> {
        let checked = checked(tx, &self.view, landings, &[]).await?;
        let ids: Vec<_> = checked.iter().map(|it| it.landing.component.id).collect();
        let mut numbers = landing::last_numbers(tx, &ids).await?;
        let first = events::next_numbers(tx, checked.len()).await?;
        let mut new_documents = Vec::new();
        let mut stored = Vec::with_capacity(checked.len());
        let mut log = Vec::with_capacity(checked.len());
        for (place, Checked { mut landing, slots }) in (first.0..).zip(checked) {
            new_documents.append(&mut landing.documents);
            let number = numbers.entry(landing.component.id).or_default();
            *number += 1;
            let revision = Revision {
                id: RevisionId::new(),
                component: landing.component.id,
                number: *number,
                content: landing.content,
                metadata: landing.metadata,
                language: landing.language,
                branch: self.view.branch(),
                parent: landing.head.map(|head| head.revision),
                merge_parent: landing.merge_parent,
                source: landing.source,
                author: occasion.actor,
                message: occasion.message.clone(),
                created: occasion.time,
                event: crate::model::EventNumber(place),
            };
            log.push(NewEvent {
                library: Some(landing.component.library),
                component: Some(landing.component.id),
                revision: Some(revision.id),
                detail: occasion.detail.clone(),
                ..NewEvent::new(EventKind::RevisionSaved, occasion.time, occasion.actor)
            });
            stored.push((revision, landing.head, slots));
        }
        for (digest, _) in &new_documents {
            documents::refuse_redacted(tx, *digest).await?;
        }
        landing::put_documents(tx, &new_documents).await?;
        let revisions: Vec<_> = stored.iter().map(|(revision, _, _)| revision.clone()).collect();
        components::insert_revisions(tx, &revisions).await?;
        let new_heads: Vec<_> = stored
            .iter()
            .map(|(revision, _, slots)| {
                let count = match slots {
                    Slots::Kept(count) => *count,
                    Slots::Read(slots) => count_of(slots),
                };
                (revision.clone(), count)
            })
            .collect();
        landing::set_heads(tx, &new_heads).await?;
        for (revision, head, slots) in &stored {
            let own = head.filter(|head| head.branch == revision.branch);
            match slots {
                Slots::Kept(_) if own.is_some() => {} // where-used stays as it is
                Slots::Kept(0) => {}
                Slots::Kept(_) => {
                    let slots = documents::slots(tx, revision.content).await?;
                    usage::record(tx, revision, &slots, false).await?;
                }
                Slots::Read(slots) => {
                    let had = own.is_some_and(|own| !own.is_leaf());
                    usage::record(tx, revision, slots, had).await?;
                }
            }
        }
        events::insert_many(tx, first, log).await?;
        Ok(revisions)
    }
}

/// Reads the slots of what lands and checks them.
async fn checked(
    db: &impl Connection,
    view: &View,
    landings: Vec<Landing>,
    undeleted: &[ComponentId],
) -> Result<Vec<Checked>> {
    let changed: Vec<_> = landings.iter().filter(|it| kept_slots(it).is_none()).collect();
    let unwritten: HashMap<_, _> = changed
        .iter()
        .flat_map(|it| &it.documents)
        .map(|(digest, body)| (*digest, body.as_slice()))
        .collect();
    let wanted: Vec<_> =
        changed.iter().map(|it| it.content).filter(|d| !unwritten.contains_key(d)).collect();
    let bodies = documents::get_all(db, &wanted).await?;
    let mut read = HashMap::new();
    for it in changed {
        let body = unwritten.get(&it.content).copied();
        let body = body.or_else(|| bodies.get(&it.content).map(Vec::as_slice));
        let body = body.ok_or_else(|| documents::missing(it.content))?;
        read.insert(it.content, slots_in(it.content, body)?);
    }
    drop(unwritten);
    let checked: Vec<_> = landings
        .into_iter()
        .map(|landing| {
            let slots = match (kept_slots(&landing), read.get(&landing.content)) {
                (Some(count), _) => Slots::Kept(count),
                _ if is_strings(&landing.component, landing.source) => Slots::Read(Vec::new()),
                (None, slots) => Slots::Read(slots.cloned().unwrap_or_default()),
            };
            Checked { landing, slots }
        })
        .collect();
    let mut violations = refer_to_what_stands(db, view, &checked, undeleted).await?;
    if violations.is_empty() {
        violations = hold_themselves(db, view, &checked).await?;
    }
    if violations.is_empty() {
        Ok(checked)
    } else {
        Err(Error::conflict("the result would break rules, so nothing was done")
            .with_violations(violations))
    }
}

/// How many slots it has, when its content is what stands there already.
fn kept_slots(landing: &Landing) -> Option<u32> {
    landing.head.filter(|head| head.content == landing.content)?.slots
}

fn slots_in(digest: Digest, body: &[u8]) -> Result<Vec<Slot>> {
    let content = Content::from_stored(body).map_err(|violations| {
        Error::internal(format!("document {digest} cannot be read by this version"), "form")
            .with_violations(violations)
    })?;
    Ok(content.slots())
}

/// Slots that hold what is deleted, or has no version here even after the landing.
async fn refer_to_what_stands(
    db: &impl Connection,
    view: &View,
    checked: &[Checked],
    undeleted: &[ComponentId],
) -> Result<Vec<Violation>> {
    let slots = || checked.iter().flat_map(|it| it.read().iter().map(move |slot| (it, slot)));
    let children: HashSet<_> = slots().map(|(_, slot)| slot.component).collect();
    let children: Vec<_> = children.into_iter().collect();
    let found = components::by_ids(db, &children).await?;
    let landed: HashMap<_, _> =
        checked.iter().map(|it| (it.landing.component.id, &it.landing.component)).collect();
    let out_of_view = heads::out_of_view(db, view, &children).await?;
    let mut violations = Vec::new();
    for (it, slot) in slots() {
        let child = landed.get(&slot.component).copied().or_else(|| found.get(&slot.component));
        let (rule, reason) = match child {
            None => ("reference", "is not there".to_owned()),
            Some(child) if child.deleted && !undeleted.contains(&child.id) => {
                ("deleted", format!("`{}` is deleted", child.key))
            }
            Some(child)
                if out_of_view.contains(&child.id)
                    && !landed.contains_key(&child.id)
                    && matches!(slot.policy, LinkPolicy::Latest | LinkPolicy::Approved) =>
            {
                ("branch", format!("`{}` has no version on this branch", child.key))
            }
            Some(_) => continue,
        };
        violations.push(Violation::new(
            format!("/{}/slots/{}", it.landing.component.key, slot.id),
            rule,
            format!("what `{}` holds there: {reason}", it.landing.component.key),
        ));
    }
    Ok(violations)
}

/// Components that would become part of themselves. Only modules hold their own kind, and only
/// texts hold texts, so only these are followed.
async fn hold_themselves(
    db: &impl Connection,
    view: &View,
    checked: &[Checked],
) -> Result<Vec<Violation>> {
    let nests = |kind: Kind| matches!(kind, Kind::Module | Kind::Topic | Kind::Question);
    let begin: Vec<_> = checked
        .iter()
        .filter(|it| nests(it.landing.component.kind) && !it.read().is_empty())
        .collect();
    let Some(language) = begin.first().map(|it| it.landing.language.clone()) else {
        return Ok(Vec::new());
    };
    // What each holds, first of what lands, then of what stands, level by level.
    let mut holds: HashMap<ComponentId, Vec<ComponentId>> = begin
        .iter()
        .map(|it| (it.landing.component.id, it.read().iter().map(|s| s.component).collect()))
        .collect();
    let mut level: HashSet<_> = holds.values().flatten().copied().collect();
    loop {
        level.retain(|id| !holds.contains_key(id));
        if level.is_empty() {
            break;
        }
        let ids: Vec<_> = level.iter().copied().collect();
        let kinds = components::by_ids(db, &ids).await?;
        let nesting: Vec<_> =
            ids.iter().copied().filter(|id| kinds.get(id).is_some_and(|c| nests(c.kind))).collect();
        let found = heads::of_many(db, view, &nesting, &language).await?;
        let contents: Vec<_> =
            found.values().filter(|head| !head.is_leaf()).map(|head| head.content).collect();
        let bodies = documents::get_all(db, &contents).await?;
        let mut next = HashSet::new();
        for id in ids {
            let head = found.get(&id).filter(|head| !head.is_leaf());
            let slots = match head {
                Some(head) => match bodies.get(&head.content) {
                    Some(body) => slots_in(head.content, body)?,
                    None => return Err(documents::missing(head.content)),
                },
                None => Vec::new(),
            };
            next.extend(slots.iter().map(|slot| slot.component));
            holds.insert(id, slots.into_iter().map(|slot| slot.component).collect());
        }
        level = next;
    }
    let reaches_itself = |start: ComponentId| {
        let mut seen = HashSet::new();
        let mut waiting = holds.get(&start).cloned().unwrap_or_default();
        while let Some(id) = waiting.pop() {
            if id == start {
                return true;
            }
            if seen.insert(id) {
                waiting.extend(holds.get(&id).into_iter().flatten());
            }
        }
        false
    };
    Ok(begin
        .iter()
        .map(|it| &it.landing.component)
        .filter(|component| reaches_itself(component.id))
        .map(|component| {
            Violation::new(
                format!("/{}", component.key),
                "cycle",
                format!("`{}` would become part of itself", component.key),
            )
        })
        .collect())
}

impl Checked {
    fn read(&self) -> &[Slot] {
        match &self.slots {
            Slots::Kept(_) => &[],
            Slots::Read(slots) => slots,
        }
    }
}

impl Occasion {
    /// An occasion whose events say what brought them about.
    pub(super) fn new(session: &Session, message: String, detail: Value) -> Self {
        let detail = if detail.is_null() { json!({}) } else { detail };
        Self { actor: session.actor.id(), time: crate::store::now(), message, detail }
    }
}

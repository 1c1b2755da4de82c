//! Carrying out what was worked out: everything in the transaction of one command, kept as one
//! edit with what stood before.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::{Error, Result};
use crate::model::{
    BranchId, Care, Component, ComponentId, Digest, EditId, EventKind, EventNumber, Head, Language,
    LibraryId, Metadata, RevisionId, RuleVersionId, State, Transition,
};
use crate::service::Session;
use crate::service::landing::{Landing, Occasion};
use crate::service::survey::Surveyed;
use crate::store::edits::{self, KeptEdit};
use crate::store::events::{self, NewEvent};
use crate::store::reviews::{self, Review};
use crate::store::{Transaction, care, components};

/// What is to become of one component.
pub(in crate::service) struct Edit {
    pub component: Component,
    pub language: Language,
    pub head: Head,
    /// Its metadata, if that changes.
    pub metadata: Option<Metadata>,
    /// Its document, if that changes.
    pub content: Option<(Digest, Vec<u8>)>,
    /// Its care before and after, if that changes.
    pub care: Option<(Care, Care)>,
    /// A step, and the state that it leaves.
    pub step: Option<(Transition, State)>,
}

impl Edit {
    /// An edit that changes nothing yet.
    pub(in crate::service) fn of(it: Surveyed) -> Self {
        let Surveyed { component, language, head, .. } = it;
        Self { component, language, head, metadata: None, content: None, care: None, step: None }
    }
}

/// What an edit changed, as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::service) struct KeptBody {
    pub branch: BranchId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<KeptRule>,
    pub items: Vec<KeptItem>,
}

/// A vocabulary that changed with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::service) struct KeptRule {
    pub library: LibraryId,
    pub before: Option<RuleVersionId>,
    pub after: RuleVersionId,
}

/// A component that changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::service) struct KeptItem {
    pub component: ComponentId,
    pub language: Language,
    /// Its metadata before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<(Digest, Digest)>,
    /// Its document before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<(Digest, Digest)>,
    /// Its care before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub care: Option<(Care, Care)>,
    /// The step taken, and the state it left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<(Transition, State)>,
}

impl Session {
    /// Carries out edits of different components, read in the same transaction.
    pub(in crate::service) async fn carry_out(
        &self,
        tx: &Transaction,
        edits: Vec<Edit>,
        rules: Vec<KeptRule>,
        message: String,
    ) -> Result<EditId> {
        let id = EditId::new();
        let occasion = Occasion::new(self, message, json!({ "edit": id }));
        self.note_edit(tx, EventKind::ComponentsEdited, id, &edits, &occasion).await?;
        let mut landings = Vec::new();
        let mut items = Vec::with_capacity(edits.len());
        let mut cared = Vec::new();
        let mut stepped = Vec::new();
        for edit in edits {
            let Edit { component, language, mut head, metadata, content, care, step } = edit;
            let mut item = KeptItem {
                component: component.id,
                language: language.clone(),
                metadata: None,
                content: None,
                care,
                step,
            };
            let stood = head;
            let mut documents = Vec::new();
            if let Some(metadata) = metadata {
                let (digest, body) = Digest::of_document(&metadata);
                item.metadata = Some((stood.metadata, digest));
                documents.push((digest, body));
                head.metadata = digest;
            }
            if let Some((digest, body)) = content {
                item.content = Some((stood.content, digest));
                documents.push((digest, body));
                head.content = digest;
            }
            if !documents.is_empty() {
                landings.push(Landing {
                    component: component.clone(),
                    language,
                    head: Some(stood),
                    content: head.content,
                    metadata: head.metadata,
                    source: head.source,
                    merge_parent: None,
                    documents,
                });
            }
            if let Some((before, after)) = care {
                cared.push((component.clone(), before, after));
            }
            if let Some((step, from)) = step {
                stepped.push(Stepping { component, head, step, from });
            }
            items.push(item);
        }
        // Equal documents are stored once; a statement must not name one twice.
        let mut seen = HashSet::new();
        for landing in &mut landings {
            landing.documents.retain(|(digest, _)| seen.insert(*digest));
        }
        let landed = self.land(tx, landings, &occasion).await?;
        let revisions = landed.into_iter().map(|it| (it.component, it.id)).collect();
        self.give_care(tx, cared, &occasion).await?;
        self.take_steps(tx, stepped, &revisions, &occasion).await?;
        let body = KeptBody { branch: self.view.branch(), rules, items };
        let body = serde_json::to_string(&body)
            .map_err(|error| Error::internal("an edit cannot be written", error))?;
        let kept = KeptEdit {
            id,
            actor: occasion.actor,
            message: occasion.message.clone(),
            body,
            created: occasion.time,
            undone: None,
        };
        edits::keep(tx, &kept).await?;
        Ok(id)
    }

    /// One event for each library that is touched.
    pub(super) async fn note_edit(
        &self,
        tx: &Transaction,
        kind: EventKind,
        id: EditId,
        edits: &[Edit],
        occasion: &Occasion,
    ) -> Result<()> {
        let mut counts = BTreeMap::<LibraryId, usize>::new();
        for edit in edits {
            *counts.entry(edit.component.library).or_default() += 1;
        }
        for (library, components) in counts {
            let event = NewEvent {
                library: Some(library),
                detail: json!({"edit": id, "components": components}),
                ..NewEvent::new(kind, occasion.time, occasion.actor)
            };
            events::append(tx, event).await?;
        }
        Ok(())
    }

    pub(super) async fn give_care(
        &self,
        tx: &Transaction,
        cared: Vec<(Component, Care, Care)>,
        occasion: &Occasion,
    ) -> Result<()> {
        let said = |care: Care| care::Said { care, time: occasion.time };
        let given: Vec<_> =
            cared.iter().map(|(component, _, to)| (component.id, said(*to))).collect();
        care::put(tx, &given).await?;
        for (component, from, to) in cared {
            let mut detail = occasion.detail.clone();
            detail["from"] = json!(from);
            detail["to"] = json!(to);
            let event = NewEvent {
                library: Some(component.library),
                component: Some(component.id),
                detail,
                ..NewEvent::new(EventKind::CareChanged, occasion.time, occasion.actor)
            };
            events::append(tx, event).await?;
        }
        Ok(())
    }

    pub(super) async fn take_steps(
        &self,
        tx: &Transaction,
        steps: Vec<Stepping>,
        revisions: &BTreeMap<ComponentId, RevisionId>,
        occasion: &Occasion,
    ) -> Result<()> {
        let mut reviewed = Vec::new();
        for stepping in steps {
            let step = stepping.step;
            let revision = revisions.get(&stepping.component.id).copied();
            let event = stepping.note(tx, step.as_str(), revision, occasion).await?;
            let state = match step {
                Transition::Submit => State::InReview,
                Transition::Withdraw => State::Draft,
                Transition::Approve => State::Approved,
                Transition::Retire | Transition::Reinstate => {
                    let retired = step == Transition::Retire;
                    components::update(tx, &Component { retired, ..stepping.component }).await?;
                    continue;
                }
            };
            reviewed.push(stepping.review(state, event, occasion));
        }
        reviews::record_many(tx, &reviewed).await
    }
}

/// A step about to be taken by what stands in `head`.
pub(super) struct Stepping {
    pub(super) component: Component,
    pub(super) head: Head,
    pub(super) step: Transition,
    pub(super) from: State,
}

impl Stepping {
    /// Records the step under the name that it has here. It concerns what stands there, unless
    /// another revision was made in the same edit.
    pub(super) async fn note(
        &self,
        tx: &Transaction,
        step: &str,
        revision: Option<RevisionId>,
        occasion: &Occasion,
    ) -> Result<EventNumber> {
        let mut detail = occasion.detail.clone();
        detail["step"] = json!(step);
        detail["from"] = json!(self.from.as_str());
        let event = NewEvent {
            library: Some(self.component.library),
            component: Some(self.component.id),
            revision: Some(revision.unwrap_or(self.head.revision)),
            detail,
            ..NewEvent::new(EventKind::StateChanged, occasion.time, occasion.actor)
        };
        events::append(tx, event).await
    }

    /// The review that says in which state the documents are since that event.
    pub(super) fn review(&self, state: State, event: EventNumber, occasion: &Occasion) -> Review {
        Review {
            component: self.component.id,
            content: self.head.content,
            metadata: self.head.metadata,
            state,
            actor: occasion.actor,
            time: occasion.time,
            event,
        }
    }
}

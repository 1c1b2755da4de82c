//! The one path by which a revision comes to be.

use serde::Serialize;
use time::OffsetDateTime;

use super::Saved;
use super::uses::{by_target, find_targets, ids_alone, refuse_cycle};
use crate::error::{Error, ErrorKind, Result};
use crate::model::content::Use;
use crate::model::{
    Component, Content, Digest, EventKind, Head, Language, Metadata, Revision, RevisionId, Slot,
    State, UserId,
};
use crate::service::Session;
use crate::store::events::{self, NewEvent};
use crate::store::{
    Connection, Transaction, components, documents, heads, reviews, standing, usage,
};

/// A document of a new revision.
pub(in crate::service) enum Document<T> {
    /// Written for it.
    New(T),
    /// Written for it, and what it uses was found when it was read.
    Read(T, Vec<Use>),
    /// Stored already, for another component.
    Stored(Digest),
    /// As the head has it.
    Same,
}

/// A new revision and what it goes on from.
pub(in crate::service) struct Draft {
    pub component: Component,
    pub language: Language,
    pub content: Document<Content>,
    pub metadata: Document<Metadata>,
    pub base: Option<RevisionId>,
    pub merge_parent: Option<RevisionId>,
    pub source: Option<Digest>,
    /// Whether the files it names must be there: a dry run comes before they are uploaded.
    pub holds_files: bool,
    pub message: String,
    pub actor: UserId,
    pub time: OffsetDateTime,
}

impl<T> Document<T> {
    /// The document and what it uses, found now when reading did not.
    fn with_uses(self, find: impl FnOnce(&T) -> Vec<Use>) -> (Self, Vec<Use>) {
        match self {
            Self::New(document) => {
                let uses = find(&document);
                (Self::New(document), uses)
            }
            Self::Read(document, uses) => (Self::New(document), uses),
            stored => (stored, Vec::new()),
        }
    }
}

impl Session {
    /// Stores documents, revision, head and event on the branch looked at; nothing when the head
    /// has these documents.
    pub(in crate::service) async fn store_revision(
        &self,
        tx: &Transaction,
        draft: Draft,
    ) -> Result<Saved> {
        let Draft { component, language, content, metadata, base, message, actor, time, .. } =
            draft;
        self.require_open(tx).await?;
        let is_new = base.is_none() && draft.source.is_none();
        let (content, uses) = content.with_uses(Content::uses);
        let targets = ids_alone(&uses).filter(|ids| ids.len() <= standing::MOST_TARGETS);
        let asks_held = base.is_some() && matches!(content, Document::New(_));
        let question = standing::Question {
            component: component.id,
            branch: self.view.branch(),
            language: &language,
            held: asks_held,
            targets: targets.as_deref().unwrap_or_default(),
        };
        let mut stands = standing::read(tx, question).await?.ok_or_else(|| gone(&component))?;
        self.refuse_moved(&component, &stands.component)?;
        let component = stands.component;
        let own = stands.own;
        let head = match is_new {
            true => None,
            false => self.base_head(tx, &component, &language, base, own).await?,
        };
        let same = || head.ok_or_else(|| Error::invalid("there is no revision to go on from"));

        let mut slots = None;
        let content = match content {
            Document::New(mut content) | Document::Read(mut content, _) => {
                let found = match targets {
                    Some(_) => by_target(std::mem::take(&mut stands.targets)),
                    None => {
                        find_targets(tx, component.library, uses.iter().map(|u| &u.target)).await?
                    }
                };
                let uses = self.resolve(tx, &component, head, &mut content, uses, &found).await?;
                let now = content.slots_of(&uses);
                refuse_cycle(tx, &self.view, &component, &now, &found, &language).await?;
                slots = Some(if is_strings(&component, draft.source) { Vec::new() } else { now });
                let stood = head.map(|head| head.content);
                let digest = put(tx, &content, stood, stands.redacted).await?;
                if draft.holds_files && stood != Some(digest) {
                    documents::hold_blobs(tx, &content).await?;
                }
                digest
            }
            Document::Stored(digest) => digest,
            Document::Same => same()?.content,
        };
        let metadata = match metadata {
            Document::New(metadata) | Document::Read(metadata, _) => {
                let stood = head.map(|head| head.metadata);
                let metadata = match draft.source {
                    None => {
                        self.settled(tx, &component, &language, metadata, stood, stands.ruled)
                            .await?
                    }
                    Some(_) => metadata, // the rules are about the library's own language
                };
                put(tx, &metadata, stood, stands.redacted).await?
            }
            Document::Stored(digest) => digest,
            Document::Same => same()?.metadata,
        };

        let state = match (component.retired, stands.reviewed) {
            (true, _) => State::Retired,
            (false, false) => State::Draft,
            (false, true) => reviews::state_of(tx, component.id, content, metadata).await?,
        };
        if let Some(head) = head
            && (head.content, head.metadata) == (content, metadata)
            && draft.merge_parent.is_none()
            && draft.source == head.source
        {
            let revision = existing(tx, head).await?;
            return Ok(Saved { component, revision, state, changed: false });
        }

        let revision = Revision {
            id: RevisionId::new(),
            component: component.id,
            number: stands.last_number + 1,
            content,
            metadata,
            language,
            branch: self.view.branch(),
            parent: base,
            merge_parent: draft.merge_parent,
            source: draft.source,
            author: actor,
            message,
            created: time,
            event: events::next_number(tx).await?,
        };
        components::insert_revision(tx, &revision).await?;
        let kept = own.filter(|own| own.content == revision.content);
        let count = match (&slots, kept.and_then(|kept| kept.slots)) {
            (_, Some(count)) => count,
            (Some(slots), None) => count_of(slots),
            (None, None) if is_strings(&component, draft.source) => 0,
            (None, None) => count_of(slots.insert(documents::slots(tx, revision.content).await?)),
        };
        match own {
            None => heads::insert(tx, &revision, count).await?,
            Some(_) => heads::advance(tx, &revision, count).await?,
        }
        if kept.is_none() {
            let slots = slots.as_deref().unwrap_or_default();
            if asks_held {
                usage::record_over(tx, &revision, slots, &stands.held).await?;
            } else {
                let had = own.is_some_and(|own| !own.is_leaf());
                usage::record(tx, &revision, slots, had).await?;
            }
        }
        let kind = match is_new {
            false => EventKind::RevisionSaved,
            true => EventKind::ComponentCreated,
        };
        let event = NewEvent {
            library: Some(component.library),
            component: Some(component.id),
            revision: Some(revision.id),
            ..NewEvent::new(kind, time, actor)
        };
        events::insert(tx, revision.event, event).await?;
        Ok(Saved { component, revision, state, changed: true })
    }

    /// Refuses a component that is not where the rights were checked, or is deleted by now.
    fn refuse_moved(&self, asked: &Component, stands: &Component) -> Result<()> {
        if stands.library != asked.library {
            self.lcms.recent().forget_component(asked.id);
            let message = format!("`{}` was moved to another library meanwhile", asked.key);
            return Err(Error::conflict(message).hint("try again"));
        }
        if stands.deleted {
            let message = format!("`{}` is deleted", stands.key);
            return Err(Error::conflict(message).hint("restore it first"));
        }
        Ok(())
    }

    /// The head that a change goes on from, which must still be its base. `own` is the branch's
    /// own: one that it takes from below is not moved, the branch gets one of its own.
    async fn base_head(
        &self,
        tx: &Transaction,
        component: &Component,
        language: &Language,
        base: Option<RevisionId>,
        own: Option<Head>,
    ) -> Result<Option<Head>> {
        let has_layers_below = self.view.layers().len() > 1;
        let head = match own {
            None if has_layers_below || base.is_none() => {
                heads::of(tx, &self.view, component.id, language).await?
            }
            own => own,
        };
        match (base, head) {
            (None, None) => Ok(None),
            (Some(base), Some(head)) if head.revision == base => Ok(Some(head)),
            (Some(base), _) => Err(stale(component, base)),
            (None, Some(head)) => Err(stale(component, head.revision)),
        }
    }
}

/// Stores a document, unless it is the one that stood.
async fn put(
    tx: &Transaction,
    document: &impl Serialize,
    stood: Option<Digest>,
    may_be_redacted: bool,
) -> Result<Digest> {
    let (digest, body) = Digest::of_document(document);
    if stood != Some(digest) {
        if may_be_redacted {
            documents::refuse_redacted(tx, digest).await?;
        }
        documents::put(tx, digest, body).await?;
    }
    Ok(digest)
}

/// The refusal of a change that was based on a revision which is no longer the head.
pub(in crate::service) fn stale(component: &Component, base: RevisionId) -> Error {
    Error::new(
        ErrorKind::StaleBase,
        format!("`{}` was changed since revision {base}; nothing was done", component.key),
    )
    .hint("read the component again, apply your change to it and save with its new revision")
}

/// Whether a revision is the strings of a structure alone, made from `source`: what it holds is
/// the source's.
pub(in crate::service) fn is_strings(component: &Component, source: Option<Digest>) -> bool {
    source.is_some() && component.kind.is_structural()
}

pub(in crate::service) fn count_of(slots: &[Slot]) -> u32 {
    u32::try_from(slots.len()).unwrap_or(u32::MAX)
}

fn gone(component: &Component) -> Error {
    Error::not_found(format!("there is no component `{}` any more", component.key))
}

async fn existing(db: &impl Connection, head: Head) -> Result<Revision> {
    components::revision(db, head.revision)
        .await?
        .ok_or_else(|| Error::internal("a head names no revision", head.revision.to_string()))
}

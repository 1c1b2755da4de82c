//! What libraries ask of metadata: put in place, looked up, and heeded by saves and reviews.
//!
//! Vocabularies and schemas belong to a library and hold on every branch at once, so they are no
//! components: a branch must not have its own idea of what may be approved. Every state they were
//! in stays, with who did it and why. The rules are found by the event that last changed them,
//! which a save asks for together with everything else.

mod schemas;
mod vocabularies;

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use utoipa::ToSchema;

pub use schemas::{SaveSchema, SchemaName, SchemaReport, SchemaView, Wanting};
pub use vocabularies::{
    EditTerms, SaveVocabulary, TermTouched, UnknownValue, VocabularyBrief, VocabularyReport,
    VocabularyView,
};

use super::Session;
use super::branches::Change as BranchVersion;
use super::components::state_at;
use crate::error::{Error, ErrorKind, Result};
use crate::model::{
    Component, Digest, EventKind, EventNumber, Language, Library, LibraryId, LibraryRule,
    LibraryRules, Metadata, MetadataSchema, Revision, RuleSubject, RuleVersionId, State,
    Transition, UserId, Violation, Vocabulary,
};
use crate::store::events::NewEvent;
use crate::store::library_rules::{self, RuleVersion};
use crate::store::{Connection, Transaction, care, documents, events, now};

/// A state of a vocabulary or schema: who put it in place, when and why.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RuleState {
    /// What names it; a change names the one it is based on.
    pub version: RuleVersionId,
    /// Its place among the states, from 1.
    pub number: u32,
    /// Who.
    pub author: UserId,
    /// Why.
    pub message: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub created: OffsetDateTime,
    /// The event that recorded it.
    pub event: EventNumber,
    /// Whether it was taken away with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

impl From<&RuleVersion> for RuleState {
    fn from(of: &RuleVersion) -> Self {
        Self {
            version: of.id,
            number: of.number,
            author: of.author,
            message: of.message.clone(),
            created: of.created,
            event: of.event,
            removed: of.body.is_none(),
        }
    }
}

/// A vocabulary, schema or list of synonyms to be put in place, or to be taken away.
pub(super) struct Change {
    pub(super) library: LibraryId,
    pub(super) subject: RuleSubject,
    pub(super) name: String,
    pub(super) body: Option<String>,
    pub(super) message: String,
}

fn document<T: DeserializeOwned>(of: &RuleVersion, body: &str) -> Result<T> {
    serde_json::from_str(body).map_err(|error| {
        let what = format!("the {} `{}` cannot be read by this version", of.subject, of.name);
        Error::internal(what, error)
    })
}

fn rule(of: &RuleVersion) -> Result<Option<LibraryRule>> {
    let Some(body) = &of.body else { return Ok(None) };
    Ok(Some(match of.subject {
        RuleSubject::Vocabulary => {
            let unreadable = |error| Error::internal("the database holds an unreadable key", error);
            let key = of.name.parse().map_err(unreadable)?;
            LibraryRule::Vocabulary(key, document::<Vocabulary>(of, body)?)
        }
        RuleSubject::Schema => {
            let SchemaName(kind) = of.name.parse()?;
            LibraryRule::Schema(kind, document::<MetadataSchema>(of, body)?)
        }
        RuleSubject::Synonyms => return Ok(None), // a matter of searches, not of metadata
    }))
}

pub(super) async fn read_all(db: &impl Connection, library: LibraryId) -> Result<Vec<LibraryRule>> {
    let newest = library_rules::newest(db, library).await?;
    newest.iter().filter_map(|of| rule(of).transpose()).collect()
}

/// The newest state of one of them, unless it was taken away or never there.
pub(super) async fn standing(
    db: &impl Connection,
    library: LibraryId,
    subject: RuleSubject,
    name: &str,
) -> Result<(Option<RuleVersion>, u32)> {
    let all = library_rules::history(db, library, subject, name).await?;
    let newest = all.into_iter().next();
    let number = newest.as_ref().map_or(0, |newest| newest.number);
    Ok((newest.filter(|newest| newest.body.is_some()), number))
}

/// Puts a state in place over the one that `base` names.
pub(super) async fn put(
    tx: &Transaction,
    change: Change,
    base: Option<RuleVersionId>,
    author: UserId,
) -> Result<RuleVersion> {
    let Change { library, subject, name, body, message } = change;
    let (stands, number) = standing(tx, library, subject, &name).await?;
    let found = stands.map(|stands| stands.id);
    if found != base {
        let message = match (found, base) {
            (Some(_), None) => format!("there is a {subject} `{name}` already"),
            _ => format!("the {subject} `{name}` was changed since; nothing was done"),
        };
        let kind = if base.is_none() { ErrorKind::Conflict } else { ErrorKind::StaleBase };
        return Err(Error::new(kind, message)
            .hint("read it again, apply your change to it and name its new version"));
    }
    let created = now();
    let mut new = RuleVersion {
        id: RuleVersionId::new(),
        library,
        subject,
        name,
        number: number + 1,
        body,
        author,
        message,
        created,
        event: EventNumber(0), // until it is known
    };
    new.event = events::append(tx, event_of(&new, created, author)).await?;
    library_rules::put(tx, &new).await?;
    Ok(new)
}

/// The event that records a state.
pub(super) fn event_of(new: &RuleVersion, time: OffsetDateTime, actor: UserId) -> NewEvent {
    let kind = match new.subject {
        RuleSubject::Vocabulary | RuleSubject::Schema => EventKind::RulesChanged,
        RuleSubject::Synonyms => EventKind::SynonymsChanged,
    };
    let RuleVersion { library, subject, name, number, body, .. } = new;
    NewEvent {
        library: Some(*library),
        detail: serde_json::json!({
            "subject": subject, "name": name, "number": number, "removed": body.is_none(),
        }),
        ..NewEvent::new(kind, time, actor)
    }
}

impl Session {
    /// The states that a rule was in, newest first.
    async fn rule_history(
        &self,
        library: &Library,
        subject: RuleSubject,
        name: &str,
    ) -> Result<Vec<RuleState>> {
        let db = self.lcms.store().reader();
        let all = library_rules::history(db, library.id, subject, name).await?;
        Ok(all.iter().map(RuleState::from).collect())
    }

    /// Puts a state in place over the one that `base` names.
    async fn put_rule(&self, change: Change, base: Option<RuleVersionId>) -> Result<RuleVersionId> {
        let author = self.actor.id();
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { Ok(put(tx, change, base, author).await?.id) }))
            .await
    }

    /// Takes a rule away; answers whether there was one.
    async fn remove_rule(
        &self,
        library: &Library,
        subject: RuleSubject,
        name: &str,
        base: RuleVersionId,
    ) -> Result<bool> {
        let db = self.lcms.store().reader();
        if standing(db, library.id, subject, name).await?.0.is_none() {
            return Ok(false);
        }
        let (name, message) = (name.to_owned(), String::new());
        let change = Change { library: library.id, subject, name, body: None, message };
        self.put_rule(change, Some(base)).await?;
        Ok(true)
    }

    /// Takes a vocabulary or schema back to an earlier state, as a new one.
    pub(super) async fn put_back(
        &self,
        tx: &Transaction,
        stands: RuleVersionId,
        earlier: Option<RuleVersionId>,
        message: &str,
    ) -> Result<RuleVersion> {
        let gone = |id: RuleVersionId| Error::internal("a rule's state is gone", id.to_string());
        let now = library_rules::by_id(tx, stands).await?.ok_or_else(|| gone(stands))?;
        let body = match earlier {
            None => None,
            Some(id) => library_rules::by_id(tx, id).await?.ok_or_else(|| gone(id))?.body,
        };
        let (subject, message) = (now.subject, message.to_owned());
        let change = Change { library: now.library, subject, name: now.name, body, message };
        put(tx, change, Some(stands), self.actor.id()).await
    }

    /// The rules of a library as they stand.
    pub(super) async fn rules_of(
        &self,
        db: &impl Connection,
        library: &Library,
    ) -> Result<Arc<LibraryRules>> {
        match library_rules::last_event(db, library.id).await? {
            None => Ok(Arc::default()),
            Some(event) => self.rules_at(db, library.id, &library.language, event).await,
        }
    }

    /// The rules of a library as that event, the last about them, left them.
    async fn rules_at(
        &self,
        db: &impl Connection,
        library: LibraryId,
        language: &Language,
        event: EventNumber,
    ) -> Result<Arc<LibraryRules>> {
        if let Some(rules) = self.lcms.recent().rules(library, event) {
            return Ok(rules);
        }
        // What a transaction sees is remembered only once it is there for everybody.
        let reader = self.lcms.store().reader();
        if library_rules::last_event(reader, library).await? == Some(event) {
            let snapshot = self.lcms.store().snapshot().await?;
            if library_rules::last_event(&snapshot, library).await? == Some(event) {
                let rules =
                    Arc::new(LibraryRules::new(read_all(&snapshot, library).await?, language));
                self.lcms.recent().remember_rules(library, event, &rules);
                return Ok(rules);
            }
        }
        Ok(Arc::new(LibraryRules::new(read_all(db, library).await?, language)))
    }

    /// Metadata as the rules of the component's library want it. Metadata that stays as it is, is
    /// not looked at: a rule made since keeps nobody from correcting a text.
    pub(super) async fn settled(
        &self,
        tx: &Transaction,
        component: &Component,
        language: &Language,
        given: Metadata,
        stood: Option<Digest>,
        ruled: Option<EventNumber>,
    ) -> Result<Metadata> {
        let Some(ruled) = ruled else { return Ok(given) };
        if stood.is_some_and(|stood| Digest::of_document(&given).0 == stood) {
            return Ok(given);
        }
        let rules = self.rules_at(tx, component.library, language, ruled).await?;
        let settled = match (rules.settle(component.kind, given.clone(), None), stood) {
            (Err(_), Some(stood)) => {
                let before = documents::metadata(tx, stood).await?;
                rules.settle(component.kind, given, Some(&before))
            }
            (settled, _) => settled,
        };
        settled.map_err(unruly)
    }

    /// Refuses a step to a state that asks more of the metadata than there is.
    pub(super) async fn require_ready(
        &self,
        tx: &Transaction,
        component: &Component,
        library: &Library,
        revision: &Revision,
        step: Transition,
    ) -> Result<()> {
        let Some(state) = reached(step) else { return Ok(()) };
        let rules = self.rules_of(tx, library).await?;
        let metadata = documents::metadata(tx, revision.metadata).await?;
        let care = care::of(tx, component.id).await?;
        let lacking = rules.lacking(component.kind, &metadata, &care, state);
        if lacking.is_empty() {
            return Ok(());
        }
        let stands = state_at(tx, component, revision).await?;
        Err(Error::violations(
            format!(
                "`{}/{}` is {stands} and lacks what {state} asks for",
                library.key, component.key
            ),
            lacking,
        )
        .hint("fill in the metadata, save, and try again"))
    }
}

impl Session {
    /// Refuses a step of a branch's review while a version that the branch has lacks what the step
    /// asks for; each is named.
    pub(super) async fn require_all_ready(
        &self,
        tx: &Transaction,
        changes: &[BranchVersion],
        step: Transition,
    ) -> Result<()> {
        let Some(state) = reached(step) else { return Ok(()) };
        let libraries = self.libraries_by_id(tx).await?;
        let mut lacking = Vec::new();
        for BranchVersion { component, language, head, .. } in changes {
            let library = libraries.get(&component.library);
            let Some(library) = library.filter(|it| it.language == *language) else { continue };
            let rules = self.rules_of(tx, library).await?;
            let metadata = documents::metadata(tx, head.metadata).await?;
            let care = care::of(tx, component.id).await?;
            for it in rules.lacking(component.kind, &metadata, &care, state) {
                let pointer = format!("/{}/{}{}", library.key, component.key, it.pointer);
                lacking.push(Violation { pointer, ..it });
            }
        }
        if lacking.is_empty() {
            return Ok(());
        }
        let message = format!("the branch lacks what {state} asks for");
        Err(Error::violations(message, lacking).hint("fill in the metadata on the branch"))
    }
}

/// The state that a step asks more for.
pub(super) fn reached(step: Transition) -> Option<State> {
    match step {
        Transition::Submit => Some(State::InReview),
        Transition::Approve => Some(State::Approved),
        Transition::Withdraw | Transition::Retire | Transition::Reinstate => None,
    }
}

pub(super) fn unruly(violations: Vec<Violation>) -> Error {
    Error::violations("the metadata does not keep to the rules of the library", violations)
        .hint("`lcms schema list` and `lcms vocabulary list` show the rules")
}

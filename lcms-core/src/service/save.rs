//! Creating and saving components: the one path by which a revision comes to be.
//!
//! Documents are read, checked and packed before the writer is asked. Inside the transaction
//! references become ids, every slot is checked against what stands there now, and documents,
//! revision, head and event are stored together.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::model::content::{MAX_DOCUMENT_BYTES, Use};
use crate::model::{
    Codec, Component, ComponentId, Content, Digest, EventKind, Head, Key, Kind, Language, Library,
    LibraryId, Metadata, Revision, RevisionId, Right, Slot, State, Target, UserId, View, Violation,
};
use crate::store::accounts::EarlierRequest;
use crate::store::events::{self, NewEvent};
use crate::store::{
    Connection, Transaction, accounts, components, documents, heads, libraries, now, reviews,
    standing, usage,
};

/// A component to be created.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComponent {
    /// Id, when it comes from elsewhere.
    #[serde(default)]
    pub id: Option<ComponentId>,
    /// Key of the library it goes in.
    pub library: Key,
    /// Its key, unique in the library.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// The structure of the same library that it is local to: it is placed in this and what else
    /// is local to it only, and left out of lists and searches until it is promoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Target>,
    /// The content document; references may be keys or ids.
    #[schema(value_type = Object)]
    pub content: Value,
    /// The metadata document.
    #[serde(default = "empty")]
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// Why, in the author's words.
    #[serde(default)]
    pub message: String,
}

pub(super) fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// New documents for a component; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveComponent {
    /// The content document.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub content: Option<Value>,
    /// The metadata document.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub metadata: Option<Value>,
    /// Why, in the author's words.
    #[serde(default)]
    pub message: String,
}

/// What a save led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Saved {
    /// The component.
    pub component: Component,
    /// The revision that is now the head.
    pub revision: Revision,
    /// Where it stands.
    pub state: State,
    /// Whether a revision was made: saving what is there already makes none.
    pub changed: bool,
}

/// A document of a new revision.
pub(super) enum Document<T> {
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
pub(super) struct Draft {
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

impl Session {
    /// Creates a component with its first revision. With an idempotency key, the same request
    /// sent again answers what the first one did.
    ///
    /// # Errors
    /// When the actor may not write in the library, a document breaks a rule, a reference does
    /// not resolve, or key or id are taken.
    pub async fn create(&self, new: NewComponent, idempotency: Option<String>) -> Result<Saved> {
        let library = self.library_with(&new.library, Right::Write).await?;
        let request = Digest::of_document(&new).0;
        let (content, uses) = read_content(new.kind, new.content)?;
        let metadata = read_metadata(new.metadata)?;
        self.pack_blobs(&content).await?;
        let time = now();
        let owner = match &new.owner {
            Some(owner) => Some(self.owner_in(owner, &library).await?),
            None => None,
        };
        let component = Component {
            id: new.id.unwrap_or_else(ComponentId::new),
            library: library.id,
            key: new.key,
            kind: new.kind,
            retired: false,
            deleted: false,
            owner,
            created: time,
        };
        let draft = Draft {
            component,
            language: library.language.clone(),
            content: Document::Read(content, uses),
            metadata: Document::New(metadata),
            base: None,
            merge_parent: None,
            source: None,
            holds_files: true,
            message: new.message,
            actor: self.actor.id(),
            time,
        };
        let session = self.clone();
        let saved = self
            .lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    if let Some(key) = &idempotency
                        && let Some(earlier) =
                            accounts::earlier_request(tx, draft.actor, key).await?
                    {
                        return repeat(tx, key, request, &earlier).await;
                    }
                    let actor = draft.actor;
                    insert_component(tx, &library, &draft.component).await?;
                    let saved = session.store_revision(tx, draft).await?;
                    if let Some(key) = idempotency {
                        let outcome = saved.revision.id.to_string();
                        let earlier = EarlierRequest { request, outcome };
                        accounts::remember_request(tx, actor, &key, &earlier, time).await?;
                    }
                    Ok(saved)
                })
            })
            .await?;
        self.lcms.recent().remember_component(&saved.component);
        Ok(saved)
    }

    /// Saves new documents for a component, based on the revision that `base` names.
    ///
    /// # Errors
    /// [`ErrorKind::StaleBase`] when the head is another revision by now; otherwise as
    /// [`Session::create`].
    pub async fn save(
        &self,
        target: &Target,
        base: RevisionId,
        new: SaveComponent,
    ) -> Result<Saved> {
        let (component, library) = self.component_to_save(target).await?;
        let content = match new.content {
            Some(value) => {
                let (content, uses) = read_content(component.kind, value)?;
                self.pack_blobs(&content).await?;
                Document::Read(content, uses)
            }
            None => Document::Same,
        };
        let metadata = match new.metadata {
            Some(value) => Document::New(read_metadata(value)?),
            None => Document::Same,
        };
        let draft = Draft {
            component,
            language: library.language,
            content,
            metadata,
            base: Some(base),
            merge_parent: None,
            source: None,
            holds_files: true,
            message: new.message,
            actor: self.actor.id(),
            time: now(),
        };
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { session.store_revision(tx, draft).await }))
            .await
    }

    /// Makes sure that every blob a document names is there, packed as its media type wants.
    pub(super) async fn pack_blobs(&self, content: &Content) -> Result<()> {
        for (pointer, digest, media_type, size) in blob_uses(content) {
            let forms = self.lcms.packed_forms(digest).await?;
            let Some(form) = forms.first().copied() else {
                let message = format!("there is no blob {digest}; upload it first");
                return Err(refused(vec![Violation::new(pointer, "blob", message)]));
            };
            if size.is_some_and(|size| size != form.size) {
                let message = format!("blob {digest} has {} bytes", form.size);
                return Err(refused(vec![Violation::new(pointer, "blob_size", message)]));
            }
            let wanted = Codec::for_file(&media_type, form.size);
            if forms.iter().all(|form| form.codec != wanted) {
                let packed = self.lcms.blobs().repack(form, wanted).await?;
                self.record_blob(packed).await?;
            }
        }
        Ok(())
    }

    /// The component that a target names and its library, as far as a save needs them before its
    /// transaction: inside it, [`Session::store_revision`] looks again.
    async fn component_to_save(&self, target: &Target) -> Result<(Component, Library)> {
        let recent = self.lcms.recent();
        if let Some(component) = target.id().and_then(|id| recent.component(id))
            && let db = self.lcms.store().reader()
            && let Some(library) = recent.library(db, component.library).await?
            && self.require(&library, Right::Write).is_ok()
        {
            return Ok((component, library));
        }
        self.component_with(target, Right::Write).await
    }

    /// Stores documents, revision, head and event on the branch looked at; nothing when the head
    /// has these documents.
    pub(super) async fn store_revision(&self, tx: &Transaction, draft: Draft) -> Result<Saved> {
        let Draft { component, language, content, metadata, base, message, actor, time, .. } =
            draft;
        self.require_open(tx).await?;
        let is_new = base.is_none() && draft.source.is_none();
        let (content, uses) = match content {
            Document::New(content) => {
                let uses = content.uses();
                (Document::New(content), uses)
            }
            Document::Read(content, uses) => (Document::New(content), uses),
            stored => (stored, Vec::new()),
        };
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
        if stands.component.library != component.library {
            self.lcms.recent().forget_component(component.id);
            let message = format!("`{}` was moved to another library meanwhile", component.key);
            return Err(Error::conflict(message).hint("try again"));
        }
        let component = stands.component;
        if component.deleted {
            return Err(
                Error::conflict(format!("`{}` is deleted", component.key)).hint("restore it first")
            );
        }
        // A head that the branch takes from below is not moved: the branch gets one of its own.
        let own = stands.own;
        let head = match (base, own) {
            (None, _) if is_new => None,
            (None, own) => {
                let head = match own {
                    Some(own) => Some(own),
                    None => heads::of(tx, &self.view, component.id, &language).await?,
                };
                match head {
                    None => None,
                    Some(head) => return Err(stale(&component, head.revision)),
                }
            }
            (Some(base), own) => {
                let head = match own {
                    Some(own) => Some(own),
                    None if self.view.layers().len() == 1 => None,
                    None => heads::of(tx, &self.view, component.id, &language).await?,
                };
                Some(head.filter(|h| h.revision == base).ok_or_else(|| stale(&component, base))?)
            }
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
                let (digest, body) = Digest::of_document(&content);
                if head.is_none_or(|head| head.content != digest) {
                    if stands.redacted {
                        documents::refuse_redacted(tx, digest).await?;
                    }
                    if draft.holds_files {
                        documents::hold_blobs(tx, &content).await?;
                    }
                    documents::put(tx, digest, body).await?;
                }
                digest
            }
            Document::Stored(digest) => digest,
            Document::Same => same()?.content,
        };
        let metadata = match metadata {
            Document::New(metadata) | Document::Read(metadata, _) => {
                let (digest, body) = Digest::of_document(&metadata);
                if head.is_none_or(|head| head.metadata != digest) {
                    if stands.redacted {
                        documents::refuse_redacted(tx, digest).await?;
                    }
                    documents::put(tx, digest, body).await?;
                }
                digest
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
        let kind = match is_new {
            false => EventKind::RevisionSaved,
            true => EventKind::ComponentCreated,
        };
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
        let event = NewEvent {
            library: Some(component.library),
            component: Some(component.id),
            revision: Some(revision.id),
            ..NewEvent::new(kind, time, actor)
        };
        events::insert(tx, revision.event, event).await?;
        Ok(Saved { component, revision, state, changed: true })
    }

    /// Turns references into ids, checks every slot against what stands there, and gives slots
    /// without an id theirs. Answers the uses, by id now.
    async fn resolve(
        &self,
        tx: &Transaction,
        component: &Component,
        head: Option<Head>,
        content: &mut Content,
        mut uses: Vec<Use>,
        found: &HashMap<Target, Component>,
    ) -> Result<Vec<Use>> {
        if uses.is_empty() {
            return Ok(uses);
        }
        let lacks_ids = content.lacks_slot_ids();
        let held = match head {
            Some(head) if lacks_ids || found.values().any(|target| target.retired) => {
                match documents::slots(tx, head.content).await {
                    // What was taken away is saved over like anything else.
                    Err(error) if error.kind() == ErrorKind::Redacted => Vec::new(),
                    slots => slots?,
                }
            }
            _ => Vec::new(),
        };
        let ids: Vec<_> = found.values().map(|target| target.id).collect();
        let out_of_view = heads::out_of_view(tx, &self.view, &ids).await?;
        let mut violations = Vec::new();
        for used in &uses {
            let readable = found.get(&used.target).filter(|c| self.may(c.library, Right::Read));
            let Some(target) = readable else {
                let message =
                    format!("there is no component `{}`, or you may not read it", used.target);
                violations.push(used.violation("reference", message));
                continue;
            };
            if target.deleted {
                let message =
                    format!("`{}` is deleted; restore it or refer to another", used.target);
                violations.push(used.violation("deleted", message));
            }
            if out_of_view.contains(&target.id) {
                let message = format!("`{}` has no version on this branch", used.target);
                violations.push(used.violation("branch", message));
            }
            let holds = held.iter().any(|slot| slot.component == target.id);
            if target.retired && used.role.is_some() && !holds {
                let message =
                    format!("`{}` is retired: kept where it is used, not for new use", used.target);
                violations.push(used.violation("retired", message));
            }
            if used.role.is_some() && !belongs_in(target, component) {
                let message = format!(
                    "`{}` is local to another structure: promote it to the library first",
                    used.target
                );
                violations.push(used.violation("local", message));
            }
            if let Some(role) = used.role
                && !target.kind.fits(component.kind, role)
            {
                let message = format!(
                    "a {} cannot be the {} of a {}",
                    target.kind,
                    role.as_str(),
                    component.kind
                );
                violations.push(used.violation("kind", message));
            }
        }
        if !violations.is_empty() {
            return Err(refused(violations));
        }
        if uses.iter().any(|used| used.target.id().is_none()) {
            content
                .rewrite_targets(&mut |target| {
                    found
                        .get(target)
                        .map(|component| Target::Id(component.id))
                        .ok_or_else(|| format!("`{target}` does not resolve"))
                })
                .map_err(refused)?;
            for used in &mut uses {
                if let Some(component) = found.get(&used.target) {
                    used.target = Target::Id(component.id);
                }
            }
        }
        if lacks_ids {
            content.fill_slot_ids(&held);
        }
        Ok(uses)
    }
}

pub(super) fn read_content(kind: Kind, value: Value) -> Result<(Content, Vec<Use>)> {
    refuse_long(&value)?;
    Content::parse_with_uses(kind, value).map_err(refused)
}

pub(super) fn read_metadata(value: Value) -> Result<Metadata> {
    refuse_long(&value)?;
    Metadata::parse(value)
        .map_err(|violations| Error::violations("the metadata document breaks rules", violations))
}

pub(super) fn refuse_long(value: &Value) -> Result<()> {
    if most_bytes(value) <= MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    let length = value.to_string().len();
    if length > MAX_DOCUMENT_BYTES {
        return Err(Error::too_large(format!(
            "the document has {length} bytes; the limit is {MAX_DOCUMENT_BYTES}"
        ))
        .hint("split the text, or upload large data as a blob"));
    }
    Ok(())
}

/// Bytes that a value's JSON has at the most.
fn most_bytes(value: &Value) -> usize {
    // A byte of text becomes at most six, `\u0000`.
    let text = |text: &str| 6 * text.len() + 3;
    match value {
        Value::Null | Value::Bool(_) => 6,
        Value::Number(_) => 32,
        Value::String(string) => text(string),
        Value::Array(items) => 2 + items.iter().map(|item| 1 + most_bytes(item)).sum::<usize>(),
        Value::Object(members) => {
            2 + members.iter().map(|(name, item)| text(name) + 1 + most_bytes(item)).sum::<usize>()
        }
    }
}

pub(super) fn refused(violations: Vec<Violation>) -> Error {
    Error::violations("the content document breaks rules", violations)
}

/// The refusal of a change that was based on a revision which is no longer the head.
pub(super) fn stale(component: &Component, base: RevisionId) -> Error {
    Error::new(
        ErrorKind::StaleBase,
        format!("`{}` was changed since revision {base}; nothing was done", component.key),
    )
    .hint("read the component again, apply your change to it and save with its new revision")
}

/// Stores a component's row; key and id must be free.
pub(super) async fn insert_component(
    tx: &Transaction,
    library: &Library,
    component: &Component,
) -> Result<()> {
    if let Some(other) = components::by_key(tx, library.id, &component.key).await? {
        let state = if other.deleted { " (deleted: restore it to use its key)" } else { "" };
        return Err(Error::conflict(format!(
            "there is a component `{}/{}` already{state}",
            library.key, component.key
        )));
    }
    if components::by_id(tx, component.id).await?.is_some() {
        return Err(Error::conflict(format!("there is a component {} already", component.id)));
    }
    components::insert(tx, component).await
}

fn gone(component: &Component) -> Error {
    Error::not_found(format!("there is no component `{}` any more", component.key))
}

/// The components that uses name, when all of them name ids.
fn ids_alone(uses: &[Use]) -> Option<Vec<ComponentId>> {
    let ids: Option<BTreeSet<_>> = uses.iter().map(|used| used.target.id()).collect();
    ids.map(|ids| ids.into_iter().collect())
}

fn by_target(found: HashMap<ComponentId, Component>) -> HashMap<Target, Component> {
    found.into_iter().map(|(id, component)| (Target::Id(id), component)).collect()
}

/// Whether a revision is the strings of a structure alone, made from `source`: what it holds is
/// the source's.
pub(super) fn is_strings(component: &Component, source: Option<Digest>) -> bool {
    source.is_some() && component.kind.is_structural()
}

/// Whether `part` may stand in a slot of `whole`: what is local to a structure stands in that and
/// in what else is local to it.
fn belongs_in(part: &Component, whole: &Component) -> bool {
    part.owner.is_none_or(|owner| owner == whole.id || whole.owner == Some(owner))
}

pub(super) fn count_of(slots: &[Slot]) -> u32 {
    u32::try_from(slots.len()).unwrap_or(u32::MAX)
}

async fn existing(db: &impl Connection, head: Head) -> Result<Revision> {
    components::revision(db, head.revision)
        .await?
        .ok_or_else(|| Error::internal("a head names no revision", head.revision.to_string()))
}

/// Answers what an earlier request with this idempotency key led to.
async fn repeat(
    tx: &Transaction,
    key: &str,
    request: Digest,
    earlier: &EarlierRequest,
) -> Result<Saved> {
    if earlier.request != request {
        return Err(Error::conflict(format!(
            "the idempotency key `{key}` was used for another request"
        )));
    }
    let missing =
        || Error::internal("an idempotency key names no revision", earlier.outcome.clone());
    let id = earlier.outcome.parse().map_err(|_| missing())?;
    let revision = components::revision(tx, id).await?.ok_or_else(missing)?;
    let component = components::by_id(tx, revision.component).await?.ok_or_else(missing)?;
    let state = if component.retired {
        State::Retired
    } else {
        reviews::state_of(tx, component.id, revision.content, revision.metadata).await?
    };
    Ok(Saved { component, revision, state, changed: false })
}

/// The components that targets name; keys without a library are those of `home`.
pub(super) async fn find_targets(
    db: &impl Connection,
    home: LibraryId,
    targets: impl Iterator<Item = &Target>,
) -> Result<HashMap<Target, Component>> {
    let mut found = HashMap::new();
    let mut by_id = Vec::new();
    let mut library_ids = HashMap::<Key, Option<LibraryId>>::new();
    for target in targets.collect::<HashSet<_>>() {
        match target {
            Target::Id(id) => by_id.push(*id),
            Target::Key { library, key } => {
                let library_id = match library {
                    None => Some(home),
                    Some(name) => match library_ids.get(name) {
                        Some(known) => *known,
                        None => {
                            let id = libraries::by_key(db, name).await?.map(|library| library.id);
                            library_ids.insert(name.clone(), id);
                            id
                        }
                    },
                };
                if let Some(library_id) = library_id
                    && let Some(component) = components::by_key(db, library_id, key).await?
                {
                    found.insert(target.clone(), component);
                }
            }
        }
    }
    for (id, component) in components::by_ids(db, &by_id).await? {
        found.insert(Target::Id(id), component);
    }
    Ok(found)
}

/// Refuses a document that would make the component part of itself. Only modules hold their own
/// kind, and only texts hold texts, so only these are followed.
pub(super) async fn refuse_cycle(
    tx: &Transaction,
    view: &View,
    component: &Component,
    slots: &[Slot],
    found: &HashMap<Target, Component>,
    language: &Language,
) -> Result<()> {
    let follows: &[Kind] = match component.kind {
        Kind::Module => &[Kind::Module],
        Kind::Topic | Kind::Question => &[Kind::Topic, Kind::Question],
        _ => return Ok(()),
    };
    let mut seen = HashSet::new();
    let mut waiting: VecDeque<ComponentId> = slots.iter().map(|slot| slot.component).collect();
    while let Some(id) = waiting.pop_front() {
        if id == component.id {
            return Err(refused(vec![Violation::new(
                "",
                "cycle",
                format!("`{}` would become part of itself", component.key),
            )]));
        }
        if !seen.insert(id) {
            continue;
        }
        let kind = match found.get(&Target::Id(id)) {
            Some(child) => Some(child.kind),
            None => components::by_id(tx, id).await?.map(|child| child.kind),
        };
        if kind.is_some_and(|kind| follows.contains(&kind))
            && let Some(head) = heads::of(tx, view, id, language).await?
        {
            waiting.extend(documents::slots(tx, head.content).await?.iter().map(|s| s.component));
        }
    }
    Ok(())
}

/// Pointer, digest, media type and claimed size of every blob a document names.
pub(super) fn blob_uses(content: &Content) -> Vec<(String, Digest, String, Option<u64>)> {
    match content {
        Content::Asset(asset) => {
            let file = ("/blob".to_owned(), asset.blob, asset.media_type.clone(), Some(asset.size));
            let tracks = asset.tracks.iter().enumerate().map(|(n, track)| {
                (format!("/tracks/{n}/blob"), track.blob, "text/vtt".to_owned(), None)
            });
            std::iter::once(file).chain(tracks).collect()
        }
        Content::WebPackage(package) => package
            .files
            .iter()
            .enumerate()
            .map(|(n, file)| {
                (format!("/files/{n}/blob"), file.blob, file.media_type.clone(), Some(file.size))
            })
            .collect(),
        _ => Vec::new(),
    }
}

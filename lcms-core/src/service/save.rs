//! Creating and saving components: the one path by which a revision comes to be.
//!
//! Documents are read, checked and packed before the writer is asked. Inside the transaction
//! references become ids, every slot is checked against what stands there now, and documents,
//! revision, head and event are stored together.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::Session;
use super::components::standing;
use crate::error::{Error, ErrorKind, Result};
use crate::model::content::MAX_DOCUMENT_BYTES;
use crate::model::{
    Codec, Component, ComponentId, Content, Digest, EventKind, Head, Key, Kind, Language, Library,
    LibraryId, Metadata, Revision, RevisionId, Right, Slot, State, Target, UserId, View, Violation,
};
use crate::store::accounts::EarlierRequest;
use crate::store::documents::{self, Put};
use crate::store::events::{self, NewEvent};
use crate::store::{
    Connection, Transaction, accounts, components, heads, libraries, now, reviews, usage,
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

fn empty() -> Value {
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
    /// As the revision before has it.
    Kept(Digest),
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
        let (content, metadata) = read_documents(new.kind, new.content, new.metadata)?;
        self.pack_blobs(&content).await?;
        let time = now();
        let component = Component {
            id: new.id.unwrap_or_else(ComponentId::new),
            library: library.id,
            key: new.key,
            kind: new.kind,
            retired: false,
            deleted: false,
            created: time,
        };
        let draft = Draft {
            component,
            language: library.language.clone(),
            content: Document::New(content),
            metadata: Document::New(metadata),
            base: None,
            merge_parent: None,
            source: None,
            message: new.message,
            actor: self.actor.id(),
            time,
        };
        let session = self.clone();
        self.lcms
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
            .await
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
        let (component, library) = self.component_with(target, Right::Write).await?;
        let db = self.lcms.store().reader();
        let head = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .filter(|head| head.revision == base)
            .ok_or_else(|| stale(&component, base))?;
        let content = match new.content {
            Some(value) => {
                let content = read_content(component.kind, value)?;
                self.pack_blobs(&content).await?;
                Document::New(content)
            }
            None => Document::Kept(head.content),
        };
        let metadata = match new.metadata {
            Some(value) => Document::New(read_metadata(value)?),
            None => Document::Kept(head.metadata),
        };
        let draft = Draft {
            component,
            language: library.language,
            content,
            metadata,
            base: Some(base),
            merge_parent: None,
            source: None,
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

    /// Stores documents, revision, head and event on the branch looked at; nothing when the head
    /// has these documents.
    pub(super) async fn store_revision(&self, tx: &Transaction, draft: Draft) -> Result<Saved> {
        let Draft {
            mut component, language, content, metadata, base, message, actor, time, ..
        } = draft;
        self.require_open(tx).await?;
        if base.is_some() {
            component = standing(tx, component.id).await?;
        }
        if component.deleted {
            return Err(
                Error::conflict(format!("`{}` is deleted", component.key)).hint("restore it first")
            );
        }
        let head = match base {
            None => None,
            Some(base) => {
                let head = heads::of(tx, &self.view, component.id, &language).await?;
                Some(head.filter(|h| h.revision == base).ok_or_else(|| stale(&component, base))?)
            }
        };
        // A head that the branch takes from below is not moved: the branch gets one of its own.
        let own = head.filter(|head| head.branch == self.view.branch());
        let mut slots = None;
        let content = match content {
            Document::New(mut content) => {
                self.resolve(tx, &component, head, &mut content).await?;
                refuse_cycle(tx, &self.view, &component, &content, &language).await?;
                slots = Some(content.slots());
                documents::put_content(tx, &content).await?
            }
            Document::Kept(digest) => Put { digest, is_new: false },
        };
        let metadata = match metadata {
            Document::New(metadata) => documents::put_metadata(tx, &metadata).await?,
            Document::Kept(digest) => Put { digest, is_new: false },
        };
        let state = if component.retired {
            State::Retired
        } else if content.is_new || metadata.is_new {
            State::Draft // nobody can have reviewed a document that was not there
        } else {
            reviews::state_of(tx, component.id, content.digest, metadata.digest).await?
        };
        if let Some(head) = head
            && (head.content, head.metadata) == (content.digest, metadata.digest)
            && draft.merge_parent.is_none()
            && draft.source == head.source
        {
            let revision = existing(tx, head).await?;
            return Ok(Saved { component, revision, state, changed: false });
        }
        let kind = match base {
            Some(_) => EventKind::RevisionSaved,
            None => EventKind::ComponentCreated,
        };
        let revision = Revision {
            id: RevisionId::new(),
            component: component.id,
            number: components::last_number(tx, component.id).await? + 1,
            content: content.digest,
            metadata: metadata.digest,
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
            (None, None) => count_of(slots.insert(documents::slots(tx, revision.content).await?)),
        };
        match own {
            None => heads::insert(tx, &revision, count).await?,
            Some(own) => {
                if !heads::advance(tx, &revision, count).await? {
                    return Err(stale(&component, own.revision));
                }
            }
        }
        if kept.is_none() {
            let had = own.is_some_and(|own| !own.is_leaf());
            usage::record(tx, &revision, slots.as_deref().unwrap_or_default(), had).await?;
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
    /// without an id theirs.
    async fn resolve(
        &self,
        tx: &Transaction,
        component: &Component,
        head: Option<Head>,
        content: &mut Content,
    ) -> Result<()> {
        let uses = content.uses();
        if uses.is_empty() {
            return Ok(());
        }
        let found = find_targets(tx, component.library, uses.iter().map(|u| &u.target)).await?;
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
            let holds = held.iter().any(|slot| slot.component == target.id);
            if target.retired && used.role.is_some() && !holds {
                let message =
                    format!("`{}` is retired: kept where it is used, not for new use", used.target);
                violations.push(used.violation("retired", message));
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
        content
            .rewrite_targets(&mut |target| {
                found
                    .get(target)
                    .map(|component| Target::Id(component.id))
                    .ok_or_else(|| format!("`{target}` does not resolve"))
            })
            .map_err(refused)?;
        if lacks_ids {
            content.fill_slot_ids(&held);
        }
        Ok(())
    }
}

/// Reads both documents and reports what is wrong with either.
pub(super) fn read_documents(
    kind: Kind,
    content: Value,
    metadata: Value,
) -> Result<(Content, Metadata)> {
    Ok((read_content(kind, content)?, read_metadata(metadata)?))
}

fn read_content(kind: Kind, value: Value) -> Result<Content> {
    refuse_long(&value)?;
    Content::parse(kind, value).map_err(refused)
}

fn read_metadata(value: Value) -> Result<Metadata> {
    refuse_long(&value)?;
    Metadata::parse(value)
        .map_err(|violations| Error::violations("the metadata document breaks rules", violations))
}

fn refuse_long(value: &Value) -> Result<()> {
    let length = value.to_string().len();
    if length > MAX_DOCUMENT_BYTES {
        return Err(Error::too_large(format!(
            "the document has {length} bytes; the limit is {MAX_DOCUMENT_BYTES}"
        ))
        .hint("split the text, or upload large data as a blob"));
    }
    Ok(())
}

fn refused(violations: Vec<Violation>) -> Error {
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

fn count_of(slots: &[Slot]) -> u32 {
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
    content: &Content,
    language: &Language,
) -> Result<()> {
    let follows: &[Kind] = match component.kind {
        Kind::Module => &[Kind::Module],
        Kind::Topic | Kind::Question => &[Kind::Topic, Kind::Question],
        _ => return Ok(()),
    };
    let mut seen = HashSet::new();
    let mut waiting: VecDeque<ComponentId> =
        content.slots().iter().map(|slot| slot.component).collect();
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
        let kind = components::by_id(tx, id).await?.map(|child| child.kind);
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

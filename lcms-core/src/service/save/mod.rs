//! Creating and saving components.
//!
//! Documents are read, checked and packed before the writer is asked. Inside the transaction
//! references become ids, every slot is checked against what stands there now, and documents,
//! revision, head and event are stored together.

mod revision;
mod uses;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub(super) use revision::{Document, Draft, count_of, is_strings, stale};
pub(super) use uses::{blob_uses, find_targets, refuse_cycle};

use super::Session;
use crate::error::{Error, Result};
use crate::model::content::{MAX_DOCUMENT_BYTES, Use};
use crate::model::{
    Codec, Component, ComponentId, Content, Digest, Key, Kind, Library, Metadata, Revision,
    RevisionId, Right, State, Target, Violation,
};
use crate::store::accounts::EarlierRequest;
use crate::store::{Transaction, accounts, components, now, reviews};

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
    /// [`crate::ErrorKind::StaleBase`] when the head is another revision by now; otherwise as
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

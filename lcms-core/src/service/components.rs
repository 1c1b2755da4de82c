//! Reading, listing and steering components.

use std::collections::HashMap;

use std::sync::Arc;

use futures::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use super::care::CareView;
use super::freeze;
use super::releases::named;
use super::save::{find_targets, stale};
use crate::error::{Error, Result};
use crate::model::{
    Completeness, Component, ComponentId, Content, EventKind, Head, Key, Kind, Library, LibraryId,
    Metadata, Reference, Revision, RevisionId, RevisionSelector, Right, State, Target, Transition,
    View,
};
use crate::store::components::Local;
use crate::store::events::NewEvent;
use crate::store::{
    Connection, Transaction, care, components, documents, events, heads, libraries, now, reviews,
};

/// A component at one revision.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ComponentView {
    /// The component.
    pub component: Component,
    /// Key of its library.
    pub library_key: Key,
    /// The revision shown.
    pub revision: Revision,
    /// Where the component stands (for an older revision: where that revision's documents stand).
    pub state: State,
    /// The content document.
    #[schema(value_type = Object)]
    pub content: Content,
    /// The metadata document.
    pub metadata: Metadata,
    /// Who looks after the component, and until when it must be looked at again.
    pub care: CareView,
    /// How complete the metadata is by the rules of its library, and what is missing.
    pub completeness: Completeness,
}

/// What to list.
#[derive(Clone, Debug, Default)]
pub struct ListComponents {
    /// Only this library.
    pub library: Option<Key>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// The deleted ones instead.
    pub deleted: bool,
    /// Also what is local to a structure.
    pub local: bool,
    /// Only what is local to this structure.
    pub owner: Option<Target>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// At most so many; 1 to 200.
    pub limit: u64,
}

/// A page of components.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentList {
    /// Components by library and key.
    pub items: Vec<ComponentRow>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A component in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ComponentRow {
    /// The component.
    #[serde(flatten)]
    pub component: Component,
    /// Key of its library.
    pub library_key: Key,
    /// Title of its head.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// Its head's id.
    pub revision: RevisionId,
}

/// A page of a component's history.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct History {
    /// Revisions, newest first.
    pub items: Vec<Revision>,
    /// Pass as `before` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}

impl Session {
    /// The component that a target names and its library, if the actor holds the right there.
    pub(super) async fn component_with(
        &self,
        target: &Target,
        right: Right,
    ) -> Result<(Component, Library)> {
        self.component_in(self.lcms.store().reader(), target, right).await
    }

    /// The same through a connection that is held already: who waits for a second one while it
    /// holds the first can wait for itself.
    pub(super) async fn component_in(
        &self,
        db: &impl Connection,
        target: &Target,
        right: Right,
    ) -> Result<(Component, Library)> {
        let not_found = || {
            Error::not_found(format!("there is no component `{target}`, or you may not read it"))
                .hint("write `library/key` or the component's id; `lcms search` finds it")
        };
        let home = LibraryId(uuid::Uuid::nil());
        let component = find_targets(db, home, std::iter::once(target))
            .await?
            .remove(target)
            .ok_or_else(not_found)?;
        let library = self.lcms.recent().library(db, component.library).await?;
        let library = library.ok_or_else(not_found)?;
        if !self.may(library.id, Right::Read) {
            return Err(not_found());
        }
        self.require(&library, right)?;
        self.lcms.recent().remember_component(&component);
        Ok((component, library))
    }

    /// A component at the revision that the reference names.
    ///
    /// # Errors
    /// When there is no such component or revision, or the actor may not read it.
    pub async fn component(&self, reference: &Reference) -> Result<ComponentView> {
        let (component, library) = self.component_with(&reference.target, Right::Read).await?;
        let revision = self.select(&component, &library, &reference.revision).await?;
        let db = self.lcms.store().reader();
        let content = documents::content(db, revision.content).await?;
        let metadata = documents::metadata(db, revision.metadata).await?;
        let state = state_at(db, &component, &revision).await?;
        let care = care::of(db, component.id).await?;
        let rules = self.rules_of(db, &library).await?;
        let completeness = rules.completeness(component.kind, &metadata, &care);
        Ok(ComponentView {
            component,
            library_key: library.key,
            revision,
            state,
            content,
            metadata,
            care: self.care_view(db, care).await?,
            completeness,
        })
    }

    /// `library/key` of a component.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn name(&self, target: &Target) -> Result<String> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        Ok(format!("{}/{}", library.key, component.key))
    }

    pub(super) async fn select(
        &self,
        component: &Component,
        library: &Library,
        selector: &RevisionSelector,
    ) -> Result<Revision> {
        let db = self.lcms.store().reader();
        let name = format!("{}/{}", library.key, component.key);
        match selector {
            RevisionSelector::Head => self.head_revision(component, library).await,
            RevisionSelector::Branch(branch) => {
                let there = self.at(branch, None).await?;
                there.head_revision(component, library).await
            }
            RevisionSelector::Number(number) => {
                components::revision_numbered(db, component.id, *number)
                    .await?
                    .ok_or_else(|| Error::not_found(format!("`{name}` has no revision @{number}")))
            }
            RevisionSelector::Release(release) => {
                let missing =
                    || Error::not_found(format!("`{name}` has no release `{release}` here"));
                let found = named(db, component.id, release).await?.ok_or_else(missing)?;
                let root = freeze::root(db, &found).await?;
                components::newest_with(db, component.id, root.content, root.metadata)
                    .await?
                    .ok_or_else(missing)
            }
            RevisionSelector::Approved => {
                heads::newest_approved(db, &self.view, component.id, &library.language)
                    .await?
                    .ok_or_else(|| Error::not_found(format!("`{name}` has no approved revision")))
            }
        }
    }

    pub(super) async fn head_revision(
        &self,
        component: &Component,
        library: &Library,
    ) -> Result<Revision> {
        let db = self.lcms.store().reader();
        let head = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(component))?;
        let damaged = || Error::internal("a head names no revision", head.revision.to_string());
        components::revision(db, head.revision).await?.ok_or_else(damaged)
    }

    /// The same content document with keys instead of ids, as people read and write it. A
    /// reference into a library that the actor may not read stays an id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn with_keys(&self, content: &Content, home: LibraryId) -> Result<Content> {
        let db = self.lcms.store().reader();
        let uses = content.uses();
        let found = find_targets(db, home, uses.iter().map(|used| &used.target)).await?;
        let keys: HashMap<_, _> =
            self.readable().await?.into_iter().map(|l| (l.id, l.key)).collect();
        let mut shown = content.clone();
        shown
            .rewrite_targets(&mut |target| {
                let component = found.get(target);
                Ok(match component.and_then(|c| keys.get(&c.library).map(|library| (c, library))) {
                    Some((component, library)) => {
                        Target::Key { library: Some(library.clone()), key: component.key.clone() }
                    }
                    None => target.clone(),
                })
            })
            .map_err(|violations| Error::violations("the document cannot be shown", violations))?;
        Ok(shown)
    }

    /// A page of components.
    ///
    /// # Errors
    /// When the library does not exist or may not be read, or the cursor is not one of ours.
    pub async fn components(&self, list: &ListComponents) -> Result<ComponentList> {
        let libraries = match &list.library {
            Some(key) => vec![self.library_with(key, Right::Read).await?],
            None => self.readable().await?,
        };
        let limit = list.limit.clamp(1, 200);
        let local = match &list.owner {
            Some(owner) => Local::To(self.component_with(owner, Right::Read).await?.0.id),
            None if list.local => Local::With,
            None => Local::Without,
        };
        let filter = components::ListFilter {
            libraries: libraries.iter().map(|library| library.id).collect(),
            kind: list.kind,
            deleted: list.deleted,
            local,
            after: list.cursor.as_deref().map(read_cursor).transpose()?,
            limit: limit + 1,
        };
        let db = self.lcms.store().reader();
        let mut found = components::list(db, &filter).await?;
        let more = found.len() as u64 > limit;
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = found.last().filter(|_| more).map(|c| format!("{}/{}", c.library, c.key));
        let items = self.rows(found, &libraries).await?;
        Ok(ComponentList { items, next })
    }

    async fn rows(&self, found: Vec<Component>, of: &[Library]) -> Result<Vec<ComponentRow>> {
        let db = self.lcms.store().reader();
        let libraries: HashMap<_, _> = of.iter().map(|library| (library.id, library)).collect();
        let mut found_heads = HashMap::<_, Head>::new();
        for library in of {
            let ids: Vec<_> =
                found.iter().filter(|c| c.library == library.id).map(|c| c.id).collect();
            found_heads.extend(heads::of_many(db, &self.view, &ids, &library.language).await?);
        }
        let states = reviews::states_of(db, &found_heads).await?;
        let digests: Vec<_> = found_heads.values().map(|head| head.content).collect();
        let bodies = documents::get_many(db, &digests).await?;
        let mut rows = Vec::with_capacity(found.len());
        for component in found {
            let Some(library) = libraries.get(&component.library) else { continue };
            let Some(head) = found_heads.get(&component.id) else { continue };
            let title = bodies.get(&head.content).map_or_else(String::new, |body| title_in(body));
            let state = match states.get(&component.id) {
                _ if component.retired => State::Retired,
                state => state.copied().unwrap_or(State::Draft),
            };
            let (library_key, revision) = (library.key.clone(), head.revision);
            rows.push(ComponentRow { component, library_key, title, state, revision });
        }
        Ok(rows)
    }

    /// A page of a component's history, newest first.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn history(
        &self,
        target: &Target,
        before: Option<u32>,
        limit: u64,
    ) -> Result<History> {
        let (component, _) = self.component_with(target, Right::Read).await?;
        let limit = limit.clamp(1, 200);
        let db = self.lcms.store().reader();
        let mut items = components::history(db, component.id, before, limit + 1).await?;
        let more = items.len() as u64 > limit;
        items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = items.last().filter(|_| more).map(|revision| revision.number);
        Ok(History { items, next })
    }

    /// Takes a component from one state to another.
    ///
    /// # Errors
    /// When the step does not lead from where it stands, or the actor lacks the right for it.
    pub async fn transition(&self, target: &Target, step: Transition) -> Result<ComponentView> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let head = self.head_revision(&component, &library).await?;
        let state = state_at(self.lcms.store().reader(), &component, &head).await?;
        self.require(&library, step.needs(state))?;
        match step {
            Transition::Retire | Transition::Reinstate => self.require_main(step.as_str())?,
            _ => self.require_open(self.lcms.store().reader()).await?,
        }
        if !step.leaves(state) {
            return Err(Error::conflict(format!(
                "`{}/{}` is {state}: {} does not lead on from there",
                library.key,
                component.key,
                step.as_str()
            )));
        }
        let actor = self.actor.id();
        let time = now();
        let revision = head.clone();
        let seen = self.seen;
        let view = Arc::clone(&self.view);
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let component = standing(tx, component.id).await?;
                    require_seen(tx, &view, &component, seen).await?;
                    let head = heads::of(tx, &view, component.id, &revision.language).await?;
                    let stands = state_at(tx, &component, &revision).await?;
                    if stands != state || head.is_none_or(|head| head.revision != revision.id) {
                        return Err(Error::conflict(format!(
                            "`{}` was changed meanwhile; look at it again",
                            component.key
                        )));
                    }
                    session.require_ready(tx, &component, &library, &revision, step).await?;
                    let event = NewEvent {
                        library: Some(component.library),
                        component: Some(component.id),
                        revision: Some(revision.id),
                        detail: serde_json::json!({"step": step.as_str(), "from": state.as_str()}),
                        ..NewEvent::new(EventKind::StateChanged, time, actor)
                    };
                    let number = events::append(tx, event).await?;
                    let reviewed = match step {
                        Transition::Submit => State::InReview,
                        Transition::Withdraw => State::Draft,
                        Transition::Approve => State::Approved,
                        Transition::Retire | Transition::Reinstate => {
                            let retired = step == Transition::Retire;
                            return components::update(tx, &Component { retired, ..component })
                                .await;
                        }
                    };
                    let review = reviews::Review {
                        component: component.id,
                        content: revision.content,
                        metadata: revision.metadata,
                        state: reviewed,
                        actor,
                        time,
                        event: number,
                    };
                    reviews::record(tx, &review).await
                })
            })
            .await?;
        self.component(&Reference { target: target.clone(), revision: RevisionSelector::Head })
            .await
    }

    /// Gives a component another key. References hold ids, so none breaks.
    ///
    /// # Errors
    /// When the key is taken or the actor may not write.
    pub async fn rename(&self, target: &Target, key: Key) -> Result<Component> {
        let (component, library) = self.component_with(target, Right::Write).await?;
        self.require_main("renaming")?;
        self.change(component.id, EventKind::ComponentRenamed, move |tx, component| {
            Box::pin(async move {
                match components::by_key(tx, component.library, &key).await? {
                    Some(other) if other.id != component.id => Err(Error::conflict(format!(
                        "there is a component `{}/{key}` already",
                        library.key
                    ))),
                    _ => {
                        let detail = serde_json::json!({"from": component.key, "to": key});
                        Ok((Component { key, ..component }, detail))
                    }
                }
            })
        })
        .await
    }

    /// Deletes a component that nothing uses on any branch; [`Session::restore`] undoes it.
    ///
    /// # Errors
    /// When it is in use (the parents and every course above them are named) or the actor may not
    /// write.
    pub async fn delete(&self, target: &Target) -> Result<Component> {
        let (component, _) = self.component_with(target, Right::Write).await?;
        self.require_main("deleting")?;
        let session = self.clone();
        self.change(component.id, EventKind::ComponentDeleted, move |tx, component| {
            Box::pin(async move {
                if component.deleted {
                    return Err(Error::conflict(format!("`{}` is deleted already", component.key)));
                }
                session.require_unused(tx, &component).await?;
                Ok((Component { deleted: true, ..component }, serde_json::json!({})))
            })
        })
        .await
    }

    /// Undoes a deletion.
    ///
    /// # Errors
    /// When the actor may not write.
    pub async fn restore(&self, target: &Target) -> Result<Component> {
        let (component, _) = self.component_with(target, Right::Write).await?;
        self.require_main("undoing a deletion")?;
        self.change(component.id, EventKind::ComponentRestored, |_, component| {
            Box::pin(async move {
                if !component.deleted {
                    return Err(Error::conflict(format!("`{}` is not deleted", component.key)));
                }
                Ok((Component { deleted: false, ..component }, serde_json::json!({})))
            })
        })
        .await
    }

    /// Changes a component's own row, as it stands in that transaction, and records the event
    /// with the detail that the change gives.
    async fn change<F>(&self, id: ComponentId, kind: EventKind, apply: F) -> Result<Component>
    where
        F: for<'t> FnOnce(
                &'t Transaction,
                Component,
            ) -> BoxFuture<'t, Result<(Component, serde_json::Value)>>
            + Send
            + 'static,
    {
        let event = NewEvent { component: Some(id), ..NewEvent::new(kind, now(), self.actor.id()) };
        let seen = self.seen;
        let view = Arc::clone(&self.view);
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let component = standing(tx, id).await?;
                    require_seen(tx, &view, &component, seen).await?;
                    let (changed, detail) = apply(tx, component).await?;
                    components::update(tx, &changed).await?;
                    let library = Some(changed.library);
                    events::append(tx, NewEvent { library, detail, ..event }).await?;
                    Ok(changed)
                })
            })
            .await
    }
}

pub(super) fn not_here(component: &Component) -> Error {
    Error::not_found(format!("`{}` has no version here", component.key))
        .hint("it was made on another branch, at a later moment, or in another language")
}

/// A component's row as it stands now.
pub(super) async fn standing(tx: &Transaction, id: ComponentId) -> Result<Component> {
    components::by_id(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(format!("there is no component {id}")))
}

impl Session {
    /// Refuses when a component's head is not the revision that this handle was made for.
    pub(super) async fn require_seen_head(
        &self,
        tx: &Transaction,
        component: &Component,
    ) -> Result<()> {
        require_seen(tx, &self.view, component, self.seen).await
    }
}

/// Refuses when the component's head is not the revision that its changer has seen.
async fn require_seen(
    tx: &Transaction,
    view: &View,
    component: &Component,
    seen: Option<RevisionId>,
) -> Result<()> {
    let Some(seen) = seen else { return Ok(()) };
    let library = libraries::by_id(tx, component.library).await?;
    let head = match library {
        Some(library) => heads::of(tx, view, component.id, &library.language).await?,
        None => None,
    };
    if head.is_some_and(|head| head.revision == seen) {
        Ok(())
    } else {
        Err(stale(component, seen))
    }
}

/// Where a component stands when this revision is looked at.
pub(super) async fn state_at(
    db: &impl Connection,
    component: &Component,
    revision: &Revision,
) -> Result<State> {
    if component.retired {
        return Ok(State::Retired);
    }
    reviews::state_of(db, component.id, revision.content, revision.metadata).await
}

fn read_cursor(cursor: &str) -> Result<(LibraryId, Key)> {
    let parts = cursor.split_once('/');
    let read = parts.and_then(|(library, key)| Some((library.parse().ok()?, key.parse().ok()?)));
    read.ok_or_else(|| Error::invalid("the cursor is not one that a list gave out"))
}

pub(super) fn title_in(body: &[u8]) -> String {
    #[derive(serde::Deserialize)]
    struct Titled {
        title: String,
    }
    serde_json::from_slice::<Titled>(body).map(|titled| titled.title).unwrap_or_default()
}

//! Reading, listing and changing components.

mod change;
mod list;

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

pub(super) use change::standing;
pub use list::{ComponentList, ComponentRow, ListComponents};

use super::Session;
use super::care::CareView;
use super::freeze;
use super::releases::named;
use super::save::find_targets;
use crate::error::{Error, Result};
use crate::model::{
    Completeness, Component, Content, Key, Library, LibraryId, Metadata, Reference, Revision,
    RevisionSelector, Right, State, Target,
};
use crate::store::{Connection, care, components, documents, heads, reviews};

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
}

pub(super) fn not_here(component: &Component) -> Error {
    Error::not_found(format!("`{}` has no version here", component.key))
        .hint("it was made on another branch, at a later moment, or in another language")
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

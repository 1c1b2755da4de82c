//! Content written inside a structure, and its promotion to the library.
//!
//! A component that is local to a structure has id, key and history like any other, so a course
//! and an LMS cannot tell the difference. It stands in its owner and in what else is local to
//! that, and lists and searches leave it out. Promoting it clears the mark and changes nothing
//! else: ids, slots, documents and every identifier derived from them stay.

use std::collections::HashSet;

use serde_json::json;

use super::Session;
use super::components::standing;
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, EventKind, Key, Library, RevisionId, Right, Target, View,
};
use crate::store::events::NewEvent;
use crate::store::{Transaction, components, documents, events, heads, now};

impl Session {
    /// The structure that something in this library is to be local to.
    pub(super) async fn owner_in(&self, owner: &Target, library: &Library) -> Result<ComponentId> {
        let owner = match owner {
            Target::Key { library: None, key } => {
                &Target::Key { library: Some(library.key.clone()), key: key.clone() }
            }
            named => named,
        };
        let (owner, _) = self.component_with(owner, Right::Write).await?;
        let refusal = if owner.library != library.id {
            "is in another library"
        } else if !owner.kind.is_structural() {
            "is not a course, module, lesson or assessment"
        } else if owner.deleted {
            "is deleted"
        } else {
            return Ok(owner.owner.unwrap_or(owner.id));
        };
        Err(Error::invalid(format!("nothing can be local to `{}`: it {refusal}", owner.key)))
    }

    /// Makes what is local to a structure part of the library, with everything below it that is
    /// local to the same structure. Answers what was promoted, the component asked for first.
    ///
    /// # Errors
    /// When it is not local, `seen` is not its head, a new key is taken, a branch is looked at, or
    /// the actor may not write.
    pub async fn promote(
        &self,
        target: &Target,
        seen: RevisionId,
        key: Option<Key>,
    ) -> Result<Vec<Component>> {
        self.require_main("promoting")?;
        let (component, library) = self.component_with(target, Right::Write).await?;
        let (actor, time, session) = (self.actor.id(), now(), self.clone());
        self.lcms
            .store()
            .writer()
            .write(move |tx| {
                Box::pin(async move {
                    let component = standing(tx, component.id).await?;
                    session.having_seen(seen).require_seen_head(tx, &component).await?;
                    let Some(owner) = component.owner else {
                        return Err(Error::conflict(format!(
                            "`{}/{}` belongs to the library already",
                            library.key, component.key
                        )));
                    };
                    let mut local =
                        local_below(tx, &session.view, &component, owner, &library).await?;
                    if let Some(key) = key
                        && key != component.key
                    {
                        if components::by_key(tx, library.id, &key).await?.is_some() {
                            return Err(Error::conflict(format!(
                                "there is a component `{}/{key}` already",
                                library.key
                            )));
                        }
                        local[0].key = key;
                    }
                    for component in &mut local {
                        component.owner = None;
                        components::update(tx, component).await?;
                        let event = NewEvent {
                            library: Some(library.id),
                            component: Some(component.id),
                            detail: json!({ "owner": owner, "key": component.key }),
                            ..NewEvent::new(EventKind::ComponentPromoted, time, actor)
                        };
                        events::append(tx, event).await?;
                    }
                    Ok(local)
                })
            })
            .await
    }
}

/// A local component and everything below it that is local to the same structure.
async fn local_below(
    tx: &Transaction,
    view: &View,
    component: &Component,
    owner: ComponentId,
    library: &Library,
) -> Result<Vec<Component>> {
    let mut found = vec![component.clone()];
    let mut seen = HashSet::from([component.id]);
    let mut level = vec![component.id];
    while !level.is_empty() {
        let standing = heads::of_many(tx, view, &level, &library.language).await?;
        let mut below = Vec::new();
        for head in standing.values().filter(|head| !head.is_leaf()) {
            below.extend(documents::slots(tx, head.content).await?.iter().map(|s| s.component));
        }
        below.retain(|id| seen.insert(*id));
        let mut children: Vec<_> = components::by_ids(tx, &below).await?.into_values().collect();
        children.retain(|child| child.owner == Some(owner));
        children.sort_by_key(|child| child.id);
        level = children.iter().map(|child| child.id).collect();
        found.extend(children);
    }
    Ok(found)
}

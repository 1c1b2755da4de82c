//! Steps between states, other keys, deletion and its undoing.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::{ComponentView, state_at};
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, EventKind, Key, Reference, RevisionId, RevisionSelector, Right, State,
    Target, Transition, View,
};
use crate::service::Session;
use crate::service::save::stale;
use crate::store::events::{self, NewEvent};
use crate::store::{Transaction, components, heads, libraries, now, reviews};

impl Session {
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

/// A component's row as it stands now.
pub(in crate::service) async fn standing(tx: &Transaction, id: ComponentId) -> Result<Component> {
    components::by_id(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(format!("there is no component {id}")))
}

impl Session {
    /// Refuses when a component's head is not the revision that this handle was made for.
    pub(in crate::service) async fn require_seen_head(
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

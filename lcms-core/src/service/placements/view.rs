//! What a structure holds, as people look at it: each placement with what it shows, and what it
//! replaces beside what stands upstream.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::Result;
use crate::model::placing::Placed;
use crate::model::{
    Component, ComponentId, Conditions, Content, LinkPolicy, Order, OverrideName, Overrides,
    Revision, RevisionId, Right, Sequencing, SlotId, SlotRole, Target,
};
use crate::service::Session;
use crate::service::components::not_here;
use crate::service::where_used::{Named, Shown};
use crate::store::usage::Usage;
use crate::store::{Connection, components, documents, heads};

/// What a structure holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlacementList {
    /// The structure.
    pub component: ComponentId,
    /// Its revision, on which changes are based.
    pub revision: RevisionId,
    /// In which order learners go through it; nothing where that is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Its placements, list by list, in order.
    pub items: Vec<PlacementView>,
}

/// One placement as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlacementView {
    /// The slot.
    pub slot: SlotId,
    /// The list it stands in.
    pub list: String,
    /// How the component is held.
    pub role: SlotRole,
    /// The component placed.
    pub component: ComponentId,
    /// What it is; absent when you may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<Named>,
    /// The title shown here.
    pub title: String,
    /// Which version is shown.
    pub policy: LinkPolicy,
    /// The version that this is now; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<Shown>,
    /// Fields replaced here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Overridden>,
    /// When it is published; always when empty.
    #[serde(skip_serializing_if = "Conditions::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    pub when: Conditions,
    /// How learners come to it, and what it counts for.
    #[serde(skip_serializing_if = "Sequencing::is_empty")]
    pub sequencing: Sequencing,
}

/// A field that a placement replaces.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Overridden {
    /// The field.
    pub name: OverrideName,
    /// What stands here.
    pub here: Value,
    /// What stands in the version shown, where that is one value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Value>,
}

impl Session {
    /// What a structure holds, on the branch and at the moment looked at.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn placements(&self, target: &Target) -> Result<PlacementList> {
        let (parent, library) = self.component_with(target, Right::Read).await?;
        let keys = self.library_keys().await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let head = heads::of(db, &self.view, parent.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&parent))?;
        let content = documents::content(db, head.content).await?;
        let (order, placed) = (content.order(), content.placed());
        let ids: Vec<_> = placed.iter().filter_map(|p| p.placement.component.id()).collect();
        let children = components::by_ids(db, &ids).await?;
        let children: Vec<&Component> = children.values().collect();
        let named = self.named(db, &children, &keys).await?;

        let uses: Vec<_> = placed
            .iter()
            .filter_map(|Placed { placement, role, .. }| {
                Some(Usage {
                    parent: parent.id,
                    branch: head.branch,
                    language: library.language.clone(),
                    slot: placement.id,
                    role: *role,
                    child: placement.component.id()?,
                    policy: placement.policy.clone(),
                    overrides: placement.overrides.names(),
                })
            })
            .collect();
        let overriding: Vec<_> = uses
            .iter()
            .filter(|u| !u.overrides.is_empty() && named.contains_key(&u.child))
            .collect();
        let shown = self.shown_by(db, &uses.iter().collect::<Vec<_>>()).await?;
        let shown_at = |slot| shown.get(&(parent.id, library.language.clone(), slot)).cloned();
        let revisions: Vec<_> =
            overriding.iter().filter_map(|used| shown_at(used.slot)?.revision).collect();
        let upstream = contents_of(db, &revisions).await?;

        let mut items = Vec::with_capacity(placed.len());
        for Placed { list, role, placement } in placed {
            let Some(component) = placement.component.id() else { continue };
            let shows = shown_at(placement.id);
            let placed = named.get(&component).cloned();
            let version = shows.as_ref().and_then(|shown| shown.revision);
            let version = version.and_then(|revision| upstream.get(&revision));
            let title = placement.overrides.title.clone();
            let title = title.or_else(|| placed.as_ref().map(|placed| placed.title.clone()));
            items.push(PlacementView {
                slot: placement.id,
                list,
                role,
                component,
                placed,
                title: title.unwrap_or_default(),
                policy: placement.policy,
                shows,
                overrides: overridden(&placement.overrides, version),
                when: placement.when,
                sequencing: placement.sequencing,
            });
        }
        Ok(PlacementList { component: parent.id, revision: head.revision, order, items })
    }
}

async fn contents_of(
    db: &impl Connection,
    revisions: &[RevisionId],
) -> Result<HashMap<RevisionId, Content>> {
    let revisions = components::revisions(db, revisions).await?;
    let digests: Vec<_> = revisions.values().map(|revision| revision.content).collect();
    let bodies = documents::get_many(db, &digests).await?;
    let content = |revision: &Revision| {
        bodies.get(&revision.content).and_then(|body| Content::from_stored(body).ok())
    };
    Ok(revisions.values().filter_map(|r| Some((r.id, content(r)?))).collect())
}

fn overridden(overrides: &Overrides, upstream: Option<&Content>) -> Vec<Overridden> {
    let shown = overrides.names().into_iter().filter_map(|name| {
        let here = match &name {
            OverrideName::Title => overrides.title.clone()?.into(),
            OverrideName::Summary => overrides.summary.clone()?.into(),
            OverrideName::Weight => overrides.weight?.into(),
            OverrideName::Attempts => overrides.attempts?.into(),
            OverrideName::PassMark => overrides.pass_mark?.into(),
            OverrideName::Block(id) => overrides.blocks.get(id)?.clone().into(),
        };
        let upstream = upstream.and_then(|content| field(content, &name));
        Some(Overridden { name, here, upstream })
    });
    shown.collect()
}

/// A field that can be overridden, as the component itself has it.
fn field(content: &Content, name: &OverrideName) -> Option<Value> {
    match (name, content) {
        (OverrideName::Title, content) => Some(content.title().into()),
        (OverrideName::Summary, content) => content.summary().map(Value::from),
        (OverrideName::Weight, Content::Question(question)) => Some(question.points.into()),
        (OverrideName::Attempts, Content::Assessment(assessment)) => {
            assessment.attempts.map(Value::from)
        }
        (OverrideName::PassMark, Content::Assessment(assessment)) => {
            assessment.pass_mark.map(Value::from)
        }
        _ => None,
    }
}

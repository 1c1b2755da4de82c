//! Copies: of one component or of everything below it, into any library; and where a copy came
//! from.
//!
//! A copy is a new component whose first revision holds the documents of the revision copied and
//! names it as its second parent, so that a later merge knows where the two were the same. What is
//! local to a component always comes along, since it could stand nowhere else. Slots keep their
//! ids. Files are never copied: both name the same blobs.

mod detach;
mod lineage;
mod plan;

pub use detach::{DetachAs, Detached};
pub use lineage::{LineageStep, LineageView};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use self::plan::Plan;
use super::Session;
use super::save::{Document, Draft, Saved, insert_component};
use crate::error::Result;
use crate::model::{
    Component, ComponentId, Key, Kind, Library, Reference, RevisionId, Right, UserId,
};
use crate::store::lineage::Origin;
use crate::store::{Transaction, lineage as origins, now};

/// A copy to be made.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCopy {
    /// Key of the library it goes in; that of the source when left out.
    #[serde(default)]
    pub library: Option<Key>,
    /// Its key; made from the source's when left out.
    #[serde(default)]
    pub key: Option<Key>,
    /// Also copy the modules, lessons, assessments, topics and questions below; otherwise the
    /// copy holds the same components as its source. What follows a release whole stays shared.
    #[serde(default)]
    pub subtree: bool,
    /// With `subtree`: also copy assets and web packages, so that the copy needs no right to read
    /// the source's library. Their files are stored once all the same.
    #[serde(default)]
    pub assets: bool,
    /// Why, in the author's words.
    #[serde(default)]
    pub message: String,
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Copied {
    /// The copy of what was named.
    #[serde(flatten)]
    pub saved: Saved,
    /// Everything that was copied, with what it became; the component named comes first.
    pub items: Vec<CopiedItem>,
}

/// One component that was copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CopiedItem {
    /// What was copied.
    pub source: ComponentId,
    /// The revision copied.
    pub revision: RevisionId,
    /// The copy.
    pub copy: ComponentId,
    /// The copy's key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
}

/// Where copies go, and how.
pub(super) struct Destination {
    pub library: Library,
    pub key: Option<Key>,
    pub message: String,
    pub actor: UserId,
    pub time: OffsetDateTime,
}

impl Session {
    /// Copies a component at a revision, alone or with everything below it.
    ///
    /// # Errors
    /// When the actor may not read what is copied or not write where it goes, or the key is taken.
    pub async fn copy(&self, source: &Reference, new: NewCopy) -> Result<Copied> {
        let (component, home) = self.component_with(&source.target, Right::Read).await?;
        let library = match &new.library {
            Some(key) => self.library_with(key, Right::Write).await?,
            None => self.library_with(&home.key, Right::Write).await?,
        };
        let snapshot = self.lcms.store().snapshot().await?;
        let revision = self.select(&component, &home, &source.revision).await?;
        let depth = match (new.subtree, new.assets) {
            (false, _) => plan::Depth::Alone,
            (true, assets) => plan::Depth::Subtree { assets },
        };
        let plan = Plan::of(self, &snapshot, component, revision, depth).await?;
        drop(snapshot);
        let into = Destination {
            library,
            key: new.key,
            message: new.message,
            actor: self.actor.id(),
            time: now(),
        };
        let session = self.clone();
        self.lcms
            .store()
            .writer()
            .write(move |tx| Box::pin(async move { session.copy_in(tx, plan, into).await }))
            .await
    }

    /// Makes the copies of a plan.
    pub(super) async fn copy_in(
        &self,
        tx: &Transaction,
        plan: Plan,
        into: Destination,
    ) -> Result<Copied> {
        let Destination { library, key, message, actor, time } = into;
        let copies = self.make_components(tx, &plan, &library, key, time).await?;
        let ids: Vec<_> = copies.iter().map(|copy| copy.id).collect();
        let mut items = Vec::with_capacity(copies.len());
        let mut root = None;
        for (index, (node, component)) in plan.nodes.iter().zip(copies).enumerate() {
            let content = node.rewritten(&ids)?;
            let draft = Draft {
                language: library.language.clone(),
                content: content.map_or(Document::Stored(node.revision.content), Document::New),
                metadata: Document::Stored(node.revision.metadata),
                base: None,
                merge_parent: Some(node.revision.id),
                source: None,
                holds_files: true,
                message: message.clone(),
                actor,
                time,
                component,
            };
            let saved = self.store_revision(tx, draft).await?;
            let origin = Origin {
                copy: saved.component.id,
                source: node.component.id,
                revision: node.revision.id,
                event: saved.revision.event,
            };
            origins::record(tx, &origin).await?;
            items.push(CopiedItem {
                source: node.component.id,
                revision: node.revision.id,
                copy: saved.component.id,
                key: saved.component.key.clone(),
                kind: saved.component.kind,
            });
            if index == plan.root {
                root = Some(saved);
            }
        }
        items.rotate_left(plan.root);
        let saved = root.ok_or_else(|| {
            crate::error::Error::internal("nothing was copied", "the plan has no root")
        })?;
        Ok(Copied { saved, items })
    }

    /// The rows of all copies first, so that texts may link to each other in any order.
    async fn make_components(
        &self,
        tx: &Transaction,
        plan: &Plan,
        library: &Library,
        key: Option<Key>,
        time: OffsetDateTime,
    ) -> Result<Vec<Component>> {
        let mut made: Vec<Component> = Vec::with_capacity(plan.nodes.len());
        let ids: Vec<_> = plan.nodes.iter().map(|_| ComponentId::new()).collect();
        for (index, node) in plan.nodes.iter().enumerate() {
            let key = match &key {
                Some(key) if index == plan.root => key.clone(),
                _ => self.free_key(tx, library.id, &node.component.key).await?,
            };
            let component = Component {
                id: ids[index],
                library: library.id,
                key,
                kind: node.component.kind,
                retired: false,
                deleted: false,
                owner: node.owner.map(|owner| ids[owner]),
                created: time,
            };
            insert_component(tx, library, &component).await?;
            made.push(component);
        }
        Ok(made)
    }
}

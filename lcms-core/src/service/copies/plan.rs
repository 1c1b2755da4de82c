//! What a copy takes along: every version that becomes a component of its own, children before
//! those that hold them.

use std::collections::{HashMap, HashSet};

use futures::FutureExt as _;
use futures::future::BoxFuture;

use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, Content, Digest, Kind, LinkPolicy, Revision, Right, Slot, SlotId,
    Target,
};
use crate::service::Session;
use crate::store::{Connection, components, documents};

/// Deepest nesting that is copied; a release goes no deeper either.
const MAX_DEPTH: usize = 200;

/// How much is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Depth {
    /// The component, with what is local to it.
    Alone,
    /// Everything below that is written.
    Subtree {
        /// Files too.
        assets: bool,
    },
}

impl Depth {
    fn takes(self, child: &Component) -> bool {
        if child.owner.is_some() {
            return true; // it could not stand in a copy of what holds it
        }
        let Self::Subtree { assets } = self else { return false };
        match child.kind {
            Kind::Module | Kind::Lesson | Kind::Assessment | Kind::Topic | Kind::Question => true,
            Kind::Asset | Kind::WebPackage => assets,
            Kind::Course | Kind::Objective | Kind::VariableSet | Kind::Profile => false,
        }
    }
}

/// One version to be copied.
pub(in crate::service) struct PlanNode {
    pub component: Component,
    pub revision: Revision,
    /// Index of what its copy is local to.
    pub owner: Option<usize>,
    content: Content,
    /// Placements that hold a copy instead, by slot.
    placed: HashMap<SlotId, usize>,
    /// What its text refers to that is copied too.
    referred: HashMap<ComponentId, usize>,
}

impl PlanNode {
    /// The content with copies in place of what was copied; nothing when it stays as it is.
    pub(in crate::service) fn rewritten(&self, copies: &[ComponentId]) -> Result<Option<Content>> {
        if self.placed.is_empty() && self.referred.is_empty() {
            return Ok(None);
        }
        let mut content = self.content.clone();
        content
            .rewrite_targets(&mut |target| {
                let copy = target.id().and_then(|id| self.referred.get(&id));
                Ok(copy.map_or_else(|| target.clone(), |index| Target::Id(copies[*index])))
            })
            .map_err(|violations| Error::violations("a text cannot be copied", violations))?;
        // Placements by slot: the same component may be copied at two versions.
        for before in self.content.placed() {
            let slot = before.placement.id;
            let Some(placement) = content.placement_mut(slot) else { continue };
            match self.placed.get(&slot) {
                Some(index) => {
                    placement.component = Target::Id(copies[*index]);
                    placement.policy = LinkPolicy::Latest;
                }
                None => placement.component = before.placement.component,
            }
        }
        Ok(Some(content))
    }
}

/// Everything to be copied, children first.
pub(in crate::service) struct Plan {
    pub nodes: Vec<PlanNode>,
    /// Index of what was asked for: the last.
    pub root: usize,
}

type Version = (ComponentId, Digest, Digest);

struct Planning<'a, C> {
    session: &'a Session,
    db: &'a C,
    depth: Depth,
    nodes: Vec<PlanNode>,
    done: HashMap<Version, usize>,
}

impl Plan {
    pub(in crate::service) async fn of(
        session: &Session,
        db: &impl Connection,
        component: Component,
        revision: Revision,
        depth: Depth,
    ) -> Result<Self> {
        let mut planning = Planning { session, db, depth, nodes: Vec::new(), done: HashMap::new() };
        let root = planning.visit(component, revision, 0).await?;
        let Planning { mut nodes, done, .. } = planning;
        link_texts(&mut nodes, &done);
        own(&mut nodes, root);
        Ok(Self { nodes, root })
    }
}

/// Makes what was local to something local to its copy; what was local to something that is not
/// copied becomes local to the root.
fn own(nodes: &mut [PlanNode], root: usize) {
    let places: HashMap<_, _> =
        nodes.iter().enumerate().map(|(index, node)| (node.component.id, index)).collect();
    for (index, node) in nodes.iter_mut().enumerate() {
        let owner = node.component.owner.filter(|_| index != root);
        node.owner = owner.map(|owner| places.get(&owner).copied().unwrap_or(root));
    }
}

/// Points text at copies of what it refers to: of several versions, the one copied last.
fn link_texts(nodes: &mut [PlanNode], done: &HashMap<Version, usize>) {
    let mut newest = HashMap::<ComponentId, usize>::new();
    for ((component, ..), index) in done {
        let place = newest.entry(*component).or_insert(*index);
        *place = (*place).max(*index);
    }
    for node in nodes {
        let in_text = node.content.uses().into_iter().filter(|used| used.place.is_some());
        let ids: HashSet<_> = in_text.filter_map(|used| used.target.id()).collect();
        node.referred = ids.into_iter().filter_map(|id| Some((id, *newest.get(&id)?))).collect();
    }
}

impl<C: Connection> Planning<'_, C> {
    fn visit(
        &mut self,
        component: Component,
        revision: Revision,
        depth: usize,
    ) -> BoxFuture<'_, Result<usize>> {
        async move {
            let version = (component.id, revision.content, revision.metadata);
            if let Some(index) = self.done.get(&version) {
                return Ok(*index);
            }
            if depth > MAX_DEPTH {
                return Err(Error::invalid(format!(
                    "the structure is nested more than {MAX_DEPTH} deep at `{}`",
                    component.key
                )));
            }
            let content = documents::content(self.db, revision.content).await?;
            let slots = content.slots();
            let ids: Vec<_> = slots.iter().map(|slot| slot.component).collect();
            let children = components::by_ids(self.db, &ids).await?;
            let in_lists: HashSet<_> =
                content.placed().into_iter().map(|placed| placed.placement.id).collect();
            let mut placed = HashMap::new();
            for slot in slots {
                let Some(child) = children.get(&slot.component) else { continue };
                self.require_readable(child)?;
                if let Some(index) = self.child(child, &slot, &revision, depth).await?
                    && in_lists.contains(&slot.id)
                {
                    placed.insert(slot.id, index);
                }
            }
            let index = self.nodes.len();
            self.done.insert(version, index);
            self.nodes.push(PlanNode {
                component,
                revision,
                owner: None,
                content,
                placed,
                referred: HashMap::new(),
            });
            Ok(index)
        }
        .boxed()
    }

    /// Plans the copy of what stands in a slot, when it is to be copied.
    async fn child(
        &mut self,
        child: &Component,
        slot: &Slot,
        parent: &Revision,
        depth: usize,
    ) -> Result<Option<usize>> {
        if !self.depth.takes(child) || matches!(slot.policy, LinkPolicy::Release { .. }) {
            return Ok(None);
        }
        let shown =
            self.session.version_shown(self.db, child, &slot.policy, &parent.language).await?;
        let version = shown.ok_or_else(|| {
            Error::conflict(format!(
                "`{}` cannot be copied: a slot shows no version of it",
                child.key
            ))
            .hint("let the slot follow the latest version, or approve one")
        })?;
        Ok(Some(self.visit(child.clone(), version, depth + 1).await?))
    }

    fn require_readable(&self, child: &Component) -> Result<()> {
        if self.session.may(child.library, Right::Read) {
            return Ok(());
        }
        Err(Error::forbidden(format!(
            "it holds component {}, which you may not read; its copy would show it",
            child.id
        )))
    }
}

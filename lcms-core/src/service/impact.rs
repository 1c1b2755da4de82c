//! What an edit would touch, said before it is made.
//!
//! An edit makes a new head. Whoever follows `latest` shows it at once, whoever follows
//! `approved` when it is approved, and a pinned version or a release taken whole never does. A
//! course is touched by the strongest of all ways that lead down to the component: each way is
//! followed through the versions that its slots show, since a version that is pinned further up
//! may hold other slots than the head.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use super::components::{not_here, state_at};
use super::where_used::{Ascent, HoldingQuery, HoldingReleases, Named, Step, way_down};
use crate::error::Result;
use crate::model::{
    Component, ComponentId, Digest, Key, Language, LinkPolicy, Release, RevisionId, Right, State,
    Target, View,
};
use crate::store::ancestors::Reach;
use crate::store::{Connection, components, documents, heads, releases};

/// How an edit reaches something that holds the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Not at all: every way to it is pinned, or a release taken whole.
    None,
    /// Once the edit is approved.
    OnceApproved,
    /// As soon as it is saved.
    AtOnce,
}

/// What an edit of a component would touch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Impact {
    /// The component.
    #[serde(flatten)]
    pub component: Named,
    /// Its head, which the edit would go on from.
    pub revision: RevisionId,
    /// Where it stands; an edit of what is approved has to be approved again.
    pub state: State,
    /// How its own uses follow it.
    pub uses: UseCounts,
    /// Who else has it: how many parents in each library you may read.
    pub libraries: BTreeMap<Key, u64>,
    /// Parents, at any height, in libraries you may not read.
    pub hidden: u64,
    /// Everything at the top of what holds it, such as courses, the most touched first.
    pub tops: Vec<Touched>,
    /// Releases with it that a channel points to or that are live: they go on showing the version
    /// they froze, until a newer release takes their place. The newest 50.
    pub in_use: HoldingReleases,
}

/// How many uses follow which version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct UseCounts {
    /// The head.
    pub latest: u64,
    /// The newest approved revision.
    pub approved: u64,
    /// A release.
    pub release: u64,
    /// One version.
    pub pinned: u64,
}

/// A course, or whatever else stands at the top, and how an edit reaches it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Touched {
    /// The component at the top.
    #[serde(flatten)]
    pub top: Named,
    /// How an edit reaches it.
    pub effect: Effect,
    /// The shortest way down to the component.
    pub path: Vec<Step>,
    /// Its newest release, which stays as it is whatever is edited: where `effect` is not `none`,
    /// it falls behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_release: Option<Release>,
}

impl Session {
    /// What an edit of a component would touch and what not, before it is made.
    ///
    /// # Errors
    /// When there is no such component or the actor may not read it.
    pub async fn impact(&self, target: &Target) -> Result<Impact> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let keys = self.library_keys().await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let head = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let revision = components::revision(db, head.revision).await?;
        let state = match revision {
            Some(revision) => state_at(db, &component, &revision).await?,
            None => State::Draft,
        };
        let ascent = Ascent::of(db, &self.view, component.id, Reach::Transitive).await?;

        let mut uses = UseCounts::default();
        let mut parents = HashSet::new();
        let mut libraries = BTreeMap::new();
        let mut hidden = HashSet::new();
        for edge in ascent.edges() {
            let library = keys.get(&edge.parent.library);
            if library.is_none() {
                hidden.insert(edge.parent.id);
            }
            if edge.used.child != component.id {
                continue;
            }
            match edge.used.policy {
                LinkPolicy::Latest => uses.latest += 1,
                LinkPolicy::Approved => uses.approved += 1,
                LinkPolicy::Release { .. } => uses.release += 1,
                LinkPolicy::Pinned { .. } => uses.pinned += 1,
            }
            if let Some(library) = library
                && parents.insert(edge.parent.id)
            {
                *libraries.entry(library.clone()).or_default() += 1;
            }
        }

        let mut tops = ascent.tops();
        tops.retain(|top| keys.contains_key(&top.library));
        let mut shown: Vec<&Component> = vec![&component];
        shown.extend(tops.iter().flat_map(|top| ascent.path_from(top.id)).map(|e| &e.parent));
        let names = self.named(db, &shown, &keys).await?;
        let mut reach = Reaching::new(db, &self.view, &ascent, component.id);
        let mut touched = Vec::with_capacity(tops.len());
        for top in tops {
            let Some(named) = names.get(&top.id) else { continue };
            let releases = releases::list(db, top.id, None, 1).await?;
            touched.push(Touched {
                top: named.clone(),
                effect: reach.head(top.id).await?,
                path: way_down(&ascent, top.id, &names),
                latest_release: releases.into_iter().next(),
            });
        }
        touched.sort_by(|a, b| {
            let place = |t: &Touched| (t.top.library_key.clone(), t.top.component.key.clone());
            b.effect.cmp(&a.effect).then_with(|| place(a).cmp(&place(b)))
        });
        // What is held comes from a connection of its own: no second one while the first is kept.
        drop(snapshot);
        let asked = HoldingQuery { in_use: true, limit: 50, ..HoldingQuery::default() };
        let in_use = self.holding(component.id, asked).await?;
        let named = names.get(&component.id).cloned();
        Ok(Impact {
            component: named.unwrap_or_else(|| Named {
                component,
                library_key: library.key,
                title: String::new(),
            }),
            revision: head.revision,
            state,
            uses,
            libraries,
            hidden: hidden.len() as u64,
            tops: touched,
            in_use,
        })
    }
}

/// One slot, as far as following it goes.
type Link = (ComponentId, LinkPolicy, Language);

/// Follows slots down to the edited component, each version once.
struct Reaching<'a, C> {
    db: &'a C,
    view: &'a View,
    edited: ComponentId,
    heads: HashMap<ComponentId, Vec<Link>>,
    known: HashMap<(ComponentId, Option<Digest>), Effect>,
}

impl<'a, C: Connection> Reaching<'a, C> {
    fn new(db: &'a C, view: &'a View, ascent: &Ascent, edited: ComponentId) -> Self {
        let mut heads: HashMap<_, Vec<Link>> = HashMap::new();
        for edge in ascent.edges() {
            let used = &edge.used;
            let link = (used.child, used.policy.clone(), used.language.clone());
            heads.entry(used.parent).or_default().push(link);
        }
        Self { db, view, edited, heads, known: HashMap::new() }
    }

    /// How the edit reaches a component's head.
    async fn head(&mut self, component: ComponentId) -> Result<Effect> {
        let links = self.heads.get(&component).cloned().unwrap_or_default();
        self.through((component, None), links).await
    }

    /// How the edit reaches one version of a component.
    async fn version(
        &mut self,
        component: ComponentId,
        content: Digest,
        language: &Language,
    ) -> Result<Effect> {
        let slots = documents::slots(self.db, content).await?;
        let links = slots
            .into_iter()
            .filter(|slot| {
                slot.component == self.edited || self.heads.contains_key(&slot.component)
            })
            .map(|slot| (slot.component, slot.policy, language.clone()))
            .collect();
        self.through((component, Some(content)), links).await
    }

    /// The strongest effect that comes up through these slots of a version.
    fn through(
        &mut self,
        version: (ComponentId, Option<Digest>),
        links: Vec<Link>,
    ) -> BoxFuture<'_, Result<Effect>> {
        async move {
            if let Some(known) = self.known.get(&version) {
                return Ok(*known);
            }
            self.known.insert(version, Effect::None); // what leads back here adds nothing
            let mut strongest = Effect::None;
            for (child, policy, language) in links {
                strongest = strongest.max(self.link(child, policy, &language).await?);
            }
            self.known.insert(version, strongest);
            Ok(strongest)
        }
        .boxed()
    }

    /// The effect that comes up through one slot.
    async fn link(
        &mut self,
        child: ComponentId,
        policy: LinkPolicy,
        language: &Language,
    ) -> Result<Effect> {
        if child == self.edited {
            return Ok(match policy {
                LinkPolicy::Latest => Effect::AtOnce,
                LinkPolicy::Approved => Effect::OnceApproved,
                LinkPolicy::Pinned { .. } | LinkPolicy::Release { .. } => Effect::None,
            });
        }
        match policy {
            LinkPolicy::Latest => self.head(child).await,
            LinkPolicy::Approved => {
                match heads::newest_approved(self.db, self.view, child, language).await? {
                    Some(found) => self.version(child, found.content, language).await,
                    None => Ok(Effect::None),
                }
            }
            LinkPolicy::Pinned { content, .. } => self.version(child, content, language).await,
            LinkPolicy::Release { .. } => Ok(Effect::None),
        }
    }
}

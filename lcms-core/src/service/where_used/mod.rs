//! Where-used: what holds a component, how, and what stands above that.
//!
//! Asked of a view, so of any branch and any moment. Parents that are deleted (or were, at the
//! moment asked for) are left out with what only they lead to; parents in libraries the actor may
//! not read are counted and not named.

mod ascent;
mod earlier;
mod holding;
mod in_use;
mod naming;
mod page;
mod rebuild;

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

pub(super) use ascent::Ascent;
pub use holding::{HoldingQuery, HoldingReleases, ReleaseHolding};
use naming::following;
use page::Place;
pub use rebuild::WhereUsedRebuilt;

use super::Session;
use crate::error::Result;
use crate::model::{
    Component, ComponentId, Key, Language, LinkPolicy, OverrideName, ReleaseId, RevisionId, Right,
    SlotId, SlotRole, Target,
};
use crate::store::ancestors::Reach;
use crate::store::usage::Usage;

/// Which part of where-used is asked for.
#[derive(Clone, Debug, Default)]
pub struct WhereUsedQuery {
    /// Also what holds the parents in turn, up to the top.
    pub transitive: bool,
    /// Also uses through versions that are not heads. Only of a transitive question.
    pub earlier: bool,
    /// Also the releases that hold it, where these are published and live.
    pub releases: bool,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// At most so many uses, and so many tops; 1 to 200.
    pub limit: u64,
}

/// A page of where a component is used.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WhereUsed {
    /// The component asked about.
    pub component: ComponentId,
    /// How many uses there are whose parent you may read.
    pub total: u64,
    /// How many more parents there are, in libraries you may not read.
    pub hidden: u64,
    /// The uses: nearest first, then by library and key of the parent.
    pub items: Vec<UsedIn>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// What stands at the top of everything that holds it, such as courses, each with the
    /// shortest way down. Only of a transitive question; at most as many as uses on a page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tops: Vec<Top>,
    /// How many tops there are that you may read.
    pub top_total: u64,
    /// Uses through versions that are not heads: something holds a version, pinned or approved,
    /// that leads here, and its head does not; and what holds that in turn, up to the top. Nearest
    /// first. Only when asked for; at most as many as uses on a page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<UsedIn>,
    /// How many of these there are that you may read.
    pub earlier_total: u64,
    /// The newest releases that hold it, at any moment; only when asked for, and at most as many
    /// as uses on a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releases: Option<HoldingReleases>,
}

/// One use of a component.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct UsedIn {
    /// The component that holds it.
    #[serde(flatten)]
    pub parent: Named,
    /// Slots between this parent and the component asked about: 1 for its own parent.
    pub depth: u32,
    /// The slot.
    pub slot: SlotId,
    /// How it is held.
    pub role: SlotRole,
    /// Language of the parent's document.
    pub language: Language,
    /// The component held: the one asked about, or one between.
    pub child: ComponentId,
    /// Which version of it the slot asks for.
    pub policy: LinkPolicy,
    /// The version it shows now; absent when it resolves to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<Shown>,
    /// Fields that the slot replaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideName>,
}

/// A component with what people call it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Named {
    /// The component.
    #[serde(flatten)]
    pub component: Component,
    /// Key of its library.
    pub library_key: Key,
    /// Its title.
    pub title: String,
}

/// The version a slot shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Shown {
    /// The revision; absent when a release is taken whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// The revision's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The release that is taken whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseId>,
    /// The release's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release_number: Option<u32>,
}

/// Something that nothing holds, and the way down from it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Top {
    /// The component at the top.
    #[serde(flatten)]
    pub top: Named,
    /// From the top down to the last holder.
    pub path: Vec<Step>,
}

/// One step of a way down.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Step {
    /// The holder.
    pub component: ComponentId,
    /// `library/key` of the holder; absent when you may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its title; absent when you may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The slot that leads on.
    pub slot: SlotId,
}

impl Session {
    /// Where a component is used, on the branch and at the moment looked at.
    ///
    /// # Errors
    /// When there is no such component, the actor may not read it, or the cursor is not one of
    /// ours.
    pub async fn where_used(&self, target: &Target, query: &WhereUsedQuery) -> Result<WhereUsed> {
        let db = self.lcms.store().reader();
        let reach = if query.transitive { Reach::Transitive } else { Reach::Direct };
        let asked = self.component_with(target, Right::Read);
        let (component, ascent) = match target {
            // What is known by its id can be climbed from while it is looked at.
            Target::Id(id) => {
                let climbed = Ascent::of(db, &self.view, *id, reach);
                let ((component, _), ascent) = futures::future::try_join(asked, climbed).await?;
                (component, ascent)
            }
            _ => {
                let (component, _) = asked.await?;
                let ascent = Ascent::of(db, &self.view, component.id, reach).await?;
                (component, ascent)
            }
        };
        let libraries = self.library_keys_of(db, ascent.edges()).await?;
        let limit = usize::try_from(query.limit.clamp(1, 200)).unwrap_or(usize::MAX);
        let after = query.cursor.as_deref().map(str::parse::<Place>).transpose()?;

        let mut hidden = BTreeSet::new();
        let mut uses: Vec<(Place, &ascent::Edge)> = Vec::with_capacity(ascent.edges().len());
        for edge in ascent.edges() {
            match libraries.get(&edge.parent.library) {
                Some(library) => uses.push((Place::of(edge, library), edge)),
                None => drop(hidden.insert(edge.parent.id)),
            }
        }
        uses.sort_by(|a, b| a.0.cmp(&b.0));
        let total = uses.len() as u64;
        let begin = after.map_or(0, |after| uses.partition_point(|(place, _)| *place <= after));
        let page: Vec<_> = uses.iter().skip(begin).take(limit).collect();
        let more = begin + page.len() < uses.len();
        let next = page.last().filter(|_| more).map(|(place, _)| place.to_string());

        let mut tops = Vec::new();
        if query.transitive {
            tops = ascent.tops();
            tops.retain(|top| libraries.contains_key(&top.library));
            let place = |top: &&Component| (libraries.get(&top.library).cloned(), top.key.clone());
            tops.sort_by_key(place);
        }
        let top_total = tops.len() as u64;
        tops.truncate(limit);

        let mut shown: Vec<&Component> = page.iter().map(|(_, edge)| &edge.parent).collect();
        shown.extend(tops.iter().flat_map(|top| ascent.path_from(top.id)).map(|e| &e.parent));
        let page_uses: Vec<_> = page.iter().map(|(_, edge)| &edge.used).collect();
        let wanted = self.titled(db, &shown).await?.into_iter().chain(following(&page_uses));
        let heads = self.heads_in(db, wanted).await?;
        let names = self.named_by(db, &shown, &libraries, &heads).await?;
        let mut versions = self.shown_with(db, &page_uses, &heads).await?;
        let items = page
            .iter()
            .filter_map(|(_, edge)| {
                let used = &edge.used;
                let shows = versions.remove(&(used.parent, used.language.clone(), used.slot));
                Some(UsedIn::new(names.get(&used.parent)?.clone(), used, edge.depth, shows))
            })
            .collect();
        let tops = tops
            .iter()
            .filter_map(|top| {
                let path = way_down(&ascent, top.id, &names);
                Some(Top { top: names.get(&top.id)?.clone(), path })
            })
            .collect();
        let mut earlier_uses = Vec::new();
        if query.transitive && query.earlier {
            earlier_uses = earlier::uses(db, &self.view, component.id, &ascent).await?;
        }
        let (earlier_total, earlier) = self.earlier_uses(db, earlier_uses, limit).await?;
        let releases = match query.releases {
            true => {
                let asked = HoldingQuery { limit: query.limit, ..HoldingQuery::default() };
                Some(self.holding(component.id, asked).await?)
            }
            false => None,
        };
        Ok(WhereUsed {
            component: component.id,
            total,
            hidden: hidden.len() as u64,
            items,
            next,
            tops,
            top_total,
            earlier,
            earlier_total,
            releases,
        })
    }
}

impl UsedIn {
    fn new(parent: Named, used: &Usage, depth: u32, shows: Option<Shown>) -> Self {
        Self {
            parent,
            depth,
            slot: used.slot,
            role: used.role,
            language: used.language.clone(),
            child: used.child,
            policy: used.policy.clone(),
            shows,
            overrides: used.overrides.clone(),
        }
    }
}

/// The shortest way from a component at the top to the one asked about, with names where they may
/// be known.
pub(super) fn way_down(
    ascent: &Ascent,
    top: ComponentId,
    names: &HashMap<ComponentId, Named>,
) -> Vec<Step> {
    let step = |edge: &ascent::Edge| {
        let named = names.get(&edge.parent.id);
        Step {
            component: edge.parent.id,
            name: named.map(|named| format!("{}/{}", named.library_key, named.component.key)),
            title: named.map(|named| named.title.clone()),
            slot: edge.used.slot,
        }
    };
    ascent.path_from(top).into_iter().map(step).collect()
}

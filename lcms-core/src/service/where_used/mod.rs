//! Where-used: what holds a component, how, and what stands above that.
//!
//! Asked of a view, so of any branch and any moment. Parents that are deleted (or were, at the
//! moment asked for) are left out with what only they lead to; parents in libraries the actor may
//! not read are counted and not named.

mod ascent;
mod in_use;
mod rebuild;

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

pub(super) use ascent::Ascent;
pub use rebuild::WhereUsedRebuilt;

use super::Session;
use super::components::title_in;
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, Key, Language, LibraryId, LinkPolicy, OverrideName, ReleaseId,
    RevisionId, Right, SlotId, SlotRole, Target,
};
use crate::store::ancestors::Reach;
use crate::store::usage::Usage;
use crate::store::{Connection, components, documents, heads, releases};

/// Which part of where-used is asked for.
#[derive(Clone, Debug, Default)]
pub struct WhereUsedQuery {
    /// Also what holds the parents in turn, up to the top.
    pub transitive: bool,
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
        let (component, _) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let reach = if query.transitive { Reach::Transitive } else { Reach::Direct };
        let ascent = Ascent::of(db, &self.view, component.id, reach).await?;
        let libraries = self.library_keys().await?;
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
        let names = self.named(db, &shown, &libraries).await?;
        let page_uses: Vec<_> = page.iter().map(|(_, edge)| &edge.used).collect();
        let mut versions = self.shown_by(db, &page_uses).await?;
        let items = page
            .iter()
            .filter_map(|(_, edge)| {
                let used = &edge.used;
                Some(UsedIn {
                    parent: names.get(&used.parent)?.clone(),
                    depth: edge.depth,
                    slot: used.slot,
                    role: used.role,
                    language: used.language.clone(),
                    child: used.child,
                    policy: used.policy.clone(),
                    shows: versions.remove(&(used.parent, used.language.clone(), used.slot)),
                    overrides: used.overrides.clone(),
                })
            })
            .collect();
        let tops = tops
            .iter()
            .filter_map(|top| {
                let path = way_down(&ascent, top.id, &names);
                Some(Top { top: names.get(&top.id)?.clone(), path })
            })
            .collect();
        let hidden = hidden.len() as u64;
        Ok(WhereUsed { component: component.id, total, hidden, items, next, tops, top_total })
    }

    /// Keys of the libraries the actor may read.
    pub(super) async fn library_keys(&self) -> Result<HashMap<LibraryId, Key>> {
        Ok(self.readable().await?.into_iter().map(|library| (library.id, library.key)).collect())
    }

    /// These components with key of library and title, those of them that may be read.
    pub(super) async fn named(
        &self,
        db: &impl Connection,
        of: &[&Component],
        libraries: &HashMap<LibraryId, Key>,
    ) -> Result<HashMap<ComponentId, Named>> {
        let mut by_library: HashMap<LibraryId, BTreeSet<ComponentId>> = HashMap::new();
        for component in of {
            by_library.entry(component.library).or_default().insert(component.id);
        }
        let mut contents = HashMap::new();
        for (library, ids) in by_library {
            let Some(library) = self.lcms.recent().library(db, library).await? else { continue };
            let ids: Vec<_> = ids.into_iter().collect();
            let found = heads::of_many(db, &self.view, &ids, &library.language).await?;
            contents.extend(found.into_iter().map(|(id, head)| (id, head.content)));
        }
        let digests: Vec<_> = contents.values().copied().collect();
        let bodies = documents::get_many(db, &digests).await?;
        let title = |id| {
            let body = contents.get(&id).and_then(|digest| bodies.get(digest));
            body.map_or_else(String::new, |body| title_in(body))
        };
        let named = of.iter().filter_map(|component| {
            let library_key = libraries.get(&component.library)?.clone();
            let title = title(component.id);
            Some((component.id, Named { component: (*component).clone(), library_key, title }))
        });
        Ok(named.collect())
    }

    /// The version that each of these uses shows, by parent, language and slot.
    pub(super) async fn shown_by(
        &self,
        db: &impl Connection,
        uses: &[&Usage],
    ) -> Result<HashMap<(ComponentId, Language, SlotId), Shown>> {
        let mut following: HashMap<&Language, BTreeSet<ComponentId>> = HashMap::new();
        for used in uses.iter().filter(|used| used.policy == LinkPolicy::Latest) {
            following.entry(&used.language).or_default().insert(used.child);
        }
        let mut latest = HashMap::new();
        for (language, children) in following {
            let children: Vec<_> = children.into_iter().collect();
            for (id, head) in heads::of_many(db, &self.view, &children, language).await? {
                latest.insert((id, language), Shown::revision(head.revision, head.number));
            }
        }
        let mut shown = HashMap::with_capacity(uses.len());
        for used in uses {
            let version = match &used.policy {
                LinkPolicy::Latest => latest.get(&(used.child, &used.language)).cloned(),
                policy => self.resolved(db, used.child, policy, &used.language).await?,
            };
            if let Some(version) = version {
                shown.insert((used.parent, used.language.clone(), used.slot), version);
            }
        }
        Ok(shown)
    }

    /// The version of a component that a link policy resolves to here.
    pub(super) async fn resolved(
        &self,
        db: &impl Connection,
        child: ComponentId,
        policy: &LinkPolicy,
        language: &Language,
    ) -> Result<Option<Shown>> {
        let revision = match policy {
            LinkPolicy::Latest => {
                let head = heads::of(db, &self.view, child, language).await?;
                return Ok(head.map(|head| Shown::revision(head.revision, head.number)));
            }
            LinkPolicy::Approved => heads::newest_approved(db, &self.view, child, language).await?,
            LinkPolicy::Pinned { content, metadata } => {
                components::newest_with(db, child, *content, *metadata).await?
            }
            LinkPolicy::Release { release } => {
                let found = releases::by_id(db, *release).await?;
                return Ok(found.filter(|release| release.component == child).map(|release| {
                    Shown {
                        revision: None,
                        number: None,
                        release: Some(release.id),
                        release_number: Some(release.number),
                    }
                }));
            }
        };
        Ok(revision.map(|revision| Shown::revision(revision.id, revision.number)))
    }
}

impl Shown {
    fn revision(id: RevisionId, number: u32) -> Self {
        Self { revision: Some(id), number: Some(number), release: None, release_number: None }
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

/// The place of a use in the order of a list; written down, where the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    depth: u32,
    library: Key,
    key: Key,
    slot: SlotId,
    language: Language,
    child: ComponentId,
}

impl Place {
    fn of(edge: &ascent::Edge, library: &Key) -> Self {
        Self {
            depth: edge.depth,
            library: library.clone(),
            key: edge.parent.key.clone(),
            slot: edge.used.slot,
            language: edge.used.language.clone(),
            child: edge.used.child,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { depth, library, key, slot, language, child } = self;
        write!(f, "{depth}/{library}/{key}/{slot}/{language}/{child}")
    }
}

impl std::str::FromStr for Place {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        fn read(text: &str) -> Option<Place> {
            let mut parts = text.split('/');
            let place = Place {
                depth: parts.next()?.parse().ok()?,
                library: parts.next()?.parse().ok()?,
                key: parts.next()?.parse().ok()?,
                slot: parts.next()?.parse().ok()?,
                language: parts.next()?.parse().ok()?,
                child: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(place)
        }
        read(text).ok_or_else(|| Error::invalid("the cursor is not one that a list gave out"))
    }
}

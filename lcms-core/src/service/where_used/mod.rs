//! Where-used: what holds a component, how, and what stands above that.
//!
//! Asked of a view, so of any branch and any moment. Parents that are deleted (or were, at the
//! moment asked for) are left out with what only they lead to; parents in libraries the actor may
//! not read are counted and not named.

mod ascent;
mod earlier;
mod holding;
mod in_use;
mod rebuild;

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

pub(super) use ascent::Ascent;
pub use holding::{HoldingQuery, HoldingReleases, ReleaseHolding};
pub use rebuild::WhereUsedRebuilt;

use super::Session;
use super::components::title_in;
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, Head, Key, Language, LibraryId, LinkPolicy, OverrideName, ReleaseId,
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

    /// Uses through earlier versions as they are shown, nearest first, and how many there are.
    async fn earlier_uses(
        &self,
        db: &impl Connection,
        uses: Vec<(Usage, u32)>,
        limit: usize,
    ) -> Result<(u64, Vec<UsedIn>)> {
        if uses.is_empty() {
            return Ok((0, Vec::new()));
        }
        let libraries = self.library_keys().await?;
        let parents: Vec<_> = uses.iter().map(|(used, _)| used.parent).collect();
        let mut parents = components::by_ids(db, &parents).await?;
        parents.retain(|_, parent| libraries.contains_key(&parent.library));
        let shown: Vec<_> = parents.values().collect();
        let names = self.named(db, &shown, &libraries).await?;
        let readable: Vec<_> =
            uses.iter().filter(|(used, _)| names.contains_key(&used.parent)).collect();
        let mut versions =
            self.shown_by(db, &readable.iter().map(|(used, _)| used).collect::<Vec<_>>()).await?;
        let mut items: Vec<_> = readable
            .into_iter()
            .filter_map(|(used, depth)| {
                let shows = versions.remove(&(used.parent, used.language.clone(), used.slot));
                Some(UsedIn::new(names.get(&used.parent)?.clone(), used, *depth, shows))
            })
            .collect();
        items.sort_by(|a, b| {
            let place = |it: &UsedIn| (it.depth, it.parent.library_key.clone());
            let key = |it: &UsedIn| (it.parent.component.key.clone(), it.slot);
            place(a).cmp(&place(b)).then_with(|| key(a).cmp(&key(b)))
        });
        let total = items.len() as u64;
        items.truncate(limit);
        Ok((total, items))
    }

    /// Keys of the libraries the actor may read.
    pub(super) async fn library_keys(&self) -> Result<HashMap<LibraryId, Key>> {
        Ok(self.readable().await?.into_iter().map(|library| (library.id, library.key)).collect())
    }

    /// Keys of the libraries of what holds, those of them that may be read.
    async fn library_keys_of(
        &self,
        db: &impl Connection,
        edges: &[ascent::Edge],
    ) -> Result<HashMap<LibraryId, Key>> {
        let mut keys = HashMap::new();
        for id in edges.iter().map(|edge| edge.parent.library).collect::<BTreeSet<_>>() {
            if self.may(id, Right::Read)
                && let Some(library) = self.lcms.recent().library(db, id).await?
            {
                keys.insert(id, library.key);
            }
        }
        Ok(keys)
    }

    /// These components with key of library and title, those of them that may be read.
    pub(super) async fn named(
        &self,
        db: &impl Connection,
        of: &[&Component],
        libraries: &HashMap<LibraryId, Key>,
    ) -> Result<HashMap<ComponentId, Named>> {
        let wanted = self.titled(db, of).await?;
        let heads = self.heads_in(db, wanted).await?;
        self.named_by(db, of, libraries, &heads).await
    }

    /// The version that each of these uses shows, by parent, language and slot.
    pub(super) async fn shown_by(
        &self,
        db: &impl Connection,
        uses: &[&Usage],
    ) -> Result<HashMap<(ComponentId, Language, SlotId), Shown>> {
        let heads = self.heads_in(db, following(uses)).await?;
        self.shown_with(db, uses, &heads).await
    }

    /// The heads that say what these components are called: those in their libraries' languages.
    async fn titled(
        &self,
        db: &impl Connection,
        of: &[&Component],
    ) -> Result<Vec<(Language, ComponentId)>> {
        let mut titled = Vec::with_capacity(of.len());
        for component in of {
            let library = self.lcms.recent().library(db, component.library).await?;
            titled.extend(library.map(|library| (library.language, component.id)));
        }
        Ok(titled)
    }

    /// The heads of components in languages, by both.
    async fn heads_in(
        &self,
        db: &impl Connection,
        wanted: impl IntoIterator<Item = (Language, ComponentId)>,
    ) -> Result<Heads> {
        let mut by_language: HashMap<Language, BTreeSet<ComponentId>> = HashMap::new();
        for (language, id) in wanted {
            by_language.entry(language).or_default().insert(id);
        }
        let mut heads = HashMap::with_capacity(by_language.len());
        for (language, ids) in by_language {
            let ids: Vec<_> = ids.into_iter().collect();
            let found = heads::of_many(db, &self.view, &ids, &language).await?;
            heads.insert(language, found);
        }
        Ok(heads)
    }

    async fn named_by(
        &self,
        db: &impl Connection,
        of: &[&Component],
        libraries: &HashMap<LibraryId, Key>,
        heads: &Heads,
    ) -> Result<HashMap<ComponentId, Named>> {
        let mut contents = HashMap::with_capacity(of.len());
        for (language, id) in self.titled(db, of).await? {
            let head = heads.get(&language).and_then(|heads| heads.get(&id));
            contents.extend(head.map(|head| (id, head.content)));
        }
        let digests: BTreeSet<_> = contents.values().copied().collect();
        let bodies = documents::get_many(db, &digests.into_iter().collect::<Vec<_>>()).await?;
        let title = |id| {
            let body = contents.get(&id).and_then(|digest| bodies.get(digest));
            body.map_or_else(String::new, |body| title_in(body))
        };
        let mut named = HashMap::with_capacity(of.len());
        for component in of {
            if let Some(library_key) = libraries.get(&component.library)
                && !named.contains_key(&component.id)
            {
                let component = (*component).clone();
                let (id, library_key) = (component.id, library_key.clone());
                named.insert(id, Named { title: title(id), component, library_key });
            }
        }
        Ok(named)
    }

    async fn shown_with(
        &self,
        db: &impl Connection,
        uses: &[&Usage],
        heads: &Heads,
    ) -> Result<HashMap<(ComponentId, Language, SlotId), Shown>> {
        let mut shown = HashMap::with_capacity(uses.len());
        // Many hold one component in the same way.
        let mut known = HashMap::new();
        for used in uses {
            let asked = (used.child, &used.policy, &used.language);
            let version = match &used.policy {
                LinkPolicy::Latest => heads
                    .get(&used.language)
                    .and_then(|heads| heads.get(&used.child))
                    .map(|head| Shown::revision(head.revision, head.number)),
                policy => match known.get(&asked) {
                    Some(version) => Clone::clone(version),
                    None => {
                        let found = self.resolved(db, used.child, policy, &used.language).await?;
                        known.insert(asked, found.clone());
                        found
                    }
                },
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

/// Heads by language and component.
type Heads = HashMap<Language, HashMap<ComponentId, Head>>;

/// The heads that slots which follow the newest version show.
fn following(uses: &[&Usage]) -> Vec<(Language, ComponentId)> {
    uses.iter()
        .filter(|used| used.policy == LinkPolicy::Latest)
        .map(|used| (used.language.clone(), used.child))
        .collect()
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

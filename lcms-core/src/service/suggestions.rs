//! Tags and objectives that a component may be missing, with the reason.
//!
//! The rule is simple, so that people can see why: whatever stands beside the component in one of
//! its parents is likely about the same (it counts two), and whatever a search finds by a word of
//! its title may be (it counts one for each word). What these are tagged with, and which objectives
//! they serve, is added up; what reaches two, and the component does not have, is suggested.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::Session;
use super::bulk::SearchWords;
use crate::error::Result;
use crate::index::Sort;
use crate::model::{Component, ComponentId, Key, LibraryId, Right, SlotRole, Target};
use crate::store::{components, documents, heads, usage};

/// Least sum that is worth saying.
const LEAST: u32 = 2;
/// Most suggestions of each sort.
const MOST: usize = 10;
/// Words of the title that are searched for, the longest first.
const WORDS: usize = 5;
/// Fewest characters of such a word.
const FEWEST_CHARACTERS: usize = 4;
/// Most parents and siblings looked at.
const LOOKED_AT: usize = 500;

/// What a component may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestions {
    /// Tags, best first.
    pub tags: Vec<SuggestedTag>,
    /// Objectives, best first.
    pub objectives: Vec<SuggestedObjective>,
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuggestedTag {
    /// The tag.
    pub tag: String,
    /// The sum: two for each component beside it, one for each that shares a word.
    pub score: u32,
    /// `library/key` of components that have it; at most three.
    pub because: Vec<String>,
}

/// An objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuggestedObjective {
    /// The objective.
    pub component: ComponentId,
    /// Its `library/key`.
    pub name: String,
    /// What it says.
    pub title: String,
    /// The sum, as with tags.
    pub score: u32,
    /// `library/key` of components that serve it; at most three.
    pub because: Vec<String>,
}

#[derive(Default)]
struct Sum {
    score: u32,
    because: BTreeSet<String>,
}

impl Sum {
    fn add(&mut self, weight: u32, name: &str) {
        self.score += weight;
        self.because.insert(name.to_owned());
    }

    fn because(self) -> Vec<String> {
        self.because.into_iter().take(3).collect()
    }
}

fn best<K: Ord>(sums: BTreeMap<K, Sum>) -> Vec<(K, Sum)> {
    let mut found: Vec<_> = sums.into_iter().filter(|(_, sum)| sum.score >= LEAST).collect();
    found.sort_by(|(a, x), (b, y)| y.score.cmp(&x.score).then_with(|| a.cmp(b)));
    found.truncate(MOST);
    found
}

impl Session {
    /// Tags and objectives that a component may be missing, from what stands beside it and what
    /// shares words with its title.
    ///
    /// # Errors
    /// When there is no such component, the actor may not read it, or the index cannot be read.
    pub async fn suggestions(&self, target: &Target) -> Result<Suggestions> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let head = self.head_revision(&component, &library).await?;
        let db = self.lcms.store().reader();
        let own_tags = documents::metadata(db, head.metadata).await?.tags;
        let title = self.titles(db, [head.content]).await?.of(head.content);
        let mut weights = self.beside(&component).await?;
        for (id, weight) in self.sharing_words(&title).await? {
            *weights.entry(id).or_default() += weight;
        }
        weights.remove(&component.id);

        let near: Vec<_> = weights.keys().copied().collect();
        let found = components::by_ids(db, &near).await?;
        let readable = self.readable().await?;
        let (mut tags, mut objectives) =
            (BTreeMap::<String, Sum>::new(), BTreeMap::<ComponentId, Sum>::new());
        let keys: HashMap<LibraryId, Key> =
            readable.iter().map(|library| (library.id, library.key.clone())).collect();
        let named = |it: &Component| Some(format!("{}/{}", keys.get(&it.library)?, it.key));
        let near: Vec<_> = found.values().filter(|it| !it.deleted && named(it).is_some()).collect();
        for library in &readable {
            let of: Vec<_> = near.iter().filter(|it| it.library == library.id).collect();
            let surveyed = of.iter().map(|it| (**it).clone()).collect();
            for it in self.survey(db, library, surveyed).await? {
                let weight = weights.get(&it.component.id).copied().unwrap_or_default();
                let name = format!("{}/{}", library.key, it.component.key);
                for tag in it.metadata.tags.iter().filter(|tag| !own_tags.contains(tag)) {
                    tags.entry(tag.clone()).or_default().add(weight, &name);
                }
            }
        }
        let holders: Vec<_> = near.iter().map(|it| it.id).chain([component.id]).collect();
        let held = usage::held_by(db, &holders).await?;
        let held = held
            .iter()
            .filter(|used| used.role == SlotRole::Objective && used.branch == self.view.branch());
        let (own, others): (Vec<_>, Vec<_>) = held.partition(|used| used.parent == component.id);
        let own: HashSet<_> = own.into_iter().map(|used| used.child).collect();
        for used in others.into_iter().filter(|used| !own.contains(&used.child)) {
            let holder = found.get(&used.parent).and_then(named);
            let weight = weights.get(&used.parent).copied().unwrap_or_default();
            if let Some(name) = holder {
                objectives.entry(used.child).or_default().add(weight, &name);
            }
        }
        let objectives = best(objectives);
        let ids: Vec<_> = objectives.iter().map(|(id, _)| *id).collect();
        let components = components::by_ids(db, &ids).await?;
        let mut contents = HashMap::new();
        for library in &readable {
            let heads = heads::of_many(db, &self.view, &ids, &library.language).await?;
            contents.extend(heads.into_iter().map(|(id, head)| (id, head.content)));
        }
        let titles = self.titles(db, contents.values().copied()).await?;
        Ok(Suggestions {
            tags: best(tags)
                .into_iter()
                .map(|(tag, sum)| SuggestedTag { tag, score: sum.score, because: sum.because() })
                .collect(),
            objectives: objectives
                .into_iter()
                .filter_map(|(id, sum)| {
                    Some(SuggestedObjective {
                        component: id,
                        name: components.get(&id).filter(|it| !it.deleted).and_then(named)?,
                        title: contents.get(&id).map(|it| titles.of(*it)).unwrap_or_default(),
                        score: sum.score,
                        because: sum.because(),
                    })
                })
                .collect(),
        })
    }

    /// What stands in the same parents.
    async fn beside(&self, component: &Component) -> Result<HashMap<ComponentId, u32>> {
        let db = self.lcms.store().reader();
        let uses = usage::of_many(db, &self.view, &[component.id]).await?;
        let parents: BTreeSet<_> = uses.iter().map(|used| used.parent).collect();
        let parents: Vec<_> = parents.into_iter().take(LOOKED_AT).collect();
        let held = usage::held_by(db, &parents).await?;
        let here = held.into_iter().filter(|used| {
            used.branch == self.view.branch()
                && matches!(used.role, SlotRole::Placement | SlotRole::Entry)
        });
        Ok(here.take(LOOKED_AT).map(|used| (used.child, 2)).collect())
    }

    async fn sharing_words(&self, title: &str) -> Result<HashMap<ComponentId, u32>> {
        let mut words: Vec<String> = title
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= FEWEST_CHARACTERS)
            .map(str::to_lowercase)
            .collect();
        words.sort_by(|a, b| b.chars().count().cmp(&a.chars().count()).then_with(|| a.cmp(b)));
        words.dedup();
        let mut found = HashMap::new();
        for word in words.into_iter().take(WORDS) {
            let words = SearchWords { q: word, ..SearchWords::default() };
            let page = self.search(words.query(Sort::Relevance, 20, None)).await?.page;
            for hit in page.hits {
                *found.entry(ComponentId(hit.component)).or_default() += 1;
            }
        }
        Ok(found)
    }
}

//! What is like a component, or like what somebody is writing; and where it would fit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use super::components::not_here;
use crate::error::Result;
use crate::index::{Facet, SimilarHit, SimilarRequest, Subject, Text};
use crate::model::{ComponentId, Key, Kind, Language, Right, SlotRole, Target};
use crate::store::{documents, heads, usage};

/// Narrows what is similar.
#[derive(Clone, Debug, Default)]
pub struct SimilarQuery {
    /// Only these kinds.
    pub kinds: Vec<Kind>,
    /// Only these libraries.
    pub libraries: Vec<Key>,
    /// Also what is local to a structure.
    pub local: bool,
    /// At most so many, 1 to 100.
    pub limit: usize,
}

/// What somebody is writing.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draught {
    /// Its title so far.
    #[serde(default)]
    pub title: String,
    /// Its text so far, plain or Markdown.
    #[serde(default)]
    pub text: String,
    /// Its language; decides stemming and stop words.
    #[serde(default = "Language::english")]
    pub language: Language,
}

/// A structure in which a component would fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fit {
    /// The structure.
    pub component: ComponentId,
    /// Its library's key.
    pub library_key: Key,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Objectives of the component that it serves itself.
    pub objectives: u32,
    /// Components in it that serve an objective of the component.
    pub neighbours: u32,
    /// Whether it holds the component already.
    pub holds: bool,
}

impl Session {
    /// What is like a component: the same, nearly the same, related. Looks at `main` as the index
    /// has it.
    ///
    /// # Errors
    /// When there is no such component, the actor may not read it, or the index cannot be read.
    pub async fn similar(&self, target: &Target, query: SimilarQuery) -> Result<Vec<SimilarHit>> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let db = self.lcms.store().reader();
        let head = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let content = head.content.as_bytes().to_vec();
        self.similar_to(Subject::Component(component.id.0), Some(content), query).await
    }

    /// What is like a text that is being written: perhaps it exists already.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn similar_to_text(
        &self,
        draught: Draught,
        query: SimilarQuery,
    ) -> Result<Vec<SimilarHit>> {
        let subject = Subject::Text(Text {
            language: draught.language.to_string(),
            title: draught.title,
            summary: String::new(),
            body: draught.text,
        });
        self.similar_to(subject, None, query).await
    }

    async fn similar_to(
        &self,
        subject: Subject,
        content: Option<Vec<u8>>,
        query: SimilarQuery,
    ) -> Result<Vec<SimilarHit>> {
        let libraries = self.readable().await?.into_iter().map(|library| library.id.0).collect();
        let filters = BTreeMap::from([
            (Facet::Kind, query.kinds.iter().map(|kind| kind.as_str().to_owned()).collect()),
            (Facet::Library, query.libraries.iter().map(ToString::to_string).collect()),
        ]);
        let request = SimilarRequest {
            subject,
            content,
            libraries: Some(libraries),
            local: query.local,
            filters,
            limit: query.limit,
        };
        self.lcms.indexing().read(move |index| index.similar(&request)).await
    }

    /// Where a component would fit: structures that serve the same objectives, or hold components
    /// that do; those that serve most first.
    ///
    /// # Errors
    /// When there is no such component, or the actor may not read it.
    pub async fn fits(&self, target: &Target, limit: usize) -> Result<Vec<Fit>> {
        let (component, library) = self.component_with(target, Right::Read).await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let db = &snapshot;
        let head = heads::of(db, &self.view, component.id, &library.language)
            .await?
            .ok_or_else(|| not_here(&component))?;
        let objectives: Vec<ComponentId> = documents::slots(db, head.content)
            .await?
            .into_iter()
            .filter(|slot| slot.role == SlotRole::Objective)
            .map(|slot| slot.component)
            .collect();
        // Who serves which of them; a translation holds the same slots.
        let mut serve: HashMap<ComponentId, BTreeSet<ComponentId>> = HashMap::new();
        for used in usage::of_many(db, &self.view, &objectives).await? {
            if used.role == SlotRole::Objective && used.parent != component.id {
                serve.entry(used.parent).or_default().insert(used.child);
            }
        }
        let mut children: Vec<_> = serve.keys().copied().collect();
        children.push(component.id);
        let mut held: HashMap<ComponentId, HashSet<ComponentId>> = HashMap::new();
        for used in usage::of_many(db, &self.view, &children).await? {
            if matches!(used.role, SlotRole::Placement | SlotRole::Entry) {
                held.entry(used.parent).or_default().insert(used.child);
            }
        }
        let candidates: Vec<_> = serve.keys().chain(held.keys()).copied().collect();
        let readable = self.readable_in(db, &candidates).await?;
        let mut fits = Vec::new();
        for (id, (structure, library_key)) in readable {
            if !structure.kind.is_structural() || structure.deleted || id == component.id {
                continue;
            }
            let inside = held.get(&id);
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            fits.push(Fit {
                component: id,
                library_key,
                key: structure.key,
                kind: structure.kind,
                title: String::new(),
                objectives: count(serve.get(&id).map_or(0, BTreeSet::len)),
                neighbours: count(inside.map_or(0, |inside| {
                    inside.iter().filter(|child| **child != component.id).count()
                })),
                holds: inside.is_some_and(|inside| inside.contains(&component.id)),
            });
        }
        fits.retain(|fit| fit.objectives + fit.neighbours > 0);
        fits.sort_by(|a, b| {
            (b.objectives, b.neighbours)
                .cmp(&(a.objectives, a.neighbours))
                .then_with(|| (&a.library_key, &a.key).cmp(&(&b.library_key, &b.key)))
        });
        fits.truncate(limit);
        let ids: Vec<_> = fits.iter().map(|fit| fit.component).collect();
        let titles = self.titles_of(db, &ids).await?;
        for fit in &mut fits {
            fit.title = titles.get(&fit.component).cloned().unwrap_or_default();
        }
        Ok(fits)
    }
}

//! What a library needs somebody to look at, and how much of it is used again.
//!
//! Everything is counted from what stands on `main` now, of the library's own components that are
//! not deleted. A use is a slot of a parent that is not deleted, in whatever language; several slots
//! of one parent are one use. What is local to a structure belongs to it, and is in no list.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Session;
use super::care::today;
use super::survey::Surveyed;
use crate::error::{Error, Result};
use crate::model::{
    Component, ComponentId, Day, Key, Kind, Library, LinkPolicy, ReleaseId, Right, SlotRole, State,
};
use crate::store::usage::Usage;
use crate::store::{Snapshot, components, heads, releases, usage};

/// Components that the overview names as most reused.
const NAMED: usize = 10;

/// One list of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportList {
    /// Their review date has passed.
    Stale,
    /// Nothing holds them, though they are made to be held.
    Unused,
    /// Courses without a release.
    Unreleased,
    /// Nobody looks after them.
    NoSteward,
    /// Their metadata is not complete, least complete first.
    Incomplete,
    /// Held by several parents, most first.
    MostReused,
    /// Their content is that of another component, byte for byte.
    Duplicates,
    /// They hold something at a version that is not the newest.
    StalePlacements,
    /// Objectives that no topic or structure serves.
    ObjectivesWithoutContent,
    /// Objectives that no assessment with questions measures.
    ObjectivesWithoutQuestion,
}

impl ReportList {
    /// Every list.
    pub const ALL: [Self; 10] = [
        Self::Stale,
        Self::Unused,
        Self::Unreleased,
        Self::NoSteward,
        Self::Incomplete,
        Self::MostReused,
        Self::Duplicates,
        Self::StalePlacements,
        Self::ObjectivesWithoutContent,
        Self::ObjectivesWithoutQuestion,
    ];

    /// The name in addresses and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Unused => "unused",
            Self::Unreleased => "unreleased",
            Self::NoSteward => "no_steward",
            Self::Incomplete => "incomplete",
            Self::MostReused => "most_reused",
            Self::Duplicates => "duplicates",
            Self::StalePlacements => "stale_placements",
            Self::ObjectivesWithoutContent => "objectives_without_content",
            Self::ObjectivesWithoutQuestion => "objectives_without_question",
        }
    }
}

impl std::str::FromStr for ReportList {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|list| list.as_str()).collect();
            let given: String = text.chars().take(60).collect();
            Error::invalid(format!("there is no report `{given}`: {}", names.join(", ")))
        })
    }
}

/// How a library is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LibraryHealth {
    /// Key of the library.
    pub library_key: Key,
    /// Components, without what is local to a structure.
    pub components: usize,
    /// How complete their metadata is on average, 0 to 100.
    pub completeness: u8,
    /// How long each list is.
    pub lists: BTreeMap<ReportList, usize>,
    /// Components that something holds.
    pub used: usize,
    /// Uses of these components, by parents in any library.
    pub uses: usize,
    /// Uses for each component that is used: 1 when nothing is used twice.
    pub reuse_ratio: f64,
    /// Objectives of the library.
    pub objectives: usize,
    /// Components held by most parents.
    pub most_reused: Vec<ReportRow>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportPage {
    /// How many there are in all.
    pub total: usize,
    /// The page.
    pub items: Vec<ReportRow>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A component in a report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ReportRow {
    /// The component.
    pub component: ComponentId,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// How complete its metadata is, 0 to 100.
    pub completeness: u8,
    /// How many parents hold it.
    pub uses: usize,
    /// Its review date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Day>,
    /// Why it is in this list, for people.
    pub why: String,
}

/// A component, measured.
struct Measured {
    it: Surveyed,
    completeness: u8,
    missing: Vec<String>,
    parents: BTreeSet<ComponentId>,
}

/// A library, measured.
struct Measure {
    all: Vec<Measured>,
    lists: BTreeMap<ReportList, Vec<(usize, String)>>,
}

impl Session {
    /// How a library is.
    ///
    /// # Errors
    /// When there is no such library or the actor may not read it.
    pub async fn library_health(&self, library: &Key) -> Result<LibraryHealth> {
        let library = self.library_with(library, Right::Read).await?;
        let snapshot = self.lcms.store().snapshot().await?;
        let measure = self.measure(&snapshot, &library).await?;
        let of = |list| measure.lists.get(&list).map_or(&[][..], Vec::as_slice);
        let own = measure.all.iter().filter(|it| it.it.component.owner.is_none());
        let (mut components, mut complete) = (0, 0);
        for it in own {
            components += 1;
            complete += usize::from(it.completeness);
        }
        let counts = measure.all.iter().map(|it| it.parents.len());
        let (used, uses) = (counts.clone().filter(|n| *n > 0).count(), counts.sum::<usize>());
        let shown: Vec<_> = of(ReportList::MostReused).iter().take(NAMED).collect();
        Ok(LibraryHealth {
            library_key: library.key.clone(),
            components,
            completeness: u8::try_from(complete / components.max(1)).unwrap_or(100),
            lists: ReportList::ALL.into_iter().map(|list| (list, of(list).len())).collect(),
            used,
            uses,
            reuse_ratio: ratio(uses, used),
            objectives: measure
                .all
                .iter()
                .filter(|it| it.it.component.kind == Kind::Objective)
                .count(),
            most_reused: self.report_rows(&snapshot, &measure, &shown).await?,
        })
    }

    /// A page of one of the lists behind [`Session::library_health`].
    ///
    /// # Errors
    /// When there is no such library, the actor may not read it, or the cursor is not one that a
    /// list gave out.
    pub async fn report(
        &self,
        library: &Key,
        list: ReportList,
        cursor: Option<&str>,
        limit: u64,
    ) -> Result<ReportPage> {
        let library = self.library_with(library, Right::Read).await?;
        let bad = |_| Error::invalid("the cursor is not one that a report gave out");
        let from: usize = cursor.map_or(Ok(0), |cursor| cursor.parse().map_err(bad))?;
        let limit = usize::try_from(limit.clamp(1, 200)).unwrap_or(200);
        let snapshot = self.lcms.store().snapshot().await?;
        let measure = self.measure(&snapshot, &library).await?;
        let all = measure.lists.get(&list).map_or(&[][..], Vec::as_slice);
        let shown: Vec<_> = all.iter().skip(from).take(limit).collect();
        let end = from.saturating_add(limit);
        Ok(ReportPage {
            total: all.len(),
            items: self.report_rows(&snapshot, &measure, &shown).await?,
            next: (end < all.len()).then(|| end.to_string()),
        })
    }

    async fn report_rows(
        &self,
        db: &Snapshot,
        measure: &Measure,
        shown: &[&(usize, String)],
    ) -> Result<Vec<ReportRow>> {
        let of: Vec<_> =
            shown.iter().filter_map(|(n, why)| Some((measure.all.get(*n)?, why))).collect();
        let titles = self.titles(db, of.iter().map(|(it, _)| it.it.head.content)).await?;
        let row = |(measured, why): (&Measured, &String)| {
            let Measured { it, completeness, parents, .. } = measured;
            ReportRow {
                component: it.component.id,
                key: it.component.key.clone(),
                kind: it.component.kind,
                title: titles.of(it.head.content),
                state: it.state,
                completeness: *completeness,
                uses: parents.len(),
                review_by: it.care.review_by,
                why: why.clone(),
            }
        };
        Ok(of.into_iter().map(row).collect())
    }

    async fn measure(&self, db: &Snapshot, library: &Library) -> Result<Measure> {
        let rules = self.rules_of(db, library).await?;
        let surveyed = self.survey_all(db, library).await?;
        let ids: Vec<_> = surveyed.iter().map(|it| it.component.id).collect();
        let uses = usage::of_many(db, &self.view, &ids).await?;
        let holders: HashSet<_> = uses.iter().map(|used| used.parent).collect();
        let holders: Vec<_> = holders.into_iter().collect();
        let holders = components::by_ids(db, &holders).await?;
        let uses: Vec<_> = uses
            .into_iter()
            .filter(|used| holders.get(&used.parent).is_some_and(|parent| !parent.deleted))
            .collect();
        let mut parents = HashMap::<ComponentId, BTreeSet<ComponentId>>::new();
        for used in &uses {
            parents.entry(used.child).or_default().insert(used.parent);
        }
        let all: Vec<_> = surveyed
            .into_iter()
            .map(|it| {
                let found = rules.completeness(it.component.kind, &it.metadata, &it.care);
                let missing = found.missing.iter().map(|it| it.field.to_string()).collect();
                let parents = parents.remove(&it.component.id).unwrap_or_default();
                Measured { it, completeness: found.percent, missing, parents }
            })
            .collect();
        let mut measure = Measure { all, lists: BTreeMap::new() };
        measure.note_metadata();
        measure.note_use();
        measure.note_objectives(&uses, &holders);
        let released = releases::released_among(db, &ids).await?;
        measure.note(ReportList::Unreleased, |it| {
            let never =
                it.it.component.kind == Kind::Course && !released.contains(&it.it.component.id);
            never.then(|| "no release was ever frozen".to_owned())
        });
        let behind = self.behind(db, &ids).await?;
        measure.note(ReportList::StalePlacements, |it| behind.get(&it.it.component.id).cloned());
        Ok(measure)
    }

    /// What these components hold at a version that is not the newest, said for people.
    async fn behind(
        &self,
        db: &Snapshot,
        parents: &[ComponentId],
    ) -> Result<HashMap<ComponentId, String>> {
        let held: Vec<Usage> = usage::held_by(db, parents)
            .await?
            .into_iter()
            .filter(|used| used.branch == self.view.branch())
            .filter(|used| {
                matches!(used.policy, LinkPolicy::Pinned { .. } | LinkPolicy::Release { .. })
            })
            .collect();
        let children: HashSet<_> = held.iter().map(|used| used.child).collect();
        let children: Vec<_> = children.into_iter().collect();
        let found = components::by_ids(db, &children).await?;
        let libraries = self.libraries_by_id(db).await?;
        let mut heads = HashMap::new();
        for library in libraries.values() {
            let of: Vec<_> =
                found.values().filter(|it| it.library == library.id).map(|it| it.id).collect();
            heads.extend(heads::of_many(db, &self.view, &of, &library.language).await?);
        }
        let newest: HashMap<ComponentId, ReleaseId> = releases::newest_of(db, &children).await?;
        let mut said = BTreeMap::<ComponentId, BTreeSet<String>>::new();
        for used in held {
            let is_behind = match used.policy {
                LinkPolicy::Pinned { content, metadata } => heads
                    .get(&used.child)
                    .is_some_and(|head| (head.content, head.metadata) != (content, metadata)),
                LinkPolicy::Release { release } => {
                    newest.get(&used.child).is_some_and(|newest| *newest != release)
                }
                LinkPolicy::Latest | LinkPolicy::Approved => false,
            };
            if is_behind {
                let name = found.get(&used.child).filter(|it| self.may(it.library, Right::Read));
                let name = name.and_then(|it| {
                    Some(format!("`{}/{}`", libraries.get(&it.library)?.key, it.key))
                });
                let name = name.unwrap_or_else(|| "a component you may not read".to_owned());
                said.entry(used.parent).or_default().insert(name);
            }
        }
        let why = |names: BTreeSet<String>| {
            let names: Vec<_> = names.into_iter().collect();
            format!("holds an earlier version of {}", names.join(", "))
        };
        Ok(said.into_iter().map(|(parent, names)| (parent, why(names))).collect())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a library has fewer than 2^52 uses")]
fn ratio(uses: usize, used: usize) -> f64 {
    (uses as f64 / used.max(1) as f64 * 100.0).round() / 100.0
}

impl Measure {
    /// Puts in a list what has a reason to be there; nothing local.
    fn note(&mut self, list: ReportList, why: impl Fn(&Measured) -> Option<String>) {
        let all = self.all.iter().enumerate();
        let own = all.filter(|(_, it)| it.it.component.owner.is_none());
        let found = own.filter_map(|(n, it)| Some((n, why(it)?))).collect();
        self.lists.insert(list, found);
    }

    fn note_metadata(&mut self) {
        let today = today();
        self.note(ReportList::Stale, |it| {
            let day = it.it.care.review_by.filter(|day| *day < today)?;
            Some(format!("was to be looked at by {day}"))
        });
        self.note(ReportList::NoSteward, |it| {
            it.it.care.steward.is_none().then(|| "nobody looks after it".to_owned())
        });
        self.note(ReportList::Incomplete, |it| {
            (it.completeness < 100).then(|| format!("lacks {}", it.missing.join(", ")))
        });
        if let Some(list) = self.lists.get_mut(&ReportList::Incomplete) {
            list.sort_by_key(|(n, _)| self.all.get(*n).map(|it| it.completeness));
        }
    }

    fn note_use(&mut self) {
        self.note(ReportList::Unused, |it| {
            let stands_alone =
                matches!(it.it.component.kind, Kind::Course | Kind::Profile | Kind::Objective);
            (!stands_alone && it.parents.is_empty()).then(|| "nothing holds it".to_owned())
        });
        self.note(ReportList::MostReused, |it| {
            (it.parents.len() > 1).then(|| format!("held by {}", it.parents.len()))
        });
        if let Some(list) = self.lists.get_mut(&ReportList::MostReused) {
            let uses = |n: usize| self.all.get(n).map(|it| it.parents.len());
            list.sort_by_key(|(n, _)| std::cmp::Reverse(uses(*n)));
        }
        let mut same = HashMap::<_, Vec<&Component>>::new();
        for it in self.all.iter().filter(|it| it.it.component.owner.is_none()) {
            let of = (it.it.component.kind.as_str(), it.it.head.content);
            same.entry(of).or_default().push(&it.it.component);
        }
        let others: HashMap<ComponentId, String> = same
            .into_values()
            .filter(|of| of.len() > 1)
            .flat_map(|of| {
                let first = of.first().map(|it| (it.id, it.key.clone()));
                let second = of.get(1).map(|it| it.key.clone());
                of.into_iter()
                    .filter_map(move |it| {
                        let (id, key) = first.clone()?;
                        let other = if it.id == id { second.clone()? } else { key };
                        Some((it.id, format!("has the content of `{other}`")))
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        self.note(ReportList::Duplicates, |it| others.get(&it.it.component.id).cloned());
    }

    fn note_objectives(&mut self, uses: &[Usage], holders: &HashMap<ComponentId, Component>) {
        let (mut served, mut measured) = (HashSet::new(), HashSet::new());
        for used in uses.iter().filter(|used| used.role == SlotRole::Objective) {
            match holders.get(&used.parent).map(|parent| parent.kind) {
                Some(Kind::Assessment) => measured.insert(used.child),
                Some(_) => served.insert(used.child),
                None => false,
            };
        }
        let lacking = |it: &Measured, there: &HashSet<ComponentId>, why: &str| {
            let component = &it.it.component;
            let lacks = component.kind == Kind::Objective && !there.contains(&component.id);
            lacks.then(|| why.to_owned())
        };
        self.note(ReportList::ObjectivesWithoutContent, |it| {
            lacking(it, &served, "no topic, lesson, module or course serves it")
        });
        self.note(ReportList::ObjectivesWithoutQuestion, |it| {
            lacking(it, &measured, "no assessment measures it")
        });
    }
}

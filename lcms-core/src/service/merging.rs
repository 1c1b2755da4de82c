//! Bringing two lines of versions together, component by component.
//!
//! Whatever line they stand on, two versions merge in one way: the base is the newest revision
//! that both came from; what one side left alone follows the other; the rest is a conflict. This
//! module decides what becomes of each pair and writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ancestry::Ancestry;
use super::branches::{as_head, documents_in, version_in};
use super::landing::Landing;
use crate::error::Result;
use crate::model::merge::{Choice, Choices, Conflict, ConflictKind};
use crate::model::{
    Component, ComponentId, Digest, EventNumber, Head, Key, Kind, Language, Library, LibraryId,
    RevisionId, merge, merge_metadata,
};
use crate::store::{Connection, components, documents};

/// Which part of a component is in conflict.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ConflictPart {
    /// Its content document.
    #[default]
    Content,
    /// Its metadata document.
    Metadata,
    /// The component itself: it was deleted on one side.
    Component,
}

/// A conflict, and in which part of the component it is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PartConflict {
    /// The part.
    pub part: ConflictPart,
    /// The conflict.
    #[serde(flatten)]
    pub conflict: Conflict,
}

/// How one conflict is resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// The component.
    pub component: ComponentId,
    /// Language of the version; every language when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The part.
    #[serde(default)]
    pub part: ConflictPart,
    /// The conflict's pointer.
    #[serde(default)]
    pub pointer: String,
    /// What shall stand there.
    pub choice: Choice,
}

/// What becomes of one component in a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeOutcome {
    /// Only their side changed it: theirs is taken as it is.
    Taken,
    /// Both sides changed it, and the changes fit.
    Merged,
    /// Both sides made it the same.
    Same,
    /// It was deleted on our side and stays so, as was chosen.
    LeftDeleted,
    /// Something is left to decide.
    Conflict,
}

/// One component in a merge.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MergeItem {
    /// The component.
    pub component: ComponentId,
    /// Key of its library.
    pub library_key: Key,
    /// Its key.
    pub key: Key,
    /// What it is.
    pub kind: Kind,
    /// Language of the version.
    pub language: Language,
    /// What becomes of it.
    pub outcome: MergeOutcome,
    /// What is left to decide.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<PartConflict>,
    /// The revision both sides came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<RevisionId>,
    /// Our revision: what is merged into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ours: Option<RevisionId>,
    /// Their revision: what is merged.
    pub theirs: RevisionId,
    /// The revision that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
}

/// What a merge did, or would do. Either all of it was done or nothing.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct MergeReport {
    /// The components that it is about, by library and key. What needs no change is left out.
    pub items: Vec<MergeItem>,
    /// Resolutions that no conflict asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unused: Vec<Resolution>,
    /// How many more components are in libraries that the caller may not read.
    pub not_readable: usize,
    /// Whether it was done.
    pub done: bool,
    /// The event that recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventNumber>,
}

impl MergeReport {
    /// The components with conflicts.
    pub fn conflicts(&self) -> impl Iterator<Item = &MergeItem> {
        self.items.iter().filter(|item| item.outcome == MergeOutcome::Conflict)
    }

    /// Whether nothing is left to decide.
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.unused.is_empty() && self.conflicts().next().is_none()
    }
}

/// Two versions of a component (or of a copy and its source) that come together.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// The component that ours belongs to.
    pub component: Component,
    pub language: Language,
    /// What is merged into.
    pub ours: Option<Head>,
    /// What is merged.
    pub theirs: Head,
}

/// What becomes of each pair.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub report: MergeReport,
    /// The versions that shall stand.
    pub landings: Vec<Landing>,
    /// Components whose deletion is undone.
    pub undeleted: Vec<ComponentId>,
}

/// Decides what becomes of each pair. `mark_same` says whether a version that both sides made
/// the same is recorded as a merge: the two lines go on from there.
pub(super) async fn plan(
    db: &impl Connection,
    libraries: &HashMap<LibraryId, Library>,
    pairs: Vec<Pair>,
    also: &[ComponentId],
    resolutions: &[Resolution],
    mark_same: bool,
) -> Result<Plan> {
    let mut histories: Vec<_> =
        pairs.iter().filter(|pair| pair.ours.is_some()).map(|pair| pair.component.id).collect();
    histories.extend(also);
    let ancestry = Ancestry::read(db, &histories).await?;
    let placed: Vec<_> = pairs
        .into_iter()
        .map(|pair| {
            let ours = pair.ours.map(|ours| ours.revision);
            let base = ours.and_then(|ours| ancestry.common(ours, pair.theirs.revision));
            (pair, base)
        })
        .filter(|(pair, base)| *base != Some(pair.theirs.revision))
        .collect();
    let three_way: Vec<_> = placed.iter().filter(|(pair, base)| pair.forked(*base)).collect();
    let bases: Vec<_> = three_way.iter().filter_map(|(_, base)| *base).collect();
    let bases = components::revisions(db, &bases).await?;
    let digests: Vec<_> = three_way
        .iter()
        .flat_map(|(pair, base)| {
            let base = base.and_then(|base| bases.get(&base)).map(as_head);
            [pair.ours, Some(pair.theirs), base]
        })
        .flatten()
        .flat_map(|head| [head.content, head.metadata])
        .collect();
    let bodies = documents::get_all(db, &digests).await?;
    let mut planner = Planner { resolutions, used: BTreeSet::new(), plan: Plan::default() };
    for (pair, base) in placed {
        let Some(library) = libraries.get(&pair.component.library) else { continue };
        let base_head = base.and_then(|base| bases.get(&base)).map(as_head);
        planner.decide(&pair, base, base_head, &library.key, &bodies, mark_same)?;
    }
    Ok(planner.finish())
}

impl Pair {
    /// Whether both sides went on from the base in their own way.
    fn forked(&self, base: Option<RevisionId>) -> bool {
        self.ours.is_some_and(|ours| {
            base != Some(ours.revision)
                && (ours.content, ours.metadata) != (self.theirs.content, self.theirs.metadata)
        })
    }
}

struct Planner<'r> {
    resolutions: &'r [Resolution],
    /// Places of the resolutions that were asked for.
    used: BTreeSet<usize>,
    plan: Plan,
}

impl Planner<'_> {
    fn decide(
        &mut self,
        pair: &Pair,
        base: Option<RevisionId>,
        base_head: Option<Head>,
        library_key: &Key,
        bodies: &HashMap<Digest, Vec<u8>>,
        mark_same: bool,
    ) -> Result<()> {
        let mut item = MergeItem {
            component: pair.component.id,
            library_key: library_key.clone(),
            key: pair.component.key.clone(),
            kind: pair.component.kind,
            language: pair.language.clone(),
            outcome: MergeOutcome::Taken,
            conflicts: Vec::new(),
            base,
            ours: pair.ours.map(|ours| ours.revision),
            theirs: pair.theirs.revision,
            revision: None,
        };
        if pair.component.deleted {
            match self.choice_about(pair, ConflictPart::Component, "") {
                Some(Choice::Theirs) => self.plan.undeleted.push(pair.component.id),
                Some(Choice::Ours) => {
                    item.outcome = MergeOutcome::LeftDeleted;
                    self.plan.report.items.push(item);
                    return Ok(());
                }
                _ => item.conflicts.push(deleted(pair)),
            }
        }
        let mut landing = Landing {
            component: Component { deleted: false, ..pair.component.clone() },
            language: pair.language.clone(),
            head: pair.ours,
            content: pair.theirs.content,
            metadata: pair.theirs.metadata,
            source: pair.theirs.source,
            merge_parent: Some(pair.theirs.revision),
            documents: Vec::new(),
        };
        match pair.ours {
            Some(ours) if pair.forked(base) => {
                item.outcome = MergeOutcome::Merged;
                let (our_content, our_metadata) = version_in(bodies, ours)?;
                let (their_content, their_metadata) = version_in(bodies, pair.theirs)?;
                let common = base_head
                    .map(|base| documents_in(bodies, base.content, base.metadata))
                    .transpose()?;
                let (content_choices, content_places) = self.choices(pair, ConflictPart::Content);
                let (metadata_choices, metadata_places) =
                    self.choices(pair, ConflictPart::Metadata);
                let content = merge(
                    common.as_ref().map(|base| &base.0),
                    &our_content,
                    &their_content,
                    &content_choices,
                );
                let metadata = merge_metadata(
                    common.as_ref().map(|base| &base.1),
                    &our_metadata,
                    &their_metadata,
                    &metadata_choices,
                );
                self.note_used(&content_places, &content.unused);
                self.note_used(&metadata_places, &metadata.unused);
                let of = |part| move |conflict| PartConflict { part, conflict };
                item.conflicts.extend(content.conflicts.into_iter().map(of(ConflictPart::Content)));
                item.conflicts
                    .extend(metadata.conflicts.into_iter().map(of(ConflictPart::Metadata)));
                let written = [
                    Digest::of_document(&content.document),
                    Digest::of_document(&metadata.document),
                ];
                (landing.content, landing.metadata) = (written[0].0, written[1].0);
                landing.documents = written.into();
                landing.source = pair.theirs.source.or(ours.source);
            }
            Some(ours) if base != Some(ours.revision) => {
                item.outcome = MergeOutcome::Same;
                if !mark_same && landing.source == ours.source {
                    return Ok(());
                }
            }
            _ => {}
        }
        if item.conflicts.is_empty() {
            self.plan.landings.push(landing);
        } else {
            item.outcome = MergeOutcome::Conflict;
        }
        self.plan.report.items.push(item);
        Ok(())
    }

    fn concerns(resolution: &Resolution, pair: &Pair, part: ConflictPart) -> bool {
        resolution.component == pair.component.id
            && resolution.part == part
            && resolution.language.as_ref().is_none_or(|language| *language == pair.language)
    }

    fn choice_about(&mut self, pair: &Pair, part: ConflictPart, pointer: &str) -> Option<Choice> {
        let found = self
            .resolutions
            .iter()
            .position(|it| Self::concerns(it, pair, part) && it.pointer == pointer)?;
        self.used.insert(found);
        Some(self.resolutions[found].choice.clone())
    }

    /// The choices about one document, and which resolutions they are.
    fn choices(&self, pair: &Pair, part: ConflictPart) -> (Choices, BTreeMap<String, usize>) {
        let concerned =
            || self.resolutions.iter().enumerate().filter(|(_, it)| Self::concerns(it, pair, part));
        (
            concerned().map(|(_, it)| (it.pointer.clone(), it.choice.clone())).collect(),
            concerned().map(|(place, it)| (it.pointer.clone(), place)).collect(),
        )
    }

    fn note_used(&mut self, places: &BTreeMap<String, usize>, unused: &[String]) {
        let used = places.iter().filter(|(pointer, _)| !unused.contains(pointer));
        self.used.extend(used.map(|(_, place)| *place));
    }

    fn finish(self) -> Plan {
        let Self { resolutions, used, mut plan } = self;
        let unused = resolutions.iter().enumerate().filter(|(place, _)| !used.contains(place));
        plan.report.unused = unused.map(|(_, resolution)| resolution.clone()).collect();
        plan.report.items.sort_by(|a, b| {
            (&a.library_key, &a.key, &a.language).cmp(&(&b.library_key, &b.key, &b.language))
        });
        plan
    }
}

/// The conflict of a component that was deleted on our side and changed on theirs.
fn deleted(pair: &Pair) -> PartConflict {
    let conflict = Conflict {
        pointer: String::new(),
        kind: ConflictKind::Removed,
        base: None,
        ours: None,
        theirs: Some(serde_json::json!({ "revision": pair.theirs.revision })),
        violations: Vec::new(),
    };
    PartConflict { part: ConflictPart::Component, conflict }
}

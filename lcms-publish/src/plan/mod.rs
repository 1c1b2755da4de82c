//! The plan of a package: which SCOs there are, what pages they have, what every text says, and what
//! every part is called. Built from a frozen release and a profile alone: nothing is resolved any
//! more, conditions and variables are applied.
//!
//! What a condition drops leaves nothing behind, and neither does what is empty because of it: a
//! section, page, lesson or module. Identifiers come from placements, so they are the same whatever
//! else is dropped.

mod assets;
mod known;
mod outline;
mod package;
mod planning;
mod sco;
mod sequence;
mod text;

use std::collections::{BTreeSet, HashMap};

use lcms_core::model::content::{Completion, CompletionRule};
use lcms_core::model::{ComponentId, Content, SlotRole};
use lcms_core::service::{FrozenNode, FrozenRelease};

pub(crate) use assets::{AssetPaths, PACKAGES};
pub(crate) use known::KnownSco;
pub(crate) use outline::OutlineItem;
pub(crate) use package::{Framed, PlannedPackage};
pub(crate) use planning::{AssetWords, named};
pub(crate) use sco::{Page, PageKind, PlannedAssessment, PlannedQuestion, Sco};
pub(crate) use sequence::{Sequenced, Sequencing, Wait};
pub(crate) use text::PlannedText;

use crate::cache::Cache;
use crate::fault::{Fault, Faults};
use crate::identifiers;
use crate::profile::Profile;
use known::Found;
use outline::Outline;
use planning::Planning;

/// A release and a profile, worked out.
#[derive(Clone, Debug)]
pub struct Plan<'r> {
    pub(crate) release: &'r FrozenRelease,
    pub(crate) profile: Profile,
    pub(crate) manifest_id: String,
    pub(crate) organization_id: String,
    /// Title of the course.
    pub(crate) title: String,
    /// When a learner is done with each SCO: as the profile says, else the course.
    pub(crate) completion: Completion,
    pub(crate) items: Vec<OutlineItem>,
    pub(crate) scos: Vec<Sco>,
    /// How learners come to each item.
    pub(crate) sequencing: Sequencing,
    pub(crate) assets: AssetPaths,
    /// Nodes that the package is made of, by index.
    pub(crate) used: BTreeSet<usize>,
    /// What whoever publishes should know, though nothing is wrong.
    pub(crate) notices: Vec<String>,
    /// Description of the course.
    pub(crate) summary: Option<String>,
    words: HashMap<usize, AssetWords>,
    objectives: HashMap<usize, String>,
    linked: HashMap<ComponentId, Linked>,
    /// The first page that shows each component: its SCO and its place there.
    shown: HashMap<ComponentId, (usize, usize)>,
    /// Titles of what is linked to and not shown, where such links are no fault.
    pub(crate) elsewhere: Option<HashMap<ComponentId, String>>,
}

/// What a link leads to.
#[derive(Clone, Debug)]
pub(crate) struct Linked {
    pub(crate) node: usize,
    pub(crate) title: String,
}

impl<'r> Plan<'r> {
    /// Works out a release for a profile.
    ///
    /// # Errors
    /// Every reason why its structure and its texts cannot be published.
    pub fn new(
        release: &'r FrozenRelease,
        profile: impl Into<Profile>,
    ) -> Result<Self, Vec<Fault>> {
        let (plan, faults) = Self::work_out(release, profile.into(), &Cache::default());
        if faults.is_empty() { Ok(plan) } else { Err(faults.into_vec()) }
    }

    /// The plan as far as it can be worked out, and what is wrong with it.
    pub(crate) fn work_out(
        release: &'r FrozenRelease,
        profile: Profile,
        cache: &Cache,
    ) -> (Self, Faults) {
        let root = release.root();
        let own = match &root.content {
            Content::Course(course) => course.completion,
            _ => Completion::default(),
        };
        let completion = profile.settings.completion.unwrap_or(own);
        let mut planning = Planning::new(release, &profile, cache);
        let title = planning.shown_title(0, None);
        let outline = outline::build(&mut planning);
        let linked = linked(&mut planning, &outline);
        let objectives = objectives(&mut planning);
        let summary = planning.shown_summary(0, None);
        let notices = planning.notices();
        let Planning { mut faults, found, paths, .. } = planning;
        let Found { used, assets: words, .. } = found;
        let mut plan = Self {
            release,
            manifest_id: identifiers::manifest(root.component, &profile.identity()),
            organization_id: identifiers::organization(root.component),
            profile,
            title,
            completion,
            items: outline.items,
            scos: outline.scos,
            sequencing: Sequencing::default(),
            assets: paths,
            used,
            notices,
            summary,
            words,
            objectives,
            linked,
            shown: HashMap::new(),
            elsewhere: None,
        };
        plan.find_pages();
        plan.sequence(&mut faults);
        (plan, faults)
    }

    fn find_pages(&mut self) {
        for (number, sco) in self.scos.iter().enumerate() {
            for (place, page) in sco.pages.iter().enumerate() {
                let component = self.release.nodes[page.node].component;
                self.shown.entry(component).or_insert((number, place));
            }
        }
    }

    /// Works out how learners come to each item, and what the format cannot say of it.
    fn sequence(&mut self, faults: &mut Faults) {
        let can_pass: Vec<_> = self.scos.iter().map(|sco| self.can_pass(sco)).collect();
        let can_pass = |sco: usize| can_pass.get(sco).copied().unwrap_or_default();
        self.sequencing =
            sequence::work_out(self.release, &self.items, &self.scos, &can_pass, faults);
        let packaging = self.profile.format.packaging();
        for sco in &mut self.scos {
            let Some(limit) = self.sequencing.of(&sco.id).attempt_limit else { continue };
            // Where the LMS counts attempts, each is one sitting; elsewhere the player counts.
            sco.limit_sittings(if packaging.counts_attempts() { 1 } else { limit });
        }
        if self.sequencing.lost {
            let lost = "the course is one SCO: orders, gates and limits inside it do not apply";
            self.notices.push(lost.to_owned());
        }
        let format = self.profile.format;
        let framed = self.scos.iter().filter_map(|sco| match &sco.pages[..] {
            [Page { kind: PageKind::Framed(framed), .. }] => framed.notice(&sco.title, format),
            _ => None,
        });
        self.notices.extend(framed.collect::<Vec<_>>());
        let notices = packaging.notices(self);
        self.notices.extend(notices);
    }

    /// The language that the package speaks, a BCP 47 tag.
    pub(crate) fn language(&self) -> &'r str {
        self.release.release.language.as_str()
    }

    /// Whether a SCO can be passed: it has a score and a mark.
    pub(crate) fn can_pass(&self, sco: &Sco) -> bool {
        sco.has_scored_questions() && self.rules(sco).1.is_some()
    }

    pub(crate) fn root(&self) -> &'r FrozenNode {
        self.release.root()
    }

    pub(crate) fn node(&self, index: usize) -> &'r FrozenNode {
        &self.release.nodes[index]
    }

    /// What a link to a component leads to; `None` if it is no part of the package.
    pub(crate) fn linked(&self, component: ComponentId) -> Option<&Linked> {
        self.linked.get(&component)
    }

    /// The first page of the package that shows a component.
    pub(crate) fn page_of(&self, component: ComponentId) -> Option<&Page> {
        let (sco, place) = self.shown.get(&component)?;
        self.scos.get(*sco)?.pages.get(*place)
    }

    /// The statement of an objective, by its node.
    pub(crate) fn objective(&self, node: usize) -> Option<&str> {
        self.objectives.get(&node).map(String::as_str)
    }

    /// The objectives of the package with their statements, by node.
    pub(crate) fn objectives(&self) -> impl Iterator<Item = (usize, &str)> {
        self.objectives.iter().map(|(node, statement)| (*node, statement.as_str()))
    }

    /// What an asset of the package says.
    pub(crate) fn words(&self, node: usize) -> Option<&AssetWords> {
        self.words.get(&node)
    }

    /// The rule and mark by which one SCO is completed.
    ///
    /// A SCO without scored questions can only be completed by its pages or by time. A lesson's mark is that of
    /// its placement, else the course's, else that of its only assessment.
    pub(crate) fn rules(&self, sco: &Sco) -> (CompletionRule, Option<f64>) {
        let Completion { rule, pass_mark: general, .. } = self.completion;
        if !sco.has_scored_questions() {
            let by_time = rule == CompletionRule::Time;
            return (if by_time { rule } else { CompletionRule::Pages }, None);
        }
        let own = match sco.assessments().collect::<Vec<_>>().as_slice() {
            [only] => only.pass_mark,
            _ => None,
        };
        let is_assessment = matches!(self.node(sco.node).content, Content::Assessment(_));
        let mark = if is_assessment { own.or(general) } else { sco.pass_mark.or(general).or(own) };
        (rule, mark)
    }
}

/// Everything that is linked to and part of the package, with the title shown where it first stands.
fn linked(planning: &mut Planning<'_>, outline: &Outline) -> HashMap<ComponentId, Linked> {
    let mut shown = HashMap::new();
    let mut waiting: Vec<_> = outline.items.iter().rev().collect();
    while let Some(item) = waiting.pop() {
        shown.entry(planning.node(item.node).component).or_insert((item.node, &item.title));
        waiting.extend(item.children.iter().rev());
    }
    for page in outline.scos.iter().flat_map(|sco| &sco.pages) {
        shown.entry(planning.node(page.node).component).or_insert((page.node, &page.title));
    }
    let wanted = std::mem::take(&mut planning.found.linked);
    let mut others = HashMap::new();
    for (node, frozen) in planning.release.nodes.iter().enumerate() {
        if !wanted.contains(&frozen.component) || shown.contains_key(&frozen.component) {
            continue;
        }
        // A link alone shows a file.
        let is_asset = matches!(frozen.content, Content::Asset(_));
        if planning.found.used.contains(&node) || is_asset {
            others.entry(frozen.component).or_insert(node);
        }
    }
    let mut linked = HashMap::new();
    for component in wanted {
        let found = match (shown.get(&component), others.get(&component)) {
            (Some((node, title)), _) => Linked { node: *node, title: (*title).clone() },
            (None, Some(&node)) => {
                planning.use_asset(node);
                Linked { node, title: planning.shown_title(node, None) }
            }
            (None, None) => continue,
        };
        linked.insert(component, found);
    }
    linked
}

/// The objectives that the components of the package serve, with their statements.
fn objectives(planning: &mut Planning<'_>) -> HashMap<usize, String> {
    let mut statements = HashMap::new();
    for node in planning.found.used.clone() {
        for slot in planning.kept(node, SlotRole::Objective) {
            planning.found.used.insert(slot.node);
            let statement = planning.shown_title(slot.node, None);
            statements.insert(slot.node, statement);
        }
    }
    statements
}
